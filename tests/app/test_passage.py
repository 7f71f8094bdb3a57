"""The passage sensor on a whole gate: who went through, who did not, and who followed."""

import asyncio
from pathlib import Path

import pytest

from gate_controller.admission.words.messages import Fault, MessageKind
from gate_controller.journal.store import Store
from gate_controller.simulator import Simulator
from tests.rig.gate import GOOD, PRICE, running_gate
from tests.rig.pauses import shorten
from tests.rig.pins import Pins
from tests.rig.waiting import until

SENSOR = 23


async def test_nobody_passes_and_the_credit_lapses_into_a_refund(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(
        state_dir, pins, simulator, passage__pin=SENSOR, passage__seconds=0.3, admission__credit_minutes=0.005
    ) as gate:
        gate.scan(GOOD)
        await gate.shows(MessageKind.NOBODY_PASSED)
        await until(lambda: gate.records[0].stands == "refunded")

        assert gate.charged == 0


async def test_passage_closes_the_attempt_and_a_second_person_is_recorded(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator, passage__pin=SENSOR, passage__seconds=5) as gate:
        gate.scan(GOOD)
        verdict = await gate.verdict()
        sensor = pins.pin(SENSOR)
        sensor.drive_low()
        await until(lambda: gate.records[0].stands == "admitted")
        sensor.drive_high()
        await asyncio.sleep(0.1)  # the sensor's own quiet time
        sensor.drive_low()
        await until(lambda: gate.records[0].stands == "stray passage")

        assert gate.records[1].incident == verdict.message.incident
        assert gate.charged == PRICE


async def test_a_passage_without_an_admission_is_recorded_and_charges_nothing(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator, passage__pin=SENSOR) as gate:
        pins.pin(SENSOR).drive_low()
        await until(lambda: bool(gate.records))

        assert [told.stands for told in gate.records] == ["stray passage"]
        assert gate.charged == 0


async def test_whom_nobody_saw_pass_enters_on_the_charge_already_made(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator, passage__pin=SENSOR, passage__seconds=0.3) as gate:
        gate.scan(GOOD)
        await gate.shows(MessageKind.NOBODY_PASSED)

        gate.scan(GOOD)
        verdict = await gate.verdict()

        assert verdict.kind is MessageKind.ADMITTED_ON_CREDIT
        assert verdict.text.money == "Not charged again."
        assert gate.charged == PRICE


async def test_a_passage_before_the_journal_can_be_read_is_recorded_when_it_can(
    state_dir: Path, pins: Pins, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    shorten(monkeypatch, "JOURNAL_RETRY_SECONDS", 0.3)
    other = Store(state_dir)
    async with running_gate(state_dir, pins, simulator, ready=False, passage__pin=SENSOR) as gate:
        await until(lambda: Fault.JOURNAL in gate.app.gate.faults)
        pins.pin(SENSOR).drive_low()
        other.close()
        await until(lambda: bool(gate.ready_lines))
        await until(lambda: bool(gate.records))

        assert [told.stands for told in gate.records] == ["stray passage"]
        assert not gate.app.gate.faults
