"""
The unknown redemption: how it is looked up, and what follows (design.md, "The unknown redemption").

It is looked up, never repeated: in E-GUMA's list of redemptions first, then in the balance. What the two mean stands in
`evidence.py`.
"""

from dataclasses import replace
from typing import assert_never

from gate_controller.admission.attempt.attempt import Attempt
from gate_controller.admission.attempt.evidence import (
    Conclusion,
    Drop,
    ListSays,
    conclude,
    conclude_without_balance,
    drop_of,
    maybe_own,
    read_list,
    taken_by_others,
)
from gate_controller.admission.attempt.states import InDoubt, Refusal
from gate_controller.admission.attempt.turn import Turn
from gate_controller.admission.words.calls import (
    AskBalance,
    AskRedemptions,
    Balance,
    BalanceAnswered,
    CallFailed,
    CallFault,
    Redemptions,
    RedemptionsAnswered,
)
from gate_controller.admission.words.events import Rescanned, TimePassed
from gate_controller.admission.words.facts import Doubted, Evidence, NotCharged
from gate_controller.admission.words.messages import Fault, MessageKind
from gate_controller.admission.words.money import Cents
from gate_controller.admission.words.policy import LOOKUP_SECONDS, lookup_pause


def begin(a: Attempt, turn: Turn, why: str, refusal: Refusal | None = None) -> None:
    """The fate of the charge is unknown from here on. A power cut before that is on disk finds the intent: the same."""
    turn.write(a.fact(Doubted, turn, why=why))
    turn.note(f"charge=in_doubt incident={a.incident} why={why!r}", alarm=True)
    settle_at = turn.at.mono + turn.policy.settle_seconds
    _look(a, InDoubt(timer=None, settle_at=settle_at, attends=a.verdict_due is not None, refusal=refusal), turn)


def read_back(a: Attempt, turn: Turn) -> None:
    """Take a doubt up that a crash has left."""
    a.state = InDoubt(timer=turn.at.mono, settle_at=turn.at.mono + turn.policy.settle_seconds)


def _look(a: Attempt, state: InDoubt, turn: Turn) -> None:
    """Start a look-up: the list first."""
    # Of two that are out, the older one's answer may come last: it must not settle anything for the newer.
    looked_at = state.looked_at if state.looking else turn.at.mono
    a.state = replace(state, timer=None, looking=state.looking + 1, looked_at=looked_at)
    deadline = turn.at.mono + LOOKUP_SECONDS
    urgent = a.verdict_due is not None
    turn.ask(AskRedemptions(a.id, a.voucher_code, a.charge(turn), a.begun_wall, deadline, urgent=urgent))


def look_later(a: Attempt, state: InDoubt, turn: Turn) -> None:
    """Look again after a pause."""
    urgent = a.verdict_due is not None
    timer = turn.at.mono + lookup_pause(state.tries, urgent=urgent)
    a.state = replace(state, timer=timer, tries=state.tries if urgent else state.tries + 1)


def list_answered(a: Attempt, state: InDoubt, event: RedemptionsAnswered, turn: Turn) -> None:
    """Found in the list, or ask the balance."""
    if isinstance(event.outcome, Redemptions):
        says = read_list(event.outcome, a.voucher_code, a.charge(turn))
        state = replace(state, list_says=says, others_took=taken_by_others(event.outcome, a.voucher_code))
    else:
        state = replace(state, list_says=ListSays.NOTHING, others_took=frozenset())
        turn.note(f"lookup=list_failed incident={a.incident} why={event.outcome.text!r}")
    if a.balance_before is None:
        _conclude_without_balance(a, replace(state, looking=max(0, state.looking - 1)), event.outcome, turn)
        return
    # Before a crash the charge may have been cancelled for want of a record, and cancelled ones may stay listed: then
    # only the balance tells whether it stands.
    if state.list_says in {ListSays.THERE, ListSays.THERE_AMONG_OTHERS} and not a.is_read_back:
        _found(a, state, turn, Evidence.LIST)
        return
    a.state = state
    deadline = turn.at.mono + LOOKUP_SECONDS
    turn.ask(AskBalance(a.id, a.voucher_code, deadline, urgent=a.verdict_due is not None))


def balance_answered(a: Attempt, state: InDoubt, event: BalanceAnswered, turn: Turn) -> None:
    """Conclude from list and balance. A power cut before that is on disk leaves the doubt as it was."""
    if a.balance_before is None:
        return  # it was not asked by this look-up, and tells it nothing
    state = replace(state, looking=max(0, state.looking - 1))
    # A look-up that began before the refusal says nothing of it.
    refusal = state.refusal if state.refusal is not None and state.looked_at >= state.refusal.at else None
    if not isinstance(event.outcome, Balance):
        turn.note(f"lookup=balance_failed incident={a.incident} why={event.outcome.text!r}")
        if refusal is not None:
            state = _refusal_tells_nothing(a, state, turn)
        look_later(a, state, turn)
        return
    now = event.outcome.balance
    drop = drop_of(a.balance_before, now, a.charge(turn))
    if refusal is not None:
        # Another till was quicker: the list shows what it took, and nothing of this gate's.
        is_explained = state.list_says is ListSays.ABSENT and a.balance_before - now in state.others_took
        if is_explained or (drop is Drop.NONE and state.list_says is not ListSays.UNEXPLAINED):
            _refuse(a, refusal.said, turn)
        else:
            look_later(a, _refusal_tells_nothing(a, state, turn), turn)
        return
    waits = state.attends and a.verdict_due is not None
    settled = state.looked_at >= state.settle_at
    _do(conclude(state.list_says, drop, waits=waits, settled=settled), a, state, turn, now)


def _conclude_without_balance(a: Attempt, state: InDoubt, told: Redemptions | CallFailed, turn: Turn) -> None:
    """A power cut took what was on the voucher before: what is on it now tells nothing."""
    settled = state.looked_at >= state.settle_at
    found = told if isinstance(told, Redemptions) else None
    mine = 0 if found is None else len(maybe_own(found, a.voucher_code, a.charge(turn)))
    _do(conclude_without_balance(found, state.list_says, mine, settled=settled), a, state, turn)


def _do(concluded: Conclusion, a: Attempt, state: InDoubt, turn: Turn, now: Cents | None = None) -> None:
    match concluded:
        case Conclusion.LOOK_AGAIN:
            look_later(a, state, turn)
        case Conclusion.NOT_CHARGED:
            _not_charged(a, state, turn)
        case Conclusion.UNTOLD:
            if a.verdict_due is not None:
                a.verdict(turn, MessageKind.BEING_CHECKED)
            a.hand_to_staff(turn, "a power cut took what was on the voucher before, and E-GUMA's list does not help")
        case Conclusion.CHARGED | Conclusion.DROPPED | Conclusion.UNSURE:
            _found(a, state, turn, concluded.value, now)
        case _:
            assert_never(concluded)


def _not_charged(a: Attempt, state: InDoubt, turn: Turn) -> None:
    is_cancelled = state.list_says is ListSays.THERE
    reason = "cancelled before the gate stopped" if is_cancelled else "no trace of a charge after the settling time"
    turn.write(a.fact(NotCharged, turn, reason=reason))
    turn.note(f"charge=settled incident={a.incident} charged=no why={reason!r}")
    a.not_charged_after_all(turn)
    a.close()


def _refuse(a: Attempt, refused: CallFailed, turn: Turn) -> None:
    """Not charged: E-GUMA said so, and the look-up shows nothing else."""
    is_key = refused.fault is CallFault.KEY_NOT_ACCEPTED
    if a.verdict_due is not None:
        kind = MessageKind.REFUSED_OUT_OF_SERVICE if is_key else MessageKind.REFUSED_BY_EGUMA
        a.verdict(turn, kind, eguma_text="" if is_key else refused.text, fault=Fault.KEY if is_key else None)
    reason = "key not accepted" if is_key else "refused by E-GUMA"
    turn.write(a.fact(NotCharged, turn, reason=reason, text="" if is_key else refused.text))
    turn.note(f"charge=settled incident={a.incident} charged=no why={reason!r}")
    a.close()


def _refusal_tells_nothing(a: Attempt, state: InDoubt, turn: Turn) -> InDoubt:
    """The refusal stands against the balance: nothing but time tells what became of the charge."""
    if a.verdict_due is not None:
        a.verdict(turn, MessageKind.BEING_CHECKED)
    return replace(state, refusal=None)


def _found(a: Attempt, state: InDoubt, turn: Turn, evidence: Evidence, balance: Cents | None = None) -> None:
    turn.note(f"charge=found incident={a.incident} evidence={evidence}", alarm=evidence is Evidence.UNSURE)
    a.record(turn, evidence, balance, replace(state, looking=0))


def scanned_again(a: Attempt, state: InDoubt, event: Rescanned, turn: Turn) -> None:
    """The visitor came back: look at once, on the visitor's connection, whatever look-up is out in the background."""
    turn.show(MessageKind.CHECKING)
    _look(a, replace(state, attends=False), turn)


def time_passed(a: Attempt, state: InDoubt, event: TimePassed, turn: Turn) -> None:
    """Tell the visitor in time; look again when due."""
    if a.is_late(turn):
        a.verdict(turn, MessageKind.BEING_CHECKED)
    if state.timer is not None and turn.at.mono >= state.timer:
        _look(a, state, turn)
