"""
One gate's receipts on paper: each printed once as an original, and noted in the book before and after.

Everything blocks, for seconds at most: it is for a thread that nobody waits for, one call at a time. Brought in by
gates that have a printer, and by who asks for a receipt.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from gate_controller.admission.words.facts import Fact, PaidAlong, Passed, Released, ReleasedToSensor
from gate_controller.admission.words.ids import AttemptId
from gate_controller.devices.printer.escpos import PrintItem
from gate_controller.devices.printer.printer import NotPrinted, PerhapsPrinted
from gate_controller.journal.reader import Reader
from gate_controller.journal.records import Record
from gate_controller.settings import Settings
from gate_controller.shell.printing import ReceiptRefused
from gate_controller.shell.receipt_book import ReceiptBook, ReceiptEntry, ReceiptState
from gate_controller.shell.receipts import ReceiptMaker, UnusableReceipt, make_printer
from gate_controller.texts.receipt import NoReceipt, receipted


@dataclass(frozen=True, slots=True)
class ShownReceipt:
    """A receipt as it would be printed now."""

    incident: str
    is_copy: bool
    text: str
    commands: bytes
    """As the printer takes it."""


class ReceiptPrinter:
    """Makes, prints and notes the receipts of one gate. Every method may raise `JournalError`."""

    def __init__(self, settings: Settings, wall: Callable[[], float]) -> None:
        """`wall` is the clock of the records."""
        self._settings = settings
        self._reader = Reader(settings.state_dir)
        self._maker: ReceiptMaker | None = None
        self._printer = make_printer(settings.printer)
        self._book = ReceiptBook(settings.state_dir)
        self._wall = wall

    def look(self) -> str:
        """Return what ails the printer, with a remedy; empty where nothing does."""
        try:
            return self._printer.look()
        except NotPrinted as error:
            return str(error)

    def to_print(self) -> list[ReceiptEntry]:
        """Return what is not printed for certain, oldest first."""
        return self._book.to_print()

    def show(self, code: str, *, is_full: bool) -> ShownReceipt:
        """Return a receipt by incident or voucher code, the voucher masked unless in full. Raises `ReceiptRefused`."""
        record = self._record(code)
        is_copy = self._is_copy(record)
        try:
            text, commands = self._made(record, is_copy=is_copy, is_full=is_full)
        except NotPrinted as error:
            raise ReceiptRefused(str(error)) from None
        return ShownReceipt(record.incident, is_copy, text, commands)

    def print(self, code: str) -> tuple[str, bool, str]:
        """
        Print the receipt of an incident or a voucher code; return its incident, whether it is a copy, and what somebody
        should see to at the printer. Raises `ReceiptRefused`.
        """
        record = self._record(code)
        incident, is_copy = record.incident, self._is_copy(record)
        try:
            return incident, is_copy, self._print(record, is_copy=is_copy)
        except NotPrinted as error:
            raise ReceiptRefused(f"incident {incident}: not printed: {error}", ails=str(error)) from None
        except PerhapsPrinted as error:
            what = "perhaps printed, perhaps a part of it"
            raise ReceiptRefused(f"incident {incident}: {what}: {error}", ails=str(error)) from None

    def print_slip(self, make: Callable[[ReceiptMaker], Iterable[PrintItem]]) -> str:
        """Print what is no receipt; return what somebody should see to at the printer. Raises `ReceiptRefused`."""
        try:
            maker = self._ready()
            return self._printer.print(maker.commands(make(maker)), on_begin=lambda: None)
        except NotPrinted as error:
            raise ReceiptRefused(f"not printed: {error}", ails=str(error)) from None
        except PerhapsPrinted as error:
            raise ReceiptRefused(f"perhaps printed, perhaps a part of it: {error}", ails=str(error)) from None

    def closing(self, date: str) -> dict[str, Any]:
        """Return what was written when a day was closed. Raises `ReceiptRefused`."""
        written = self._reader.closing(date)
        if written is None:
            raise ReceiptRefused(f"day {date}: is not closed: close it first")
        return written

    def print_by_itself(self, attempts: Sequence[AttemptId]) -> tuple[list[AttemptId], str]:
        """
        Print the receipts of attempts that have just let somebody in; return those that have still to be, kept in the
        book meanwhile, and what somebody should see to at the printer.
        """
        records, why = self._due(attempts), ""
        for place, record in enumerate(records):
            try:
                why = self._print(record, is_copy=self._is_copy(record))
            except PerhapsPrinted as error:
                why = str(error)
            except NotPrinted as error:
                left = records[place:]
                self._keep(left, str(error))
                return [AttemptId(each.attempt) for each in left], str(error)
        return [], why

    def keep(self, attempts: Sequence[AttemptId], why: str) -> None:
        """Keep receipts that were to be printed by themselves for whoever asks for them."""
        self._keep(self._due(attempts), why)

    # -- one receipt

    def _print(self, record: Record, *, is_copy: bool) -> str:
        incident = record.incident

        def note(state: ReceiptState, why: str = "") -> None:
            self._book.note(ReceiptEntry(incident, state, self._wall(), why))

        try:
            _, commands = self._made(record, is_copy=is_copy, is_full=True)
            why = self._printer.print(commands, on_begin=lambda: note(ReceiptState.SENT))
        except NotPrinted as error:
            if not is_copy:
                self._keep([record], str(error))
            raise
        except PerhapsPrinted as error:
            note(ReceiptState.SENT, str(error))
            raise
        note(ReceiptState.PRINTED)
        return why

    def _made(self, record: Record, *, is_copy: bool, is_full: bool) -> tuple[str, bytes]:
        """Return a receipt as a text, and as the printer takes it. Raises `NotPrinted`."""
        maker = self._ready()
        items = tuple(maker.items(record.facts, record.incident, is_copy=is_copy, is_full=is_full))
        return maker.text(items), maker.commands(items)

    def _ready(self) -> ReceiptMaker:
        try:
            if self._maker is None:
                self._maker = ReceiptMaker(self._settings)
        except UnusableReceipt as error:
            raise NotPrinted(str(error)) from None
        return self._maker

    def _keep(self, records: Sequence[Record], why: str) -> None:
        for record in records:
            if self._book.state_of(record.incident) is None:  # a card is not written again for another reason
                self._book.note(ReceiptEntry(record.incident, ReceiptState.KEPT, self._wall(), why))

    def _due(self, attempts: Sequence[AttemptId]) -> list[Record]:
        open_states = {None, ReceiptState.KEPT}
        let_in = (record for record in self._reader.of(attempts) if _has_let_in_now(record.facts))
        return [each for each in let_in if _has_receipt(each) and self._book.state_of(each.incident) in open_states]

    def _record(self, code: str) -> Record:
        record = self._reader.one(code)[0]
        try:
            receipted(record.facts)
        except NoReceipt as error:
            raise ReceiptRefused(f"incident {record.incident}: {error}") from None
        return record

    def _is_copy(self, record: Record) -> bool:
        return self._book.is_copy(record.incident, record.facts[0].at)


def _has_receipt(record: Record) -> bool:
    """Whether it is about a visitor's voucher: whoever came with a ticket gets no receipt."""
    try:
        receipted(record.facts)
    except NoReceipt:
        return False
    return True


def _has_let_in_now(facts: Sequence[Fact]) -> bool:
    """Whether somebody was let in by the gate that runs, and not before a restart that found it out afterwards."""
    for before, fact in zip((None, *facts), facts, strict=False):
        if isinstance(fact, Released) and isinstance(before, ReleasedToSensor) and not fact.why:
            return False  # nobody looked at the sensor any more: the visitor of the last run is gone
    return any(isinstance(fact, Released | PaidAlong | Passed) for fact in facts)
