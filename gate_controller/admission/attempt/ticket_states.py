"""
Where a ticket's attempt stands: checked in and let in, or on the way out checked out and let out.

`Releasing` and `Admitting` have a kind of their own for each way, so that the lane is taken for them as for a voucher.
"""

from gate_controller.admission.attempt.states import Admitting, AttemptState, Claim, Releasing, Timed
from gate_controller.admission.words.frozen import frozen
from gate_controller.admission.words.ticket_calls import TicketRefusal
from gate_controller.admission.words.ticket_facts import TicketEvidence


@frozen(kw_only=True)
class TicketIntending(AttemptState):
    """`TicketIntended` is on its way to disk: nothing has been sent."""

    name = "intending a ticket"


@frozen(kw_only=True)
class CheckingIn(AttemptState):
    """The check-in has been sent."""

    name = "checking in"


@frozen(kw_only=True)
class TicketInDoubt(Timed):
    """The check-in was sent, and how the ticket stands is being looked up."""

    name = "ticket in doubt"
    settle_at: float
    """Monotonic time from which a look-up without a trace means: not checked in."""
    refusal: TicketRefusal | None = None
    """E-GUMA said that it was checked in already: since when, and whether by this very request, the look-up tells."""
    refused_at: float = 0.0
    """Monotonic time of that: what was asked before says nothing of it."""
    looking: int = 0
    """How many look-ups are out whose answers will come."""
    looked_at: float = 0.0
    """Monotonic time at which the newest look-up began."""
    tries: int = 0


@frozen(kw_only=True)
class EntryRecording(AttemptState):
    """`TicketEntered` is on its way to disk."""

    name = "recording an entry"
    otherwise: TicketInDoubt
    """Should the disk not take it: it is looked up until the journal works."""


@frozen(kw_only=True)
class TicketReleasing(Releasing):
    """The relay is being pulsed for a ticket."""

    name = "releasing a ticket"
    claim: Claim = Claim.CHARGE


@frozen(kw_only=True)
class TicketAdmitting(Admitting):
    """The gate is open for somebody with a ticket, or was a moment ago."""

    name = "admitting a ticket"
    claim: Claim = Claim.CHARGE


@frozen(kw_only=True)
class KeptEntry(Timed):
    """Checked in and unused: the same ticket opens the gate once without a request."""

    name = "entry kept"
    timer: float


@frozen(kw_only=True)
class UndoRecording(AttemptState):
    """`EntryUndoBegun` is on its way to disk: no check-out has been sent."""

    name = "recording the undoing"


@frozen(kw_only=True)
class LeavingAsked(AttemptState):
    """Somebody wants out, and his check-out has been sent."""

    name = "checking out"


@frozen(kw_only=True)
class LettingOut(Releasing):
    """The relay is being pulsed for somebody on his way out."""

    name = "letting out"
    claim: Claim = Claim.CHARGE
    known_by: TicketEvidence | None
    """How the check-out is known; None while it is not."""
    why: str = ""
    """Why it is not."""


@frozen(kw_only=True)
class GoingOut(Admitting):
    """The gate is open for somebody on his way out."""

    name = "going out"
    claim: Claim = Claim.CHARGE
    is_known: bool


@frozen(kw_only=True)
class Chase:
    """A check-out that nobody waits for, until it is known to be so."""

    is_sent: bool
    """Whether one may have been sent, so that it is looked up before it is sent again."""
    settle_at: float
    """Monotonic time from which a ticket that is still checked in shows that the newest did not take effect."""
    gives_up_at: float
    """Monotonic time from which a person has to see to it."""
    looked_at: float = 0.0
    tries: int = 0


@frozen(kw_only=True)
class ChaseWaiting(Timed):
    """The ticket is looked up, or checked out, after a pause."""

    name = "waiting to check out"
    chase: Chase
    timer: float


@frozen(kw_only=True)
class ChaseLooking(AttemptState):
    """E-GUMA is asked how the ticket stands."""

    name = "looking up a check-out"
    chase: Chase


@frozen(kw_only=True)
class ChaseSending(AttemptState):
    """A check-out that nobody waits for has been sent."""

    name = "checking out behind"
    chase: Chase


Chasing = ChaseWaiting | ChaseLooking | ChaseSending

TICKET_STATES: tuple[type[AttemptState], ...] = (
    TicketIntending,
    CheckingIn,
    TicketInDoubt,
    EntryRecording,
    TicketReleasing,
    TicketAdmitting,
    KeptEntry,
    UndoRecording,
    LeavingAsked,
    LettingOut,
    GoingOut,
    ChaseWaiting,
    ChaseLooking,
    ChaseSending,
)
"""Every state of a ticket's attempt but the last, in the order of a life."""
