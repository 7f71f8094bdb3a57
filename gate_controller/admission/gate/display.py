"""
What an idle display shows, and how long a verdict stays on it.

The core shows messages as they come (`Turn.show`); `Display` remembers until when the newest one has something to say.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gate_controller.admission.attempt.turn import Turn
from gate_controller.admission.words.commands import Command, Show
from gate_controller.admission.words.messages import HOLDS, Fault, Message, MessageKind, MoneyFate, Signal

# How long a refusal stays readable before the scan that waited for the lane takes the display.
READING_SECONDS = 1.5

_NOTHING_CHARGED = frozenset({MoneyFate.NOTHING_YET, MoneyFate.NOT_CHARGED})


@dataclass(slots=True)
class Display:
    """What is on the display. Times are monotonic."""

    shown_until: float | None = None
    """Until when it shows something about a scan; None while it rests."""
    readable_until: float = 0.0
    """Until when a refusal must not be replaced by the next visitor's messages."""
    _resting: Message | None = None
    _newest: Message | None = None
    _is_held_open: bool = False

    def remember(self, commands: Iterable[Command], turn: Turn) -> None:
        """Take note of what these commands show."""
        for command in commands:
            if isinstance(command, Show):
                self._resting, self._newest = None, command.message
                self.shown_until = turn.at.mono + turn.policy.show_seconds
                if command.message.signal is Signal.REFUSED:
                    self.readable_until = turn.at.mono + READING_SECONDS

    def way_changed(self, faults: Mapping[Fault, str]) -> bool:
        """
        See whether the gate stands open for everybody now, or does so no more; what is shown then ends at once.

        That it is open comes before everything else; that it is shut again before all but the fate of a charge.
        """
        was, self._is_held_open = self._is_held_open, not HOLDS.isdisjoint(faults)
        if self._is_held_open is was:
            return False
        charge_told = self._newest is not None and self._newest.fate not in _NOTHING_CHARGED
        if self._is_held_open or not charge_told:
            self.shown_until = None
        return True

    def rest(self, faults: Mapping[Fault, str], turn: Turn) -> None:
        """Show the idle or out-of-service message, unless a scan still has something to say."""
        if self.shown_until is not None and turn.at.mono < self.shown_until:
            return
        if faults:
            message = Message(MessageKind.OUT_OF_SERVICE, turn.policy.price, fault=worst(faults))
        else:
            message = Message(MessageKind.IDLE, turn.policy.price)
        self.shown_until = None
        if message != self._resting:
            turn.do(Show(message))
            self._resting = message


def worst(faults: Iterable[Fault]) -> Fault:
    """Return the fault that is shown where several hold."""
    return min(faults, key=lambda fault: fault.value)
