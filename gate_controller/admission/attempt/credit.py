"""
The credit: a charge that nobody used opens the gate once more for its voucher, without another charge.

It is the first end of every unused charge, however that came about (design.md, "One rule for every unused charge"); one
that lapses is given back (`refund.py`).
"""

from dataclasses import replace

from gate_controller.admission.attempt import refund
from gate_controller.admission.attempt.attempt import Attempt
from gate_controller.admission.attempt.states import Claim, Credit, Proving, UnsureEnd
from gate_controller.admission.attempt.turn import Turn
from gate_controller.admission.words.calls import AskBalance, Balance, BalanceAnswered
from gate_controller.admission.words.events import Rescanned, TimePassed
from gate_controller.admission.words.messages import MessageKind

CLOCK_SECONDS = 1.0
"""How often is looked whether E-GUMA has told the time: its first answer mostly comes right after the start."""


def read_back(a: Attempt, until: float, turn: Turn) -> None:
    """Go on with a credit from the journal that was given until a moment of the wall clock."""
    end = UnsureEnd(until=until, lapses=turn.at.mono + turn.policy.credit_seconds)
    a.state = _reckoned(Credit(timer=turn.at.mono, is_proven=False, end=end), turn)


def _reckoned(state: Credit, turn: Turn) -> Credit:
    """
    Reckon when a credit that was read back ends.

    By the wall clock, once that is sure: before, one that is years ahead would end it at once. It never lasts longer
    than it was given.
    """
    if state.end is None:
        return state
    now, end = turn.at, state.end
    if now.is_sure:
        return replace(state, timer=min(now.mono + max(end.until - now.wall, 0.0), end.lapses), end=None)
    return replace(state, timer=min(now.mono + CLOCK_SECONDS, end.lapses))


def claimed(a: Attempt, state: Credit, event: Rescanned, turn: Turn) -> None:
    """Open the gate on the charge already made; one read back after a crash is proven by the balance first."""
    if a.leader:  # it paid a part, and is about to be given back
        a.verdict(turn, MessageKind.REFUND_UNDER_WAY)
        return
    if state.is_proven:
        a.release(turn, Claim.CREDIT)
        return
    a.state = Proving()
    turn.show(MessageKind.CHECKING)
    deadline = a.begun + turn.policy.budget.balance
    turn.ask(AskBalance(a.id, a.voucher_code, deadline, urgent=True))


def balance_answered(a: Attempt, state: Proving, event: BalanceAnswered, turn: Turn) -> None:
    """A balance as before: perhaps given back before the crash. Else let the visitor in, with staff told if unsure."""
    before = a.balance_before
    now = event.outcome.balance if isinstance(event.outcome, Balance) else None
    if a.token is not None and before is not None and now is not None and now >= before:
        # Or another till has raised the balance. Giving it back proves it either way: twice is refused by E-GUMA.
        refund.begin(a, turn, is_claimed=True)
    else:
        # Exactly what the charge left proves it; another balance means that somebody else redeemed meanwhile.
        is_proven = before is not None and now == before - a.charge(turn)
        a.release(turn, Claim.CREDIT if is_proven else Claim.UNVERIFIED)


def proving_took_too_long(a: Attempt, state: Proving, event: TimePassed, turn: Turn) -> None:
    """The balance did not come: the charge is in the journal, so the visitor goes in, and a person looks at it."""
    if a.is_late(turn):
        a.release(turn, Claim.UNVERIFIED)


def time_passed(a: Attempt, state: Credit, event: TimePassed, turn: Turn) -> None:
    """A credit that lapses is refunded through its token; without one a person has to decide."""
    if turn.at.mono < state.timer:
        return
    reckoned = _reckoned(state, turn)
    if reckoned.timer > turn.at.mono:
        a.state = reckoned
    elif a.token is None:
        a.hand_to_staff(turn, "charged and not used; without a token it cannot be refunded")
    else:
        refund.begin(a, turn)
