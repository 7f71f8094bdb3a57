"""
The ticket's lost answer: how it is looked up, and what follows (design.md, "The ticket's lost answer").

A check-in whose fate is unknown is looked up, never repeated. What the answer means stands in `ticket_evidence.py`.
"""

from dataclasses import replace
from typing import assert_never

from gate_controller.admission.attempt.attempt import Attempt
from gate_controller.admission.attempt.ticket_evidence import (
    CLOCKS_APART_SECONDS,
    EntryConclusion,
    conclude_entry,
    read_entry,
)
from gate_controller.admission.attempt.ticket_states import CheckingIn, EntryRecording, TicketInDoubt
from gate_controller.admission.attempt.ticket_visit import not_taken, ticket_of
from gate_controller.admission.attempt.turn import Turn
from gate_controller.admission.words.calls import CallFailed, CallFault
from gate_controller.admission.words.events import Rescanned, TimePassed
from gate_controller.admission.words.messages import Fault, MessageKind
from gate_controller.admission.words.policy import LOOKUP_SECONDS, REFUND_PATIENCE_SECONDS, lookup_pause
from gate_controller.admission.words.ticket_calls import AskTicket, TicketAnswered, TicketInfo, TicketRefusal
from gate_controller.admission.words.ticket_facts import TicketDoubted, TicketEntered, TicketEvidence, TicketNotTaken

NOT_TOLD = "whether the ticket was checked in cannot be told: E-GUMA does not say how it stands"
PERHAPS_TWICE = "E-GUMA refused the check-in, and may have carried it out: it may have been sent twice on the way"
NO_TRACE = "no trace of a check-in after the settling time"

_EVIDENCE = {
    EntryConclusion.ENTERED: TicketEvidence.INFO,
    EntryConclusion.REENTERED: TicketEvidence.REENTRY,
    EntryConclusion.UNSURE: TicketEvidence.UNSURE,
}


def begin(a: Attempt, turn: Turn, why: str) -> None:
    """The fate of the check-in is unknown from here on. A power cut before that is on disk finds the intent."""
    turn.write(a.fact(TicketDoubted, turn, why=why))
    turn.note(f"ticket=in_doubt incident={a.incident} why={why!r}", alarm=True)
    _look(a, _new(turn), turn)


def refused(a: Attempt, state: CheckingIn | TicketInDoubt, refusal: TicketRefusal, turn: Turn) -> None:
    """
    E-GUMA says that it is checked in already: ask since when, for people, and because this very request may have been
    sent twice. The intent on disk leads to the same.
    """
    doubt = state if isinstance(state, TicketInDoubt) else _new(turn)
    _look(a, replace(doubt, refusal=refusal, refused_at=turn.at.mono), turn)


def read_back(a: Attempt, turn: Turn) -> None:
    """Take a doubt up that a crash has left."""
    a.state = replace(_new(turn), timer=turn.at.mono)


def _new(turn: Turn) -> TicketInDoubt:
    return TicketInDoubt(timer=None, settle_at=turn.at.mono + turn.policy.settle_seconds)


def record(a: Attempt, turn: Turn, known_by: TicketEvidence, state: CheckingIn | TicketInDoubt) -> None:
    """Put an entry on disk; the relay waits for it."""
    a.known_by = known_by
    otherwise = replace(state, looking=0) if isinstance(state, TicketInDoubt) else _new(turn)
    a.state = EntryRecording(otherwise=otherwise)
    turn.write(a.fact(TicketEntered, turn, known_by=known_by), waiting=a.id)


def _look(a: Attempt, state: TicketInDoubt, turn: Turn) -> None:
    # Of two that are out, the older one's answer may come last: it must not settle anything for the newer.
    looked_at = state.looked_at if state.looking else turn.at.mono
    a.state = replace(state, timer=None, looking=state.looking + 1, looked_at=looked_at)
    urgent = a.verdict_due is not None
    turn.ask(AskTicket(a.id, ticket_of(a), turn.at.mono + LOOKUP_SECONDS, urgent=urgent))


def look_later(a: Attempt, state: TicketInDoubt, turn: Turn) -> None:
    """Look again after a pause."""
    urgent = a.verdict_due is not None
    timer = turn.at.mono + lookup_pause(state.tries, urgent=urgent)
    a.state = replace(state, timer=timer, tries=state.tries if urgent else state.tries + 1)


def answered(a: Attempt, state: TicketInDoubt, event: TicketAnswered, turn: Turn) -> None:
    """Conclude, or look again. A power cut before that is on disk leaves the doubt as it was."""
    state = replace(state, looking=max(0, state.looking - 1))
    if isinstance(event.outcome, CallFailed):
        _look_failed(a, state, event.outcome, turn)
        return
    info, policy = event.outcome, turn.policy
    is_refused = state.refusal is not None and state.looked_at >= state.refused_at
    if state.refusal is not None and not is_refused:
        # It was asked before the refusal, or beside one that was: the last of them is followed by one that tells.
        a.state = state
        if not state.looking:
            _look(a, state, turn)
        return
    concluded = conclude_entry(
        read_entry(info, a.begun_wall, policy.settle_seconds, is_dated=a.is_dated),
        is_refused=is_refused,
        is_within_reentry=_is_within_reentry(a, info, turn),
        settled=state.looked_at >= state.settle_at,
    )
    _do(concluded, a, state, info, turn)


def _is_within_reentry(a: Attempt, info: TicketInfo, turn: Turn) -> bool:
    """Whether whoever stands there may go in on an earlier check-in."""
    if a.verdict_due is None or info.checked_in_at is None or not turn.at.is_sure:
        return False
    return -CLOCKS_APART_SECONDS <= turn.at.wall - info.checked_in_at < turn.policy.reentry_seconds


def _do(concluded: EntryConclusion, a: Attempt, state: TicketInDoubt, info: TicketInfo, turn: Turn) -> None:
    match concluded:
        case EntryConclusion.ENTERED | EntryConclusion.REENTERED | EntryConclusion.UNSURE:
            evidence = _EVIDENCE[concluded]
            turn.note(f"ticket=found incident={a.incident} evidence={evidence}")
            record(a, turn, evidence, state)
        case EntryConclusion.NOT_DONE:
            _not_done(a, turn)
        case EntryConclusion.IN_ALREADY:
            text = state.refusal.message if state.refusal is not None else ""
            not_taken(a, turn, MessageKind.TICKET_ALREADY_IN, text=text, since=info.checked_in_at)
        case EntryConclusion.PERHAPS_TWICE:
            if a.verdict_due is not None:
                a.verdict(turn, MessageKind.TICKET_ALREADY_IN, since=info.checked_in_at)
            a.hand_to_staff(turn, PERHAPS_TWICE)
        case EntryConclusion.LOOK_AGAIN:
            look_later(a, state, turn)
        case _:
            assert_never(concluded)


def _not_done(a: Attempt, turn: Turn) -> None:
    turn.write(a.fact(TicketNotTaken, turn, reason=NO_TRACE))
    turn.note(f"ticket=settled incident={a.incident} checked_in=no")
    if a.verdict_due is not None and turn.at.mono <= a.begun + turn.policy.budget.go_on:
        a.verdict_due = None
        turn.serve_anew(a.id)
    elif a.verdict_due is not None:
        a.verdict(turn, MessageKind.TICKET_SCAN_AGAIN)
    a.close()


def _look_failed(a: Attempt, state: TicketInDoubt, failed: CallFailed, turn: Turn) -> None:
    """Look again; but what E-GUMA itself will not tell, and what cannot be looked at for a day, a person has to."""
    turn.note(f"lookup=ticket_failed incident={a.incident} why={failed.text!r}")
    if failed.fault is CallFault.KEY_NOT_ACCEPTED:
        turn.fault(Fault.KEY, failed.text)
    is_untold = failed.fault is CallFault.REFUSED and state.looked_at >= state.settle_at
    if is_untold or turn.at.mono >= state.settle_at + REFUND_PATIENCE_SECONDS:
        if a.verdict_due is not None:
            a.verdict(turn, MessageKind.TICKET_BEING_CHECKED)
        a.hand_to_staff(turn, NOT_TOLD)
    else:
        look_later(a, state, turn)


def scanned_again(a: Attempt, state: TicketInDoubt, event: Rescanned, turn: Turn) -> None:
    """The visitor came back: look at once, on the visitor's connection, whatever look-up is out in the background."""
    turn.show(MessageKind.CHECKING)
    _look(a, state, turn)


def time_passed(a: Attempt, state: TicketInDoubt, event: TimePassed, turn: Turn) -> None:
    """Tell the visitor in time; look again when due."""
    if a.is_late(turn):
        a.verdict(turn, MessageKind.TICKET_BEING_CHECKED)
    if state.timer is not None and turn.at.mono >= state.timer:
        _look(a, state, turn)
