"""Who is owed an admission: charged for certain, not let in on that charge, and not given it back."""

from collections.abc import Sequence

from gate_controller.admission.attempt.attempt import Attempt
from gate_controller.admission.attempt.states import Refunding
from gate_controller.admission.words.facts import (
    CreditOpened,
    Evidence,
    Fact,
    Intended,
    OpenItem,
    PaidAlong,
    Passed,
    Redeemed,
    Refunded,
    Released,
    ReleasedToSensor,
    Standing,
)


def objection_to_letting_in(facts: Sequence[Fact], known: Attempt | None = None) -> str:
    """
    Return why nobody is let in on an attempt by what is on disk; empty where somebody may be.

    `known` is the attempt where the gate has still work with it.
    """
    charges = [fact for fact in facts if isinstance(fact, Redeemed)]
    objections = (
        (facts[-1].leaves is not Standing.OPEN, "is not an open item: nobody is owed an admission for it"),
        (not charges, "holds no charge that is certain: open once if he shall go in, and settle this apart"),
        (_is_part(facts), "paid only a part of an admission: open once if he shall go in, and settle this apart"),
        (
            bool(charges) and charges[-1].evidence is Evidence.UNSURE,
            "may not have been charged: open once if he shall go in, and settle this apart",
        ),
        (
            any(isinstance(fact, Refunded) for fact in facts),
            "has been given back already: open once if he shall go in",
        ),
        (
            _may_be_back(facts[-1], known),
            "may have been given back already: open once if he shall go in, and settle this apart",
        ),
        (_was_used(facts), "was let in on that charge already: settle this, or give the money back"),
    )
    return next((objection for holds, objection in objections if holds), "")


def _is_part(facts: Sequence[Fact]) -> bool:
    return any(isinstance(fact, Intended) and fact.leader for fact in facts)


def _may_be_back(last: Fact, known: Attempt | None) -> bool:
    """Whether E-GUMA may have accepted a cancellation, though its answer was lost."""
    is_repeated = known is not None and isinstance(known.state, Refunding) and known.state.refund.is_unknown
    return is_repeated or (isinstance(last, OpenItem) and last.perhaps_back)


def _was_used(facts: Sequence[Fact]) -> bool:
    """Whether somebody was let in on the charge, and no sensor has told since that nobody went through."""
    used = Released | PaidAlong | ReleasedToSensor | Passed
    ways = [fact for fact in facts if isinstance(fact, Redeemed | CreditOpened | used)]
    return bool(ways) and isinstance(ways[-1], used)
