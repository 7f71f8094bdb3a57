"""What a scan is told that cannot be served just now, because its voucher has money on its way."""

from gate_controller.admission.attempt.attempt import Attempt
from gate_controller.admission.attempt.states import (
    Admitting,
    Credit,
    InDoubt,
    Proving,
    Recording,
    Refunding,
    Releasing,
)
from gate_controller.admission.words.messages import MessageKind


def told_unserved(a: Attempt) -> MessageKind | None:
    """Return what a scan of its voucher is told, by where its money is; None where none is on its way."""
    match a.state:
        case Releasing() | Admitting():
            return MessageKind.ALREADY_ADMITTED
        case Recording() | InDoubt() | Proving() | Credit(is_proven=False):
            return MessageKind.BEING_CHECKED  # what was charged may have been given back before a crash
        case Credit():
            return MessageKind.PAID_BUT_SHUT
        case state if isinstance(state, Refunding):
            return MessageKind.REFUND_UNDER_WAY
        case _:
            return None
