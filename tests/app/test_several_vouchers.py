"""Several vouchers pay one admission, at a whole gate: real HTTP, a real journal, a relay's pin."""

from pathlib import Path

import pytest

from gate_controller.admission.words.facts import Intended
from gate_controller.admission.words.messages import MessageKind
from gate_controller.simulator import FaultKind, Simulator
from tests.rig.gate import GOOD, LOW, PRICE, GateInProcess, fault, running_gate
from tests.rig.pins import Pins
from tests.rig.waiting import until

LOW_BALANCE = 500


async def both_scanned(gate: GateInProcess) -> None:
    gate.scan(LOW)
    held = (await gate.shows(MessageKind.MORE_NEEDED)).message
    assert (held.balance, held.price) == (LOW_BALANCE, PRICE - LOW_BALANCE)
    gate.scan(GOOD)


async def test_two_vouchers_open_the_gate_with_four_requests(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with running_gate(state_dir, pins, simulator, admission__several_vouchers=True) as gate:
        before = gate.requests()
        await both_scanned(gate)
        admitted = (await gate.shows(MessageKind.ADMITTED)).message
        await gate.lane_is_free()

        assert (admitted.price, gate.charged, len(gate.pulses)) == (PRICE, PRICE, 1)
        assert gate.requests() - before == 4
        await gate.tells(
            ["Intended", "Refused"],
            ["Intended", "Redeemed", "Released"],
            ["Intended", "Redeemed", "PaidAlong"],
        )
        assert gate.books_agree()


async def test_a_second_charge_that_is_not_made_gives_the_first_back(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator, admission__several_vouchers=True) as gate:
        simulator.faults.add(fault(FaultKind.STATUS, status=400, body="not today", skip=1))
        await both_scanned(gate)
        await gate.shows(MessageKind.GIVEN_BACK)

        await until(lambda: gate.charged == 0)
        assert gate.pulses == []
        intents = [fact for facts in gate.facts() for fact in facts if isinstance(fact, Intended) and fact.leader]
        assert sorted(fact.price for fact in intents) == [LOW_BALANCE, PRICE - LOW_BALANCE]


@pytest.mark.parametrize("kind", [FaultKind.RESET, FaultKind.HANG])
@pytest.mark.parametrize("skip", [0, 1])
async def test_a_charge_whose_answer_is_lost_is_found_and_the_admission_goes_on(
    state_dir: Path, pins: Pins, simulator: Simulator, kind: FaultKind, skip: int
) -> None:
    async with running_gate(
        state_dir, pins, simulator, admission__several_vouchers=True, admission__verdict_seconds=5
    ) as gate:
        simulator.faults.add(fault(kind, effect=True, skip=skip))
        await both_scanned(gate)

        # Where the first has hung for all of the time, none is left to charge the second.
        is_too_late = kind is FaultKind.HANG and skip == 0
        await gate.shows(MessageKind.GIVEN_BACK if is_too_late else MessageKind.ADMITTED)
        await gate.lane_is_free()
        assert len(gate.pulses) == (0 if is_too_late else 1)
