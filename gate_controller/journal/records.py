"""
What people read of the journal: an attempt as one record, made of its facts.

A record holds codes and tokens in full; `masked` is what people without need may see.
"""

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from gate_controller.admission.words.codes import mask
from gate_controller.admission.words.errand_facts import (
    OF_TICKETS,
    ErrandBegun,
    ErrandDone,
    ErrandDoubted,
    ErrandNotDone,
    ErrandRefused,
    PartVoided,
)
from gate_controller.admission.words.facts import (
    Adopted,
    Approved,
    CreditOpened,
    Doubted,
    Fact,
    Intended,
    NotCharged,
    Occurred,
    OpenItem,
    PaidAlong,
    Passed,
    Redeemed,
    RefundBegun,
    Refunded,
    Refused,
    RegimeBegun,
    RegimeEnded,
    Released,
    ReleasedToSensor,
    SecondChargeFeared,
    SecondChargeRuledOut,
    Settled,
    StrayPassage,
)
from gate_controller.admission.words.free_facts import FreeEntry, FreeEntryUnused
from gate_controller.admission.words.frozen import frozen
from gate_controller.admission.words.ticket_facts import (
    EntryKept,
    EntryLapsed,
    EntryUndoBegun,
    EntryUndone,
    OccupancySet,
    TicketDoubted,
    TicketEntered,
    TicketIntended,
    TicketLeft,
    TicketLetOut,
    TicketNotTaken,
)
from gate_controller.journal import codec

STANDS: Final[Mapping[type[Fact], str]] = {
    Refused: "refused",
    Intended: "begun",
    Approved: "in doubt",
    NotCharged: "not charged",
    Doubted: "in doubt",
    Redeemed: "charged",
    PaidAlong: "admitted",
    Released: "admitted",
    ReleasedToSensor: "released",
    Passed: "admitted",
    CreditOpened: "credit",
    RefundBegun: "being refunded",
    Refunded: "refunded",
    OpenItem: "open item",
    Adopted: "adopted",
    SecondChargeFeared: "perhaps charged twice",
    SecondChargeRuledOut: "charged once",
    Settled: "settled",
    StrayPassage: "stray passage",
    Occurred: "",
    RegimeBegun: "",
    RegimeEnded: "ended",
    ErrandRefused: "not possible",
    ErrandBegun: "begun",
    ErrandDoubted: "in doubt",
    ErrandDone: "done",
    ErrandNotDone: "not done",
    PartVoided: "part given back",
    TicketIntended: "in doubt",
    TicketNotTaken: "refused",
    TicketDoubted: "in doubt",
    TicketEntered: "checked in",
    EntryKept: "entry kept",
    EntryLapsed: "not used",
    EntryUndoBegun: "being checked out",
    EntryUndone: "checked out",
    TicketLetOut: "let out",
    TicketLeft: "let out",
    OccupancySet: "inside counted",
    FreeEntry: "being let in free",
    FreeEntryUnused: "free entry not used",
}
"""How an attempt stands after its last fact, in the words that staff read; what has occurred says so itself."""


def moment(at: float) -> str:
    """Return a moment as people and programs read it: UTC, ISO 8601, whole seconds."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


class VerdictClass(StrEnum):
    """How an attempt ended for its visitor, for colour and symbol."""

    ADMITTED = "admitted"
    REFUSED = "refused"
    CHECKING = "checking"
    """It is being served or looked up, or its money needs a person."""
    OTHER = "other"
    """It has no visitor, or his money is kept for him or given back."""


@frozen
class Record:
    """One attempt, from its facts. Amounts are in cents."""

    number: int
    incident: str
    attempt: str
    begun: str
    ended: str
    stands: str
    standing: str
    """Who still has work with it: `unfinished` (the gate), `open` (a person) or `closed`."""
    reason: str
    """The last reason given by any fact; empty where there is none."""
    since: str
    """Since when it stands so."""
    voucher_code: str = ""
    amount_cents: int = 0
    currency: str = ""
    balance_before_cents: int | None = None
    balance_after_cents: int | None = None
    charged: bool = False
    """Whether the gate knows of a charge."""
    refunded: bool = False
    voided_cents: int = 0
    """What of the charge was given back in parts."""
    admitted: bool = False
    evidence: str = ""
    redeem_token: str = ""
    reference_number: str = ""
    product_id: str = ""
    """What E-GUMA calls the product of the voucher, where it says."""
    note: str = ""
    """E-GUMA's note on a voucher that was redeemable: for staff."""
    free: str = ""
    """Why nothing was charged for an admission: one of `FreeGrounds`; empty where that is not so."""
    errand: str = ""
    """What staff had done at E-GUMA, where it is that: one of `ErrandKind`."""
    ticket_number: str = ""
    """Of a ticket that was checked in or out, or should have been."""
    verdict: str = VerdictClass.OTHER.value
    facts: tuple[Fact, ...] = ()
    """What it is made of, in order; for stories, and in no list."""

    def masked(self) -> "Record":
        """Return the record as people without need may see it."""
        token = mask(self.redeem_token) if self.redeem_token else ""
        voucher, ticket = (mask(code) if code else "" for code in (self.voucher_code, self.ticket_number))
        return replace(self, voucher_code=voucher, ticket_number=ticket, redeem_token=token)

    def as_dict(self) -> dict[str, Any]:
        """Return all fields by name, for JSON and CSV."""
        return {name: getattr(self, name) for name in FIELDS}


FIELDS: Final[tuple[str, ...]] = tuple(field.name for field in fields(Record) if field.name not in {"number", "facts"})
"""The fields of a record that people and programs get, in order."""


def record(number: int, incident: str, facts: Sequence[Fact]) -> Record:
    """Return an attempt as a record, from its facts in order."""
    first, last = facts[0], facts[-1]
    known = Record(
        number=number,
        incident=incident,
        attempt=str(last.attempt),
        begun=moment(first.at),
        ended=moment(last.at),
        stands=_stands(first, last),
        standing=last.leaves.value,
        reason=_reason(facts),
        since=moment(last.at),
    )
    for fact in facts:
        known = _with(known, fact)
    return replace(known, verdict=_verdict(known, facts).value, facts=tuple(facts))


_AT_REST = (
    CreditOpened,
    RefundBegun,
    Refunded,
    Settled,
    ErrandRefused,
    ErrandDone,
    ErrandNotDone,
    EntryKept,
    EntryLapsed,
    EntryUndoBegun,
    EntryUndone,
)
"""It has no visitor any more."""


def _verdict(known: Record, facts: Sequence[Fact]) -> VerdictClass:
    match facts[-1]:
        case Occurred() | RegimeBegun() | RegimeEnded() | StrayPassage() | OccupancySet():
            return VerdictClass.OTHER
        case Settled(let_in=True) | ReleasedToSensor() | TicketLetOut() | TicketLeft():
            return VerdictClass.ADMITTED
        case _ if known.admitted:
            return VerdictClass.ADMITTED
        case Refused() | NotCharged() | FreeEntryUnused() | TicketNotTaken():
            return VerdictClass.REFUSED
        case _ if isinstance(facts[-1], _AT_REST):
            return VerdictClass.OTHER
    return VerdictClass.CHECKING


def _stands(first: Fact, last: Fact) -> str:
    if isinstance(last, Occurred):
        return last.what.value
    said = STANDS[type(last)]
    if isinstance(first, ErrandRefused | ErrandBegun):
        return f"{first.errand.value} {said}"
    return f"{first.regime.value} {said}".rstrip() if isinstance(first, RegimeBegun) else said


def _with(known: Record, fact: Fact) -> Record:
    said: dict[str, Any] = {}
    match fact:
        case Refused(code=code, balance=balance):
            said = {"voucher_code": code, "balance_before_cents": balance, "amount_cents": 0}
        case Approved():
            said = {
                "voucher_code": fact.voucher_code,
                "balance_before_cents": fact.balance_before,
                "product_id": fact.product_id,
                "note": fact.note,
            }
        case Intended():
            said = {
                "voucher_code": fact.voucher_code or fact.code,
                "amount_cents": fact.price,
                "currency": fact.currency.value,
                "balance_before_cents": fact.balance_before,
                "reference_number": fact.reference,
                "product_id": fact.product_id,
                "note": fact.note,
            }
        case FreeEntry():
            said = {
                "voucher_code": fact.voucher_code or fact.code,
                "amount_cents": 0,
                "currency": fact.currency.value,
                "balance_before_cents": fact.balance,
                "reference_number": "",
                "product_id": fact.product_id,
                "note": fact.note,
                "free": fact.grounds.value,
            }
        case Redeemed():
            said = {
                "charged": True,
                "balance_after_cents": fact.balance_after,
                "evidence": fact.evidence.value,
                "redeem_token": fact.token or "",
            }
        case Released() | PaidAlong() | Passed() | CreditOpened() | EntryKept():
            said = {"admitted": isinstance(fact, Released | PaidAlong | Passed)}
        case Refunded():
            said = {"refunded": True}
        case PartVoided():
            said = {"voided_cents": known.voided_cents + fact.amount}
        case TicketIntended():
            said = {"ticket_number": fact.ticket_number}
        case TicketEntered():
            said = {"evidence": fact.known_by.value}
        case ErrandRefused() | ErrandBegun():
            said = {
                "ticket_number" if fact.errand in OF_TICKETS else "voucher_code": fact.voucher_code,
                "amount_cents": fact.amount or 0,
                "errand": fact.errand.value,
                **_begun_with(fact),
            }
        case ErrandDone():
            said = {"balance_after_cents": fact.balance_after}
    return replace(known, **said)


def _begun_with(fact: ErrandRefused | ErrandBegun) -> dict[str, Any]:
    if isinstance(fact, ErrandRefused):
        return {}
    return {"currency": fact.currency.value, "balance_before_cents": fact.before, "redeem_token": fact.token}


def _reason(facts: Sequence[Fact]) -> str:
    first = facts[0]
    if isinstance(first, Occurred | RegimeBegun):
        return ": ".join(text for text in (first.by, first.reason) if text)
    said = [str(getattr(fact, name, "")) for fact in facts for name in ("reason", "why", "how")]
    return next((text for text in reversed(said) if text), "")


def facts_as_dicts(facts: Sequence[Fact], *, full: bool) -> list[dict[str, Any]]:
    """Return an attempt's facts as `show` lists them."""
    dicts = []
    for fact in facts:
        fields = codec.body_of(fact)
        if not full:
            for name in ("code", "voucher_code", "ticket_number", "token"):
                if name in fields:
                    fields[name] = mask(str(fields[name]))
        dicts.append({"at": moment(fact.at), "fact": type(fact).__name__, **fields})
    return dicts
