"""
Every transition of an attempt, in one table.

The rules: an event that an attempt's state has no entry for changes nothing (an answer nobody waits for any more); an
entry may lead only to the states it names. The diagram in `docs/architecture.md` is drawn from this table.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gate_controller.admission.attempt import audit, credit, doubt, refund, serving
from gate_controller.admission.attempt.attempt import Attempt, State
from gate_controller.admission.attempt.turn import Turn
from gate_controller.admission.words.events import (
    BalanceAnswered,
    CancelAnswered,
    Event,
    Opened,
    PassageSensed,
    RedeemAnswered,
    RedemptionsAnswered,
    RelayFailed,
    Rescanned,
    TimePassed,
    WriteFailed,
    Written,
)

Handler = Callable[[Attempt, Any, Turn], None]


@dataclass(frozen=True, slots=True)
class Transition:
    """What an event does, and where it may lead besides staying."""

    handler: Handler
    to: frozenset[State]


def _to(handler: Handler, *states: State) -> Transition:
    return Transition(handler, frozenset(states))


S = State
TRANSITIONS: dict[tuple[State, type[Event]], Transition] = {
    (S.CHECKING, BalanceAnswered): _to(serving.balance_answered, S.INTENDING, S.CLOSED),
    (S.CHECKING, TimePassed): _to(serving.checking_took_too_long, S.CLOSED),
    (S.INTENDING, Written): _to(serving.intent_written, S.REDEEMING, S.CLOSED),
    (S.INTENDING, WriteFailed): _to(serving.intent_not_written, S.CLOSED),
    (S.INTENDING, TimePassed): _to(serving.intending_took_too_long, S.CLOSED),
    (S.REDEEMING, RedeemAnswered): _to(serving.redeem_answered, S.RECORDING, S.IN_DOUBT, S.CLOSED),
    (S.REDEEMING, TimePassed): _to(serving.redeeming_took_too_long, S.IN_DOUBT),
    (S.RECORDING, Written): _to(serving.redemption_written, S.RELEASING, S.CREDIT),
    (S.RECORDING, WriteFailed): _to(serving.redemption_not_written, S.REFUNDING, S.IN_DOUBT),
    (S.RECORDING, Rescanned): _to(serving.scanned_while_recording),
    (S.RECORDING, TimePassed): _to(serving.recording_took_too_long),
    (S.RELEASING, Opened): _to(serving.opened, S.RELEASED),
    (S.RELEASING, RelayFailed): _to(serving.relay_failed, S.CREDIT),
    (S.RELEASED, PassageSensed): _to(serving.somebody_passed, S.AUDITING, S.CLOSED),
    (S.RELEASED, TimePassed): _to(serving.released_long_enough, S.AUDITING, S.CLOSED, S.CREDIT),
    (S.IN_DOUBT, RedeemAnswered): _to(serving.redeem_answered, S.RECORDING, S.CLOSED),
    (S.IN_DOUBT, RedemptionsAnswered): _to(doubt.list_answered, S.RECORDING),
    (S.IN_DOUBT, BalanceAnswered): _to(doubt.balance_answered, S.RECORDING, S.CLOSED),
    (S.IN_DOUBT, Rescanned): _to(doubt.scanned_again),
    (S.IN_DOUBT, TimePassed): _to(doubt.time_passed),
    (S.CREDIT, Rescanned): _to(credit.claimed, S.RELEASING),
    (S.CREDIT, BalanceAnswered): _to(credit.balance_answered, S.RELEASING, S.WEIGHING, S.REFUNDING),
    (S.CREDIT, TimePassed): _to(credit.time_passed, S.RELEASING, S.WEIGHING, S.REFUNDING, S.CLOSED),
    (S.WEIGHING, BalanceAnswered): _to(refund.weighed, S.REFUNDING),
    (S.WEIGHING, Rescanned): _to(refund.scanned_again),
    (S.WEIGHING, TimePassed): _to(refund.weighing_takes_time),
    (S.REFUNDING, Written): _to(refund.recorded, S.CLOSED),
    (S.REFUNDING, WriteFailed): _to(refund.not_recorded),
    (S.REFUNDING, CancelAnswered): _to(refund.cancel_answered, S.AUDITING, S.CLOSED),
    (S.REFUNDING, BalanceAnswered): _to(refund.refusal_checked, S.AUDITING, S.CLOSED),
    (S.REFUNDING, Rescanned): _to(refund.scanned_again),
    (S.REFUNDING, TimePassed): _to(refund.time_passed, S.CLOSED),
    (S.AUDITING, RedemptionsAnswered): _to(audit.list_answered, S.CLOSED),
    (S.AUDITING, TimePassed): _to(audit.time_passed),
}


def handle(attempt: Attempt, event: Event, turn: Turn) -> None:
    """Let an attempt take an event."""
    before = attempt.state
    transition = TRANSITIONS.get((before, type(event)))
    if transition is None:
        return
    transition.handler(attempt, event, turn)
    if attempt.state is not before and attempt.state not in transition.to:
        raise AssertionError(f"{type(event).__name__} led from {before.value} to {attempt.state.value}")
