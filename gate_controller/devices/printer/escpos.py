"""
What stands on a receipt, as ESC/POS: the bytes that Epson's printers take, and nearly all others.

Commands are named as in Epson's reference ("ESC/POS Command Reference", download4.epson.biz). Rules: every receipt
begins with all that it depends on and every line says all that it is, so that nothing is left over from another job; a
line always ends, or the cutter is not moved; and no data is a command.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from gate_controller.devices.printer.code_page import encode

COLUMN_DOTS: Final = 12
"""Width of a letter of font A: 203 dots an inch, as all common printers have them."""

MODULE_DOTS: Final = 6
"""Of a QR code's module: 0.75 mm, which every phone reads off thermal paper."""

LONGEST_QR: Final = 200
"""Letters of a QR code; with more it is wider than a narrow roll."""

BAND_ROWS: Final = 24
"""A picture is sent in bands of so many rows: a printer that lost its place gets it back after one."""

LONGEST_COMMAND: Final = 4096
"""More bytes than any command of these has: so many zeros end whatever a broken job has begun."""

_ESC, _GS, _FS = b"\x1b", b"\x1d", b"\x1c"
_LEFT, _CENTRE = 0, 1
_LARGE: Final = 0x11
"""Twice as wide and twice as high (GS !)."""
_QR_MODEL_2, _QR_MEDIUM = b"\x31\x41\x32\x00", 0x31


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line of text; what is longer than the paper goes on in the next line."""

    text: str
    is_bold: bool = False
    is_large: bool = False
    is_centred: bool = False


@dataclass(frozen=True, slots=True)
class QrCode:
    """A QR code, which the printer draws itself, in the middle."""

    text: str


@dataclass(frozen=True, slots=True)
class Raster:
    """A picture in dots, in the middle: eight to a byte, the leftmost is the highest bit, 1 is black."""

    row_bytes: int
    dots: bytes


PrintItem = TextLine | QrCode | Raster


def encoded(items: Iterable[PrintItem], *, page: int, cut: str) -> bytes:
    """
    Return the bytes that print a receipt. `page` is the printer's number for WPC1252; `cut` is `partial`, `full` or
    `none`.
    """
    return b"".join((_begin(page), *map(_printed, items), _style(), _end(cut)))


def _begin(page: int) -> bytes:
    # Initialise; then no double-byte letters (printers for Asia take accents for their first half), behind which some
    # lose a byte: a zero is no loss; ASCII as in the USA, for elsewhere # and { are other letters; the page at last.
    return _ESC + b"@" + _FS + b".\x00" + _ESC + b"R\x00" + _ESC + b"t" + bytes([page])


def _end(cut: str) -> bytes:
    if cut == "none":
        return _ESC + b"d\x04"  # so that the last line can be torn off
    return _GS + b"V" + bytes([65 if cut == "full" else 66, 0])


def _style(*, is_bold: bool = False, is_large: bool = False, is_centred: bool = False) -> bytes:
    where = _CENTRE if is_centred else _LEFT
    size = _LARGE if is_large else 0
    return _ESC + b"a" + bytes([where]) + _ESC + b"E" + bytes([is_bold]) + _GS + b"!" + bytes([size])


def _printed(item: PrintItem) -> bytes:
    match item:
        case TextLine():
            style = _style(is_bold=item.is_bold, is_large=item.is_large, is_centred=item.is_centred)
            return style + encode(item.text) + b"\n"
        case QrCode():
            return _style(is_centred=True) + _qr(encode(item.text)[:LONGEST_QR]) + b"\n"
        case Raster():
            return _style(is_centred=True) + _bands(item)


def _qr(data: bytes) -> bytes:
    def command(what: bytes) -> bytes:
        return _GS + b"(k" + len(what).to_bytes(2, "little") + what

    return (
        command(_QR_MODEL_2)
        + command(b"\x31\x43" + bytes([MODULE_DOTS]))
        + command(b"\x31\x45" + bytes([_QR_MEDIUM]))
        + command(b"\x31\x50\x30" + data)
        + command(b"\x31\x51\x30")
    )


def _bands(picture: Raster) -> bytes:
    band = BAND_ROWS * picture.row_bytes
    dots = _without_commands(picture.dots)
    found = b""
    for begin in range(0, len(dots), band):
        part = dots[begin : begin + band]
        rows = len(part) // picture.row_bytes
        found += _GS + b"v0\x00" + picture.row_bytes.to_bytes(2, "little") + rows.to_bytes(2, "little") + part
    return found


def _without_commands(dots: bytes) -> bytes:
    """
    Return a picture without what a printer takes for a real-time command wherever it stands: DLE, and EOT, ENQ or DC4.

    One dot is turned over, which nobody sees; the command could open a drawer, or clear the printer's memory.
    """
    for second in (b"\x04", b"\x05", b"\x14"):
        dots = dots.replace(b"\x10" + second, b"\x10" + bytes([second[0] ^ 0x02]))
    return dots
