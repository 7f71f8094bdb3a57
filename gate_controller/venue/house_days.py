"""The days of a house: which day and hour of its time zone a moment is in, and when a day begins."""

import time
from datetime import date, datetime, timedelta, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

_QUARTER: Final = 900
"""Every time zone's offset is whole quarters of an hour: within one, day and hour stay."""
_MOST_REMEMBERED: Final = 2000

CLOCK_AHEAD_SECONDS: Final = 600.0
"""What is dated further ahead than that is dated by a wrong clock."""
EARLIEST: Final = 1_577_836_800.0
"""2020: before there was such a gate. A Pi without a clock begins in 1970."""


class HouseDays:
    """Days of one time zone."""

    def __init__(self, zone: str = "") -> None:
        """`zone`: its name; empty: this machine's."""
        self._zone: tzinfo | None = ZoneInfo(zone) if zone else None
        self._remembered: dict[int, tuple[str, int]] = {}

    def place(self, at: float) -> tuple[str, int]:
        """Return the day, as `2026-11-26`, and the hour of a moment."""
        quarter = int(at // _QUARTER)
        if (known := self._remembered.get(quarter)) is None:
            if len(self._remembered) >= _MOST_REMEMBERED:
                self._remembered.clear()
            local = datetime.fromtimestamp(quarter * _QUARTER, self._zone)
            known = self._remembered[quarter] = f"{local:%Y-%m-%d}", local.hour
        return known

    def counted_at(self, at: float, received: float) -> float:
        """Return when something counts that is dated `at`: when it was received, where a wrong clock dated it."""
        return at if EARLIEST <= at <= received + CLOCK_AHEAD_SECONDS else received

    def begin(self, day: str) -> float:
        """Return when a day begins. Raises ValueError for what is no day."""
        local = datetime.combine(date.fromisoformat(day), datetime.min.time(), self._zone)
        return local.timestamp() if self._zone else time.mktime(local.timetuple())

    def end(self, day: str) -> float:
        """Return when a day ends. Raises ValueError for what is no day."""
        return self.begin(str(date.fromisoformat(day) + timedelta(days=1)))
