"""
The kept entry: a check-in that nobody used opens the gate once more for its ticket, without a request.

One that lapses stays checked in, or is undone by a check-out where the house wants it (`leaving.py` carries that out).
"""

from gate_controller.admission.attempt import leaving
from gate_controller.admission.attempt.attempt import Attempt
from gate_controller.admission.attempt.states import Claim
from gate_controller.admission.attempt.ticket_states import KeptEntry, UndoRecording
from gate_controller.admission.attempt.ticket_visit import TICKET_UNSURE, release
from gate_controller.admission.attempt.turn import Turn
from gate_controller.admission.words.events import Rescanned, TimePassed, WriteFailed, Written
from gate_controller.admission.words.messages import MessageKind
from gate_controller.admission.words.policy import JOURNAL_RETRY_SECONDS
from gate_controller.admission.words.ticket_facts import EntryLapsed, EntryUndoBegun, TicketEvidence


def read_back(a: Attempt, until: float, turn: Turn) -> None:
    """Go on with an entry that was kept until a moment of the wall clock; by a clock that is not sure, as long anew."""
    seconds = turn.policy.credit_seconds
    left = min(max(until - turn.at.wall, 0.0), seconds) if turn.at.is_sure else seconds
    a.state = KeptEntry(timer=turn.at.mono + left)


def claimed(a: Attempt, state: KeptEntry, event: Rescanned, turn: Turn) -> None:
    """Open the gate on the check-in already made."""
    release(a, turn, Claim.CREDIT)


def time_passed(a: Attempt, state: KeptEntry, event: TimePassed, turn: Turn) -> None:
    """A kept entry that lapses is undone where the house wants it; one that is not sure is left to a person."""
    if turn.at.mono < state.timer:
        return
    if a.known_by is TicketEvidence.UNSURE:
        a.hand_to_staff(turn, TICKET_UNSURE)
    elif turn.policy.undoes_entries and a.known_by is not TicketEvidence.REENTRY:
        _undo(a, turn)
    else:
        turn.write(a.fact(EntryLapsed, turn))
        a.close()


def _undo(a: Attempt, turn: Turn) -> None:
    a.state = UndoRecording()
    turn.write(a.fact(EntryUndoBegun, turn), waiting=a.id)


def undo_recorded(a: Attempt, state: UndoRecording, event: Written, turn: Turn) -> None:
    """Send the check-out. A power cut from here finds that one may have been sent."""
    leaving.chase(a, turn, is_sent=False)


def undo_not_recorded(a: Attempt, state: UndoRecording, event: WriteFailed, turn: Turn) -> None:
    """Wait for the journal: meanwhile the entry is kept."""
    a.state = KeptEntry(timer=turn.at.mono + JOURNAL_RETRY_SECONDS)


def scanned_while_undone(a: Attempt, state: UndoRecording, event: Rescanned, turn: Turn) -> None:
    """Too late by a moment: tell the visitor to wait until it is undone."""
    a.verdict(turn, MessageKind.TICKET_BEING_CHECKED)
