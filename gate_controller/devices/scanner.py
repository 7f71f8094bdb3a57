"""The scanner on a serial port: opened in a thread, and its bytes handed to the listening that `line.py` does."""

import errno
import termios
from collections.abc import Callable

import serial

from gate_controller.devices.errors import DeviceError
from gate_controller.devices.line import HungUp, ScannerListener
from gate_controller.devices.usb import find_scanner

# One read takes all that the kernel keeps for a terminal line (N_TTY_BUF_SIZE of Linux).
_READ_SIZE = 4096

_WRONG_PORT = "is not a serial port: set scanner.port"
_GONE = "does not answer: unplug it and plug it in again"
_HELD = "is held by another program (ModemManager?): stop it, or set scanner.port"
_CANNOT_OPEN: dict[int | None, str] = {
    errno.ENOENT: "is not there: plug it in, switch it to USB-COM (not keyboard) mode, or set scanner.port",
    errno.EACCES: "may not be opened by this user: add the user to the group dialout",
    errno.EPERM: "may not be opened by this user: add the user to the group dialout",
    errno.EAGAIN: _HELD,  # flock, which pyserial takes with exclusive=True
    errno.EBUSY: _HELD,  # TIOCEXCL, which ModemManager sets
    errno.EISDIR: _WRONG_PORT,
    errno.ENOTTY: _WRONG_PORT,
    errno.EINVAL: _WRONG_PORT,
    errno.EIO: _GONE,
    errno.ENODEV: _GONE,
    errno.ENXIO: _GONE,
}


class ScannerError(DeviceError):
    """The scanner's port cannot be opened."""


class SerialScanner:
    """
    A scanner that sends its codes over a serial line, USB-COM or RS-232.

    `port` is a path or `auto`; `on_frame` gets the bytes of what can be a scan or must be refused; `on_change` gets
    (True, path) when scans are taken and (False, what is wrong and what to do) when they are not, once for each new
    text. Both are called in the event loop and must not block; an exception of theirs ends `run`. `gap_seconds` is the
    silence that makes a pause. `on_bytes` gets everything that was read, before any frame in it.
    """

    def __init__(
        self,
        *,
        port: str,
        baud: int,
        on_frame: Callable[[bytes], None],
        on_change: Callable[[bool, str], None],
        gap_seconds: float = 0.05,
        on_bytes: Callable[[bytes], None] | None = None,
    ) -> None:
        self._listener = ScannerListener(
            open_port=lambda: _SerialLine(_open(port, baud)),
            on_frame=on_frame,
            on_change=on_change,
            gap_seconds=gap_seconds,
            on_bytes=on_bytes,
        )

    async def run(self) -> None:
        """Open, read and reconnect, for ever. Cancel to stop: the port is closed then."""
        await self._listener.run()


class _SerialLine:
    """An open serial port as the listener's port."""

    def __init__(self, port: serial.Serial) -> None:
        self.path: str = port.port
        self.babbles = f"scanner {self.path} sends without pause: wrong baud rate? set scanner.baud to the scanner's"
        self._port = port

    def fileno(self) -> int:
        return int(self._port.fileno())

    def read(self) -> bytes | None:
        try:
            # pyserial tells "nothing there" (b"") from "readable, yet empty", which is a hang-up and raises.
            return bytes(self._port.read(_READ_SIZE)) or None
        except (OSError, termios.error) as error:  # termios.error is no OSError
            reason = error.strerror if isinstance(error, OSError) and error.strerror else error
            raise HungUp(f"scanner {self.path} was unplugged or switched off: plug it in again ({reason})") from error

    def close(self) -> None:
        self._port.close()


def _open(port: str, baud: int) -> serial.Serial:
    path = find_scanner(port)
    try:
        # pyserial throws away what came in before (tcflush): nobody asked to pay now by scanning earlier.
        return serial.Serial(path, baud, timeout=0, exclusive=True)
    except ValueError as error:
        raise ScannerError(f"scanner {path} cannot work at {baud} baud: set scanner.baud") from error
    except (OSError, termios.error) as error:
        what = _CANNOT_OPEN.get(_errno(error), f"cannot be opened ({error}): plug it in again, or set scanner.port")
        raise ScannerError(f"scanner {path} {what}") from error


def _errno(error: BaseException | None) -> int | None:
    """Return the system's number for an error; where pyserial rewords termios.error, its context has it."""
    while error is not None:
        if error.args and isinstance(error.args[0], int):
            return error.args[0]
        error = error.__context__
    return None
