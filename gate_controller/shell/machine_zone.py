"""The machine's time zone as the core reads a clock by it: that of the C library, which `local_zone` looks after."""

import contextlib
import time
from datetime import datetime
from typing import Final

from gate_controller.admission.words.local_time import Day, LocalMoment, LocalTime

_LAST: Final = 253_370_764_800.0
"""The beginning of the year 9999: no calendar goes on behind it, whatever a clock has said."""


class MachineZone:
    """Where this machine is."""

    def local(self, wall: float) -> LocalTime:
        """Return a moment as it is read there."""
        at = time.localtime(min(max(wall, 0.0), _LAST))
        seconds = 3600 * at.tm_hour + 60 * at.tm_min + at.tm_sec + wall % 1.0
        return LocalTime(Day(time.strftime("%Y-%m-%d", at)), at.tm_wday, seconds)

    def wall(self, moment: LocalMoment) -> float:
        """Return when (wall clock) it is that there; the first time, where clocks are put back."""
        year, month, day = (int(part) for part in moment.day.split("-"))
        hour, minute = divmod(moment.minute, 60)
        shown = (year, month, day, hour, minute)
        found = []
        for is_summer in (1, 0):
            with contextlib.suppress(OverflowError):
                found.append(time.mktime((*shown, 0, 0, 0, is_summer)))
        # Of an hour that is left out, neither shows what was asked for: the later one lies behind the leap.
        right = [at for at in found if time.localtime(at)[:5] == shown]
        return min(right) if right else max(found, default=_LAST)


_PUT_BACK_MINUTES: Final = 180
"""By more than a zone has ever put its clocks back: an hour, or two in war years."""


def shown(wall: float) -> str:
    """Return what the clock on the wall shows, to the minute: `2026-11-26 18:30`."""
    return datetime.fromtimestamp(wall).strftime("%Y-%m-%d %H:%M")  # noqa: DTZ006 - of the house's own clock


def latest_shown(wall: float) -> str:
    """
    Return the latest that it has shown by a moment: in the hour that comes a second time, the end of the first.

    Whatever is said to begin now begins then, for all up to then has begun already.
    """
    return max(shown(wall - 60 * minutes) for minutes in range(_PUT_BACK_MINUTES))
