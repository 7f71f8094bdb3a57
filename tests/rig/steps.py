"""What can happen to a gate, as data: each kind of step of a schedule (`schedule.py`), and what it comes with."""

from dataclasses import dataclass
from enum import Enum

from gate_controller.admission.words.errand_facts import ErrandKind
from gate_controller.admission.words.events import Contact, Purpose
from gate_controller.admission.words.facts import Regime
from tests.rig.modelled_disk import DiskFate

PRICE, SECOND_PRICE = 2_500, 1_500
BALANCE_CARD, PRICE_CARD = b"HOUSE-CARD-7Q2M9X4K", b"HOUSE-CARD-3F8R1T6W"

# A redemption may take effect this long after it was sent; the settling time (120 s) is there to outlast it.
LATEST_EFFECT_SECONDS = 90.0


class Call(Enum):
    """The calls a gate makes."""

    BALANCE = "balance"
    REDEEM = "redeem"
    INFO = "info"
    LIST = "list"
    CANCEL = "cancel"
    DESK_LOOK = "a question of staff's"
    DESK_CHANGE = "an errand of staff's"
    CHECK_IN = "check-in"
    CHECK_OUT = "check-out"
    TICKET_INFO = "ticket info"


class Fate(Enum):
    """How a call ends."""

    ANSWERED = "answered"
    """After the given seconds; past its deadline it is UNKNOWN to the gate, and takes effect all the same."""
    OVERDUE = "answered after its deadline"
    """The shell itself was held up: the answer comes after the core gave up."""
    LOST_BEFORE = "lost before the effect"
    LOST_AFTER = "lost after the effect"
    LATE_EFFECT = "lost, and the effect comes later"
    DOUBLED = "sent twice on the way"
    """The answer to the second is what arrives."""
    NOT_SENT = "not sent"
    REFUSED = "refused"
    KEY_NOT_ACCEPTED = "key not accepted"


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happens `after` seconds after the step before it."""

    after: float


@dataclass(frozen=True, slots=True)
class Scan(Step):
    """Somebody holds a code under the scanner."""

    frame: bytes


@dataclass(frozen=True, slots=True)
class Holds(Step):
    """
    Somebody holds something (`held.py`) before the scanner, which sends it as bytes: in pieces cut at these places,
    with a pause between them, and again every so many seconds as long as it lies there.
    """

    shows: bytes
    cuts: tuple[int, ...] = ()
    pause: float = 0.0
    readings: int = 1
    every: float = 1.0


@dataclass(frozen=True, slots=True)
class Noise(Step):
    """Bytes that nobody held there come down the scanner's line."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Network(Step):
    """What the next call of a kind meets (they queue up)."""

    call: Call
    fate: Fate
    seconds: float = 0.05


@dataclass(frozen=True, slots=True)
class OutOfReach(Step):
    """E-GUMA cannot be reached for so many seconds: nothing that is asked then arrives there."""

    seconds: float


@dataclass(frozen=True, slots=True)
class DiskTrouble(Step):
    """What the next writes meet."""

    fate: DiskFate
    seconds: float = 0.0
    writes: int = 1


@dataclass(frozen=True, slots=True)
class RelayTrouble(Step):
    """The relay breaks, or works again."""

    works: bool


@dataclass(frozen=True, slots=True)
class ScannerTrouble(Step):
    """The scanner is pulled out, or plugged in again; what it had read still comes."""

    works: bool


@dataclass(frozen=True, slots=True)
class NobodyPasses(Step):
    """The next visitor the gate opens for turns away."""


@dataclass(frozen=True, slots=True)
class StrayPassage(Step):
    """The sensor sees somebody the gate didn't open for."""


@dataclass(frozen=True, slots=True)
class NoisyRelay(Step):
    """The passage sensor takes the relay's noise for somebody, just after the next release."""

    seconds: float


class Sticking(Enum):
    """How a passage sensor fails."""

    SEES_SOMEBODY = "it sees somebody, whoever is there"
    SEES_NOBODY = "it sees nobody, whoever is there"
    UNREADABLE = "it cannot be read"


@dataclass(frozen=True, slots=True)
class SensorSticks(Step):
    """The passage sensor fails, for so long."""

    how: Sticking
    seconds: float


@dataclass(frozen=True, slots=True)
class StaffOpen(Step):
    """Staff open the gate once for somebody."""


@dataclass(frozen=True, slots=True)
class StaffResume(Step):
    """Staff say that an alarm is over."""


@dataclass(frozen=True, slots=True)
class ContactChanges(Step):
    """A contact becomes active, or ends to be."""

    contact: Contact
    active: bool = True


@dataclass(frozen=True, slots=True)
class TillRedeems(Step):
    """Another gate or till charges a voucher."""

    voucher_code: str
    amount: int


@dataclass(frozen=True, slots=True)
class TillGivesBack(Step):
    """Another gate or till cancels its newest redemption of a voucher."""

    voucher_code: str


@dataclass(frozen=True, slots=True)
class OtherGateChecks(Step):
    """Another gate checks a ticket in, or out."""

    number: str
    is_entry: bool


@dataclass(frozen=True, slots=True)
class Reprices(Step):
    """Somebody has the gate read its settings again, and they say another price."""

    price: int


@dataclass(frozen=True, slots=True)
class StaffCount(Step):
    """Staff say how many people are inside."""

    inside: int


@dataclass(frozen=True, slots=True)
class WallClockJumps(Step):
    """The gate's wall clock is put right, or wrong."""

    by: float


@dataclass(frozen=True, slots=True)
class StaffRefunds(Step):
    """Staff order the refund of the gate's n-th attempt with an intent (counted round)."""

    which: int


@dataclass(frozen=True, slots=True)
class StaffSettles(Step):
    """Staff settle the n-th open item (counted round)."""

    which: int


@dataclass(frozen=True, slots=True)
class StaffLetIn(Step):
    """Staff let in whose charge is the n-th open item (counted round)."""

    which: int


@dataclass(frozen=True, slots=True)
class StaffRule(Step):
    """Staff hold the gate open, lock it or put it out of service; for so many seconds, or until somebody resumes."""

    regime: Regime
    seconds: float | None


@dataclass(frozen=True, slots=True)
class StaffAdmits(Step):
    """Staff have persons let in on a voucher, from the desk."""

    code: str
    persons: int


@dataclass(frozen=True, slots=True)
class StaffChooses(Step):
    """Staff choose what the next scan is for."""

    purpose: Purpose


@dataclass(frozen=True, slots=True)
class StaffErrand(Step):
    """Staff have something done to the n-th voucher, or charge, that there is for it (counted round)."""

    errand: ErrandKind
    which: int
    amount: int


@dataclass(frozen=True, slots=True)
class StaffAdopt(Step):
    """A person says that the journal of another machine is this gate's."""


@dataclass(frozen=True, slots=True)
class PowerCut(Step):
    """
    The process dies when it has carried out so many more commands, and starts again after `down` seconds. While it is
    down, a power cut waits for the next start.

    `kept` writes that are not synced are on disk all the same, the oldest first; a `kill` ends the process alone, and
    what was written stays; the clock is wrong by `clock` seconds until E-GUMA
    first answers; new settings are in force from then on.
    """

    commands: int = 0
    kept: int = 0
    down: float = 3.0
    clock: float = 0.0
    price: int | None = None
    kill: bool = False
    moves: bool = False
    """It starts on another machine, while the first one's card is out of service."""
    swaps_keys: bool = False
    """From then on the gate has the key of the other till's user, and the till the gate's."""


@dataclass(frozen=True, slots=True)
class Stop(Step):
    """
    The gate is told to end: it serves its last visitor, and all that it wrote is on disk when it does. It starts again
    after `down` seconds.
    """

    down: float = 3.0
