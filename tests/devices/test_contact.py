"""Contacts on mock pins: what counts, what does not, and what is told at the start."""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from gate_controller.devices.contact import ContactInput
from gate_controller.devices.errors import DeviceError
from tests.rig.pins import Pins
from tests.rig.waiting import until

PIN = 5
LONG = 0.25  # a debounce that the edges of a test are well within, on a busy machine too


@dataclass
class Told:
    """What a contact has told."""

    changes: list[bool] = field(default_factory=list)
    faults: list[str | None] = field(default_factory=list)


@contextmanager
def contact(**given: Any) -> Iterator[Told]:
    told = Told()
    given.setdefault("poll_seconds", 60)  # but for its first look, it depends on edges
    made = ContactInput(PIN, name="fire contact", on_change=told.changes.append, on_fault=told.faults.append, **given)
    try:
        yield told
    finally:
        made.close()


def drive(pins: Pins, *levels: bool) -> None:
    for high in levels:
        if high:
            pins.pin(PIN).drive_high()
        else:
            pins.pin(PIN).drive_low()


def lose_an_edge(pins: Pins, *, high: bool) -> None:
    pins.pin(PIN)._change_state(high)


# -- the start, by the wiring


@pytest.mark.parametrize(
    ("wiring", "high", "pull", "active"),
    [
        pytest.param({"active_low": True}, True, "up", False, id="to ground, open"),
        pytest.param({"active_low": True}, False, "up", True, id="to ground, closed"),
        pytest.param({"active_low": False}, False, "down", False, id="to 3.3 V, open"),
        pytest.param({"active_low": False}, True, "down", True, id="to 3.3 V, closed"),
        pytest.param({"normally_closed": True}, False, "up", False, id="an alarm's, closed"),
        pytest.param({"normally_closed": True}, True, "up", True, id="an alarm's, open or broken"),
    ],
)
async def test_the_state_at_the_start_is_told_once(
    pins: Pins, wiring: dict[str, bool], high: bool, pull: str, active: bool
) -> None:
    with contact(**wiring, poll_seconds=0.01) as told:
        drive(pins, high)
        assert pins.pin(PIN).pull == pull
        assert told.changes == []
        await until(lambda: bool(told.changes))
        await asyncio.sleep(0.1)  # several looks at a pin that does not change
        assert told.changes == [active]


async def test_an_alarm_contact_that_opens_and_closes_is_told_of_both(pins: Pins) -> None:
    with contact(normally_closed=True) as told:
        drive(pins, False)
        await until(lambda: told.changes == [False])
        drive(pins, True)
        await until(lambda: told.changes == [False, True])
        drive(pins, False)
        await until(lambda: told.changes == [False, True, False])


async def test_a_button_on_3_volts_is_told_of(pins: Pins) -> None:
    with contact(active_low=False) as told:
        await until(lambda: told.changes == [False])
        drive(pins, True)
        await until(lambda: told.changes == [False, True])


# -- bouncing


async def test_a_state_counts_once_it_has_lasted(pins: Pins) -> None:
    with contact(debounce_seconds=LONG) as told:
        await until(lambda: told.changes == [False])
        pressed = time.monotonic()
        drive(pins, False)
        await until(lambda: told.changes == [False, True])
        assert time.monotonic() - pressed >= LONG - 0.001  # what the loop's clock rounds by


async def test_a_bouncing_contact_is_one_change(pins: Pins) -> None:
    with contact(debounce_seconds=LONG) as told:
        await until(lambda: told.changes == [False])
        drive(pins, *[False, True] * 10, False)
        last = time.monotonic()
        await until(lambda: told.changes == [False, True])
        assert time.monotonic() - last >= LONG - 0.01
        drive(pins, *[True, False] * 10, True)
        await until(lambda: told.changes == [False, True, False])


async def test_a_bounce_that_ends_where_it_began_is_no_change(pins: Pins) -> None:
    with contact(debounce_seconds=LONG) as told:
        await until(lambda: told.changes == [False])
        drive(pins, *[False, True] * 10)
        await asyncio.sleep(LONG * 2)  # longer than it would take to count
        assert told.changes == [False]


async def test_a_loop_that_is_late_does_not_miss_a_state_that_lasted(pins: Pins) -> None:
    with contact() as told:
        await until(lambda: told.changes == [False])
        drive(pins, False)
        time.sleep(0.1)  # noqa: ASYNC251 - the loop is to stand still
        drive(pins, True)
        time.sleep(0.1)  # noqa: ASYNC251 - the loop is to stand still
        await until(lambda: told.changes == [False, True, False])


async def test_a_spike_whose_end_was_never_told_is_no_change(pins: Pins) -> None:
    with contact() as told:
        await until(lambda: told.changes == [False])
        drive(pins, False)
        lose_an_edge(pins, high=True)
        await asyncio.sleep(0.2)  # longer than it would take to count
        assert told.changes == [False]


async def test_a_press_after_one_whose_end_was_never_told_counts(pins: Pins) -> None:
    with contact(poll_seconds=0.2) as told:
        await until(lambda: told.changes == [False])
        drive(pins, False)
        await until(lambda: told.changes == [False, True])
        lose_an_edge(pins, high=True)
        await until(lambda: told.changes == [False, True, False])
        drive(pins, False)
        await asyncio.sleep(0.05)  # a short press, which ends before the level is looked at
        drive(pins, True)
        await until(lambda: told.changes == [False, True, False, True, False])


async def test_an_edge_from_another_thread_is_told_in_the_loop(pins: Pins) -> None:
    told_in: list[threading.Thread] = []
    made = ContactInput(PIN, name="exit button", on_change=lambda _active: told_in.append(threading.current_thread()))
    await asyncio.to_thread(pins.pin(PIN).drive_low)
    await until(lambda: bool(told_in))
    made.close()
    assert set(told_in) == {threading.current_thread()}


# -- polling


async def test_a_lost_edge_is_found_by_looking(pins: Pins) -> None:
    with contact(poll_seconds=0.02) as told:
        await until(lambda: told.changes == [False])
        lose_an_edge(pins, high=False)
        await until(lambda: told.changes == [False, True])
        lose_an_edge(pins, high=True)
        await until(lambda: told.changes == [False, True, False])


async def test_a_lost_edge_at_the_end_of_a_bounce_is_found_by_looking(pins: Pins) -> None:
    with contact(poll_seconds=0.02, debounce_seconds=LONG) as told:
        await until(lambda: told.changes == [False])
        drive(pins, False, True, False)
        lose_an_edge(pins, high=True)
        await asyncio.sleep(LONG * 2)  # longer than it would take to count
        assert told.changes == [False]


async def test_a_contact_costs_next_to_no_cpu_and_drives_nothing(pins: Pins) -> None:
    with contact(poll_seconds=0.5) as told:
        await until(lambda: told.changes == [False])
        before = pins.edges(PIN)  # that of its pull resistor
        used = time.process_time()
        await asyncio.sleep(1.2)  # two looks
        assert time.process_time() - used < 0.05
        assert not pins.is_output(PIN)
        assert pins.edges(PIN) == before


# -- faults, and the end


def unreadable(_pin: object = None) -> bool:
    raise OSError(5, "Input/output error")


async def test_a_pin_that_cannot_be_read_is_told_once_until_it_can(pins: Pins, monkeypatch: pytest.MonkeyPatch) -> None:
    with contact(poll_seconds=0.01) as told:
        await until(lambda: told.changes == [False])
        with monkeypatch.context() as broken:
            broken.setattr(pins.pin(PIN), "_get_state", unreadable)
            await until(lambda: bool(told.faults))
            await asyncio.sleep(0.1)  # several looks more
            (fault,) = told.faults
        assert fault is not None
        assert fault.startswith("fire contact on GPIO5: ")
        await until(lambda: told.faults == [fault, None])
        lose_an_edge(pins, high=False)
        await until(lambda: told.changes == [False, True])
        with monkeypatch.context() as broken:
            broken.setattr(pins.pin(PIN), "_get_state", unreadable)
            await until(lambda: told.faults == [fault, None, fault])


async def test_a_pin_that_cannot_be_read_at_first_has_its_state_told_once_it_can(
    pins: Pins, monkeypatch: pytest.MonkeyPatch
) -> None:
    with contact(poll_seconds=0.01) as told:
        with monkeypatch.context() as broken:
            broken.setattr(pins.pin(PIN), "_get_state", unreadable)
            await until(lambda: bool(told.faults))
        await until(lambda: told.changes == [False])
        assert told.faults[1:] == [None]


async def test_a_pin_in_use_is_an_error_that_names_the_contact(pins: Pins) -> None:
    with contact(), pytest.raises(DeviceError, match="tamper contact on GPIO5: the pin is used twice"):
        ContactInput(PIN, name="tamper contact", on_change=lambda _active: None)
    assert not pins.is_output(PIN)


async def test_a_closed_contact_tells_nothing_and_gives_the_pin_back(pins: Pins) -> None:
    with contact(poll_seconds=0.01) as told:
        drive(pins, False)
    with contact(poll_seconds=0.01) as after:
        await until(lambda: bool(after.changes))
        drive(pins, False)
    await asyncio.sleep(0.1)  # longer than it takes to count
    assert told.changes == []
    assert after.changes == [False]


def test_an_edge_after_the_end_of_the_loop_is_nobodys(pins: Pins) -> None:
    async def fit() -> ContactInput:
        return ContactInput(PIN, name="exit button", on_change=lambda _active: None)

    made = asyncio.run(fit())
    drive(pins, False)
    made.close()
    assert not pins.is_output(PIN)
