"""
E-GUMA's clock, as told by the `Date` header of its answers.

A Raspberry Pi has no clock of its own and may be years off until NTP steps it. What is kept is therefore tied
to the monotonic clock, so that the offset stays right when the wall clock is set after an answer.
"""

from collections.abc import Callable
from email.utils import parsedate_to_datetime

# 2200-01-01: a clock beyond it is nobody's, and near the year 9999 Python has no dates for the days around it.
LATEST = 7_258_118_400.0


class ServerClock:
    """
    How far E-GUMA's clock is ahead of ours.

    `monotonic` and `wall` give seconds, as `time.monotonic` and `time.time` do.
    """

    def __init__(self, *, monotonic: Callable[[], float], wall: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._wall = wall
        self._ahead_of_monotonic: float | None = None

    def note(self, date: str) -> None:
        """Take the `Date` header of an answer that just arrived; what is no date changes nothing."""
        try:
            server_time = parsedate_to_datetime(date).timestamp()
        except (ValueError, OverflowError):
            return
        if LATEST > server_time >= 0:
            self._ahead_of_monotonic = server_time - self._monotonic()

    @property
    def offset(self) -> float | None:
        """Seconds E-GUMA's clock is ahead of the wall clock, to about one; None before the first answer."""
        if self._ahead_of_monotonic is None:
            return None
        return self._ahead_of_monotonic + self._monotonic() - self._wall()
