"""
Character displays with an HD44780 behind a PCF8574, the I2C backpack that most are sold with.

RPLCD knows what such a display is to be told, and its characters. The way there is ours: RPLCD's own opens the bus
anew for each display it makes and never closes it, sends each character in eight transfers instead of one, and waits
0.1 ms after a command for which a display that runs already needs 1.5 ms, so that starting it again is a matter of
luck.
"""

import time
from collections.abc import Iterator

import RPLCD.common
from RPLCD.lcd import BaseCharLCD

from gate_controller.devices.display.card import Card
from gate_controller.devices.display.panel import Letters
from gate_controller.devices.display.panels.i2c import I2CDevice
from gate_controller.devices.display.typesetting.page import Page

ROMS = {"a00": "A00", "a02": "A02"}

# How the backpack is wired: the upper four bits are the display's data lines.
_REGISTER_SELECT = 0x01
_ENABLE = 0x04
_BACKLIGHT = 0x08
_DATA_LINES = 0xF0

# Clearing and homing take 1.52 ms at the nominal clock of 270 kHz, 2.2 ms at the slowest allowed (190 kHz).
_SLOW_INSTRUCTION = 0x03
_SLOW_SECONDS = 0.003

# All other instructions take 37 us, 53 us at the slowest clock, and the next is taken four bytes later: 90 us at
# 400 kHz, the fastest bus that such a backpack follows.

# A display whose plug was just pushed in answers before it takes instructions: 40 ms after its supply is there.
_POWER_SECONDS = 0.05


class _CharLCD(BaseCharLCD):  # type: ignore[misc]  # RPLCD has no types
    """RPLCD's display, on our bus."""

    def __init__(self, device: I2CDevice, *, columns: int, rows: int, rom: str) -> None:
        self._device = device
        self.data_bus_mode = RPLCD.common.LCD_4BITMODE
        super().__init__(cols=columns, rows=rows, charmap=ROMS[rom], auto_linebreaks=False)

    def _init_connection(self) -> None:
        time.sleep(_POWER_SECONDS)

    def _close_connection(self) -> None:
        """Nothing to close."""

    def _send_instruction(self, value: int) -> None:
        self._send(value, 0)
        if value <= _SLOW_INSTRUCTION:
            time.sleep(_SLOW_SECONDS)

    def _send_data(self, value: int) -> None:
        self._send(value, _REGISTER_SELECT)

    def _send(self, value: int, mode: int) -> None:
        ports = bytearray()
        for nibble in (value & _DATA_LINES, value << 4 & _DATA_LINES):
            port = nibble | mode | _BACKLIGHT
            # The display takes what is there when enable falls; register select has to be there before it rises.
            ports += bytes([port, port | _ENABLE, port])
        self._device.write(bytes(ports))

    def backlight_off(self) -> None:
        self._device.write(b"\x00")


class CharacterDisplay:
    """A character display, as a panel: it gets what changed, and the glyphs that its ROM lacks."""

    def __init__(self, device: I2CDevice, letters: Letters, *, size: tuple[int, int], rom: str) -> None:
        """Start it, blank. Raises `DeviceError`, and leaves the device to be closed by the caller."""
        self._device = device
        self._letters = letters
        self._columns, self._rows = size
        self._rom = rom
        self._shown: tuple[str, ...] = ()
        self._glyphs: dict[int, tuple[int, ...]] = {}
        self._start()

    def pages(self, card: Card) -> tuple[Page, ...]:
        """Return the card laid out."""
        return self._letters.pages(card)

    def show(self, page: Page, *, shift: tuple[int, int]) -> None:  # noqa: ARG002 - these pixels do not age
        """Send the glyphs that are new, and the characters that differ from those that are there."""
        rows = self._letters.draw(page)
        for place, bitmap in self._letters.glyphs.items():
            if self._glyphs.get(place) != bitmap:
                self._lcd.create_char(place, bitmap)
                self._glyphs[place] = bitmap
        for number, (before, row) in enumerate(zip(self._shown, rows, strict=True)):
            for column, run in _changes(before, row):
                self._lcd.cursor_pos = number, column
                for character in run:  # one by one: RPLCD makes one of some pairs
                    self._lcd.write_string(character)
        self._shown = rows

    def dim(self, is_dimmed: bool) -> None:
        """Stay as it is: without its backlight nobody reads it."""

    def refresh(self) -> None:
        """Start it again, blank and without glyphs: noise may have changed any of it."""
        self._start()

    def close(self) -> None:
        """Go blank and dark, and give the bus back."""
        try:
            self._lcd.clear()
            self._lcd.backlight_off()
        finally:
            self._device.close()

    def _start(self) -> None:
        self._lcd = _CharLCD(self._device, columns=self._columns, rows=self._rows, rom=self._rom)
        self._shown = (" " * self._columns,) * self._rows
        self._glyphs = {}


def _changes(before: str, after: str) -> Iterator[tuple[int, str]]:
    """Yield the runs of characters that differ, each with its column."""
    column = 0
    while column < len(after):
        start = column
        while column < len(after) and after[column] != before[column]:
            column += 1
        if column > start:
            yield start, after[start:column]
        column += 1
