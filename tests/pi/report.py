"""What a run tells: lines while it goes on, a limit on everything, and a table of figures at its end."""

import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import FrameType

_BEGAN = time.monotonic()


class TooLong(Exception):
    """Something took longer than it may."""


@dataclass(frozen=True, slots=True)
class Row:
    """One check or figure. `met` None: told beside the others, nothing was asked of it."""

    what: str
    asked: str
    seen: str
    met: bool | None = None


def tell(line: str) -> None:
    """Say how far the run is, on standard error."""
    print(f"{time.monotonic() - _BEGAN:6.0f} s  {line}", file=sys.stderr, flush=True)


@contextlib.contextmanager
def within(seconds: float, what: str) -> Iterator[None]:
    """End whatever hangs in here by TooLong. Not inside another one: there is one alarm."""

    def ring(_number: int, _frame: FrameType | None) -> None:
        raise TooLong(f"{what}: not done after {seconds:.0f} s (load {load()})")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def load() -> str:
    """Return how many wanted a processor in the last minute, of how many there are."""
    return f"{os.getloadavg()[0]:.1f} on {os.cpu_count()}"


def as_text(rows: Sequence[Row]) -> str:
    """Return the table for people."""
    words = {None: "", True: "yes", False: "NO"}
    lines = [("what", "asked", "seen", "met"), *((row.what, row.asked, row.seen, words[row.met]) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(4)]
    lines.insert(1, ("-" * widths[0], "-" * widths[1], "-" * widths[2], "-" * widths[3]))
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )
