"""
Character displays with an HD44780 behind a PCF8574, the I2C backpack that most are sold with.

What such a display is to be told is in its datasheet, HD44780U (Hitachi, ADE-207-272(Z), '99.9): the instructions in
table 6 (p. 24), their times there and in figure 24 (p. 46), which says how to start one whatever state it is in. By
four data lines, a byte goes as two halves, the upper one first.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from gate_controller.devices.display.driver import Driver, Size
from gate_controller.devices.display.typesetting.folding import CODES, Rom

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate_controller.devices.display.card import Card
    from gate_controller.devices.display.panel import Characters, Panel
    from gate_controller.devices.display.supplies import Device, Supplies
    from gate_controller.devices.display.typesetting.page import Page

# How the backpack is wired: the upper four bits are the display's data lines.
_REGISTER_SELECT = 0x01
_ENABLE = 0x04
_BACKLIGHT = 0x08

# A display whose plug was just pushed in answers before it takes instructions: 40 ms after its supply is there.
_POWER_SECONDS = 0.05

# Figure 24: three times eight lines, which a display hears as such whatever it waits for, then four; with the least
# waits after each, 4.1 ms, 0.1 ms, 0.1 ms. The first two are a little longer, for a clock that is slow.
_EIGHT_LINES = 0x30
_FOUR_LINES = 0x20
_RESYNCHRONISING = ((_EIGHT_LINES, 0.0045), (_EIGHT_LINES, 0.0045), (_EIGHT_LINES, 0.0001), (_FOUR_LINES, 0.0001))

_TWO_ROWS = 0x28  # four lines, two rows (four are two that are broken), 5 x 8 dots
_ON = 0x0C  # without a cursor
_CLEAR = 0x01
_RIGHTWARDS = 0x06
_GLYPH_ADDRESS = 0x40
_TEXT_ADDRESS = 0x80
_SECOND_ROW = 0x40

# Clearing takes 1.52 ms at the nominal clock of 270 kHz, 2.2 ms at the slowest allowed (190 kHz). All else takes 37 us,
# 53 us at the slowest clock, and the next is taken four bytes later: 90 us at 400 kHz, the fastest bus that such a
# backpack follows.
_CLEAR_SECONDS = 0.003


def _panel(supplies: Supplies) -> Panel:
    characters = supplies.characters()
    return CharacterDisplay(supplies.device(), characters, supplies.size, supplies.mounting.rom)


ROMS = tuple(Rom)

DRIVERS = (
    Driver(
        name="hd44780",
        kind="characters",
        sizes=((16, 2), (20, 4), (16, 4), (8, 2), (20, 2), (24, 2), (40, 2)),
        unit="characters",
        address=0x27,
        has_reset=False,
        can_turn=False,
        extra="lcd",
        make=_panel,
    ),
)


class CharacterDisplay:
    """A character display, as a panel: it gets what changed, and the glyphs that its ROM lacks."""

    def __init__(self, device: Device, characters: Characters, size: Size, rom: str) -> None:
        """Start it, blank. Raises `DeviceError`, and leaves the device to be closed by the caller."""
        self._device = device
        self._characters = characters
        self._columns, self._rows = size
        # Characters below 8 call up the glyphs.
        self._codes = dict(CODES[Rom(rom)]) | {chr(place): place for place in range(8)}
        self._shown: tuple[str, ...] = ()
        self._glyphs: dict[int, tuple[int, ...]] = {}
        self._start()

    def pages(self, card: Card) -> tuple[Page, ...]:
        """Return the card laid out."""
        return self._characters.pages(card)

    def show(self, page: Page, *, shift: tuple[int, int]) -> None:  # noqa: ARG002 - these pixels do not age
        """Send the glyphs that are new, and the characters that differ from those that are there."""
        rows = self._characters.draw(page)
        for place, bitmap in self._characters.glyphs.items():
            if self._glyphs.get(place) != bitmap:
                self._load(place, bitmap)
        for number, (before, row) in enumerate(zip(self._shown, rows, strict=True)):
            for column, run in _changes(before, row):
                self._instruct(_TEXT_ADDRESS | self._address(number, column))
                for character in run:
                    self._write(self._codes[character])
        self._shown = rows

    def dim(self, is_dimmed: bool) -> None:
        """Stay as it is: without its backlight nobody reads it."""

    def refresh(self) -> None:
        """Start it again, blank and without glyphs: noise may have changed any of it."""
        self._start()

    def close(self) -> None:
        """Go blank and dark, and give the bus back."""
        try:
            self._clear()
            self._device.write(b"\x00")
        finally:
            self._device.close()

    def _start(self) -> None:
        time.sleep(_POWER_SECONDS)
        for lines, seconds in _RESYNCHRONISING:
            self._device.write(_clocked(lines, 0))
            time.sleep(seconds)
        self._instruct(_TWO_ROWS)
        self._instruct(_ON)
        self._clear()
        self._instruct(_RIGHTWARDS)
        self._shown = (" " * self._columns,) * self._rows
        self._glyphs = {}

    def _clear(self) -> None:
        self._instruct(_CLEAR)
        time.sleep(_CLEAR_SECONDS)

    def _load(self, place: int, bitmap: tuple[int, ...]) -> None:
        self._instruct(_GLYPH_ADDRESS | place << 3)
        for dots in bitmap:
            self._write(dots)
        self._instruct(_TEXT_ADDRESS)  # what is written from here on are characters again
        self._glyphs[place] = bitmap

    def _address(self, row: int, column: int) -> int:
        """Return where a character is: the third row goes on where the first one ends, the fourth after the second."""
        return _SECOND_ROW * (row % 2) + self._columns * (row // 2) + column

    def _instruct(self, instruction: int) -> None:
        self._send(instruction, 0)

    def _write(self, code: int) -> None:
        self._send(code, _REGISTER_SELECT)

    def _send(self, value: int, register: int) -> None:
        self._device.write(_clocked(value & 0xF0, register) + _clocked(value << 4 & 0xF0, register))


def _clocked(half: int, register: int) -> bytes:
    """Return the port's states that hand over half a byte: it is taken as enable falls, the rest is there before."""
    port = half | register | _BACKLIGHT
    return bytes([port, port | _ENABLE, port])


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
