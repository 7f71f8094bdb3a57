import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise, permutations

import pytest

from gate_controller.admission.words.messages import Signal
from gate_controller.devices.gpio import DeviceError
from gate_controller.devices.lamps import Lamps
from tests.rig.pins import Pins
from tests.rig.waiting import PATIENCE_SECONDS

GREEN, RED, YELLOW = 22, 27, 24


@contextmanager
def lamps(
    *,
    green: int | None = GREEN,
    red: int | None = RED,
    yellow: int | None = YELLOW,
    mode: str = "separate",
    active_high: bool = True,
) -> Iterator[Lamps]:
    made = Lamps(green=green, red=red, yellow=yellow, mode=mode, active_high=active_high)
    try:
        yield made
    finally:
        made.close()


def lit(pins: Pins) -> set[int]:
    return {pin for pin in (GREEN, RED, YELLOW) if pins.is_high(pin)}


def wait_for(condition: Callable[[], bool], seconds: float = PATIENCE_SECONDS) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.005)


def test_lamps_are_dark_from_the_start(pins: Pins) -> None:
    with lamps():
        assert lit(pins) == set()
        assert all(pins.is_output(pin) for pin in (GREEN, RED, YELLOW))


AT_ONCE = {
    "separate": {
        Signal.IDLE: set[int](),
        Signal.CHECKING: {YELLOW},
        Signal.ADMITTED: {GREEN},
        Signal.REFUSED: {RED},
        Signal.OUT_OF_SERVICE: {RED},
        Signal.HELD_OPEN: {GREEN},
    },
    "traffic": {
        Signal.IDLE: {RED},
        Signal.CHECKING: {YELLOW},
        Signal.ADMITTED: {GREEN},
        Signal.REFUSED: {RED},
        Signal.OUT_OF_SERVICE: {RED},
        Signal.HELD_OPEN: {GREEN},
    },
    "rgb": {  # the third pin is the blue colour's
        Signal.IDLE: set[int](),
        Signal.CHECKING: {YELLOW},
        Signal.ADMITTED: {GREEN},
        Signal.REFUSED: {RED},
        Signal.OUT_OF_SERVICE: {RED, GREEN},
        Signal.HELD_OPEN: {GREEN},
    },
}


@pytest.mark.parametrize("mode", AT_ONCE)
def test_a_signal_lights_its_lamps_before_show_returns(pins: Pins, mode: str) -> None:
    with lamps(mode=mode) as made:
        for signal, expected in AT_ONCE[mode].items():
            made.show(signal)
            assert lit(pins) == expected, signal


def test_a_signal_shows_within_20_ms(pins: Pins) -> None:
    """By the pins' own record. The best of several, for this machine may be busy with something else."""
    late: list[float] = []
    with lamps() as made:
        for _ in range(20):
            made.show(Signal.IDLE)
            called = time.monotonic()
            made.show(Signal.ADMITTED)
            late.append(pins.edges(GREEN)[-1].at - called)
    assert 0 <= min(late) <= 0.02


def test_an_unknown_mode_is_told_when_the_lamps_are_made() -> None:
    with pytest.raises(ValueError, match="disco"):
        Lamps(green=None, red=None, yellow=None, mode="disco")


@pytest.mark.parametrize("mode", ["separate", "traffic"])
def test_green_and_red_are_never_lit_together(pins: Pins, mode: str) -> None:
    with lamps(mode=mode) as made:
        for first, second in permutations(Signal, 2):
            made.show(first)
            made.show(second)
    changes = [(edge.at, pin, edge.high) for pin in (GREEN, RED) for edge in pins.edges(pin)]
    now: set[int] = set()
    for _, pin, high in sorted(changes, key=lambda change: (change[0], change[2])):
        now = now | {pin} if high else now - {pin}
        assert now != {GREEN, RED}


def test_lamps_may_be_lit_by_a_low_level(pins: Pins) -> None:
    with lamps(active_high=False) as made:
        assert lit(pins) == {GREEN, RED, YELLOW}
        made.show(Signal.ADMITTED)
        assert lit(pins) == {RED, YELLOW}
        made.show(Signal.IDLE)
        assert lit(pins) == {GREEN, RED, YELLOW}


def test_the_parts_of_a_single_lamp_are_told_by_their_colours(pins: Pins) -> None:
    with lamps(mode="rgb") as made:
        pins.break_pin(YELLOW)
        with pytest.raises(DeviceError, match=r"^blue lamp on GPIO24: "):
            made.show(Signal.CHECKING)
        pins.mend(YELLOW)


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


RHYTHMS = [
    (Signal.CHECKING, YELLOW, [0.5, 0.5, 0.5, 0.5]),
    (Signal.REFUSED, RED, [0.2, 0.2, 0.2, 0.2, 0.2, 1.0]),
    (Signal.OUT_OF_SERVICE, RED, [0.5, 1.5]),
    (Signal.HELD_OPEN, GREEN, [1.7, 0.3]),
]


@pytest.mark.parametrize(("signal", "pin", "expected"), RHYTHMS, ids=lambda value: getattr(value, "name", None))
def test_a_flashing_signal_keeps_its_rhythm(pins: Pins, signal: Signal, pin: int, expected: list[float]) -> None:
    with lamps() as made:
        made.show(signal)
        wait_for(lambda: len(pins.edges(pin)) > len(expected), seconds=15)
    edges = pins.edges(pin)[: len(expected) + 1]
    lengths = [after.at - before.at for before, after in pairwise(edges)]
    assert [edge.high for edge in edges] == [number % 2 == 0 for number in range(len(edges))]
    for length, least in zip(lengths, expected, strict=True):
        assert least <= length <= least + 0.5


def test_showing_the_same_signal_again_does_not_restart_the_blinking(pins: Pins) -> None:
    with lamps() as made:
        made.show(Signal.OUT_OF_SERVICE)

        def dark_although_shown_again() -> bool:
            made.show(Signal.OUT_OF_SERVICE)
            return not pins.is_high(RED)

        wait_for(dark_although_shown_again)
    (length,) = pins.pulses(RED)[:1]
    assert 0.5 <= length <= 1.0


def test_a_steady_signal_ends_the_blinking(pins: Pins) -> None:
    with lamps() as made:
        made.show(Signal.OUT_OF_SERVICE)
        made.show(Signal.IDLE)
        changes = len(pins.edges(RED))
        time.sleep(0.6)  # longer than the flash would have been
        assert len(pins.edges(RED)) == changes
    assert lit(pins) == set()


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
            made.show(Signal.ADMITTED)
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


def test_flashing_costs_next_to_no_cpu(pins: Pins) -> None:
    with lamps() as made:
        made.show(Signal.REFUSED)
        used = time.process_time()
        time.sleep(1)  # the time to flash in
        assert time.process_time() - used < 0.1
    assert lit(pins) == set()
