"""
What an order or a question needs while no gate runs: the core, the journal's writer and E-GUMA, without any device.

Nothing moves and no scan is taken. The wiring of a gate that runs is in `app.py`.
"""

from typing import Any

from gate_controller.admission.gate.gate import Gate
from gate_controller.admission.words.ids import Numbering
from gate_controller.admission.words.messages import Fault
from gate_controller.desk.control_socket import ControlError
from gate_controller.desk.staff import Desk
from gate_controller.desk.stopped import NobodyThere, NothingMoves, answer
from gate_controller.desk.wanted_receipts import Receipts
from gate_controller.eguma.api import Api
from gate_controller.journal.writer import Journal
from gate_controller.settings import Settings
from gate_controller.shell.books import Books
from gate_controller.shell.degraded import Degraded
from gate_controller.shell.own_user import OwnUser
from gate_controller.shell.policies import policy_of
from gate_controller.shell.printing import Printing
from gate_controller.shell.runner import Runner
from gate_controller.shell.server_clock import ServerClock
from gate_controller.shell.status import StatusBoard


async def answer_stopped(settings: Settings, do: str, request: dict[str, Any]) -> Any:
    """Answer one request on a stopped gate's journal. Raises `ControlError`."""
    journal = Journal(settings.state_dir)
    clock = ServerClock()
    api = Api(settings.eguma.base_url, settings.eguma.api_key.get_secret_value(), clock.note)
    gate = Gate(policy_of(settings), Numbering(""), {Fault.STARTING: "stopped"})
    board = StatusBoard(gate, Degraded())
    books = Books(api, journal, OwnUser(journal, configured=None, api_key=""), tell=lambda _: None)
    crash: list[BaseException] = []
    runner = Runner(
        gate,
        journal=journal,
        api=api,
        clock=clock,
        drive=NothingMoves(),
        front=NobodyThere(),
        books=books,
        board=board,
        crashed=crash.append,
    )
    desk = Desk(
        settings.state_dir,
        now=runner.now,
        order=runner.order,
        gate=gate,
        status=board.status,
        journal=journal,
        books=books,
    )
    try:
        receipts = Receipts(Printing(settings, wall=clock.now), desk.given).answerers()
        answered = await answer(desk, gate, journal, settings.state_dir, do, request, besides=receipts)
        runner.stop()
        await runner.drain()
    except ControlError:
        if crash:
            raise crash[0] from None
        raise
    finally:
        board.close()
        await journal.close()
        await api.aclose()
    if crash:
        raise crash[0]
    return answered
