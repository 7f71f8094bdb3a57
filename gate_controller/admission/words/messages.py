"""
What the visitor is told: which message, and the amounts in it. The wording is in `texts`.

Every state of the gate has exactly one kind of message. `MessageKind` is the one table of them: what each tells about
the money, and which lamps, sound and symbol go with it. A new one is a row there, and its words in each language.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final, Self

from gate_controller.admission.words.facts import Regime
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
    CANCELLED = auto()
    """Charged and given back."""
    BEING_CHECKED = auto()


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


@dataclass(frozen=True, slots=True)
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
    WRONG_CURRENCY = Telling(MoneyFate.NOT_CHARGED, Signal.REFUSED, Sound.REFUSED, Symbol.CROSS)
    """The voucher's currency is not the gate's."""
    REFUSED_BY_EGUMA = Telling(MoneyFate.NOT_CHARGED, Signal.REFUSED, Sound.REFUSED, Symbol.CROSS)
    """The API refused the request; its text may tell why."""
    UNREACHABLE = Telling(MoneyFate.NOT_CHARGED, Signal.REFUSED, Sound.REFUSED, Symbol.CROSS)
    """E-GUMA could not be asked, or gave no usable answer, before anything was charged."""
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
    JOURNAL = auto()
    """The journal cannot be written, so no money may be taken."""
    KEY = auto()
    """E-GUMA does not accept the API key."""
    RELAY = auto()
    BLOCKED = auto()
    """The gate's own contact says that it cannot move."""
    SCANNER = auto()
    STARTING = auto()


@dataclass(frozen=True, slots=True)
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
