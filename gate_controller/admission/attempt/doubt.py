"""
The unknown redemption: how it is looked up, and what follows (design.md, "The unknown redemption").

It is looked up, never repeated: in E-GUMA's list of redemptions first, then in the balance. What the two mean stands in
`evidence.py`.
"""

from typing import assert_never

from gate_controller.admission.attempt.attempt import Attempt, State
from gate_controller.admission.attempt.evidence import (
    Conclusion,
    Drop,
    ListSays,
    conclude,
    drop_of,
    read_list,
    taken_by_others,
)
from gate_controller.admission.attempt.turn import Turn
from gate_controller.admission.words.commands import AskBalance, AskRedemptions
from gate_controller.admission.words.events import BalanceAnswered, RedemptionsAnswered, Rescanned, TimePassed
from gate_controller.admission.words.facts import Doubted, Evidence, NotCharged
from gate_controller.admission.words.messages import Fault, MessageKind
from gate_controller.admission.words.money import Cents
from gate_controller.admission.words.outcomes import Balance, CallFault, Redemptions
from gate_controller.admission.words.policy import LOOKUP_SECONDS, lookup_pause


def begin(a: Attempt, turn: Turn, why: str) -> None:
    """The fate of the charge is unknown from here on. A power cut before that is on disk finds the intent: the same."""
    a.state, a.attends = State.IN_DOUBT, a.verdict_due is not None
    a.settle_at = turn.at.mono + turn.policy.settle_seconds
    a.tries = 0
    turn.write(a.fact(Doubted, turn, why=why))
    turn.note(f"charge=in_doubt incident={a.incident} why={why!r}", alarm=True)
    look(a, turn)


def look(a: Attempt, turn: Turn) -> None:
    """Start a look-up: the list first."""
    if not a.looking:
        # Of two that are out, the older one's answer may come last: it must not settle anything for the newer.
        a.looked_at = turn.at.mono
    a.looking, a.timer = a.looking + 1, None
    deadline = turn.at.mono + LOOKUP_SECONDS
    urgent = a.verdict_due is not None
    turn.ask(AskRedemptions(a.id, a.voucher_code, a.charge(turn), a.begun_wall, deadline, urgent=urgent))


def look_later(a: Attempt, turn: Turn) -> None:
    """Look again after a pause."""
    urgent = a.verdict_due is not None
    a.timer = turn.at.mono + lookup_pause(a.tries, urgent=urgent)
    if not urgent:
        a.tries += 1


def list_answered(a: Attempt, event: RedemptionsAnswered, turn: Turn) -> None:
    """Found in the list, or ask the balance."""
    if isinstance(event.outcome, Redemptions):
        a.list_says = read_list(event.outcome, a.voucher_code, a.charge(turn))
        a.others_took = taken_by_others(event.outcome, a.voucher_code)
    else:
        a.list_says, a.others_took = ListSays.NOTHING, frozenset()
        turn.note(f"lookup=list_failed incident={a.incident} why={event.outcome.text!r}")
    # Before a crash the charge may have been cancelled for want of a record, and cancelled ones may stay listed: then
    # only the balance tells whether it stands.
    if a.list_says in {ListSays.THERE, ListSays.THERE_AMONG_OTHERS} and not a.unproven:
        _found(a, turn, Evidence.LIST)
        return
    deadline = turn.at.mono + LOOKUP_SECONDS
    turn.ask(AskBalance(a.id, a.voucher_code, deadline, urgent=a.verdict_due is not None))


def balance_answered(a: Attempt, event: BalanceAnswered, turn: Turn) -> None:
    """Conclude from list and balance. A power cut before that is on disk leaves the doubt as it was."""
    a.looking = max(0, a.looking - 1)
    is_refused = _refusal_tells(a)
    if not isinstance(event.outcome, Balance):
        turn.note(f"lookup=balance_failed incident={a.incident} why={event.outcome.text!r}")
        if is_refused:
            _refusal_tells_nothing(a, turn)
        look_later(a, turn)
        return
    now = event.outcome.balance
    drop = drop_of(a.balance_before, now, a.charge(turn))
    if is_refused:
        # Another till was quicker: the list shows what it took, and nothing of this gate's.
        is_explained = a.list_says is ListSays.ABSENT and a.balance_before - now in a.others_took
        if is_explained or (drop is Drop.NONE and a.list_says is not ListSays.UNEXPLAINED):
            _refuse(a, turn)
        else:
            _refusal_tells_nothing(a, turn)
            look_later(a, turn)
        return
    waits = a.attends and a.verdict_due is not None
    concluded = conclude(a.list_says, drop, waits=waits, settled=a.looked_at >= a.settle_at)
    match concluded:
        case Conclusion.LOOK_AGAIN:
            look_later(a, turn)
        case Conclusion.NOT_CHARGED:
            _not_charged(a, turn)
        case Conclusion.CHARGED | Conclusion.DROPPED | Conclusion.UNSURE:
            _found(a, turn, concluded.value, now)
        case _:
            assert_never(concluded)


def _not_charged(a: Attempt, turn: Turn) -> None:
    is_cancelled = a.list_says is ListSays.THERE
    reason = "cancelled before the gate stopped" if is_cancelled else "no trace of a charge after the settling time"
    turn.write(a.fact(NotCharged, turn, reason=reason))
    turn.note(f"charge=settled incident={a.incident} charged=no why={reason!r}")
    a.not_charged_after_all(turn)
    a.close()


def _refusal_tells(a: Attempt) -> bool:
    """Whether E-GUMA refused the charge, and the newest look-up began after that."""
    return a.refused is not None and a.looked_at >= a.refused_at


def _refuse(a: Attempt, turn: Turn) -> None:
    """Not charged: E-GUMA said so, and the look-up shows nothing else."""
    refused, a.refused = a.refused, None
    if refused is None:
        return
    is_key = refused.fault is CallFault.KEY_NOT_ACCEPTED
    if a.verdict_due is not None:
        kind = MessageKind.REFUSED_OUT_OF_SERVICE if is_key else MessageKind.REFUSED_BY_EGUMA
        a.verdict(turn, kind, eguma_text="" if is_key else refused.text, fault=Fault.KEY if is_key else None)
    reason = "key not accepted" if is_key else "refused by E-GUMA"
    turn.write(a.fact(NotCharged, turn, reason=reason, text="" if is_key else refused.text))
    turn.note(f"charge=settled incident={a.incident} charged=no why={reason!r}")
    a.close()


def _refusal_tells_nothing(a: Attempt, turn: Turn) -> None:
    """The refusal stands against the balance: nothing but time tells what became of the charge."""
    a.refused = None
    if a.verdict_due is not None:
        a.verdict(turn, MessageKind.BEING_CHECKED)


def _found(a: Attempt, turn: Turn, evidence: Evidence, balance: Cents | None = None) -> None:
    turn.note(f"charge=found incident={a.incident} evidence={evidence}", alarm=evidence is Evidence.UNSURE)
    a.record(turn, evidence, None, balance)


def scanned_again(a: Attempt, event: Rescanned, turn: Turn) -> None:
    """The visitor came back: look at once, on the visitor's connection, whatever look-up is out in the background."""
    a.attends = False
    turn.show(MessageKind.CHECKING)
    look(a, turn)


def time_passed(a: Attempt, event: TimePassed, turn: Turn) -> None:
    """Tell the visitor in time; look again when due."""
    if a.is_late(turn):
        a.verdict(turn, MessageKind.BEING_CHECKED)
    if a.timer is not None and turn.at.mono >= a.timer:
        look(a, turn)
