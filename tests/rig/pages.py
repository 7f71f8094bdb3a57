"""Cards and pages for tests that do not mind what stands on them."""

import random

from PIL import Image

from gate_controller.admission.words.messages import Signal, Symbol
from gate_controller.devices.display.card import Card, Face
from gate_controller.devices.display.typesetting.page import Box, Page


def a_card(title: str, *, is_resting: bool = False) -> Card:
    """Return a card with one face, told apart from others by its title."""
    return Card(Symbol.SCAN if is_resting else Symbol.TICK, Signal.IDLE, (Face(title, "", ""),), is_resting=is_resting)


def a_page(number: int, *, seconds: float = 2.0, face: int = 0) -> Page:
    """Return a page, told apart from others by its number."""
    nowhere = Box(0, 0, 0, 0)
    return Page(
        area=nowhere,
        symbol=Symbol.TICK,
        symbol_box=nowhere,
        signal=None,
        lines=(),
        bands=(),
        seconds=seconds,
        face=face,
        number=number,
        count=number,
    )


class NoisyPictures:
    """Draws each page as a noise of its own, in which every pixel that is out of place shows."""

    def __init__(self, width: int, height: int, mode: str) -> None:
        self.size = (width, height)
        self.mode = mode

    def pages(self, card: Card) -> tuple[Page, ...]:
        return tuple(a_page(number) for number, _ in enumerate(card.faces, 1))

    def draw(self, page: Page, *, shift: tuple[int, int] = (0, 0)) -> Image.Image:
        width, height = self.size
        noise = random.Random(repr((page.number, shift))).randbytes(width * height * 3)  # noqa: S311 - no secret
        return Image.frombytes("RGB", self.size, noise).convert(self.mode)
