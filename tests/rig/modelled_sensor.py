"""The passage sensor as the core's tests model it: it sees who passes and what is noise, and it sticks."""

from collections import deque
from collections.abc import Callable
from typing import Protocol

from gate_controller.admission.words import events as on
from tests.rig.promises import Pulse, Watch
from tests.rig.steps import SensorSticks, Sticking

PASSING_SECONDS = 1.0
UNREADABLE = "it cannot be read"


class Surroundings(Protocol):
    """What the sensor needs of the world."""

    up: bool
    watch: Watch

    def instant(self) -> on.Instant:
        """Return this moment on the gate's two clocks."""

    def later(self, seconds: float, happens: Callable[[], None], *, outlives: bool = False) -> None:
        """Let something happen."""

    def post(self, event: on.Event) -> None:
        """Tell the gate."""


class Sensor:
    """One passage sensor, or none where it is not fitted."""

    def __init__(self, world: Surroundings, *, is_fitted: bool) -> None:
        self._world = world
        self._is_fitted = is_fitted
        self._sticks: SensorSticks | None = None
        self.noise: deque[float] = deque()
        """For how long it takes the relay for somebody, at each of the next releases."""

    def released(self, pulse: Pulse) -> None:
        """Let it see who passes after a release, and what it takes for somebody."""
        if self.noise:
            seconds = self.noise.popleft()
            self._world.later(0.003, lambda: self._sees(seconds))
        if pulse.passes:
            self._world.later(PASSING_SECONDS, lambda: self._passes(pulse))

    def stray_passage(self) -> None:
        """Let it see somebody for whom the gate did not open."""
        if self._world.up and self._is_fitted and not self._world.watch.lane_is_released():
            self._sees(0.3)

    def stick(self, step: SensorSticks) -> None:
        """Let it fail for a while."""
        if not self._is_fitted or self._sticks is not None:
            return
        if step.how is Sticking.SEES_SOMEBODY:
            if self._world.watch.lane_is_released():
                self._world.watch.pulses[-1].is_unseen = True  # to the gate it is the visitor
            self._says(active=True)
        elif step.how is Sticking.UNREADABLE:
            self._world.post(on.SensorFailed(self._world.instant(), UNREADABLE))
        self._sticks = step
        self._world.later(step.seconds, self._unstick, outlives=True)

    def heal(self) -> None:
        """Let it work from here on."""
        self._unstick()
        self.noise.clear()

    def report(self) -> None:
        """Let it say how it is, as at a start."""
        how = self._sticks.how if self._sticks is not None else None
        if how is Sticking.UNREADABLE:
            self._world.post(on.SensorFailed(self._world.instant(), UNREADABLE))
        elif self._is_fitted:
            sees = how is Sticking.SEES_SOMEBODY
            self._world.post(on.SensorChanged(self._world.instant(), sees, float("-inf")))

    def _passes(self, pulse: Pulse) -> None:
        pulse.is_unseen = self._sticks is not None
        self._sees(0.3)

    def _sees(self, seconds: float) -> None:
        if self._sticks is None:
            self._says(active=True)
            self._world.later(seconds, lambda: self._says(active=False))

    def _says(self, *, active: bool) -> None:
        if self._sticks is None:
            now = self._world.instant()
            self._world.post(on.SensorChanged(now, active, now.mono))

    def _unstick(self) -> None:
        if self._sticks is not None:
            self._sticks = None
            self._says(active=False)
