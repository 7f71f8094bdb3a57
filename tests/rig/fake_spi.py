"""
An SPI bus for tests, with the interface of `spidev.SpiDev`, and the memory of a colour LCD on it: commands and data
are told apart by the level of a mock pin.
"""

import os
from collections.abc import Callable

from PIL import Image


class FakeSPI:
    """Bus 0, device 0, with an ST7735, ST7789 or ILI9341 on it."""

    def __init__(self, is_data: Callable[[], bool], *, width: int, height: int) -> None:
        self.max_speed_hz = 0
        self.error: int | None = None
        self.open_error: int | None = None
        self.is_open = False
        self.is_on = False
        self.sent = 0
        """How many bytes of pictures were sent."""
        self.image = Image.new("RGB", (width, height), "white")
        self._is_data = is_data
        self._command = 0
        self._window = [0, width - 1, 0, height - 1]

    def open(self, bus: int, device: int) -> None:
        if self.open_error is not None:
            raise OSError(self.open_error, os.strerror(self.open_error), f"/dev/spidev{bus}.{device}")
        self.is_open = True

    def close(self) -> None:
        self.is_open = False

    def writebytes2(self, values: bytes) -> None:
        assert self.is_open
        if self.error is not None:
            raise OSError(self.error, os.strerror(self.error))
        if not self._is_data():
            for command in values:
                self._command = command
                if command in (0x28, 0x29):
                    self.is_on = command == 0x29
            return
        match self._command:
            case 0x2A:
                self._window[0:2] = int.from_bytes(values[0:2]), int.from_bytes(values[2:4])
            case 0x2B:
                self._window[2:4] = int.from_bytes(values[0:2]), int.from_bytes(values[2:4])
            case 0x2C:
                left, right, top, bottom = self._window
                self.sent += len(values)
                self.image.paste(Image.frombytes("RGB", (right - left + 1, bottom - top + 1), values), (left, top))
