"""
gpiozero's mock pins for one test: a fresh board, what each of its pins did and when (by the mock pin's own
record), and pins that break.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from gpiozero import Device
from gpiozero.pins.mock import MockFactory, MockPin, MockPWMPin


class BreakablePin(MockPin):  # type: ignore[misc]  # gpiozero has no types
    """
    A mock pin that fails to be set or read while it is broken, with the error of a failing GPIO chip. What it is
    connected to wins over its pull resistor, as a contact does.
    """

    broken = False
    obeys = False
    unreadable = False
    wired_high: bool | None = None

    def _get_state(self) -> object:
        if self.unreadable:
            raise OSError(5, "Input/output error")
        return super()._get_state()

    def _set_pull(self, value: str) -> None:
        super()._set_pull(value)
        if self.wired_high is not None:
            (self.drive_high if self.wired_high else self.drive_low)()

    def _set_state(self, value: object) -> None:
        if self.obeys or not self.broken:
            super()._set_state(value)
        if self.broken:
            raise OSError(5, "Input/output error")


class TonePin(BreakablePin, MockPWMPin):  # type: ignore[misc]  # gpiozero has no types
    """A mock pin that gives tones too, which other mock pins cannot, and remembers their pitches."""

    def __init__(self, factory: Any, info: Any) -> None:
        super().__init__(factory, info)
        self.pitches: list[int] = []

    def _set_frequency(self, value: int | None) -> None:
        if self.broken:
            raise OSError(5, "Input/output error")
        super()._set_frequency(value)
        if value is not None:
            self.pitches.append(value)


@dataclass(frozen=True, slots=True)
class Edge:
    """One change of a pin: when, by `time.monotonic()`, and to which level."""

    at: float
    high: bool


class Pins:
    """The pins of one mock board, by their BCM numbers."""

    def __init__(self, factory: Any) -> None:
        self._factory = factory

    def pin(self, number: int) -> Any:
        """Return gpiozero's mock pin."""
        return self._factory.pin(number)

    def is_high(self, number: int) -> bool:
        """Whether the pin is high now."""
        return bool(self.pin(number).state)

    def is_output(self, number: int) -> bool:
        """Whether the pin is driven."""
        return bool(self.pin(number).function == "output")

    def edges(self, number: int) -> list[Edge]:
        """Return every change of the pin since it was made, in order."""
        pin = self.pin(number)
        # Each of the pin's records says how long after the one before; only the last one's time is kept.
        edges: list[Edge] = []
        at = pin._last_change
        for elapsed, state in reversed(pin.states[1:]):
            edges.insert(0, Edge(at, bool(state)))
            at -= elapsed
        return edges

    def pulses(self, number: int, *, active_high: bool = True) -> list[float]:
        """Return how long the pin was on each time it was turned on and off again, in seconds."""
        edges = self.edges(number)
        return [end.at - start.at for start, end in pairwise(edges) if start.high is active_high]

    def connect(self, *numbers: int, high: bool = False) -> None:
        """Close contacts between these pins and ground, or 3.3 V (`high`); before the gate has the pins, too."""
        for number in numbers:
            pin = self.pin(number)
            pin.wired_high = high
            (pin.drive_high if high else pin.drive_low)()

    def disconnect(self, *numbers: int) -> None:
        """Open these contacts: the pull resistors have the pins."""
        for number in numbers:
            pin = self.pin(number)
            pin.wired_high = None
            pin.pull = pin.pull

    def break_pin(self, number: int, *, obeys: bool = False) -> None:
        """Let every attempt to set the pin fail; a pin that `obeys` changes all the same."""
        pin = self.pin(number)
        pin.broken, pin.obeys = True, obeys

    def break_reading(self, number: int) -> None:
        """Let every look at the pin fail."""
        self.pin(number).unreadable = True

    def mend(self, number: int) -> None:
        """Let the pin work again."""
        pin = self.pin(number)
        pin.broken = pin.unreadable = False


@contextmanager
def mock_pins(pin_class: type[BreakablePin] = BreakablePin) -> Iterator[Pins]:
    """Make a board of mock pins gpiozero's default for a while."""
    before = Device.pin_factory
    factory = MockFactory(pin_class=pin_class)
    Device.pin_factory = factory
    try:
        yield Pins(factory)
    finally:
        factory.reset()
        Device.pin_factory = before
