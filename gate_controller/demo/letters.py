"""What a display of letters shows, as a terminal can: our glyphs become the characters that look most like them."""

from typing_extensions import override

from gate_controller.admission.words.messages import Symbol
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


class TerminalGrid(CharacterGrid):
    """A display of so many columns and rows."""

    def __init__(self, columns: int, rows: int) -> None:
        super().__init__(columns, rows, _ROM)

    @override
    def draw(self, page: Page) -> tuple[str, ...]:
        return tuple(row.translate(_GLYPHS) for row in super().draw(page))
