"""
What the visitor is told: which message, and the amounts in it. The wording is in `texts`.

Every state of the gate has exactly one kind of message. `MessageKind` is the one table of them: what each tells about
the money, and which lamps, sound and symbol go with it. A new one is a row there, and its words in each language.
"""

from collections.abc import Mapping
from enum import Enum, auto
from typing import Final, Self

from gate_controller.admission.words.facts import Regime
from gate_controller.admission.words.frozen import frozen
from gate_controller.admission.words.local_time import Day
from gate_controller.admission.words.money import Cents


class MoneyFate(Enum):
    """What happened to the visitor's money: the sentence every screen with a verdict carries."""

    NOTHING_YET = auto()
    """No verdict, so no sentence."""
    NOT_CHARGED = auto()
    CHARGED = auto()
    """Charged the price; the balance left is known."""
    CHARGED_BEFORE = auto()
    """Charged earlier; nothing charged by this scan."""
    CREDIT = auto()
    """Charged, not used, and good for one admission without another charge."""
    REFUND_UNDER_WAY = auto()
    """Charged earlier, not used, and being given back; nothing charged by this scan."""
    GIVING_BACK = auto()
    """Charged by this scan or the ones before it, not used, and being given back."""
    CANCELLED = auto()
    """Charged and given back."""
    BEING_CHECKED = auto()
    TICKET = auto()
    """Let through on a ticket: nothing is charged for it here."""


class Signal(Enum):
    """What the lamps show."""

    IDLE = auto()
    CHECKING = auto()
    ADMITTED = auto()
    REFUSED = auto()
    OUT_OF_SERVICE = auto()
    HELD_OPEN = auto()
    """The gate stands open for everybody."""


class Sound(Enum):
    """What a message sounds like, for those who do not see it."""

    ADMITTED = auto()
    REFUSED = auto()
    WAIT = auto()
    """It goes on by itself, or is being looked into."""
    ERROR = auto()
    """Staff have to help."""


class Symbol(Enum):
    """The large sign beside the words, for those who read none of the languages."""

    SCAN = auto()
    """Hold the voucher here."""
    CLOCK = auto()
    TICK = auto()
    CROSS = auto()
    HAND = auto()
    """Stop: staff have to help."""
    ARROW = auto()
    """The way is open."""


@frozen
class Telling:
    """How a kind of message is told, besides its words."""

    fate: MoneyFate
    """What it says about the money."""
    signal: Signal | None
    """What the lamps show with it; None leaves them with the person who has the lane."""
    sound: Sound | None
    """What is heard when it appears; None: nothing."""
    symbol: Symbol
    """The large sign beside the words."""


class MessageKind(Enum):
    """Every state a visitor can meet the gate in, and how it is told."""

    # ruff: noqa: PIE796 - `__new__` keeps kinds apart that are told alike
    telling: Telling

    def __new__(cls, telling: Telling) -> Self:
        """Number the kinds: two that are told alike would else be one."""
        kind = object.__new__(cls)
        kind._value_ = len(cls.__members__) + 1
        kind.telling = telling
        return kind

    IDLE = Telling(MoneyFate.NOTHING_YET, Signal.IDLE, None, Symbol.SCAN)
    """Scan here; the price."""
    CHECK_BALANCE = Telling(MoneyFate.NOTHING_YET, Signal.IDLE, Sound.WAIT, Symbol.SCAN)
    """The next scan tells what is on the voucher, and charges nothing."""
    OTHER_PRICE = Telling(MoneyFate.NOTHING_YET, Signal.IDLE, Sound.WAIT, Symbol.SCAN)
    """The next scan is charged the second price."""
    CHECKING = Telling(MoneyFate.NOTHING_YET, Signal.CHECKING, None, Symbol.CLOCK)
    ONE_MOMENT = Telling(MoneyFate.NOTHING_YET, None, Sound.WAIT, Symbol.CLOCK)
    """Somebody else has the lane; this scan waits for it."""
    ADMITTED = Telling(MoneyFate.CHARGED, Signal.ADMITTED, Sound.ADMITTED, Symbol.TICK)
    ADMITTED_ON_CREDIT = Telling(MoneyFate.CHARGED_BEFORE, Signal.ADMITTED, Sound.ADMITTED, Symbol.TICK)
    """Admitted on a charge made earlier that nobody used; nothing charged by this scan."""
    LET_IN = Telling(MoneyFate.NOTHING_YET, Signal.ADMITTED, Sound.ADMITTED, Symbol.TICK)
    """Staff have opened the gate once for somebody: no scan of his, so nothing is said of money."""
    NOBODY_PASSED = Telling(MoneyFate.CREDIT, Signal.REFUSED, Sound.REFUSED, Symbol.CROSS)
    """Released, but nobody went through: the same voucher opens the gate once more without a charge."""
    ALREADY_ADMITTED = Telling(MoneyFate.CHARGED_BEFORE, None, Sound.WAIT, Symbol.TICK)
    """The same code again while the gate is open for its admission: go through."""
    SCAN_AGAIN_LATER = Telling(MoneyFate.CHARGED_BEFORE, Signal.REFUSED, Sound.WAIT, Symbol.CLOCK)
    """The same code again just after its admission, or still: for another person it is taken again in a few seconds."""
    NOT_A_VOUCHER = Telling(MoneyFate.NOT_CHARGED, Signal.REFUSED, Sound.REFUSED, Symbol.CROSS)
    NOT_REDEEMABLE = Telling(MoneyFate.NOT_CHARGED, Signal.REFUSED, Sound.REFUSED, Symbol.CROSS)
    """Balance says no; E-GUMA's message tells why."""
    BALANCE_TOO_LOW = Telling(MoneyFate.NOT_CHARGED, Signal.REFUSED, Sound.REFUSED, Symbol.CROSS)
    MORE_NEEDED = Telling(MoneyFate.NOT_CHARGED, Signal.CHECKING, Sound.WAIT, Symbol.SCAN)
    """Held towards the price, and another voucher is to pay the rest: `balance` is held, `price` is missing."""
    MORE_LAPSED = Telling(MoneyFate.NOT_CHARGED, Signal.REFUSED, Sound.REFUSED, Symbol.CROSS)
    """The voucher for the rest did not come in time; none was charged."""
    GIVEN_BACK = Telling(MoneyFate.GIVING_BACK, Signal.REFUSED, Sound.ERROR, Symbol.HAND)
    """Several vouchers were to pay one admission, and that came to nothing: what was charged is being given back."""
    BALANCE_TOLD = Telling(MoneyFate.NOT_CHARGED, Signal.IDLE, Sound.WAIT, Symbol.SCAN)
    """What is on a voucher that can be redeemed; without a balance: that was told, and the voucher still lies there."""
    BALANCE_NOT_REDEEMABLE = Telling(MoneyFate.NOT_CHARGED, Signal.REFUSED, Sound.REFUSED, Symbol.CROSS)
    """The balance was asked, and E-GUMA says that the voucher cannot be redeemed; its message tells why."""
    WRONG_CURRENCY = Telling(MoneyFate.NOT_CHARGED, Signal.REFUSED, Sound.REFUSED, Symbol.CROSS)
    """The voucher's currency is not the gate's."""
    REFUSED_BY_EGUMA = Telling(MoneyFate.NOT_CHARGED, Signal.REFUSED, Sound.REFUSED, Symbol.CROSS)
    """The API refused the request; its text may tell why."""
    UNREACHABLE = Telling(MoneyFate.NOT_CHARGED, Signal.REFUSED, Sound.REFUSED, Symbol.CROSS)
    """E-GUMA could not be asked, or gave no usable answer, before anything was charged."""
    ADMITTED_FREE = Telling(MoneyFate.NOT_CHARGED, Signal.ADMITTED, Sound.ADMITTED, Symbol.TICK)
    """Let in against nothing, by a rule of the house or in an outage."""
    FREE_AGAIN_LATER = Telling(MoneyFate.NOT_CHARGED, Signal.REFUSED, Sound.WAIT, Symbol.CLOCK)
    """As `SCAN_AGAIN_LATER`, behind somebody for whom nothing was charged."""
    FREE_UNUSED = Telling(MoneyFate.NOT_CHARGED, Signal.REFUSED, Sound.WAIT, Symbol.CLOCK)
    """Nobody passed on a free entry: the same voucher opens again."""
    FREE_USED_UP = Telling(MoneyFate.NOT_CHARGED, Signal.REFUSED, Sound.REFUSED, Symbol.CROSS)
    """Somebody has gone in on this voucher free of charge today."""
    HOUSE_REFUSES = Telling(MoneyFate.NOT_CHARGED, Signal.REFUSED, Sound.REFUSED, Symbol.CROSS)
    """A rule of the house refuses the voucher, in the house's words."""
    POSITION_VOUCHER = Telling(MoneyFate.NOT_CHARGED, Signal.REFUSED, Sound.REFUSED, Symbol.HAND)
    """It is redeemed by a named position, which the gate cannot name."""
    EXPIRED = Telling(MoneyFate.NOT_CHARGED, Signal.REFUSED, Sound.REFUSED, Symbol.CROSS)
    """It has expired, and the house takes no such vouchers."""
    SEE_STAFF = Telling(MoneyFate.NOT_CHARGED, Signal.REFUSED, Sound.ERROR, Symbol.HAND)
    """E-GUMA cannot be reached, and the house has staff let people in then."""
    OUTAGE_STAFF = Telling(MoneyFate.NOTHING_YET, Signal.OUT_OF_SERVICE, None, Symbol.HAND)
    """At rest while E-GUMA cannot be reached: staff let people in."""
    OUTAGE_FREE = Telling(MoneyFate.NOTHING_YET, Signal.IDLE, None, Symbol.SCAN)
    """At rest while E-GUMA cannot be reached: a scan lets in without a charge."""
    AT_THE_DESK = Telling(MoneyFate.NOT_CHARGED, Signal.REFUSED, Sound.WAIT, Symbol.CLOCK)
    """Staff have something done to this voucher at this moment: until that is over it is not charged."""
    BEING_CHECKED = Telling(MoneyFate.BEING_CHECKED, Signal.REFUSED, Sound.ERROR, Symbol.CLOCK)
    """Whether the voucher was charged is not known yet."""
    NOT_CHARGED_AFTER_ALL = Telling(MoneyFate.NOT_CHARGED, Signal.REFUSED, Sound.REFUSED, Symbol.CROSS)
    """An earlier scan was being checked; it is now certain that it charged nothing. Scan again."""
    REFUND_UNDER_WAY = Telling(MoneyFate.REFUND_UNDER_WAY, Signal.REFUSED, Sound.WAIT, Symbol.CLOCK)
    """An earlier, unused charge of this voucher is being given back; until that is done it is not charged again."""
    CHARGE_CANCELLED = Telling(MoneyFate.CANCELLED, Signal.REFUSED, Sound.ERROR, Symbol.HAND)
    """Charged, then cancelled at once, because the gate could not record it."""
    PAID_BUT_SHUT = Telling(MoneyFate.CREDIT, Signal.REFUSED, Sound.ERROR, Symbol.HAND)
    """Charged, but the gate did not open: the charge is kept for this voucher, and staff can help."""
    PAID_NOT_NEEDED = Telling(MoneyFate.CREDIT, Signal.HELD_OPEN, Sound.ERROR, Symbol.ARROW)
    """Charged while the gate was being opened for everybody: the charge is kept for this voucher."""
    LANE_BUSY = Telling(MoneyFate.NOT_CHARGED, Signal.REFUSED, Sound.REFUSED, Symbol.CROSS)
    """The lane did not become free in time, or a later scan took the waiting place."""
    REFUSED_OUT_OF_SERVICE = Telling(MoneyFate.NOT_CHARGED, Signal.OUT_OF_SERVICE, Sound.ERROR, Symbol.HAND)
    """A scan while the gate is out of service."""
    OUT_OF_SERVICE = Telling(MoneyFate.NOTHING_YET, Signal.OUT_OF_SERVICE, None, Symbol.HAND)

    TICKET_ADMITTED = Telling(MoneyFate.TICKET, Signal.ADMITTED, Sound.ADMITTED, Symbol.TICK)
    TICKET_OUT = Telling(MoneyFate.TICKET, Signal.ADMITTED, Sound.ADMITTED, Symbol.TICK)
    """Somebody on his way out, whose ticket is checked out, or will be."""
    TICKET_NOT_FOUND = Telling(MoneyFate.NOT_CHARGED, Signal.REFUSED, Sound.REFUSED, Symbol.CROSS)
    TICKET_DELETED = Telling(MoneyFate.NOT_CHARGED, Signal.REFUSED, Sound.REFUSED, Symbol.CROSS)
    TICKET_ALREADY_IN = Telling(MoneyFate.NOT_CHARGED, Signal.REFUSED, Sound.REFUSED, Symbol.CROSS)
    TICKET_NOT_IN = Telling(MoneyFate.NOT_CHARGED, Signal.REFUSED, Sound.REFUSED, Symbol.CROSS)
    """On the way out, of a ticket that is not checked in."""
    TICKET_REFUSED = Telling(MoneyFate.NOT_CHARGED, Signal.REFUSED, Sound.REFUSED, Symbol.CROSS)
    """E-GUMA says no for another reason; its text may tell which."""
    TICKET_BEING_CHECKED = Telling(MoneyFate.NOT_CHARGED, Signal.REFUSED, Sound.ERROR, Symbol.CLOCK)
    """Whether the ticket is checked in, or out again, is not known yet."""
    TICKET_SCAN_AGAIN = Telling(MoneyFate.NOT_CHARGED, Signal.REFUSED, Sound.REFUSED, Symbol.CROSS)
    """An earlier scan was being checked; it is now certain that it checked nothing in."""
    TICKET_KEPT = Telling(MoneyFate.NOT_CHARGED, Signal.REFUSED, Sound.REFUSED, Symbol.CROSS)
    """Released, but nobody went through: the same ticket opens the gate once more."""
    TICKET_SHUT = Telling(MoneyFate.NOT_CHARGED, Signal.REFUSED, Sound.ERROR, Symbol.HAND)
    """Checked in or out, but the gate did not open: the same ticket opens it once more."""
    WAY_OUT = Telling(MoneyFate.NOT_CHARGED, Signal.REFUSED, Sound.REFUSED, Symbol.CROSS)
    """A voucher at a lane that leads out."""
    HOUSE_FULL = Telling(MoneyFate.NOT_CHARGED, Signal.REFUSED, Sound.WAIT, Symbol.CLOCK)
    """As many people are inside as may be: nothing has been asked or charged."""


class Fault(Enum):
    """Why a gate takes no scans. Several can hold at once; the first of this list is shown, each ends by itself."""

    FIRE = auto()
    """The fire contact reports an alarm, or its wire is broken: the gate stands open for everybody."""
    HELD_OPEN = auto()
    """The service key holds the gate open for everybody."""
    HELD_BY_STAFF = auto()
    """Staff have ordered that it stands open for everybody, until a moment."""
    STOPPING = auto()
    """The gate is about to end: it serves nobody else."""
    SERVICE = auto()
    """Staff have closed the gate by its key switch."""
    LOCKED = auto()
    """Staff have ordered that nobody goes in, until a moment."""
    WITHDRAWN = auto()
    """Staff have put the gate out of service."""
    UNPROVISIONED = auto()
    """The gate has no price or no key yet, and waits for the codes that set it up."""
    JOURNAL = auto()
    """The journal cannot be written, so no money may be taken."""
    KEY = auto()
    """E-GUMA does not accept the API key."""
    RELAY = auto()
    BLOCKED = auto()
    """The gate's own contact says that it cannot move."""
    SCANNER = auto()
    STARTING = auto()


@frozen
class Message:
    """One message to the visitor. Fields a kind does not need stay empty."""

    kind: MessageKind
    price: Cents = Cents(0)
    balance: Cents | None = None
    """What is left on the voucher, where it is known."""
    eguma_text: str = ""
    """E-GUMA's own words, shown as they are; any Unicode, any length, may be empty."""
    incident: str = ""
    """The incident code, where staff may have to look the attempt up."""
    fault: Fault | None = None
    seconds: int | None = None
    """In how many seconds the same voucher is taken again, where the visitor is told to wait; never less than two."""
    staff_text: str = ""
    """What staff want visitors to read at a gate that they have put out of service."""
    until: float | None = None
    """Until when a fault holds that staff have ordered (wall clock), where that is settled."""
    total: Cents | None = None
    """What was put on the voucher in all, where a balance is told and that is known."""
    since: float | None = None
    """Since when a ticket is checked in (wall clock), where that is known."""
    house_texts: tuple[tuple[str, str], ...] = ()
    """What the house wants visitors to read whose voucher it does not take: language and text."""
    valid_day: Day | None = None
    """The last day on which the voucher was valid."""

    @property
    def fate(self) -> MoneyFate:
        """What this message says about the money."""
        return self.kind.telling.fate

    @property
    def signal(self) -> Signal | None:
        """What the lamps show with this message; None leaves them with the person who has the lane."""
        signal = self.kind.telling.signal
        if self.fault is Fault.STOPPING and self.kind is MessageKind.REFUSED_OUT_OF_SERVICE:
            return None  # the last visitor may be in the gate: a red lamp is none of his
        # A red lamp at a gate that stands open would send people back into a fire.
        return Signal.HELD_OPEN if signal is not None and self.fault in HOLDS else signal

    @property
    def sound(self) -> Sound | None:
        """What is heard when this message appears; None: nothing."""
        if self.fault is Fault.FIRE and self.kind is MessageKind.OUT_OF_SERVICE:
            return Sound.ERROR  # nobody scanned, but whoever does not see has to hear that something is wrong
        return self.kind.telling.sound

    @property
    def symbol(self) -> Symbol:
        """The large sign beside the words."""
        return Symbol.ARROW if self._is_of_open_gate else self.kind.telling.symbol

    @property
    def _is_of_open_gate(self) -> bool:
        return self.fault in HOLDS and self.kind.telling.signal is Signal.OUT_OF_SERVICE


HOLDS = frozenset({Fault.FIRE, Fault.HELD_OPEN, Fault.HELD_BY_STAFF})
"""The faults that hold the gate open."""

BARRING = (
    Fault.FIRE,
    Fault.HELD_OPEN,
    Fault.HELD_BY_STAFF,
    Fault.SERVICE,
    Fault.LOCKED,
    Fault.BLOCKED,
    Fault.RELAY,
)
"""The faults that forbid a charge even of a visitor who is being served; the first of this list is named."""

REGIME_FAULTS: Final[Mapping[Regime, Fault]] = {
    Regime.HELD_OPEN: Fault.HELD_BY_STAFF,
    Regime.LOCKED: Fault.LOCKED,
    Regime.OUT_OF_SERVICE: Fault.WITHDRAWN,
}
"""Why the gate takes no scans while staff have ordered so."""
