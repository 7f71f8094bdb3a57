"""
Vouchers that have expired and may still be redeemed: a house may refuse them, and only such a house asks for Info.

It is asked beside Balance, so that no time is lost; after it for a ShortCode, whose voucher only Balance can tell.
Where Info does not come in the visitor's time, E-GUMA's note decides: it is filled where a voucher has expired
(eguma-api.md, "Vouchers"), so one without a note is taken, and one with a note is not.
"""

from gate_controller.admission.attempt.attempt import Attempt
from gate_controller.admission.attempt.states import Checking
from gate_controller.admission.attempt.turn import Turn
from gate_controller.admission.words.calls import Balance, CallFailed
from gate_controller.admission.words.codes import VoucherCode, is_short_code
from gate_controller.admission.words.info_calls import AskInfo
from gate_controller.admission.words.messages import MessageKind


def ask_beside(a: Attempt, turn: Turn) -> None:
    """Ask until when the scanned voucher is valid, where the house wants to know and the scan names a voucher."""
    if turn.policy.refuses_expired and not is_short_code(a.code):
        # On the connection that no visitor waits for: on his own it would come behind Balance.
        _ask(a, VoucherCode(a.code), turn, urgent=False)


def waits_for_info(a: Attempt, state: Checking, turn: Turn) -> bool:
    """Whether the decision needs what Info has not told yet; asks for it behind a ShortCode."""
    if not turn.policy.refuses_expired or state.info is not None:
        return False
    if is_short_code(a.code) and state.balance is None:
        _ask(a, a.voucher_code, turn, urgent=True)
    return True


def objection(state: Checking, balance: Balance, turn: Turn) -> MessageKind | None:
    """Return what a visitor is told whose voucher is too old for the house; None where it is not."""
    info = state.info
    if info is None:
        return None
    if isinstance(info, CallFailed):
        return MessageKind.UNREACHABLE if balance.message else None
    if info.valid_day is not None and turn.policy.tariff.day(turn.at.wall) > info.valid_day:
        return MessageKind.EXPIRED
    return None


def _ask(a: Attempt, voucher_code: VoucherCode, turn: Turn, *, urgent: bool) -> None:
    turn.ask(AskInfo(a.id, voucher_code, a.begun + turn.policy.budget.balance, urgent=urgent))
