"""
Keeps receivers told: each by itself, in its own pace, and never in the gate's way.

A receiver that is gone costs a line in the log, and another when it is back; until then it is tried again in growing
pauses. Nothing is queued and nothing written, save when something has been told: then the journal remembers it, so that
it is not told again after a restart.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from gate_controller.admission.words.events import Instant
from gate_controller.admission.words.facts import Standing
from gate_controller.admission.words.ids import AttemptId, Incident
from gate_controller.journal.failures import JournalError
from gate_controller.journal.reader import Reader
from gate_controller.journal.records import Record
from gate_controller.journal.store import Store
from gate_controller.journal.writer import Journal
from gate_controller.shell import notices
from gate_controller.shell.concerns import Concern, Concerns, Grace, is_starting
from gate_controller.shell.delivery import NotDelivered, Receiver, Sender, records_by_attempt
from gate_controller.shell.notices import MOST_ITEMS, Told, Unheard
from gate_controller.shell.status import StatusBoard

_log = logging.getLogger(__name__)

GATHER_SECONDS: Final = 3.0
"""What happens within them is told together."""

APART_SECONDS: Final = 60.0
"""Between two deliveries to one receiver: what comes meanwhile is told together."""

FIRST_PAUSE_SECONDS: Final = 15.0
"""Before a delivery that did not arrive is tried again; each time twice as long."""

LONGEST_PAUSE_SECONDS: Final = 1800.0

_REMEMBERED: Final = "told"
"""What the journal remembers what has been told under."""


class Notifying:
    """Tells the receivers of one gate."""

    def __init__(
        self,
        receivers: Sequence[Receiver],
        sender: Sender,
        grace: Grace,
        *,
        board: StatusBoard,
        journal: Journal,
        state_dir: Path,
        now: Callable[[], Instant],
    ) -> None:
        self._receivers = receivers
        self._sender = sender
        self._board = board
        self._journal = journal
        self._reader, self._turn = Reader(state_dir), asyncio.Lock()
        self._now = now
        self._concerns = Concerns(grace)
        self._heard = {receiver.mark: Told() for receiver in receivers}
        self._news = {receiver.mark: asyncio.Event() for receiver in receivers}
        self._run = f"{now().wall:.3f}"

    async def keep(self) -> None:
        """Tell until cancelled."""
        changed = asyncio.Event()
        unfollow = self._board.follow(changed.set)
        tellers: list[asyncio.Task[None]] = []
        try:
            await self._recall()
            tellers += [asyncio.create_task(self._keep_told(receiver)) for receiver in self._receivers]
            while True:
                changed.clear()
                self._concerns.look(self._board.status(), self._now())
                for news in self._news.values():
                    news.set()
                again = self._concerns.look_again
                await _wait(changed, None if again is None else max(again - self._now().mono, 0.0))
                await asyncio.sleep(GATHER_SECONDS)
        finally:
            unfollow()
            for teller in tellers:
                teller.cancel()
            await asyncio.gather(*tellers, return_exceptions=True)

    # -- what was told before

    async def _recall(self) -> None:
        try:
            told = notices.read(await self._journal.read(lambda store: store.remembered(_REMEMBERED)))
        except JournalError:
            return  # told twice is better than never
        standing: dict[Concern, float] = {}
        for mark in self._heard:
            if mark in told:
                self._heard[mark] = told[mark]
                standing |= told[mark].standing
        self._concerns.take_up(standing, self._now())

    async def _remember(self) -> None:
        def write(store: Store) -> None:
            store.remember(_REMEMBERED, notices.written(self._heard))

        try:
            await self._journal.read(write)
        except JournalError as error:
            _log.warning("notify=not_remembered why=%r", str(error))

    def _open_items(self) -> frozenset[AttemptId] | None:
        """Return what is on the staff's list; None before that has been read."""
        return None if is_starting(self._board.status()) else self._board.open_items.attempts

    # -- one receiver

    async def _keep_told(self, receiver: Receiver) -> None:
        news, failures = self._news[receiver.mark], 0
        while True:
            news.clear()
            due = self._heard[receiver.mark].due(self._concerns.spells, self._open_items())
            if not due:
                await news.wait()
                continue
            try:
                said = await self._tell(receiver, due)
            except NotDelivered as error:
                failures += 1
                if failures == 1:
                    _log.warning("notify=failed receiver=%s why=%r", receiver.name, str(error))
                pause = min(FIRST_PAUSE_SECONDS * 2 ** (failures - 1), LONGEST_PAUSE_SECONDS)
                await asyncio.sleep(max(pause, error.retry_after))
            except Exception as error:  # noqa: BLE001 - whatever it is, it is no reason to end the gate
                failures += 1
                if failures == 1:
                    _log.exception("notify=failed receiver=%s why=%s", receiver.name, type(error).__name__)
                await asyncio.sleep(LONGEST_PAUSE_SECONDS)
            else:
                if said is not None:
                    _log.info("notify=told receiver=%s tries=%d answer=%r", receiver.name, failures + 1, said)
                failures = 0
                await asyncio.sleep(APART_SECONDS)

    async def _tell(self, receiver: Receiver, due: Unheard) -> str | None:
        """Return what the receiver said; None where there was nothing to tell after all."""
        async with self._turn:
            records = await asyncio.to_thread(partial(_records, self._reader, due))
        now = self._now()
        items = {attempt: records[attempt] for attempt in due.fresh if attempt in records}
        if not due.spells and not items and not due.settled:
            return None  # settled between two looks, or the journal cannot be read: that is told by itself
        delivery = self._sender.compose(due, records, now, self._run)
        said = await receiver.deliver(delivery)
        told = {attempt: Incident(record.incident) for attempt, record in items.items()}
        self._heard[receiver.mark].hear(due, told, self._now())
        await self._remember()
        return said


def _records(reader: Reader, due: Unheard) -> dict[AttemptId, Record]:
    """Return the records of what a receiver is to be told of, as far as the journal holds them. Blocks."""
    records: dict[AttemptId, Record] = {}
    if due.fresh:
        with contextlib.suppress(JournalError):
            records = records_by_attempt(reader.standing(Standing.OPEN))
    for attempt, incident in list(due.settled.items())[:MOST_ITEMS]:
        try:
            found = reader.one(incident)[0]
        except JournalError:
            continue  # it is in the archive
        if found.attempt == attempt:
            records[attempt] = found
    return records


async def _wait(changed: asyncio.Event, seconds: float | None) -> None:
    """Wait for a change, at most so long."""
    try:
        async with asyncio.timeout(seconds):
            await changed.wait()
    except TimeoutError:
        return
