"""
Display controllers for tests, by their datasheets: each makes of the bytes that arrive what a person would see.
"""

import time

from PIL import Image
from typing_extensions import override


class FakeOled:
    """The memory of an SSD1306 or SH1106 behind I2C, and what its commands do to it."""

    columns = 128
    # SSD1306 datasheet, table 9: the commands that have arguments, and how many.
    arguments = {0x20: 1, 0x21: 2, 0x22: 2, 0x81: 1, 0x8D: 1, 0xA8: 1, 0xD3: 1, 0xD5: 1, 0xD9: 1, 0xDA: 1, 0xDB: 1}  # noqa: RUF012 - a table

    def __init__(self) -> None:
        self.memory = [bytearray(b"\x5a" * self.columns) for _ in range(8)]
        self.is_on = False
        self.contrast = 0
        self.page = self.column = 0
        self.window = (0, self.columns - 1, 0, 7)

    def receive(self, data: bytes) -> None:
        kind, rest = data[0], data[1:]
        if kind == 0x40:
            for byte in rest:
                self.memory[self.page][self.column] = byte
                self.advance()
            return
        assert kind == 0x00, f"neither data nor commands: {data.hex()}"
        place = 0
        while place < len(rest):
            count = self.arguments.get(rest[place], 0)
            values = rest[place + 1 : place + 1 + count]
            assert len(values) == count, f"a command lacks arguments: {rest.hex()}"
            self.obey(rest[place], values)
            place += 1 + count

    def advance(self) -> None:
        """Go on as horizontal addressing does."""
        first, last, top, bottom = self.window
        self.column += 1
        if self.column > last:
            self.column = first
            self.page = top if self.page == bottom else self.page + 1

    def obey(self, command: int, values: bytes) -> None:
        match command:
            case 0xAE | 0xAF:
                self.is_on = command == 0xAF
            case 0x81:
                self.contrast = values[0]
            case 0x20:
                assert values[0] == 0x00, "horizontal addressing is what this knows"
            case 0x21:
                self.window = (values[0], values[1], *self.window[2:])
                self.column = values[0]
            case 0x22:
                self.window = (*self.window[:2], values[0], values[1])
                self.page = values[0]

    def seen(self, width: int = 128, height: int = 64, first_column: int = 0) -> Image.Image:
        """Return what its memory shows."""
        image = Image.new("1", (width, height))
        for y in range(height):
            for x in range(width):
                lit = self.memory[y // 8][first_column + x] >> y % 8 & 1
                image.putpixel((x, y), 255 * lit)
        return image


class FakeSh1106(FakeOled):
    """The same with the pages and the 132 columns of an SH1106."""

    columns = 132
    arguments = {0x81: 1, 0xA8: 1, 0xAD: 1, 0xD3: 1, 0xD5: 1, 0xD9: 1, 0xDA: 1, 0xDB: 1}  # noqa: RUF012 - a table

    @override
    def advance(self) -> None:
        self.column = min(self.column + 1, self.columns)

    @override
    def obey(self, command: int, values: bytes) -> None:
        if 0xB0 <= command <= 0xB7:
            self.page = command & 0x07
        elif command < 0x10:
            self.column = self.column & 0xF0 | command
        elif command < 0x20:
            self.column = self.column & 0x0F | (command & 0x0F) << 4
        elif command in (0xAE, 0xAF, 0x81):
            super().obey(command, values)


class FakeHd44780:
    """A character display behind a PCF8574, as it is after power-up: eight bits wide, and nothing in its memory."""

    def __init__(self, columns: int, rows: int) -> None:
        self.columns = columns
        self.rows = rows
        self.text = bytearray(b"\xff" * 0x80)
        self.glyph_rows = bytearray(0x40)
        self.is_on = self.is_lit = False
        self.written = 0
        """How many characters were written to the text."""
        self.is_wide = True
        self.half: int | None = None
        self.address = 0
        self.is_in_glyphs = False
        self.busy_until = 0.0
        self._port = 0

    def receive(self, data: bytes) -> None:
        for port in data:
            falls = self._port & 0x04 and not port & 0x04
            if falls:
                assert self._port & 0x01 == port & 0x01, "register select moved while enable fell"
                assert self._port & 0xF0 == port & 0xF0, "the data moved while enable fell"
                self._take(port >> 4, is_data=bool(port & 0x01))
            self.is_lit = bool(port & 0x08)
            self._port = port

    def garble(self) -> None:
        """Do what a relay's noise does: a clock too many, and letters that nobody wrote."""
        self.text[0:4] = b"\xa5\x03\xff\x12"
        self.glyph_rows[3] = 0x1F
        self.half = 0x5 if self.half is None and not self.is_wide else None

    def shows(self) -> tuple[bytes, ...]:
        """Return the characters of each row."""
        starts = (0x00, 0x40, self.columns, 0x40 + self.columns)
        return tuple(bytes(self.text[start : start + self.columns]) for start in starts[: self.rows])

    def glyph(self, place: int) -> tuple[int, ...]:
        """Return the eight rows of a glyph."""
        return tuple(self.glyph_rows[8 * place : 8 * place + 8])

    def _take(self, nibble: int, *, is_data: bool) -> None:
        if time.monotonic() < self.busy_until:
            return  # what comes while it is busy is lost
        if self.is_wide:
            self._obey(nibble << 4 | 0x0F, is_data=is_data)  # its lower lines hang on its own pull-ups
        elif self.half is None:
            self.half = nibble
        else:
            value, self.half = self.half << 4 | nibble, None
            self._obey(value, is_data=is_data)

    def _obey(self, value: int, *, is_data: bool) -> None:
        if is_data:
            self._write(value)
        elif value & 0x80:
            self.address, self.is_in_glyphs = value & 0x7F, False
        elif value & 0x40:
            self.address, self.is_in_glyphs = value & 0x3F, True
        elif value & 0x20:
            self.is_wide = bool(value & 0x10)
        elif value & 0x10:
            pass
        elif value & 0x08:
            self.is_on = bool(value & 0x04)
        elif value & 0x04:
            assert self.is_wide or value == 0x06, "it is to write from left to right"
        elif value & 0x03:
            self.address, self.is_in_glyphs = 0, False
            self.busy_until = time.monotonic() + 0.00152
            if value & 0x01 and not value & 0x02:
                self.text[:] = b" " * len(self.text)

    def _write(self, value: int) -> None:
        if self.is_in_glyphs:
            self.glyph_rows[self.address] = value & 0x1F
            self.address = self.address + 1 & 0x3F
        else:
            self.text[self.address] = value
            self.written += 1
            self.address = {0x27: 0x40, 0x67: 0x00}.get(self.address, self.address + 1)
