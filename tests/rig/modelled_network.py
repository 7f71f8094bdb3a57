"""
The way to E-GUMA and back as the core's tests model it: each call meets the next fate that was foretold for its kind.

A call that nobody foretold is answered soon. What has been sent takes effect even if the gate has died meanwhile.
"""

from collections import deque
from collections.abc import Callable
from typing import Any, Protocol

from gate_controller.admission.words.calls import CallFailed, CallFault
from gate_controller.admission.words.events import Event
from tests.rig.steps import LATEST_EFFECT_SECONDS, Call, Fate
from tests.rig.steps import Network as Step

SOON = 0.02

_FAILURES = {
    Fate.LOST_BEFORE: CallFault.UNKNOWN,
    Fate.LOST_AFTER: CallFault.UNKNOWN,
    Fate.NOT_SENT: CallFault.NOT_SENT,
    Fate.REFUSED: CallFault.REFUSED,
    Fate.KEY_NOT_ACCEPTED: CallFault.KEY_NOT_ACCEPTED,
}


class Surroundings(Protocol):
    """What the network needs of the world."""

    now: float

    def later(self, seconds: float, happens: Callable[[], None], *, outlives: bool = False) -> None:
        """Let something happen."""

    def post(self, event: Event) -> None:
        """Tell the gate."""

    def answered(self) -> None:
        """E-GUMA has answered, so the gate knows what time it is."""

    def tell(self, line: str) -> None:
        """Note a line of the trace."""


class Network:
    """The calls under way."""

    def __init__(self, world: Surroundings) -> None:
        self._world = world
        self._back_at = float("-inf")
        self._fates: dict[Call, deque[Step]] = {}
        self.effects: list[str] = []
        """Reference numbers of charges that will still take effect."""
        self.doubled: set[str] = set()
        """Reference numbers of charges that were sent twice on the way."""
        self.heal()

    def heal(self) -> None:
        """Let every call from here on be answered soon."""
        self._fates = {call: deque() for call in Call}
        self._back_at = float("-inf")

    def out_of_reach(self, seconds: float) -> None:
        """Let nothing arrive for so long."""
        self._back_at = self._world.now + seconds

    def foretell(self, step: Step) -> None:
        """Say what the next call of a kind meets, after those that have been foretold."""
        self._fates[step.call].append(step)

    def call(
        self,
        call: Call,
        seconds_left: float,
        effect: Callable[[], Any],
        event: Callable[[Any], Event],
        reference: str = "",
    ) -> None:
        """Carry a call out: `effect` is what it does at E-GUMA, `event` tells the gate how it ended."""
        fates = self._fates[call]
        step = fates.popleft() if fates else Step(0.0, call, Fate.ANSWERED)
        if self._world.now < self._back_at:
            step = Step(0.0, call, Fate.NOT_SENT, 0.5)
        seconds, left, world = step.seconds, max(seconds_left, 0.0), self._world
        told: list[Any] = []

        def effect_after(after: float) -> None:
            def takes_effect() -> None:
                self.effects.remove(reference)
                told.append(effect())
                world.tell(f"  E-GUMA: {call.value} {reference}: {told[0]}")

            self.effects.append(reference)
            world.later(after, takes_effect, outlives=True)

        def answers() -> None:
            world.answered()
            world.post(event(told[-1]))

        def fails(after: float, fault: CallFault) -> None:
            world.later(min(after, left), lambda: world.post(event(CallFailed(fault, f"{fault.name} in this story"))))

        match step.fate:
            case Fate.ANSWERED if seconds <= left:
                effect_after(seconds / 2)
                world.later(seconds, answers)
            case Fate.DOUBLED if seconds <= left:
                if reference:
                    self.doubled.add(reference)
                effect_after(seconds / 3)
                effect_after(seconds / 2)
                world.later(seconds, answers)
            case Fate.ANSWERED | Fate.DOUBLED | Fate.LATE_EFFECT:
                fails(SOON if step.fate is Fate.LATE_EFFECT else left, CallFault.UNKNOWN)
                effect_after(min(seconds, LATEST_EFFECT_SECONDS))
            case Fate.OVERDUE:
                effect_after(left)
                world.later(left + seconds, answers)
            case _:
                if step.fate is Fate.LOST_AFTER:
                    effect_after(min(seconds, left) / 2)
                fails(seconds, _FAILURES[step.fate])
