"""Facts about tickets become attempts again, after a crash or a power cut, as `recovery.py` does it for vouchers."""

from collections.abc import Sequence

from gate_controller.admission.attempt import kept_entry, leaving, ticket_doubt
from gate_controller.admission.attempt.attempt import Attempt
from gate_controller.admission.attempt.ticket_visit import TICKET_UNSURE, keep
from gate_controller.admission.attempt.turn import Turn
from gate_controller.admission.words.codes import Code
from gate_controller.admission.words.facts import Fact, Released, ReleasedToSensor
from gate_controller.admission.words.ticket_facts import (
    EntryKept,
    EntryUndoBegun,
    TicketDoubted,
    TicketEntered,
    TicketEvidence,
    TicketIntended,
    TicketLetOut,
)


def remembered(facts: Sequence[Fact]) -> Attempt | None:
    """Return what the facts tell of a ticket's attempt, in no particular state; None if it is none."""
    intent = facts[0]
    if not isinstance(intent, TicketIntended):
        return None
    a = Attempt(intent.attempt, intent.incident, Code(intent.ticket_number), begun_wall=intent.at)
    a.ticket_number, a.is_entry, a.is_dated = intent.ticket_number, intent.is_entry, intent.is_dated
    a.facts, a.is_read_back = facts[-1].n + 1, True
    for fact in facts:
        if isinstance(fact, TicketEntered):
            a.known_by = fact.known_by
    return a


def stand(a: Attempt, last: Fact, turn: Turn) -> None:
    """Let it go on where its newest fact has left it. Nothing here moves the relay."""
    match last:
        case TicketIntended(is_entry=False):
            # He may still stand there, and his ticket be checked out: it opens the way out once more meanwhile.
            leaving.wait(a, turn, turn.policy.credit_seconds)
        case TicketIntended() | TicketDoubted():
            ticket_doubt.read_back(a, turn)
        case TicketEntered():
            keep(a, turn, "the gate stopped between the check-in and the release")
        case ReleasedToSensor():
            turn.write(a.fact(Released, turn))
            if a.known_by is TicketEvidence.UNSURE:
                a.hand_to_staff(turn, TICKET_UNSURE)
            else:
                a.close()
        case EntryKept(until=until):
            kept_entry.read_back(a, until, turn)
        case EntryUndoBegun() | TicketLetOut():
            leaving.wait(a, turn, 0.0)
        case _:
            a.close()
