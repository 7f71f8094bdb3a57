"""
The stage's display: the gate's own player and layout, with a panel that keeps its picture in this process's memory.

It is handed to the gate as its display, so every card comes the way it does on a real one: words in all languages of
the house, pages that turn, the rest that goes round.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from typing_extensions import override

from gate_controller.demo.display_models import Dots, Model
from gate_controller.devices.display.card import Card
from gate_controller.devices.display.panel import Characters, Panel, Pictures
from gate_controller.devices.display.player import Player
from gate_controller.devices.display.typesetting.page import Page
from gate_controller.devices.errors import DeviceError
from gate_controller.texts import Language

if TYPE_CHECKING:
    from PIL import Image

    from gate_controller.devices.display.panels.image import ImageFile


# ruff: noqa: PLC0415 - what only some displays need is brought in by those

OnShow = Callable[["Image.Image | tuple[str, ...]", Card | None, Card | None], None]
"""Gets what a panel shows, of which card that is, and which part of it the page is of."""


class MemoryDisplay(Player):
    """A display in memory. What it shows is set by the player's thread."""

    def __init__(self, model: Model, language: Language, image_file: Path | None = None) -> None:
        """`image_file` gets the picture as well, as a PNG."""
        self.model = model
        self.picture: Image.Image | None = None
        """What a display of pixels shows; None before it shows anything."""
        self.rows: tuple[str, ...] = ()
        """What a display of letters shows, as a terminal can; each as wide as the display."""
        self.fault: str | None = None
        """What is wrong and what to do; None while it works."""
        self._language = language
        self._told: Card | None = None
        self._given: Card | None = None
        self._newest: Card | None = None
        self._on_show: Card | None = None
        self._page_of: Card | None = None
        super().__init__(lambda: make_panel(model, image_file, self._shown), on_change=self._noted)

    @override
    def show(self, card: Card) -> None:
        self._given = card
        if not card.is_resting:
            self._told = card
        # The house of the demo speaks every language. The chosen one first, then those that come after it.
        self._newest = card.beginning_with(list(Language).index(self._language))
        super().show(self._newest)

    @property
    def is_up_to_date(self) -> bool:
        """Whether it shows the newest card, or cannot."""
        return self.fault is not None or (self._on_show and replace(self._on_show, unread=None)) == self._newest

    @property
    def on_show(self) -> Card | None:
        """What its page is of, the chosen language first: at rest, by turns, what is still to be read too."""
        return self._page_of if self.fault is None else None

    @override
    def draw(self) -> "Image.Image | tuple[str, ...] | None":
        return self.picture or self.rows or None

    def choose(self, language: Language) -> None:
        """Show this language first from now on, in what is still to be read too."""
        self._language = language
        shown, told, given = self._on_show, self._told, self._given
        if shown is not None and shown.unread is not None and told is not None:
            self.show(told)
        if given is not None:
            self.show(given)

    def _shown(self, drawn: "Image.Image | tuple[str, ...]", card: Card | None, page_of: Card | None) -> None:
        self._on_show, self._page_of = card, page_of
        if isinstance(drawn, tuple):
            self.rows = drawn
        elif drawn != self.picture:
            self.picture = drawn  # the same one stays the same object: what has been painted of it stays true

    def _noted(self, fault: str | None) -> None:
        self.fault = fault


def make_panel(model: Model, image_file: Path | None, on_show: OnShow = lambda _drawn, _card, _page_of: None) -> Panel:
    """
    Return a panel in memory; it tells what it shows, and of which card that is.

    Raises `DeviceError` where Pillow is missing, or the file cannot be written.
    """
    if model.dots is Dots.LETTERS:
        if image_file is not None:
            raise DeviceError("a display of letters has no picture: take --display 320x240 with --image-file")
        from gate_controller.demo.letters import TerminalGrid

        return _InMemory(TerminalGrid(model.width, model.height), on_show)
    from gate_controller.devices.display.typesetting.canvas import Canvas

    canvas = Canvas(model.width, model.height, "RGB" if model.dots is Dots.COLOUR else "1")
    if image_file is None:
        return _InMemory(canvas, on_show)
    from gate_controller.devices.display.panels.image import ImageFile

    return _InMemory(canvas, on_show, ImageFile(image_file, canvas, size=(model.width, model.height)))


class _InMemory:
    """A panel that hands what it draws to `on_show`, with its card, and the part of that which the page is of."""

    def __init__(self, layout: Pictures | Characters, on_show: OnShow, file: "ImageFile | None" = None) -> None:
        self._layout = layout
        self._on_show = on_show
        self._file = file
        self._card: Card | None = None
        self._unread: tuple[Page, ...] = ()

    def pages(self, card: Card) -> tuple[Page, ...]:
        self._card = card
        self._unread = self._layout.pages(replace(card.unread, is_resting=False)) if card.unread is not None else ()
        return self._layout.pages(card)

    def show(self, page: Page, *, shift: tuple[int, int]) -> None:
        if self._file is not None:
            self._file.show(page, shift=shift)
        card = self._card
        page_of = card.unread if card is not None and page in self._unread else card
        self._on_show(self._layout.draw(page), card, page_of)

    def dim(self, is_dimmed: bool) -> None:
        """Stay as it is: a terminal does not age."""

    def refresh(self) -> None:
        if self._file is not None:
            self._file.refresh()

    def close(self) -> None:
        """Leave the file: whoever asked for it wants to look at it afterwards too."""
