"""A display of letters that a terminal can show: our glyphs become the characters that look most like them."""

from collections.abc import Callable

from gate_controller.admission.words.messages import Symbol
from gate_controller.devices.display.card import Card
from gate_controller.devices.display.typesetting.characters import CharacterGrid
from gate_controller.devices.display.typesetting.folding import Rom
from gate_controller.devices.display.typesetting.glyphs import SYMBOLS, characters
from gate_controller.devices.display.typesetting.page import Page

_ROM = Rom.A00

_SYMBOLS = {
    Symbol.SCAN: "▣",
    Symbol.CLOCK: "◷",
    Symbol.TICK: "✓",
    Symbol.CROSS: "✗",
    Symbol.HAND: "■",
    Symbol.ARROW: "↑",
}
# What the glyphs that a character display gets from us look like in a terminal.
_GLYPHS = str.maketrans(
    {place: _SYMBOLS[symbol] for symbol, place in SYMBOLS.items()}
    | {ord(place): letter for letter, place in characters(_ROM).items()}
)


class Letters:
    """A display of so many columns and rows; `tell` is told, in the player's thread, of what it shows of which card."""

    def __init__(self, columns: int, rows: int, tell: Callable[[tuple[str, ...], Card | None], None]) -> None:
        self._grid = CharacterGrid(columns, rows, _ROM)
        self._tell = tell
        self._card: Card | None = None

    def pages(self, card: Card) -> tuple[Page, ...]:
        self._card = card
        return self._grid.pages(card)

    def show(self, page: Page, *, shift: tuple[int, int]) -> None:  # noqa: ARG002 - a terminal does not age
        self._tell(tuple(row.translate(_GLYPHS) for row in self._grid.draw(page)), self._card)

    def dim(self, is_dimmed: bool) -> None:
        """Stay as it is: without its backlight nobody reads it."""

    def refresh(self) -> None:
        """Nothing garbles it."""

    def close(self) -> None:
        """Nothing is held."""
