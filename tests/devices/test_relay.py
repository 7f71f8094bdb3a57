"""Pulse lengths are read from the mock pin's own record of when it changed."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from gate_controller.devices.errors import DeviceError
from gate_controller.devices.gpio import Output
from gate_controller.devices.relay import Motion, RelayFault, Relays, RelayStep
from tests.rig.pins import Pins
from tests.rig.waiting import PATIENCE_SECONDS

PIN = 17
SLACK = 0.5  # what a loaded machine may add to a pulse


class PulsedRelay:
    """One relay that is given pulses, as a turnstile's is."""

    def __init__(self, *, active_high: bool = True, on_fault: Callable[[str], None] | None = None) -> None:
        self._output = Output(PIN, name="relay", active_high=active_high)
        rest = RelayStep(Motion.REST)
        self._relays = Relays([self._output], first=rest, rest=rest, on_fault=on_fault)
        self.off = self._relays.off
        self.close = self._relays.close

    @property
    def is_on(self) -> bool:
        return not self._relays.is_at_rest

    def pulse(self, seconds: float) -> None:
        self._relays.start((RelayStep(Motion.RELEASED, frozenset({self._output}), seconds),))


@contextmanager
def relay(*, active_high: bool = True, on_fault: Callable[[str], None] | None = None) -> Iterator[PulsedRelay]:
    made = PulsedRelay(active_high=active_high, on_fault=on_fault)
    try:
        yield made
    finally:
        made.close()


def wait_until_off(made: PulsedRelay, seconds: float = PATIENCE_SECONDS) -> None:
    deadline = time.monotonic() + seconds
    while made.is_on:
        assert time.monotonic() < deadline, "the relay stayed on"
        time.sleep(0.001)


def test_a_relay_is_off_from_the_start(pins: Pins) -> None:
    with relay() as made:
        assert pins.is_output(PIN)
        assert not made.is_on
        assert pins.edges(PIN) == []


def test_an_active_low_relay_is_off_from_the_start(pins: Pins) -> None:
    with relay(active_high=False) as made:
        assert not made.is_on
        assert pins.is_high(PIN)


def test_a_pulse_has_the_length_asked_for(pins: Pins) -> None:
    with relay() as made:
        made.pulse(0.1)
        assert made.is_on
        assert pins.is_high(PIN)
        wait_until_off(made)
    (length,) = pins.pulses(PIN)
    assert 0.1 <= length <= 0.1 + SLACK


def test_an_active_low_pulse_is_a_low_one(pins: Pins) -> None:
    with relay(active_high=False) as made:
        made.pulse(0.05)
        assert not pins.is_high(PIN)
        wait_until_off(made)
    (length,) = pins.pulses(PIN, active_high=False)
    assert 0.05 <= length <= 0.05 + SLACK


async def test_a_blocked_event_loop_does_not_lengthen_a_pulse(pins: Pins) -> None:
    with relay() as made:
        made.pulse(0.05)
        time.sleep(1.0)  # noqa: ASYNC251 - the loop is to stand still, for longer than the slack
        assert not made.is_on
    (length,) = pins.pulses(PIN)
    assert 0.05 <= length <= 0.05 + SLACK


def test_an_event_loop_that_died_does_not_lengthen_a_pulse(pins: Pins) -> None:
    async def pulse_and_die() -> None:
        made.pulse(0.05)
        raise SystemExit(1)

    with relay() as made:
        with pytest.raises(SystemExit):
            asyncio.run(pulse_and_die())
        wait_until_off(made)
    (length,) = pins.pulses(PIN)
    assert 0.05 <= length <= 0.05 + SLACK


def test_pulses_can_follow_each_other(pins: Pins) -> None:
    with relay() as made:
        for _ in range(3):
            made.pulse(0.02)
            wait_until_off(made)
    lengths = pins.pulses(PIN)
    assert len(lengths) == 3
    assert all(0.02 <= length <= 0.02 + SLACK for length in lengths)


def test_off_ends_a_pulse_at_once_and_leaves_the_next_one_whole(pins: Pins) -> None:
    with relay() as made:
        made.pulse(0.5)
        made.off()
        assert not made.is_on
        made.pulse(1.0)  # the time of the first one ends within this one
        wait_until_off(made)
    first, second = pins.pulses(PIN)
    assert first < 0.5
    assert 1.0 <= second <= 1.0 + SLACK


def test_closing_turns_the_relay_off_and_gives_the_pin_back(pins: Pins) -> None:
    made = PulsedRelay()
    made.pulse(5)
    made.close()
    assert not made.is_on
    assert [edge.high for edge in pins.edges(PIN)] == [True, False]
    PulsedRelay().close()


def test_closing_twice_is_closing_once(pins: Pins) -> None:
    made = PulsedRelay()
    made.close()
    made.close()
    assert not pins.is_high(PIN)


def test_a_closed_relay_does_not_pulse(pins: Pins) -> None:
    made = PulsedRelay()
    made.close()
    with pytest.raises(RelayFault, match="closed"):
        made.pulse(0.1)
    assert pins.edges(PIN) == []


def test_a_closed_relay_leaves_no_thread(pins: Pins) -> None:
    before = threading.active_count()
    with relay():
        assert threading.active_count() == before + 1
    assert threading.active_count() == before
    assert not pins.is_high(PIN)


def test_an_idle_relay_costs_no_cpu(pins: Pins) -> None:
    with relay():
        used = time.process_time()
        time.sleep(0.2)  # the time to be idle in
        assert time.process_time() - used < 0.05
    assert pins.edges(PIN) == []


def test_a_pin_that_fails_on_a_pulse_is_a_fault_and_the_next_pulse_works(pins: Pins) -> None:
    with relay() as made:
        pins.break_pin(PIN)
        with pytest.raises(RelayFault, match=r"relay on GPIO17: .*Input/output error"):
            made.pulse(0.1)
        pins.mend(PIN)
        wait_until_off(made)
        made.pulse(0.02)
        wait_until_off(made)
    assert len(pins.pulses(PIN)) == 1


def test_a_relay_that_turned_on_although_the_pin_failed_is_turned_off_at_once(pins: Pins) -> None:
    with relay() as made:
        pins.break_pin(PIN, obeys=True)
        with pytest.raises(RelayFault):
            made.pulse(5)
        pins.mend(PIN)
        wait_until_off(made)
        assert not pins.is_high(PIN)
    assert len(pins.pulses(PIN)) == 1


def test_an_off_that_fails_is_told_once_and_tried_until_it_works(pins: Pins) -> None:
    faults: list[str] = []
    told = threading.Event()

    def on_fault(text: str) -> None:
        faults.append(text)
        told.set()

    with relay(on_fault=on_fault) as made:
        made.pulse(0.02)
        pins.break_pin(PIN)
        assert told.wait(5)
        assert made.is_on
        with pytest.raises(RelayFault, match="cannot be turned off"):
            made.pulse(0.1)
        time.sleep(0.25)  # two more tries
        pins.mend(PIN)
        wait_until_off(made)
        made.pulse(0.02)
        wait_until_off(made)
    assert len(faults) == 1
    assert "cannot be turned off: relay on GPIO17" in faults[0]
    assert not pins.is_high(PIN)


def test_somebody_who_cannot_be_told_does_not_keep_the_relay_on(pins: Pins) -> None:
    told = threading.Event()

    def on_fault(_text: str) -> None:
        told.set()
        raise RuntimeError("Event loop is closed")

    with relay(on_fault=on_fault) as made:
        made.pulse(0.02)
        pins.break_pin(PIN)
        assert told.wait(5)
        pins.mend(PIN)
        wait_until_off(made)
    assert not pins.is_high(PIN)


def test_an_off_that_fails_raises_and_goes_on_in_the_background(pins: Pins) -> None:
    with relay() as made:
        made.pulse(5)
        pins.break_pin(PIN)
        with pytest.raises(RelayFault, match="GPIO17"):
            made.off()
        pins.mend(PIN)
        wait_until_off(made, seconds=2)
    assert [edge.high for edge in pins.edges(PIN)] == [True, False]


def test_a_pin_used_twice_is_an_error_with_a_remedy(pins: Pins) -> None:
    with relay(), pytest.raises(DeviceError, match=r"relay on GPIO17: the pin is used twice: give each"):
        PulsedRelay()
    assert pins.edges(PIN) == []
