"""
Admit at the desk's page: how many may be let in on a voucher, and what they cost at the house's price.

Rules: the price is never entered, and what the balance reaches for is a hint: the gate decides. Each form has an id of
its own, so that it charges once however often it is sent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from gate_controller.admission.gate.party import MOST_PERSONS
from gate_controller.admission.words.facts import Standing
from gate_controller.admission.words.money import Cents
from gate_controller.admission.words.tariff import Terms
from gate_controller.texts import Language
from gate_controller.web import views
from gate_controller.web.allowances import may_order, most_of
from gate_controller.web.house import House
from gate_controller.web.people import Person


@dataclass(frozen=True, slots=True)
class AdmitForm:
    """What is offered to whoever may let somebody in on a voucher."""

    id: str
    """Names the order."""
    code: str
    """Whole, as it is sent: not to be shown."""
    most: int
    """Persons that may be let in by one order."""
    costs: Sequence[str]
    """What one costs, two cost, and so on up to `most`."""
    reach: str
    """For how many the balance is enough, in words, or why that is not said; may be empty."""
    reaches: int
    """The same in figures; `most` where it is not said."""
    short: str
    """What is said where the balance is not enough for so many."""


def admit_form_of(
    house: House, person: Person, told: Mapping[str, Any], code: str, language: Language
) -> AdmitForm | None:
    """
    Return what admitting needs; None: it makes no sense for this voucher, or is not for this person.

    `code` is how the voucher was asked about. What cannot be redeemed may still have an admission due by what this gate
    knows; what E-GUMA has not answered about is the gate's to decide.
    """
    is_due = any(each["standing"] == Standing.UNFINISHED.value for each in told["attempts"] or ())
    can_be = told["redeemable"] or is_due or told["outcome"] == "unknown"
    if not code or told["can_be_activated"] or not can_be or not may_order(house.desk_rules, person.role, "admit"):
        return None
    most = min(MOST_PERSONS, max(1, most_of(house.desk_rules, person.role) // house.tariff.dearest(house.price)))
    costs = [cost_of(house, persons, language) for persons in range(1, most + 1)]
    return AdmitForm(uuid4().hex, code, most, costs, *_reach(house, told, most, views.says(language)))


def _reach(house: House, told: Mapping[str, Any], most: int, t: views.Says) -> tuple[str, int, str]:
    """Return for how many the balance is enough: in words, in figures, and what is said of more."""
    each, usual = _price_of_now(house), {Terms.PRICE, Terms.FREE}
    if any(not rule.is_of_any_voucher or rule.terms not in usual for rule in house.tariff.rules):
        words = t("Another price may hold for this voucher.")
        return words, most, words
    if not told["redeemable"] or told["balance_cents"] is None or told["currency"] != house.texts.currency or not each:
        return "", most, ""
    reaches = told["balance_cents"] // each
    short = t("The balance is enough for {n} only.") if reaches else t("The balance is not enough.")
    return t("The balance is enough for {n}.").format(n=reaches), reaches, short.format(n=reaches)


def _price_of_now(house: House) -> Cents:
    return house.tariff.price_of_now(house.price, house.status().at)


def cost_of(house: House, persons: int, language: Language) -> str:
    """Return what so many persons cost."""
    each, in_all = (views.amount(house, _price_of_now(house) * many, language) for many in (1, persons))
    return each if persons == 1 else f"{persons} × {each} = {in_all}"
