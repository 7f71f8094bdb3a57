"""
The terminal the demo borrows: keys unechoed, the alternate screen, no cursor; and given back as it was, whatever ends
the demo short of a kill.
"""

import fcntl
import os
import re
import select
import struct
import sys
import termios
import time
import tty
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.color import ColorSystem
from rich.segment import Segment

from gate_controller.demo.lines import ScreenLine
from gate_controller.demo.painting import ANSWERED, QUESTIONS, Painting

# Alternate screen, no cursor, no wrapping at the right edge; and back (xterm's private modes, which all have).
_BORROW = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J"
_GIVE_BACK = "\x1b[0m\x1b[2J\x1b[?7h\x1b[?25h\x1b[?1049l"

# What a terminal that says nothing has, and the glyphs for one without Unicode.
_USUAL = os.terminal_size((80, 24))
_ASCII = str.maketrans("╭╮╰╯┌┐└┘─│●○▐▌═…’♪▣◷✓✗■↑\u00a0\u202f", "++++++++-|*o||=~'!#@vx=^  ")

# A terminal on this machine answers within some milliseconds, one at the end of a slow line within this.
_ANSWER_SECONDS = 0.5
_ANSWERS = re.compile(rb"\x1b_.*?\x1b\\|\x1b\[[?\d;]*[A-Za-z]", re.DOTALL)


def is_capable() -> bool:
    """Whether a picture can be drawn here: a person on both ends, and a terminal that can put the cursor anywhere."""
    return sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM", "") not in {"", "dumb"}


class Terminal:
    """Draws on the terminal that has been borrowed."""

    def __init__(self) -> None:
        self._drawn: list[str] = []
        self._painted: Painting | None = None

    @property
    def is_unicode(self) -> bool:
        """Whether the terminal takes any character."""
        return sys.stdout.encoding.lower().replace("-", "") == "utf8"

    @property
    def cell(self) -> tuple[int, int] | None:
        """A cell's width and height in pixels, where the terminal has told the kernel."""
        try:
            size = fcntl.ioctl(sys.stdout.fileno(), termios.TIOCGWINSZ, bytes(8))
        except OSError:
            return None
        lines, columns, width, height = struct.unpack("4H", size)
        return (width // columns, height // lines) if 0 < lines <= height and 0 < columns <= width else None

    def ask(self) -> tuple[bytes, bytes]:
        """Ask the terminal what it can draw; return its answers, if there are any in time, and what a person typed."""
        sys.stdout.write(QUESTIONS)
        sys.stdout.flush()
        keyboard, heard = sys.stdin.fileno(), b""
        end = time.monotonic() + _ANSWER_SECONDS
        while not ANSWERED.search(heard) and select.select([keyboard], [], [], max(0.0, end - time.monotonic()))[0]:
            data = os.read(keyboard, 4096)
            if not data:
                break
            heard += data
        self.forget()  # some terminals print what they do not understand
        return heard, _ANSWERS.sub(b"", heard)

    @property
    def size(self) -> os.terminal_size:
        """The terminal's columns and lines."""
        try:
            size = os.get_terminal_size(sys.stdout.fileno())
        except OSError:
            return _USUAL
        return size if size.columns and size.lines else _USUAL

    def draw(self, lines: Sequence[ScreenLine], painting: Painting | None = None) -> None:
        """Put lines and a picture on the screen, as far as they are not there already."""
        whole = ["".join(map(_ansi, line)) for line in [*lines, *[()] * (self.size.lines - len(lines))]]
        changed = [row for row, line in enumerate(whole) if self._drawn[row : row + 1] != [line]]
        # Each line is wiped before it is written: after its last cell, the cursor would still stand on that.
        if len(changed) == len(whole):
            written = "\x1b[H" + "\r\n".join(f"\x1b[2K{line}" for line in whole)
        else:
            written = "".join(f"\x1b[{row + 1};1H\x1b[2K{whole[row]}" for row in changed)
        if self._painted is not None and painting is None:
            written = self._painted.wiped + written
        if painting is not None and (painting != self._painted or _is_under(painting, changed)):
            written += painting.drawn
        self._drawn, self._painted = whole, painting
        if written:
            sys.stdout.write(written if self.is_unicode else _drawable(written))
            sys.stdout.flush()

    def ring(self) -> None:
        """Let the terminal sound its bell."""
        sys.stdout.write("\a")
        sys.stdout.flush()

    def forget(self) -> None:
        """Draw everything the next time: the size has changed, and nobody knows what that did to the screen."""
        sys.stdout.write(f"{self._painted.wiped if self._painted else ''}\x1b[2J")
        self._drawn, self._painted = [], None


@contextmanager
def borrowed() -> Iterator[Terminal]:
    """Borrow this process's terminal."""
    keyboard, terminal = sys.stdin.fileno(), Terminal()
    before = termios.tcgetattr(keyboard)
    try:
        tty.setraw(keyboard, termios.TCSANOW)
        sys.stdout.write(_BORROW)
        yield terminal
    finally:
        try:
            terminal.forget()
            sys.stdout.write(_GIVE_BACK)
            sys.stdout.flush()
        finally:
            # At once: to wait until somebody has read it all might be for ever.
            termios.tcsetattr(keyboard, termios.TCSANOW, before)


def _ansi(segment: Segment) -> str:
    if segment.is_control or segment.style is None:
        return segment.text
    return segment.style.render(segment.text, color_system=ColorSystem.STANDARD)


def _is_under(painting: Painting, rows: Sequence[int]) -> bool:
    place = painting.place
    return any(place.row <= row + 1 < place.row + place.rows for row in rows)


def _drawable(frame: str) -> str:
    encoding = sys.stdout.encoding
    return frame.translate(_ASCII).encode(encoding, "replace").decode(encoding)
