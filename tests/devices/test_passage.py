"""The passage sensor on mock pins: who is a person, what is noise, and how it is looked at."""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from gate_controller.devices.errors import DeviceError
from gate_controller.devices.passage import PassageSensor
from tests.rig.pins import Pins
from tests.rig.waiting import until

PIN = 23
LONG = 0.25  # well longer than the edges of a test take, on a busy machine too
START = float("-inf")


@dataclass
class Told:
    """What a sensor has told."""

    changes: list[tuple[bool, float]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    edges: list[bool] = field(default_factory=list)

    @property
    def people(self) -> int:
        """How many people it saw come."""
        return sum(active for active, since in self.changes if since > START)


@contextmanager
def sensor(**given: Any) -> Iterator[Told]:
    told = Told()
    made = PassageSensor(
        PIN,
        **{"active_low": True, "poll_seconds": 60, **given},  # but for its first look, it depends on edges
        on_change=lambda active, since: told.changes.append((active, since)),
        on_fault=told.faults.append,
        on_edge=told.edges.append,
    )
    try:
        yield told
    finally:
        made.close()


async def at_rest(told: Told) -> None:
    await until(lambda: told.changes == [(False, START)])


async def test_each_person_is_told_of_once_and_since_when(pins: Pins) -> None:
    with sensor() as told:
        await at_rest(told)
        for person in (1, 2):
            before = time.monotonic()
            pins.pin(PIN).drive_low()
            after = time.monotonic()
            await until(lambda person=person: told.people == person)  # type: ignore[misc]  # a default binds it
            assert before <= told.changes[-1][1] <= after
            pins.pin(PIN).drive_high()
            await until(lambda person=person: len(told.changes) == 1 + 2 * person)  # type: ignore[misc]


@pytest.mark.parametrize("spikes", [1, 20])
async def test_spikes_are_nobody(pins: Pins, spikes: int) -> None:
    with sensor(least_seconds=LONG) as told:
        await at_rest(told)
        for _ in range(spikes):
            pins.pin(PIN).drive_low()
            pins.pin(PIN).drive_high()
        await until(lambda: len(told.edges) == 1 + 2 * spikes)
        await asyncio.sleep(2 * LONG)  # longer than a person needs to count
        assert told.changes == [(False, START)]


async def test_a_millisecond_is_nobody_by_default(pins: Pins) -> None:
    with sensor() as told:
        await at_rest(told)
        pins.pin(PIN).drive_low()
        time.sleep(0.001)  # noqa: ASYNC251 - by the pin's own clock
        pins.pin(PIN).drive_high()
        await asyncio.sleep(0.2)  # longer than a person needs to count
        assert told.changes == [(False, START)]


async def test_a_contact_that_bounces_is_one_person(pins: Pins) -> None:
    with sensor(least_seconds=LONG) as told:
        await at_rest(told)
        for _ in range(5):
            pins.pin(PIN).drive_low()
            pins.pin(PIN).drive_high()
        pins.pin(PIN).drive_low()
        await until(lambda: told.people == 1)
        for _ in range(5):
            pins.pin(PIN).drive_high()
            pins.pin(PIN).drive_low()
        pins.pin(PIN).drive_high()
        await until(lambda: len(told.changes) == 3)
        assert [active for active, _ in told.changes] == [False, True, False]


async def test_a_person_who_came_and_went_while_the_loop_was_late_counts(pins: Pins) -> None:
    with sensor() as told:
        await at_rest(told)
        pins.pin(PIN).drive_low()
        time.sleep(0.05)  # noqa: ASYNC251 - the loop is to stand still
        pins.pin(PIN).drive_high()
        await until(lambda: [active for active, _ in told.changes] == [False, True, False])


async def test_a_sensor_that_gives_a_high_level_is_read_with_active_low_off(pins: Pins) -> None:
    with sensor(active_low=False) as told:
        assert pins.pin(PIN).pull == "down"
        await at_rest(told)
        pins.pin(PIN).drive_high()
        await until(lambda: told.people == 1)


async def test_one_that_sees_somebody_at_the_start_says_so_and_since_nobody_knows_when(pins: Pins) -> None:
    pins.connect(PIN)
    with sensor() as told:
        await until(lambda: told.changes == [(True, START)])


@pytest.mark.parametrize("ends", [False, True])
async def test_a_change_whose_edge_was_lost_is_found(pins: Pins, ends: bool) -> None:
    with sensor(poll_seconds=0.02) as told:
        await at_rest(told)
        pins.pin(PIN)._change_state(False)
        await until(lambda: told.people == 1)
        if ends:
            pins.pin(PIN)._change_state(True)
            await until(lambda: [active for active, _ in told.changes] == [False, True, False])


async def test_one_that_cannot_be_read_says_so_once_and_how_it_is_when_it_can_be_again(pins: Pins) -> None:
    with sensor(poll_seconds=0.02) as told:
        await at_rest(told)
        pins.break_reading(PIN)
        await until(lambda: bool(told.faults))
        await asyncio.sleep(0.1)  # several looks
        pins.mend(PIN)
        await until(lambda: told.changes == [(False, START)] * 2)
        assert ["passage sensor on GPIO23" in why for why in told.faults] == [True]


async def test_an_edge_from_another_thread_is_told_in_the_loop(pins: Pins) -> None:
    told_in: list[threading.Thread] = []
    made = PassageSensor(
        PIN,
        active_low=True,
        on_change=lambda _active, _since: told_in.append(threading.current_thread()),
        on_fault=lambda _why: None,
    )
    await until(lambda: len(told_in) == 1)
    await asyncio.to_thread(pins.pin(PIN).drive_low)
    await until(lambda: len(told_in) == 2)
    made.close()
    assert set(told_in) == {threading.current_thread()}


@pytest.mark.usefixtures("pins")
async def test_a_pin_in_use_is_an_error_that_names_the_sensor() -> None:
    with sensor(), pytest.raises(DeviceError, match="passage sensor on GPIO23: the pin is used twice"), sensor():
        pass
