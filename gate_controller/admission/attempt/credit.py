"""
The credit: a charge that nobody used opens the gate once more for its voucher, without another charge.

It is the first end of every unused charge, however that came about (design.md, "One rule for every unused charge"); one
that lapses is given back (`refund.py`).
"""

from gate_controller.admission.attempt import refund
from gate_controller.admission.attempt.attempt import Attempt, State
from gate_controller.admission.attempt.turn import Turn
from gate_controller.admission.words.commands import AskBalance
from gate_controller.admission.words.events import BalanceAnswered, Rescanned, TimePassed
from gate_controller.admission.words.messages import MessageKind
from gate_controller.admission.words.outcomes import Balance

CLOCK_SECONDS = 1.0
"""How often is looked whether E-GUMA has told the time: its first answer mostly comes right after the start."""


def read_back(a: Attempt, until: float, turn: Turn) -> None:
    """Go on with a credit from the journal that was given until a moment of the wall clock."""
    a.state, a.until, a.lapses = State.CREDIT, until, turn.at.mono + turn.policy.credit_seconds
    _keeps_its_time(a, turn)


def _keeps_its_time(a: Attempt, turn: Turn) -> bool:
    """
    Reckon when a credit that was read back ends; return whether it goes on.

    By the wall clock, once that is sure: before, one that is years ahead would end it at once. It never lasts longer
    than it was given.
    """
    if a.until is None:
        return False
    now, left = turn.at, max(a.until - turn.at.wall, 0.0)
    if now.is_sure:
        a.timer, a.until = min(now.mono + left, a.lapses), None
    else:
        a.timer = min(now.mono + CLOCK_SECONDS, a.lapses)
    return a.timer > now.mono


def claimed(a: Attempt, event: Rescanned, turn: Turn) -> None:
    """Open the gate on the charge already made; one read back after a crash is proven by the balance first."""
    a.on_credit = True
    if a.unproven:
        a.timer = None
        turn.show(MessageKind.CHECKING)
        deadline = turn.policy.share(a.begun, turn.policy.BALANCE_SHARE)
        turn.ask(AskBalance(a.id, a.voucher_code, deadline, urgent=True))
    else:
        a.release(turn)


def balance_answered(a: Attempt, event: BalanceAnswered, turn: Turn) -> None:
    """A balance as before: perhaps given back before the crash. Else let the visitor in, with staff told if unsure."""
    if a.verdict_due is None:
        return
    if a.token is not None and isinstance(event.outcome, Balance) and event.outcome.balance >= a.balance_before:
        # Or another till has raised the balance. Giving it back proves it either way: twice is refused by E-GUMA.
        refund.begin(a, turn)
    else:
        # Exactly what the charge left proves it; another balance means that somebody else redeemed meanwhile.
        expected = a.balance_before - a.charge(turn)
        a.unverified = not isinstance(event.outcome, Balance) or event.outcome.balance != expected
        a.unproven = False
        a.release(turn)


def time_passed(a: Attempt, event: TimePassed, turn: Turn) -> None:
    """A credit that lapses is refunded through its token; without one a person has to decide."""
    if a.is_late(turn):
        # The balance that should prove the credit did not come: the charge is in the journal, so the visitor goes in.
        a.unproven, a.unverified = False, True
        a.release(turn)
    elif a.verdict_due is None and a.timer is not None and turn.at.mono >= a.timer and not _keeps_its_time(a, turn):
        if a.token is None:
            a.hand_to_staff(turn, "charged and not used; without a token it cannot be refunded")
        else:
            refund.begin(a, turn)
