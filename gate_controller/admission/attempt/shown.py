"""
What the visitor is being shown, and for how long: a verdict stays a while, then an idle display says how the gate is.

Whoever shows something says so here in the same breath (`Turn.show`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from gate_controller.admission.attempt.pool import Collection
from gate_controller.admission.words.facts import RegimeBegun
from gate_controller.admission.words.frozen import slotted
from gate_controller.admission.words.messages import REGIME_FAULTS, Fault, Message, MessageKind, MoneyFate, Signal
from gate_controller.admission.words.policy import Policy

# How long a refusal stays readable before the scan that waited for the lane takes the display.
READING_SECONDS = 1.5

_SENDS_THROUGH = frozenset(
    {
        MessageKind.ADMITTED,
        MessageKind.ADMITTED_ON_CREDIT,
        MessageKind.ADMITTED_FREE,
        MessageKind.ALREADY_ADMITTED,
        MessageKind.LET_IN,
        MessageKind.TICKET_ADMITTED,
        MessageKind.TICKET_OUT,
    }
)

_BALANCES = frozenset({MessageKind.BALANCE_TOLD, MessageKind.BALANCE_NOT_REDEEMABLE})

_NOTHING_CHARGED = frozenset({MoneyFate.NOTHING_YET, MoneyFate.NOT_CHARGED})


@slotted
class Shown:
    """What is on the display. Times are monotonic."""

    until: float | None = None
    """Until when it shows something about a scan; None while it rests."""
    readable_until: float = 0.0
    """Until when a refusal must not be replaced by the next visitor's messages."""
    _verdict_until: float = 0.0
    """Until when a verdict is its visitor's, though the gate be shut and his words be those of a gate at rest."""
    _resting: Message | None = None
    _newest: Message | None = None

    def tells(self, message: Message, now: float, policy: Policy) -> None:
        """A message about a scan is shown."""
        self._resting, self._newest = None, message
        self.until = self._verdict_until = now + policy.show_seconds
        is_refusal = message.signal is Signal.REFUSED or message.kind is MessageKind.REFUSED_OUT_OF_SERVICE
        if is_refusal or message.kind in _BALANCES:
            self.readable_until = now + READING_SECONDS

    def tells_of_money(self, now: float) -> bool:
        """Whether somebody is still being told of his money."""
        newest = self._newest
        if newest is None or now >= self._verdict_until:
            return False
        return newest.fate is not MoneyFate.NOTHING_YET and newest.kind is not MessageKind.NOT_A_VOUCHER

    def tells_of_a_charge(self, now: float) -> bool:
        """Whether somebody is still being told of money that is not, or perhaps not, where it was."""
        newest = self._newest
        return self.tells_of_money(now) and newest is not None and newest.fate is not MoneyFate.NOT_CHARGED

    def gives_way(self) -> None:
        """End what is shown: somebody has chosen what the next scan is for, and sees that at once."""
        self.until, self._verdict_until = None, 0.0

    def is_telling(self, kind: MessageKind, now: float) -> bool:
        """Whether a message of this kind is on the display."""
        is_up = self.until is not None and now < self.until
        return is_up and self._newest is not None and self._newest.kind is kind

    def gate_shuts(self, at: float) -> None:
        """End by then what sends somebody through: the next visitor would walk into a gate that is shut."""
        if self.until is not None and self._newest is not None and self._newest.kind in _SENDS_THROUGH:
            self.until = min(self.until, at)

    def way_changed(self, *, is_held_open: bool) -> None:
        """
        End what is shown: the gate stands open for everybody now, or does so no more.

        That it is open comes before everything else; that it is shut again before all but the fate of a charge.
        """
        charge_told = self._newest is not None and self._newest.fate not in _NOTHING_CHARGED
        if is_held_open or not charge_told:
            self.gives_way()

    def rests(
        self,
        at_rest: Message,
        faults: Mapping[Fault, str],
        regime: RegimeBegun | None,
        now: float,
        collection: Collection | None,
    ) -> Message | None:
        """
        Return what an idle display shows from now on; None where it does already, or a scan has still a say. `at_rest`
        is what it shows while the gate takes scans.
        """
        if self.until is not None and now < self.until:
            return None
        self.until = None
        if faults:
            message = Message(MessageKind.OUT_OF_SERVICE, at_rest.price, fault=worst(faults))
            message = in_staffs_words(message, regime)
        elif collection is not None:
            message = Message(MessageKind.MORE_NEEDED, collection.missing, collection.sum)
        else:
            message = at_rest
        if message == self._resting:
            return None
        self._resting = message
        return message


def in_staffs_words(message: Message, regime: RegimeBegun | None) -> Message:
    """Return a message with what staff want to be read, and until when, where it tells of what they have ordered."""
    if regime is None or message.fault is not REGIME_FAULTS[regime.regime]:
        return message
    return replace(message, staff_text=regime.text, until=regime.until)


def worst(faults: Iterable[Fault]) -> Fault:
    """Return the fault that is shown where several hold."""
    return min(faults, key=lambda fault: fault.value)
