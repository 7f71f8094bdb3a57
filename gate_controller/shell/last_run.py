"""What the last run of a gate left in its journal, taken up as soon as that can be read: then the gate has started."""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Callable

from gate_controller.admission.gate.price_record import first_list
from gate_controller.admission.words.commands import Write
from gate_controller.admission.words.events import SensorChanged, SensorFailed
from gate_controller.admission.words.facts import Fact, PricesChanged, Standing
from gate_controller.admission.words.ids import Numbering
from gate_controller.admission.words.messages import Fault
from gate_controller.admission.words.outage_rules import OutageConduct
from gate_controller.admission.words.policy import JOURNAL_RETRY_SECONDS
from gate_controller.journal import binding
from gate_controller.journal.binding import Bound
from gate_controller.journal.failures import JournalError
from gate_controller.journal.rows import PRICES
from gate_controller.journal.store import Store
from gate_controller.journal.writer import Journal
from gate_controller.shell.books import Books
from gate_controller.shell.runner import Runner
from gate_controller.shell.status import StatusBoard

_log = logging.getLogger(__name__)

EARLY_CHANGES = 100
"""How many changes of the passage sensor are kept until the journal can be read: one that chatters fills no memory."""

_Histories = tuple[tuple[Fact, ...], ...]


class LastRun:
    """What the gate before this one did not finish, on this machine or on another."""

    def __init__(self, runner: Runner, *, journal: Journal, books: Books, board: StatusBoard, machine: str) -> None:
        """`machine` is what tells this machine from every other one."""
        self._runner = runner
        self._journal = journal
        self._books = books
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
                bound, numbering, unfinished, open_items, recent, prices = await self._journal.read(self._read)
                await self._books.own_user.recall()
            except JournalError as error:
                self._runner.fault(Fault.JOURNAL, str(error))
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(JOURNAL_RETRY_SECONDS):
                        await stop.wait()
                failed()
            else:
                for facts in (*open_items, *unfinished):
                    self._board.open_items.take(facts)
                is_foreign, found = bound is Bound.ELSEWHERE, (*unfinished, *open_items)
                if is_foreign:
                    what = "it came from another machine, or is a backup"
                    _log.warning("journal=foreign what=%r unfinished=%d", what, len(unfinished))
                gate.numbering = numbering  # not before: whoever orders something meets what was left unfinished
                at = self._runner.now()
                commands = gate.recover(at, found, is_foreign=is_foreign, recent=recent, prices=prices)
                self._runner.carry_out(commands)
                if any(
                    isinstance(fact, PricesChanged) for one in commands if isinstance(one, Write) for fact in one.facts
                ):
                    await self._written()  # before the first visitor pays another price
                if bound is not Bound.HERE:
                    await self._bind()
                self._start()
                return

    def _start(self) -> None:
        self._runner.gate.starts_with(Fault.SCANNER, "not opened yet")
        self._runner.fault(Fault.STARTING, None)
        while self._early:
            self._runner.post(self._early.popleft())

    def _read(self, store: Store) -> tuple[Bound, Numbering, _Histories, _Histories, _Histories, str]:
        policy = self._runner.gate.policy
        bound = binding.take_over(store, self._machine, self._runner.now().wall)
        # A house that lets nobody in free has nothing to remember.
        is_asked = bool(policy.tariff.rules) or policy.outage.conduct is not OutageConduct.CLOSED
        recent = store.free_entries() if is_asked else ()
        is_waiting = Fault.UNPROVISIONED in self._runner.gate.faults
        # What stands in for a price that nobody has given yet is none.
        if (prices := first_list(policy) if is_waiting else store.remembered(PRICES)) is None:
            store.remember(PRICES, prices := first_list(policy))
        unfinished, open_items = store.pending(Standing.UNFINISHED), store.pending(Standing.OPEN)
        return bound, store.numbering, unfinished, open_items, recent, prices

    async def _written(self) -> None:
        """Wait until all writes so far have told how they ended; what failed holds the gate out of service."""
        with contextlib.suppress(JournalError):
            await self._journal.read(lambda store: store.numbering)

    async def _bind(self) -> None:
        """Say in the journal that it is this machine's, once what it brought along is on disk as open items."""
        await self._written()
        try:
            if Fault.JOURNAL not in self._runner.gate.faults:
                await self._journal.read(lambda store: binding.bind(store, self._machine))
        except JournalError as error:
            _log.warning("journal=unbound why=%r", str(error))
