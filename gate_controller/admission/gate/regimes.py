"""
What staff order for a while: the gate held open, locked, or out of service.

Rules: one at a time, the newest; it is in the journal, outlasts a restart, and ends by itself or when a person says
so; whoever wants out is let out under each of them.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from gate_controller.admission.attempt.turn import Turn
from gate_controller.admission.words.events import Instant, RegimeOrdered
from gate_controller.admission.words.facts import Fact, Regime, RegimeBegun, RegimeEnded
from gate_controller.admission.words.frozen import slotted
from gate_controller.admission.words.messages import REGIME_FAULTS, Fault

# So late at most is it seen that the wall clock was put right: it tells the moment that was ordered.
_LOOK_SECONDS = 60.0

# Less is no other time, but what is lost in the numbers.
_JUMP_SECONDS = 1.0

CAME_FROM_ELSEWHERE = "the journal came from another machine"
REPLACED = "another order came"
OVER = "its time was up"

_WHY: Final[Mapping[Regime, str]] = {
    Regime.HELD_OPEN: "{by} holds it open: `gate-controller gate resume` ends that",
    Regime.LOCKED: "{by} has locked it: `gate-controller gate resume` ends that",
    Regime.OUT_OF_SERVICE: "{by} has put it out of service: `gate-controller gate resume` ends that",
}


@slotted
class Regimes:
    """What holds by order of staff just now."""

    now: RegimeBegun | None = None
    ends: float | None = None
    """Monotonic time at which it ends by itself."""
    _looked_at: float = 0.0

    @property
    def wake_at(self) -> float | None:
        """Monotonic time at which it ends, or is looked at again."""
        return None if self.ends is None else min(self.ends, self._looked_at + _LOOK_SECONDS)

    def follow_clock(self, at: Instant) -> None:
        """Let it end at the moment that was ordered, though the wall clock has been put right since."""
        self._looked_at = at.mono
        if self.ends is None or self.now is None or self.now.until is None:
            return
        ends = at.mono + self.now.until - at.wall
        if abs(ends - self.ends) > _JUMP_SECONDS:
            self.ends = ends

    def recover(self, histories: Sequence[Sequence[Fact]], turn: Turn, *, is_foreign: bool) -> None:
        """
        Take up what held when the gate stopped; of several, which only a torn journal has, the newest.

        That a gate was held open on one machine says nothing about another.
        """
        for facts in histories:
            begun = facts[0]
            if not isinstance(begun, RegimeBegun):
                continue
            if is_foreign or (begun.until is not None and begun.until <= turn.at.wall):
                why = CAME_FROM_ELSEWHERE if is_foreign else OVER
                turn.write(RegimeEnded(begun.attempt, 1, turn.at.wall, why=why))
            else:
                self._end(turn, why=REPLACED)
                self._hold(begun, turn)

    def begin(self, order: RegimeOrdered, turn: Turn) -> None:
        """Let what is ordered hold from now on, in place of what held before."""
        self._end(turn, by=order.by, why=REPLACED, next_one=order.regime)
        attempt, incident = turn.names.next()
        until, text = order.until, order.text
        begun = RegimeBegun(
            attempt, 0, turn.at.wall, incident, order.regime, order.by, order.reason, until, text, order.id
        )
        self._hold(begun, turn)
        # The gate first: its record is for later.
        turn.write(begun)
        turn.note(
            f"regime=begun what={order.regime.name.lower()} by={order.by!r} reason={order.reason!r} incident={incident}"
        )

    def _hold(self, begun: RegimeBegun, turn: Turn) -> None:
        self.now = turn.regime = begun
        self._looked_at = turn.at.mono
        self.ends = None if begun.until is None else turn.at.mono + begun.until - turn.at.wall
        turn.fault(REGIME_FAULTS[begun.regime], _WHY[begun.regime].format(by=begun.by))
        if begun.regime is Regime.HELD_OPEN:
            turn.hold_open()

    def end(self, turn: Turn, by: str = "", why: str = "", *, order: str = "") -> bool:
        """End what holds; say whether anything did. `order` names the order that ends it, or did not get it to open."""
        return self._end(turn, by=by, why=why, order=order)

    def time_passed(self, turn: Turn) -> None:
        """End what has come to its end."""
        if self.ends is not None and turn.at.mono >= self.ends:
            self._end(turn, why=OVER)

    def _end(self, turn: Turn, *, by: str = "", why: str = "", order: str = "", next_one: Regime | None = None) -> bool:
        if (ended := self.now) is None:
            return False
        self.now, self.ends, turn.regime = None, None, None
        fault = REGIME_FAULTS[ended.regime]
        if ended.regime is not Regime.HELD_OPEN or next_one is Regime.HELD_OPEN:
            turn.clear(fault)
        else:
            turn.end_hold(fault)
        turn.write(RegimeEnded(ended.attempt, 1, turn.at.wall, by, why, order))
        turn.note(f"regime=ended what={ended.regime.name.lower()} by={by!r} why={why!r} incident={ended.incident}")
        return True


def objection_to(order: RegimeOrdered, faults: Mapping[Fault, str], now: float) -> str:
    """Return why an order cannot be carried out; empty where it can. `now` is wall clock."""
    if order.until is not None and order.until <= now:
        return "its end has passed already: name a later one"
    if Fault.STOPPING in faults:
        return "it is being stopped"
    if Fault.STARTING in faults:
        return "it is still starting: try again in a moment"
    if order.regime is Regime.HELD_OPEN:
        for fault in (Fault.RELAY, Fault.BLOCKED):
            if fault in faults:
                return f"it cannot open: {faults[fault]}"
    elif order.regime is Regime.LOCKED and Fault.FIRE in faults:
        return "the fire alarm holds it open: it cannot be locked"
    return ""
