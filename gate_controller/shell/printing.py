"""
Receipts for a gate: printed when somebody asks, and by themselves after the commit of an admission.

Rules: nothing of it is on the way from scan to relay; the printer blocks, so it has a thread of its own, one thing at a
time; what cannot be printed within a minute is kept for whoever asks, for its visitor has gone; and whatever fails here
is no fault of the gate, which is told what ails the printer as of any device that it does without.
"""

import asyncio
import contextlib
import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeVar

from gate_controller.admission.words.facts import Fact, PaidAlong, Passed, Released
from gate_controller.journal.failures import JournalError
from gate_controller.settings import Settings
from gate_controller.shell.fittings import PRINTER

if TYPE_CHECKING:
    from gate_controller.admission.words.ids import AttemptId
    from gate_controller.shell.receipt_printer import ReceiptPrinter

# ruff: noqa: PLC0415 - a gate without a printer brings in nothing of it

_log = logging.getLogger(__name__)
_T = TypeVar("_T")

FIRST_LOOK_SECONDS: Final = 10.0
"""After the start, which visitors do not share with a printer."""

IDLE_LOOK_SECONDS: Final = 60.0
"""Between two looks at a printer that prints nothing: a roll is not changed faster."""

TRY_AGAIN_SECONDS: Final = 5.0
WAITS_FOR_PRINTER_SECONDS: Final = 60.0
"""How long a receipt is tried: whoever changes a roll is done by then, and a visitor who still waits will ask."""

_STOPPING_SECONDS = 2.0
_STOPPED: Final = "the gate was stopped before it was printed"


class ReceiptRefused(Exception):
    """Why there is no receipt, or why it was not printed, with what to do; `ails` is what ails the printer."""

    def __init__(self, why: str, *, ails: str = "") -> None:
        super().__init__(why)
        self.ails = ails


class Printing:
    """The receipts of one gate."""

    def __init__(
        self,
        settings: Settings,
        *,
        wall: Callable[[], float],
        note: Callable[[str, str | None], None] = lambda _what, _why: None,
    ) -> None:
        """`wall` is the clock of the records; `note` is told what ails the printer, or with None that nothing does."""
        self._settings = settings
        self._wall = wall
        self._note = note
        self._turn = asyncio.Lock()
        self._made: ReceiptPrinter | None = None
        self._waiting: dict[AttemptId, float] = {}
        """Attempts whose receipt is to be printed by itself, and until when (monotonic)."""
        self._news = asyncio.Event()

    def take(self, facts: Sequence[Fact]) -> None:
        """Take facts that have come to disk: whoever was let in gets a receipt."""
        until = time.monotonic() + WAITS_FOR_PRINTER_SECONDS
        for fact in facts:
            if isinstance(fact, Released | PaidAlong | Passed):
                self._waiting[fact.attempt] = until
                self._news.set()

    async def keep(self) -> None:
        """Print what is to be printed by itself, and look after the printer, until cancelled."""
        if self._settings.printer.driver == "none":
            return
        pause = FIRST_LOOK_SECONDS
        try:
            while True:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(pause):
                        await self._news.wait()
                self._news.clear()
                pause = await self._see_to_it()
        finally:
            await self._leave()

    # -- what people ask

    async def shown(self, code: str, *, is_full: bool) -> dict[str, Any]:
        """Return a receipt as it would be printed now. Raises `ReceiptRefused`, `JournalError`."""
        from base64 import b64encode

        found = await self._work(lambda receipts: receipts.show(code, is_full=is_full))
        commands = b64encode(found.commands).decode()
        columns = self._settings.printer.columns
        told = {"incident": found.incident, "is_copy": found.is_copy, "text": found.text}
        return {**told, "commands": commands, "columns": columns}

    async def printed(self, code: str) -> dict[str, Any]:
        """Print a receipt. Raises `ReceiptRefused`, `JournalError`."""
        incident, is_copy, why = await self._on_paper(lambda receipts: receipts.print(code))
        self._note(PRINTER, why or None)
        return {"incident": incident, "is_copy": is_copy, "outcome": "done"}

    async def printed_balance(self, told: Mapping[str, Any]) -> dict[str, Any]:
        """Print how a voucher stands, from what E-GUMA has just said of it. Raises `ReceiptRefused`."""
        at = self._wall()
        why = await self._on_paper(lambda receipts: receipts.print_slip(lambda maker: maker.balance(told, at)))
        self._note(PRINTER, why or None)
        return {"outcome": "done"}

    async def printed_closing(self, date: str) -> dict[str, Any]:
        """Print the closing of a day. Raises `ReceiptRefused`, `JournalError`."""

        def work(receipts: "ReceiptPrinter") -> str:
            written = receipts.closing(date)
            return receipts.print_slip(lambda maker: maker.closing(written))

        self._note(PRINTER, await self._on_paper(work) or None)
        return {"date": date, "outcome": "done"}

    async def _on_paper(self, question: "Callable[[ReceiptPrinter], _T]") -> _T:
        if self._settings.printer.driver == "none":
            raise ReceiptRefused("no printer: printer.driver is none: set it in the settings")
        try:
            return await self._work(question)
        except ReceiptRefused as error:
            if error.ails:
                self._note(PRINTER, error.ails)
            raise

    async def listed(self) -> list[dict[str, Any]]:
        """Return the receipts that are not printed for certain."""
        from dataclasses import asdict

        return [asdict(entry) for entry in await self._work(lambda receipts: receipts.to_print())]

    async def _work(self, question: "Callable[[ReceiptPrinter], _T]") -> _T:
        async with self._turn:
            return await _in_thread(lambda: question(self._receipts()))

    # -- by itself

    async def _see_to_it(self) -> float:
        """Print what waits, or look how the printer is; return after how long to come again."""
        try:
            if self._waiting:
                await self._print_waiting()
            else:
                self._note(PRINTER, await self._work(lambda receipts: receipts.look()) or None)
        except JournalError:
            pass  # which is told by itself
        except Exception as error:  # noqa: BLE001 - whatever it is, it is no reason to end the gate
            _log.exception("receipts=failed why=%s", type(error).__name__)
        now = time.monotonic()
        self._waiting = {attempt: until for attempt, until in self._waiting.items() if until > now}
        return TRY_AGAIN_SECONDS if self._waiting else IDLE_LOOK_SECONDS

    async def _print_waiting(self) -> None:
        wanted = tuple(self._waiting)
        left, why = await self._work(lambda receipts: receipts.print_by_itself(wanted))
        for attempt in set(wanted) - set(left):
            self._waiting.pop(attempt, None)
        self._note(PRINTER, why or None)

    async def _leave(self) -> None:
        """Keep what waits, for the next start prints nothing of it: its visitors have gone."""
        if not (left := tuple(self._waiting)):
            return
        with contextlib.suppress(JournalError, TimeoutError):
            async with asyncio.timeout(_STOPPING_SECONDS):
                await _in_thread(lambda: self._receipts().keep(left, _STOPPED))

    def _receipts(self) -> "ReceiptPrinter":
        if self._made is None:
            from gate_controller.shell.receipt_printer import ReceiptPrinter

            self._made = ReceiptPrinter(self._settings, self._wall)
        return self._made


async def _in_thread(work: Callable[[], _T]) -> _T:
    """Do a work in a thread that holds up no end of the process, as the loop's own threads would."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[_T] = loop.create_future()

    def tell(end: Callable[[], None]) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(lambda: None if done.done() else end())

    def run() -> None:
        try:
            found = work()
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the asker's
            failure = error
            tell(lambda: done.set_exception(failure))
        else:
            tell(lambda: done.set_result(found))

    threading.Thread(target=run, name="printer", daemon=True).start()
    return await done
