"""Of which charge a part may be given back, and how much of it."""

from collections.abc import Iterable, Sequence

from gate_controller.admission.words.errand_facts import PartVoided
from gate_controller.admission.words.facts import Fact, Intended, Redeemed, Refunded, Settled, Standing
from gate_controller.admission.words.money import Cents


def voided(facts: Iterable[Fact]) -> Cents:
    """Return how much of a charge has been given back in parts, in cents."""
    return Cents(sum(fact.amount for fact in facts if isinstance(fact, PartVoided)))


def left_of_charge(facts: Sequence[Fact]) -> Cents:
    """Return how much of an attempt's charge stands, in cents; nothing where it has none, or was given back."""
    charged = any(isinstance(fact, Redeemed) for fact in facts)
    if not charged or any(isinstance(fact, Refunded) for fact in facts):
        return Cents(0)
    price = next((fact.price for fact in facts if isinstance(fact, Intended)), Cents(0))
    return Cents(price - voided(facts))


def objection_to_giving_back(facts: Sequence[Fact]) -> str:
    """Return why nothing of an attempt's charge can be given back, by what is on disk; empty where something can."""
    charges = [fact for fact in facts if isinstance(fact, Redeemed)]
    if not charges:
        return "holds no charge: there is nothing to give back"
    if any(isinstance(fact, Refunded) for fact in facts):
        return "has been given back already"
    if isinstance(facts[-1], Settled):
        return f"was settled by {facts[-1].by} ({facts[-1].reason}): a refund now would give it back twice"
    if all(charge.token is None for charge in charges):
        return "has no redeem token, so E-GUMA cannot cancel it: give it back by hand, then settle it"
    return ""


def objection_to_part(facts: Sequence[Fact], amount: Cents | None) -> str:
    """Return why this part of an attempt's charge cannot be given back; empty where it can."""
    if not facts or amount is None:
        return "name the charge and the amount of which a part is to be given back"
    if objection := objection_to_giving_back(facts):
        return objection
    if facts[-1].leaves is not Standing.CLOSED:
        return "is not at its end: give the whole back, or settle it first"
    left = left_of_charge(facts)
    if amount > left:
        return f"only {left} cents of it are left to give back"
    if amount == left:
        return "that is all that is left of it: give the whole back"
    return ""
