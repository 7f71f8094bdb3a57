"""What a scan is told that cannot be served just now, because its voucher has money on its way."""

from gate_controller.admission.attempt.attempt import Attempt, State
from gate_controller.admission.words.messages import MessageKind

_UNSERVED = {
    State.RECORDING: MessageKind.BEING_CHECKED,
    State.RELEASING: MessageKind.ALREADY_ADMITTED,
    State.RELEASED: MessageKind.ALREADY_ADMITTED,
    State.IN_DOUBT: MessageKind.BEING_CHECKED,
    State.CREDIT: MessageKind.PAID_BUT_SHUT,
    State.WEIGHING: MessageKind.REFUND_UNDER_WAY,
    State.REFUNDING: MessageKind.REFUND_UNDER_WAY,
}
"""By where that money is."""


def told_unserved(a: Attempt) -> MessageKind | None:
    """Return what a scan of its voucher is told; None where no money is on its way."""
    if a.state is State.CREDIT and a.unproven:
        return MessageKind.BEING_CHECKED  # it may have been given back before the crash
    return _UNSERVED.get(a.state)
