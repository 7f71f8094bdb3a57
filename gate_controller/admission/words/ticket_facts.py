"""
What the journal holds of tickets: of a way in, one checked in; of a way out, one checked out.

`Released`, `ReleasedToSensor` and `Passed` follow a check-in as they follow a charge.
"""

from enum import StrEnum

from gate_controller.admission.words.codes import TicketNumber
from gate_controller.admission.words.facts import Fact, Standing
from gate_controller.admission.words.frozen import frozen
from gate_controller.admission.words.ids import Incident


class TicketEvidence(StrEnum):
    """How it is known how a ticket stands."""

    ANSWER = "answer"
    """The check-in or check-out was answered."""
    INFO = "ticket info"
    """E-GUMA was asked how the ticket is now."""
    REENTRY = "re-entry"
    """It had been checked in before, and the house lets it in again for so long."""
    UNSURE = "unsure"
    """It is checked in, and something else may explain that; the visitor is let in and staff are told."""


@frozen
class TicketIntended(Fact):
    """A ticket is to be checked in or out: the request may be sent from here on, once."""

    leaves = Standing.UNFINISHED
    incident: Incident
    ticket_number: TicketNumber
    is_entry: bool = True
    boot: str = ""
    """The machine's boot in which it was written; empty where it could not be told."""
    is_dated: bool = True
    """Whether the wall clock was sure by then."""


@frozen
class TicketNotTaken(Fact):
    """The intended check-in or check-out did not take place. `reason` is a message's name, or the gate's words."""

    leaves = Standing.CLOSED
    reason: str
    text: str = ""
    """E-GUMA's words, where it gave any."""


@frozen
class TicketDoubted(Fact):
    """The check-in was sent and its fate is unknown."""

    leaves = Standing.UNFINISHED
    why: str


@frozen
class TicketEntered(Fact):
    """The ticket is checked in: the gate opens for it once."""

    leaves = Standing.UNFINISHED
    known_by: TicketEvidence


@frozen
class EntryKept(Fact):
    """Checked in and unused: until `until` (wall clock) the same ticket opens the gate once without a request."""

    leaves = Standing.UNFINISHED
    why: str
    until: float


@frozen
class EntryLapsed(Fact):
    """Nobody used the check-in in its time; the ticket stays checked in."""

    leaves = Standing.CLOSED


@frozen
class EntryUndoBegun(Fact):
    """A check-in that nobody used is to be undone: a check-out may be sent from here on."""

    leaves = Standing.UNFINISHED


@frozen
class EntryUndone(Fact):
    """The unused check-in is undone. `how` says what proves it."""

    leaves = Standing.CLOSED
    how: str


@frozen
class TicketLetOut(Fact):
    """The gate opened for somebody on his way out. `why` is what keeps its check-out from being known; may be empty."""

    leaves = Standing.UNFINISHED
    why: str = ""


@frozen
class TicketLeft(Fact):
    """The ticket is checked out. `known_by` says what proves it."""

    leaves = Standing.CLOSED
    known_by: TicketEvidence


@frozen
class OccupancySet(Fact):
    """A person has counted who is inside: the gate counts on from there."""

    leaves = Standing.CLOSED
    incident: Incident
    inside: int
    by: str
    order: str = ""
