"""How a gate ends, and what it leaves behind: the visitor served, relay and lamps at rest, books that agree."""

import time
from pathlib import Path

from gate_controller.admission.attempt.shown import READING_SECONDS
from gate_controller.admission.words.messages import MessageKind
from gate_controller.app import EXIT_CRASH
from gate_controller.simulator import FaultKind, Simulator
from tests.rig.gate import EXPIRED, GOOD, GREEN, PRICE, PULSE_SECONDS, RED, RELAY, YELLOW, fault, running_gate
from tests.rig.pins import Pins
from tests.rig.waiting import until

OUTPUTS = (RELAY, GREEN, RED, YELLOW)


async def test_relay_and_lamps_are_off_from_the_start(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        await gate.shows(MessageKind.IDLE)
        await until(lambda: not any(pins.is_high(pin) for pin in OUTPUTS))
        assert gate.relay_edges == []


async def test_a_stop_ends_an_idle_gate_at_rest_with_exit_code_0(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        assert await gate.stop() == 0
        assert not any(pins.is_high(pin) for pin in OUTPUTS)


async def test_a_stop_serves_the_visitor_in_the_lane_to_the_end(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        simulator.faults.add(fault(FaultKind.DELAY, delay_seconds=0.2))
        gate.scan(GOOD)
        await until(lambda: gate.requests("redeem.json") == 1)
        assert await gate.stop() == 0
        (pulse,) = gate.pulses
        assert pulse >= PULSE_SECONDS
        assert gate.story() == [["Intended", "Approved", "Redeemed", "Released"]]
        assert gate.charged == PRICE


async def test_a_stop_during_the_pulse_does_not_shorten_it(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with running_gate(state_dir, pins, simulator, relay__pulse_seconds=0.3) as gate:
        gate.scan(GOOD)
        await gate.shows(MessageKind.ADMITTED)
        assert await gate.stop() == 0
        (pulse,) = gate.pulses
        assert 0.3 <= pulse < 0.8


async def test_a_stop_leaves_a_refused_visitor_the_display_for_a_moment(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator, admission__hold_seconds=5) as gate:
        gate.scan(GOOD)
        await gate.shows(MessageKind.ADMITTED)
        gate.scan(EXPIRED)
        await gate.shows(MessageKind.ONE_MOMENT)
        assert await gate.stop() == 0
        ended = time.monotonic()
        refused = await gate.shows(MessageKind.REFUSED_OUT_OF_SERVICE)
        assert refused.words.endswith("Not charged.")
        assert ended - refused.at >= READING_SECONDS
        assert gate.charged == PRICE


async def test_a_second_stop_ends_at_once_and_the_next_start_knows_of_the_charge(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator, admission__verdict_seconds=5) as gate:
        simulator.faults.add(fault(FaultKind.HANG, effect=True))
        gate.scan(GOOD)
        await until(lambda: gate.charged == PRICE)
        gate.app.stop()
        assert await gate.stop() == 0
        assert not pins.is_high(RELAY)
        assert gate.story() == [["Intended", "Approved"]]
    async with running_gate(state_dir, pins, simulator) as gate:
        await gate.tells(["Intended", "Approved", "Redeemed", "CreditOpened"])
        assert gate.relay_edges == []


async def test_a_crash_turns_the_relay_off_at_once_and_ends_with_its_own_exit_code(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator, relay__pulse_seconds=9) as gate:
        gate.scan(GOOD)
        await gate.shows(MessageKind.ADMITTED)
        assert pins.is_high(RELAY)
        del gate.app.gate.policy  # the gate's memory is broken: what nobody foresaw
        gate.scan(EXPIRED)
        assert await gate.run == EXIT_CRASH
        assert not any(pins.is_high(pin) for pin in OUTPUTS)
        assert max(gate.pulses) < 8
        assert gate.charged == PRICE


async def test_a_gate_that_crashed_leaves_a_journal_that_the_next_one_takes_up(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        simulator.faults.add(fault(FaultKind.DELAY, delay_seconds=0.1))
        gate.scan(GOOD)
        await until(lambda: gate.requests("redeem.json") == 1)
        del gate.app.gate.policy
        assert await gate.run == EXIT_CRASH
    async with running_gate(state_dir, pins, simulator) as gate:
        await gate.tells(["Intended", "Approved", "Redeemed", "CreditOpened"])
        gate.scan(GOOD)
        assert (await gate.verdict()).kind is MessageKind.ADMITTED_ON_CREDIT
        assert gate.requests("redeem.json") == 1
        assert gate.charged == PRICE


async def test_a_gate_started_again_gives_no_attempt_number_twice(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    for _ in range(2):
        async with running_gate(state_dir, pins, simulator) as gate:
            await gate.admit(GOOD)
    references = [redemption.reference_number for redemption in simulator.ledger.redemptions()]
    assert len(set(references)) == 2
