"""
The lamps: what each signal looks like is one table of patterns, and one thread plays the pattern that is on.

A pattern is a ring of steps, each a set of lit lamps and how long they stay. A steady one has a single step
without an end, so the thread sleeps without a timeout; only a blinking signal wakes it, twice a second.
"""

import threading
import time
from dataclasses import dataclass
from enum import Enum

from gate_controller.admission.messages import Signal
from gate_controller.devices.errors import DeviceError
from gate_controller.devices.gpio import Output


class Lamp(Enum):
    """The lamps a gate can have."""

    GREEN = "green lamp"
    RED = "red lamp"
    YELLOW = "yellow lamp"


@dataclass(frozen=True, slots=True)
class Step:
    """Which lamps are lit, and for how long; None: until another signal is shown."""

    lit: frozenset[Lamp]
    seconds: float | None = None


def _steady(*lamps: Lamp) -> tuple[Step, ...]:
    return (Step(frozenset(lamps)),)


def _blinking(*lamps: Lamp, hertz: float = 1.0) -> tuple[Step, ...]:
    half = 0.5 / hertz
    return (Step(frozenset(lamps), half), Step(frozenset(), half))


PATTERNS: dict[Signal, tuple[Step, ...]] = {
    Signal.IDLE: _steady(),
    Signal.CHECKING: _steady(Lamp.YELLOW),
    Signal.ADMITTED: _steady(Lamp.GREEN),
    Signal.REFUSED: _steady(Lamp.RED),
    Signal.OUT_OF_SERVICE: _blinking(Lamp.RED),
    Signal.HELD_OPEN: _blinking(Lamp.GREEN),
}
"""What each signal looks like."""

_JOIN_SECONDS = 1.0


class Lamps:
    """
    The gate's lamps by their pins (BCM); None for a lamp that is not fitted. All are dark from the start.

    A lamp that fails does not stop the others: its fault is raised once, by the next `show`, and again only
    after it has worked. A pin that cannot be had at all is such a fault, so making the lamps never raises.
    """

    def __init__(self, *, green: int | None, red: int | None, yellow: int | None) -> None:
        self._changed = threading.Condition()
        self._outputs: dict[Lamp, Output] = {}
        self._failing: set[Lamp] = set()
        self._untold: dict[Lamp, str] = {}
        self._signal: Signal | None = None
        self._pattern = _steady()
        self._step = 0
        self._step_ends: float | None = None
        self._closed = False
        for lamp, pin in ((Lamp.GREEN, green), (Lamp.RED, red), (Lamp.YELLOW, yellow)):
            if pin is not None:
                self._fit(lamp, pin)
        self._thread = threading.Thread(target=self._play, name="lamps", daemon=True)
        self._thread.start()

    def show(self, signal: Signal) -> None:
        """
        Show a signal: its first step is lit when this returns. The same one again changes nothing.

        Raises `DeviceError` for lamps that have failed since the last call; the others show it all the same.
        """
        with self._changed:
            if signal is not self._signal:
                self._signal = signal
                self._start(PATTERNS[signal])
            untold, self._untold = "; ".join(self._untold.values()), {}
        if untold:
            raise DeviceError(untold)

    def off(self) -> None:
        """Turn all lamps off until the next signal."""
        with self._changed:
            self._signal = None
            self._start(_steady())

    def close(self) -> None:
        """Turn all lamps off and give the pins back. After this, nothing is shown and nothing raised."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join(_JOIN_SECONDS)
        with self._changed:
            for lamp, output in self._outputs.items():
                try:
                    output.close()
                except DeviceError as error:
                    self._note(lamp, error)
            self._outputs.clear()

    def _fit(self, lamp: Lamp, pin: int) -> None:
        try:
            self._outputs[lamp] = Output(pin, name=lamp.value)
        except DeviceError as error:
            self._note(lamp, error)

    def _note(self, lamp: Lamp, error: DeviceError) -> None:
        if lamp not in self._failing:
            self._untold[lamp] = str(error)
        self._failing.add(lamp)

    def _start(self, pattern: tuple[Step, ...]) -> None:
        self._pattern = pattern
        self._enter(0)
        self._changed.notify()

    def _enter(self, step: int) -> None:
        self._step = step
        now = self._pattern[step]
        self._step_ends = None if now.seconds is None else time.monotonic() + now.seconds
        # First what goes dark, then what lights up: green and red are never lit together.
        for lamp in sorted(self._outputs, key=lambda lamp: lamp in now.lit):
            try:
                if lamp in now.lit:
                    self._outputs[lamp].on()
                else:
                    self._outputs[lamp].off()
            except DeviceError as error:
                self._note(lamp, error)
            else:
                self._failing.discard(lamp)

    def _play(self) -> None:
        with self._changed:
            while not self._closed:
                if self._step_ends is None:
                    self._changed.wait()
                elif (left := self._step_ends - time.monotonic()) > 0:
                    self._changed.wait(left)
                else:
                    self._enter((self._step + 1) % len(self._pattern))
