"""
What a gate's events come to, one after the other in the gate's own order: its attempts, and what is counted of them.

Pure: no clock, no store. The words are the journal's (`STANDS`, `BookedKind`), so that a house's figures are those of
its gates; kinds of facts that only a newer gate knows change nothing.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from gate_controller.admission.words.errand_facts import ErrandKind
from gate_controller.admission.words.fact_kinds import KINDS
from gate_controller.admission.words.facts import Occurrence, Standing
from gate_controller.journal.closings import BookedKind
from gate_controller.journal.counting import HANDED_OVER, NOT_CHARGED, NOT_TAKEN, TICKET_REASONS
from gate_controller.journal.records import STANDS
from gate_controller.venue.told import GateEvent

INSIDE: Final = "inside"
"""What is counted of people inside: its times are how many more there are."""
ADMITTED: Final = frozenset(
    {
        BookedKind.ADMITTED_ON_CHARGE.value,
        BookedKind.ADMITTED_ON_CREDIT.value,
        BookedKind.ADMITTED_FREE.value,
        BookedKind.ADMITTED_ON_TICKET.value,
        BookedKind.LET_IN.value,
    }
)
"""The entries that are admissions."""
BEGINNINGS: Final = frozenset(
    {
        "Refused",
        "Intended",
        "StrayPassage",
        "PricesChanged",
        "RegimeBegun",
        "ErrandRefused",
        "ErrandBegun",
        "TicketIntended",
        "OccupancySet",
        "FreeEntry",
    }
)
"""Kinds of facts that an attempt has nowhere but at its beginning."""

_WORDS: Final = {kind.__name__: words for kind, words in STANDS.items()} | {"PricesChanged": ""}
_LEAVES: Final = {name: kind.leaves for name, kind in KINDS.items()}
_ERRANDS: Final = {
    ErrandKind.TOP_UP.value: BookedKind.TOPPED_UP,
    ErrandKind.SALE.value: BookedKind.SOLD,
    ErrandKind.TAKING_BACK.value: BookedKind.TAKEN_BACK,
}
_TICKET, _FREE, _ERRAND, _REGIME = "ticket", "free:", "errand:", "regime:"
_BY_OCCURRENCE: Final = {Occurrence.EXIT.value: -1, Occurrence.OPENED_BY_STAFF.value: 1}
_LONGEST_WORDS: Final = 300
_CURRENCY: Final = re.compile("[A-Z]{3}")
"""What is no currency's code is not counted as one: a spreadsheet may run it, and a label be made of it."""


class Booked(NamedTuple):
    """What one event adds to a day. `cents` are of `currency`."""

    entry: str
    reason: str
    currency: str
    times: int
    cents: int


@dataclass(slots=True)
class FollowedAttempt:
    """An attempt at a gate, up to its newest event here. Amounts are cents."""

    journal: int
    incident: str
    number: int = 0
    begun: float = 0.0
    at: float = 0.0
    stands: str = ""
    opened: int | None = None
    """The place among open items of the house, in the order in which they came; None: it is none."""
    is_unfinished: bool = False
    reason: str = ""
    voucher: str = ""
    """Masked by the gate."""
    voucher_hash: str | None = None
    price: int = 0
    voided: int = 0
    currency: str = ""
    charged: bool = False
    kind: str = ""
    """What it began as, where that bears on what is counted: a ticket, a free entry, an errand, a regime."""
    had_credit: bool = False

    def take(self, event: GateEvent, next_open: int) -> Iterator[Booked]:
        """Take its next event, and yield what that adds to the day. `next_open` is its place should it open now."""
        yield from self._counted(event.fact, event.body)
        self._note(event)
        leaves = _LEAVES.get(event.fact)
        if leaves is None:
            return
        self.is_unfinished = leaves is Standing.UNFINISHED
        if leaves is not Standing.OPEN:
            self.opened = None
        elif self.opened is None:
            self.opened = next_open

    def _note(self, event: GateEvent) -> None:
        fact, body = event.fact, event.body
        if not self.number:
            self.begun = event.at
        self.number, self.at = event.number, event.at
        if (words := _WORDS.get(fact)) is not None:
            self.stands = self._standing(fact, words, body)
        by_person = ": ".join(text for text in (_text(body, "by"), _text(body, "reason")) if text)
        said = [_text(body, name) for name in ("how", "why", "reason")]
        newest = by_person if fact in {"Occurred", "PricesChanged", "RegimeBegun"} else next(filter(None, said), "")
        self.reason = newest or self.reason
        for name in ("code", "ticket_number", "voucher_code"):
            self.voucher = _text(body, name, 24) or self.voucher
        self.voucher_hash = _text(body, "voucher_hash", 16) or self.voucher_hash

    def _standing(self, fact: str, words: str, body: Mapping[str, Any]) -> str:
        if fact in {"Occurred", "PricesChanged"}:
            return _text(body, "what")
        if fact in {"ErrandBegun", "ErrandRefused"}:
            self.kind = f"{_ERRAND}{_text(body, 'errand')}"
            self.price, self.currency = _cents(body, "amount"), _currency(body)
        elif fact == "RegimeBegun":
            self.kind = f"{_REGIME}{_text(body, 'regime')}"
        elif fact == "Intended":
            self.price, self.currency = _cents(body, "price"), _currency(body)
        elif fact == "FreeEntry":
            self.kind = f"{_FREE}{_text(body, 'grounds', 40)}"
            self.price, self.currency = _cents(body, "worth"), _currency(body)
        elif fact == "TicketIntended":
            self.kind = _TICKET
        for mark in (_ERRAND, _REGIME):
            if self.kind.startswith(mark):
                return f"{self.kind.removeprefix(mark)} {words}".strip()
        return words

    def _counted(self, fact: str, body: Mapping[str, Any]) -> Iterator[Booked]:  # noqa: PLR0912 - one case for each kind of fact
        match fact:
            case "Released" | "Passed":
                yield self._admission()
                yield Booked(INSIDE, "", "", 1, 0)
            case "PaidAlong":
                entry = BookedKind.ADMITTED_ON_CREDIT if self.had_credit else BookedKind.ADMITTED_ON_CHARGE
                yield Booked(entry.value, "", self.currency, 0, self.price)
            case "CreditOpened":
                self.had_credit = True
            case "Settled" if body.get("let_in"):
                yield Booked(BookedKind.LET_IN.value, "", self.currency, 1, self.price)
            case "Refused" | "TicketNotTaken" | "NotCharged":
                if (reason := _refusal(fact, _text(body, "reason"))) is not None:
                    yield Booked(BookedKind.REFUSED.value, reason, "", 1, 0)
            case "Redeemed" if not self.charged:
                self.charged = True
                yield Booked(BookedKind.CHARGED.value, "", self.currency, 1, self.price)
            case "Refunded":
                yield Booked(BookedKind.REFUNDED.value, "", self.currency, 1, self.price - self.voided)
            case "PartVoided":
                part = _cents(body, "amount")
                self.voided += part
                yield Booked(BookedKind.VOIDED_IN_PART.value, "", self.currency, 1, part)
            case "ErrandDone":
                if (done := _ERRANDS.get(self.kind.removeprefix(_ERRAND))) is not None:
                    yield Booked(done.value, "", self.currency, 1, self.price)
            case "TicketLetOut":
                yield Booked(BookedKind.LET_OUT_ON_TICKET.value, "", "", 1, 0)
                yield Booked(INSIDE, "", "", -1, 0)
            case "Occurred":
                yield from self._occurred(_text(body, "what"))
            case _:
                pass

    def _admission(self) -> Booked:
        if self.kind == _TICKET:
            return Booked(BookedKind.ADMITTED_ON_TICKET.value, "", "", 1, 0)
        if self.kind.startswith(_FREE):
            grounds = self.kind.removeprefix(_FREE)
            return Booked(BookedKind.ADMITTED_FREE.value, grounds, self.currency, 1, self.price)
        entry = BookedKind.ADMITTED_ON_CREDIT if self.had_credit else BookedKind.ADMITTED_ON_CHARGE
        return Booked(entry.value, "", self.currency, 1, self.price)

    def _occurred(self, what: str) -> Iterator[Booked]:
        people = _BY_OCCURRENCE.get(what, 0)
        if what == Occurrence.NOT_RELEASED.value:  # what was to be opened before was not
            people = -_BY_OCCURRENCE.get(self.stands, 0)
            if self.stands == Occurrence.OPENED_BY_STAFF.value:
                yield Booked(BookedKind.OPENED_BY_STAFF.value, "", "", -1, 0)
        elif what == Occurrence.OPENED_BY_STAFF.value:
            yield Booked(BookedKind.OPENED_BY_STAFF.value, "", "", 1, 0)
        if people:
            yield Booked(INSIDE, "", "", people, 0)


def counted_inside(event: GateEvent) -> int | None:
    """Return how many people a person has counted at a gate; None where an event is something else."""
    if event.fact != "OccupancySet":
        return None
    return max(0, _cents(event.body, "inside"))


def _refusal(fact: str, reason: str) -> str | None:
    """Return what a refusal is counted under; None where nobody was refused by it."""
    if fact == "NotCharged":
        return None if reason.startswith(HANDED_OVER) else NOT_CHARGED
    if fact == "TicketNotTaken":
        return reason if reason in TICKET_REASONS else NOT_TAKEN
    return reason


def _text(body: Mapping[str, Any], name: str, longest: int = _LONGEST_WORDS) -> str:
    value = body.get(name)
    if not isinstance(value, str):
        return ""
    # Neither store takes NUL or half a character, and what one gate says must not keep the others' events out.
    return (
        value[:longest] if value.isprintable() else value[:longest].encode(errors="replace").decode().replace("\0", "")
    )


def _currency(body: Mapping[str, Any]) -> str:
    value = body.get("currency")
    return value if isinstance(value, str) and _CURRENCY.fullmatch(value) else ""


def _cents(body: Mapping[str, Any], name: str) -> int:
    value = body.get(name)
    return value if type(value) is int and abs(value) < 2**40 else 0
