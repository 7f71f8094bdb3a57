"""
Where an attempt stands, and what it knows only while it stands there.

Each state is a class of its own that carries just what it needs: what makes no sense together cannot be written down.
Which event leads from which to which is the table in `transitions.py`.
"""

from dataclasses import replace
from enum import Enum, auto
from typing import ClassVar

from gate_controller.admission.attempt.evidence import ListSays
from gate_controller.admission.words.calls import Balance, CallFailed
from gate_controller.admission.words.codes import VoucherCode
from gate_controller.admission.words.frozen import frozen
from gate_controller.admission.words.info_calls import VoucherInfo
from gate_controller.admission.words.money import Cents


class Claim(Enum):
    """On what the gate is opened."""

    CHARGE = auto()
    """The charge of this very scan."""
    CREDIT = auto()
    """An earlier charge that nobody used."""
    UNVERIFIED = auto()
    """The same, read back after a crash, and nobody could say that it still stands: a person has to look."""
    FREE = auto()
    """Nothing: a free entry that the journal holds."""


@frozen(kw_only=True)
class AttemptState:
    """Something that an attempt does."""

    name: ClassVar[str]


@frozen(kw_only=True)
class Timed(AttemptState):
    """Something that goes on by itself at a moment."""

    timer: float | None
    """Monotonic time of that moment; None while an answer is awaited instead."""


@frozen(kw_only=True)
class Checking(AttemptState):
    """Balance is being asked."""

    name = "checking"
    is_dated: bool = True
    """Whether the wall clock was sure when the intent was written."""
    crossed: frozenset[VoucherCode] = frozenset()
    """Vouchers of which a refund began or ended meanwhile: the answer may be from before."""
    balance: Balance | None = None
    """Its answer, once it is there and the decision waits for Info."""
    info: VoucherInfo | CallFailed | None = None
    """Info's answer, where it was asked and is there."""
    pays_rest: bool = False
    """Other vouchers were held when it was scanned: its visitor has been told what is missing."""


@frozen(kw_only=True)
class Consulting(AttemptState):
    """Balance is being asked for somebody who wants to know it, and nothing else: no fact, no charge."""

    name = "consulting"


@frozen(kw_only=True)
class Intending(AttemptState):
    """The intent is on its way to disk."""

    name = "intending"


@frozen(kw_only=True)
class Granting(AttemptState):
    """A free entry is on its way to disk."""

    name = "granting"


@frozen(kw_only=True)
class Ready(AttemptState):
    """To be charged as one of several that pay one admission, when those before it are."""

    name = "ready"


@frozen(kw_only=True)
class Redeeming(AttemptState):
    """Redeem has been sent."""

    name = "redeeming"


@frozen(kw_only=True)
class Refusal:
    """What E-GUMA refused Redeem with after Balance had said yes."""

    said: CallFailed
    at: float
    """Monotonic time of it: what was asked before says nothing of it."""


@frozen(kw_only=True)
class InDoubt(Timed):
    """Redeem was sent and its fate is being looked up."""

    name = "in doubt"
    settle_at: float
    """Monotonic time from which a look-up without a trace means: not charged."""
    attends: bool = False
    """The visitor of this very charge has not gone since Redeem was sent, if he still waits."""
    refusal: Refusal | None = None
    """Until a look-up after it has told what it means, or that it tells nothing."""
    looking: int = 0
    """How many look-ups are out whose answers will come."""
    looked_at: float = 0.0
    """Monotonic time at which the newest look-up began."""
    tries: int = 0
    list_says: ListSays = ListSays.NOTHING
    """What the newest list told."""
    others_took: frozenset[Cents] = frozenset()
    """The amounts that it shows of other users: one of exactly a difference explains it."""


@frozen(kw_only=True)
class Recording(AttemptState):
    """The redemption is on its way to disk."""

    name = "recording"
    otherwise: InDoubt | str
    """Should the disk not take it: the look-up that found it goes on, or it is cancelled by this token."""


@frozen(kw_only=True)
class Contributed(AttemptState):
    """Charged as one of several that pay one admission: the gate opens when all are."""

    name = "contributed"


@frozen(kw_only=True)
class Releasing(AttemptState):
    """The relay is being pulsed."""

    name = "releasing"
    claim: Claim


@frozen(kw_only=True)
class Admitting(Timed):
    """The gate is open for this person, or was a moment ago."""

    name = "admitting"
    claim: Claim
    timer: float
    is_watched: bool
    """Whether a passage sensor will tell that he went through; else he counts as admitted, and that is recorded."""


@frozen(kw_only=True)
class UnsureEnd:
    """When a credit ends that was read back while the wall clock is not sure."""

    until: float
    """Wall clock for which it was given."""
    lapses: float
    """Monotonic time at which it ends, whatever a clock that is sure may still say."""


@frozen(kw_only=True)
class Credit(Timed):
    """Charged and unused: the same voucher opens the gate once without a charge."""

    name = "credit"
    timer: float
    is_proven: bool
    """Not read back after a crash: what was done about the charge just before that may not have been recorded."""
    end: UnsureEnd | None = None
    """None once the timer is that of the end."""


@frozen(kw_only=True)
class Proving(AttemptState):
    """A credit is being claimed, and the balance is asked whether its charge still stands."""

    name = "proving"


@frozen(kw_only=True)
class Refund:
    """A charge on its way back."""

    by: str = ""
    """Who ordered it; empty where the gate does it by itself."""
    reason: str = ""
    is_claimed: bool = False
    """Begun while its visitor claimed the credit: if he still waits when it is done, he is served anew."""
    is_unknown: bool
    """A cancellation's answer was lost, now or before a crash: a refusal of the next may mean that it had worked."""
    weighed: Cents | None = None
    """What was on the voucher before the first cancellation, where it is known."""
    since: float | None = None
    """Wall clock at which it was recorded first; None before."""
    is_open_item: bool = False
    """It has not been accepted for too long, and staff have been told."""
    tries: int = 0


@frozen(kw_only=True)
class Weighing(AttemptState):
    """The balance is being asked before the first cancellation, so that a refusal can be judged later."""

    name = "weighing"
    refund: Refund


@frozen(kw_only=True)
class RefundRecording(AttemptState):
    """`RefundBegun` is on its way to disk: no cancellation has been sent."""

    name = "recording the refund"
    refund: Refund


@frozen(kw_only=True)
class RefundUnrecorded(Timed):
    """The journal did not take `RefundBegun`: it is tried again."""

    name = "refund unrecorded"
    refund: Refund
    timer: float


@frozen(kw_only=True)
class Cancelling(AttemptState):
    """A cancellation is out."""

    name = "cancelling"
    refund: Refund


@frozen(kw_only=True)
class RefusalChecking(AttemptState):
    """A cancellation was refused, and the balance is asked whether an earlier one had worked, or a proxy's first."""

    name = "checking a refusal"
    refund: Refund
    text: str
    """E-GUMA's."""


@frozen(kw_only=True)
class RefundWaiting(Timed):
    """The cancellation is sent again after a pause."""

    name = "waiting to cancel"
    refund: Refund
    timer: float


@frozen(kw_only=True)
class Auditing(Timed):
    """Used or given back, and looked up whether it was charged a second time."""

    name = "auditing"
    stands: bool
    """Whether the charge itself stands: one that was given back may be listed or not."""
    settle_at: float
    looked_at: float
    """Monotonic time at which the newest look-up began."""
    tries: int = 0


@frozen(kw_only=True)
class Closed(AttemptState):
    """The gate has no more work with it."""

    name = "closed"


Refunding = Weighing | RefundRecording | RefundUnrecorded | Cancelling | RefusalChecking | RefundWaiting
"""The charge is being given back, until E-GUMA accepts."""

STATES: tuple[type[AttemptState], ...] = (
    Checking,
    Consulting,
    Intending,
    Granting,
    Ready,
    Redeeming,
    InDoubt,
    Recording,
    Contributed,
    Releasing,
    Admitting,
    Credit,
    Proving,
    Weighing,
    RefundRecording,
    RefundUnrecorded,
    Cancelling,
    RefusalChecking,
    RefundWaiting,
    Auditing,
    Closed,
)
"""Every state, in the order of a life."""


def put_off(state: AttemptState, seconds: float) -> AttemptState:
    """Return the same state with its moment so much later, where it has one."""
    if isinstance(state, Timed) and state.timer is not None:
        return replace(state, timer=state.timer + seconds)
    return state
