"""The shell around the core: what it does with an order when it takes nothing any more."""

from pathlib import Path

from gate_controller.admission.gate.gate import Gate
from gate_controller.admission.words.events import OpenOrdered
from gate_controller.admission.words.ids import Numbering, OrderId
from gate_controller.admission.words.messages import Message
from gate_controller.admission.words.money import Cents, Currency
from gate_controller.admission.words.policy import Policy
from gate_controller.eguma.api import Api
from gate_controller.journal.writer import Journal
from gate_controller.shell.degraded import Degraded
from gate_controller.shell.own_user import OwnUser
from gate_controller.shell.runner import Runner
from gate_controller.shell.status import StatusBoard


class Mute:
    def show(self, message: Message) -> None:
        """Nobody looks."""


class Still:
    def __init__(self) -> None:
        self.releases = 0

    def release(self) -> None:
        self.releases += 1

    release_exit = shut = hold_open = let_go = release


async def test_an_order_that_a_stopped_gate_does_not_take_is_answered_all_the_same(tmp_path: Path) -> None:
    journal, calls, drive = Journal(tmp_path), Api("http://127.0.0.1:1", "key"), Still()
    crashes: list[BaseException] = []
    gate = Gate(Policy("gate-1", Cents(2_500), Currency.CHF), Numbering("TAG0"))
    board = StatusBoard(gate, Degraded())
    runner = Runner(
        gate,
        journal=journal,
        calls=calls,
        drive=drive,
        front=Mute(),
        own_user=OwnUser(journal, configured=None, api_key=""),
        board=board,
        crashed=crashes.append,
    )
    try:
        taken = runner.order(OpenOrdered(runner.now(), OrderId("1"), "Anna", "school class"))
        runner.stop()
        late = runner.order(OpenOrdered(runner.now(), OrderId("2"), "Anna", "school class"))
    finally:
        board.close()
        await runner.drain()
        await journal.close()
        await calls.aclose()
    assert (taken.objection, late.objection) == ("", "the gate is being stopped")
    assert (drive.releases, crashes) == (1, [])
