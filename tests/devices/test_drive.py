"""What each kind of gate does at its pins, by the mock pins' own record of when they changed."""

import asyncio
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import pairwise
from typing import Any

import pytest

from gate_controller.devices.drive import DEAD_SECONDS, GAP_SECONDS, MAX_OPEN_SECONDS, Drive, DriveKind
from gate_controller.devices.errors import DeviceError
from gate_controller.devices.relay import MAX_ON_SECONDS, RelayBusy, RelayFault
from gate_controller.settings import value_of
from tests.rig.pins import Pins
from tests.rig.settings import choices, loaded, mistakes
from tests.rig.waiting import PATIENCE_SECONDS

PIN, CLOSE_PIN, EXIT_PIN = 17, 18, 20
SLACK = 2.0  # what a loaded machine may add

BOARDS = pytest.mark.parametrize("active_high", [True, False], ids=["active high", "active low"])
STAYING = pytest.mark.parametrize("kind", [DriveKind.HOLD, DriveKind.MAGLOCK, DriveKind.MOTOR])
EVERY = pytest.mark.parametrize("kind", DriveKind)


@contextmanager
def drive(kind: DriveKind, **given: Any) -> Iterator[Drive]:
    if kind is DriveKind.MOTOR:
        given.setdefault("close_pin", CLOSE_PIN)
    given.setdefault("pulse_seconds", 0.1)
    made = Drive(PIN, kind=kind, **given)
    if kind is DriveKind.MOTOR:
        time.sleep(DEAD_SECONDS * 1.1)  # the last run may have left the other relay on until now
    try:
        yield made
    finally:
        made.close()


def wait_until(condition: Callable[[], bool], seconds: float = PATIENCE_SECONDS) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.001)


def stands_open(pins: Pins, kind: DriveKind, *, active_high: bool = True) -> bool:
    """Return whether a gate of this kind stands open, by what its relays did last."""
    match kind:
        case DriveKind.PULSE | DriveKind.HOLD:
            return pins.is_high(PIN) is active_high
        case DriveKind.MAGLOCK:
            return pins.is_high(PIN) is not active_high
        case DriveKind.MOTOR:
            opened, closed = (
                max((edge.at for edge in pins.edges(pin) if edge.high is active_high), default=0.0)
                for pin in (PIN, CLOSE_PIN)
            )
            return opened > closed


def wait_until_at_rest(made: Drive) -> None:
    wait_until(lambda: not made.is_on)


def levels(pins: Pins, pin: int = PIN) -> list[bool]:
    """Return the levels the pin has changed to, in order."""
    return [edge.high for edge in pins.edges(pin)]


def test_the_kinds_are_those_of_the_settings() -> None:
    assert tuple(DriveKind) == choices("drive.kind")


@pytest.mark.parametrize(
    ("name", "ceiling"), [("drive.open_seconds", MAX_OPEN_SECONDS), ("relay.pulse_seconds", MAX_ON_SECONDS)]
)
def test_the_ceilings_are_those_of_the_settings(name: str, ceiling: float) -> None:
    assert value_of(loaded(f"{name}={ceiling}").settings, name) == ceiling
    [line] = mistakes(f"{name}={ceiling + 0.001}")
    assert f"which is more than {ceiling:g}: " in line


@pytest.mark.parametrize("seconds", [0, -1, MAX_OPEN_SECONDS + 0.001, float("nan"), float("inf")])
def test_no_setting_lifts_the_ceiling_of_an_open_gate(pins: Pins, seconds: float) -> None:
    with pytest.raises(ValueError, match=r"open_seconds is .*at most 60"):
        Drive(PIN, kind=DriveKind.HOLD, open_seconds=seconds)
    assert not pins.is_output(PIN)


@pytest.mark.parametrize("seconds", [0, -1, MAX_ON_SECONDS + 0.001, float("nan"), float("inf")])
def test_no_setting_lifts_the_ceiling_of_a_pulse(pins: Pins, seconds: float) -> None:
    with pytest.raises(ValueError, match=r"pulse_seconds is .*at most 10"):
        Drive(PIN, pulse_seconds=seconds)
    assert not pins.is_output(PIN)


# -- the start


@BOARDS
@EVERY
def test_no_output_moves_at_the_start_but_a_magnet_that_locks(pins: Pins, kind: DriveKind, active_high: bool) -> None:
    for pin in (PIN, CLOSE_PIN, EXIT_PIN):  # as config.txt leaves them at boot: off
        pins.pin(pin).output_with_state(not active_high)
        pins.pin(pin).clear_states()
    with drive(kind, active_high=active_high, exit_pin=EXIT_PIN) as made:
        assert levels(pins) == ([active_high] if kind is DriveKind.MAGLOCK else [])
        assert levels(pins, EXIT_PIN) == []
        assert levels(pins, CLOSE_PIN) == []
        assert not stands_open(pins, kind, active_high=active_high)
        assert not made.is_on


def test_a_motor_without_a_relay_that_closes_is_an_error_with_a_remedy(pins: Pins) -> None:
    with pytest.raises(DeviceError, match=r"set drive\.close_pin"):
        Drive(PIN, kind=DriveKind.MOTOR)
    assert not pins.is_output(PIN)


def test_an_exit_relay_that_cannot_be_had_gives_the_others_back(pins: Pins) -> None:
    with pytest.raises(DeviceError, match="exit relay on GPIO17: the pin is used twice"):
        Drive(PIN, exit_pin=PIN)
    with drive(DriveKind.PULSE):
        assert levels(pins) == []


# -- one person in


def test_a_turnstile_is_given_a_pulse_which_nothing_cuts_short(pins: Pins) -> None:
    with drive(DriveKind.PULSE) as made:
        made.release()
        assert stands_open(pins, DriveKind.PULSE)
        made.shut()
        made.let_go()
        wait_until_at_rest(made)
        assert not stands_open(pins, DriveKind.PULSE)
    (length,) = pins.pulses(PIN)
    assert 0.1 <= length <= 0.1 + SLACK


@BOARDS
def test_a_barrier_is_open_until_it_is_shut(pins: Pins, active_high: bool) -> None:
    with drive(DriveKind.HOLD, active_high=active_high) as made:
        made.release()
        assert stands_open(pins, DriveKind.HOLD, active_high=active_high)
        assert pins.is_high(PIN) is active_high
        made.shut()
        assert not stands_open(pins, DriveKind.HOLD, active_high=active_high)
        assert not made.is_on
        assert pins.is_high(PIN) is not active_high
        made.release()
        made.shut()
    assert levels(pins)[-4:] == [active_high, not active_high] * 2


@BOARDS
def test_a_magnet_lets_go_until_it_is_shut(pins: Pins, active_high: bool) -> None:
    with drive(DriveKind.MAGLOCK, active_high=active_high) as made:
        assert pins.is_high(PIN) is active_high
        made.release()
        assert stands_open(pins, DriveKind.MAGLOCK, active_high=active_high)
        assert pins.is_high(PIN) is not active_high
        made.shut()
        assert not stands_open(pins, DriveKind.MAGLOCK, active_high=active_high)
        assert pins.is_high(PIN) is active_high


@BOARDS
def test_a_motor_is_given_a_pulse_to_open_and_another_to_close(pins: Pins, active_high: bool) -> None:
    with drive(DriveKind.MOTOR, active_high=active_high) as made:
        made.release()
        wait_until(lambda: len(pins.pulses(PIN, active_high=active_high)) == 1)
        assert stands_open(pins, DriveKind.MOTOR, active_high=active_high)
        made.shut()
        assert made.is_on
        wait_until_at_rest(made)
        assert not stands_open(pins, DriveKind.MOTOR, active_high=active_high)
    for pin in (PIN, CLOSE_PIN):
        (length,) = pins.pulses(pin, active_high=active_high)
        assert 0.1 <= length <= 0.1 + SLACK


def test_a_gate_that_is_never_shut_closes_after_its_time(pins: Pins) -> None:
    with drive(DriveKind.HOLD, open_seconds=0.3) as made:
        made.release()
        wait_until_at_rest(made)
    (length,) = pins.pulses(PIN)
    assert 0.3 <= length <= 0.3 + SLACK


def test_a_magnet_that_is_never_shut_locks_after_its_time(pins: Pins) -> None:
    with drive(DriveKind.MAGLOCK, open_seconds=0.3) as made:
        made.release()
        wait_until_at_rest(made)
        assert pins.is_high(PIN)
    (length,) = pins.pulses(PIN, active_high=False)
    assert 0.3 <= length <= 0.3 + SLACK


def test_a_motor_that_is_never_shut_closes_after_its_time(pins: Pins) -> None:
    with drive(DriveKind.MOTOR, open_seconds=0.5) as made:
        made.release()
        wait_until_at_rest(made)
    opened, _ = pins.edges(PIN)
    closing, _ = pins.edges(CLOSE_PIN)
    assert 0.5 <= closing.at - opened.at <= 0.5 + SLACK


@STAYING
async def test_a_blocked_event_loop_keeps_no_gate_open(pins: Pins, kind: DriveKind) -> None:
    with drive(kind, open_seconds=0.2, pulse_seconds=0.05) as made:
        made.release()
        time.sleep(1.0)  # noqa: ASYNC251 - the loop is to stand still
        assert not stands_open(pins, kind)
        assert not made.is_on
        assert len(pins.edges(PIN)) == (3 if kind is DriveKind.MAGLOCK else 2)
        assert pins.is_high(PIN) is (kind is DriveKind.MAGLOCK)
        assert len(pins.pulses(CLOSE_PIN)) == (1 if kind is DriveKind.MOTOR else 0)


MAIN_DEAD = """
import threading, time
from gpiozero import Device
from gpiozero.pins.mock import MockFactory
Device.pin_factory = MockFactory()
from gate_controller.devices.drive import Drive, DriveKind
drive = Drive(17, kind=DriveKind.{kind}, close_pin=18, open_seconds=0.3, pulse_seconds=0.1)
def look():
    threading.main_thread().join()
    deadline = time.monotonic() + 10
    while drive.is_on and time.monotonic() < deadline:
        time.sleep(0.01)
    print(drive.is_on, *([int(s.state) for s in Device.pin_factory.pin(pin).states] for pin in (17, 18)), flush=True)
threading.Thread(target=look).start()
drive.release()
raise RuntimeError("a bug")
"""


@pytest.mark.parametrize(
    ("kind", "states"),
    [
        ("PULSE", "[0, 1, 0] [0]"),
        ("HOLD", "[0, 1, 0] [0]"),
        ("MOTOR", "[0, 1, 0] [0, 1, 0]"),
        ("MAGLOCK", "[0, 1, 0, 1] [0]"),
    ],
)
def test_a_dead_main_thread_keeps_no_gate_open(kind: str, states: str) -> None:
    died = subprocess.run(  # noqa: S603 - our own interpreter and script
        [sys.executable, "-c", MAIN_DEAD.format(kind=kind)], capture_output=True, text=True, timeout=30, check=False
    )
    assert died.stdout == f"False {states}\n", died.stderr


@EVERY
def test_a_second_person_is_refused_while_the_gate_is_released_for_the_first(pins: Pins, kind: DriveKind) -> None:
    with drive(kind, pulse_seconds=1.0) as made:
        made.release()
        before = levels(pins)
        with pytest.raises(RelayBusy, match="still released"):
            made.release()
        assert levels(pins) == before


@EVERY
def test_a_release_that_only_a_busy_machine_has_not_ended_yet_keeps_nobody_out(pins: Pins, kind: DriveKind) -> None:
    with drive(kind, open_seconds=0.1) as made:
        with made._way_in._relays.lock:  # the relays' thread does not come to anything
            made.release()
            time.sleep(0.11)
            made.release()
            pulses = levels(pins).count(True)
        wait_until_at_rest(made)
    if kind is DriveKind.PULSE:
        assert (pulses, levels(pins).count(True)) == (1, 2)  # a turnstile lets one person through for each


def test_of_many_who_release_at_once_one_wins(pins: Pins) -> None:
    outcomes: list[str] = []
    together = threading.Barrier(8)

    def release() -> None:
        together.wait()
        try:
            made.release()
        except RelayBusy:
            outcomes.append("busy")
        else:
            outcomes.append("released")

    with drive(DriveKind.PULSE, pulse_seconds=0.3) as made:
        threads = [threading.Thread(target=release) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        wait_until_at_rest(made)
    assert sorted(outcomes) == ["busy"] * 7 + ["released"]
    (length,) = pins.pulses(PIN)
    assert 0.3 <= length <= 0.3 + SLACK


@EVERY
def test_people_can_follow_each_other(pins: Pins, kind: DriveKind) -> None:
    with drive(kind) as made:
        for _ in range(3):
            made.release()
            wait_until(lambda: pins.is_high(PIN) is (kind is not DriveKind.MAGLOCK))  # a motor has its dead time first
            if kind is DriveKind.PULSE:
                wait_until_at_rest(made)
            made.shut()
            wait_until_at_rest(made)
    assert len(pins.pulses(PIN, active_high=kind is not DriveKind.MAGLOCK)) == 3


@EVERY
def test_a_release_returns_at_once(pins: Pins, kind: DriveKind) -> None:
    with drive(kind, open_seconds=5, pulse_seconds=5) as made:
        began = time.monotonic()
        made.release()
        made.shut()
        made.hold_open()
        made.let_go()
        assert time.monotonic() - began < 2  # one that waited would take five seconds
    assert not pins.is_high(PIN)


# -- a motor's two relays


def assert_apart(pins: Pins) -> None:
    """Assert that the two relays were never on together, and off for the dead time in between."""
    edges = sorted(
        ((edge.at, pin, edge.high) for pin in (PIN, CLOSE_PIN) for edge in pins.edges(pin)),
    )
    for (at, pin, high), (later, next_pin, _) in pairwise(edges):
        if pin != next_pin:
            assert not high
            assert later - at >= DEAD_SECONDS


def test_shutting_a_motor_in_the_middle_of_its_pulse_waits_for_the_dead_time(pins: Pins) -> None:
    with drive(DriveKind.MOTOR, pulse_seconds=1.0) as made:
        made.release()
        made.shut()
        assert not pins.is_high(PIN)
        assert not pins.is_high(CLOSE_PIN)
        wait_until(lambda: pins.is_high(CLOSE_PIN))
    assert_apart(pins)


def test_a_motor_that_is_closing_opens_again_for_the_next_person(pins: Pins) -> None:
    with drive(DriveKind.MOTOR, pulse_seconds=1.0) as made:
        made.release()
        made.shut()
        wait_until(lambda: pins.is_high(CLOSE_PIN))
        made.release()
        assert not pins.is_high(CLOSE_PIN)
        wait_until(lambda: pins.is_high(PIN))
        assert stands_open(pins, DriveKind.MOTOR)
    assert_apart(pins)


def test_a_pulse_as_long_as_the_gate_stays_open_keeps_the_dead_time(pins: Pins) -> None:
    with drive(DriveKind.MOTOR, pulse_seconds=0.3, open_seconds=0.3) as made:
        made.release()
        wait_until_at_rest(made)
    assert len(pins.pulses(CLOSE_PIN)) == 1
    assert_apart(pins)


def test_a_motor_driven_from_many_threads_never_has_both_relays_on(pins: Pins) -> None:
    with drive(DriveKind.MOTOR, pulse_seconds=0.02, open_seconds=0.1) as made:
        acts = (made.release, made.shut, made.hold_open, made.let_go, made.release_exit, made.off)
        stop = time.monotonic() + 2

        def do(act: Callable[[], object]) -> None:
            while time.monotonic() < stop:
                with suppress(RelayBusy):
                    act()
                time.sleep(0.005)

        threads = [threading.Thread(target=do, args=(act,)) for act in acts for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        made.let_go()
        made.shut()
        wait_until_at_rest(made)
    assert pins.edges(PIN) or pins.edges(CLOSE_PIN)
    assert_apart(pins)


def test_a_relay_that_does_not_let_go_keeps_the_other_one_off(pins: Pins) -> None:
    faults: list[str] = []
    with drive(DriveKind.MOTOR, pulse_seconds=5, on_fault=faults.append) as made:
        made.release()
        pins.break_pin(PIN)
        with pytest.raises(RelayFault, match="cannot be turned off: relay on GPIO17"):
            made.shut()
        wait_until(lambda: bool(faults))
        time.sleep(DEAD_SECONDS * 2)  # the time in which it would go on
        assert pins.is_high(PIN)
        assert not pins.is_high(CLOSE_PIN)
        assert stands_open(pins, DriveKind.MOTOR)
        pins.mend(PIN)
        wait_until(lambda: pins.is_high(CLOSE_PIN))
    assert_apart(pins)


def test_a_motors_relay_that_the_last_run_may_have_left_on_counts_for_the_dead_time(pins: Pins) -> None:
    pins.pin(PIN).output_with_state(True)
    made = Drive(PIN, kind=DriveKind.MOTOR, close_pin=CLOSE_PIN)
    made.shut()
    wait_until(lambda: pins.is_high(CLOSE_PIN))
    made.close()
    assert_apart(pins)


def test_a_motor_left_anywhere_by_the_last_run_is_closed_when_asked(pins: Pins) -> None:
    with drive(DriveKind.MOTOR) as made:
        made.shut()
        wait_until_at_rest(made)
        made.shut()
        assert not made.is_on
    assert pins.edges(PIN) == []
    assert len(pins.pulses(CLOSE_PIN)) == 1


def test_a_motor_whose_opening_failed_is_closed_for_it_may_have_moved(pins: Pins) -> None:
    with drive(DriveKind.MOTOR) as made:
        pins.break_pin(PIN, obeys=True)
        with pytest.raises(RelayFault):
            made.release()
        pins.mend(PIN)
        wait_until_at_rest(made)
    assert len(pins.pulses(CLOSE_PIN)) == 1
    assert_apart(pins)


# -- open for everybody


@EVERY
def test_held_open_lasts_until_it_is_let_go(pins: Pins, kind: DriveKind) -> None:
    with drive(kind, pulse_seconds=0.05, open_seconds=0.1) as made:
        made.hold_open()
        time.sleep(0.5)  # longer than anything is open for one person
        assert stands_open(pins, kind)
        if kind is not DriveKind.MOTOR:
            assert pins.is_high(PIN) is (kind is not DriveKind.MAGLOCK)
        made.let_go()
        wait_until_at_rest(made)
        assert not stands_open(pins, kind)
        assert pins.is_high(PIN) is (kind is DriveKind.MAGLOCK)
    assert len(pins.pulses(CLOSE_PIN)) == (1 if kind is DriveKind.MOTOR else 0)


@EVERY
def test_holding_twice_is_holding_once(pins: Pins, kind: DriveKind) -> None:
    with drive(kind, pulse_seconds=0.02) as made:
        made.hold_open()
        made.hold_open()
        made.shut()
        time.sleep(0.3)  # the time in which something would move
        assert stands_open(pins, kind)
        made.let_go()
        made.let_go()
        wait_until_at_rest(made)
    assert len(pins.pulses(PIN, active_high=kind is not DriveKind.MAGLOCK)) == 1


@EVERY
def test_a_release_of_a_gate_that_is_held_open_moves_nothing_and_works(pins: Pins, kind: DriveKind) -> None:
    with drive(kind, open_seconds=0.1, pulse_seconds=0.02) as made:
        made.hold_open()
        time.sleep(0.1)  # the motor's pulse
        before = levels(pins)
        made.release()
        made.shut()
        assert made.release_exit() is False
        time.sleep(0.3)  # longer than a release lasts
        assert levels(pins) == before
        assert stands_open(pins, kind)


@EVERY
def test_holding_while_the_gate_is_released_keeps_it_open(pins: Pins, kind: DriveKind) -> None:
    with drive(kind, open_seconds=0.2, pulse_seconds=0.1) as made:
        made.release()
        made.hold_open()
        time.sleep(0.5)  # longer than the release would have lasted
        assert stands_open(pins, kind)
    assert pins.pulses(CLOSE_PIN) == []


def test_a_pulse_that_becomes_a_hold_is_one_without_a_break(pins: Pins) -> None:
    with drive(DriveKind.PULSE) as made:
        made.release()
        made.hold_open()
        time.sleep(0.3)  # longer than the pulse
        assert levels(pins) == [True]
        made.let_go()
        assert levels(pins) == [True, False]


def test_holding_opens_the_way_out_as_well(pins: Pins) -> None:
    with drive(DriveKind.PULSE, exit_pin=EXIT_PIN) as made:
        made.hold_open()
        assert pins.is_high(EXIT_PIN)
        made.let_go()
        assert not pins.is_high(EXIT_PIN)
        assert not made.is_on


def test_a_way_in_that_fails_does_not_keep_the_way_out_shut(pins: Pins) -> None:
    with drive(DriveKind.PULSE, exit_pin=EXIT_PIN) as made:
        pins.break_pin(PIN)
        with pytest.raises(RelayFault, match="cannot be turned on: relay on GPIO17"):
            made.hold_open()
        assert pins.is_high(EXIT_PIN)
        pins.mend(PIN)
        wait_until(lambda: pins.is_high(PIN))


def test_a_hold_that_fails_is_told_and_tried_until_it_works(pins: Pins) -> None:
    faults: list[str] = []
    with drive(DriveKind.HOLD, on_fault=faults.append) as made:
        pins.break_pin(PIN)
        with pytest.raises(RelayFault):
            made.hold_open()
        wait_until(lambda: bool(faults))
        with pytest.raises(RelayFault, match="cannot be turned on"):
            made.release()
        with pytest.raises(RelayFault, match="cannot be turned on"):
            made.hold_open()
        pins.mend(PIN)
        wait_until(lambda: pins.is_high(PIN))
        made.release()
    assert len(faults) == 1


def test_a_relay_stuck_on_does_not_refuse_a_fire_alarm(pins: Pins) -> None:
    faults: list[str] = []
    with drive(DriveKind.PULSE, pulse_seconds=0.02, on_fault=faults.append) as made:
        made.release()
        pins.break_pin(PIN)
        wait_until(lambda: bool(faults))
        pins.mend(PIN)
        made.hold_open()
        assert pins.is_high(PIN)
        assert stands_open(pins, DriveKind.PULSE)


# -- out


def test_an_exit_has_its_own_relay_whatever_the_way_in_does(pins: Pins) -> None:
    with drive(DriveKind.PULSE, pulse_seconds=0.2, exit_pin=EXIT_PIN) as made:
        made.release()
        assert made.release_exit() is True
        assert pins.is_high(PIN)
        assert pins.is_high(EXIT_PIN)
        assert made.release_exit() is False
        wait_until_at_rest(made)
    for pin in (PIN, EXIT_PIN):
        (length,) = pins.pulses(pin)
        assert 0.2 <= length <= 0.2 + SLACK


def test_an_exit_alone_does_not_open_the_way_in(pins: Pins) -> None:
    with drive(DriveKind.HOLD, exit_pin=EXIT_PIN) as made:
        made.release_exit()
        assert made.is_on
        assert not stands_open(pins, DriveKind.HOLD)
        assert not pins.is_high(PIN)


@EVERY
def test_an_exit_without_a_relay_of_its_own_takes_that_of_the_way_in(pins: Pins, kind: DriveKind) -> None:
    with drive(kind, open_seconds=0.3, pulse_seconds=0.05) as made:
        assert made.release_exit() is True
        assert made.release_exit() is False
        assert stands_open(pins, kind)
        wait_until_at_rest(made)
    assert len(pins.pulses(PIN, active_high=kind is not DriveKind.MAGLOCK)) == 1


def test_an_exit_through_a_gate_that_is_open_extends_nothing(pins: Pins) -> None:
    with drive(DriveKind.HOLD, open_seconds=0.3) as made:
        made.release()
        time.sleep(0.1)  # somewhere within
        assert made.release_exit() is False
        wait_until_at_rest(made)
    (length,) = pins.pulses(PIN)
    assert 0.3 <= length <= 0.3 + SLACK


def test_a_person_who_paid_while_somebody_goes_out_gets_a_pulse_after_that(pins: Pins) -> None:
    with drive(DriveKind.PULSE, pulse_seconds=0.1) as made:
        made.release_exit()
        made.release()
        with pytest.raises(RelayBusy):
            made.release()
        wait_until_at_rest(made)
    out, in_ = pins.pulses(PIN)
    assert 0.1 <= out <= 0.1 + SLACK
    assert 0.1 <= in_ <= 0.1 + SLACK
    edges = pins.edges(PIN)
    assert edges[2].at - edges[1].at >= GAP_SECONDS


def test_a_person_who_wants_out_while_somebody_comes_in_gets_a_pulse_after_that(pins: Pins) -> None:
    with drive(DriveKind.PULSE, pulse_seconds=0.1) as made:
        made.release()
        assert made.release_exit() is True
        assert made.release_exit() is False
        wait_until_at_rest(made)
    in_, out = pins.pulses(PIN)
    assert 0.1 <= in_ <= 0.1 + SLACK
    assert 0.1 <= out <= 0.1 + SLACK
    edges = pins.edges(PIN)
    assert edges[2].at - edges[1].at >= GAP_SECONDS


@pytest.mark.parametrize(
    ("edges", "pulses"), [(1, 2), (2, 3), (3, 3)], ids=["during the first", "in the gap", "during the second"]
)
def test_a_pulse_that_waits_for_another_is_not_cut_by_a_third(pins: Pins, edges: int, pulses: int) -> None:
    with drive(DriveKind.PULSE, pulse_seconds=0.3) as made:
        made.release_exit()
        made.release()
        wait_until(lambda: len(pins.edges(PIN)) == edges)
        with pytest.raises(RelayBusy):
            made.release()
        assert made.release_exit() is (pulses == 3)  # who goes out has his already, or gets one
        wait_until_at_rest(made)
    assert len(pins.pulses(PIN)) == pulses
    assert all(0.3 <= length <= 0.3 + SLACK for length in pins.pulses(PIN))
    assert all(on.at - off.at >= GAP_SECONDS for off, on in pairwise(pins.edges(PIN)) if on.high)


def test_who_goes_out_behind_a_visitor_keeps_his_pulse_when_the_next_visitor_comes(pins: Pins) -> None:
    with drive(DriveKind.PULSE, pulse_seconds=0.1) as made:
        made.release()
        time.sleep(0.05)  # somewhere within
        made.release_exit()
        wait_until(lambda: len(pins.pulses(PIN)) == 1)
        made.release()
        wait_until_at_rest(made)
    lengths = pins.pulses(PIN)
    assert len(lengths) == 3
    assert all(0.1 <= length <= 0.1 + SLACK for length in lengths)


def test_a_motors_pulse_is_no_longer_for_a_person_who_paid_meanwhile(pins: Pins) -> None:
    with drive(DriveKind.MOTOR, pulse_seconds=0.2, open_seconds=0.5) as made:
        made.release_exit()
        time.sleep(0.1)  # somewhere within
        made.release()
        wait_until_at_rest(made)
    (length,) = pins.pulses(PIN)
    assert 0.2 <= length <= 0.2 + SLACK
    opened, closes = pins.edges(PIN)[0].at, pins.edges(CLOSE_PIN)[0].at
    assert 0.6 <= closes - opened <= 0.6 + 3 * SLACK


def test_a_motors_pulse_that_waits_for_the_other_relay_keeps_its_length(pins: Pins) -> None:
    with drive(DriveKind.MOTOR, pulse_seconds=0.2, open_seconds=0.5) as made:
        made.release()
        made.shut()
        wait_until(lambda: pins.is_high(CLOSE_PIN))
        made.release_exit()
        made.release()
        wait_until_at_rest(made)
    assert all(0.2 <= length <= 0.2 + SLACK for length in pins.pulses(PIN)[1:])
    assert len(pins.pulses(PIN)) == 2


def test_a_person_who_paid_while_somebody_goes_out_has_the_whole_time(pins: Pins) -> None:
    with drive(DriveKind.HOLD, open_seconds=0.3) as made:
        made.release_exit()
        time.sleep(0.2)  # somewhere within
        made.release()
        wait_until_at_rest(made)
    (length,) = pins.pulses(PIN)
    assert 0.5 <= length <= 0.5 + SLACK


# -- faults, and the end


@EVERY
def test_a_release_that_fails_does_not_open_later(pins: Pins, kind: DriveKind) -> None:
    with drive(kind, open_seconds=5) as made:
        pins.break_pin(PIN)
        with pytest.raises(RelayFault, match=r"relay on GPIO17: .*Input/output error"):
            made.release()
        pins.mend(PIN)
        wait_until_at_rest(made)
        assert not stands_open(pins, kind)
        made.release()
        wait_until(lambda: pins.is_high(PIN) is (kind is not DriveKind.MAGLOCK))
        made.shut()
        wait_until_at_rest(made)
    assert len(pins.pulses(PIN, active_high=kind is not DriveKind.MAGLOCK)) == 1


def test_a_magnet_that_does_not_lock_again_is_told_once_and_tried_until_it_does(pins: Pins) -> None:
    faults: list[str] = []
    with drive(DriveKind.MAGLOCK, open_seconds=0.05, on_fault=faults.append) as made:
        made.release()
        pins.break_pin(PIN)
        wait_until(lambda: bool(faults))
        assert stands_open(pins, DriveKind.MAGLOCK)
        time.sleep(0.25)  # two more tries
        pins.mend(PIN)
        wait_until_at_rest(made)
        assert pins.is_high(PIN)
        assert not stands_open(pins, DriveKind.MAGLOCK)
    (fault,) = faults
    assert "cannot be turned on: relay on GPIO17" in fault


@BOARDS
@EVERY
def test_off_turns_every_relay_off(pins: Pins, kind: DriveKind, active_high: bool) -> None:
    with drive(kind, active_high=active_high, exit_pin=EXIT_PIN) as made:
        made.hold_open()
        made.off()
        for pin in (PIN, EXIT_PIN):
            assert pins.is_high(pin) is not active_high
        assert not made.is_on
        time.sleep(0.3)  # the time in which something would move
        assert pins.is_high(PIN) is not active_high
        assert stands_open(pins, kind, active_high=active_high) is (kind in {DriveKind.MAGLOCK, DriveKind.MOTOR})


def test_a_magnet_that_was_turned_off_locks_when_it_is_shut(pins: Pins) -> None:
    with drive(DriveKind.MAGLOCK) as made:
        made.off()
        assert stands_open(pins, DriveKind.MAGLOCK)
        made.shut()
        assert pins.is_high(PIN)
        assert not stands_open(pins, DriveKind.MAGLOCK)


@BOARDS
@EVERY
def test_closing_leaves_every_relay_off_and_gives_the_pins_back(pins: Pins, kind: DriveKind, active_high: bool) -> None:
    with drive(kind, active_high=active_high, exit_pin=EXIT_PIN) as made:
        made.release()
        made.release_exit()
    assert not made.is_on
    last = pins.edges(PIN)[-1]
    assert last.high is not active_high
    made.close()
    made.shut()
    made.let_go()
    made.off()
    with pytest.raises(RelayFault, match="closed"):
        made.release()
    with pytest.raises(RelayFault, match="closed"):
        made.hold_open()
    with drive(kind, active_high=active_high, exit_pin=EXIT_PIN):
        pass


def test_a_pin_that_fails_at_the_close_does_not_keep_the_others_on(pins: Pins) -> None:
    made = Drive(PIN, exit_pin=EXIT_PIN)
    made.hold_open()
    pins.break_pin(PIN)
    with pytest.raises(RelayFault, match="relay on GPIO17"):
        made.close()
    assert not pins.is_high(EXIT_PIN)
    pins.mend(PIN)


def test_a_closed_drive_leaves_no_thread(pins: Pins) -> None:
    before = threading.active_count()
    with drive(DriveKind.MOTOR, exit_pin=EXIT_PIN):
        assert threading.active_count() == before + 2
    assert threading.active_count() == before
    assert not pins.is_high(PIN)


@EVERY
def test_an_idle_drive_costs_no_cpu(pins: Pins, kind: DriveKind) -> None:
    with drive(kind, exit_pin=EXIT_PIN) as made:
        used = time.process_time()
        time.sleep(0.2)  # the time to be idle in
        assert time.process_time() - used < 0.05
        assert not made.is_on
    assert pins.edges(EXIT_PIN) == []


ENDINGS = {
    "an exception": "raise RuntimeError('a bug')",
    "SystemExit": "raise SystemExit(3)",
    "the end of the program": "",
}

DYING = """
import atexit
from gpiozero import Device
from gpiozero.pins.mock import MockFactory
Device.pin_factory = MockFactory()
import gpiozero.devices
pins = [Device.pin_factory.pin(number) for number in (17, 20)]
atexit.unregister(gpiozero.devices._shutdown)
atexit.register(lambda: print(*(int(pin.state) for pin in pins)))
atexit.register(gpiozero.devices._shutdown)
from gate_controller.devices.drive import Drive, DriveKind
drive = Drive(17, kind=DriveKind.{kind}, close_pin=18, exit_pin=20, active_high={active_high})
{act}
"""


@BOARDS
@pytest.mark.parametrize("ending", ENDINGS.values(), ids=ENDINGS.keys())
@pytest.mark.parametrize("act", ["pass", "drive.hold_open()"], ids=["shut", "held open"])
def test_a_magnet_is_left_unlocked_after(ending: str, act: str, active_high: bool) -> None:
    script = DYING.format(kind="MAGLOCK", act=act, active_high=active_high) + ending
    died = subprocess.run(  # noqa: S603 - our own interpreter and script
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=False
    )
    off = int(not active_high)
    assert died.stdout == f"{off} {off}\n", died.stderr


async def test_a_fault_from_the_relays_thread_can_be_handed_to_the_loop(pins: Pins) -> None:
    loop, told = asyncio.get_running_loop(), asyncio.Event()
    with drive(DriveKind.HOLD, open_seconds=0.05, on_fault=lambda _text: loop.call_soon_threadsafe(told.set)) as made:
        made.release()
        pins.break_pin(PIN)
        await asyncio.wait_for(told.wait(), 5)
        pins.mend(PIN)
