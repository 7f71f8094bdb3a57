"""A whole gate with tickets: real sockets, pins and files, and E-GUMA's ticketing as the simulator has it."""

import json
from pathlib import Path
from typing import Any

import pytest

from gate_controller.admission.words.messages import MessageKind
from gate_controller.simulator import Endpoint, FaultKind, Simulator
from tests.rig.gate import GateInProcess, fault, running_gate
from tests.rig.pins import Pins
from tests.rig.simulator import running_simulator
from tests.rig.waiting import until

TICKET = "1000000000000000001"
ENTRY = ("TicketIntended", "TicketEntered", "Released")


def check_ins(simulator: Simulator) -> list[bool]:
    """What took effect at E-GUMA, in order: True for a check-in."""
    return [check.is_entry for check in simulator.tickets.check_ins()]


async def says_inside(gate: GateInProcess, people: int) -> None:
    """Wait until the gate's status counts so many people."""
    await until(lambda: gate.app.gate.occupancy.inside == people)
    assert (await gate.asked("status"))["inside"] == people


async def test_a_ticket_opens_the_gate_with_one_request(tmp_path: Path, pins: Pins) -> None:
    async with (
        running_simulator() as simulator,
        running_gate(tmp_path, pins, simulator, tickets__taken=True) as gate,
    ):
        gate.scan(TICKET)
        await gate.shows(MessageKind.TICKET_ADMITTED)
        await gate.lane_is_free()
        await gate.tells(ENTRY)

        assert (gate.requests("ticket"), check_ins(simulator), len(gate.pulses)) == (1, [True], 1)
        assert gate.stands == ["admitted"]
        assert (await gate.asked("status"))["inside"] == 1


async def test_a_ticket_that_was_used_is_refused_with_the_time(tmp_path: Path, pins: Pins) -> None:
    async with (
        running_simulator() as simulator,
        running_gate(tmp_path, pins, simulator, tickets__taken=True) as gate,
    ):
        gate.scan(TICKET)
        await gate.lane_is_free()
        await gate.tells(ENTRY)
        simulator.tickets.entry(TICKET).checked_in_at = "2020-01-01T09:00:00"  # type: ignore[union-attr]
        gate.scan(TICKET)
        shown = await gate.shows(MessageKind.TICKET_ALREADY_IN)

        assert "already gone in" in shown.words
        assert len(gate.pulses) == 1


@pytest.mark.parametrize("kind", [FaultKind.RESET, FaultKind.HANG, FaultKind.EMPTY])
async def test_a_lost_check_in_is_looked_up_and_let_in_once(tmp_path: Path, pins: Pins, kind: FaultKind) -> None:
    async with (
        running_simulator() as simulator,
        running_gate(tmp_path, pins, simulator, tickets__taken=True, admission__verdict_seconds=3) as gate,
    ):
        simulator.faults.add(fault(kind, Endpoint.CHECKIN, effect=True))
        gate.scan(TICKET)
        shown = await gate.verdict()
        if shown.kind is MessageKind.TICKET_BEING_CHECKED:
            await gate.tells(("TicketIntended", "TicketDoubted", "TicketEntered", "EntryKept"))
            gate.scan(TICKET)
            await gate.shows(MessageKind.TICKET_ADMITTED)
        await gate.lane_is_free()

        assert (gate.requests("checkin"), check_ins(simulator), len(gate.pulses)) == (1, [True], 1)


async def test_whoever_wants_out_is_let_out_and_checked_out_behind(tmp_path: Path, pins: Pins) -> None:
    async with (
        running_simulator() as simulator,
        running_gate(tmp_path, pins, simulator, tickets__taken=True, lane__direction="out") as gate,
    ):
        simulator.tickets.check_in(TICKET, at_each_position=False, at="2020-01-01T09:00:00", user=None, made_at=0.0)  # type: ignore[arg-type]
        simulator.faults.add(fault(FaultKind.RESET, Endpoint.CHECKOUT, effect=False))
        gate.scan(TICKET)
        await gate.shows(MessageKind.TICKET_OUT)
        await gate.tells(("TicketIntended", "TicketLetOut", "TicketLeft"))

        assert (check_ins(simulator), len(gate.pulses)) == ([True, False], 1)
        gate.scan("L4FU5LQTKJR3")
        await gate.shows(MessageKind.WAY_OUT)
        assert gate.requests("balance") == 0


async def test_a_full_house_charges_nobody_and_remembers_who_is_inside(tmp_path: Path, pins: Pins) -> None:
    settings: dict[str, Any] = {"tickets__taken": True, "occupancy__limit": 1}
    async with running_simulator() as simulator:
        async with running_gate(tmp_path, pins, simulator, **settings) as gate:
            gate.scan(TICKET)
            await gate.lane_is_free()
            gate.scan("L4FU5LQTKJR3")
            await gate.shows(MessageKind.HOUSE_FULL)
            assert (gate.charged, gate.requests("balance")) == (0, 0)
        async with running_gate(tmp_path, pins, simulator, **settings) as gate:
            await says_inside(gate, 1)
            assert await gate.asked("count_people", inside=0, by="Anna") == "counted"
            gate.scan("L4FU5LQTKJR3")
            await gate.shows(MessageKind.ADMITTED)
            await says_inside(gate, 1)
            assert json.dumps(gate.stands).count("inside counted") == 1
