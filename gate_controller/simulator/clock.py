"""
E-GUMA's clock: local time in Switzerland, written without an offset.

The rule of the European Union (in force in Switzerland unchanged since 1996) is written out here, so that the
simulator runs on a machine without a time zone database.
"""

from datetime import UTC, datetime, timedelta
from functools import lru_cache

WINTER, SUMMER = timedelta(hours=1), timedelta(hours=2)


def local_text(epoch: float) -> str:
    """Return the moment `epoch` (seconds since 1970, UTC) as E-GUMA writes it: local, whole seconds, no
    offset.
    """
    moment = datetime.fromtimestamp(int(epoch), tz=UTC)
    begin, end = _summer(moment.year)
    offset = SUMMER if begin <= moment < end else WINTER
    return (moment + offset).strftime("%Y-%m-%dT%H:%M:%S")


def read_local(text: str) -> str:
    """Return a local time in the one form that sorts as text; ValueError where it is none or carries an
    offset.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is not None or moment.microsecond:
        raise ValueError("local time in whole seconds, without an offset")
    return moment.strftime("%Y-%m-%dT%H:%M:%S")


@lru_cache(maxsize=64)
def _summer(year: int) -> tuple[datetime, datetime]:
    return _last_sunday(year, 3), _last_sunday(year, 10)


def _last_sunday(year: int, month: int) -> datetime:
    # Both changes are at 01:00 UTC, and both months have 31 days.
    last_day = datetime(year, month, 31, 1, tzinfo=UTC)
    return last_day - timedelta(days=(last_day.weekday() + 1) % 7)
