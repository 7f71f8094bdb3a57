"""Until when, and which day: what a person or a program writes, in the gate's own time zone."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from gate_controller.desk.control_socket import ControlError
from gate_controller.desk.moments import span_of_day, until

ZURICH = ZoneInfo("Europe/Zurich")
NOON = datetime(2026, 11, 26, 12, 0, tzinfo=ZURICH).timestamp()


@pytest.fixture(autouse=True)
def in_zurich(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Europe/Zurich")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("said", "moment"),
    [
        ("18:30", datetime(2026, 11, 26, 18, 30, tzinfo=ZURICH)),
        ("18h30", datetime(2026, 11, 26, 18, 30, tzinfo=ZURICH)),
        ("8:05", datetime(2026, 11, 27, 8, 5, tzinfo=ZURICH)),
        ("12:00", datetime(2026, 11, 27, 12, 0, tzinfo=ZURICH)),
        ("90min", datetime(2026, 11, 26, 13, 30, tzinfo=ZURICH)),
        ("+2h", datetime(2026, 11, 26, 14, 0, tzinfo=ZURICH)),
        ("2026-11-30 08:00", datetime(2026, 11, 30, 8, 0, tzinfo=ZURICH)),
        ("2026-11-30T08:00:00Z", datetime(2026, 11, 30, 8, 0, tzinfo=UTC)),
        ("2026-11-30T08:00:00+05:00", datetime(2026, 11, 30, 3, 0, tzinfo=UTC)),
        (NOON + 60, datetime.fromtimestamp(NOON + 60, UTC)),
    ],
)
def test_a_moment_is_read(said: object, moment: datetime) -> None:
    assert until(said, NOON) == moment.timestamp()


def test_a_night_in_which_clocks_change_keeps_the_time_of_day() -> None:
    evening = datetime(2026, 10, 24, 22, 0, tzinfo=ZURICH).timestamp()
    assert until("08:00", evening) == datetime(2026, 10, 25, 8, 0, tzinfo=ZURICH).timestamp()


@pytest.mark.parametrize(
    "said",
    [
        *("", "now", "24:00", "12:60", "11:59:xx", "2026-13-01", "2026-11-26 11:00", NOON, 0, -1, True, None, [], {}),
        *(float("nan"), float("inf"), 1e308, "1e9", "2099-01-01", "0min", "99999h", "12:00 PM", "٣:٠٠"),
    ],
)
def test_what_is_no_moment_to_come_is_refused(said: object) -> None:
    with pytest.raises(ControlError, match=r"^until"):
        until(said, NOON)


def test_a_day_is_from_midnight_to_midnight_in_the_gates_zone() -> None:
    begin, end = span_of_day("2026-11-26")
    assert begin == datetime(2026, 11, 26, tzinfo=ZURICH).timestamp()
    assert end - begin == 24 * 3_600
    begin, end = span_of_day(" 2026-10-25 ")  # the clocks go back
    assert end - begin == 25 * 3_600
    begin, end = span_of_day("2026-03-29")
    assert end - begin == 23 * 3_600


@pytest.mark.parametrize("said", ["yesterday", "26.11.2026", "2026-02-30", "9999-12-31", ""])
def test_what_is_no_day_is_said_with_what_to_write(said: str) -> None:
    with pytest.raises(ControlError, match="is no date: write 2026-11-30"):
        span_of_day(said)
