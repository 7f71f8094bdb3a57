"""
The port of all displays: what the player asks of one, whatever it is made of.

A panel is made by a function without arguments that opens its bus. Making it and every method may block, and may
raise: `DeviceError` where the fault is known, any `Exception` where a library has its own. A panel that raised is
closed and made anew; it need not mend itself.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

from gate_controller.devices.display.card import Card
from gate_controller.devices.display.typesetting.page import Page

if TYPE_CHECKING:
    from PIL import Image  # a gate with a character display, or none, has no Pillow


class Pictures(Protocol):
    """What lays cards out in pixels and draws them: `canvas.Canvas`."""

    def pages(self, card: Card) -> tuple[Page, ...]:
        """Return the card laid out, in the order in which it is read."""

    def draw(self, page: Page, *, shift: tuple[int, int] = (0, 0)) -> "Image.Image":
        """Return the picture of a page, moved by pixels right and down."""


class Characters(Protocol):
    """What lays cards out in characters: `characters.CharacterGrid`."""

    @property
    def glyphs(self) -> Mapping[int, tuple[int, ...]]:
        """The glyphs to be loaded before a page is shown, by their character: eight rows of five bits each."""

    def pages(self, card: Card) -> tuple[Page, ...]:
        """Return the card laid out, in the order in which it is read."""

    def draw(self, page: Page) -> tuple[str, ...]:
        """Return the rows of a page, each as wide as the display."""


class Panel(Protocol):
    """One display, open. All methods are called from one thread."""

    def pages(self, card: Card) -> tuple[Page, ...]:
        """Return the card laid out for this size, in the order in which it is read."""

    def show(self, page: Page, *, shift: tuple[int, int]) -> None:
        """Put a page there; `shift` moves the picture by pixels right and down, where pixels age."""

    def dim(self, is_dimmed: bool) -> None:
        """Dim, or brighten again, where pixels age. A panel is bright when it is made."""

    def refresh(self) -> None:
        """Mend what electric noise may have done. The page is shown again after it."""

    def close(self) -> None:
        """Go blank and give the bus back; it is given back even when the panel does not go blank."""
