"""
E-GUMA's local times, which carry no offset, as seconds since 1970.

E-GUMA is a Swiss house's, so its local time is Central European. The European Union's rule, in force in Switzerland
unchanged since 1996, is written out: a gate may lack a time zone database, and stand in a zone of its own.
"""

from datetime import UTC, datetime, timedelta
from typing import Final

_WINTER: Final = timedelta(hours=1)
_SUMMER: Final = timedelta(hours=2)
# What is not known, or valid for ever, may be written as the first or the last moment there is.
_YEARS_OF_THE_RULE: Final = range(1996, 9000)


def seconds_since_1970(local: datetime) -> float:
    """Return the moment of a local time; of the two in the hour that winter time repeats, the earlier one."""
    if local.tzinfo is not None:  # not documented; where it is there, it is the better word
        return local.timestamp()
    if local.year not in _YEARS_OF_THE_RULE:
        return local.replace(tzinfo=UTC).timestamp()
    in_summer = (local - _SUMMER).replace(tzinfo=UTC)
    is_summer = _last_sunday(local.year, 3) <= in_summer < _last_sunday(local.year, 10)
    return (in_summer if is_summer else (local - _WINTER).replace(tzinfo=UTC)).timestamp()


def _last_sunday(year: int, month: int) -> datetime:
    last_day = datetime(year, month, 31, 1, tzinfo=UTC)  # both changes are at 01:00 UTC, both months have 31 days
    return last_day - timedelta(days=(last_day.weekday() + 1) % 7)
