"""
Mock pins that tell when they turn on: the moment goes to a pipe, on the clock that all processes share.

gpiozero's mock pin keeps every change for ever. That would count as the gate's memory, so this one keeps none.
"""

import os
import sys
import time

from gpiozero import Device
from gpiozero.pins.mock import MockFactory, MockPin


class _TellingPin(MockPin):  # type: ignore[misc]  # gpiozero has no types
    pipe = -1
    told = frozenset[str]()
    _state: object

    def _change_state(self, value: object) -> bool:
        if self._state == value:
            return False
        self._state = value
        if value and self.info.name in self.told:
            os.write(self.pipe, b"%s %d\n" % (self.info.name.encode(), time.monotonic_ns()))
        return True


def tell_when_on(pins: str, pipe: int) -> None:
    """From now on pins are mock pins; each time one of `pins` (as "17,27") turns on, a line of its own is in `pipe`."""
    _TellingPin.told, _TellingPin.pipe = frozenset(f"GPIO{pin}" for pin in pins.split(",")), pipe
    Device.pin_factory = MockFactory(pin_class=_TellingPin)


def main() -> int:
    """Be `gate-controller ARGUMENTS…` with such pins: `python -m tests.bench.pins PINS PIPE ARGUMENTS…`."""
    from gate_controller.cli import main as gate_controller  # noqa: PLC0415 - not for the naive gate

    pins, pipe, *arguments = sys.argv[1:]
    tell_when_on(pins, int(pipe))
    return gate_controller(arguments)


if __name__ == "__main__":
    sys.exit(main())
