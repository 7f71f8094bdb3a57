"""
What a person at the venue may order: settle an open item, give a charge back, open the gate, end an alarm.

An objection says, in words for the person, why an order makes no sense; such an order is not carried out.
"""

from collections.abc import Mapping, Sequence

from gate_controller.admission.attempt import recovery
from gate_controller.admission.attempt.attempt import Attempt, State
from gate_controller.admission.attempt.refund import begin as begin_refund
from gate_controller.admission.attempt.turn import Turn
from gate_controller.admission.words.facts import Fact, Intended, Redeemed, Refunded, Settled, Standing
from gate_controller.admission.words.messages import HOLDS, Fault


def objection_to_settling(facts: Sequence[Fact]) -> str:
    """Return why an attempt cannot be settled by a person; empty where it can."""
    return "" if facts[-1].leaves is Standing.OPEN else "is not an open item: there is nothing to settle"


def objection_to_refund(facts: Sequence[Fact]) -> str:
    """Return why an attempt's charge cannot be given back; empty where it can."""
    charges = [fact for fact in facts if isinstance(fact, Redeemed)]
    if not charges:
        return "holds no charge: there is nothing to give back"
    if any(isinstance(fact, Refunded) for fact in facts):
        return "has been given back already"
    if isinstance(facts[-1], Settled):
        return f"was settled by {facts[-1].by} ({facts[-1].reason}): a refund now would give it back twice"
    if all(charge.token is None for charge in charges):
        return "has no redeem token, so E-GUMA cannot cancel it: give it back by hand, then settle it"
    if not any(isinstance(fact, Intended) for fact in facts):
        return "has no record of what was intended"
    return ""


def objection_to_release(faults: Mapping[Fault, str], is_taken: bool) -> str:
    """Return why staff cannot let somebody in just now; empty where they can."""
    if is_taken:
        return "somebody is being served: wait until the lane is free"
    for fault in (Fault.RELAY, Fault.BLOCKED):
        if fault in faults:
            return f"it cannot open: {faults[fault]}"
    return "it stands open already" if HOLDS & faults.keys() else ""


def objection_to_resuming(waits_for_staff: bool, faults: Mapping[Fault, str]) -> str:
    """Return why an alarm cannot be ended by a person; empty where it can."""
    if waits_for_staff:
        return ""
    if Fault.FIRE in faults:
        return "the fire contact still reports an alarm: it has to close first"
    return "there is no alarm: nothing to resume from"


def settle(facts: Sequence[Fact], by: str, reason: str, turn: Turn) -> None:
    """Take an open item off the staff's list."""
    if objection_to_settling(facts):
        return
    last = facts[-1]
    turn.write(Settled(last.attempt, last.n + 1, turn.at.wall, by=by, reason=reason))
    turn.note(f"open_item=settled attempt={last.attempt} by={by!r} reason={reason!r}")


def refund(facts: Sequence[Fact], known: Attempt | None, by: str, turn: Turn) -> Attempt | None:
    """Begin to give a charge back; `known` is the attempt if the gate still has work with it."""
    a = known if known is not None else recovery.remembered(facts)
    if objection_to_refund(facts) or a is None or (known is not None and known.state is not State.CREDIT):
        return None
    turn.note(f"refund=ordered incident={a.incident} by={by!r}")
    begin_refund(a, turn, by)
    return a
