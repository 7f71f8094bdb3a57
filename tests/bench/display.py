"""
A gate with a 128x64 OLED on a bus as slow as a real one, or on one that hangs, and with the pins of `pins.py`.

The bus is put in the place of the machine's from outside: the gate itself is the one that everybody starts.
"""

import os
import sys
import time

import smbus2

from tests.bench.pins import tell_when_on
from tests.rig.fake_i2c import FakeI2C

ADDRESS = 0x3C
BUS_HZ = 400_000

# The display has been set up by then, and shows its first picture: what hangs is a bus in use.
_TRANSFERS_BEFORE_THE_HANG = 20


class _Panel:
    """What answers on the bus: it keeps nothing, and tells each transfer's end to the pipe, if there is one."""

    def __init__(self, pipe: int, *, hangs: bool) -> None:
        self.line = FakeI2C({ADDRESS: self}, hertz=BUS_HZ)
        self._pipe = pipe
        self._left = _TRANSFERS_BEFORE_THE_HANG if hangs else -1

    def receive(self, data: bytes) -> None:  # noqa: ARG002 - nobody looks at it
        self.line.sent.clear()  # it would count as the gate's memory
        if self._pipe >= 0:
            os.write(self._pipe, b"I2C %d\n" % time.monotonic_ns())
        self._left -= 1
        if self._left == 0:
            self.line.hang()


def main() -> int:
    """Be `gate-controller ARGUMENTS…` with these: `python -m tests.bench.display slow|hangs PINS PIPE ARGUMENTS…`."""
    from gate_controller.cli import main as gate_controller  # noqa: PLC0415 - after the bus has taken its place

    how, pins, pipe, *arguments = sys.argv[1:]
    told = int(pipe)
    if pins:
        tell_when_on(pins, told)
    # A bus that hangs tells nothing: its pipe is for the pins.
    line = _Panel(told if how == "slow" else -1, hangs=how == "hangs").line
    smbus2.SMBus = line.open  # type: ignore[assignment, misc]  # the gate calls it, and asks for no more
    return gate_controller(arguments)


if __name__ == "__main__":
    sys.exit(main())
