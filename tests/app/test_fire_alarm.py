"""
The fire contact in every state of the gate: the gate stands open for the whole alarm and not after it, nobody is
charged, what was charged already is kept, and the books of both sides agree.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from gate_controller.admission.words.events import Contact
from gate_controller.admission.words.messages import Fault, MessageKind, MoneyFate
from gate_controller.app import EXIT_CRASH
from gate_controller.journal.store import Store
from gate_controller.simulator import Endpoint, FaultKind, Simulator
from tests.rig.disk import full_disk
from tests.rig.gate import GOOD, PRICE, RELAY, GateInProcess, fault, running_gate
from tests.rig.pauses import shorten
from tests.rig.pins import Pins
from tests.rig.waiting import until

FIRE, SENSOR = 13, 5

# Contact and relay need some hundredths of a second; the rest is for a machine with other work.
AT_ONCE_SECONDS = 2.0


@pytest.fixture(autouse=True)
def tried_again_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    shorten(monkeypatch, "DEVICE_RETRY_SECONDS", 0.1)
    shorten(monkeypatch, "JOURNAL_RETRY_SECONDS", 1.0)  # long enough to be seen


@asynccontextmanager
async def gate_with_alarm(
    state_dir: Path, pins: Pins, simulator: Simulator, **settings: Any
) -> AsyncIterator[GateInProcess]:
    """Run a gate whose fire contact is closed; at the end, books agree."""
    pins.connect(FIRE)
    settings = {"fire_contact__pin": FIRE, "admission__verdict_seconds": 5, **settings}
    async with running_gate(state_dir, pins, simulator, **settings) as gate:
        yield gate
        assert gate.books_agree()


async def alarm(gate: GateInProcess) -> None:
    """Open the fire contact, and wait until the gate stands open for everybody."""
    gate.pins.disconnect(FIRE)
    await until(lambda: Fault.FIRE in gate.app.gate.faults, seconds=AT_ONCE_SECONDS)
    await until(lambda: gate.pins.is_high(RELAY), seconds=AT_ONCE_SECONDS)


async def alarm_ends(gate: GateInProcess) -> None:
    """Close the fire contact, and wait until the gate takes scans with its relay off."""
    assert gate.pins.is_high(RELAY), "the gate was not held open for the whole alarm"
    edges = len(gate.relay_edges)
    gate.pins.connect(FIRE)
    await gate.takes_scans()
    await until(lambda: not gate.pins.is_high(RELAY), seconds=AT_ONCE_SECONDS)
    assert len(gate.relay_edges) == edges + 1


async def test_an_alarm_at_an_idle_gate_holds_it_open_until_the_contact_closes(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with gate_with_alarm(state_dir, pins, simulator) as gate:
        await alarm(gate)
        await gate.out_of_service(Fault.FIRE)
        for _ in range(3):  # as long as several pulses: it is held, not released
            gate.scan(GOOD)
            verdict = await gate.shows(MessageKind.REFUSED_OUT_OF_SERVICE)
            assert verdict.message.fault is Fault.FIRE
            assert "Not charged." in verdict.words
            await asyncio.sleep(0.1)
        assert gate.requests("balance.json") == gate.charged == 0

        await alarm_ends(gate)
        assert len(gate.pulses) == 1
        await gate.stand("fire alarm", "fire alarm ended")
        assert [told.reason for told in gate.records] == [Contact.FIRE.value] * 2
        await gate.admit(GOOD)
        assert gate.charged == PRICE


async def test_an_alarm_while_balance_is_asked_charges_nobody(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with gate_with_alarm(state_dir, pins, simulator) as gate:
        simulator.faults.add(fault(FaultKind.DELAY, Endpoint.BALANCE, delay_seconds=0.5))
        gate.scan(GOOD)
        await until(lambda: gate.requests("balance.json") == 1)
        await alarm(gate)
        verdict = await gate.verdict()
        assert (verdict.kind, verdict.message.fault) == (MessageKind.REFUSED_OUT_OF_SERVICE, Fault.FIRE)
        await alarm_ends(gate)
        assert gate.requests("redeem.json") == gate.charged == 0
        assert len(gate.pulses) == 1


async def test_a_charge_that_was_out_when_the_alarm_came_is_kept_for_its_visitor(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with gate_with_alarm(state_dir, pins, simulator) as gate:
        simulator.faults.add(fault(FaultKind.DELAY, delay_seconds=0.5))
        gate.scan(GOOD)
        await until(lambda: gate.requests("redeem.json") == 1)
        await alarm(gate)
        verdict = await gate.verdict()
        assert (verdict.kind, verdict.message.fate) == (MessageKind.PAID_NOT_NEEDED, MoneyFate.CREDIT)
        await alarm_ends(gate)
        assert len(gate.pulses) == 1

        gate.scan(GOOD)
        assert (await gate.verdict()).kind is MessageKind.ADMITTED_ON_CREDIT
        assert gate.charged == PRICE


async def test_a_charge_that_was_out_when_the_alarm_came_is_given_back_if_nobody_wants_it(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with gate_with_alarm(state_dir, pins, simulator, admission__credit_minutes=0.005) as gate:
        simulator.faults.add(fault(FaultKind.DELAY, delay_seconds=0.5))
        gate.scan(GOOD)
        await until(lambda: gate.requests("redeem.json") == 1)
        await alarm(gate)
        await gate.stand("refunded", "fire alarm")
        assert gate.charged == 0


async def test_an_alarm_during_a_release_keeps_the_gate_open_without_a_break(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with gate_with_alarm(state_dir, pins, simulator, relay__pulse_seconds=1) as gate:
        gate.scan(GOOD)
        await gate.shows(MessageKind.ADMITTED)
        await alarm(gate)
        await asyncio.sleep(1.2)  # longer than the pulse
        await alarm_ends(gate)
        (pulse,) = gate.pulses
        assert pulse >= 1.2
        await gate.stand("admitted", "fire alarm", "fire alarm ended")
        assert gate.charged == PRICE


async def test_a_credit_outlasts_an_alarm(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with gate_with_alarm(state_dir, pins, simulator, passage__pin=SENSOR, passage__seconds=0.3) as gate:
        gate.scan(GOOD)
        await gate.shows(MessageKind.NOBODY_PASSED)
        await alarm(gate)
        gate.scan(GOOD)
        verdict = await gate.verdict()
        assert (verdict.message.fault, verdict.message.fate) == (Fault.FIRE, MoneyFate.CREDIT)
        await alarm_ends(gate)
        gate.scan(GOOD)
        assert (await gate.verdict()).kind is MessageKind.ADMITTED_ON_CREDIT
        assert gate.charged == PRICE


async def test_whoever_passes_during_an_alarm_was_admitted(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with gate_with_alarm(state_dir, pins, simulator, passage__pin=SENSOR) as gate:
        gate.scan(GOOD)
        await gate.shows(MessageKind.ADMITTED)
        await alarm(gate)
        pins.connect(SENSOR)
        await gate.stand("admitted", "fire alarm")
        assert pins.is_high(RELAY)  # what shuts a gate behind one person does not shut it in an alarm
        await alarm_ends(gate)


async def test_crowds_that_pass_during_an_alarm_are_no_strays(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with gate_with_alarm(state_dir, pins, simulator, passage__pin=SENSOR) as gate:
        await alarm(gate)
        for _ in range(3):
            pins.connect(SENSOR)
            await asyncio.sleep(0.1)
            pins.disconnect(SENSOR)
            await asyncio.sleep(0.1)
        await alarm_ends(gate)
        await gate.stand("fire alarm", "fire alarm ended")


async def test_a_charge_in_doubt_is_found_during_an_alarm_and_kept(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with gate_with_alarm(state_dir, pins, simulator, admission__verdict_seconds=1) as gate:
        simulator.faults.add(fault(FaultKind.RESET, effect=True))
        simulator.faults.add(fault(FaultKind.STATUS, Endpoint.REDEMPTIONS, status=500, times=None))
        simulator.faults.add(fault(FaultKind.STATUS, Endpoint.BALANCE, status=500, skip=1, times=None))
        gate.scan(GOOD)
        assert (await gate.verdict()).kind is MessageKind.BEING_CHECKED
        await alarm(gate)
        gate.scan(GOOD)
        verdict = await gate.verdict()
        assert (verdict.message.fault, verdict.message.fate) == (Fault.FIRE, MoneyFate.BEING_CHECKED)
        simulator.faults.clear()
        await until(lambda: gate.stands[0] == "credit", seconds=10)
        await alarm_ends(gate)
        gate.scan(GOOD)
        assert (await gate.verdict()).kind is MessageKind.ADMITTED_ON_CREDIT
        assert gate.charged == PRICE


async def test_an_alarm_at_a_gate_without_its_scanner_opens_it(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with gate_with_alarm(state_dir, pins, simulator) as gate:
        gate.scanner.unplug()
        await until(lambda: Fault.SCANNER in gate.app.gate.faults)
        await alarm(gate)
        pins.connect(FIRE)
        await until(lambda: not pins.is_high(RELAY))
        assert gate.app.gate.faults.keys() == {Fault.SCANNER}
        await gate.stand("fire alarm", "fire alarm ended")


async def test_an_alarm_opens_a_gate_whose_journal_fails_and_is_recorded_later(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with gate_with_alarm(state_dir, pins, simulator) as gate:
        await gate.admit(GOOD)
        with full_disk(state_dir):
            pins.disconnect(FIRE)
            await until(lambda: gate.app.gate.faults.keys() == {Fault.FIRE, Fault.JOURNAL})
            assert pins.is_high(RELAY)
        await until(lambda: gate.app.gate.faults.keys() == {Fault.FIRE})
        await alarm_ends(gate)
        await gate.stand("admitted", "fire alarm", "fire alarm ended")
        assert gate.charged == PRICE


async def test_an_alarm_from_before_the_start_opens_the_gate_and_charges_nobody(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator, ready=False, fire_contact__pin=FIRE) as gate:
        await until(lambda: gate.app.gate.faults.keys() == {Fault.FIRE})
        assert pins.is_high(RELAY)
        assert gate.ready_lines == []
        gate.scan(GOOD)
        assert (await gate.verdict()).message.fault is Fault.FIRE
        await alarm_ends(gate)
        await until(lambda: len(gate.ready_lines) == 1)
        assert gate.requests("balance.json") == 0
        await gate.stand("fire alarm", "fire alarm ended")
        await gate.has_looked()


async def test_an_alarm_opens_a_gate_that_cannot_open_its_journal(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    other = Store(state_dir)
    async with running_gate(state_dir, pins, simulator, ready=False, fire_contact__pin=FIRE) as gate:
        await until(lambda: gate.app.gate.faults.keys() >= {Fault.FIRE, Fault.JOURNAL}, seconds=AT_ONCE_SECONDS)
        assert pins.is_high(RELAY)
        other.close()
        await gate.stand("fire alarm")
        assert pins.is_high(RELAY)
        await alarm_ends(gate)
        await gate.stand("fire alarm", "fire alarm ended")
        await gate.has_looked()


async def test_a_stop_during_an_alarm_does_not_wait_and_the_next_start_opens_again(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with gate_with_alarm(state_dir, pins, simulator) as gate:
        await alarm(gate)
        async with asyncio.timeout(AT_ONCE_SECONDS):
            assert await gate.stop() == 0
        assert not pins.is_high(RELAY)  # from here it is for the hardware (hardware/safety.md)
        assert gate.stands == ["fire alarm"]
    async with running_gate(state_dir, pins, simulator, ready=False, fire_contact__pin=FIRE) as gate:
        await until(lambda: pins.is_high(RELAY))
        await gate.stand("fire alarm", "fire alarm")
        await alarm_ends(gate)
        await gate.has_looked()


async def test_a_stop_during_an_alarm_lets_the_charge_that_is_out_end(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with gate_with_alarm(state_dir, pins, simulator) as gate:
        simulator.faults.add(fault(FaultKind.DELAY, delay_seconds=0.5))
        gate.scan(GOOD)
        await until(lambda: gate.requests("redeem.json") == 1)
        await alarm(gate)
        assert await gate.stop() == 0
        assert gate.stands == ["credit", "fire alarm"]


async def test_a_relay_that_fails_in_an_alarm_opens_as_soon_as_it_works(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with gate_with_alarm(state_dir, pins, simulator) as gate:
        pins.break_pin(RELAY)
        pins.disconnect(FIRE)
        await until(lambda: gate.app.gate.faults.keys() == {Fault.FIRE, Fault.RELAY})
        pins.mend(RELAY)
        await until(lambda: pins.is_high(RELAY) and gate.app.gate.faults.keys() == {Fault.FIRE})
        await asyncio.sleep(0.3)  # several rounds of mending
        await alarm_ends(gate)


async def test_where_staff_end_alarms_the_gate_is_open_until_they_do(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with gate_with_alarm(state_dir, pins, simulator, fire_contact__resume="staff") as gate:
        await alarm(gate)
        pins.connect(FIRE)
        await until(lambda: "staff have to say so" in gate.app.gate.faults[Fault.FIRE])
        assert pins.is_high(RELAY)
        gate.scan(GOOD)
        assert (await gate.verdict()).message.fault is Fault.FIRE

        assert await gate.asked("resume", by="Anna") == "resumed"
        await until(lambda: not pins.is_high(RELAY))
        assert not gate.app.gate.faults
        await gate.stand("fire alarm", "fire alarm ended")
        assert gate.records[0].reason == "Anna"
        await gate.admit(GOOD)
        assert gate.charged == PRICE


async def test_a_contact_that_opens_again_before_staff_resume_is_a_new_alarm(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with gate_with_alarm(state_dir, pins, simulator, fire_contact__resume="staff") as gate:
        await alarm(gate)
        pins.connect(FIRE)
        await until(lambda: gate.app.gate.contacts.waits_for_staff)
        await alarm(gate)
        await gate.stand("fire alarm", "fire alarm")
        (pulse,) = [edge for edge in gate.relay_edges if edge.high]
        assert pulse.high
        assert pins.is_high(RELAY)


async def test_a_gate_that_crashes_in_an_alarm_leaves_the_way_to_the_hardware(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with gate_with_alarm(state_dir, pins, simulator) as gate:
        await alarm(gate)
        gate.app._crashed(RuntimeError("nobody foresaw this"))  # nothing of ours fails on demand
        assert await gate.run == EXIT_CRASH
        assert not pins.is_high(RELAY)
