"""
The terminal the demo borrows: keys unechoed, the alternate screen, no cursor; and given back as it was, whatever ends
the demo short of a kill.
"""

import os
import sys
import termios
import tty
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from gate_controller.demo.drawing import Line, Span, Style

# Alternate screen, no cursor, no wrapping at the right edge; and back (xterm's private modes, which all have).
_BORROW = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J"
_GIVE_BACK = "\x1b[0m\x1b[2J\x1b[?7h\x1b[?25h\x1b[?1049l"

# What a terminal that says nothing has, and the glyphs for one without Unicode.
_USUAL = os.terminal_size((80, 24))
_ASCII = str.maketrans("╭╮╰╯─│●○▐▌═…’\u00a0\u202f", "++++-|*o||=~'  ")


def is_capable() -> bool:
    """Whether a picture can be drawn here: a person on both ends, and a terminal that can put the cursor anywhere."""
    return sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM", "") not in {"", "dumb"}


class Terminal:
    """Draws on the terminal that has been borrowed."""

    def __init__(self) -> None:
        self._drawn = ""

    @property
    def size(self) -> os.terminal_size:
        """The terminal's columns and lines."""
        try:
            size = os.get_terminal_size(sys.stdout.fileno())
        except OSError:
            return _USUAL
        return size if size.columns and size.lines else _USUAL

    def draw(self, lines: Sequence[Line]) -> None:
        """Put a picture on the screen, unless it is there already."""
        # Each line is wiped before it is written: after its last cell, the cursor would still stand on that.
        whole = [*lines, *[()] * (self.size.lines - len(lines))]
        frame = "\x1b[H" + "\r\n".join(f"\x1b[2K{''.join(map(_ansi, line))}" for line in whole)
        if frame != self._drawn:
            self._drawn = frame
            sys.stdout.write(_drawable(frame))
            sys.stdout.flush()

    def forget(self) -> None:
        """Draw everything the next time: the size has changed, and nobody knows what that did to the picture."""
        self._drawn = ""
        sys.stdout.write("\x1b[2J")


@contextmanager
def borrowed() -> Iterator[Terminal]:
    """Borrow this process's terminal."""
    keyboard = sys.stdin.fileno()
    before = termios.tcgetattr(keyboard)
    try:
        tty.setraw(keyboard, termios.TCSANOW)
        sys.stdout.write(_BORROW)
        yield Terminal()
    finally:
        try:
            sys.stdout.write(_GIVE_BACK)
            sys.stdout.flush()
        finally:
            # At once: to wait until somebody has read it all might be for ever.
            termios.tcsetattr(keyboard, termios.TCSANOW, before)


def _ansi(span: Span) -> str:
    place = f"\x1b[{span.column}G" if span.column is not None else ""
    return f"{place}{span.text}" if span.style is Style.PLAIN else f"{place}\x1b[{span.style.value}m{span.text}\x1b[0m"


def _drawable(frame: str) -> str:
    encoding = sys.stdout.encoding
    if encoding.lower().replace("-", "") == "utf8":
        return frame
    return frame.translate(_ASCII).encode(encoding, "replace").decode(encoding)
