"""
How the gate moves by what it has been told: until when it does, when it is to be shut, and what its own contact owes.

Whoever moves the gate says so here in the same breath (`Turn`), so that nobody has to read it off the commands.
"""

from dataclasses import field
from enum import Enum, auto

from gate_controller.admission.words.commands import Way
from gate_controller.admission.words.frozen import slotted
from gate_controller.admission.words.policy import Policy

# A gate that was released has moved by then; the slowest barriers take two seconds.
OPENS_WITHIN_SECONDS = 3.0

# How much longer than it should a gate may stand open before somebody has to look.
SHUT_SLACK_SECONDS = 5.0


class Due(Enum):
    """What has to be seen to at a moment, in this order."""

    SHUT = auto()
    """The gate is to be shut behind somebody whom staff have let in."""
    HAS_OPENED = auto()
    """By now the gate's own contact must have said that it opened."""
    HAS_SHUT = auto()
    """And by now that it is shut again."""


@slotted
class Movement:
    """What the gate has been told to do. Times are monotonic."""

    until: float = 0.0
    """Until when the last of the pulses ends, or the gate closes: releases never overlap."""
    others_until: float = float("-inf")
    """A passage up to here is that of somebody who was let in or out without a voucher."""
    _out_until: float = float("-inf")
    """Until when the pulse lasts that lets somebody out through the way in."""
    is_open: bool | None = None
    """What the gate's own contact says; None where none is fitted, or it has not said anything yet."""
    due: dict[Due, float] = field(default_factory=dict)

    def released(self, now: float, policy: Policy) -> None:
        """The gate opens for an attempt, which holds the lane for as long as it is open."""
        self._opens(now, policy, policy.pulse_seconds)

    def let_through(self, now: float, policy: Policy, way: Way) -> None:
        """The gate opens for somebody who has no voucher, and so no lane."""
        self.others_until = now + policy.open_seconds
        if way is Way.OUT and policy.exit_has_own_relay:
            return  # another gate than that of the way in, or its other direction
        if way is Way.OUT and now < self._out_until:
            return  # the pulse that lets somebody out is under way, or follows
        if policy.stays_open_seconds:
            self.due[Due.SHUT] = now + policy.stays_open_seconds
        self._opens(now, policy, policy.stays_open_seconds or policy.pulse_seconds)
        if way is Way.OUT and not policy.stays_open_seconds:
            self._out_until = self.until

    def _opens(self, now: float, policy: Policy, seconds: float) -> None:
        follows = now < self.until and not policy.stays_open_seconds
        begins = self.until + policy.gap_seconds if follows else now
        self.until = max(self.until, begins + seconds)
        if self.is_open is None:
            return
        if self.is_open:
            self.due.pop(Due.HAS_OPENED, None)
        else:
            self.due[Due.HAS_OPENED] = now + OPENS_WITHIN_SECONDS
        self.due[Due.HAS_SHUT] = now + policy.open_seconds + policy.closing_seconds + SHUT_SLACK_SECONDS

    def shut(self, now: float, policy: Policy) -> bool:
        """Say whether a gate that is to be shut now may be; else it is due later."""
        if now < self.others_until and policy.stays_open_seconds and not policy.exit_has_own_relay:
            # Somebody has pressed the exit button, and may still be in the gate: it is not shut on him behind another,
            # and nobody pays while it is open to him.
            self.due[Due.SHUT] = self.others_until
            self.until = max(self.until, self.others_until)
            return False
        until = now if policy.stays_open_seconds else self.until
        self.until = max(until, now + policy.closing_seconds)
        return True

    def let_go(self, now: float, policy: Policy) -> None:
        """A gate that was held open for everybody closes."""
        self.due[Due.HAS_SHUT] = now + policy.closing_seconds + SHUT_SLACK_SECONDS

    def somebody_else_passed(self, now: float) -> bool:
        """Say whether a passage is that of somebody who was let in or out without a voucher: one person for each."""
        if now >= self.others_until:
            return False
        self.others_until = now
        self.due.pop(Due.SHUT, None)
        return True

    def overdue(self, now: float) -> list[Due]:
        """Return what has to be seen to now, each once."""
        overdue = [what for what in Due if self.due.get(what, now + 1) <= now]
        for what in overdue:
            del self.due[what]
        return overdue
