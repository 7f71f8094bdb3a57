"""
A receipt of an attempt, from its facts: what became of the money, and each field that a template may name.

Rules: made of what is on disk, and of nothing else; it claims a charge only while that is certain and stands; and it
says a balance only where it was E-GUMA's word at the charge, and still is as far as this attempt goes.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from gate_controller.admission.words.codes import mask
from gate_controller.admission.words.facts import (
    CreditOpened,
    Evidence,
    Fact,
    Intended,
    NotCharged,
    Occurred,
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
from gate_controller.admission.words.money import Currency
from gate_controller.texts.amounts import format_amount
from gate_controller.texts.languages import Language
from gate_controller.texts.receipt_wording import RECEIPTS, Receipted

FIELDS: Final = (
    *("title", "copy", "outcome", "gate", "time", "voucher", "incident", "amount", "balance"),
    *("gate_label", "time_label", "voucher_label", "incident_label", "amount_label", "balance_label"),
)
"""What a template may name. One that says nothing of an attempt is empty; so is `copy` on the first receipt."""

_GROUP = 4
_CLAIMS_CHARGE = frozenset({Receipted.CHARGED, Receipted.KEPT, Receipted.GIVEN_BACK})


class NoReceipt(ValueError):
    """There is no receipt of that: it is no attempt of a visitor."""


def receipted(facts: Sequence[Fact]) -> Receipted:
    """Return what became of an attempt's money, from its facts in order. Raises `NoReceipt`."""
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
        case Released() | Passed() | SecondChargeRuledOut() if _is_sure(facts):
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
    amount = balance = ""
    if intended is not None and outcome in _CLAIMS_CHARGE:
        amount = format_amount(intended.price, intended.currency or currency, language)
        charged = next((fact for fact in reversed(facts) if isinstance(fact, Redeemed)), None)
        if outcome is not Receipted.GIVEN_BACK and charged is not None and charged.balance_after is not None:
            balance = format_amount(charged.balance_after, intended.currency or currency, language)
    code = voucher_of(facts) or next((fact.code for fact in facts if isinstance(fact, Refused)), "")
    return {
        "title": words.title,
        "copy": words.copy if is_copy else "",
        "outcome": words.outcomes[outcome],
        "gate": gate,
        "time": datetime.fromtimestamp(_moment(facts)).astimezone().strftime("%d.%m.%Y %H:%M"),
        "voucher": grouped(code) if is_full or not code else mask(code),
        "incident": incident,
        "amount": amount,
        "balance": balance,
        "gate_label": words.gate,
        "time_label": words.time,
        "voucher_label": words.voucher,
        "incident_label": words.incident,
        "amount_label": words.amount,
        "balance_label": words.balance,
    }


def grouped(code: str) -> str:
    """Return a voucher's code as it is printed on it: in fours."""
    return "-".join(code[place : place + _GROUP] for place in range(0, len(code), _GROUP))


def _is_sure(facts: Sequence[Fact]) -> bool:
    return any(isinstance(fact, Redeemed) and fact.evidence is not Evidence.UNSURE for fact in facts)


def _moment(facts: Sequence[Fact]) -> float:
    """Return when the gate opened, else when the attempt began: the time of the last fact may be days later."""
    return next((fact.at for fact in reversed(facts) if isinstance(fact, Released | Passed)), facts[0].at)
