"""
Which way a lane leads, and who may take it: vouchers go in, tickets both ways, and nobody goes into a full house.

Rules: whoever wants out is let out, whatever staff have ordered; what is refused here has cost no request.
"""

from collections.abc import Collection

from gate_controller.admission.attempt.turn import Turn
from gate_controller.admission.words.codes import Code, VoucherCode, is_ticket_number
from gate_controller.admission.words.events import Purpose
from gate_controller.admission.words.messages import Fault, MessageKind

_LET_OUT_UNDER = frozenset({Fault.SERVICE, Fault.LOCKED, Fault.WITHDRAWN, Fault.JOURNAL, Fault.KEY})
"""What keeps people from going in, and nobody from going out."""


def faults_before(code: Code, turn: Turn) -> Collection[Fault]:
    """Return why whoever holds a code is not served just now; empty where he is."""
    if turn.policy.is_way_out and is_ticket_number(code):
        return turn.faults.keys() - _LET_OUT_UNDER
    return turn.faults.keys()


def objection_to_way(code: Code, turn: Turn, purpose: Purpose | None) -> MessageKind | None:
    """Return what somebody is told who wants to begin a way that is not his; None where he may."""
    if purpose is Purpose.BALANCE:
        return MessageKind.NOT_A_VOUCHER if is_ticket_number(code) else None  # a ticket has no balance
    if VoucherCode(code) in turn.at_desk and is_ticket_number(code):
        return MessageKind.AT_THE_DESK
    if turn.policy.is_way_out:
        return None if is_ticket_number(code) else MessageKind.WAY_OUT
    return MessageKind.HOUSE_FULL if turn.is_full else None
