"""
The vouchers of a pool are charged, one after the other (`pool.py` has the rules).

The gate tells each whose turn it is, by where the others stand; the visitor goes along from one to the next, and his
time is that of the voucher that he scanned last.
"""

from gate_controller.admission.attempt import serving
from gate_controller.admission.attempt.attempt import Attempt
from gate_controller.admission.attempt.states import Claim, Contributed, Ready
from gate_controller.admission.attempt.turn import Turn
from gate_controller.admission.words.events import ContributionDue, PoolFailed, PoolPaid
from gate_controller.admission.words.facts import NotCharged
from gate_controller.admission.words.messages import MessageKind

ANOTHER_FAILED = "another voucher for the same admission was not charged"


def contribution_due(a: Attempt, state: Ready, event: ContributionDue, turn: Turn) -> None:
    """Charge this voucher's part; those before it are charged, and on disk."""
    before = a.pool.visitor_at if a.pool is not None else None
    if before is not None and before is not a:
        a.begun, a.verdict_due = before.begun, before.verdict_due
        before.verdict_due = None
    serving.send_redeem(a, turn)


def not_needed(a: Attempt, state: Ready, event: PoolFailed, turn: Turn) -> None:
    """Another one failed before this one was charged. A crash before that is on disk looks it up, and finds nothing."""
    if a.verdict_due is not None:
        a.verdict(turn, MessageKind.NOT_CHARGED_AFTER_ALL)
    turn.write(a.fact(NotCharged, turn, reason=ANOTHER_FAILED))
    a.close()


def in_vain(a: Attempt, state: Contributed, event: PoolFailed, turn: Turn) -> None:
    """Another one failed after this one was charged, or before, and its visitor is back: that is given back at once."""
    if a.verdict_due is not None:
        a.verdict(turn, MessageKind.GIVEN_BACK)
    a.open_credit(turn, ANOTHER_FAILED)


def all_paid(a: Attempt, state: Contributed, event: PoolPaid, turn: Turn) -> None:
    """The sum is charged and on disk: open."""
    a.release(turn, Claim.CHARGE)
