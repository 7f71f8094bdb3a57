"""The passage sensor on a whole gate: who went through, who did not, and who followed."""

import asyncio
import logging
import time
from pathlib import Path

import pytest
from gpiozero import DigitalInputDevice

from gate_controller.admission.words.messages import Fault, MessageKind
from gate_controller.devices.contact import POLL_SECONDS
from gate_controller.journal.store import Store
from gate_controller.simulator import Simulator
from tests.rig.gate import EXPIRED, GOOD, PRICE, RELAY, running_gate
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
        await asyncio.sleep(0.1)  # the sensor's own time: people are apart
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
        assert verdict.text.money == "Already paid, not charged again."
        assert gate.charged == PRICE


# -- noise


@pytest.mark.parametrize("noise", ["a spike", "bounces", "as long as a person"])
async def test_noise_just_after_the_release_is_no_passage_and_the_charge_is_kept(
    state_dir: Path, pins: Pins, simulator: Simulator, noise: str
) -> None:
    async with running_gate(state_dir, pins, simulator, passage__pin=SENSOR, passage__seconds=0.6) as gate:
        gate.scan(GOOD)
        await until(lambda: pins.is_high(RELAY))
        await asyncio.sleep(0.003)
        pins.pin(SENSOR).drive_low()
        if noise == "bounces":
            for _ in range(20):
                await asyncio.sleep(0.001)
                pins.pin(SENSOR).drive_high()
                pins.pin(SENSOR).drive_low()
        await asyncio.sleep(0.06 if noise == "as long as a person" else 0.001)
        pins.pin(SENSOR).drive_high()

        await gate.shows(MessageKind.NOBODY_PASSED)

        await gate.tells(["Intended", "Approved", "Redeemed", "ReleasedToSensor", "CreditOpened"])
        assert gate.charged == PRICE


async def test_who_is_still_there_when_the_first_instants_are_over_has_passed(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator, passage__pin=SENSOR, passage__ignore_seconds=0.2) as gate:
        gate.scan(GOOD)
        await until(lambda: pins.is_high(RELAY))
        opened = time.monotonic()
        pins.pin(SENSOR).drive_low()

        await gate.tells(["Intended", "Approved", "Redeemed", "ReleasedToSensor", "Passed"])

        assert time.monotonic() - opened >= 0.2


# -- a sensor that sticks


async def test_a_sensor_that_sticks_from_the_start_is_missing_and_gives_no_credit(
    state_dir: Path, pins: Pins, simulator: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    pins.connect(SENSOR)
    async with running_gate(state_dir, pins, simulator, passage__pin=SENSOR, passage__seconds=0.3) as gate:
        await gate.misses("it sees somebody, since the start")
        await gate.admit(GOOD)
        await gate.tells(["Intended", "Approved", "Redeemed", "Released"])
        assert gate.records[0].reason == "it sees somebody, since the start"

        pins.disconnect(SENSOR)

        await gate.misses("")
        gate.scan(EXPIRED)
        await gate.shows(MessageKind.NOBODY_PASSED)
        said = [line for line in caplog.messages if "passage sensor" in line]
        assert said == [
            "device=missing what='passage sensor' why='it sees somebody, since the start'",
            "device=mended what='passage sensor'",
        ]


async def test_a_sensor_that_sticks_later_is_missing_until_it_moves(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator, passage__pin=SENSOR, passage__stuck_seconds=1) as gate:
        pins.connect(SENSOR)
        await gate.misses("it sees somebody, since over 1 s")
        await gate.admit(GOOD)
        assert gate.story() == [["StrayPassage"], ["Intended", "Approved", "Redeemed", "Released"]]
        pins.disconnect(SENSOR)
        await gate.misses("")


async def test_a_sensor_that_is_dead_is_missing_after_three_releases(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator, passage__pin=SENSOR, passage__seconds=0.3) as gate:
        for _ in range(2):
            gate.scan(GOOD)
            await gate.shows(MessageKind.NOBODY_PASSED)
        await gate.misses("")

        await asyncio.sleep(2)  # a presentation of the code ends
        gate.scan(GOOD)
        await gate.misses("it has seen nobody in 3 releases in a row")

        await gate.stand("admitted")
        assert gate.charged == PRICE


async def test_a_sensor_that_cannot_be_read_is_missing_until_it_can(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator, passage__pin=SENSOR, passage__seconds=0.3) as gate:
        pins.break_reading(SENSOR)
        await gate.misses("passage sensor on GPIO23")
        await gate.admit(GOOD)
        await gate.tells(["Intended", "Approved", "Redeemed", "Released"])

        pins.mend(SENSOR)

        await gate.misses("")


async def test_a_sensor_that_can_be_had_only_later_is_missing_until_then(
    state_dir: Path, pins: Pins, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    shorten(monkeypatch, "DEVICE_RETRY_SECONDS", 0.1)
    taken = DigitalInputDevice(SENSOR)
    async with running_gate(state_dir, pins, simulator, passage__pin=SENSOR, passage__seconds=0.3) as gate:
        await gate.misses("passage sensor on GPIO23: the pin is used twice")
        await gate.admit(GOOD)
        await gate.tells(["Intended", "Approved", "Redeemed", "Released"])

        taken.close()

        await gate.misses("")
        gate.scan(EXPIRED)
        await gate.shows(MessageKind.NOBODY_PASSED)


async def test_a_passage_whose_end_was_never_told_is_found_to_have_ended(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator, passage__pin=SENSOR, passage__seconds=5) as gate:
        gate.scan(GOOD)
        await gate.verdict()
        pins.pin(SENSOR).drive_low()
        await until(lambda: gate.records[0].stands == "admitted")
        pins.pin(SENSOR)._change_state(True)
        await asyncio.sleep(POLL_SECONDS + 0.1)  # the level is looked at by then

        gate.scan(EXPIRED)
        await gate.verdict()
        pins.pin(SENSOR).drive_low()

        await until(lambda: gate.records[0].stands == "admitted")
        assert gate.charged == 2 * PRICE


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
