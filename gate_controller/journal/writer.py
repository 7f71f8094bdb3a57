"""
The journal's thread: writes are taken in order, and each tells the loop when it is on disk.

A thread of its own rather than an executor: one hand-over in, one out, nothing else on the way from scan to relay.
"""

import asyncio
import logging
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from typing import TypeVar

from gate_controller.admission.words.facts import Fact, Intended
from gate_controller.journal import archive, own_files
from gate_controller.journal.failures import CorruptJournal, JournalError, explained
from gate_controller.journal.store import MOST_FRAMES, Store

_log = logging.getLogger(__name__)
_T = TypeVar("_T")
_Job = Callable[[], None]


class Journal:
    """A journal that never blocks the event loop it was made in."""

    def __init__(
        self,
        directory: Path,
        *,
        on_damage: Callable[[str], None] | None = None,
        lock: int | None = None,
        gate: str = "",
    ) -> None:
        """
        Start the thread; the file is opened by the first call that needs it, and again after a failure. `lock` is the
        journal's, where it has been taken (`take_lock`): it stays so. `gate` is that of `Store`.

        With `on_damage` this is the gate that owns the journal: a file found corrupt at the first opening is set
        aside and a new one begun; one found corrupt later is noted for the next start, and `on_damage` told.
        """
        self._directory = directory
        self._on_damage = on_damage
        self._lock, self._gate = lock, gate
        self._was_open = False
        self._loop = asyncio.get_running_loop()
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._store: Store | None = None
        self._thread = threading.Thread(target=self._work, name="journal", daemon=True)
        self._thread.start()

    def append(self, facts: Sequence[Fact], done: Callable[[str | None], None], *, synced: bool = True) -> None:
        """
        Put facts on disk; `done` is called in the loop: with None once they are there, else with a reason.

        Not `synced`, they outlive this process, and a power cut only once others that are have followed.
        """

        def job() -> None:
            self._tell(done, self._try_append(facts, synced=synced))
            self._upkeep(MOST_FRAMES)
            # Behind an intent comes what Balance adds, unless it is told there already, and that waits for no sync; all
            # else does.
            before = any(isinstance(fact, Intended) and fact.balance_before is None for fact in facts)
            self._make_ready(synced=not before)

        self._jobs.put(job)

    async def read(self, question: Callable[[Store], _T]) -> _T:
        """Return the answer of `question`, asked in the journal's thread. Raises `JournalError`."""
        answer: asyncio.Future[_T] = self._loop.create_future()

        def job() -> None:
            try:
                value = question(self._opened())
            except JournalError as error:
                self._tell_of_damage(error)
                self._tell(_reject, answer, error)
            except Exception as error:  # noqa: BLE001 - whoever asked gets it: this thread must outlive it
                self._tell(_reject, answer, error)
            else:
                self._tell(_resolve, answer, value)

        self._jobs.put(job)
        return await answer

    async def written(self) -> None:
        """Return once what was handed over before is on disk, or has failed to get there."""
        with suppress(JournalError):
            await self.read(lambda _: None)

    def rest(self) -> None:
        """Nobody waits just now: do the upkeep that was put off."""
        self._jobs.put(self._upkeep)

    async def prune(self, before: float) -> int:
        """Archive some closed attempts from before a moment (wall clock); return how many. Raises `JournalError`."""
        return await self.read(lambda store: archive.prune(store, before))

    async def close(self) -> None:
        """Finish what is queued and close the file."""
        self._jobs.put(None)
        await asyncio.to_thread(self._thread.join)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()
        self._drop()

    def _tell(self, callback: Callable[..., None], *values: object) -> None:
        # A loop that is gone has nobody left to tell; what matters is on disk.
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(callback, *values)

    def _opened(self) -> Store:
        if self._store is None:
            self._store = self._open()
            self._was_open = True
        return self._store

    def _open(self) -> Store:
        if self._on_damage is None or self._was_open:
            return Store(self._directory, lock=self._lock, gate=self._gate)
        own_files.mend_all(self._directory)
        try:
            if not archive.is_noted_damaged(self._directory):
                return Store(self._directory, lock=self._lock, gate=self._gate)
        except CorruptJournal as error:
            _log.critical("journal=corrupt why=%r", str(error))
        with explained(self._directory):
            _log.critical("journal=set_aside where=%s", archive.set_aside(self._directory))
        return Store(self._directory, lock=self._lock, gate=self._gate)

    def _try_append(self, facts: Sequence[Fact], *, synced: bool) -> str | None:
        try:
            self._opened().append(facts, synced=synced)
        except JournalError as error:
            self._tell_of_damage(error)
            # After an I/O error SQLite's view of the file may be wrong: the next write opens it anew.
            self._drop()
            return str(error)
        except Exception as error:  # noqa: BLE001 - a thread that ends would leave every later write without an answer
            self._drop()
            return f"journal {self._directory} cannot be used: {type(error).__name__} ({error}): report this fault"
        return None

    def _tell_of_damage(self, error: JournalError) -> None:
        if isinstance(error, CorruptJournal) and self._on_damage is not None:
            archive.note_damage(self._directory)
            self._tell(self._on_damage, str(error))

    def _make_ready(self, *, synced: bool) -> None:
        if self._store is not None:
            with suppress(JournalError):  # whoever writes next is told
                self._store.make_ready(synced=synced)

    def _upkeep(self, frames: int | None = None) -> None:
        try:
            if self._store is not None:
                self._store.checkpoint_if_due(frames)
        except JournalError as error:
            _log.warning("journal=checkpoint_failed why=%r", str(error))
            self._drop()

    def _drop(self) -> None:
        if self._store is not None:
            self._store.close()
            self._store = None


def _resolve(answer: "asyncio.Future[_T]", value: _T) -> None:
    if not answer.done():
        answer.set_result(value)


def _reject(answer: "asyncio.Future[_T]", error: Exception) -> None:
    if not answer.done():
        answer.set_exception(error)
