"""What every state of a ticket's attempt does alike: it ends without a check-in, opens the gate, or keeps the entry."""

from gate_controller.admission.attempt.attempt import Attempt
from gate_controller.admission.attempt.states import Claim
from gate_controller.admission.attempt.ticket_states import KeptEntry, TicketReleasing
from gate_controller.admission.attempt.turn import Turn
from gate_controller.admission.words.codes import TicketNumber
from gate_controller.admission.words.messages import Fault, MessageKind
from gate_controller.admission.words.ticket_calls import TicketRefusalCode
from gate_controller.admission.words.ticket_facts import EntryKept, TicketNotTaken

TICKET_UNSURE = "let in on a check-in that something else may explain"

REFUSALS = {
    TicketRefusalCode.NOT_FOUND: MessageKind.TICKET_NOT_FOUND,
    TicketRefusalCode.DELETED: MessageKind.TICKET_DELETED,
    TicketRefusalCode.ALREADY_CHECKED_IN: MessageKind.TICKET_ALREADY_IN,
    TicketRefusalCode.NOT_CHECKED_IN: MessageKind.TICKET_NOT_IN,
    TicketRefusalCode.OTHER: MessageKind.TICKET_REFUSED,
}


def ticket_of(a: Attempt) -> TicketNumber:
    """Return the number of an attempt's ticket."""
    return a.ticket_number if a.ticket_number is not None else TicketNumber("")


def not_taken(
    a: Attempt,
    turn: Turn,
    kind: MessageKind,
    reason: str = "",
    text: str = "",
    *,
    fault: Fault | None = None,
    since: float | None = None,
) -> None:
    """End it without a check-in or check-out; without another `reason` the message's name is one."""
    if a.verdict_due is not None:
        a.verdict(turn, kind, eguma_text=text, fault=fault, since=since)
    turn.write(a.fact(TicketNotTaken, turn, reason=reason or kind.name.lower(), text=text))
    a.close()


def release(a: Attempt, turn: Turn, claim: Claim) -> None:
    """Open the gate against an entry that is on disk; keep the entry where the way is free or blocked by now."""
    if turn.is_held_open or turn.barred is Fault.BLOCKED:
        a.verdict(turn, MessageKind.TICKET_SHUT, fault=turn.barred)
        keep(a, turn, turn.came_between)
        return
    a.state = TicketReleasing(claim=claim)
    turn.release(a.id)


def keep(a: Attempt, turn: Turn, why: str) -> None:
    """Keep the unused entry for this ticket, for a limited time."""
    seconds = turn.policy.credit_seconds
    a.state = KeptEntry(timer=turn.at.mono + seconds)
    turn.write(a.fact(EntryKept, turn, why=why, until=turn.at.wall + seconds))
    turn.note(f"entry=kept incident={a.incident} why={why!r}", alarm=True)
