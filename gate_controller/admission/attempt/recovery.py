"""
Facts from the journal become attempts again, after a crash or a power cut.

The last fact of an attempt says where it stood; what follows is what would have followed had the power stayed. Nothing
here moves the relay: a charge that was not used becomes a credit, for the visitor is probably still standing there.
"""

from collections.abc import Sequence

from gate_controller.admission.attempt import audit, credit, doubt, refund
from gate_controller.admission.attempt.attempt import Attempt
from gate_controller.admission.attempt.states import Claim
from gate_controller.admission.attempt.turn import Turn
from gate_controller.admission.words.codes import Code
from gate_controller.admission.words.facts import (
    UNSURE,
    UNVERIFIED,
    CreditOpened,
    Doubted,
    Evidence,
    Fact,
    Intended,
    OpenItem,
    Redeemed,
    RefundBegun,
    Released,
    ReleasedToSensor,
    SecondChargeFeared,
    Standing,
)
from gate_controller.admission.words.ids import Incident


def remembered(facts: Sequence[Fact]) -> Attempt | None:
    """Return what the facts tell of an attempt, in no particular state; None if its intent is not among them."""
    intent = next((fact for fact in facts if isinstance(fact, Intended)), None)
    if intent is None:
        return None
    a = Attempt(intent.attempt, intent.incident, intent.code, begun_wall=intent.at)
    a.voucher_code, a.price, a.balance_before = intent.voucher_code, intent.price, intent.balance_before
    a.facts = facts[-1].n + 1
    a.is_read_back = True
    for fact in facts:
        if isinstance(fact, Redeemed):
            a.evidence, a.token, a.balance_after = fact.evidence, fact.token, fact.balance_after
        if isinstance(fact, RefundBegun):
            a.refund_begun = fact
    return a


def is_resumed(facts: Sequence[Fact]) -> bool:
    """Whether the gate has still work with an attempt, from its facts in order."""
    last = facts[-1]
    return last.leaves is Standing.UNFINISHED or (isinstance(last, OpenItem) and last.repeats)


def take_up(facts: Sequence[Fact], turn: Turn) -> Attempt:
    """Return the attempt that these facts (all of one attempt, in order) tell of, ready to go on."""
    a = remembered(facts)
    if a is None:
        # Only a journal that lost its beginning has such an attempt: there is nothing the gate could settle by itself.
        last = facts[-1]
        a = Attempt(last.attempt, Incident(""), Code(""), facts=last.n + 1)
        a.hand_to_staff(turn, "the record of what was intended is missing")
        return a
    _stand(a, facts[-1], turn)
    turn.note(f"recovered incident={a.incident} last={type(facts[-1]).__name__} state={a.state.name!r}")
    return a


def _stand(a: Attempt, last: Fact, turn: Turn) -> None:
    match last:
        case Intended() | Doubted():
            doubt.read_back(a, turn)
        case Redeemed():
            a.open_credit(turn, "the gate stopped between the charge and the release")
        case ReleasedToSensor(unverified=unverified):
            claim = Claim.UNVERIFIED if unverified else Claim.CHARGE
            turn.write(a.fact(Released, turn), *audit.fear(a, claim, turn))
            if a.evidence is Evidence.UNSURE or unverified:
                a.hand_to_staff(turn, UNVERIFIED if unverified else UNSURE)
            else:
                audit.begin(a, claim, turn)
        case SecondChargeFeared():
            audit.begin(a, Claim.CHARGE, turn)
        case CreditOpened(until=until):
            credit.read_back(a, until, turn)
        case RefundBegun() | OpenItem(repeats=True):
            refund.read_back(a, turn, is_open_item=isinstance(last, OpenItem))
        case _:
            a.close()
