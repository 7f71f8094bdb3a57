"""
A receipt drawn from the bytes that the printer takes, dot by dot at 203 dots an inch: for people, documentation, tests.

It knows the commands that `escpos.py` sends, and no others. A printer draws QR codes itself, so here segno does, from
what the printer is told: nothing that only prints brings it in.
"""

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from gate_controller.devices.errors import DeviceError
from gate_controller.devices.printer.code_page import CODE_PAGE
from gate_controller.devices.printer.escpos import COLUMN_DOTS

if TYPE_CHECKING:
    from PIL import Image

# ruff: noqa: PLC0415 - Pillow and segno are there where somebody wants pictures

MARGIN_DOTS: Final = 24
_CELL_ROWS: Final = 24
"""A letter of font A, with its descender."""
_LINE_ROWS: Final = 30
"""From line to line as printers have it after ESC @."""
_BASE_ROW: Final = 19
_LETTER_SIZE: Final = 18

_COMMAND: Final = re.compile(
    rb"(?P<nothing>\x1b@|\x1c\.|\x00|\x1b[Rt].|\x1dV[\x41\x42].)|\x1ba(?P<place>.)|\x1bE(?P<weight>.)|\x1d!(?P<size>.)|"
    rb"\x1bd(?P<feed>.)|\x1d\(k(?P<symbol>..)|\x1dv0\x00(?P<raster>....)|(?P<end>\n)|(?P<text>[\x20-\xff]+)",
    re.DOTALL,
)


def draw_receipt(commands: bytes, columns: int) -> "Image.Image":
    """Return the receipt on paper that is so many letters wide. Raises `DeviceError` where a library is missing."""
    try:
        import segno  # noqa: F401 - said before half of it is drawn
        from PIL import Image
    except ImportError as error:
        missing = f"pictures of receipts need {error.name}"
        raise DeviceError(f"{missing}: pip install 'gate-controller[receipts]'") from None
    strips = _Strips(columns * COLUMN_DOTS)
    place = 0
    while place < len(commands):
        found = _COMMAND.match(commands, place)
        if found is None:
            raise ValueError(f"byte {place} of the receipt is no command: {commands[place : place + 4]!r}")
        place = found.end() + strips.take(found, commands[found.end() :])
    height = sum(strip.height for strip in strips.drawn) + 2 * MARGIN_DOTS
    paper = Image.new("L", (strips.width + 2 * MARGIN_DOTS, height), "white")
    top = MARGIN_DOTS
    for strip in strips.drawn:
        paper.paste(strip, (MARGIN_DOTS, top))
        top += strip.height
    return paper


class _Strips:
    """What is on paper so far, from the top, and how the next of it is to be."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.drawn: list[Image.Image] = []
        self._is_centred = self._is_bold = self._is_large = False
        self._text = self._symbol = b""
        self._module = 1

    def take(self, found: re.Match[bytes], rest: bytes) -> int:
        """Take one command; return how many bytes of the rest belong to it."""
        kind = found.lastgroup or ""
        given = found[kind]
        match kind:
            case "place":
                self._is_centred = given == b"\x01"
            case "weight":
                self._is_bold = given == b"\x01"
            case "size":
                self._is_large = given != b"\x00"
            case "text":
                self._text += given
            case "end":
                self._end_line()
            case "feed":
                self._blank(given[0] * _LINE_ROWS)
            case "symbol":
                return self._take_symbol(rest[: int.from_bytes(given, "little")])
            case "raster":
                return self._take_raster(int.from_bytes(given[:2], "little"), int.from_bytes(given[2:], "little"), rest)
        return 0

    def _end_line(self) -> None:
        scale = 2 if self._is_large else 1
        letters = self._text.decode(CODE_PAGE, errors="replace")
        self._text = b""
        if not letters:
            self._blank(_LINE_ROWS)
            return
        row = _white(len(letters) * COLUMN_DOTS * scale, _LINE_ROWS * scale)
        for place, letter in enumerate(letters):
            row.paste(_letter(letter, is_bold=self._is_bold, scale=scale), (place * COLUMN_DOTS * scale, 0))
        self._put(row)

    def _take_symbol(self, what: bytes) -> int:
        match what[:2]:
            case b"1C":
                self._module = what[2]
            case b"1P":
                self._symbol = what[3:]
            case b"1Q":
                self._put(_qr(self._symbol, self._module))
        return len(what)

    def _take_raster(self, row_bytes: int, rows: int, rest: bytes) -> int:
        from PIL import Image, ImageOps

        dots = rest[: row_bytes * rows]
        self._put(ImageOps.invert(Image.frombytes("1", (row_bytes * 8, rows), dots).convert("L")))
        return len(dots)

    def _put(self, picture: "Image.Image") -> None:
        strip = _white(self.width, picture.height)
        strip.paste(picture, ((self.width - picture.width) // 2 if self._is_centred else 0, 0))
        self.drawn.append(strip)

    def _blank(self, rows: int) -> None:
        self.drawn.append(_white(self.width, rows))


def _white(width: int, height: int) -> "Image.Image":
    from PIL import Image

    return Image.new("L", (width, height), "white")


@cache
def _letter(letter: str, *, is_bold: bool, scale: int) -> "Image.Image":
    """Return a letter in its cell: every one is as wide as any other, as printers have them."""
    from PIL import ImageDraw

    from gate_controller.devices.display.typesetting.lettering import letters

    font = letters(_LETTER_SIZE * scale, is_bold=is_bold, mode="RGB")
    wide, wanted = font.measure(letter), COLUMN_DOTS * scale
    cell = _white(max(wide, wanted), _CELL_ROWS * scale)
    font.draw(ImageDraw.Draw(cell), ((cell.width - wide) // 2, _BASE_ROW * scale), letter, 0)
    return cell.resize((wanted, cell.height))


def _qr(data: bytes, module: int) -> "Image.Image":
    import segno
    from PIL import Image

    rows = [
        bytes(0 if dark else 255 for dark in row) for row in segno.make_qr(data, error="m", boost_error=False).matrix
    ]
    side = len(rows)
    return Image.frombytes("L", (side, side), b"".join(rows)).resize((side * module,) * 2, Image.Resampling.NEAREST)
