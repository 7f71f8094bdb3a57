"""Until when, and which day: as a person or a program says it, in the gate's time zone."""

import re
from datetime import date, datetime, timedelta
from typing import Final

from gate_controller.desk.control_socket import AskedWrongly, ControlError

LONGEST_DAYS: Final = 366
"""What is to hold for longer than a season is no order for a while: it would be forgotten."""

_CLOCK: Final = r"([0-9]{1,2})[:h.]([0-9]{2})"
_SPAN: Final = r"\+?([0-9]{1,5}) ?(min|m|h)"
_HOW: Final = "write 18:30, 2026-11-30 18:30 or 90min"


def until(said: object, now: float) -> float:
    """
    Return a moment as wall clock, from a time of day (the next one), a date and time, a span from `now` on, or seconds
    since 1970. Raises `ControlError`.
    """
    if isinstance(said, int | float) and not isinstance(said, bool):
        moment = float(said)
    else:
        moment = _read(str(said).strip(), now)
    if not now < moment:
        raise ControlError(f"until {said}: that has passed already: name a later moment")
    if moment > now + LONGEST_DAYS * 86_400:
        raise ControlError(f"until {said}: that is more than {LONGEST_DAYS} days away: name an earlier moment")
    return moment


def date_of(moment: float) -> str:
    """Return the day of a moment in the gate's time zone, as `span_of_day` takes it."""
    return datetime.fromtimestamp(moment).astimezone().date().isoformat()


def span_of_day(said: str) -> tuple[float, float]:
    """Return when a day begins and ends in the gate's time zone, as wall clock. Raises `AskedWrongly`."""
    try:
        first = date.fromisoformat(said.strip())
        begin, end = (datetime(day.year, day.month, day.day) for day in (first, first + timedelta(days=1)))  # noqa: DTZ001
        return begin.timestamp(), end.timestamp()
    except (ValueError, OverflowError, OSError):
        raise AskedWrongly(f"day {said!r}: is no date: write 2026-11-30") from None


def _read(text: str, now: float) -> float:
    here = datetime.fromtimestamp(now).astimezone()
    if span := re.fullmatch(_SPAN, text):
        return now + int(span[1]) * (3_600.0 if span[2] == "h" else 60.0)
    if clock := re.fullmatch(_CLOCK, text):
        hour, minute = int(clock[1]), int(clock[2])
        if hour > 23 or minute > 59:  # noqa: PLR2004 - a day's hours, an hour's minutes
            raise AskedWrongly(f"until {text!r}: is no time of day: {_HOW}")
        # The wall's own time: the night in which clocks change has a day of 23 or 25 hours.
        today = here.replace(tzinfo=None, hour=hour, minute=minute, second=0, microsecond=0)
        moment = today.timestamp()
        return moment if moment > now else (today + timedelta(days=1)).timestamp()
    try:
        return datetime.fromisoformat(text).timestamp()  # without an offset: the gate's own zone
    except (ValueError, OverflowError, OSError):
        raise AskedWrongly(f"until {text!r}: is no moment: {_HOW}") from None
