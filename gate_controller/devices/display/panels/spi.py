"""
A display on SPI: one pin tells commands from data, and nothing ever comes back, so a display that is not there goes
unnoticed. Its pins are driven as all others of the gate are.
"""

import errno
import importlib
from collections.abc import Callable
from typing import Protocol

from gate_controller.devices.display.panels.reset import reset
from gate_controller.devices.errors import DeviceError
from gate_controller.devices.gpio import Output

_PATH = "/dev/spidev0.0"

_CANNOT_OPEN: dict[int | None, str] = {
    errno.ENOENT: "is not there: turn SPI on (raspi-config, or dtparam=spi=on in config.txt)",
    errno.EACCES: "may not be opened by this user: add the user to the group spi",
    errno.EPERM: "may not be opened by this user: add the user to the group spi",
    errno.EBUSY: "is held by another program: stop it",
}


class SPIBus(Protocol):
    """What is used of `spidev.SpiDev`."""

    max_speed_hz: int

    def open(self, bus: int, device: int) -> None:
        """Open `/dev/spidev<bus>.<device>`."""

    def writebytes2(self, values: bytes) -> None:
        """Send bytes, any number."""

    def close(self) -> None:
        """Give the bus back."""


def make_spi() -> SPIBus:
    """Return a bus that is not open yet. Raises `ImportError` without spidev."""
    bus: SPIBus = importlib.import_module("spidev").SpiDev()
    return bus


class SPILink:
    """
    The way to a display controller over SPI bus 0, device 0; `name` says in errors what it is.

    Making it and every method raise `DeviceError` when bus or pin do not do it, and making it `ImportError` without
    spidev.
    """

    def __init__(
        self,
        *,
        dc_pin: int,
        reset_pin: int | None,
        speed_hz: int,
        name: str,
        make_bus: Callable[[], SPIBus] = make_spi,
    ) -> None:
        self._name = name
        self._bus = make_bus()
        self._reset: Output | None = None
        self._dc: Output | None = None
        try:
            self._bus.open(0, 0)
            self._bus.max_speed_hz = speed_hz
            self._dc = Output(dc_pin, name="display data/command")
            self._reset = None if reset_pin is None else reset(reset_pin)
        except OSError as error:
            what = _CANNOT_OPEN.get(error.errno, "cannot be opened: check that nothing else uses SPI")
            raise DeviceError(f"display {name}: {_PATH} {what} ({error.strerror or error})") from error
        except DeviceError:
            self.close()
            raise

    def command(self, command: bytes) -> None:
        """Send commands."""
        self._write(command, is_data=False)

    def data(self, data: bytes) -> None:
        """Send the arguments of a command, or what goes into the controller's memory."""
        self._write(data, is_data=True)

    def close(self) -> None:
        """Give bus and pins back."""
        try:
            self._bus.close()
        except OSError as error:
            raise DeviceError(f"display {self._name}: {_PATH} does not close ({error})") from error
        finally:
            for pin in (self._dc, self._reset):
                if pin is not None:
                    pin.close()

    def _write(self, values: bytes, *, is_data: bool) -> None:
        if self._dc is None:
            raise DeviceError(f"display {self._name} is closed")
        if is_data:
            self._dc.on()
        else:
            self._dc.off()
        try:
            self._bus.writebytes2(values)
        except OSError as error:
            raise DeviceError(f"display {self._name}: {_PATH} does not send ({error.strerror or error})") from error
