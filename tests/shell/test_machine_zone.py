"""The machine's zone as the core reads a clock by it: that of the C library, whatever it is by now."""

import time
from datetime import UTC, datetime

import pytest

from gate_controller.admission.words.local_time import Day, LocalMoment
from gate_controller.shell.machine_zone import MachineZone

SUMMER, WINTER = datetime(2026, 7, 1, 10, tzinfo=UTC).timestamp(), datetime(2026, 12, 1, 10, tzinfo=UTC).timestamp()


def hours(zone: str, monkeypatch: pytest.MonkeyPatch) -> tuple[int, int]:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        summer, winter = (MachineZone().local(at) for at in (SUMMER, WINTER))
    finally:
        monkeypatch.undo()
        time.tzset()
    return summer.minute // 60, winter.minute // 60


@pytest.mark.parametrize(("zone", "read"), [("Europe/Zurich", (12, 11)), ("UTC", (10, 10)), ("Asia/Tokyo", (19, 19))])
def test_it_is_that_of_the_machine_in_summer_and_in_winter(
    zone: str, read: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert hours(zone, monkeypatch) == read


@pytest.mark.parametrize(
    ("day", "minute", "at"),
    [
        ("2027-01-01", 0, "2026-12-31T23:00:00+00:00"),
        ("2026-07-01", 6 * 60, "2026-07-01T04:00:00+00:00"),
        # Where clocks are put back, the first of the two hours; where they are put forward, behind the leap.
        ("2026-10-25", 2 * 60 + 30, "2026-10-25T00:30:00+00:00"),
        ("2026-03-29", 2 * 60 + 30, "2026-03-29T01:30:00+00:00"),
    ],
)
def test_a_date_and_a_time_of_the_house_is_a_moment_also_where_clocks_change(
    day: str, minute: int, at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Europe/Zurich")
    time.tzset()
    try:
        assert MachineZone().wall(LocalMoment(Day(day), minute)) == datetime.fromisoformat(at).timestamp()
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize("clock", [-1e12, 1e18])
def test_a_clock_that_is_years_off_breaks_nothing(clock: float) -> None:
    assert MachineZone().local(clock).day[:2] in {"19", "99"}
