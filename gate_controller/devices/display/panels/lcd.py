"""Colour LCDs over SPI: ST7735, ST7789 and ILI9341. Only the box of what changed is sent, three bytes a pixel."""

import time

from PIL import Image, ImageChops

from gate_controller.devices.display.card import Card
from gate_controller.devices.display.panel import Pictures
from gate_controller.devices.display.panels.controllers import lcd_start
from gate_controller.devices.display.panels.spi import SPILink
from gate_controller.devices.display.panels.turning import turned
from gate_controller.devices.display.typesetting.page import Page

SIZES = {"st7735": (160, 128), "st7789": (240, 240), "ili9341": (320, 240)}
"""The drivers, and the size in which each is sold most."""

SPEEDS_HZ = {"st7735": 16_000_000, "st7789": 24_000_000, "ili9341": 24_000_000}
"""What each is driven at in practice (Adafruit's drivers: 24 MHz); ST7735's datasheet allows 15 MHz."""

_SOFTWARE_RESET = 0x01
_SLEEP_OUT = 0x11
_COLUMNS = 0x2A
_ROWS = 0x2B
_WRITE = 0x2C
_DISPLAY_OFF = 0x28

# The datasheets' waits; luma leaves the first out.
_WAITS = {_SOFTWARE_RESET: 0.15, _SLEEP_OUT: 0.12}


class Lcd:
    """A colour LCD, as a panel: `size` is its own, in pixels, and `rotate` the quarter turns of the picture."""

    def __init__(self, link: SPILink, pictures: Pictures, *, driver: str, size: tuple[int, int], rotate: int) -> None:
        """Start it, with an empty picture. Raises `DeviceError`, and leaves the link to be closed by the caller."""
        self._link = link
        self._pictures = pictures
        self._rotate = rotate
        self._shown: Image.Image | None = None
        self._black = Image.new("RGB", size)
        *start, on = lcd_start(driver, *size)
        for step in start:
            if step.is_data:
                link.data(step.sent)
            else:
                link.command(step.sent)
                time.sleep(_WAITS.get(step.sent[0], 0))
        self._send(self._black)
        link.command(on.sent)

    def pages(self, card: Card) -> tuple[Page, ...]:
        """Return the card laid out."""
        return self._pictures.pages(card)

    def show(self, page: Page, *, shift: tuple[int, int]) -> None:  # noqa: ARG002 - these pixels do not age
        """Send what of the page's picture differs from the one before."""
        self._send(turned(self._pictures.draw(page), self._rotate))

    def dim(self, is_dimmed: bool) -> None:
        """Stay as it is: the backlight is not the gate's."""

    def refresh(self) -> None:
        """Send all of the next picture. Starting it again would go black for half a second at each admission."""
        self._shown = None

    def close(self) -> None:
        """Go black, turn it off and give the bus back."""
        try:
            self._send(self._black)
            self._link.command(bytes([_DISPLAY_OFF]))
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
        if self._shown is None:
            return 0, 0, image.width, image.height
        return ImageChops.difference(self._shown, image).getbbox()

    def _tell(self, command: int, arguments: bytes) -> None:
        self._link.command(bytes([command]))
        self._link.data(arguments)
