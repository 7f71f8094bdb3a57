"""
Facts from the journal become attempts again, after a crash or a power cut.

The last fact of an attempt says where it stood; what follows is what would have followed had the power stayed. Nothing
here moves the relay: a charge that was not used becomes a credit, for the visitor is probably still standing there.
"""

from collections.abc import Sequence

from gate_controller.admission.attempt import audit, credit, doubt, free, refund, ticket_recovery
from gate_controller.admission.attempt.attempt import Attempt
from gate_controller.admission.attempt.states import Claim
from gate_controller.admission.attempt.turn import Turn
from gate_controller.admission.words.codes import Code, is_short_code
from gate_controller.admission.words.errand_facts import PartVoided
from gate_controller.admission.words.facts import (
    UNSURE,
    UNVERIFIED,
    Adopted,
    Approved,
    CreditOpened,
    Doubted,
    Evidence,
    Fact,
    Intended,
    NotCharged,
    OpenItem,
    PaidAlong,
    Passed,
    Redeemed,
    RefundBegun,
    Refunded,
    Released,
    ReleasedToSensor,
    SecondChargeFeared,
    Standing,
    approval,
    voucher_of,
)
from gate_controller.admission.words.free_facts import FreeEntry
from gate_controller.admission.words.ids import Incident
from gate_controller.admission.words.money import Cents


def remembered(facts: Sequence[Fact]) -> Attempt | None:
    """Return what the facts tell of an attempt, in no particular state; None if its intent is not among them."""
    intent = next((fact for fact in facts if isinstance(fact, Intended)), None)
    if intent is None:
        return None
    a = Attempt(intent.attempt, intent.incident, intent.code, begun_wall=intent.at, price=intent.price)
    a.voucher_code, a.leader = voucher_of(facts), intent.leader
    if (approved := approval(facts)) is not None:
        a.begun_wall, a.balance_before = approved.at, approved.balance_before
    a.facts = facts[-1].n + 1
    a.is_read_back = True
    for fact in facts:
        if isinstance(fact, Redeemed):
            a.evidence, a.token, a.balance_after = fact.evidence, fact.token, fact.balance_after
        if isinstance(fact, RefundBegun):
            a.refund_begun = fact
        if isinstance(fact, Released | PaidAlong | Passed):
            a.is_used_here = True
        elif isinstance(fact, Adopted) or (isinstance(fact, OpenItem) and fact.is_foreign):
            a.is_used_here = False
        if isinstance(fact, PartVoided):
            a.voided = Cents(a.voided + fact.amount)
    return a


def is_resumed(facts: Sequence[Fact]) -> bool:
    """Whether the gate has still work with an attempt, from its facts in order."""
    last = facts[-1]
    return last.leaves is Standing.UNFINISHED or (isinstance(last, OpenItem) and last.repeats)


FOREIGN = (
    "the journal came from another machine, or is an older copy: it may have gone on with this elsewhere, or since: "
    "`journal adopt` says that it has not"
)


def take_up(facts: Sequence[Fact], turn: Turn, *, is_foreign: bool = False) -> Attempt:
    """
    Return the attempt that these facts (all of one attempt, in order) tell of, ready to go on.

    `is_foreign`: the journal is another machine's, or a backup, and this may be settled since: then a person decides.
    """
    granted = next((fact for fact in facts if isinstance(fact, FreeEntry)), None)
    if granted is not None:
        return _end_free(granted, facts, turn)
    a = remembered(facts) or ticket_recovery.remembered(facts)
    if a is None:
        # Only a journal that lost its beginning has such an attempt: there is nothing the gate could settle by itself.
        last = facts[-1]
        a = Attempt(last.attempt, Incident(""), Code(""), facts=last.n + 1)
        a.hand_to_staff(turn, "the record of what was intended is missing")
        return a
    if is_foreign:
        a.hand_to_staff(turn, FOREIGN, is_foreign=True, perhaps_back=a.refund_begun is not None)
        return a
    if a.ticket_number is None:
        _stand(a, facts, turn)
    else:
        ticket_recovery.stand(a, _newest_of_its_own(facts), turn)
    turn.note(f"attempt=recovered incident={a.incident} last={type(facts[-1]).__name__} state={a.state.name!r}")
    return a


def _end_free(granted: FreeEntry, facts: Sequence[Fact], turn: Turn) -> Attempt:
    """End a free entry, whosever journal it is from: no money hangs on it. Let in, or nobody can say: it was used."""
    a = Attempt(granted.attempt, granted.incident, granted.code, facts=facts[-1].n + 1, free=granted)
    a.voucher_code, a.price = granted.voucher_code, granted.worth
    if isinstance(facts[-1], ReleasedToSensor):
        turn.write(a.fact(Released, turn))
        a.close()
    else:
        free.unused(a, turn, "the gate stopped before it opened")
    turn.note(f"attempt=recovered incident={a.incident} last={type(facts[-1]).__name__} state={a.state.name!r}")
    return a


def _newest_of_its_own(facts: Sequence[Fact]) -> Fact:
    """Return the last fact but for what the move to another machine has added."""
    own = (f for f in reversed(facts) if not isinstance(f, Adopted) and not (isinstance(f, OpenItem) and f.is_foreign))
    return next(own, facts[-1])


def _stand(a: Attempt, facts: Sequence[Fact], turn: Turn) -> None:
    last = _newest_of_its_own(facts)
    match last:
        case Intended() if _is_surely_unsent(last, turn, is_newest=last is facts[-1]):
            turn.write(a.fact(NotCharged, turn, reason="the gate stopped before Redeem was sent"))
            a.close()
        case Intended() | Approved() | Doubted():
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
            audit.begin(a, Claim.CHARGE, turn, stands=not any(isinstance(fact, Refunded) for fact in facts))
        case CreditOpened(until=until):
            credit.read_back(a, until, turn)
        case RefundBegun() | OpenItem(repeats=True):
            refund.read_back(a, turn, is_open_item=isinstance(last, OpenItem))
        case _:
            a.close()


def _is_surely_unsent(intent: Intended, turn: Turn, *, is_newest: bool) -> bool:
    """
    Whether Redeem was not sent, where the last fact of an attempt is its intent, but for an adoption (`is_newest`): a
    backup may have been made before the next one.

    Before Redeem is sent, `Approved` is written: a crash of the process keeps that, a power cut only where it was
    synced. It is synced where the scan was no voucher code, or the clock was not sure.
    """
    if intent.balance_before is not None:
        return False  # written after Balance was asked, by a version that wrote both at once
    is_same_boot = is_newest and bool(intent.boot) and intent.boot == turn.policy.boot
    return is_same_boot or is_short_code(intent.code) or not intent.is_dated
