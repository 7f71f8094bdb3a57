"""What a gate does without: each reason is a line of the log once, and so is the end of what was told."""

import logging

import pytest

from gate_controller.admission.words.messages import Fault
from gate_controller.shell.degraded import Degraded

NO_PINS = "no GPIO back end works: sudo apt-get install python3-lgpio"


def logged(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records]


@pytest.fixture(autouse=True)
def all_levels(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)


def test_devices_that_are_missing_for_one_reason_are_one_line(caplog: pytest.LogCaptureFixture) -> None:
    degraded = Degraded()
    for what in ("lamps", "buzzer", "fire contact"):
        degraded.note(what, NO_PINS)
    assert logged(caplog) == [f"device=missing what='lamps' why={NO_PINS!r}"]
    assert [ailment.what for ailment in degraded.missing] == ["lamps", "buzzer", "fire contact"]


def test_a_reason_that_is_a_fault_of_the_gate_already_is_told_by_that(caplog: pytest.LogCaptureFixture) -> None:
    degraded = Degraded()
    degraded.faults = {Fault.RELAY: NO_PINS}
    degraded.note("lamps", NO_PINS)
    degraded.note("lamps", None)
    assert logged(caplog) == []


def test_a_device_with_a_reason_of_its_own_is_told_and_so_is_its_mending(caplog: pytest.LogCaptureFixture) -> None:
    degraded = Degraded()
    degraded.note("lamps", NO_PINS)
    degraded.note("buzzer", NO_PINS)
    degraded.note("buzzer", "buzzer on GPIO12: the pin is used twice")
    degraded.note("buzzer", None)
    assert logged(caplog)[1:] == [
        "device=missing what='buzzer' why='buzzer on GPIO12: the pin is used twice'",
        "device=mended what='buzzer'",
    ]
