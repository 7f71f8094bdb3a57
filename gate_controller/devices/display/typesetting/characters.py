"""
A display of characters, a HD44780: a card becomes pages, and a page rows of letters.

Laid out by the same rules as pictures; the symbol is one glyph before the first line.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from gate_controller.devices.display.card import Card, Face
from gate_controller.devices.display.typesetting.folding import Rom, fold, without_no_break_spaces
from gate_controller.devices.display.typesetting.glyphs import SYMBOLS, bitmaps, characters
from gate_controller.devices.display.typesetting.layout import leaves
from gate_controller.devices.display.typesetting.page import Box, Page
from gate_controller.devices.display.typesetting.paging import pages
from gate_controller.devices.display.typesetting.sheet import Leaf, Lettering, Sheet, Stand
from gate_controller.devices.errors import DeviceError

LEAST_COLUMNS, LEAST_ROWS = 8, 2


@dataclass(frozen=True, slots=True)
class _Cells:
    """Letters of a display where each takes one cell."""

    size: int = 1
    is_bold: bool = False
    pitch: int = 1

    def measure(self, text: str) -> int:
        return len(text)

    def reach(self, text: str) -> tuple[int, int]:  # noqa: ARG002 - all are alike
        return 1, 0


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
        self._letterings = tuple(_letterings(columns, rows))
        self._pages = lru_cache(maxsize=32)(self._laid_out)

    def pages(self, card: Card) -> tuple[Page, ...]:
        """Return the pages of a card, in the order in which they are shown."""
        return self._pages(card)

    def draw(self, page: Page) -> tuple[str, ...]:
        """Return the rows of a page, each exactly as wide as the display."""
        rows = [" " * self.columns] * self.rows
        for line in page.lines:
            rows[line.base - 1] = _put(rows[line.base - 1], line.left, without_no_break_spaces(line.text))
        top, left = page.symbol_box.top, page.symbol_box.left
        if left and rows[top][left + 1 : left + 2].strip():
            left -= 1  # a page that needed every cell has set those that do not as close
        rows[top] = _put(rows[top], left, chr(SYMBOLS[page.symbol]))
        return tuple(rows)

    def _laid_out(self, card: Card) -> tuple[Page, ...]:
        def set_face(face: Face) -> list[Leaf]:
            forms = (face, face.short) if face.short is not None else (face,)
            return leaves(tuple(map(self._showing, forms)), self._letterings)

        return pages(card, set_face)

    def _showing(self, face: Face) -> Face:
        title, detail, money = (fold(text, self.rom, self._letters) for text in (face.title, face.detail, face.money))
        return Face(title, detail, money)


def _letterings(columns: int, rows: int) -> Iterator[Sequence[Lettering]]:
    area, cells = Box(0, 0, columns, rows), _Cells()
    for gap, may_break in ((1, False), (0, False), (0, True)):
        sheet = Sheet(area, 1, Stand.BEFORE, gap)
        yield [Lettering(sheet, (cells,), cells, cells, may_break=may_break)]


def _put(row: str, left: int, text: str) -> str:
    return row[:left] + text + row[left + len(text) :]
