"""
One-colour OLEDs: SSD1306, SSD1309 and SH1106, over I2C or SPI.

Their memory is in pages of eight rows, a byte for each column of a page with its upper pixel in the lowest bit. SSD1306
and SSD1309 take all pages in one go; SH1106 has to be told each page, and has 132 columns, of which most modules show 2
to 129, and some 0 to 127 (`display.column_offset`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from gate_controller.devices.display.driver import Driver, Size

if TYPE_CHECKING:
    from PIL import Image

    from gate_controller.devices.display.card import Card
    from gate_controller.devices.display.panel import Panel, Pictures
    from gate_controller.devices.display.supplies import Link, Supplies
    from gate_controller.devices.display.typesetting.page import Page

_ON = b"\xaf"
_OFF = b"\xae"
_CONTRAST = b"\x81"
_COLUMNS = b"\x21"
_PAGES = b"\x22"
_PAGE = 0xB0
_LOW_COLUMN = 0x00
_HIGH_COLUMN = 0x10

# The least that is read from an arm's length indoors.
_DIM = 0x01


@dataclass(frozen=True, slots=True)
class Controller:
    """What one OLED controller has of its own."""

    starts: dict[Size, bytes]
    """The commands that start it, dark, for each size in which it is sold, the usual one first."""
    bright: int
    """Its usual contrast."""
    first_column: int | None = None
    """Where a page usually begins, if it has to be told each page."""
    columns: int | None = None
    """How many a page has then."""


def _ssd1306(rows: int, com_pins: int) -> bytes:
    # By their section and page in the datasheet, SSD1306 Rev 1.1 (Solomon Systech, Apr 2008).
    return bytes((
        0xAE,            # display off: 10.1.12, p. 37
        0xD5, 0x80,      # clock: 10.1.16, p. 40
        0xA8, rows - 1,  # multiplex ratio: 10.1.11, p. 37
        0xD3, 0x00,      # display offset: 10.1.15, p. 37
        0x40,            # start line: 10.1.6, p. 36
        0x8D, 0x14,      # charge pump on: the application note that is bound with it
        0x20, 0x00,      # horizontal addressing: 10.1.3, p. 34
        0xA1,            # columns from right to left: 10.1.8, p. 36
        0xC8,            # rows from below: 10.1.14, p. 37
        0xDA, com_pins,  # how the rows are wired: 10.1.18, p. 40
        0xD9, 0xF1,      # pre-charge: 10.1.17, p. 40
        0xDB, 0x40,      # deselect level: 10.1.19, p. 43; more than the three it lists, as everybody sends it
        0xA4,            # show what is in the memory: 10.1.9, p. 37
        0xA6,            # 1 is lit: 10.1.10, p. 37
    ))  # fmt: skip


def _sh1106(multiplex: int, offset: int) -> bytes:
    # By their number among the commands of the datasheet, SH1106 V2.3 (Sino Wealth).
    return bytes((
        0xAE,             # display off: 11
        0x20,             # a command of the SSD1306's that this one does not have
        0x10,             # higher column: 2
        0xB0,             # page: 12
        0xC8,             # rows from below: 13
        0x00, 0x10,       # lower and higher column: 1 and 2
        0x40,             # start line: 4
        0xA1,             # columns from right to left: 6
        0xA6,             # 1 is lit: 8
        0xA8, multiplex,  # multiplex ratio: 9
        0xA4,             # show what is in the memory: 7
        0xD3, offset,     # display offset: 14
        0xD5, 0xF0,       # clock: 15
        0xD9, 0x22,       # discharge and pre-charge: 16
        0xDA, 0x12,       # how the rows are wired: 17
        0xDB, 0x20,       # deselect level: 18
        0x8D, 0x14,       # the SSD1306's charge pump; here the pump (10, AD) is on from the start
    ))  # fmt: skip


def _driver(name: str, controller: Controller) -> Driver:
    return Driver(
        name=name,
        kind="OLED",
        sizes=tuple(controller.starts),
        address=0x3C,
        spi_hz=8_000_000,  # the datasheets allow 10 MHz
        memory_columns=controller.columns,
        extra="oled",
        make=partial(_panel, controller),
    )


def _panel(controller: Controller, supplies: Supplies) -> Panel:
    pictures = supplies.pictures("1")
    offset = supplies.mounting.column_offset
    first_column = controller.first_column if offset is None else offset
    return Oled(supplies.link(), pictures, controller, supplies.size, first_column)


_SSD1306 = Controller({(128, 64): _ssd1306(64, 0x12), (128, 32): _ssd1306(32, 0x02)}, bright=0xCF)

_SH1106 = Controller(
    {
        (128, 64): _sh1106(0x3F, 0x00),
        (128, 32): _sh1106(0x20, 0x0F),
        # What is sold as such has a relative of it: a SH1106 has 64 rows.
        (128, 128): _sh1106(0xFF, 0x02),
    },
    bright=0x7F,
    first_column=2,
    columns=132,
)

DRIVERS = (
    _driver("ssd1306", _SSD1306),
    _driver("sh1106", _SH1106),
    # The same commands as an SSD1306's, but for the charge pump: it has none, and passes the command over.
    _driver("ssd1309", _SSD1306),
)


class Oled:
    """An OLED, as a panel."""

    def __init__(
        self, link: Link, pictures: Pictures, controller: Controller, size: Size, first_column: int | None
    ) -> None:
        """
        Start it, with an empty picture; `first_column` is where a page begins, if it has to be told each page.

        Raises `DeviceError`, and leaves the link to be closed by the caller.
        """
        self._link = link
        self._pictures = pictures
        self._controller = controller
        self._width, self._height = size
        self._first_column = first_column
        self._contrast = controller.bright
        self._start(blank=True)

    def pages(self, card: Card) -> tuple[Page, ...]:
        """Return the card laid out."""
        return self._pictures.pages(card)

    def show(self, page: Page, *, shift: tuple[int, int]) -> None:
        """Send the picture of a page."""
        self._send(packed(self._pictures.draw(page, shift=shift)))

    def dim(self, is_dimmed: bool) -> None:
        """Lower the contrast, or set it back."""
        self._contrast = _DIM if is_dimmed else self._controller.bright
        self._link.command(_CONTRAST + bytes([self._contrast]))

    def refresh(self) -> None:
        """Start it again; the picture stays in its memory meanwhile."""
        self._start(blank=False)

    def close(self) -> None:
        """Turn it off and give the bus back."""
        try:
            self._link.command(_OFF)
        finally:
            self._link.close()

    def _start(self, *, blank: bool) -> None:
        self._link.command(self._controller.starts[self._width, self._height])
        self._link.command(_CONTRAST + bytes([self._contrast]))
        if blank:  # its memory holds noise after power-up
            self._send(bytes(self._width * self._height // 8))
        self._link.command(_ON)

    def _send(self, memory: bytes) -> None:
        first = self._first_column
        if first is None:
            pages = bytes([0, self._height // 8 - 1])
            self._link.command(_COLUMNS + bytes([0, self._width - 1]) + _PAGES + pages)
            self._link.data(memory)
            return
        for number in range(self._height // 8):
            self._link.command(bytes([_PAGE | number, _LOW_COLUMN | first, _HIGH_COLUMN]))
            self._link.data(memory[number * self._width : (number + 1) * self._width])


def packed(image: Image.Image) -> bytes:
    """Return a picture (mode "1") as the controllers keep it, page by page."""
    from PIL import Image  # noqa: PLC0415 - who has a picture has Pillow

    pages = image.height // 8
    # Turned clockwise each column is a row, lowest pixel first, and Pillow packs rows with the first pixel in the
    # highest bit: so these are the right bytes, column by column with the lowest page first.
    columns = image.transpose(Image.Transpose.ROTATE_270).tobytes()
    return b"".join(columns[page::pages] for page in reversed(range(pages)))
