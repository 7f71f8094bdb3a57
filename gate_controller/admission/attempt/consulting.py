"""
The way of somebody who wants to know what is on his voucher: Balance is asked, told, and that is all.

Each function is one entry of the table in `transitions.py`, from which no state that writes or charges is to be had. So
nothing of it is in the journal, no incident code is told, and a crash here leaves nothing behind.
"""

from typing import assert_never

from gate_controller.admission.attempt.attempt import Attempt
from gate_controller.admission.attempt.states import Consulting
from gate_controller.admission.attempt.turn import Turn
from gate_controller.admission.words.calls import AskBalance, Balance, BalanceAnswered, CallFailed, CallFault
from gate_controller.admission.words.codes import mask
from gate_controller.admission.words.events import TimePassed
from gate_controller.admission.words.messages import Fault, MessageKind
from gate_controller.admission.words.money import Cents


def begin(a: Attempt, turn: Turn) -> None:
    """Ask what is on the voucher; nothing follows that would need a part of its visitor's time."""
    a.serve(turn)
    a.state = Consulting()
    turn.ask(AskBalance(a.id, a.code, a.begun + turn.policy.budget.redeem, urgent=True))
    turn.show(MessageKind.CHECKING)


def balance_answered(a: Attempt, state: Consulting, event: BalanceAnswered, turn: Turn) -> None:
    """Tell what is on it."""
    match event.outcome:
        case Balance() as balance:
            _tell_balance(a, balance, turn)
        case CallFailed(fault, text):
            _balance_failed(a, fault, text, turn)


def took_too_long(a: Attempt, state: Consulting, event: TimePassed, turn: Turn) -> None:
    """E-GUMA did not answer in the visitor's time."""
    if a.is_late(turn):
        _tell(a, turn, MessageKind.UNREACHABLE)


def _tell_balance(a: Attempt, balance: Balance, turn: Turn) -> None:
    is_other_currency = balance.currency is not None and balance.currency != turn.policy.currency
    if balance.voucher_code and balance.voucher_code in turn.at_desk:
        # Whatever is on it may be from before what staff have it changed by, or from after it.
        _tell(a, turn, MessageKind.AT_THE_DESK)
    elif not balance.is_redeemable:
        # Nothing on it says nothing: E-GUMA answers so for a code that it does not know.
        is_told = balance.balance > 0 and not is_other_currency
        amounts = (balance.balance, balance.total) if is_told else (None, None)
        _tell(a, turn, MessageKind.BALANCE_NOT_REDEEMABLE, *amounts, text=balance.message)
    elif is_other_currency:
        _tell(a, turn, MessageKind.WRONG_CURRENCY)
    else:
        # With a voucher that can be redeemed, E-GUMA's message is a note for staff.
        _tell(a, turn, MessageKind.BALANCE_TOLD, balance.balance, balance.total)


def _balance_failed(a: Attempt, fault: CallFault, text: str, turn: Turn) -> None:
    match fault:
        case CallFault.KEY_NOT_ACCEPTED:
            turn.fault(Fault.KEY, text)
            _tell(a, turn, MessageKind.REFUSED_OUT_OF_SERVICE, fault=Fault.KEY)
        case CallFault.REFUSED:
            _tell(a, turn, MessageKind.REFUSED_BY_EGUMA, text=text)
        case CallFault.NOT_SENT | CallFault.UNKNOWN:
            _tell(a, turn, MessageKind.UNREACHABLE)
        case _:
            assert_never(fault)


def _tell(
    a: Attempt,
    turn: Turn,
    kind: MessageKind,
    balance: Cents | None = None,
    total: Cents | None = None,
    *,
    text: str = "",
    fault: Fault | None = None,
) -> None:
    a.verdict_due = None
    turn.show(kind, balance=balance, total=total, eguma_text=text, fault=fault)
    seconds = turn.at.mono - a.begun
    turn.note(f"balance_check=told reason={kind.name.lower()} voucher={mask(a.code)} seconds={seconds:.3f}")
    a.close()
