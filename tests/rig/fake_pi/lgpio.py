"""
The library lgpio (0.2.2) on a chip that only takes notes: for processes of their own, which find it on PYTHONPATH.

What it does is written to the file that `FAKE_PI_NOTES` names, one line a call: the moment (monotonic, in ns), the
process, the call, and its numbers. As the real one does, it makes a FIFO in its working directory when it is imported,
goes there, and fails where it may not. To gpiozero, this machine is a Raspberry Pi from then on.
"""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

SET_PULL_NONE, SET_PULL_UP, SET_PULL_DOWN = 128, 32, 64
RISING_EDGE, FALLING_EDGE, BOTH_EDGES = 1, 2, 3

_CHIP_HANDLE = 7
_IS_OUTPUT = 2
_levels: dict[int, int] = {}


class error(Exception):  # noqa: N801 - the library's name
    """What every failing call raises."""


def gpiochip_open(chip: int) -> int:
    """Open a chip. Raises `error` for that which `FAKE_PI_LACKS`."""
    if os.environ.get("FAKE_PI_LACKS") == str(chip):
        raise error("can not open gpiochip")
    _note("open", chip)
    return _CHIP_HANDLE


def gpiochip_close(handle: int) -> None:
    """Close it."""
    _note("close", handle)


def gpio_claim_output(handle: int, pin: int, level: int = 0, flags: int = 0) -> None:  # noqa: ARG001
    """Make a pin an output at a level. Raises `error` for the pin that `FAKE_PI_BUSY` names."""
    if os.environ.get("FAKE_PI_BUSY") == str(pin):
        raise error("GPIO busy")
    _levels[pin] = level
    _note("output", pin, level)


def gpio_claim_input(handle: int, pin: int, flags: int = 0) -> None:  # noqa: ARG001
    """Make a pin an input, which is high where it is pulled up."""
    _levels.pop(pin, None)
    _note("input", pin)


def gpio_claim_alert(handle: int, pin: int, edges: int, flags: int = 0) -> None:
    """Make a pin an input that tells of its edges: here it has none."""


def gpio_free(handle: int, pin: int) -> None:  # noqa: ARG001
    """Let go of a pin."""
    _levels.pop(pin, None)


def gpio_get_mode(handle: int, pin: int) -> int:  # noqa: ARG001
    """Tell whether a pin is an output."""
    return _IS_OUTPUT if pin in _levels else 0


def gpio_read(handle: int, pin: int) -> int:  # noqa: ARG001
    """Return a pin's level."""
    return _levels.get(pin, 1)


def gpio_write(handle: int, pin: int, level: int) -> None:  # noqa: ARG001
    """Put an output at a level."""
    _levels[pin] = int(level)
    _note("output", pin, int(level))


def gpio_set_debounce_micros(handle: int, pin: int, micros: int) -> None:
    """Debounce: there is nothing to do."""


class callback:  # noqa: N801 - the library's name
    """Whoever would be called."""

    def __init__(self, handle: int, pin: int, edges: int, func: Callable[..., None]) -> None: ...

    def cancel(self) -> None:
        """Nobody is."""


def _note(call: str, *numbers: int) -> None:
    if name := os.environ.get("FAKE_PI_NOTES"):
        line = " ".join((str(time.monotonic_ns()), str(os.getpid()), call, *map(str, numbers)))
        handle = os.open(name, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.write(handle, line.encode() + b"\n")
        os.close(handle)


def _be_imported() -> None:
    place = Path(os.environ.get("LG_WD") or Path.cwd())
    os.chdir(place)
    fifo = Path(".lgd-nfy0")
    fifo.unlink(missing_ok=True)
    os.mkfifo(fifo)
    if "gpiozero" in sys.modules:
        from gpiozero.pins.local import LocalPiFactory  # noqa: PLC0415

        LocalPiFactory._get_revision = lambda _self: 0xA02082


_be_imported()
