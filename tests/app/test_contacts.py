"""
Exit button, service key, housing and the gate's own feedback on a whole gate: each does what it is for, charges nobody,
and is in the journal in the words that staff read. The fire contact has a file of its own.
"""

import asyncio
from pathlib import Path

import pytest

from gate_controller.admission.words.events import Contact
from gate_controller.admission.words.messages import Fault, MessageKind
from gate_controller.journal.store import Store
from gate_controller.simulator import FaultKind, Simulator
from tests.rig.disk import full_disk
from tests.rig.gate import GOOD, PRICE, RELAY, GateInProcess, fault, running_gate
from tests.rig.pauses import shorten
from tests.rig.pins import Pins
from tests.rig.waiting import until

FIRE, EXIT, EXIT_RELAY, KEY, TAMPER, IS_OPEN, IS_BLOCKED = 13, 6, 16, 26, 19, 20, 21


@pytest.fixture(autouse=True)
def tried_again_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    shorten(monkeypatch, "JOURNAL_RETRY_SECONDS", 1.0)  # long enough to be seen


# -- the exit button


async def presses(gate: GateInProcess, pin: int = EXIT) -> None:
    """Press a button for as long as a finger does."""
    gate.pins.connect(pin)
    await asyncio.sleep(0.1)
    gate.pins.disconnect(pin)


async def test_the_exit_button_opens_without_a_charge_and_is_recorded(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator, exit_button__pin=EXIT) as gate:
        await presses(gate)
        await until(lambda: len(gate.pulses) == 1)
        await gate.stand("exit opened")
        assert gate.records[0].reason == Contact.EXIT_BUTTON.value
        assert gate.requests("balance.json") == gate.charged == 0


async def test_an_exit_relay_of_its_own_is_the_only_one_that_moves(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator, exit_button__pin=EXIT, drive__exit_pin=EXIT_RELAY) as gate:
        await presses(gate)
        await until(lambda: len(pins.pulses(EXIT_RELAY)) == 1)
        await gate.stand("exit opened")
        assert gate.pulses == []


async def test_the_exit_opens_while_the_journal_fails_and_is_recorded_later(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator, exit_button__pin=EXIT) as gate:
        await gate.admit(GOOD)
        with full_disk(state_dir):
            pins.connect(EXIT)
            await until(lambda: Fault.JOURNAL in gate.app.gate.faults)
            await until(lambda: len(gate.pulses) == 2)
            pins.disconnect(EXIT)
            await asyncio.sleep(0.1)
            await presses(gate)
            await until(lambda: len(gate.pulses) == 3)
        await gate.takes_scans()
        await gate.stand("admitted", "exit opened", "exit opened")


async def test_the_exit_opens_a_gate_that_cannot_open_its_journal(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    other = Store(state_dir)
    async with running_gate(state_dir, pins, simulator, ready=False, exit_button__pin=EXIT) as gate:
        await until(lambda: Fault.JOURNAL in gate.app.gate.faults)
        await presses(gate)
        await until(lambda: len(gate.pulses) == 1)
        other.close()
        await gate.stand("exit opened")
        await gate.has_looked()


async def test_who_leaves_while_somebody_enters_has_the_turnstile_turn_once_more(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator, exit_button__pin=EXIT, relay__pulse_seconds=0.5) as gate:
        gate.scan(GOOD)
        await gate.shows(MessageKind.ADMITTED)
        await presses(gate)
        await gate.lane_is_free()
        assert len(gate.pulses) == 2
        await gate.stand("admitted", "exit opened")
        assert gate.charged == PRICE


async def test_who_leaves_while_balance_is_asked_delays_the_visitor_and_costs_him_nothing(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator, exit_button__pin=EXIT, admission__verdict_seconds=5) as gate:
        simulator.faults.add(fault(FaultKind.DELAY, delay_seconds=0.3))
        gate.scan(GOOD)
        await until(lambda: gate.requests("redeem.json") == 1)
        await presses(gate)
        await gate.shows(MessageKind.ADMITTED)
        await until(lambda: len(gate.pulses) == 2)
        assert gate.charged == PRICE
        assert gate.books_agree()


async def test_a_visitor_scanned_while_somebody_leaves_gets_an_opening_of_his_own(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator, exit_button__pin=EXIT, relay__pulse_seconds=0.5) as gate:
        pins.connect(EXIT)
        await until(lambda: pins.is_high(RELAY))
        gate.scan(GOOD)
        await gate.shows(MessageKind.ADMITTED)
        await gate.lane_is_free()
        assert len(gate.pulses) == 2
        assert min(gate.pulses) >= 0.5


# -- key, housing, feedback


async def test_the_key_closes_the_gate_and_opens_it_again(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with running_gate(state_dir, pins, simulator, service_key__pin=KEY) as gate:
        pins.connect(KEY)
        await gate.out_of_service(Fault.SERVICE)
        gate.scan(GOOD)
        assert (await gate.verdict()).message.fault is Fault.SERVICE
        pins.disconnect(KEY)
        await gate.takes_scans()
        await gate.stand("closed by key", "key turned back")
        assert gate.relay_edges == []
        await gate.admit(GOOD)
        assert gate.charged == PRICE


async def test_a_key_that_opens_holds_the_gate_open(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with running_gate(state_dir, pins, simulator, service_key__pin=KEY, service_key__does="open") as gate:
        pins.connect(KEY)
        await until(lambda: pins.is_high(RELAY))
        gate.scan(GOOD)
        assert (await gate.verdict()).message.fault is Fault.HELD_OPEN
        await asyncio.sleep(0.2)  # four pulses
        assert pins.is_high(RELAY)
        pins.disconnect(KEY)
        await gate.takes_scans()
        assert len(gate.pulses) == 1
        await gate.stand("held open", "no longer held open")
        assert gate.charged == 0


async def test_a_key_turned_while_redeem_is_out_keeps_nobody_who_has_paid_outside(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator, service_key__pin=KEY, admission__verdict_seconds=5) as gate:
        simulator.faults.add(fault(FaultKind.DELAY, delay_seconds=0.3))
        gate.scan(GOOD)
        await until(lambda: gate.requests("redeem.json") == 1)
        pins.connect(KEY)
        await until(lambda: Fault.SERVICE in gate.app.gate.faults)
        assert (await gate.verdict()).kind is MessageKind.ADMITTED
        await until(lambda: len(gate.pulses) == 1)
        assert gate.books_agree()


async def test_an_opened_housing_is_recorded_and_the_gate_goes_on(
    state_dir: Path, pins: Pins, simulator: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    pins.connect(TAMPER)
    async with running_gate(state_dir, pins, simulator, tamper__pin=TAMPER) as gate:
        pins.disconnect(TAMPER)
        await gate.stand("housing opened")
        await gate.admit(GOOD)
        pins.connect(TAMPER)
        await gate.stand("housing opened", "admitted", "housing shut")
        (line,) = [record for record in caplog.records if "what=tampered " in record.getMessage()]
        assert line.levelname == "WARNING"


async def test_a_blocked_gate_takes_no_scans_until_it_is_free(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator, feedback__blocked_pin=IS_BLOCKED) as gate:
        pins.connect(IS_BLOCKED)
        await until(lambda: Fault.BLOCKED in gate.app.gate.faults)
        assert "look what is in its way" in gate.app.gate.faults[Fault.BLOCKED]
        gate.scan(GOOD)
        assert (await gate.verdict()).message.fault is Fault.BLOCKED
        pins.disconnect(IS_BLOCKED)
        await gate.takes_scans()
        await gate.stand("gate blocked")
        await gate.admit(GOOD)


async def test_a_charge_for_a_gate_that_is_blocked_meanwhile_is_kept(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(
        state_dir, pins, simulator, feedback__blocked_pin=IS_BLOCKED, admission__verdict_seconds=5
    ) as gate:
        simulator.faults.add(fault(FaultKind.DELAY, delay_seconds=0.3))
        gate.scan(GOOD)
        await until(lambda: gate.requests("redeem.json") == 1)
        pins.connect(IS_BLOCKED)
        assert (await gate.verdict()).kind is MessageKind.PAID_BUT_SHUT
        assert gate.pulses == []
        pins.disconnect(IS_BLOCKED)
        await gate.takes_scans()
        gate.scan(GOOD)
        assert (await gate.verdict()).kind is MessageKind.ADMITTED_ON_CREDIT
        assert gate.charged == PRICE


async def test_a_gate_that_does_not_open_is_told_staff(
    state_dir: Path, pins: Pins, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    shorten(monkeypatch, "OPENS_WITHIN_SECONDS", 0.2)
    async with running_gate(state_dir, pins, simulator, feedback__open_pin=IS_OPEN) as gate:
        await gate.admit(GOOD)
        await gate.stand("admitted", "did not open")


async def test_a_gate_that_does_not_shut_is_told_staff(
    state_dir: Path, pins: Pins, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    shorten(monkeypatch, "SHUT_SLACK_SECONDS", 0.3)
    async with running_gate(state_dir, pins, simulator, feedback__open_pin=IS_OPEN) as gate:
        gate.scan(GOOD)
        await gate.shows(MessageKind.ADMITTED)
        pins.connect(IS_OPEN)
        await gate.stand("admitted", "did not shut")


async def test_a_gate_that_opens_by_itself_is_told_staff_and_one_that_was_released_is_not(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(
        state_dir, pins, simulator, feedback__open_pin=IS_OPEN, admission__hold_seconds=0.3
    ) as gate:
        gate.scan(GOOD)
        await gate.shows(MessageKind.ADMITTED)
        pins.connect(IS_OPEN)
        await asyncio.sleep(0.2)
        pins.disconnect(IS_OPEN)
        await gate.lane_is_free()
        assert gate.stands == ["admitted"]


async def test_a_gate_forced_open_is_told_staff(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with running_gate(state_dir, pins, simulator, feedback__open_pin=IS_OPEN) as gate:
        pins.connect(IS_OPEN)
        await gate.stand("open without a release")
        assert gate.records[0].reason == Contact.IS_OPEN.value


# -- contacts that fail


async def test_a_contact_that_cannot_be_read_degrades_the_gate_until_it_can(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator, exit_button__pin=EXIT) as gate:
        pins.break_reading(EXIT)
        await gate.misses("exit button on GPIO6")
        await gate.admit(GOOD)
        pins.mend(EXIT)
        await gate.misses("")


async def test_a_contact_that_cannot_be_had_is_done_without_and_tried_again(
    state_dir: Path, pins: Pins, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    shorten(monkeypatch, "DEVICE_RETRY_SECONDS", 0.1)
    pins.connect(FIRE)
    pins.break_reading(FIRE)
    async with running_gate(state_dir, pins, simulator, fire_contact__pin=FIRE) as gate:
        await gate.misses("fire contact on GPIO13")
        assert gate.relay_edges == []
        await gate.admit(GOOD)

        pins.mend(FIRE)
        await gate.misses("")
        pins.disconnect(FIRE)
        await gate.stand("admitted", "fire alarm")
        await until(lambda: pins.is_high(RELAY))
