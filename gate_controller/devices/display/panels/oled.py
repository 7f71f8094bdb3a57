"""
One-colour OLEDs: SSD1306, SSD1309 and SH1106, over I2C or SPI.

Their memory is in pages of eight rows, a byte for each column of a page with its upper pixel in the lowest bit. SSD1306
and SSD1309 take all pages in one go; SH1106 has to be told each page, and has 132 columns, of which 2 to 129 are seen.
"""

from typing import Protocol

from PIL import Image

from gate_controller.devices.display.card import Card
from gate_controller.devices.display.panel import Pictures
from gate_controller.devices.display.panels.controllers import oled_start
from gate_controller.devices.display.panels.turning import turned
from gate_controller.devices.display.typesetting.page import Page

DRIVERS = ("ssd1306", "ssd1309", "sh1106")

_DISPLAY_OFF = b"\xae"
_CONTRAST = b"\x81"
_COLUMNS = b"\x21"
_PAGES = b"\x22"
_PAGE = 0xB0
_LOW_COLUMN = 0x00
_HIGH_COLUMN = 0x10

_SH1106_FIRST_COLUMN = 2

# SSD1306 of 64 columns are wired to the middle of its 128.
_SSD1306_FIRST_COLUMN = {64: 32}

# What luma sets, and the least that is read from an arm's length indoors.
_BRIGHT = {"ssd1306": 0xCF, "ssd1309": 0xCF, "sh1106": 0x7F}
_DIM = 0x01


class Link(Protocol):
    """The way to the controller."""

    def command(self, command: bytes) -> None:
        """Send commands with their arguments."""

    def data(self, data: bytes) -> None:
        """Send what goes into the controller's memory."""

    def close(self) -> None:
        """Give the bus back."""


class Oled:
    """An OLED, as a panel: `size` is its own, in pixels, and `rotate` the quarter turns of the picture."""

    def __init__(self, link: Link, pictures: Pictures, *, driver: str, size: tuple[int, int], rotate: int) -> None:
        """Start it, with an empty picture. Raises `DeviceError`, and leaves the link to be closed by the caller."""
        self._link = link
        self._pictures = pictures
        self._driver = driver
        self._width, self._height = size
        self._rotate = rotate
        self._contrast = _BRIGHT[driver]
        self._start(blank=True)

    def pages(self, card: Card) -> tuple[Page, ...]:
        """Return the card laid out."""
        return self._pictures.pages(card)

    def show(self, page: Page, *, shift: tuple[int, int]) -> None:
        """Send the picture of a page."""
        self._send(packed(turned(self._pictures.draw(page, shift=shift), self._rotate)))

    def dim(self, is_dimmed: bool) -> None:
        """Lower the contrast, or set it back."""
        self._contrast = _DIM if is_dimmed else _BRIGHT[self._driver]
        self._link.command(_CONTRAST + bytes([self._contrast]))

    def refresh(self) -> None:
        """Start it again; the picture stays in its memory meanwhile."""
        self._start(blank=False)

    def close(self) -> None:
        """Turn it off and give the bus back."""
        try:
            self._link.command(_DISPLAY_OFF)
        finally:
            self._link.close()

    def _start(self, *, blank: bool) -> None:
        *start, on = oled_start(self._driver, self._width, self._height)
        for step in start:
            self._link.command(step.sent)
        self._link.command(_CONTRAST + bytes([self._contrast]))
        if blank:  # its memory holds noise after power-up
            self._send(bytes(self._width * self._height // 8))
        self._link.command(on.sent)

    def _send(self, memory: bytes) -> None:
        if self._driver == "sh1106":
            for number in range(self._height // 8):
                column = (_LOW_COLUMN | _SH1106_FIRST_COLUMN, _HIGH_COLUMN)
                self._link.command(bytes([_PAGE | number, *column]))
                self._link.data(memory[number * self._width : (number + 1) * self._width])
        else:
            first = _SSD1306_FIRST_COLUMN.get(self._width, 0)
            columns = _COLUMNS + bytes([first, first + self._width - 1])
            self._link.command(columns + _PAGES + bytes([0, self._height // 8 - 1]))
            self._link.data(memory)


def packed(image: Image.Image) -> bytes:
    """Return a picture (mode "1") as the controllers keep it, page by page."""
    pages = image.height // 8
    # Turned clockwise each column is a row, lowest pixel first, and Pillow packs rows with the first pixel in the
    # highest bit: so these are the right bytes, column by column with the lowest page first.
    columns = image.transpose(Image.Transpose.ROTATE_270).tobytes()
    return b"".join(columns[page::pages] for page in reversed(range(pages)))
