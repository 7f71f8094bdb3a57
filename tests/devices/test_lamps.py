import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from gate_controller.admission.messages import Signal
from gate_controller.devices.gpio import DeviceError
from gate_controller.devices.lamps import PATTERNS, Lamps
from tests.rig.pins import Pins

GREEN, RED, YELLOW = 22, 27, 24


@contextmanager
def lamps(*, green: int | None = GREEN, red: int | None = RED, yellow: int | None = YELLOW) -> Iterator[Lamps]:
    made = Lamps(green=green, red=red, yellow=yellow)
    try:
        yield made
    finally:
        made.close()


def lit(pins: Pins) -> set[int]:
    return {pin for pin in (GREEN, RED, YELLOW) if pins.is_high(pin)}


def wait_for(condition: Callable[[], bool], seconds: float = 5) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.005)


def test_lamps_are_dark_from_the_start(pins: Pins) -> None:
    with lamps():
        assert lit(pins) == set()
        assert all(pins.is_output(pin) for pin in (GREEN, RED, YELLOW))


@pytest.mark.parametrize(
    ("signal", "expected"),
    [
        (Signal.IDLE, set()),
        (Signal.CHECKING, {YELLOW}),
        (Signal.ADMITTED, {GREEN}),
        (Signal.REFUSED, {RED}),
        (Signal.OUT_OF_SERVICE, {RED}),
    ],
)
def test_a_signal_lights_its_lamps_at_once(pins: Pins, signal: Signal, expected: set[int]) -> None:
    with lamps() as made:
        made.show(signal)
        assert lit(pins) == expected


def test_every_signal_has_a_pattern() -> None:
    assert set(PATTERNS) == set(Signal)


def test_a_signal_replaces_the_one_before(pins: Pins) -> None:
    with lamps() as made:
        for signal in (Signal.CHECKING, Signal.REFUSED, Signal.ADMITTED):
            made.show(signal)
        assert lit(pins) == {GREEN}
    assert len(pins.pulses(YELLOW)) == len(pins.pulses(RED)) == 1


def test_the_lamp_before_goes_dark_before_the_next_lights_up(pins: Pins) -> None:
    with lamps() as made:
        made.show(Signal.REFUSED)
        made.show(Signal.ADMITTED)
        red_dark, green_lit = pins.edges(RED)[-1], pins.edges(GREEN)[-1]
        assert red_dark.at <= green_lit.at


def test_out_of_service_blinks_red_once_a_second_for_half_of_it(pins: Pins) -> None:
    with lamps() as made:
        made.show(Signal.OUT_OF_SERVICE)
        wait_for(lambda: len(pins.edges(RED)) == 3)
    on, off, again = pins.edges(RED)[:3]
    assert (on.high, off.high, again.high) == (True, False, True)
    assert 0.5 <= off.at - on.at <= 0.55
    assert 0.5 <= again.at - off.at <= 0.55


def test_showing_the_same_signal_again_does_not_restart_the_blinking(pins: Pins) -> None:
    with lamps() as made:
        made.show(Signal.OUT_OF_SERVICE)

        def dark_although_shown_again() -> bool:
            made.show(Signal.OUT_OF_SERVICE)
            return not pins.is_high(RED)

        wait_for(dark_although_shown_again)
    (length,) = pins.pulses(RED)[:1]
    assert 0.5 <= length <= 0.6


def test_a_steady_signal_ends_the_blinking(pins: Pins) -> None:
    with lamps() as made:
        made.show(Signal.OUT_OF_SERVICE)
        made.show(Signal.IDLE)
        changes = len(pins.edges(RED))
        time.sleep(0.6)  # longer than a blink's half
        assert len(pins.edges(RED)) == changes
    assert lit(pins) == set()


def test_off_is_dark_and_the_same_signal_shows_again_after_it(pins: Pins) -> None:
    with lamps() as made:
        made.show(Signal.REFUSED)
        made.off()
        assert lit(pins) == set()
        made.show(Signal.REFUSED)
        assert lit(pins) == {RED}


def test_a_lamp_that_is_not_fitted_is_done_without(pins: Pins) -> None:
    with lamps(green=None, yellow=None) as made:
        for signal in Signal:
            made.show(signal)
        assert not pins.is_output(GREEN)


@pytest.mark.parametrize("signal", [Signal.OUT_OF_SERVICE, Signal.ADMITTED])
def test_closing_ends_the_pattern_its_thread_and_the_light(pins: Pins, signal: Signal) -> None:
    before = threading.active_count()
    with lamps() as made:
        made.show(signal)
        time.sleep(0.05)  # until the thread sleeps again
    assert threading.active_count() == before
    assert lit(pins) == set()


def test_closed_lamps_show_nothing(pins: Pins) -> None:
    with lamps() as made:
        pass
    made.show(Signal.ADMITTED)
    made.off()
    made.close()
    assert lit(pins) == set()


def test_a_failing_lamp_is_told_once_and_the_others_go_on(pins: Pins) -> None:
    with lamps() as made:
        pins.break_pin(YELLOW)
        with pytest.raises(DeviceError, match=r"^yellow lamp on GPIO24: .*Input/output error"):
            made.show(Signal.ADMITTED)
        assert lit(pins) == {GREEN}
        made.show(Signal.REFUSED)
        assert lit(pins) == {RED}
        pins.mend(YELLOW)


def test_a_lamp_that_fails_again_after_it_has_worked_is_told_again(pins: Pins) -> None:
    with lamps() as made:
        pins.break_pin(YELLOW)
        with pytest.raises(DeviceError):
            made.show(Signal.ADMITTED)
        pins.mend(YELLOW)
        made.show(Signal.CHECKING)
        pins.break_pin(YELLOW)
        with pytest.raises(DeviceError, match="yellow lamp"):
            made.show(Signal.REFUSED)
        pins.mend(YELLOW)


def test_a_lamp_that_fails_while_blinking_is_told_by_the_next_show(pins: Pins) -> None:
    with lamps() as made:
        made.show(Signal.OUT_OF_SERVICE)
        pins.break_pin(RED)

        def told() -> bool:
            try:
                made.show(Signal.OUT_OF_SERVICE)
            except DeviceError as error:
                return "red lamp on GPIO27" in str(error)
            return False

        wait_for(told)
        pins.mend(RED)


def test_a_lamp_whose_pin_cannot_be_had_is_told_by_the_first_show(pins: Pins) -> None:
    with lamps(yellow=RED) as made:
        with pytest.raises(DeviceError, match=r"^yellow lamp on GPIO27: the pin is used twice"):
            made.show(Signal.ADMITTED)
        assert lit(pins) == {GREEN}
        made.show(Signal.REFUSED)
        assert lit(pins) == {RED}


def test_blinking_costs_next_to_no_cpu(pins: Pins) -> None:
    with lamps() as made:
        made.show(Signal.OUT_OF_SERVICE)
        used = time.process_time()
        time.sleep(0.6)  # the time to blink in
        assert time.process_time() - used < 0.06
    assert lit(pins) == set()
