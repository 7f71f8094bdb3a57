"""
What happened: what the core is told. The answers of E-GUMA stand in `calls.py`, with what asks for them.

Each event carries its time. Events about a request or a write name the attempt they belong to; an answer that comes
when the attempt no longer waits for it is harmless.
"""

from enum import Enum

from gate_controller.admission.words.codes import Code, VoucherCode
from gate_controller.admission.words.errand_facts import ErrandKind
from gate_controller.admission.words.facts import Fact, Regime
from gate_controller.admission.words.frozen import frozen
from gate_controller.admission.words.ids import AttemptId, OrderId
from gate_controller.admission.words.messages import Fault
from gate_controller.admission.words.money import Cents


class Contact(Enum):
    """The contacts that tell the gate something, by what each is called in the log."""

    FIRE = "fire contact"
    TAMPER = "tamper contact"
    SERVICE_KEY = "service key"
    IS_OPEN = "open contact"
    """The gate's own: it stands open."""
    IS_BLOCKED = "blocked contact"
    """The gate's own: it cannot move."""
    EXIT_BUTTON = "exit button"
    BALANCE_BUTTON = "balance button"
    PRICE_BUTTON = "price button"


class Purpose(Enum):
    """What the next scan is for, where somebody has chosen that it is no admission at the price."""

    BALANCE = "check balance"
    """What is on the voucher is told, and nothing is charged."""
    SECOND_PRICE = "second price"
    """An admission at the second price."""


@frozen
class Instant:
    """A moment on both clocks: `mono` for waiting, `wall` (seconds since 1970, corrected by E-GUMA's) for records."""

    mono: float
    wall: float
    is_sure: bool = True
    """Whether E-GUMA's clock has confirmed `wall` since the start: a Pi's own may be years off."""


@frozen
class Event:
    """Something that happened at a moment."""

    at: Instant


@frozen
class Scanned(Event):
    """The scanner delivered a complete frame."""

    frame: bytes


@frozen
class TimePassed(Event):
    """The moment that `Gate.wake_at` asked for, or later."""


@frozen
class Stopping(Event):
    """The gate is about to end: no scan begins any more, and whoever waits is refused."""


@frozen
class SensorChanged(Event):
    """The passage sensor sees somebody, and has for a moment, or it sees nobody any more."""

    active: bool
    since: float
    """Monotonic time of the change; minus infinity where nobody saw it: at the start, or while it could not be read."""


@frozen
class SensorFailed(Event):
    """The passage sensor cannot be read; `SensorChanged` says that it can again."""

    why: str


@frozen
class PassageSensed(Event):
    """Somebody went through (the gate tells its attempt, by what the sensor says)."""


@frozen
class ContactChanged(Event):
    """A contact became active (alarm, pressed, turned, open), or ended to be; debounced."""

    contact: Contact
    active: bool


@frozen
class FaultRaised(Event):
    """Something the gate cannot work without failed."""

    fault: Fault
    why: str


@frozen
class FaultCleared(Event):
    """It works again."""

    fault: Fault


@frozen
class Order(Event):
    """Something that a person wants: `Answer` says what becomes of it."""

    id: OrderId
    by: str


@frozen
class OpenOrdered(Order):
    """The gate is to be released once, without a charge."""

    reason: str


@frozen
class AdmitOrdered(Order):
    """Persons are to be let in on a voucher, each charged as by a scan: whose code cannot be read, or is on paper."""

    code: Code
    persons: int = 1
    most: Cents | None = None
    """What whoever orders it may move at a time; None: without a limit."""


@frozen
class RegimeOrdered(Order):
    """From now on the gate is to be held open, locked or out of service."""

    regime: Regime
    reason: str
    until: float | None = None
    """When it ends by itself (wall clock); None: when a person says so."""
    text: str = ""
    """What visitors are to read besides."""


@frozen
class ResumeOrdered(Order):
    """What staff have ordered is over, or an alarm which has cleared."""


@frozen
class PurposeOrdered(Order):
    """The next scan is to be for this, for some seconds from now on."""

    purpose: Purpose


@frozen
class SettleOrdered(Order):
    """An open item is settled; `facts` are the attempt's, from the journal."""

    facts: tuple[Fact, ...]
    reason: str


@frozen
class LetInOrdered(Order):
    """Whoever was charged, and has not been let in, is to be let in now; that settles the open item."""

    facts: tuple[Fact, ...]
    reason: str


@frozen
class AdoptOrdered(Order):
    """What another machine left unfinished is this gate's; each of `histories` is an open item's facts, in order."""

    histories: tuple[tuple[Fact, ...], ...]


@frozen
class RefundOrdered(Order):
    """A charge is to be given back; `facts` are the attempt's, from the journal."""

    facts: tuple[Fact, ...]
    reason: str = ""


@frozen
class OccupancyOrdered(Order):
    """A person has counted who is inside."""

    inside: int


@frozen
class DayBegan(Event):
    """It is midnight in the gate's zone."""


@frozen
class DayRecalled(Event):
    """What the journal holds of the day from before the start, as far as it tells who is inside, in its order."""

    facts: tuple[Fact, ...]


@frozen
class ErrandOrdered(Order):
    """Something is to be done at E-GUMA besides admissions; whoever orders it gets its incident code."""

    errand: ErrandKind
    voucher_code: VoucherCode
    amount: Cents | None
    """What that person says; None where E-GUMA does."""
    reason: str = ""
    payment_id: str = ""
    facts: tuple[Fact, ...] = ()
    """Of whose charge a part is to be given back: the attempt's, from the journal."""
    most: Cents | None = None
    """What that person may move at a time, whoever says the amount; None: without a limit."""


@frozen
class AttemptEvent(Event):
    """An event that belongs to one attempt."""

    attempt: AttemptId


@frozen
class Rescanned(AttemptEvent):
    """The voucher of an attempt that is not finished was scanned again (the gate tells its attempt)."""


@frozen
class ContributionDue(AttemptEvent):
    """Of several vouchers that pay one admission it is this one's turn to be charged (the gate tells its attempt)."""


@frozen
class PoolFailed(AttemptEvent):
    """One of several vouchers that were to pay one admission was not charged (the gate tells its attempt)."""


@frozen
class PoolPaid(AttemptEvent):
    """All of several vouchers are charged that pay one admission (the gate tells the attempt that opens)."""


@frozen
class Written(Event):
    """The facts of write `ticket` are on disk, synced where that was asked."""

    ticket: int


@frozen
class WriteFailed(Event):
    """The facts of write `ticket` may or may not be on disk; nothing may depend on them."""

    ticket: int
    why: str


@frozen
class Opened(AttemptEvent):
    """The relay's pulse began; of nobody's attempt: the gate stands open for everybody."""


@frozen
class RelayFailed(AttemptEvent):
    """The relay could not be pulsed."""

    why: str
