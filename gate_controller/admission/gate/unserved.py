"""What a scan is told that cannot be served just now, because its voucher has money on its way."""

from gate_controller.admission.attempt.attempt import Attempt
from gate_controller.admission.attempt.states import (
    Admitting,
    Claim,
    Closed,
    Contributed,
    Credit,
    InDoubt,
    Proving,
    Ready,
    Recording,
    Refunding,
    Releasing,
)
from gate_controller.admission.attempt.ticket_states import CheckingIn, KeptEntry, TicketIntending
from gate_controller.admission.attempt.turn import Turn
from gate_controller.admission.words.messages import MessageKind


def told_unserved(a: Attempt) -> MessageKind | None:
    """Return what a scan of its voucher is told, by where its money is; None where none is on its way."""
    return _told_of_ticket(a) if a.ticket_number is not None else _told_of_voucher(a)


def _told_of_voucher(a: Attempt) -> MessageKind | None:
    match a.state:
        case Releasing(claim=claim) | Admitting(claim=claim):
            return MessageKind.ADMITTED_FREE if claim is Claim.FREE else MessageKind.ALREADY_ADMITTED
        case Ready() | Contributed() | Credit() if a.leader:
            return MessageKind.GIVEN_BACK
        case Recording() | InDoubt() | Proving() | Credit(is_proven=False):
            return MessageKind.BEING_CHECKED  # what was charged may have been given back before a crash
        case Credit():
            return MessageKind.PAID_BUT_SHUT
        case state if isinstance(state, Refunding):
            return MessageKind.REFUND_UNDER_WAY
        case _:
            return None


def tell_of_money(known: Attempt | None, turn: Turn, *, is_reread: bool = False) -> bool:
    """Tell a scan that is for nothing where its voucher's money is, rereads once; say whether any is on its way."""
    told = told_unserved(known) if known is not None else None
    if known is None or told is None:
        return False
    if isinstance(known.state, Credit) and known.state.is_proven:
        told = MessageKind.NOBODY_PASSED
    elif isinstance(known.state, KeptEntry):
        told = MessageKind.TICKET_KEPT
    # Who has waited for the lane is told himself, be it that the display says the same to somebody else.
    if not (is_reread and turn.shown.is_telling(told, turn.at.mono)):
        turn.show(told, incident=known.incident, price=known.price)
    return True


def _told_of_ticket(a: Attempt) -> MessageKind | None:
    match a.state:
        case Releasing() | Admitting():
            return MessageKind.TICKET_ADMITTED if a.is_entry else MessageKind.TICKET_OUT
        case KeptEntry():
            return MessageKind.TICKET_SHUT
        case TicketIntending() | CheckingIn() | Closed():
            return None
        case _:
            return MessageKind.TICKET_BEING_CHECKED
