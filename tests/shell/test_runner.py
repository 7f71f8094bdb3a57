"""The shell around the core: one event after the other, and an answer to every order."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from gate_controller.admission.gate.gate import Gate
from gate_controller.admission.words.events import FaultCleared, OpenOrdered
from gate_controller.admission.words.ids import Numbering, OrderId
from gate_controller.admission.words.messages import Fault, Message, MessageKind
from gate_controller.admission.words.money import Cents, Currency
from gate_controller.admission.words.policy import Policy
from gate_controller.desk.control_socket import NoAnswer
from gate_controller.desk.gate_orders import refuse_failed
from gate_controller.eguma.api import Api
from gate_controller.journal.writer import Journal
from gate_controller.shell.books import Books, OwnUser
from gate_controller.shell.degraded import Degraded
from gate_controller.shell.runner import Runner
from gate_controller.shell.server_clock import ServerClock
from gate_controller.shell.status import StatusBoard
from tests.rig.waiting import until


class Notebook:
    """A front that writes down what it is to show."""

    def __init__(self) -> None:
        self.shown: list[MessageKind] = []

    def show(self, message: Message) -> None:
        self.shown.append(message.kind)


class Still:
    """A drive that moves nothing; `on_release` is what happens at that moment."""

    def __init__(self) -> None:
        self.releases = 0
        self.on_release: Callable[[], None] = lambda: None

    def release(self) -> None:
        self.releases += 1
        self.on_release()

    release_exit = shut = hold_open = let_go = release


class Shell:
    """A runner with nothing real around it but its journal."""

    def __init__(self, directory: Path) -> None:
        self.drive, self.front = Still(), Notebook()
        self.crashes: list[BaseException] = []
        self.journal, self.api = Journal(directory), Api("http://127.0.0.1:1", "key")
        gate = Gate(Policy("gate-1", Cents(2_500), Currency.CHF), Numbering("TAG0"))
        self.board = StatusBoard(gate, Degraded())
        own_user = OwnUser(self.journal, configured=None, api_key="")
        self.runner = Runner(
            gate,
            journal=self.journal,
            api=self.api,
            clock=ServerClock(),
            drive=self.drive,
            front=self.front,
            books=Books(self.api, self.journal, own_user, tell=lambda _: None),
            board=self.board,
            crashed=self.crashes.append,
        )

    def order_opening(self, name: str) -> str:
        """Let somebody of the staff open the gate; return what is objected."""
        order = OpenOrdered(self.runner.now(), OrderId(name), "Anna", "school class")
        return self.runner.order(order).objection


@asynccontextmanager
async def running(directory: Path) -> AsyncIterator[Shell]:
    shell = Shell(directory)
    try:
        yield shell
    finally:
        shell.board.close()
        await shell.runner.drain()
        await shell.journal.close()
        await shell.api.aclose()
        assert shell.crashes == []


async def test_an_order_that_a_stopped_gate_does_not_take_is_answered_all_the_same(tmp_path: Path) -> None:
    async with running(tmp_path) as shell:
        taken = shell.order_opening("1")
        shell.runner.stop()
        late = shell.order_opening("2")
        assert (taken, late) == ("", "the gate is being stopped")
        assert shell.drive.releases == 1


async def test_an_order_in_whose_middle_the_gate_fails_is_neither_done_nor_refused(tmp_path: Path) -> None:
    async with running(tmp_path) as shell:

        def fail() -> None:
            raise ZeroDivisionError

        shell.drive.on_release = fail
        answer = shell.runner.order(OpenOrdered(shell.runner.now(), OrderId("1"), "Anna", "school class"))
        assert answer.is_unsure
        assert not answer.has_failed
        assert [type(crash) for crash in shell.crashes] == [ZeroDivisionError]
        with pytest.raises(NoAnswer, match="gate: the gate failed while it carried this out"):
            refuse_failed(answer, "gate")
        shell.crashes.clear()


async def test_what_happens_while_an_event_is_handled_is_handled_after_all_that_comes_of_it(tmp_path: Path) -> None:
    async with running(tmp_path) as shell:
        shell.drive.on_release = lambda: shell.runner.fault(Fault.SCANNER, "unplugged")
        assert shell.order_opening("1") == ""
        await until(lambda: len(shell.front.shown) == 3)
        assert shell.front.shown == [MessageKind.IDLE, MessageKind.OUT_OF_SERVICE, MessageKind.LET_IN]


async def test_events_that_happen_together_are_handled_in_their_order(tmp_path: Path) -> None:
    async with running(tmp_path) as shell:

        def plugged_out_and_in() -> None:
            shell.runner.fault(Fault.SCANNER, "unplugged")
            assert Fault.SCANNER not in shell.runner.gate.faults  # not while another event is handled
            shell.drive.on_release = lambda: None
            shell.runner.post(FaultCleared(shell.runner.now(), Fault.SCANNER))

        shell.drive.on_release = plugged_out_and_in
        assert shell.order_opening("1") == ""
        assert shell.runner.gate.faults == {}
