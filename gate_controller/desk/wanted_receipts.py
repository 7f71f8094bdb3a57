"""
The desk's receipts: shown, listed and printed when somebody asks, at a running gate and at a stopped one.

The printer blocks for seconds, so it has a thread of its own, one receipt at a time. Nothing here bears on money.
"""

import asyncio
import base64
import contextlib
import threading
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, TypeVar

from gate_controller.desk.control_socket import ControlError, JournalAway, NotThere
from gate_controller.journal.failures import JournalError
from gate_controller.journal.reader import Reader, UnknownAttempt
from gate_controller.settings import Settings

if TYPE_CHECKING:
    from gate_controller.devices.printer.printer import Printer
    from gate_controller.journal.records import Record
    from gate_controller.shell.receipt_book import ReceiptBook
    from gate_controller.shell.receipts import ReceiptMaker

# ruff: noqa: PLC0415 - a gate without a printer brings in nothing of it

_T = TypeVar("_T")


class Receipts:
    """Answers what people ask about receipts."""

    def __init__(self, settings: Settings, wall: Callable[[], float]) -> None:
        """`wall` is the clock of the records."""
        self._settings = settings
        self._wall = wall
        self._turn = asyncio.Lock()
        self._made: tuple[ReceiptMaker, Printer, ReceiptBook] | None = None

    def answerers(self) -> Mapping[str, Callable[[dict[str, Any]], Awaitable[Any]]]:
        """Return what can be asked, by the name of each request."""
        return {"receipt_show": self._show, "receipt_list": self._list, "receipt_print": self._print}

    async def _show(self, request: dict[str, Any]) -> dict[str, Any]:
        """Return the receipt as it would be printed now: as text, and as the printer takes it (base64)."""
        return await self._work(lambda: self._shown(str(request["incident"])))

    async def _list(self, _request: dict[str, Any]) -> list[dict[str, Any]]:
        return await self._work(lambda: [asdict(entry) for entry in self._parts()[2].to_print()])

    async def _print(self, request: dict[str, Any]) -> dict[str, Any]:
        return await self._work(lambda: self._printed(str(request["incident"])))

    async def _work(self, question: Callable[[], _T]) -> _T:
        async with self._turn:
            return await _in_thread(question)

    # -- in the thread

    def _shown(self, code: str) -> dict[str, Any]:
        maker, _, book = self._parts()
        record = self._record(code)
        is_copy = book.is_copy(record.incident, record.facts[0].at)
        what = record.facts, record.incident
        commands = base64.b64encode(maker.commands(*what, is_copy=is_copy)).decode()
        text = maker.text(*what, is_copy=is_copy)
        return {"incident": record.incident, "is_copy": is_copy, "text": text, "commands": commands}

    def _printed(self, code: str) -> dict[str, Any]:
        from gate_controller.devices.printer.printer import NotPrinted, PerhapsPrinted
        from gate_controller.shell.receipt_book import ReceiptEntry, ReceiptState

        maker, printer, book = self._parts()
        record = self._record(code)
        incident = record.incident
        is_copy = book.is_copy(incident, record.facts[0].at)

        def note(state: ReceiptState, why: str = "") -> None:
            book.note(ReceiptEntry(incident, state, self._wall(), why))

        try:
            printer.print(
                maker.commands(record.facts, incident, is_copy=is_copy), on_begin=lambda: note(ReceiptState.SENT)
            )
        except NotPrinted as error:
            if not is_copy:
                note(ReceiptState.KEPT, str(error))
            raise ControlError(f"incident {incident}: not printed: {error}") from None
        except PerhapsPrinted as error:
            note(ReceiptState.SENT, str(error))
            raise ControlError(f"incident {incident}: perhaps printed, perhaps a part of it: {error}") from None
        note(ReceiptState.PRINTED)
        return {"incident": incident, "is_copy": is_copy, "outcome": "done"}

    def _parts(self) -> "tuple[ReceiptMaker, Printer, ReceiptBook]":
        if self._settings.printer.driver == "none":
            raise ControlError("no printer: printer.driver is none: set it in the settings")
        if self._made is None:
            from gate_controller.shell.receipt_book import ReceiptBook
            from gate_controller.shell.receipts import ReceiptMaker, make_printer
            from gate_controller.texts.receipt_template import TemplateError

            try:
                maker = ReceiptMaker(self._settings)
            except TemplateError as error:
                where = self._settings.printer.template_file
                raise ControlError(f"printer.template_file {where}: {'; '.join(error.mistakes)}") from None
            self._made = maker, make_printer(self._settings.printer), ReceiptBook(self._settings.state_dir)
        return self._made

    def _record(self, code: str) -> "Record":
        from gate_controller.texts.receipt import NoReceipt, receipted

        try:
            record = Reader(self._settings.state_dir).one(code)[0]
            receipted(record.facts)
        except UnknownAttempt as error:
            raise NotThere(str(error)) from None
        except JournalError as error:
            raise JournalAway(str(error)) from None
        except NoReceipt as error:
            raise ControlError(f"incident {code}: {error}") from None
        return record


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
