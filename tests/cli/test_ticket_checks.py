"""`ticket checkin` and `ticket checkout`, through a running gate and on a stopped one's journal."""

from pathlib import Path

import pytest

from gate_controller.admission.words.messages import MessageKind
from gate_controller.simulator import Endpoint, FaultKind, Simulator
from tests.cli.test_errands import command, told
from tests.rig.gate import fault, running_gate
from tests.rig.pins import Pins

TICKET, USED, DELETED = "1000000000000000001", "1000000000000000002", "1000000000000000003"


def is_in(simulator: Simulator, number: str = TICKET) -> bool:
    """Whether a ticket is checked in by E-GUMA's books."""
    entry = simulator.tickets.entry(number)
    assert entry is not None
    return entry.checked_in > 0


async def test_a_ticket_is_checked_in_and_out_through_the_running_gate(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator, tickets__taken=True) as gate:
        url = simulator.base_url

        entered = await command(state_dir, "ticket", "checkin", TICKET, "--json", base_url=url)
        assert (entered.returncode, is_in(simulator)) == (0, True), entered.stderr
        said = told(entered)
        assert (said["ticket_number"], said["checked_in"], said["outcome"]) == (TICKET, True, "done")
        assert len(said["incident"]) == 5

        gate.scan(TICKET)
        await gate.shows(MessageKind.TICKET_ALREADY_IN)
        assert gate.pulses == []

        left = await command(state_dir, "ticket", "checkout", TICKET, base_url=url)
        assert (left.returncode, left.stderr, is_in(simulator)) == (0, "", False)
        assert left.stdout.endswith(": checked out\n")
        # Checked in just now: whoever looks at the visit sees that E-GUMA's no may have been about this very request.
        assert gate.stands == ["check-in done", "open item", "check-out done"]


async def test_a_ticket_is_checked_in_on_a_stopped_gates_journal(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        await gate.stop()
        answer = await command(state_dir, "ticket", "checkin", TICKET, "--json", base_url=simulator.base_url)
        assert (answer.returncode, told(answer)["outcome"], is_in(simulator)) == (0, "done", True), answer.stderr
        assert gate.story() == [["ErrandBegun", "ErrandDone"]]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("checkin", USED), "the ticket is checked in already"),
        (("checkout", TICKET), "the ticket is not checked in"),
        (("checkin", "1000000000000000009"), "refused by E-GUMA"),
        (("checkin", DELETED), "refused by E-GUMA"),
    ],
)
async def test_a_no_is_said_on_stderr(
    state_dir: Path, pins: Pins, simulator: Simulator, words: tuple[str, str], why: str
) -> None:
    async with running_gate(state_dir, pins, simulator):
        answer = await command(state_dir, "ticket", *words, "--json", base_url=simulator.base_url)
        assert (answer.returncode, told(answer)["outcome"]) == (1, "refused")
        assert why in answer.stderr


async def test_a_lost_check_in_is_looked_up(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        simulator.faults.add(fault(FaultKind.RESET, Endpoint.CHECKIN, effect=True))
        answer = await command(state_dir, "ticket", "checkin", TICKET, base_url=simulator.base_url)
        assert (answer.returncode, gate.requests("checkin")) == (0, 1)
        assert gate.story() == [["ErrandBegun", "ErrandDoubted", "ErrandDone"]]


async def test_what_is_no_ticket_is_not_asked(state_dir: Path) -> None:
    answer = await command(state_dir, "ticket", "checkin", "12345", base_url="http://127.0.0.1:9")
    assert answer.returncode == 2
    assert "this is no ticket number" in answer.stderr
