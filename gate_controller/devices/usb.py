"""
Finding the scanner among the serial ports. A path in the settings is taken as it is; `auto` looks for a USB
device that is a barcode scanner by its maker or its product name, else for the only USB serial port there is.
"""

import os.path
import re
from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath

from serial.tools import list_ports

from gate_controller.admission.words.frozen import frozen
from gate_controller.devices.errors import DeviceError

AUTO = "auto"
"""The value of `scanner.port` that leaves the choice to `find_scanner`."""

# USB vendor ids of companies that make scanners, as far as a public source ties the number to the name.
SCANNER_MAKERS: dict[int, str] = {
    0x0536: "Honeywell (Hand Held Products)",  # usb.ids
    0x05E0: "Zebra (Symbol)",  # usb.ids; Linux drivers/usb/serial/symbolserial.c
    0x05F9: "Datalogic (PSC)",  # usb.ids
    0x065A: "Opticon (Optoelectronics)",  # usb.ids; Linux drivers/usb/serial/opticon.c
    0x067E: "Honeywell (Intermec)",  # usb.ids
    0x0C2E: "Honeywell (Metrologic)",  # usb.ids; Linux drivers/usb/serial/metro-usb.c
    0x11FA: "Code",  # Code Corporation, interface control document D014465, 5.1
    0x1EAB: "Newland",  # Newland FM420 integration guide, "VID and PID Table"
}

# Product names of scanners whose makers use a chip vendor's id. Not "reader": smart card readers have that.
_SCANNER_PRODUCT = re.compile(r"scan|bar ?code|code reader|imager", re.IGNORECASE)

_BY_ID = Path("/dev/serial/by-id")
_INPUT_DEVICES = PurePosixPath("/dev/input")

KEYBOARD = "/dev/gate-scanner-kbd"
"""The name that the project's udev rules give a keyboard scanner, whichever it is (hardware/udev)."""


class ScannerNotFound(DeviceError):
    """There is no serial port that could be the scanner."""


class SeveralScanners(DeviceError):
    """More than one serial port could be the scanner; which one, only the settings can say."""


@frozen
class SerialPort:
    """A serial port and what USB says about it. `by_id` is its name that outlives replugging."""

    device: str
    vid: int | None = None
    pid: int | None = None
    product: str = ""
    by_id: str | None = None

    @property
    def is_usb(self) -> bool:
        """Whether something is plugged in here: the Pi's own UARTs exist with nothing connected to them."""
        return self.vid is not None or self.by_id is not None

    @property
    def is_scanner(self) -> bool:
        """Whether maker or product name says that this is a barcode scanner."""
        return self.vid in SCANNER_MAKERS or _SCANNER_PRODUCT.search(self.product) is not None

    @property
    def path(self) -> str:
        """The path to open: ttyACM numbers move when devices are replugged, names by id do not."""
        return self.by_id or self.device

    @property
    def described(self) -> str:
        """The path, and in brackets what a person knows the device by."""
        usb = "" if self.vid is None else f"{self.vid:04x}:{self.pid or 0:04x}"
        known_by = " ".join(part for part in (usb, SCANNER_MAKERS.get(self.vid or 0, ""), self.product) if part)
        return f"{self.path} ({known_by})" if known_by else self.path


def serial_ports() -> list[SerialPort]:
    """Return the serial ports of this machine. Reads /dev and /sys, so call it off the event loop."""
    names = {str(link.resolve()): str(link) for link in sorted(_BY_ID.glob("*"))}
    return [
        SerialPort(port.device, port.vid, port.pid, port.product or "", names.get(port.device))
        for port in sorted(list_ports.comports())
    ]


def is_keyboard(port: str) -> bool:
    """
    Say whether `scanner.port` means a keyboard scanner: a path under /dev/input, `KEYBOARD`, plugged in or not, or
    another name of either that is there now. `auto` never does.
    """
    paths = (os.path.normpath(port), os.path.realpath(port))
    return any(path == KEYBOARD or PurePosixPath(path).is_relative_to(_INPUT_DEVICES) for path in paths)


def find_scanner(port: str, *, list_serial_ports: Callable[[], Sequence[SerialPort]] = serial_ports) -> str:
    """
    Return the path of the scanner's port; `port` is a path, or `auto`.

    Raises `ScannerNotFound` or `SeveralScanners` where `auto` does not lead to exactly one port.
    """
    if port != AUTO:
        return port
    plugged = [candidate for candidate in list_serial_ports() if candidate.is_usb]
    candidates = [candidate for candidate in plugged if candidate.is_scanner] or plugged
    match candidates:
        case []:
            raise ScannerNotFound(
                "no scanner found: plug it in, switch it to USB-COM (not keyboard) mode, or set scanner.port"
            )
        case [only]:
            return only.path
        case several:
            listed = ", ".join(candidate.described for candidate in several)
            raise SeveralScanners(f"several ports could be the scanner: set scanner.port to one of {listed}")
