"""What the last run of a gate left in its journal, taken up as soon as that can be read: then the gate has started."""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Callable

from gate_controller.admission.words.events import SensorChanged, SensorFailed
from gate_controller.admission.words.facts import Fact, Standing
from gate_controller.admission.words.ids import Numbering
from gate_controller.admission.words.messages import Fault
from gate_controller.admission.words.policy import JOURNAL_RETRY_SECONDS
from gate_controller.journal import binding
from gate_controller.journal.binding import Bound
from gate_controller.journal.failures import JournalError
from gate_controller.journal.store import Store
from gate_controller.journal.writer import Journal
from gate_controller.shell.own_user import OwnUser
from gate_controller.shell.runner import Runner
from gate_controller.shell.status import StatusBoard

_log = logging.getLogger(__name__)

EARLY_CHANGES = 100
"""How many changes of the passage sensor are kept until the journal can be read: one that chatters fills no memory."""

_Histories = tuple[tuple[Fact, ...], ...]


class LastRun:
    """What the gate before this one did not finish, on this machine or on another."""

    def __init__(
        self, runner: Runner, *, journal: Journal, own_user: OwnUser, board: StatusBoard, machine: str
    ) -> None:
        """`machine` is what tells this machine from every other one."""
        self._runner = runner
        self._journal = journal
        self._own_user = own_user
        self._board = board
        self._machine = machine
        self._early: deque[SensorChanged | SensorFailed] = deque(maxlen=EARLY_CHANGES)

    def sensed(self, event: SensorChanged | SensorFailed) -> None:
        """Let the gate handle what the passage sensor tells: at once, or when the journal can be read."""
        if Fault.STARTING in self._runner.gate.faults:
            self._early.append(event)  # only an open journal can name what is recorded
        else:
            self._runner.post(event)

    async def take_up(self, stop: asyncio.Event, *, failed: Callable[[], None]) -> None:
        """Try until it can be read, take it up, and start, or until `stop`; `failed` is called after each vain try."""
        gate = self._runner.gate
        while not stop.is_set():
            try:
                bound, numbering, unfinished, open_items = await self._journal.read(self._read)
                await self._own_user.recall()
            except JournalError as error:
                self._runner.fault(Fault.JOURNAL, str(error))
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), JOURNAL_RETRY_SECONDS)
                failed()
            else:
                for facts in (*open_items, *unfinished):
                    self._board.open_items.take(facts)
                is_foreign, found = bound is Bound.ELSEWHERE, (*unfinished, *open_items)
                if is_foreign:
                    what = "it came from another machine, or is a backup"
                    _log.warning("journal=foreign what=%r unfinished=%d", what, len(unfinished))
                gate.numbering = numbering  # not before: whoever orders something meets what was left unfinished
                self._runner.carry_out(gate.recover(self._runner.now(), found, is_foreign=is_foreign))
                if bound is not Bound.HERE:
                    await self._bind()
                self._start()
                return

    def _start(self) -> None:
        self._runner.gate.starts_with(Fault.SCANNER, "not opened yet")
        self._runner.fault(Fault.STARTING, None)
        while self._early:
            self._runner.post(self._early.popleft())

    def _read(self, store: Store) -> tuple[Bound, Numbering, _Histories, _Histories]:
        bound = binding.take_over(store, self._machine, self._runner.now().wall)
        return bound, store.numbering, store.pending(Standing.UNFINISHED), store.pending(Standing.OPEN)

    async def _bind(self) -> None:
        """Say in the journal that it is this machine's, once what it brought along is on disk as open items."""
        try:
            # By the time this is answered the writes before it have told how they ended.
            await self._journal.read(lambda store: store.numbering)
            if Fault.JOURNAL not in self._runner.gate.faults:
                await self._journal.read(lambda store: binding.bind(store, self._machine))
        except JournalError as error:
            _log.warning("journal=unbound why=%r", str(error))
