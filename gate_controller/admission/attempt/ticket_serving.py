"""
Serving somebody with a ticket: intent, check-in, release, passage; on the way out, check-out and release.

Each function is one entry of the table in `transitions.py`. What a power cut would find on disk is said where it
matters. Whoever wants out is let out (`leaving.py`).
"""

from typing import assert_never

from gate_controller.admission.attempt import leaving, ticket_doubt
from gate_controller.admission.attempt.attempt import Attempt
from gate_controller.admission.attempt.states import Claim
from gate_controller.admission.attempt.ticket_states import (
    CheckingIn,
    EntryRecording,
    LeavingAsked,
    TicketAdmitting,
    TicketInDoubt,
    TicketIntending,
    TicketReleasing,
)
from gate_controller.admission.attempt.ticket_visit import REFUSALS, TICKET_UNSURE, keep, not_taken, release, ticket_of
from gate_controller.admission.attempt.turn import Turn
from gate_controller.admission.words.calls import CallFailed, CallFault
from gate_controller.admission.words.codes import TicketNumber
from gate_controller.admission.words.events import (
    Opened,
    PassageSensed,
    RelayFailed,
    Rescanned,
    TimePassed,
    WriteFailed,
    Written,
)
from gate_controller.admission.words.facts import Fact, OpenItem, Passed, Released, ReleasedToSensor
from gate_controller.admission.words.messages import Fault, MessageKind
from gate_controller.admission.words.ticket_calls import (
    CheckedIn,
    CheckIn,
    CheckOut,
    TicketRefusal,
    TicketRefusalCode,
    TicketTaken,
)
from gate_controller.admission.words.ticket_facts import TicketEvidence, TicketIntended


def begin(a: Attempt, turn: Turn, since: float | None = None) -> None:
    """Start to serve a ticket; `since` (monotonic) where its visitor has waited already. Nothing is sent yet."""
    a.serve(turn, since)
    a.ticket_number, a.is_entry = TicketNumber(a.code), not turn.policy.is_way_out
    a.begun_wall, a.is_dated = turn.at.wall, turn.at.is_sure
    a.state = TicketIntending()
    intent = a.fact(
        TicketIntended,
        turn,
        incident=a.incident,
        ticket_number=a.ticket_number,
        is_entry=a.is_entry,
        boot=turn.policy.boot,
        is_dated=a.is_dated,
    )
    turn.write(intent, waiting=a.id)
    turn.show(MessageKind.CHECKING)


def intent_written(a: Attempt, state: TicketIntending, event: Written, turn: Turn) -> None:
    """Send the one request. A crash from here leaves an intent without an outcome: looked up."""
    policy = turn.policy
    deadline = a.begun + policy.budget.redeem
    if not a.is_entry:
        a.state = LeavingAsked()
        turn.ask(CheckOut(a.id, ticket_of(a), deadline, urgent=True))
    elif turn.writes.failing:
        # This write worked and another one, of an earlier visitor, did not: the next may fail as well.
        not_taken(a, turn, MessageKind.REFUSED_OUT_OF_SERVICE, "the journal fails", fault=Fault.JOURNAL)
    elif turn.barred is not None:
        not_taken(a, turn, MessageKind.REFUSED_OUT_OF_SERVICE, turn.came_between, fault=turn.barred)
    elif turn.at.mono > a.begun + policy.budget.redeem_begins:
        not_taken(a, turn, MessageKind.UNREACHABLE, "the intent took too long to write")
    else:
        a.state = CheckingIn()
        turn.ask(CheckIn(a.id, ticket_of(a), deadline))


def intent_not_written(a: Attempt, state: TicketIntending, event: WriteFailed, turn: Turn) -> None:
    """Check nobody in: what allows it is not on disk. Whoever wants out is let out, and checked out later."""
    why = "the intent could not be written"
    if a.is_entry:
        not_taken(a, turn, MessageKind.REFUSED_OUT_OF_SERVICE, why, fault=Fault.JOURNAL)
    else:
        leaving.let_out(a, turn, None, why)


def intending_took_too_long(a: Attempt, state: TicketIntending, event: TimePassed, turn: Turn) -> None:
    """Give up before anything was sent; the write still under way is followed by the fact that closes it."""
    why = "the intent took too long to write"
    if not a.is_late(turn):
        return
    if a.is_entry:
        not_taken(a, turn, MessageKind.UNREACHABLE, why)
    else:
        leaving.let_out(a, turn, None, why)


def check_in_answered(a: Attempt, state: CheckingIn | TicketInDoubt, event: CheckedIn, turn: Turn) -> None:
    """Record the entry, or end, or look up. A power cut before the record is on disk leaves a doubt."""
    match event.outcome:
        case TicketTaken():
            ticket_doubt.record(a, turn, TicketEvidence.ANSWER, state)
        case TicketRefusal(code=TicketRefusalCode.ALREADY_CHECKED_IN) as refusal:
            ticket_doubt.refused(a, state, refusal, turn)
        case TicketRefusal(code, message):
            not_taken(a, turn, REFUSALS[code], text=message)
        case CallFailed() as failed:
            _check_in_failed(a, state, failed, turn)


def _check_in_failed(a: Attempt, state: CheckingIn | TicketInDoubt, failed: CallFailed, turn: Turn) -> None:
    match failed.fault:
        case CallFault.KEY_NOT_ACCEPTED:
            turn.fault(Fault.KEY, failed.text)
            not_taken(a, turn, MessageKind.REFUSED_OUT_OF_SERVICE, "key not accepted", fault=Fault.KEY)
        case CallFault.REFUSED:
            not_taken(a, turn, MessageKind.TICKET_REFUSED, text=failed.text)
        case CallFault.NOT_SENT:
            not_taken(a, turn, MessageKind.UNREACHABLE, f"not sent: {failed.text}")
        case CallFault.UNKNOWN:
            # In doubt already means that the core gave up before the client did: nothing new.
            if isinstance(state, CheckingIn):
                ticket_doubt.begin(a, turn, failed.text)
        case _:
            assert_never(failed.fault)


def checking_in_took_too_long(a: Attempt, state: CheckingIn, event: TimePassed, turn: Turn) -> None:
    """The visitor must know something now, and the fate of the check-in is not known."""
    if a.is_late(turn):
        a.verdict(turn, MessageKind.TICKET_BEING_CHECKED)
        ticket_doubt.begin(a, turn, "no answer in the visitor's time")


def entry_written(a: Attempt, state: EntryRecording, event: Written, turn: Turn) -> None:
    """Open for whoever still waits; else the entry is kept. A power cut from here leaves an entry that nobody used."""
    if a.verdict_due is None:
        keep(a, turn, "the check-in was confirmed after the visitor had been refused")
    else:
        release(a, turn, Claim.CHARGE)


def entry_not_written(a: Attempt, state: EntryRecording, event: WriteFailed, turn: Turn) -> None:
    """Open for nobody: an entry that is not on disk would be forgotten. The intent is: look again until it works."""
    if a.verdict_due is not None:
        a.verdict(turn, MessageKind.TICKET_BEING_CHECKED)
    a.known_by = None
    ticket_doubt.look_later(a, state.otherwise, turn)


def recording_took_too_long(a: Attempt, state: EntryRecording, event: TimePassed, turn: Turn) -> None:
    """Checked in, but the disk hangs: when it answers, the entry is kept."""
    if a.is_late(turn):
        a.verdict(turn, MessageKind.TICKET_BEING_CHECKED)


def scanned_while_recording(a: Attempt, state: EntryRecording, event: Rescanned, turn: Turn) -> None:
    """The visitor came back while the disk hung: the gate opens when the entry is on disk."""
    turn.show(MessageKind.CHECKING)


def opened(a: Attempt, state: TicketReleasing, event: Opened, turn: Turn) -> None:
    """Record the release. Between the pulse and this record a power cut errs on the visitor's side."""
    policy, ails = turn.policy, turn.sensing.ails
    is_watched = policy.passage_seconds is not None and not ails
    seconds = policy.open_seconds if is_watched else policy.hold_seconds
    a.state = TicketAdmitting(claim=state.claim, timer=turn.at.mono + seconds, is_watched=is_watched)
    a.verdict(turn, MessageKind.TICKET_ADMITTED)
    if is_watched:
        turn.write(a.fact(ReleasedToSensor, turn))
    else:
        _count_as_admitted(a, ails, turn)


def _count_as_admitted(a: Attempt, why: str, turn: Turn) -> None:
    if why:
        turn.note(f"passage=unwatched incident={a.incident} why={why!r}")
    turn.write(a.fact(Released, turn, why=why), *end_of_use(a, turn))


def end_of_use(a: Attempt, turn: Turn) -> tuple[Fact, ...]:
    """Return what goes to disk with the end of the entry's use: what a person has to look at."""
    if a.known_by is not TicketEvidence.UNSURE:
        return ()
    turn.note(f"open_item=opened incident={a.incident} reason={TICKET_UNSURE!r}", alarm=True)
    return (a.fact(OpenItem, turn, reason=TICKET_UNSURE),)


def relay_failed(a: Attempt, state: TicketReleasing, event: RelayFailed, turn: Turn) -> None:
    """Checked in, and the gate does not open: keep the entry for this ticket, and take no scans."""
    turn.fault(Fault.RELAY, event.why)
    a.verdict(turn, MessageKind.TICKET_SHUT, fault=Fault.RELAY)
    keep(a, turn, f"the relay failed: {event.why}")


def somebody_passed(a: Attempt, state: TicketAdmitting, event: PassageSensed, turn: Turn) -> None:
    """The entry was used."""
    turn.shut()
    if state.is_watched:
        turn.write(a.fact(Passed, turn), *end_of_use(a, turn))
    a.close()


def released_long_enough(a: Attempt, state: TicketAdmitting, event: TimePassed, turn: Turn) -> None:
    """Without a sensor that can tell the visitor counts as admitted; with one, nobody passed: the entry is kept."""
    if turn.at.mono < state.timer:
        return
    turn.shut()
    if not state.is_watched:
        a.close()
    elif why := turn.sensing.nobody_came():
        _count_as_admitted(a, why, turn)
        a.close()
    else:
        keep(a, turn, "nobody passed")
        if not turn.is_held_open:
            turn.show(MessageKind.TICKET_KEPT, incident=a.incident)
