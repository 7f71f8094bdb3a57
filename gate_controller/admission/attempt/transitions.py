"""
Every transition of an attempt, in one table.

The rules: an event that an attempt's state has no entry for changes nothing (an answer nobody waits for any more); an
entry may lead only to the states it names; of several that pay one admission, those that have contributed follow the
one that opens the gate. The diagram in `docs/architecture.md` is drawn from this table.
"""

from collections.abc import Callable
from typing import Any

from gate_controller.admission.attempt import (
    audit,
    consulting,
    credit,
    doubt,
    free,
    kept_entry,
    leaving,
    paying,
    refund,
    serving,
    ticket_doubt,
    ticket_serving,
)
from gate_controller.admission.attempt import states as s
from gate_controller.admission.attempt import ticket_states as t
from gate_controller.admission.attempt.attempt import Attempt
from gate_controller.admission.attempt.states import AttemptState
from gate_controller.admission.attempt.turn import Turn
from gate_controller.admission.words.calls import BalanceAnswered, CancelAnswered, RedeemAnswered, RedemptionsAnswered
from gate_controller.admission.words.events import (
    ContributionDue,
    Event,
    Opened,
    PassageSensed,
    PoolFailed,
    PoolPaid,
    RelayFailed,
    Rescanned,
    TimePassed,
    WriteFailed,
    Written,
)
from gate_controller.admission.words.frozen import frozen
from gate_controller.admission.words.info_calls import InfoAnswered
from gate_controller.admission.words.ticket_calls import CheckedIn, CheckedOut, TicketAnswered

Handler = Callable[[Attempt, Any, Any, Turn], None]
"""Takes an attempt, the state in which it is, the event and the turn."""


@frozen
class Transition:
    """What an event does, and where it may lead besides staying."""

    handler: Handler
    to: frozenset[type[AttemptState]]


def _to(handler: Handler, *states: type[AttemptState]) -> Transition:
    return Transition(handler, frozenset(states))


_REFUND_BEGINS = (s.Weighing, s.RefundRecording)
_TRIED_AGAIN = (s.RefundWaiting, s.Closed)
_OVER = (s.Auditing, s.Closed)
_GONE = (t.ChaseLooking, s.Closed)
_OUT = (t.LettingOut, *_GONE)
"""Let out; at a gate that stands open for everybody nothing moves for him."""

TRANSITIONS: dict[tuple[type[AttemptState], type[Event]], Transition] = {
    (s.Checking, BalanceAnswered): _to(serving.balance_answered, s.Intending, s.Granting, s.Closed),
    (s.Checking, InfoAnswered): _to(serving.info_answered, s.Intending, s.Granting, s.Closed),
    (s.Checking, TimePassed): _to(serving.checking_took_too_long, s.Closed),
    (s.Consulting, BalanceAnswered): _to(consulting.balance_answered, s.Closed),
    (s.Consulting, TimePassed): _to(consulting.took_too_long, s.Closed),
    (s.Intending, Written): _to(serving.intent_written, s.Redeeming, s.Ready, s.Closed),
    (s.Intending, WriteFailed): _to(serving.intent_not_written, s.Closed),
    (s.Intending, TimePassed): _to(serving.intending_took_too_long, s.Closed),
    (s.Ready, ContributionDue): _to(paying.contribution_due, s.Redeeming, s.Closed),
    (s.Ready, PoolFailed): _to(paying.not_needed, s.Closed),
    (s.Granting, Written): _to(free.granted, s.Releasing, s.Closed),
    (s.Granting, WriteFailed): _to(free.not_granted, s.Closed),
    (s.Granting, TimePassed): _to(free.granting_took_too_long, s.Closed),
    (s.Redeeming, RedeemAnswered): _to(serving.redeem_answered, s.Recording, s.InDoubt, s.Closed),
    (s.Redeeming, TimePassed): _to(serving.redeeming_took_too_long, s.InDoubt),
    (s.InDoubt, RedeemAnswered): _to(serving.redeem_answered, s.Recording, s.Closed),
    (s.InDoubt, RedemptionsAnswered): _to(doubt.list_answered, s.Recording, s.Closed),
    (s.InDoubt, BalanceAnswered): _to(doubt.balance_answered, s.Recording, s.Closed),
    (s.InDoubt, Rescanned): _to(doubt.scanned_again),
    (s.InDoubt, TimePassed): _to(doubt.time_passed),
    (s.Recording, Written): _to(serving.redemption_written, s.Releasing, s.Contributed, s.Credit),
    (s.Recording, WriteFailed): _to(serving.redemption_not_written, s.Cancelling, s.InDoubt),
    (s.Recording, Rescanned): _to(serving.scanned_while_recording),
    (s.Recording, TimePassed): _to(serving.recording_took_too_long),
    (s.Contributed, PoolPaid): _to(paying.all_paid, s.Releasing, s.Credit),
    (s.Contributed, PoolFailed): _to(paying.in_vain, s.Credit),
    (s.Releasing, Opened): _to(serving.opened, s.Admitting),
    (s.Releasing, RelayFailed): _to(serving.relay_failed, s.Credit, s.Closed),
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
    (t.TicketIntending, Written): _to(ticket_serving.intent_written, t.CheckingIn, t.LeavingAsked, s.Closed),
    (t.TicketIntending, WriteFailed): _to(ticket_serving.intent_not_written, *_OUT),
    (t.TicketIntending, TimePassed): _to(ticket_serving.intending_took_too_long, *_OUT),
    (t.CheckingIn, CheckedIn): _to(ticket_serving.check_in_answered, t.EntryRecording, t.TicketInDoubt, s.Closed),
    (t.CheckingIn, TimePassed): _to(ticket_serving.checking_in_took_too_long, t.TicketInDoubt),
    (t.TicketInDoubt, CheckedIn): _to(ticket_serving.check_in_answered, t.EntryRecording, s.Closed),
    (t.TicketInDoubt, TicketAnswered): _to(ticket_doubt.answered, t.EntryRecording, s.Closed),
    (t.TicketInDoubt, Rescanned): _to(ticket_doubt.scanned_again),
    (t.TicketInDoubt, TimePassed): _to(ticket_doubt.time_passed),
    (t.EntryRecording, Written): _to(ticket_serving.entry_written, t.TicketReleasing, t.KeptEntry),
    (t.EntryRecording, WriteFailed): _to(ticket_serving.entry_not_written, t.TicketInDoubt),
    (t.EntryRecording, Rescanned): _to(ticket_serving.scanned_while_recording),
    (t.EntryRecording, TimePassed): _to(ticket_serving.recording_took_too_long),
    (t.TicketReleasing, Opened): _to(ticket_serving.opened, t.TicketAdmitting),
    (t.TicketReleasing, RelayFailed): _to(ticket_serving.relay_failed, t.KeptEntry),
    (t.TicketAdmitting, PassageSensed): _to(ticket_serving.somebody_passed, s.Closed),
    (t.TicketAdmitting, TimePassed): _to(ticket_serving.released_long_enough, t.KeptEntry, s.Closed),
    (t.KeptEntry, Rescanned): _to(kept_entry.claimed, t.TicketReleasing),
    (t.KeptEntry, TimePassed): _to(kept_entry.time_passed, t.UndoRecording, s.Closed),
    (t.UndoRecording, Written): _to(kept_entry.undo_recorded, t.ChaseSending),
    (t.UndoRecording, WriteFailed): _to(kept_entry.undo_not_recorded, t.KeptEntry),
    (t.UndoRecording, Rescanned): _to(kept_entry.scanned_while_undone),
    (t.LeavingAsked, CheckedOut): _to(leaving.answered, *_OUT),
    (t.LeavingAsked, TimePassed): _to(leaving.took_too_long, *_OUT),
    (t.LettingOut, Opened): _to(leaving.opened, t.GoingOut),
    (t.LettingOut, RelayFailed): _to(leaving.relay_failed, t.ChaseWaiting),
    (t.GoingOut, PassageSensed): _to(leaving.somebody_passed, *_GONE),
    (t.GoingOut, TimePassed): _to(leaving.released_long_enough, *_GONE),
    (t.ChaseWaiting, Rescanned): _to(leaving.scanned_again, *_OUT),
    (t.ChaseWaiting, TimePassed): _to(leaving.due, t.ChaseLooking, t.ChaseSending, s.Closed),
    (t.ChaseLooking, TicketAnswered): _to(leaving.looked, t.ChaseWaiting, t.ChaseSending, s.Closed),
    (t.ChaseLooking, Rescanned): _to(leaving.scanned_again, *_OUT),
    (t.ChaseSending, CheckedOut): _to(leaving.sent, t.ChaseWaiting, s.Closed),
    (t.ChaseSending, Rescanned): _to(leaving.scanned_again, *_OUT),
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
