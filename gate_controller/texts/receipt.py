"""
A receipt of an attempt, from its facts: what became of the money, and each field that a template may name.

Rules: made of what is on disk, and of nothing else; it claims a charge only while that is certain and stands; and it
says a balance only where it was E-GUMA's word at the charge, and still is as far as this attempt goes.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from gate_controller.admission.words.codes import mask
from gate_controller.admission.words.errand_facts import (
    OF_TICKETS,
    ErrandBegun,
    ErrandDone,
    ErrandKind,
    ErrandNotDone,
    ErrandRefused,
    PartVoided,
)
from gate_controller.admission.words.facts import (
    CreditOpened,
    Evidence,
    Fact,
    Intended,
    NotCharged,
    Occurred,
    PaidAlong,
    Passed,
    Redeemed,
    Refunded,
    Refused,
    RegimeBegun,
    RegimeEnded,
    Released,
    SecondChargeRuledOut,
    Settled,
    StrayPassage,
    voucher_of,
)
from gate_controller.admission.words.free_facts import FreeEntry
from gate_controller.admission.words.money import Cents, Currency
from gate_controller.admission.words.ticket_facts import OccupancySet, TicketIntended
from gate_controller.texts.amounts import format_amount
from gate_controller.texts.languages import Language
from gate_controller.texts.receipt_wording import RECEIPTS, Receipted

FIELDS: Final = (
    *("title", "copy", "outcome", "gate", "time", "voucher", "incident", "amount", "voided", "vat", "balance"),
    *("gate_label", "time_label", "voucher_label", "incident_label"),
    *("amount_label", "voided_label", "vat_label", "balance_label"),
)
"""What a template may name. One that says nothing of an attempt is empty; so is `copy` on the first receipt."""

_GROUP = 4
_CLAIMS_CHARGE = frozenset({Receipted.CHARGED, Receipted.KEPT, Receipted.GIVEN_BACK})
_DONE: Final[Mapping[ErrandKind, Receipted]] = {
    ErrandKind.TOP_UP: Receipted.TOPPED_UP,
    ErrandKind.SALE: Receipted.SOLD,
    ErrandKind.TAKING_BACK: Receipted.TAKEN_BACK,
    ErrandKind.PART_VOID: Receipted.PART_GIVEN_BACK,
}


NOTHING_FOR_TICKETS = "nothing is charged for a ticket, so there is no receipt of it"


class NoReceipt(ValueError):
    """There is no receipt of that: it is no attempt of a visitor."""


def receipted(facts: Sequence[Fact]) -> Receipted:
    """Return what became of an attempt's money, from its facts in order. Raises `NoReceipt`."""
    # A part that was given back says nothing of what became of the rest.
    facts = [fact for fact in facts if not isinstance(fact, PartVoided)] or facts
    if isinstance(facts[0], ErrandBegun | ErrandRefused):
        if facts[0].errand in OF_TICKETS:
            raise NoReceipt(NOTHING_FOR_TICKETS)
        return _errand_receipted(facts[0].errand, facts[-1])
    if any(isinstance(fact, FreeEntry) for fact in facts):
        return Receipted.NOT_CHARGED
    return _admission_receipted(facts)


def _admission_receipted(facts: Sequence[Fact]) -> Receipted:
    if isinstance(facts[0], TicketIntended | OccupancySet):
        raise NoReceipt(NOTHING_FOR_TICKETS)
    match facts[-1]:
        case Occurred() | RegimeBegun() | RegimeEnded() | StrayPassage():
            raise NoReceipt("it is no attempt of a visitor, so there is no receipt of it")
        case Refused() | NotCharged():
            return Receipted.NOT_CHARGED
        case Refunded():
            return Receipted.GIVEN_BACK
        case Settled(let_in=let_in):
            return Receipted.CHARGED if let_in else Receipted.CHECKED_BY_STAFF
        case CreditOpened() if _is_sure(facts):
            return Receipted.KEPT
        case Released() | PaidAlong() | Passed() | SecondChargeRuledOut() if _is_sure(facts):
            return Receipted.CHARGED
    return Receipted.UNCERTAIN


def fields(
    facts: Sequence[Fact],
    incident: str,
    *,
    language: Language,
    currency: Currency,
    gate: str,
    is_copy: bool,
    is_full: bool = True,
) -> Mapping[str, str]:
    """
    Return every field of `FIELDS` for an attempt, in the machine's time; the voucher's code is masked unless in full.

    Raises `NoReceipt`.
    """
    outcome, words = receipted(facts), RECEIPTS[language]
    intended = next((fact for fact in facts if isinstance(fact, Intended)), None)
    sums = _sums(facts, outcome, intended)
    currency = next((fact.currency for fact in facts if isinstance(fact, Intended | ErrandBegun)), currency)
    amounts = {name: "" if cents is None else format_amount(cents, currency, language) for name, cents in sums.items()}
    code = _code(facts)
    return {
        "title": words.title,
        "copy": words.copy if is_copy else "",
        "outcome": words.outcomes[outcome],
        "gate": gate,
        "time": datetime.fromtimestamp(_moment(facts)).astimezone().strftime("%d.%m.%Y %H:%M"),
        "voucher": grouped(code) if is_full or not code else mask(code),
        "incident": incident,
        **amounts,
        "gate_label": words.gate,
        "time_label": words.time,
        "voucher_label": words.voucher,
        "incident_label": words.incident,
        "amount_label": words.amount,
        "voided_label": words.voided,
        "vat_label": words.vat,
        "balance_label": words.balance,
    }


def grouped(code: str) -> str:
    """Return a voucher's code as it is printed on it: in fours."""
    return "-".join(code[place : place + _GROUP] for place in range(0, len(code), _GROUP))


def _errand_receipted(errand: ErrandKind, last: Fact) -> Receipted:
    match last:
        case ErrandDone():
            return _DONE[errand]
        case ErrandRefused() | ErrandNotDone():
            return Receipted.NOT_DONE
        case Settled():
            return Receipted.CHECKED_BY_STAFF
    return Receipted.BEING_CHECKED


def _sums(facts: Sequence[Fact], outcome: Receipted, intended: Intended | None) -> Mapping[str, Cents | None]:
    """Return the amounts that a receipt may claim, by the names of their fields; None where it may not."""
    sums: dict[str, Cents | None] = dict.fromkeys(("amount", "voided", "vat", "balance"))
    if outcome in _DONE.values():
        begun, done = facts[0], facts[-1]
        if isinstance(begun, ErrandBegun) and isinstance(done, ErrandDone):
            sums |= {"amount": begun.amount, "balance": done.balance_after}
        if outcome is Receipted.SOLD:
            sums["vat"] = Cents(0)
    elif outcome in _CLAIMS_CHARGE and intended is not None:
        voided = sum(fact.amount for fact in facts if isinstance(fact, PartVoided))
        charged = next((fact for fact in reversed(facts) if isinstance(fact, Redeemed)), None)
        sums["amount"] = intended.price
        if outcome is Receipted.GIVEN_BACK:
            return sums
        if voided:
            sums["voided"] = Cents(voided)
        elif charged is not None:
            sums["balance"] = charged.balance_after
    return sums


def _code(facts: Sequence[Fact]) -> str:
    first = facts[0]
    if isinstance(first, ErrandBegun | ErrandRefused):
        return first.voucher_code
    return voucher_of(facts) or next((fact.code for fact in facts if isinstance(fact, Refused | FreeEntry)), "")


def _is_sure(facts: Sequence[Fact]) -> bool:
    return any(isinstance(fact, Redeemed) and fact.evidence is not Evidence.UNSURE for fact in facts)


def _moment(facts: Sequence[Fact]) -> float:
    """Return when the gate opened, else when the attempt began: the time of the last fact may be days later."""
    return next((fact.at for fact in reversed(facts) if isinstance(fact, Released | PaidAlong | Passed)), facts[0].at)
