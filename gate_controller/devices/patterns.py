"""
What lamps and buzzer do for each signal and sound, as tables, and the player of such patterns.

Rules: within a mode, no two signals have the same rhythm, and no two sounds the same beeps. Colour and pitch only
add to that, for those who tell them apart. Nothing flashes more than three times in a second (WCAG 2.3.1: more
can bring on a seizure), and every beep ends by itself.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import field
from enum import Enum
from typing import Generic, TypeVar

from gate_controller.admission.words.frozen import frozen
from gate_controller.admission.words.messages import Signal, Sound

What = TypeVar("What")


@frozen
class PatternStep(Generic[What]):
    """What is on, and for how many seconds; None: until another pattern begins."""

    what: What
    seconds: float | None = None


class Lamp(Enum):
    """The lamps a gate can have, or the colours of its only one."""

    GREEN = "green lamp"
    RED = "red lamp"
    YELLOW = "yellow lamp"
    BLUE = "blue lamp"


class Mode(Enum):
    """Which lamps there are, and whether they tell that the gate is shut."""

    SEPARATE = "separate"
    """Three lamps, dark while idle."""
    TRAFFIC = "traffic"
    """Three lamps as on a traffic light: red while idle."""
    RGB = "rgb"
    """One lamp of three colours: green, red, and blue where the others have yellow."""


@frozen
class Flash:
    """One flash: how long a lamp is lit, and how long it is dark after that, in seconds."""

    lit: float
    dark: float


@frozen
class Look:
    """What a signal looks like: these lamps, flashing so over and over; without flashes they are steady."""

    lamps: frozenset[Lamp]
    flashes: tuple[Flash, ...] = ()
    steps: tuple[PatternStep[frozenset[Lamp]], ...] = field(init=False, repr=False, compare=False)
    """The same as a ring of steps, the first one lit."""

    def __post_init__(self) -> None:
        """Make the steps, once."""
        lit, dark = self.lamps, frozenset[Lamp]()
        steps = [
            step for flash in self.flashes for step in (PatternStep(lit, flash.lit), PatternStep(dark, flash.dark))
        ]
        object.__setattr__(self, "steps", tuple(steps) or (PatternStep(lit),))


def _look(*lamps: Lamp, flashes: tuple[Flash, ...] = ()) -> Look:
    return Look(frozenset(lamps), flashes)


# No phase is under 0.2 s. Then four flashes take longer than a second even where a change of signal cuts one
# phase short, which it does as soon as there is a verdict.
_SLOW_PULSE = (Flash(0.5, 0.5),)
_THREE_FLASHES = (Flash(0.2, 0.2), Flash(0.2, 0.2), Flash(0.2, 1.0))
_RARE_FLASH = (Flash(0.5, 1.5),)
_LONG_LIGHT = (Flash(1.7, 0.3),)
_QUICK_FLASHES = (Flash(0.2, 0.2),)

_SEPARATE = {
    Signal.IDLE: _look(),
    Signal.CHECKING: _look(Lamp.YELLOW, flashes=_SLOW_PULSE),
    Signal.ADMITTED: _look(Lamp.GREEN),
    Signal.REFUSED: _look(Lamp.RED, flashes=_THREE_FLASHES),
    Signal.OUT_OF_SERVICE: _look(Lamp.RED, flashes=_RARE_FLASH),
    Signal.HELD_OPEN: _look(Lamp.GREEN, flashes=_LONG_LIGHT),
}

LOOKS: dict[Mode, dict[Signal, Look]] = {
    Mode.SEPARATE: _SEPARATE,
    # Red is steady while idle here, so a steady green would differ from it by its colour only.
    Mode.TRAFFIC: _SEPARATE
    | {Signal.IDLE: _look(Lamp.RED), Signal.ADMITTED: _look(Lamp.GREEN, flashes=_QUICK_FLASHES)},
    # One place for all colours, so each tells as much as it can: blue is far from red and green for colour-blind
    # eyes too, and yellow (red and green together) keeps a gate out of order apart from a refusal.
    Mode.RGB: _SEPARATE
    | {
        Signal.CHECKING: _look(Lamp.BLUE, flashes=_SLOW_PULSE),
        Signal.OUT_OF_SERVICE: _look(Lamp.RED, Lamp.GREEN, flashes=_RARE_FLASH),
    },
}
"""What each signal looks like, for each mode."""


MAX_BEEP_SECONDS = 1.0
"""The longest a buzzer sounds at a stretch, in seconds."""


@frozen
class Beep:
    """One beep of a buzzer; `hertz` is its pitch, where the buzzer has one. Silence follows every beep."""

    seconds: float
    hertz: int
    pause: float = 0.1

    def __post_init__(self) -> None:
        # Both comparisons are also false for NaN.
        if not (0 < self.seconds <= MAX_BEEP_SECONDS and self.pause > 0):
            raise ValueError(f"{self}: a beep takes more than 0 and at most {MAX_BEEP_SECONDS} s, then silence")


# All pitches are notes (C6, G6, A5, F5) under 2 kHz, for age takes the high tones first, and over 500 Hz, for a small
# buzzer hardly makes lower ones.
SOUNDS: dict[Sound, tuple[Beep, ...]] = {
    Sound.ADMITTED: (Beep(0.1, 1047), Beep(0.1, 1568)),
    Sound.REFUSED: (Beep(0.25, 1047), Beep(0.25, 880), Beep(0.25, 698)),
    Sound.WAIT: (Beep(0.1, 1047),),
    Sound.ERROR: (Beep(0.6, 698, pause=0.2), Beep(0.6, 698)),
}
"""What each sound is made of. It is played once."""


def steps_of(beeps: tuple[Beep, ...]) -> tuple[PatternStep[int | None], ...]:
    """Return beeps as steps: pitches in hertz and silence (None), which is the last step and has no end."""
    steps: list[PatternStep[int | None]] = []
    for beep in beeps:
        steps += [PatternStep(beep.hertz, beep.seconds), PatternStep(None, beep.pause)]
    return (*steps[:-1], PatternStep(None))


# How soon a step is tried again. Often enough that a passing fault is over soon, rare enough that a dead pin
# costs no CPU.
_RETRY_SECONDS = 0.25

# close() waits this long for the thread, which has nothing to do but to notice it.
_JOIN_SECONDS = 1.0


class PatternPlayer(Generic[What]):
    """
    Plays one pattern at a time, step by step, in a thread of its own that sleeps unless a step ends.

    A pattern is a ring of steps; one with a step that has no end stops there, and then no thread wakes. `put`
    makes a step real, never raises, and returns whether the step is to be left at that; if not, it is put
    again soon. It is called with `lock` held, by any thread. `rest` is what is put at the end.
    """

    def __init__(self, name: str, put: Callable[[What], bool], rest: What) -> None:
        self.lock = threading.RLock()
        """Held while steps are put. Whoever shares state with `put` takes it; it may be taken twice."""
        self._put = put
        self._rest = rest
        self._changed = threading.Condition(self.lock)
        self._pattern: tuple[PatternStep[What], ...] = (PatternStep(rest),)
        self._next_at: float | None = None
        self._next = 0
        self._closed = False
        self._thread = threading.Thread(target=self._play, name=name, daemon=True)
        self._thread.start()

    def start(self, pattern: tuple[PatternStep[What], ...]) -> None:
        """Play a pattern in place of the one before; its first step is put when this returns."""
        with self.lock:
            # Without the thread nothing would end a step, so none begins.
            if not self._closed and self._thread.is_alive():
                self._pattern = pattern
                self._enter(0)
                self._changed.notify()

    def close(self) -> None:
        """Put what is put at rest, and end the thread. Not to be called with `lock` held."""
        with self.lock:
            self._closed = True
            self._changed.notify()
        self._thread.join(_JOIN_SECONDS)

    def _enter(self, index: int) -> None:
        step = self._pattern[index]
        if not self._put(step.what):
            self._next, self._next_at = index, time.monotonic() + _RETRY_SECONDS
        elif step.seconds is None:
            self._next_at = None
        else:
            # Counted from after the change, so that no step is shorter than it says.
            self._next, self._next_at = (index + 1) % len(self._pattern), time.monotonic() + step.seconds

    def _play(self) -> None:
        with self.lock:
            try:
                while not self._closed:
                    left = None if self._next_at is None else self._next_at - time.monotonic()
                    if left is None or left > 0:
                        self._changed.wait(left)
                    else:
                        self._enter(self._next)
            finally:  # whatever ends this thread, nothing goes on that only it would have ended
                self._put(self._rest)
