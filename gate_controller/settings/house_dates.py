"""Times of day and dates as a house writes them, in the tables of its prices. Readers as in `values.py`."""

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from gate_controller.admission.words.local_time import MINUTES_OF_DAY, Day, LocalMoment
from gate_controller.settings import values as read
from gate_controller.settings.values import UnusableError

_CLOCK: Final = r"([01]?[0-9]|2[0-3]):([0-5][0-9])|(24):(00)"
_MOMENT: Final = r"(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2})(?::00)?)?"
_FIRST_YEAR: Final = 2000
_LAST_YEAR: Final = 2199


def told(reader: Callable[[object], Any], value: object, where: str) -> Any:
    """Return what a reader makes of a part of a value; its `UnusableError` says where that stands."""
    try:
        return reader(value)
    except UnusableError as error:
        raise UnusableError(f"{where}, {error.why}", error.remedy) from None


def clock(value: object) -> int:
    """Read a time of day, in minutes since midnight; 24:00 is the end of the day."""
    remedy = 'give a time of day such as "17:30"'
    text = f"{value:%H:%M}" if isinstance(value, time) else read.plain_text(value, remedy)
    found = re.fullmatch(_CLOCK, text)
    if found is None:
        raise UnusableError("which is no time of day", remedy)
    return MINUTES_OF_DAY if found[3] else 60 * int(found[1]) + int(found[2])


def moment(value: object, *, is_end: bool = False) -> LocalMoment:
    """Read a date, or a date and a time of day, of the house's clock; `is_end`: a date alone is the whole day."""
    remedy = "give a date such as 2027-01-01, or one with a time of day such as 2027-01-01 06:00"
    if isinstance(value, datetime) and value.tzinfo is not None:
        raise UnusableError("which has an offset from UTC", f"{remedy}, both of this house's clock")
    text = str(value) if isinstance(value, date) else read.plain_text(value, remedy)  # a datetime is a date too
    found = re.fullmatch(_MOMENT, text)
    try:
        day = date.fromisoformat(found[1]) if found is not None else None
    except ValueError:
        day = None
    if found is None or day is None:
        raise UnusableError("which is no date", remedy)
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise UnusableError("which is too far away", remedy)
    if found[2] is None:
        return LocalMoment(Day(str(day + timedelta(days=1) if is_end else day)))
    minute = clock(found[2])
    if minute == MINUTES_OF_DAY:
        day, minute = day + timedelta(days=1), 0
    return LocalMoment(Day(str(day)), minute)
