"""
The refund: a charge that nobody used, or that staff want given back, is cancelled; else it becomes an open item.

It is repeated until E-GUMA accepts; after a day staff are told as well. E-GUMA refuses to cancel more than was redeemed
(eguma-api.md), so repeating gives nothing back twice. A refusal after a lost answer is judged by the balance: it has
risen by exactly the price since it was weighed before the first cancellation, or a person has to look.
"""

from typing import assert_never

from gate_controller.admission.attempt import audit
from gate_controller.admission.attempt.attempt import Attempt, State
from gate_controller.admission.attempt.turn import Turn
from gate_controller.admission.words.commands import AskBalance, Cancel
from gate_controller.admission.words.events import (
    BalanceAnswered,
    CancelAnswered,
    Rescanned,
    TimePassed,
    WriteFailed,
    Written,
)
from gate_controller.admission.words.facts import OpenItem, RefundBegun, Refunded
from gate_controller.admission.words.messages import Fault, MessageKind
from gate_controller.admission.words.money import Cents
from gate_controller.admission.words.outcomes import Balance, CallFailed, CallFault, Cancelled
from gate_controller.admission.words.policy import CANCEL_SECONDS, LOOKUP_SECONDS, REFUND_PATIENCE_SECONDS, refund_pause


def begin(a: Attempt, turn: Turn, by: str = "") -> None:
    """
    Weigh the voucher first; `by` is who ordered it, where a person did.

    A power cut while it is weighed forgets the refund: a credit comes to it again, a person has to order it again.
    """
    a.refund_by, a.timer, a.tries = by, None, 0
    a.refund_unknown = a.refund_unknown or a.unproven
    if a.refund_unknown:
        _record(a, turn)  # an earlier cancellation may have taken effect: the balance after the charge has to do
    else:
        a.state = State.WEIGHING
        turn.ask(AskBalance(a.id, a.voucher_code, turn.at.mono + LOOKUP_SECONDS, urgent=False))


def weighed(a: Attempt, event: BalanceAnswered, turn: Turn) -> None:
    """Record what is on the voucher, and that cancellations may be sent from here on."""
    if isinstance(event.outcome, Balance):
        a.weighed = event.outcome.balance
    _record(a, turn)


def _record(a: Attempt, turn: Turn) -> None:
    a.state, a.timer = State.REFUNDING, None
    if a.refund_since is None:
        a.refund_since = turn.at.wall
    turn.write(a.fact(RefundBegun, turn, by=a.refund_by, balance=a.weighed), waiting=a.id)


def weighing_takes_time(a: Attempt, event: TimePassed, turn: Turn) -> None:
    """Tell the visitor in time; the balance, or that it did not come, is on its way."""
    if a.is_late(turn):
        a.verdict(turn, MessageKind.BEING_CHECKED)


def recorded(a: Attempt, event: Written, turn: Turn) -> None:
    """Send the first cancellation. A power cut from here finds that one may have been sent."""
    a.refund_recorded = True
    _cancel(a, turn)


def not_recorded(a: Attempt, event: WriteFailed, turn: Turn) -> None:
    """Wait for the journal."""
    _retry_later(a, turn)


def _cancel(a: Attempt, turn: Turn) -> None:
    if a.token is None:
        a.hand_to_staff(turn, "charged and not used; without a token it cannot be refunded")
        return
    a.timer = None
    turn.ask(Cancel(a.id, a.voucher_code, a.token, a.charge(turn), turn.at.mono + CANCEL_SECONDS))


def _retry_later(a: Attempt, turn: Turn) -> None:
    a.timer = turn.at.mono + refund_pause(a.tries)
    a.tries += 1
    is_overdue = a.refund_since is not None and turn.at.wall >= a.refund_since + REFUND_PATIENCE_SECONDS
    if is_overdue and not a.is_open_item:
        # A power cut before this is on disk finds the refund as it was, and tells staff at the next failure.
        a.is_open_item = True
        reason = "E-GUMA has not accepted the refund within a day; the gate goes on trying"
        turn.write(a.fact(OpenItem, turn, reason=reason, repeats=True))
        turn.note(f"open_item incident={a.incident} reason={reason!r}", alarm=True)


def cancel_answered(a: Attempt, event: CancelAnswered, turn: Turn) -> None:
    """Done, or repeat, or find out what a refusal means."""
    match event.outcome:
        case Cancelled():
            _refunded(a, turn, "confirmed by E-GUMA")
        case CallFailed(fault, text):
            _cancel_failed(a, fault, text, turn)


def _cancel_failed(a: Attempt, fault: CallFault, text: str, turn: Turn) -> None:
    match fault:
        case CallFault.REFUSED:
            turn.note(f"refund=refused incident={a.incident} text={text!r}", alarm=True)
            if a.refund_unknown:
                a.refusal_asked = True
                turn.ask(AskBalance(a.id, a.voucher_code, turn.at.mono + LOOKUP_SECONDS, urgent=False))
            else:
                _refuse_refund(a, turn, f"E-GUMA refused the refund: {text}")
        case CallFault.KEY_NOT_ACCEPTED:
            turn.fault(Fault.KEY, text)
            _retry_later(a, turn)
        case CallFault.NOT_SENT:
            _retry_later(a, turn)
        case CallFault.UNKNOWN:
            a.refund_unknown = True
            _retry_later(a, turn)
        case _:
            assert_never(fault)


def refusal_checked(a: Attempt, event: BalanceAnswered, turn: Turn) -> None:
    """A balance that rose by exactly the price shows that the cancellation with the lost answer had worked."""
    if not a.refusal_asked:
        return
    a.refusal_asked = False
    if not isinstance(event.outcome, Balance):
        _retry_later(a, turn)
    elif event.outcome.balance == _before_cancelling(a, turn) + a.charge(turn):
        _refunded(a, turn, "the balance has risen by the price")
    else:
        _refuse_refund(a, turn, "E-GUMA refused the refund, and the balance does not show that it took place")


def _before_cancelling(a: Attempt, turn: Turn) -> Cents:
    if a.weighed is not None:
        return a.weighed
    return a.balance_after if a.balance_after is not None else Cents(a.balance_before - a.charge(turn))


def is_out(a: Attempt) -> bool:
    """Whether a cancellation is out, or about to be: what becomes of the charge is not in the gate's hands just now."""
    return a.timer is None


def _refunded(a: Attempt, turn: Turn, how: str) -> None:
    turn.write(a.fact(Refunded, turn, how=how), *audit.fear(a, turn))
    turn.note(f"refund=done incident={a.incident} how={how!r}")
    if a.on_credit:
        a.not_charged_after_all(turn)
    elif a.verdict_due is not None:
        a.verdict(turn, MessageKind.CHARGE_CANCELLED)
    audit.begin(a, turn)


def _refuse_refund(a: Attempt, turn: Turn, reason: str) -> None:
    if a.verdict_due is not None:
        a.verdict(turn, MessageKind.BEING_CHECKED)
    a.hand_to_staff(turn, reason)


def scanned_again(a: Attempt, event: Rescanned, turn: Turn) -> None:
    """Tell the visitor where the earlier charge is: another one meanwhile would blur the evidence about it."""
    a.verdict(turn, MessageKind.REFUND_UNDER_WAY)


def time_passed(a: Attempt, event: TimePassed, turn: Turn) -> None:
    """Tell the visitor in time; repeat when due."""
    if a.is_late(turn):
        a.verdict(turn, MessageKind.BEING_CHECKED)
    if a.timer is not None and turn.at.mono >= a.timer:
        if a.refund_recorded:
            _cancel(a, turn)
        else:
            _record(a, turn)
