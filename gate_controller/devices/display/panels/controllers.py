"""
What luma knows of each display controller: the commands that start it, and the sizes it comes in.

luma is asked once for each size and its answer is played by our own links, because its devices do not fit a gate:
each one registers an exit handler that writes to the bus (a hanging bus would keep the process from its end, and
every display made anew would be kept for ever), and those for OLEDs pack the pixels one by one in Python, by a call
that Pillow 14 removes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from gate_controller.devices.errors import DeviceError


@dataclass(frozen=True, slots=True)
class Step:
    """A command byte, or several, or the arguments of the command before."""

    sent: bytes
    is_data: bool


@cache
def oled_start(driver: str, width: int, height: int) -> tuple[Step, ...]:
    """Return what starts an OLED controller. Raises `DeviceError` for a size that it does not have."""
    import luma.oled.device  # noqa: PLC0415 - one of the libraries that only some gates have

    return _start(getattr(luma.oled.device, driver), driver, width, height)


@cache
def lcd_start(driver: str, width: int, height: int) -> tuple[Step, ...]:
    """Return what starts a colour LCD controller. Raises `DeviceError` for a size that it does not have."""
    import luma.lcd.device  # noqa: PLC0415 - one of the libraries that only some gates have

    return _start(getattr(luma.lcd.device, driver), driver, width, height)


class _Recorder:
    """Takes the place of luma's serial interface, and of its backlight."""

    def __init__(self) -> None:
        self.steps: list[Step] = []

    def command(self, *command: int) -> None:
        self.steps.append(Step(bytes(command), is_data=False))

    def data(self, data: Sequence[int]) -> None:
        self.steps.append(Step(bytes(data), is_data=True))

    def cleanup(self) -> None:
        """Nothing was opened."""

    def __call__(self, is_lit: bool) -> None:
        """Leave the backlight alone: it has no pin in the settings, modules have it on."""


def _start(device: Any, driver: str, width: int, height: int) -> tuple[Step, ...]:
    import luma.core.error  # noqa: PLC0415 - as above

    recorder = _Recorder()
    # Without pictures: luma sends an empty one at the start.
    quiet = type("Quiet", (device,), {"display": lambda _self, _image: None})
    try:
        quiet(serial_interface=recorder, width=width, height=height, backlight=recorder)
    except luma.core.error.DeviceDisplayModeError as error:
        raise DeviceError(
            f"display {driver} does not come in {width} x {height} pixels: set display.width and display.height"
        ) from error
    return tuple(recorder.steps)
