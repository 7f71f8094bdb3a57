"""
A display on an I2C bus: bytes go out in one transfer each, and what goes wrong is said in our words.

One transfer of 1,025 bytes instead of 32 of 34 (the most that SMBus calls take) saves the bus 6 % and the kernel 31
calls for each picture.
"""

import errno
from collections.abc import Callable, Iterable
from typing import Any, Protocol

import smbus2

from gate_controller.devices.display.panels.reset import reset
from gate_controller.devices.display.supplies import Device
from gate_controller.devices.errors import DeviceError

_CANNOT_OPEN: dict[int | None, str] = {
    errno.ENOENT: "is not there: turn I2C on (raspi-config, or dtparam=i2c_arm=on in config.txt), or set display.bus",
    errno.EACCES: "may not be opened by this user: add the user to the group i2c",
    errno.EPERM: "may not be opened by this user: add the user to the group i2c",
}


_MAY_NOT_BE_READ = (0x3C, 0x3D)
"""Where OLEDs are: some modules answer no reading (their SDA leads in alone)."""
_NOTHING_FOLLOWS = b"\x00"
"""To an OLED: commands follow, of which none does."""


class I2CBus(Protocol):
    """What is used of `smbus2.SMBus`."""

    def i2c_rdwr(self, *i2c_msgs: Any) -> None:
        """Send messages, each a transfer from its start to its stop."""

    def close(self) -> None:
        """Give the bus back."""


def open_bus(number: int) -> I2CBus:
    """Open `/dev/i2c-<number>`. Raises `OSError`."""
    bus: I2CBus = smbus2.SMBus(number)
    return bus


def answering(bus: int, addresses: Iterable[int], *, open_bus: Callable[[int], I2CBus] = open_bus) -> tuple[int, ...]:
    """
    Return at which of these addresses something answers, having read one byte there, which changes no display.

    Raises `DeviceError` where the bus cannot be had, or something holds it.
    """
    found = []
    for address in addresses:
        device = I2CDevice(bus=bus, address=address, name="search", open_bus=open_bus)
        try:
            if device.answers():
                found.append(address)
        finally:
            device.close()
    return tuple(found)


class I2CDevice:
    """
    What answers at one address of `/dev/i2c-<bus>`; `name` says in errors what it is.

    `open_bus` opens the bus. Every method raises `DeviceError` when the device does not do it.
    """

    def __init__(self, *, bus: int, address: int, name: str, open_bus: Callable[[int], I2CBus] = open_bus) -> None:
        self._address = address
        self._name = name
        self._number = bus
        self._path = f"/dev/i2c-{bus}"
        try:
            self._bus = open_bus(bus)
        except OSError as error:
            what = _CANNOT_OPEN.get(error.errno, "cannot be opened: set display.bus")
            raise DeviceError(f"display {name}: {self._path} {what} ({error.strerror or error})") from error

    def write(self, data: bytes) -> None:
        """Send bytes, in one transfer."""
        try:
            self._bus.i2c_rdwr(smbus2.i2c_msg.write(self._address, data))
        except OSError as error:
            raise DeviceError(self._silent(error)) from error

    def answers(self) -> bool:
        """Whether anything is there, by a byte that changes nothing. Raises `DeviceError` where the bus is held."""
        asks = [smbus2.i2c_msg.read(self._address, 1)]
        if self._address in _MAY_NOT_BE_READ:
            asks.append(smbus2.i2c_msg.write(self._address, _NOTHING_FOLLOWS))
        for ask in asks:
            try:
                self._bus.i2c_rdwr(ask)
            except OSError as error:
                if error.errno == errno.ETIMEDOUT:
                    raise DeviceError(self._silent(error)) from error
            else:
                return True
        return False

    def close(self) -> None:
        """Give the bus back."""
        try:
            self._bus.close()
        except OSError as error:
            raise DeviceError(f"display {self._name}: {self._path} does not close ({error})") from error

    def _silent(self, error: OSError) -> str:
        where = f"display {self._name} at 0x{self._address:02x} on {self._path}"
        if error.errno == errno.ETIMEDOUT:
            return f"{where}: something holds the bus: take its power away and give it back ({error.strerror})"
        check = f"check its power and wires, or set display.address (i2cdetect -y {self._number} lists what answers)"
        return f"{where} does not answer: {check} ({error.strerror or error})"


class I2CLink:
    """The way to an OLED controller over I2C: the first byte of a transfer says what the others are."""

    def __init__(self, device: Device, *, reset_pin: int | None) -> None:
        """`reset_pin` (BCM) is for the few modules that do not reset themselves."""
        self._device = device
        self._reset = None if reset_pin is None else reset(reset_pin)

    def command(self, command: bytes) -> None:
        """Send a command with its arguments, or several."""
        self._device.write(b"\x00" + command)

    def data(self, data: bytes) -> None:
        """Send what goes into the controller's memory."""
        self._device.write(b"\x40" + data)

    def close(self) -> None:
        """Give bus and pin back."""
        try:
            self._device.close()
        finally:
            if self._reset is not None:
                self._reset.close()
