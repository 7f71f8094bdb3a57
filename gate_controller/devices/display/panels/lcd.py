"""Colour LCDs over SPI: ST7735, ST7789 and ILI9341. Only the box of what changed is sent, three bytes a pixel."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

from gate_controller.devices.display.driver import Driver, Size

if TYPE_CHECKING:
    from PIL import Image

    from gate_controller.devices.display.card import Card
    from gate_controller.devices.display.panel import Panel, Pictures
    from gate_controller.devices.display.supplies import Link, Supplies
    from gate_controller.devices.display.typesetting.page import Page

# ruff: noqa: PLC0415 - Pillow is brought in by those that have such a display

_SOFTWARE_RESET = 0x01
_SLEEP_OUT = 0x11
_DISPLAY_OFF = 0x28
_DISPLAY_ON = 0x29
_COLUMNS = 0x2A
_ROWS = 0x2B
_WRITE = 0x2C

# How long the controllers want to be left alone after these (ST7735: 120 ms after both; ILI9341: 5 ms and 120 ms).
_WAITS = {_SOFTWARE_RESET: 0.15, _SLEEP_OUT: 0.12}


Start = tuple[tuple[int, str], ...]
"""Commands, each with its arguments in hexadecimal."""

# By section in the datasheet, ST7735S V1.1 (Sitronix). The memory lies on its side: 160 columns, 128 rows.
_ST7735: Start = (
    (_SOFTWARE_RESET, ""),        # 10.1.2
    (_SLEEP_OUT, ""),             # 10.1.12
    (0xB1, "01 2c 2d"),           # frame rate, full colours: 10.2.1
    (0xB2, "01 2c 2d"),           # idle: 10.2.2
    (0xB3, "01 2c 2d 01 2c 2d"),  # in part: 10.2.3
    (0xB4, "07"),                 # inversion by columns: 10.2.4
    (0xC0, "a2 02 84"),           # power: 10.2.5 to 10.2.9
    (0xC1, "c5"),
    (0xC2, "0a 00"),
    (0xC3, "8a 2a"),
    (0xC4, "8a ee"),
    (0xC5, "0e"),                 # VCOM: 10.2.10
    (0x36, "60"),                 # columns and rows exchanged, columns from the right, red first: 10.1.29
    (0x20, ""),                   # not inverted: 10.1.15
    (0x3A, "06"),                 # three bytes a pixel: 10.1.33
    (0x13, ""),                   # all of the display: 10.1.14
    (0xE0, "0f 1a 0f 18 2f 28 20 22 1f 1b 23 37 00 07 02 10"),  # gamma: 10.2.17
    (0xE1, "0f 1b 0f 17 33 2c 29 2e 30 30 39 3f 00 07 03 10"),  # and 10.2.18
)  # fmt: skip

# By section in the datasheet, ST7789V (Sitronix); those of its second command table are all in 9.2.
_ST7789: Start = (
    (0x36, "70"),              # columns and rows exchanged, columns from the right, red first: 9.1.28
    (0x3A, "06"),              # three bytes a pixel: 9.1.32
    (0xB2, "0c 0c 00 33 33"),  # porch: 9.2
    (0xB7, "35"),              # gates
    (0xBB, "19"),              # VCOM, 0.725 V
    (0xC0, "2c"),              # LCM
    (0xC2, "01"),              # VDV and VRH come from commands
    (0xC3, "12"),              # VRH
    (0xC4, "20"),              # VDV, 0 V
    (0xC6, "0f"),              # 60 frames a second
    (0xD0, "a4 a1"),           # power
    (0xE0, "d0 04 0d 11 13 2b 3f 54 4c 18 0d 0b 1f 23"),  # gamma
    (0xE1, "d0 04 0c 11 13 2c 3f 44 51 2f 1f 1f 20 23"),
    (0x21, ""),                # inverted, as IPS panels are to be: 9.1.16
    (_SLEEP_OUT, ""),          # 9.1.12
    (_DISPLAY_ON, ""),         # 9.1.19
)  # fmt: skip

# By section and page in the datasheet, ILI9341 V1.05 (ILI Technology).
_ILI9341: Start = (
    (0xEF, "03 80 02"),        # in no datasheet; all drivers send it
    (0xCF, "00 c1 30"),        # power B: 8.4.2, p. 196
    (0xED, "64 03 12 81"),     # power on sequence: 8.4.5, p. 199
    (0xE8, "85 00 78"),        # timing A: 8.4.3, p. 197
    (0xCB, "39 2c 00 34 02"),  # power A: 8.4.1, p. 195
    (0xF7, "20"),              # pump ratio: 8.4.7, p. 201
    (0xEA, "00 00"),           # timing B: 8.4.4, p. 198
    (0xC0, "23"),              # power: 8.3.16, p. 178
    (0xC1, "10"),              # and 8.3.17, p. 179
    (0xC5, "3e 28"),           # VCOM: 8.3.18, p. 180
    (0xC7, "86"),              # and 8.3.19, p. 182
    (0x36, "28"),              # columns and rows exchanged, blue first: 8.2.29, p. 127
    (0x3A, "46"),              # three bytes a pixel: 8.2.33, p. 134
    (0xB1, "00 18"),           # frame rate: 8.3.2, p. 155
    (0xB6, "08 82 27"),        # 320 lines: 8.3.7, p. 164
    (0xF2, "00"),              # one gamma curve: 8.4.6, p. 200
    (0x26, "01"),              # this one: 8.2.17, p. 107
    (0xE0, "0f 31 2b 0c 0e 08 4e f1 37 07 10 03 0e 09 00"),  # 8.3.24, p. 188
    (0xE1, "00 0e 14 03 11 07 31 c1 48 08 0f 0c 31 36 0f"),  # 8.3.25, p. 189
    (_SLEEP_OUT, ""),          # 8.2.12, p. 101
)  # fmt: skip


def _driver(name: str, start: Start, *, spi_hz: int, sizes: tuple[Size, ...], most: Size | None = None) -> Driver:
    return Driver(
        name=name,
        kind="colour LCD",
        sizes=sizes,
        most=most,
        spi_hz=spi_hz,
        extra="colour",
        make=partial(_panel, start),
    )


def _panel(start: Start, supplies: Supplies) -> Panel:
    pictures = supplies.pictures("RGB")
    return Lcd(supplies.link(), pictures, start, supplies.size)


DRIVERS = (
    # The datasheet allows 15 MHz.
    _driver("st7735", _ST7735, spi_hz=16_000_000, sizes=((160, 128), (160, 80), (128, 128))),
    # These two are driven at that in practice (Adafruit's drivers); a ST7789's memory takes 320 x 240 pixels.
    _driver("st7789", _ST7789, spi_hz=24_000_000, sizes=((240, 240), (320, 240)), most=(320, 240)),
    _driver("ili9341", _ILI9341, spi_hz=24_000_000, sizes=((320, 240), (240, 240), (320, 180))),
)


class Lcd:
    """A colour LCD, as a panel."""

    def __init__(self, link: Link, pictures: Pictures, start: Start, size: Size) -> None:
        """Start it, with an empty picture. Raises `DeviceError`, and leaves the link to be closed by the caller."""
        from PIL import Image

        self._link = link
        self._pictures = pictures
        self._shown: Image.Image | None = None
        self._black = Image.new("RGB", size)
        for command, arguments in start:
            self._tell(command, bytes.fromhex(arguments))
            time.sleep(_WAITS.get(command, 0))
        self._send(self._black)
        self._tell(_DISPLAY_ON)

    def pages(self, card: Card) -> tuple[Page, ...]:
        """Return the card laid out."""
        return self._pictures.pages(card)

    def show(self, page: Page, *, shift: tuple[int, int]) -> None:  # noqa: ARG002 - these pixels do not age
        """Send what of the page's picture differs from the one before."""
        self._send(self._pictures.draw(page))

    def dim(self, is_dimmed: bool) -> None:
        """Stay as it is: the backlight is not the gate's."""

    def refresh(self) -> None:
        """Send all of the next picture. Starting it again would go black for half a second at each admission."""
        self._shown = None

    def close(self) -> None:
        """Go black, turn it off and give the bus back."""
        try:
            self._send(self._black)
            self._tell(_DISPLAY_OFF)
        finally:
            self._link.close()

    def _send(self, image: Image.Image) -> None:
        box = self._changed(image)
        if box is None:
            return
        left, top, right, bottom = box
        self._shown = None  # neither the old nor the new picture, should this fail half-way
        self._tell(_COLUMNS, left.to_bytes(2) + (right - 1).to_bytes(2))
        self._tell(_ROWS, top.to_bytes(2) + (bottom - 1).to_bytes(2))
        self._tell(_WRITE, image.crop(box).tobytes())
        self._shown = image

    def _changed(self, image: Image.Image) -> tuple[int, int, int, int] | None:
        from PIL import ImageChops

        if self._shown is None:
            return 0, 0, image.width, image.height
        return ImageChops.difference(self._shown, image).getbbox()

    def _tell(self, command: int, arguments: bytes = b"") -> None:
        self._link.command(bytes([command]))
        if arguments:
            self._link.data(arguments)
