"""Pictures for a display that is not mounted upright."""

from PIL import Image

from gate_controller.devices.display.card import Card
from gate_controller.devices.display.panel import Pictures
from gate_controller.devices.display.typesetting.page import Page

_CLOCKWISE = {1: Image.Transpose.ROTATE_270, 2: Image.Transpose.ROTATE_180, 3: Image.Transpose.ROTATE_90}


class Turned:
    """Pictures laid out as people see them, turned clockwise by so many quarters for the display's memory."""

    def __init__(self, pictures: Pictures, quarters: int) -> None:
        self._pictures = pictures
        self._way = _CLOCKWISE[quarters]

    def pages(self, card: Card) -> tuple[Page, ...]:
        """Return the card laid out."""
        return self._pictures.pages(card)

    def draw(self, page: Page, *, shift: tuple[int, int] = (0, 0)) -> Image.Image:
        """Return the picture of a page, turned; `shift` is as people see it."""
        return self._pictures.draw(page, shift=shift).transpose(self._way)
