"""
A display of characters, a HD44780: a card becomes pages, and a page rows of letters.

Laid out by the same rules as pictures; the symbol is one glyph before the title. A title that is as wide as the display
has it in the last corner.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from gate_controller.devices.display.card import Card, Face
from gate_controller.devices.display.typesetting.folding import Rom, fold, without_no_break_spaces
from gate_controller.devices.display.typesetting.glyphs import SYMBOLS, bitmaps, characters
from gate_controller.devices.display.typesetting.page import Box, Page
from gate_controller.devices.display.typesetting.paging import pages
from gate_controller.devices.display.typesetting.sheet import Lettering, Sheet
from gate_controller.devices.errors import DeviceError

LEAST_COLUMNS, LEAST_ROWS = 8, 2


@dataclass(frozen=True, slots=True)
class _Cells:
    """Letters of a display where each takes one cell."""

    size: int = 1
    is_bold: bool = False
    up: int = 1
    down: int = 0
    pitch: int = 1

    def measure(self, text: str) -> int:
        return len(text)


class CharacterGrid:
    """Lays out and draws for one size and one ROM."""

    def __init__(self, columns: int, rows: int, rom: Rom | str) -> None:
        """Raises `DeviceError` where there are too few cells for words."""
        if columns < LEAST_COLUMNS or rows < LEAST_ROWS:
            raise DeviceError(
                f"a display of {columns}x{rows} characters is too small for words: the least is "
                f"{LEAST_COLUMNS}x{LEAST_ROWS}, see display.width and display.height"
            )
        self.columns = columns
        self.rows = rows
        self.rom = Rom(rom)
        self.glyphs: Mapping[int, tuple[int, ...]] = bitmaps(self.rom)
        """The glyphs a page calls up by the characters "\\x00" to "\\x07": eight rows of five bits each."""
        self._letters = characters(self.rom)
        self._pages = lru_cache(maxsize=32)(self._laid_out)

    def pages(self, card: Card) -> tuple[Page, ...]:
        """Return the pages of a card, in the order in which they are shown."""
        return self._pages(card)

    def draw(self, page: Page) -> tuple[str, ...]:
        """Return the rows of a page, each exactly as wide as the display."""
        rows = [" " * self.columns] * self.rows
        for line in page.lines:
            rows[line.base - 1] = _put(rows[line.base - 1], line.left, without_no_break_spaces(line.text))
        top = page.symbol_box.top
        rows[top] = _put(rows[top], page.symbol_box.left, chr(SYMBOLS[page.symbol]))
        return tuple(rows)

    def _laid_out(self, card: Card) -> tuple[Page, ...]:
        faces = tuple(Face(*map(self._showing, (face.title, face.detail, face.money))) for face in card.faces)
        return pages(replace(card, faces=faces), self._letterings)

    def _showing(self, text: str) -> str:
        return fold(text, self.rom, self._letters)

    def _letterings(self, face: Face) -> Sequence[Lettering]:
        area = Box(0, 0, self.columns, self.rows)
        before = Box(0, 0, 1, 1)
        cells = _Cells()
        spare = self.columns - len(face.title)
        if spare == 1:
            narrow = Sheet(area, before, gap=0)
        elif spare == 0:
            narrow = Sheet(area, Box(self.columns - 1, self.rows - 1, self.columns, self.rows), gap=0)
        else:
            return (Lettering(Sheet(area, before, gap=1), (cells,), cells, cells),)
        return (
            Lettering(Sheet(area, before, gap=1), (cells,), cells, cells, may_wrap_title=False),
            Lettering(narrow, (cells,), cells, cells),
        )


def _put(row: str, left: int, text: str) -> str:
    return row[:left] + text + row[left + len(text) :]
