"""
What the visitor is told: which message, and the amounts in it. The wording is in `texts`.

Every state of the gate has exactly one kind of message; the tables say what it tells about the money, and which lamps,
sound and symbol go with it.
"""

from dataclasses import dataclass
from enum import Enum, auto

from gate_controller.admission.words.money import Cents


class MessageKind(Enum):
    """Every state a visitor can meet the gate in."""

    IDLE = auto()
    """Scan here; the price."""
    CHECKING = auto()
    ONE_MOMENT = auto()
    """Somebody else has the lane; this scan waits for it."""
    ADMITTED = auto()
    ADMITTED_ON_CREDIT = auto()
    """Admitted on a charge made earlier that nobody used; nothing charged by this scan."""
    NOBODY_PASSED = auto()
    """Released, but nobody went through: the same voucher opens the gate once more without a charge."""
    ALREADY_ADMITTED = auto()
    """The same code again, just after its admission: scan again for another person."""
    NOT_A_VOUCHER = auto()
    NOT_REDEEMABLE = auto()
    """Balance says no; E-GUMA's message tells why."""
    BALANCE_TOO_LOW = auto()
    WRONG_CURRENCY = auto()
    """The voucher's currency is not the gate's."""
    REFUSED_BY_EGUMA = auto()
    """The API refused the request; its text may tell why."""
    UNREACHABLE = auto()
    """E-GUMA could not be asked, or gave no usable answer, before anything was charged."""
    BEING_CHECKED = auto()
    """Whether the voucher was charged is not known yet."""
    NOT_CHARGED_AFTER_ALL = auto()
    """An earlier scan was being checked; it is now certain that it charged nothing. Scan again."""
    REFUND_UNDER_WAY = auto()
    """An earlier, unused charge of this voucher is being given back; until that is done it is not charged again."""
    CHARGE_CANCELLED = auto()
    """Charged, then cancelled at once, because the gate could not record it."""
    PAID_BUT_SHUT = auto()
    """Charged, but the gate did not open: the charge is kept for this voucher, and staff can help."""
    PAID_NOT_NEEDED = auto()
    """Charged while the gate was being opened for everybody: the charge is kept for this voucher."""
    LANE_BUSY = auto()
    """The lane did not become free in time, or a later scan took the waiting place."""
    REFUSED_OUT_OF_SERVICE = auto()
    """A scan while the gate is out of service."""
    OUT_OF_SERVICE = auto()


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


class Fault(Enum):
    """Why a gate takes no scans. Several can hold at once; the first of this list is shown, each ends by itself."""

    FIRE = auto()
    """The fire contact reports an alarm, or its wire is broken: the gate stands open for everybody."""
    HELD_OPEN = auto()
    """Staff hold the gate open for everybody."""
    SERVICE = auto()
    """Staff have closed the gate by its key switch."""
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

    @property
    def fate(self) -> MoneyFate:
        """What this message says about the money."""
        return FATE[self.kind]

    @property
    def signal(self) -> Signal | None:
        """What the lamps show with this message; None leaves them with the person who has the lane."""
        signal = SIGNAL[self.kind]
        # A red lamp at a gate that stands open would send people back into a fire.
        return Signal.HELD_OPEN if signal is not None and self.fault in HOLDS else signal

    @property
    def sound(self) -> Sound | None:
        """What is heard when this message appears; None: nothing."""
        if self.fault is Fault.FIRE and self.kind is MessageKind.OUT_OF_SERVICE:
            return Sound.ERROR  # nobody scanned, but whoever does not see has to hear that something is wrong
        return SOUND[self.kind]

    @property
    def symbol(self) -> Symbol:
        """The large sign beside the words."""
        return Symbol.ARROW if self._is_of_open_gate else SYMBOL[self.kind]

    @property
    def _is_of_open_gate(self) -> bool:
        return self.fault in HOLDS and SIGNAL[self.kind] is Signal.OUT_OF_SERVICE


HOLDS = frozenset({Fault.FIRE, Fault.HELD_OPEN})
"""The faults that hold the gate open."""


FATE: dict[MessageKind, MoneyFate] = {
    MessageKind.IDLE: MoneyFate.NOTHING_YET,
    MessageKind.CHECKING: MoneyFate.NOTHING_YET,
    MessageKind.ONE_MOMENT: MoneyFate.NOTHING_YET,
    MessageKind.ADMITTED: MoneyFate.CHARGED,
    MessageKind.ADMITTED_ON_CREDIT: MoneyFate.CHARGED_BEFORE,
    MessageKind.NOBODY_PASSED: MoneyFate.CREDIT,
    MessageKind.ALREADY_ADMITTED: MoneyFate.CHARGED_BEFORE,
    MessageKind.NOT_A_VOUCHER: MoneyFate.NOT_CHARGED,
    MessageKind.NOT_REDEEMABLE: MoneyFate.NOT_CHARGED,
    MessageKind.BALANCE_TOO_LOW: MoneyFate.NOT_CHARGED,
    MessageKind.WRONG_CURRENCY: MoneyFate.NOT_CHARGED,
    MessageKind.REFUSED_BY_EGUMA: MoneyFate.NOT_CHARGED,
    MessageKind.UNREACHABLE: MoneyFate.NOT_CHARGED,
    MessageKind.BEING_CHECKED: MoneyFate.BEING_CHECKED,
    MessageKind.NOT_CHARGED_AFTER_ALL: MoneyFate.NOT_CHARGED,
    MessageKind.REFUND_UNDER_WAY: MoneyFate.REFUND_UNDER_WAY,
    MessageKind.CHARGE_CANCELLED: MoneyFate.CANCELLED,
    MessageKind.PAID_BUT_SHUT: MoneyFate.CREDIT,
    MessageKind.PAID_NOT_NEEDED: MoneyFate.CREDIT,
    MessageKind.LANE_BUSY: MoneyFate.NOT_CHARGED,
    MessageKind.REFUSED_OUT_OF_SERVICE: MoneyFate.NOT_CHARGED,
    MessageKind.OUT_OF_SERVICE: MoneyFate.NOTHING_YET,
}

SIGNAL: dict[MessageKind, Signal | None] = {
    MessageKind.IDLE: Signal.IDLE,
    MessageKind.CHECKING: Signal.CHECKING,
    MessageKind.ONE_MOMENT: None,
    MessageKind.ADMITTED: Signal.ADMITTED,
    MessageKind.ADMITTED_ON_CREDIT: Signal.ADMITTED,
    MessageKind.NOBODY_PASSED: Signal.REFUSED,
    MessageKind.ALREADY_ADMITTED: None,
    MessageKind.NOT_A_VOUCHER: Signal.REFUSED,
    MessageKind.NOT_REDEEMABLE: Signal.REFUSED,
    MessageKind.BALANCE_TOO_LOW: Signal.REFUSED,
    MessageKind.WRONG_CURRENCY: Signal.REFUSED,
    MessageKind.REFUSED_BY_EGUMA: Signal.REFUSED,
    MessageKind.UNREACHABLE: Signal.REFUSED,
    MessageKind.BEING_CHECKED: Signal.REFUSED,
    MessageKind.NOT_CHARGED_AFTER_ALL: Signal.REFUSED,
    MessageKind.REFUND_UNDER_WAY: Signal.REFUSED,
    MessageKind.CHARGE_CANCELLED: Signal.REFUSED,
    MessageKind.PAID_BUT_SHUT: Signal.REFUSED,
    MessageKind.PAID_NOT_NEEDED: Signal.HELD_OPEN,
    MessageKind.LANE_BUSY: Signal.REFUSED,
    MessageKind.REFUSED_OUT_OF_SERVICE: Signal.OUT_OF_SERVICE,
    MessageKind.OUT_OF_SERVICE: Signal.OUT_OF_SERVICE,
}

SOUND: dict[MessageKind, Sound | None] = {
    MessageKind.IDLE: None,
    MessageKind.CHECKING: None,
    MessageKind.ONE_MOMENT: Sound.WAIT,
    MessageKind.ADMITTED: Sound.ADMITTED,
    MessageKind.ADMITTED_ON_CREDIT: Sound.ADMITTED,
    MessageKind.NOBODY_PASSED: Sound.REFUSED,
    MessageKind.ALREADY_ADMITTED: Sound.WAIT,
    MessageKind.NOT_A_VOUCHER: Sound.REFUSED,
    MessageKind.NOT_REDEEMABLE: Sound.REFUSED,
    MessageKind.BALANCE_TOO_LOW: Sound.REFUSED,
    MessageKind.WRONG_CURRENCY: Sound.REFUSED,
    MessageKind.REFUSED_BY_EGUMA: Sound.REFUSED,
    MessageKind.UNREACHABLE: Sound.REFUSED,
    MessageKind.BEING_CHECKED: Sound.ERROR,
    MessageKind.NOT_CHARGED_AFTER_ALL: Sound.REFUSED,
    MessageKind.REFUND_UNDER_WAY: Sound.WAIT,
    MessageKind.CHARGE_CANCELLED: Sound.ERROR,
    MessageKind.PAID_BUT_SHUT: Sound.ERROR,
    MessageKind.PAID_NOT_NEEDED: Sound.ERROR,
    MessageKind.LANE_BUSY: Sound.REFUSED,
    MessageKind.REFUSED_OUT_OF_SERVICE: Sound.ERROR,
    MessageKind.OUT_OF_SERVICE: None,
}

SYMBOL: dict[MessageKind, Symbol] = {
    MessageKind.IDLE: Symbol.SCAN,
    MessageKind.CHECKING: Symbol.CLOCK,
    MessageKind.ONE_MOMENT: Symbol.CLOCK,
    MessageKind.ADMITTED: Symbol.TICK,
    MessageKind.ADMITTED_ON_CREDIT: Symbol.TICK,
    MessageKind.NOBODY_PASSED: Symbol.CROSS,
    MessageKind.ALREADY_ADMITTED: Symbol.TICK,
    MessageKind.NOT_A_VOUCHER: Symbol.CROSS,
    MessageKind.NOT_REDEEMABLE: Symbol.CROSS,
    MessageKind.BALANCE_TOO_LOW: Symbol.CROSS,
    MessageKind.WRONG_CURRENCY: Symbol.CROSS,
    MessageKind.REFUSED_BY_EGUMA: Symbol.CROSS,
    MessageKind.UNREACHABLE: Symbol.CROSS,
    MessageKind.BEING_CHECKED: Symbol.CLOCK,
    MessageKind.NOT_CHARGED_AFTER_ALL: Symbol.CROSS,
    MessageKind.REFUND_UNDER_WAY: Symbol.CLOCK,
    MessageKind.CHARGE_CANCELLED: Symbol.HAND,
    MessageKind.PAID_BUT_SHUT: Symbol.HAND,
    MessageKind.PAID_NOT_NEEDED: Symbol.ARROW,
    MessageKind.LANE_BUSY: Symbol.CROSS,
    MessageKind.REFUSED_OUT_OF_SERVICE: Symbol.HAND,
    MessageKind.OUT_OF_SERVICE: Symbol.HAND,
}
