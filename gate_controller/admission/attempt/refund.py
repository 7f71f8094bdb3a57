"""
The refund: a charge that nobody used, or that staff want given back, is cancelled; else it becomes an open item.

It is repeated until E-GUMA accepts; after a day staff are told as well. E-GUMA refuses to cancel more than was redeemed
(eguma-api.md), so repeating gives nothing back twice. A refusal after a lost answer is judged by the balance: it has
risen by exactly the price since it was weighed before the first cancellation, or a person has to look.
"""

from dataclasses import replace
from typing import assert_never

from gate_controller.admission.attempt import audit
from gate_controller.admission.attempt.attempt import Attempt
from gate_controller.admission.attempt.states import (
    Cancelling,
    Claim,
    Credit,
    Refund,
    Refunding,
    RefundRecording,
    RefundUnrecorded,
    RefundWaiting,
    RefusalChecking,
    Weighing,
)
from gate_controller.admission.attempt.turn import Turn
from gate_controller.admission.words.calls import (
    AskBalance,
    Balance,
    BalanceAnswered,
    CallFailed,
    CallFault,
    Cancel,
    CancelAnswered,
    Cancelled,
)
from gate_controller.admission.words.events import Rescanned, TimePassed, WriteFailed, Written
from gate_controller.admission.words.facts import OpenItem, RefundBegun, Refunded
from gate_controller.admission.words.messages import Fault, MessageKind
from gate_controller.admission.words.money import Cents
from gate_controller.admission.words.policy import CANCEL_SECONDS, LOOKUP_SECONDS, REFUND_PATIENCE_SECONDS, refund_pause


def begin(a: Attempt, turn: Turn, by: str = "", reason: str = "", *, is_claimed: bool = False) -> None:
    """
    Weigh the voucher first; `by` is who ordered it, where a person did, and `reason` why.

    A power cut while it is weighed forgets the refund: a credit comes to it again, a person has to order it again.
    """
    earlier = a.refund_begun
    is_proven = isinstance(a.state, Credit) and a.state.is_proven
    # What has happened to the voucher since the admission (a top-up, say) must not look like this refund.
    is_proven = is_proven or (earlier is None and a.is_used_here)
    refund = Refund(
        by=by,
        reason=reason,
        is_claimed=is_claimed,
        is_unknown=not is_proven,
        weighed=None if earlier is None else earlier.balance,
        since=None if earlier is None else earlier.at,
    )
    if is_proven:
        a.state = Weighing(refund=refund)
        turn.ask(AskBalance(a.id, a.voucher_code, turn.at.mono + LOOKUP_SECONDS, urgent=False))
    else:
        _record(
            a, refund, turn
        )  # an earlier cancellation may have taken effect: the balance after the charge has to do


def read_back(a: Attempt, turn: Turn, *, is_open_item: bool) -> None:
    """Take a refund up that was begun before a crash: a cancellation may have been sent, and may have worked."""
    begun = a.refund_begun
    refund = Refund(
        is_unknown=True,
        weighed=None if begun is None else begun.balance,
        since=None if begun is None else begun.at,
        is_open_item=is_open_item,
    )
    a.state = RefundWaiting(refund=refund, timer=turn.at.mono)


def weighed(a: Attempt, state: Weighing, event: BalanceAnswered, turn: Turn) -> None:
    """Record what is on the voucher, and that cancellations may be sent from here on."""
    balance = event.outcome.balance if isinstance(event.outcome, Balance) else state.refund.weighed
    _record(a, replace(state.refund, weighed=balance), turn)


def _record(a: Attempt, refund: Refund, turn: Turn) -> None:
    refund = replace(refund, since=turn.at.wall if refund.since is None else refund.since)
    a.state = RefundRecording(refund=refund)
    turn.write(a.fact(RefundBegun, turn, by=refund.by, reason=refund.reason, balance=refund.weighed), waiting=a.id)


def recorded(a: Attempt, state: RefundRecording, event: Written, turn: Turn) -> None:
    """Send the first cancellation. A power cut from here finds that one may have been sent."""
    _cancel(a, state.refund, turn)


def not_recorded(a: Attempt, state: RefundRecording, event: WriteFailed, turn: Turn) -> None:
    """Wait for the journal."""
    refund, timer = _later(a, state.refund, turn)
    a.state = RefundUnrecorded(refund=refund, timer=timer)


def _cancel(a: Attempt, refund: Refund, turn: Turn) -> None:
    if a.token is None:
        a.hand_to_staff(turn, "charged and not used; without a token it cannot be refunded")
        return
    a.state = Cancelling(refund=refund)
    turn.ask(Cancel(a.id, a.voucher_code, a.token, a.standing_charge(turn), turn.at.mono + CANCEL_SECONDS))


def _cancel_later(a: Attempt, refund: Refund, turn: Turn) -> None:
    refund, timer = _later(a, refund, turn)
    a.state = RefundWaiting(refund=refund, timer=timer)


def _later(a: Attempt, refund: Refund, turn: Turn) -> tuple[Refund, float]:
    """Return when (monotonic) a refund is tried again, and what it is by then; tell staff of one that is overdue."""
    timer = turn.at.mono + refund_pause(refund.tries)
    is_overdue = refund.since is not None and turn.at.wall >= refund.since + REFUND_PATIENCE_SECONDS
    if is_overdue and not refund.is_open_item:
        # A power cut before this is on disk finds the refund as it was, and tells staff at the next failure.
        reason = "E-GUMA has not accepted the refund within a day; the gate goes on trying"
        turn.write(a.fact(OpenItem, turn, reason=reason, repeats=True))
        turn.note(f"open_item=opened incident={a.incident} reason={reason!r}", alarm=True)
    return replace(refund, tries=refund.tries + 1, is_open_item=refund.is_open_item or is_overdue), timer


def cancel_answered(a: Attempt, state: Cancelling, event: CancelAnswered, turn: Turn) -> None:
    """Done, or repeat, or find out what a refusal means."""
    match event.outcome:
        case Cancelled():
            _refunded(a, state.refund, turn, "confirmed by E-GUMA")
        case CallFailed(fault, text):
            _cancel_failed(a, state.refund, fault, text, turn)


def _cancel_failed(a: Attempt, refund: Refund, fault: CallFault, text: str, turn: Turn) -> None:
    match fault:
        case CallFault.REFUSED:
            turn.note(f"refund=refused incident={a.incident} text={text!r}", alarm=True)
            # The first may be refused and carried out, where something on the way has sent it twice.
            a.state = RefusalChecking(refund=refund, text=text)
            turn.ask(AskBalance(a.id, a.voucher_code, turn.at.mono + LOOKUP_SECONDS, urgent=False))
        case CallFault.KEY_NOT_ACCEPTED:
            turn.fault(Fault.KEY, text)
            _cancel_later(a, refund, turn)
        case CallFault.NOT_SENT:
            _cancel_later(a, refund, turn)
        case CallFault.UNKNOWN:
            _cancel_later(a, replace(refund, is_unknown=True), turn)
        case _:
            assert_never(fault)


def refusal_checked(a: Attempt, state: RefusalChecking, event: BalanceAnswered, turn: Turn) -> None:
    """A balance that rose by exactly the price shows that a cancellation had worked; the same one, that none had."""
    before = _before_cancelling(a, state.refund)
    if not isinstance(event.outcome, Balance):
        _cancel_later(a, state.refund, turn)
    elif event.outcome.balance - a.standing_charge(turn) == before:
        _refunded(a, state.refund, turn, "the balance has risen by the price")
    elif event.outcome.balance == before and not state.refund.is_unknown:
        _refuse_refund(a, turn, f"E-GUMA refused the refund: {state.text}")
    else:
        why = "E-GUMA refused the refund, and the balance does not show that it took place"
        _refuse_refund(a, turn, why, perhaps_back=True)


def _before_cancelling(a: Attempt, refund: Refund) -> Cents | None:
    if refund.weighed is not None or a.balance_after is None:
        return refund.weighed
    return Cents(a.balance_after + a.voided)


def is_out(a: Attempt) -> bool:
    """Whether a cancellation is out, or about to be: what becomes of the charge is not in the gate's hands just now."""
    return isinstance(a.state, RefundRecording | Cancelling | RefusalChecking)


def _refunded(a: Attempt, refund: Refund, turn: Turn, how: str) -> None:
    turn.write(a.fact(Refunded, turn, how=how), *audit.fear(a, Claim.CHARGE, turn))
    turn.note(f"refund=done incident={a.incident} how={how!r}")
    if refund.is_claimed:
        a.not_charged_after_all(turn)
    elif a.verdict_due is not None:
        a.verdict(turn, MessageKind.CHARGE_CANCELLED)
    audit.begin(a, Claim.CHARGE, turn, stands=False)


def _refuse_refund(a: Attempt, turn: Turn, reason: str, *, perhaps_back: bool = False) -> None:
    if a.verdict_due is not None:
        a.verdict(turn, MessageKind.BEING_CHECKED)
    a.hand_to_staff(turn, reason, perhaps_back=perhaps_back)


def scanned_again(a: Attempt, state: Refunding, event: Rescanned, turn: Turn) -> None:
    """Tell the visitor where the earlier charge is: another one meanwhile would blur the evidence about it."""
    a.verdict(turn, MessageKind.REFUND_UNDER_WAY)


def takes_time(a: Attempt, state: Refunding, event: TimePassed, turn: Turn) -> None:
    """Tell the visitor in time; what is awaited is on its way."""
    if a.is_late(turn):
        a.verdict(turn, MessageKind.BEING_CHECKED)


def record_again(a: Attempt, state: RefundUnrecorded, event: TimePassed, turn: Turn) -> None:
    """Tell the visitor in time; try the journal again when due."""
    takes_time(a, state, event, turn)
    if turn.at.mono >= state.timer:
        _record(a, state.refund, turn)


def cancel_again(a: Attempt, state: RefundWaiting, event: TimePassed, turn: Turn) -> None:
    """Tell the visitor in time; repeat the cancellation when due. E-GUMA applies it once."""
    takes_time(a, state, event, turn)
    if turn.at.mono >= state.timer:
        _cancel(a, state.refund, turn)
