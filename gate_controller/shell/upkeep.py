"""
What a gate does while nobody is there: the connection kept warm, its own user learnt, old attempts archived.

Each is a loop for the length of the gate's life. None writes to disk unless there is something new to keep.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable

from gate_controller.admission.words.calls import CallFailed, CallFault
from gate_controller.admission.words.events import TimePassed
from gate_controller.admission.words.frozen import making_methods
from gate_controller.admission.words.messages import Fault
from gate_controller.eguma.api import Api, bring_in_repetition
from gate_controller.journal.failures import JournalError
from gate_controller.journal.writer import Journal
from gate_controller.shell.books import Books
from gate_controller.shell.local_zone import LocalZone
from gate_controller.shell.runner import Runner
from gate_controller.shell.status import StatusBoard

_log = logging.getLogger(__name__)

KEY_RETRY_SECONDS = 15.0
"""How often a key that was not accepted is tried again: somebody is probably putting it right just now."""

CALM_SECONDS = 2.0
"""What a start has for itself before that is brought in which it can do without."""

CALM_STEP_SECONDS = 0.01
"""Between two small pieces of that: a visitor's first scan does not wait behind all of them."""

# The own user is learnt from charges of the last day, a minute after there are enough; where the account refuses the
# list, or the list does not tell, another try a day is enough.
LEARN_SECONDS = 60.0
LEARN_WINDOW_SECONDS = 24 * 3600.0
LEARN_AGAIN_SECONDS = 24 * 3600.0

ARCHIVE_SECONDS = 24 * 3600.0
ARCHIVE_STEP_SECONDS = 1.0


class Upkeep:
    """The work of one gate that no visitor waits for."""

    def __init__(
        self,
        runner: Runner,
        *,
        journal: Journal,
        api: Api,
        books: Books,
        board: StatusBoard,
        warm_seconds: float,
    ) -> None:
        self._runner = runner
        self._journal = journal
        self._api = api
        self._books = books
        self._board = board
        self._warm_seconds = warm_seconds
        self._trouble = ""
        self._zone = LocalZone()

    async def keep_warm(self) -> None:
        """Prove the key at the start, keep the connection warm for the next visitor, and watch for the key's return."""
        faults, warm = self._runner.gate.faults, self._warm_seconds
        await self._probe()
        if self._runner.gate.policy.tariff.is_timed:
            self._runner.post(
                TimePassed(self._runner.now())
            )  # E-GUMA has told the time: the price of now may be another
        await asyncio.sleep(CALM_SECONDS)
        await asyncio.to_thread(bring_in_repetition)
        for _ in making_methods():
            await asyncio.sleep(CALM_STEP_SECONDS)
        while True:
            # Never longer than a key is left alone: a visitor's request may find that it is not accepted any more.
            cold = self._api.used_at + warm - time.monotonic() if warm > 0 else KEY_RETRY_SECONDS
            await asyncio.sleep(min(max(cold, 1.0), KEY_RETRY_SECONDS))
            self._zone.look()
            if Fault.KEY in faults or (warm > 0 and time.monotonic() - self._api.used_at >= warm):
                await self._probe()

    async def _probe(self) -> None:
        begun = time.monotonic()
        failed = await self._api.probe()
        self._board.asked_eguma("probe", failed, time.monotonic() - begun)
        if failed is None:
            self._runner.fault(Fault.KEY, None)
        elif failed.fault is CallFault.KEY_NOT_ACCEPTED:
            self._runner.fault(Fault.KEY, failed.text)
        trouble = failed.text if failed is not None else ""
        if trouble != self._trouble:
            # Once for each change: a night without a network must not wear out the SD card.
            self._trouble = trouble
            if trouble:
                _log.warning("eguma=trouble why=%r", trouble)
            else:
                _log.info("eguma=reached")

    async def learn_own_user(self) -> None:
        """Ask for the list when a charge of this gate must be in it: the first doubt shall find a gate that knows."""
        own_user = self._books.own_user
        while own_user.known is None:
            await asyncio.sleep(LEARN_SECONDS)
            now = self._runner.now().wall
            since = now - LEARN_WINDOW_SECONDS
            with contextlib.suppress(JournalError):  # the gate is out of service for it, and says so
                if not await own_user.can_learn(since):
                    continue
                deadline = time.monotonic() + LEARN_SECONDS
                listed = await self._books.listed(since, now, deadline, urgent=False)
                if not isinstance(listed, CallFailed):
                    await own_user.learn(listed, since)
            if own_user.known is None:
                await asyncio.sleep(LEARN_AGAIN_SECONDS)

    async def archive_old_attempts(self, keep_days: Callable[[], int]) -> None:
        """Archive, once a day, while nobody is there and the date is known from E-GUMA."""
        while True:
            await asyncio.sleep(ARCHIVE_SECONDS)
            # By the earlier of two clocks: a Date header years ahead must not archive what look-ups still need.
            before = min(self._runner.now().wall, time.time()) - keep_days() * 86_400
            try:
                while self._runner.gate.lane is None and self._runner.now().is_sure:
                    if not await self._journal.prune(before):
                        break
                    await asyncio.sleep(ARCHIVE_STEP_SECONDS)
            except JournalError as error:
                _log.warning("archive=failed why=%r", str(error))
