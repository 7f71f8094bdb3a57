"""
Every transition of an attempt, in one table.

The rules: an event that an attempt's state has no entry for changes nothing (an answer nobody waits for any more); an
entry may lead only to the states it names. The diagram in `docs/architecture.md` is drawn from this table.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gate_controller.admission.attempt import audit, credit, doubt, refund, serving
from gate_controller.admission.attempt import states as s
from gate_controller.admission.attempt.attempt import Attempt
from gate_controller.admission.attempt.states import AttemptState
from gate_controller.admission.attempt.turn import Turn
from gate_controller.admission.words.calls import BalanceAnswered, CancelAnswered, RedeemAnswered, RedemptionsAnswered
from gate_controller.admission.words.events import (
    Event,
    Opened,
    PassageSensed,
    RelayFailed,
    Rescanned,
    TimePassed,
    WriteFailed,
    Written,
)

Handler = Callable[[Attempt, Any, Any, Turn], None]
"""Takes an attempt, the state in which it is, the event and the turn."""


@dataclass(frozen=True, slots=True)
class Transition:
    """What an event does, and where it may lead besides staying."""

    handler: Handler
    to: frozenset[type[AttemptState]]


def _to(handler: Handler, *states: type[AttemptState]) -> Transition:
    return Transition(handler, frozenset(states))


_REFUND_BEGINS = (s.Weighing, s.RefundRecording)
_TRIED_AGAIN = (s.RefundWaiting, s.Closed)
_OVER = (s.Auditing, s.Closed)

TRANSITIONS: dict[tuple[type[AttemptState], type[Event]], Transition] = {
    (s.Checking, BalanceAnswered): _to(serving.balance_answered, s.Intending, s.Closed),
    (s.Checking, TimePassed): _to(serving.checking_took_too_long, s.Closed),
    (s.Intending, Written): _to(serving.intent_written, s.Redeeming, s.Closed),
    (s.Intending, WriteFailed): _to(serving.intent_not_written, s.Closed),
    (s.Intending, TimePassed): _to(serving.intending_took_too_long, s.Closed),
    (s.Redeeming, RedeemAnswered): _to(serving.redeem_answered, s.Recording, s.InDoubt, s.Closed),
    (s.Redeeming, TimePassed): _to(serving.redeeming_took_too_long, s.InDoubt),
    (s.InDoubt, RedeemAnswered): _to(serving.redeem_answered, s.Recording, s.Closed),
    (s.InDoubt, RedemptionsAnswered): _to(doubt.list_answered, s.Recording, s.Closed),
    (s.InDoubt, BalanceAnswered): _to(doubt.balance_answered, s.Recording, s.Closed),
    (s.InDoubt, Rescanned): _to(doubt.scanned_again),
    (s.InDoubt, TimePassed): _to(doubt.time_passed),
    (s.Recording, Written): _to(serving.redemption_written, s.Releasing, s.Credit),
    (s.Recording, WriteFailed): _to(serving.redemption_not_written, s.Cancelling, s.InDoubt),
    (s.Recording, Rescanned): _to(serving.scanned_while_recording),
    (s.Recording, TimePassed): _to(serving.recording_took_too_long),
    (s.Releasing, Opened): _to(serving.opened, s.Admitting),
    (s.Releasing, RelayFailed): _to(serving.relay_failed, s.Credit),
    (s.Admitting, PassageSensed): _to(serving.somebody_passed, *_OVER),
    (s.Admitting, TimePassed): _to(serving.released_long_enough, s.Credit, *_OVER),
    (s.Credit, Rescanned): _to(credit.claimed, s.Releasing, s.Proving),
    (s.Credit, TimePassed): _to(credit.time_passed, *_REFUND_BEGINS, s.Closed),
    (s.Proving, BalanceAnswered): _to(credit.balance_answered, s.Releasing, s.Credit, s.RefundRecording),
    (s.Proving, TimePassed): _to(credit.proving_took_too_long, s.Releasing, s.Credit),
    (s.Weighing, BalanceAnswered): _to(refund.weighed, s.RefundRecording),
    (s.Weighing, Rescanned): _to(refund.scanned_again),
    (s.Weighing, TimePassed): _to(refund.takes_time),
    (s.RefundRecording, Written): _to(refund.recorded, s.Cancelling, s.Closed),
    (s.RefundRecording, WriteFailed): _to(refund.not_recorded, s.RefundUnrecorded),
    (s.RefundRecording, Rescanned): _to(refund.scanned_again),
    (s.RefundRecording, TimePassed): _to(refund.takes_time),
    (s.RefundUnrecorded, Rescanned): _to(refund.scanned_again),
    (s.RefundUnrecorded, TimePassed): _to(refund.record_again, s.RefundRecording),
    (s.Cancelling, CancelAnswered): _to(refund.cancel_answered, s.RefusalChecking, *_TRIED_AGAIN, s.Auditing),
    (s.Cancelling, Rescanned): _to(refund.scanned_again),
    (s.Cancelling, TimePassed): _to(refund.takes_time),
    (s.RefusalChecking, BalanceAnswered): _to(refund.refusal_checked, *_TRIED_AGAIN, s.Auditing),
    (s.RefusalChecking, Rescanned): _to(refund.scanned_again),
    (s.RefusalChecking, TimePassed): _to(refund.takes_time),
    (s.RefundWaiting, Rescanned): _to(refund.scanned_again),
    (s.RefundWaiting, TimePassed): _to(refund.cancel_again, s.Cancelling, s.Closed),
    (s.Auditing, RedemptionsAnswered): _to(audit.list_answered, s.Closed),
    (s.Auditing, TimePassed): _to(audit.time_passed),
}


def handle(attempt: Attempt, event: Event, turn: Turn) -> None:
    """Let an attempt take an event."""
    state = attempt.state
    transition = TRANSITIONS.get((type(state), type(event)))
    if transition is None:
        return
    transition.handler(attempt, state, event, turn)
    after = type(attempt.state)
    if after is not type(state) and after not in transition.to:
        raise AssertionError(f"{type(event).__name__} led from {state.name} to {after.name}")
