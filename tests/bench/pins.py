"""
A mock relay that tells when it moves: the moment goes to a pipe, on the clock that all processes share.

gpiozero's mock pin keeps every change for ever. That would count as the gate's memory, so this one keeps none.
"""

import os
import sys
import time

from gpiozero import Device
from gpiozero.pins.mock import MockFactory, MockPin


class _TellingPin(MockPin):  # type: ignore[misc]  # gpiozero has no types
    pipe = -1
    relay = -1
    _state: object

    def _change_state(self, value: object) -> bool:
        if self._state == value:
            return False
        self._state = value
        if value and self.info.name == f"GPIO{self.relay}":
            os.write(self.pipe, b"%d\n" % time.monotonic_ns())
        return True


def tell_when_on(relay: int, pipe: int) -> None:
    """From now on pins are mock pins, and each time the relay turns on, its moment is written to `pipe` as a line."""
    _TellingPin.relay, _TellingPin.pipe = relay, pipe
    Device.pin_factory = MockFactory(pin_class=_TellingPin)


def main() -> int:
    """Be `gate-controller ARGUMENTS…` with such pins: `python -m tests.bench.pins RELAY PIPE ARGUMENTS…`."""
    from gate_controller.cli import main as gate_controller  # noqa: PLC0415 - not for the naive gate

    relay, pipe, *arguments = sys.argv[1:]
    tell_when_on(int(relay), int(pipe))
    return gate_controller(arguments)


if __name__ == "__main__":
    sys.exit(main())
