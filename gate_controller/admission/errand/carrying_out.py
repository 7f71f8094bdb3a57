"""
An errand's way: ask, record, send once, and look up what became of it where that is not known.

Each function is one entry of the table in `errand_transitions.py`. What a power cut would find on disk is said where it
matters.
"""

from dataclasses import replace
from typing import assert_never

from gate_controller.admission.attempt.turn import Turn
from gate_controller.admission.errand.errand import Errand
from gate_controller.admission.errand.errand_states import Acting, Committing, Enquiring, Wondering
from gate_controller.admission.errand.looks import (
    VoucherLook,
    ask,
    ask_further,
    look_at,
    named_in,
    objection_before,
    put_down,
)
from gate_controller.admission.words.calls import Balance, BalanceAnswered, CallFailed, CallFault
from gate_controller.admission.words.codes import Code, TicketNumber, VoucherCode, is_short_code
from gate_controller.admission.words.desk_calls import (
    Activate,
    Activated,
    ActivationAnswered,
    CancelPart,
    Deactivate,
    Deactivated,
    DeactivationAnswered,
    NewAmount,
    NewBalance,
    PartCancelled,
    ToppedUp,
    TopUp,
)
from gate_controller.admission.words.errand_facts import OF_TICKETS, ErrandDoubted, ErrandKind
from gate_controller.admission.words.events import TimePassed, WriteFailed, Written
from gate_controller.admission.words.messages import Fault
from gate_controller.admission.words.money import Cents
from gate_controller.admission.words.policy import CANCEL_SECONDS, REFUND_PATIENCE_SECONDS, lookup_pause
from gate_controller.admission.words.ticket_calls import (
    CheckedIn,
    CheckedOut,
    CheckIn,
    CheckOut,
    TicketAnswered,
    TicketInfo,
    TicketRefusal,
    TicketTaken,
)

Looked = BalanceAnswered | ActivationAnswered | DeactivationAnswered | TicketAnswered
Acted = ToppedUp | PartCancelled | Activated | Deactivated | CheckedIn | CheckedOut

OTHER_VOUCHER = "E-GUMA answered about another voucher"
NOT_ASKED = "E-GUMA could not be asked"
REFUSED = "refused by E-GUMA"
NO_KEY = "key not accepted"
MORE_THAN_ALLOWED = "it is more than whoever ordered it may move at a time"
UNWRITTEN = "the journal could not be written"
UNCHANGED = "nothing has changed at E-GUMA after the settling time"
CONFIRMED = "confirmed by E-GUMA"
SEEN = "the voucher has changed by exactly that"
SEEN_THOUGH_REFUSED = "the voucher has changed by exactly that, though E-GUMA refused it in the end"
TWO_EXPLANATIONS = "whether it took effect cannot be told: the voucher has changed by something else"
NOT_LOOKED_UP = "whether it took effect cannot be told: E-GUMA does not say how the voucher is"
OTHER_END = "it took effect, and the voucher is not as it should be after it: it may have been carried out twice"


_WITHOUT_BALANCE = frozenset({ErrandKind.SALE, ErrandKind.TAKING_BACK}) | OF_TICKETS


def begin(e: Errand, turn: Turn) -> None:
    """Ask E-GUMA whether it can be done. A power cut before the record is on disk forgets it: nothing was sent."""
    turn.note(f"errand=begun what={e.wish.kind.value!r} incident={e.incident} by={e.wish.by!r}")
    ask(e, turn)


def enquired(e: Errand, state: Enquiring, event: Looked, turn: Turn) -> None:
    """Take E-GUMA's word for what can be done, and put on disk that it will be."""
    outcome = event.outcome
    if isinstance(outcome, CallFailed):
        _cannot_ask(e, outcome, turn)
    elif (named := named_in(outcome)) not in {"", e.voucher_code}:
        _learn_name(e, named, turn)
    elif objection := objection_before(e, outcome):
        e.refuse(turn, objection, "" if isinstance(outcome, TicketInfo) else outcome.message)
    else:
        put_down(e, outcome)
        _commit(e, turn)


def _commit(e: Errand, turn: Turn) -> None:
    # Who says the amount of a depot voucher is E-GUMA: what it comes to is known only here.
    if e.wish.most is not None and (e.amount or 0) > e.wish.most:
        e.refuse(turn, MORE_THAN_ALLOWED)
        return
    e.state = Committing()
    turn.write(e.begun(turn), waiting=e.id)


def _learn_name(e: Errand, voucher_code: VoucherCode, turn: Turn) -> None:
    """Ask again by the code that E-GUMA answered: only from here on nothing else moves on that voucher."""
    if not is_short_code(Code(e.voucher_code)):
        e.refuse(turn, OTHER_VOUCHER)
        return
    e.voucher_code = voucher_code
    ask(e, turn)


def _cannot_ask(e: Errand, failed: CallFailed, turn: Turn) -> None:
    match failed.fault:
        case CallFault.KEY_NOT_ACCEPTED:
            turn.fault(Fault.KEY, failed.text)
            e.refuse(turn, NO_KEY)
        case CallFault.REFUSED:
            e.refuse(turn, REFUSED, failed.text)
        case CallFault.NOT_SENT | CallFault.UNKNOWN:
            e.refuse(turn, NOT_ASKED, failed.text)
        case _:
            assert_never(failed.fault)


def committed(e: Errand, state: Committing, event: Written, turn: Turn) -> None:
    """Send it, once. A crash from here leaves it begun: it is looked up."""
    if turn.writes.failing:
        # This write worked and another one, of an earlier errand perhaps, did not: its end may be missing on disk.
        e.not_done(turn, UNWRITTEN)
        return
    e.state = Acting()
    deadline = turn.at.mono + CANCEL_SECONDS
    amount = e.amount or Cents(0)
    match e.wish.kind:
        case ErrandKind.TOP_UP:
            turn.ask(TopUp(e.id, e.voucher_code, amount, e.wish.payment_id, deadline))
        case ErrandKind.PART_VOID:
            turn.ask(CancelPart(e.id, e.voucher_code, e.wish.token, amount, deadline))
        case ErrandKind.SALE:
            turn.ask(Activate(e.id, e.voucher_code, amount if e.says_amount else None, deadline))
        case ErrandKind.TAKING_BACK:
            turn.ask(Deactivate(e.id, e.voucher_code, e.wish.reason, deadline))
        case ErrandKind.CHECK_IN:
            turn.ask(CheckIn(e.id, TicketNumber(e.voucher_code), deadline))
        case ErrandKind.CHECK_OUT:
            turn.ask(CheckOut(e.id, TicketNumber(e.voucher_code), deadline, urgent=False))
        case _:
            assert_never(e.wish.kind)


def not_committed(e: Errand, state: Committing, event: WriteFailed, turn: Turn) -> None:
    """Send nothing: what allows it is not on disk. Should it be there after all, the fact after it closes it."""
    e.not_done(turn, UNWRITTEN)


def acted(e: Errand, state: Acting | Wondering, event: Acted, turn: Turn) -> None:
    """Record what came of it, or look it up. A power cut before the record is on disk leaves it to be looked up."""
    match event.outcome:
        case NewBalance(balance):
            is_odd = e.before is not None and balance != e.before + (e.amount or 0)
            e.done(turn, CONFIRMED, balance, OTHER_END if is_odd else "")
        case NewAmount(amount):
            is_odd = amount is not None and amount != e.amount
            e.done(turn, CONFIRMED, None, OTHER_END if is_odd else "")
        case TicketTaken():
            e.done(turn, CONFIRMED, None)
        case TicketRefusal(_, message):
            _failed(e, CallFailed(CallFault.REFUSED, message), turn)
        case CallFailed() as failed:
            _failed(e, failed, turn)


def _failed(e: Errand, failed: CallFailed, turn: Turn) -> None:
    match failed.fault:
        case CallFault.NOT_SENT:
            e.not_done(turn, f"not sent: {failed.text}")
        case CallFault.KEY_NOT_ACCEPTED | CallFault.REFUSED:
            # E-GUMA has just said that it can be done: the request may have been sent twice on the way.
            if failed.fault is CallFault.KEY_NOT_ACCEPTED:
                turn.fault(Fault.KEY, failed.text)
            _wonder(e, turn, f"refused after it had been allowed: {failed.text}", failed)
        case CallFault.UNKNOWN:
            _wonder(e, turn, failed.text)
        case _:
            assert_never(failed.fault)


def _wonder(e: Errand, turn: Turn, why: str, refusal: CallFailed | None = None) -> None:
    turn.write(e.fact(ErrandDoubted, turn, why=why))
    turn.note(f"errand=in_doubt incident={e.incident} why={why!r}", alarm=True)
    settle_at = turn.at.mono + turn.policy.settle_seconds
    _look(e, Wondering(settle_at=settle_at, refusal=refusal), turn)


def _look(e: Errand, state: Wondering, turn: Turn) -> None:
    e.state = replace(state, timer=None, looked_at=turn.at.mono)
    ask(e, turn)


def looked(e: Errand, state: Wondering, event: Looked, turn: Turn) -> None:
    """Conclude from how the voucher is now, or look again."""
    outcome = event.outcome
    is_settled = state.looked_at >= state.settle_at
    if isinstance(outcome, CallFailed):
        _look_failed(e, state, outcome, turn)
        return
    if named_in(outcome) not in {"", e.voucher_code}:
        _look_later(e, state, turn)  # it is about another voucher
        return
    match look_at(e, outcome):
        case VoucherLook.DONE if state.refusal is not None and e.wish.kind in _WITHOUT_BALANCE:
            # Another till may have been quicker: what the voucher shows is then not this gate's doing.
            e.hand_to_staff(turn, TWO_EXPLANATIONS)
        case VoucherLook.DONE:
            balance = outcome.balance if isinstance(outcome, Balance) else None
            how = SEEN if state.refusal is None else SEEN_THOUGH_REFUSED
            e.done(turn, how, balance if e.before is not None else None)
        case VoucherLook.UNCHANGED if state.refusal is not None:
            is_key = state.refusal.fault is CallFault.KEY_NOT_ACCEPTED
            e.not_done(turn, NO_KEY if is_key else REFUSED, "" if is_key else state.refusal.text)
        case VoucherLook.UNCHANGED if is_settled:
            e.not_done(turn, UNCHANGED)
        case VoucherLook.FURTHER:
            ask_further(e, outcome, turn)
        case VoucherLook.UNCLEAR if is_settled:
            e.hand_to_staff(turn, TWO_EXPLANATIONS)
        case VoucherLook.UNCHANGED | VoucherLook.UNCLEAR:
            _look_later(e, state, turn)


def _look_failed(e: Errand, state: Wondering, failed: CallFailed, turn: Turn) -> None:
    """Look again; but what E-GUMA itself will not tell, and what cannot be looked at for a day, a person has to."""
    is_settled = state.looked_at >= state.settle_at
    is_overdue = turn.at.mono >= state.settle_at + REFUND_PATIENCE_SECONDS
    if (is_settled and failed.fault is CallFault.REFUSED) or is_overdue:
        e.hand_to_staff(turn, NOT_LOOKED_UP)
    else:
        _look_later(e, state, turn)


def _look_later(e: Errand, state: Wondering, turn: Turn) -> None:
    # Somebody stands at the desk for the first seconds of it.
    pause = lookup_pause(state.tries, urgent=turn.at.mono < state.settle_at - turn.policy.settle_seconds + 5.0)
    e.state = replace(state, timer=turn.at.mono + pause, tries=state.tries + 1)


def look_again(e: Errand, state: Wondering, event: TimePassed, turn: Turn) -> None:
    """Look again when due."""
    if state.timer is not None and turn.at.mono >= state.timer:
        _look(e, state, turn)
