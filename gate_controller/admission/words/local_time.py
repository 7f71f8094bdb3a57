"""The calendar and the clock on the wall, as the house reads them: what the time of now is there comes in."""

from typing import Final, NewType, Protocol

from gate_controller.admission.words.frozen import frozen

Day = NewType("Day", str)
"""A day of the calendar, as ISO 8601 writes it: the later one is the greater."""

MINUTES_OF_DAY: Final = 24 * 60
_SECONDS_OF_DAY: Final = 24 * 3600


@frozen
class LocalTime:
    """A moment as the house reads it."""

    day: Day
    weekday: int
    """Monday is 0."""
    seconds: float
    """What the clock on the wall shows, in seconds since midnight."""

    @property
    def minute(self) -> int:
        """What it shows, in whole minutes since midnight."""
        return int(self.seconds) // 60


@frozen
class LocalMoment:
    """A moment as a house writes it: a day, and what the clock on its wall shows."""

    day: Day
    minute: int = 0
    """In minutes since midnight."""

    def written(self) -> str:
        """Return it as ISO 8601 writes it, without seconds."""
        return f"{self.day} {self.minute // 60:02}:{self.minute % 60:02}"


class Zone(Protocol):
    """Where the house is."""

    def wall(self, moment: LocalMoment) -> float:
        """
        Return when (wall clock) it is that: the first time where clocks are put back; where they are put forward over
        it, as if they had not been.
        """

    def local(self, wall: float) -> LocalTime:
        """Return a moment of the wall clock (seconds since 1970, whatever a clock has said) as it is read there."""


class Greenwich:
    """A house by the clock of the records: UTC."""

    def local(self, wall: float) -> LocalTime:
        """Return a moment as it is read there."""
        days, seconds = divmod(max(wall, 0.0), _SECONDS_OF_DAY)
        return LocalTime(_day(int(days)), (int(days) + 3) % 7, seconds)  # 1 January 1970 was a Thursday

    def wall(self, moment: LocalMoment) -> float:
        """Return when it is that."""
        year, month, day = (int(part) for part in moment.day.split("-"))
        return float(_SECONDS_OF_DAY * _days(year, month, day) + 60 * moment.minute)


def _days(year: int, month: int, day: int) -> int:
    """Return how many days after 1 January 1970 a day of the Gregorian calendar is; as `_day`, the other way round."""
    year -= month <= 2  # noqa: PLR2004 - January and February end a year that begins on 1 March
    era, of_era = divmod(year, 400)
    of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    return 146_097 * era + 365 * of_era + of_era // 4 - of_era // 100 + of_year - 719_468


def _day(days: int) -> Day:
    """Return the day so many days after 1 January 1970, by the Gregorian calendar: its year begins on 1 March."""
    era, of_era = divmod(days + 719_468, 146_097)
    year = (of_era - of_era // 1_460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * year + year // 4 - year // 100)
    month = (5 * of_year + 2) // 153
    day = of_year - (153 * month + 2) // 5 + 1
    month = month + 3 if month < 10 else month - 9  # noqa: PLR2004 - January and February end it
    return Day(f"{year + 400 * era + (month <= 2):04}-{month:02}-{day:02}")  # noqa: PLR2004
