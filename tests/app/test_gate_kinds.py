"""
Kinds of gate, end to end: what the relays' pins do, and when, for whoever is admitted, passes, turns back or leaves;
at a stop, in a crash and while the event loop stalls. Lower bounds are exact; upper ones leave a busy machine room.
"""

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest

from gate_controller.admission.words.messages import Fault, MessageKind, MoneyFate
from gate_controller.app import EXIT_CRASH
from gate_controller.desk.control_socket import ControlError
from gate_controller.devices.drive import DEAD_SECONDS
from gate_controller.simulator import Simulator
from tests.rig.gate import EXPIRED, GOOD, PRICE, RELAY, GateInProcess, running_gate
from tests.rig.pauses import shorten
from tests.rig.pins import Pins
from tests.rig.waiting import until

CLOSE, FIRE, SENSOR, EXIT = 12, 13, 5, 6
OPEN_SECONDS = 0.5
PULSE_SECONDS = 0.1

# How late a thread may be on a machine with other work.
LATE_SECONDS = 0.4

KINDS = ("pulse", "hold", "motor", "maglock")


def fitted(kind: str, **settings: object) -> dict[str, Any]:
    """Return the settings of a gate of a kind."""
    of_kind: dict[str, Any] = {
        "drive__kind": kind,
        "drive__open_seconds": OPEN_SECONDS,
        "drive__close_seconds": 0,
        "relay__pulse_seconds": PULSE_SECONDS,
        "admission__verdict_seconds": 5,
    }
    if kind == "motor":
        of_kind["drive__close_pin"] = CLOSE
    return {**of_kind, **settings}


async def motor_at_rest(pins: Pins, kind: str) -> int:
    """Wait until a motor has closed its gate: nobody knows where that stands at the start. Return its edges so far."""
    if kind != "motor":
        return 0
    await until(lambda: len(pins.edges(CLOSE)) == 2)
    await asyncio.sleep(DEAD_SECONDS)  # until then, the other relay would wait
    return 2


def lets_through(pins: Pins, kind: str) -> bool:
    """Whether the relay stands so that the gate of this kind opens, or is open."""
    return pins.is_high(RELAY) is not (kind == "maglock")


async def admitted(gate: GateInProcess, code: str = GOOD) -> None:
    gate.scan(code)
    verdict = await gate.verdict()
    assert verdict.kind is MessageKind.ADMITTED, verdict


async def passes(gate: GateInProcess) -> float:
    """Send somebody through the sensor; return when (monotonic)."""
    gate.pins.connect(SENSOR)
    at = time.monotonic()
    await until(lambda: gate.app.gate.lane is None)
    gate.pins.disconnect(SENSOR)
    return at


# -- what each kind does for one admission


async def test_a_turnstile_gets_a_pulse_which_the_passage_does_not_cut_short(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(
        state_dir, pins, simulator, **fitted("pulse", passage__pin=SENSOR, relay__pulse_seconds=0.3)
    ) as gate:
        await admitted(gate)
        await passes(gate)
        await gate.lane_is_free()
        (pulse,) = gate.pulses
        assert 0.3 <= pulse < 0.3 + LATE_SECONDS
        await gate.stand("admitted")


async def test_a_barrier_is_open_until_somebody_has_passed(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with running_gate(
        state_dir, pins, simulator, **fitted("hold", passage__pin=SENSOR, drive__open_seconds=10)
    ) as gate:
        await admitted(gate)
        await asyncio.sleep(0.3)  # longer than a pulse
        assert pins.is_high(RELAY)
        at = await passes(gate)
        opened, shut = gate.relay_edges
        assert (opened.high, shut.high) == (True, False)
        assert 0 <= shut.at - at < LATE_SECONDS
        await gate.stand("admitted")


async def test_a_barrier_without_a_sensor_shuts_after_its_time(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator, **fitted("hold")) as gate:
        await admitted(gate)
        await gate.lane_is_free()
        (pulse,) = gate.pulses
        assert OPEN_SECONDS <= pulse < OPEN_SECONDS + LATE_SECONDS
        await gate.stand("admitted")


async def test_a_motor_opens_by_one_pulse_and_closes_by_another(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(
        state_dir, pins, simulator, **fitted("motor", passage__pin=SENSOR, drive__open_seconds=10)
    ) as gate:
        await motor_at_rest(pins, "motor")
        await admitted(gate)
        await until(lambda: len(gate.pulses) == 1)
        assert PULSE_SECONDS <= gate.pulses[0] < PULSE_SECONDS + LATE_SECONDS
        at = await passes(gate)
        await until(lambda: len(pins.pulses(CLOSE)) == 2)
        closing = pins.edges(CLOSE)[2]
        assert closing.high
        assert 0 <= closing.at - at < LATE_SECONDS
        assert PULSE_SECONDS <= pins.pulses(CLOSE)[1] < PULSE_SECONDS + LATE_SECONDS
        assert len(gate.pulses) == 1


async def test_a_magnet_holds_from_the_start_lets_go_and_holds_again(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(
        state_dir, pins, simulator, **fitted("maglock", passage__pin=SENSOR, drive__open_seconds=10)
    ) as gate:
        assert pins.is_high(RELAY)
        before = len(gate.relay_edges)
        await admitted(gate)
        assert not pins.is_high(RELAY)
        at = await passes(gate)
        released, locked = gate.relay_edges[before:]
        assert (released.high, locked.high) == (False, True)
        assert 0 <= locked.at - at < LATE_SECONDS


# -- what all kinds have in common


@pytest.mark.parametrize("kind", KINDS)
async def test_a_gate_that_nobody_went_through_is_shut_and_the_charge_kept(
    state_dir: Path, pins: Pins, simulator: Simulator, kind: str
) -> None:
    async with running_gate(
        state_dir, pins, simulator, **fitted(kind, passage__pin=SENSOR, passage__seconds=0.6)
    ) as gate:
        await motor_at_rest(pins, kind)
        await admitted(gate)
        shown = await gate.shows(MessageKind.NOBODY_PASSED)
        assert shown.message.fate is MoneyFate.CREDIT
        await until(lambda: not lets_through(pins, kind), seconds=LATE_SECONDS)
        if kind == "motor":
            await until(lambda: len(pins.pulses(CLOSE)) == 2)  # one of them from the start
        gate.scan(GOOD)
        assert (await gate.verdict()).kind is MessageKind.ADMITTED_ON_CREDIT
        assert gate.charged == PRICE


@pytest.mark.parametrize("kind", KINDS)
async def test_visitors_follow_each_other_each_with_a_release_of_his_own(
    state_dir: Path, pins: Pins, simulator: Simulator, kind: str
) -> None:
    async with running_gate(state_dir, pins, simulator, **fitted(kind)) as gate:
        await admitted(gate)
        gate.scan(EXPIRED)  # waits for the lane
        await gate.shows(MessageKind.ADMITTED)
        await until(lambda: gate.app.gate.lane is None)
        await gate.stand("admitted", "admitted")
        opening = [edge for edge in gate.relay_edges if edge.high is not (kind == "maglock")]
        assert len(opening) == 2
        assert gate.charged == 2 * PRICE
        assert not gate.app.gate.faults


@pytest.mark.parametrize("kind", KINDS)
async def test_a_visitor_after_somebody_whom_staff_let_in_is_admitted_too(
    state_dir: Path, pins: Pins, simulator: Simulator, kind: str
) -> None:
    async with running_gate(state_dir, pins, simulator, **fitted(kind)) as gate:
        assert await gate.asked("release", by="Anna", reason="a helper") == "released"
        gate.scan(GOOD)
        assert (await gate.verdict()).kind is MessageKind.ADMITTED
        await until(lambda: gate.app.gate.lane is None)
        await gate.stand("opened by staff", "admitted")
        assert not gate.app.gate.faults
        assert gate.charged == PRICE


@pytest.mark.parametrize("kind", KINDS)
async def test_staff_can_let_in_one_person_after_the_other(
    state_dir: Path, pins: Pins, simulator: Simulator, kind: str
) -> None:
    async with running_gate(state_dir, pins, simulator, **fitted(kind, relay__pulse_seconds=0.5)) as gate:
        assert await gate.asked("release", by="Anna", reason="one") == "released"
        with pytest.raises(ControlError, match="somebody is being served: wait until the lane is free"):
            await gate.asked("release", by="Anna", reason="two")
        await asyncio.sleep(0.7)  # longer than every kind is open
        assert await gate.asked("release", by="Anna", reason="two") == "released"
        assert not gate.app.gate.faults
        await gate.stand("opened by staff", "opened by staff")


@pytest.mark.parametrize("kind", KINDS)
async def test_who_leaves_is_let_out_and_the_gate_shuts_behind_him(
    state_dir: Path, pins: Pins, simulator: Simulator, kind: str
) -> None:
    async with running_gate(
        state_dir, pins, simulator, **fitted(kind, passage__pin=SENSOR, exit_button__pin=EXIT)
    ) as gate:
        pins.connect(EXIT)
        await until(lambda: lets_through(pins, kind))
        pins.disconnect(EXIT)
        pins.connect(SENSOR)
        await until(lambda: not lets_through(pins, kind))
        await gate.stand("exit opened")  # and no stray passage
        assert gate.charged == 0


@pytest.mark.parametrize("kind", KINDS)
async def test_an_alarm_holds_every_kind_open_for_longer_than_a_release_lasts(
    state_dir: Path, pins: Pins, simulator: Simulator, kind: str
) -> None:
    pins.connect(FIRE)
    async with running_gate(state_dir, pins, simulator, **fitted(kind, fire_contact__pin=FIRE)) as gate:
        closings = await motor_at_rest(pins, kind)
        pins.disconnect(FIRE)
        await until(lambda: Fault.FIRE in gate.app.gate.faults)
        await until(lambda: lets_through(pins, kind))
        await asyncio.sleep(OPEN_SECONDS + 0.3)
        if kind != "motor":
            assert lets_through(pins, kind)
        else:  # its pulse has ended, and nothing has closed it
            assert len(pins.edges(CLOSE)) == closings
        pins.connect(FIRE)
        await gate.takes_scans()
        await until(lambda: not lets_through(pins, kind))
        if kind == "motor":
            await until(lambda: len(pins.edges(CLOSE)) == closings + 2)
        assert gate.charged == 0


@pytest.mark.parametrize("kind", KINDS)
async def test_a_stop_lets_who_was_admitted_in_and_leaves_every_relay_off(
    state_dir: Path, pins: Pins, simulator: Simulator, kind: str
) -> None:
    async with running_gate(state_dir, pins, simulator, **fitted(kind)) as gate:
        await motor_at_rest(pins, kind)
        await admitted(gate)
        assert await gate.stop() == 0
        assert not pins.is_high(RELAY)  # a magnet without its power is open, as in a power cut
        opening = next(edge.at for edge in gate.relay_edges if edge.high is not (kind == "maglock"))
        shutting = next(edge.at for edge in gate.relay_edges if edge.at > opening)
        if kind == "motor":
            assert not pins.is_high(CLOSE)
            assert len(pins.pulses(CLOSE)) == 2  # at the start, and behind the visitor
            shutting = pins.edges(CLOSE)[2].at
        assert shutting - opening >= (PULSE_SECONDS if kind == "pulse" else OPEN_SECONDS)
        await gate.stand("admitted")


@pytest.mark.parametrize("kind", KINDS)
async def test_a_crash_turns_every_relay_off_at_once(
    state_dir: Path, pins: Pins, simulator: Simulator, kind: str
) -> None:
    async with running_gate(
        state_dir, pins, simulator, **fitted(kind, relay__pulse_seconds=5, drive__open_seconds=10)
    ) as gate:
        await admitted(gate)
        gate.app._crashed(RuntimeError("nobody foresaw this"))  # nothing of ours fails on demand
        assert not pins.is_high(RELAY)
        crashed = time.monotonic()
        assert await gate.run == EXIT_CRASH
        assert time.monotonic() - crashed < 2
        assert not pins.is_high(RELAY)
        if kind == "motor":
            assert not pins.is_high(CLOSE)
        await gate.stand("admitted")


@pytest.mark.parametrize("kind", KINDS)
async def test_a_stalled_event_loop_keeps_no_gate_open(
    state_dir: Path, pins: Pins, simulator: Simulator, kind: str
) -> None:
    async with running_gate(state_dir, pins, simulator, **fitted(kind)) as gate:
        closings = await motor_at_rest(pins, kind)
        edges = len(gate.relay_edges)
        gate.scan(GOOD)
        await until(lambda: lets_through(pins, kind))
        time.sleep(OPEN_SECONDS + 2 * LATE_SECONDS)  # noqa: ASYNC251 - the loop stalls
        opened, shut = gate.relay_edges[edges:]
        longest = PULSE_SECONDS if kind in {"pulse", "motor"} else OPEN_SECONDS
        assert longest <= shut.at - opened.at < longest + LATE_SECONDS
        if kind == "motor":
            closing = pins.edges(CLOSE)[closings]
            assert OPEN_SECONDS <= closing.at - opened.at < OPEN_SECONDS + LATE_SECONDS
        await until(lambda: gate.app.gate.lane is None)
        assert not gate.app.gate.faults
        await gate.stand("admitted")


async def test_nobody_is_served_while_a_barrier_closes(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with running_gate(
        state_dir, pins, simulator, **fitted("hold", passage__pin=SENSOR, drive__close_seconds=0.5)
    ) as gate:
        await admitted(gate)
        await passes(gate)
        gate.scan(EXPIRED)
        await gate.shows(MessageKind.ONE_MOMENT)
        await gate.shows(MessageKind.ADMITTED)
        _, shut, opened = gate.relay_edges
        assert opened.at - shut.at >= 0.5


async def test_a_relay_that_does_not_lock_again_stops_the_gate_until_it_works(
    state_dir: Path, pins: Pins, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    shorten(monkeypatch, "DEVICE_RETRY_SECONDS", 0.1)
    async with running_gate(state_dir, pins, simulator, **fitted("maglock")) as gate:
        await admitted(gate)
        pins.break_pin(RELAY)
        await until(lambda: Fault.RELAY in gate.app.gate.faults)
        gate.scan(EXPIRED)
        assert (await gate.verdict()).message.fault is Fault.RELAY
        pins.mend(RELAY)
        await gate.takes_scans()
        assert pins.is_high(RELAY)
        await gate.stand("admitted")
