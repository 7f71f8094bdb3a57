"""The passage sensor on a whole gate: who went through, who did not, and who followed."""

import asyncio
from pathlib import Path

from gate_controller.admission.messages import MessageKind
from tests.rig.waiting import until
from tests.rig.whole_gate import PRICE, running_gate

GOOD = "L4FU5LQTKJR3"


async def test_nobody_passes_and_the_credit_lapses_into_a_refund(tmp_path: Path) -> None:
    async with running_gate(
        tmp_path, passage__pin="23", passage__seconds="0.3", admission__credit_minutes="0.005"
    ) as gate:
        await gate.verdict(GOOD)
        await gate.shows(MessageKind.NOBODY_PASSED)
        await until(lambda: gate.records[0].stands == "refunded")

        assert gate.charged == 0


async def test_passage_closes_the_attempt_and_a_second_person_is_recorded(tmp_path: Path) -> None:
    async with running_gate(tmp_path, passage__pin="23", passage__seconds="5") as gate:
        message, _ = await gate.verdict(GOOD)
        sensor = gate.pins.pin(23)
        sensor.drive_low()
        await until(lambda: gate.records[0].stands == "admitted")
        sensor.drive_high()
        await asyncio.sleep(0.1)  # the sensor's own quiet time
        sensor.drive_low()
        await until(lambda: gate.records[0].stands == "stray passage")

        assert gate.records[1].incident == message.incident
        assert gate.charged == PRICE


async def test_a_passage_without_an_admission_is_recorded_and_charges_nothing(tmp_path: Path) -> None:
    async with running_gate(tmp_path, passage__pin="23") as gate:
        gate.pins.pin(23).drive_low()
        await until(lambda: bool(gate.records))

        assert [told.stands for told in gate.records] == ["stray passage"]
        assert gate.charged == 0


async def test_whom_nobody_saw_pass_enters_on_the_charge_already_made(tmp_path: Path) -> None:
    async with running_gate(tmp_path, passage__pin="23", passage__seconds="0.3") as gate:
        await gate.verdict(GOOD)
        await gate.shows(MessageKind.NOBODY_PASSED)

        message, text = await gate.verdict(GOOD)

        assert message.kind is MessageKind.ADMITTED_ON_CREDIT
        assert text.money == "Not charged again."
        assert gate.charged == PRICE
