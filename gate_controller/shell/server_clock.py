"""
The time of day, as E-GUMA's answers tell it: a Raspberry Pi has no clock of its own, and may be years off until NTP
steps it.
"""

import math
import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import Final

# 2200-01-01: a clock beyond it is nobody's, and near the year 9999 Python has no dates for the days around it.
LATEST: Final = 7_258_118_400.0
JUMP_SECONDS: Final = 60.0  # such a jump of theirs is believed only when two answers in a row agree
TOLERANCE_SECONDS: Final = 2.0  # a clock this close to theirs is left alone: Date has whole seconds, and travels


class ServerClock:
    """How far E-GUMA's clock is ahead of ours, as told by the `Date` of its answers."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic, wall: Callable[[], float] = time.time) -> None:
        # What is kept is tied to the monotonic clock, so that the offset stays right when the wall clock is set later.
        self._monotonic, self._wall = monotonic, wall
        self._ahead_of_monotonic: float | None = None
        self._doubtful = -math.inf
        self.is_set = False
        """Whether E-GUMA has told the time."""

    def note(self, date: str) -> None:
        """Take the `Date` header of an answer that just arrived; what is no date changes nothing."""
        try:
            server_time = parsedate_to_datetime(date).timestamp()
        except (ValueError, OverflowError):
            return
        if LATEST > server_time >= 0:
            ahead, known = server_time - self._monotonic(), self._ahead_of_monotonic
            if known is None or abs(ahead - known) < JUMP_SECONDS or abs(ahead - self._doubtful) < JUMP_SECONDS:
                self._ahead_of_monotonic, self.is_set = ahead, True
            self._doubtful = ahead

    def now(self) -> float:
        """Return the time, in seconds since 1970: ours, or E-GUMA's where ours is wrong."""
        offset = self.offset or 0.0
        return self._wall() + (offset if abs(offset) > TOLERANCE_SECONDS else 0.0)

    @property
    def offset(self) -> float | None:
        """Seconds E-GUMA's clock is ahead of the wall clock, to about one; None before the first answer."""
        ahead = self._ahead_of_monotonic
        return None if ahead is None else ahead + self._monotonic() - self._wall()
