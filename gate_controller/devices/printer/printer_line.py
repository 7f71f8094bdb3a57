"""
The three ways to a receipt printer, each an open line that never blocks: /dev/usb/lp*, a serial line, a TCP connection.

What waits has an end: sending as long as the printer goes on taking bytes, an answer as long as the asker says.
"""

import errno
import glob
import os
import select
import socket
import time
from collections.abc import Callable
from typing import Final

from gate_controller.devices.errors import DeviceError

AUTO: Final = "auto"
USB_PRINTERS: Final = "/dev/usb/lp*"

STALL_SECONDS: Final = 8.0
"""A printer that takes no byte for so long has stopped: the slowest prints a line in a tenth of it."""

CONNECT_SECONDS: Final = 3.0
_CHUNK = 1024
# A printer that has nothing to say may be readable all the same (usblp); it is asked again so much later.
_EMPTY_SECONDS = 0.02

_HELD = "is held by another program (CUPS, ModemManager?): stop it, or set printer.port"
_CANNOT_OPEN: dict[int | None, str] = {
    errno.ENOENT: "is not there: plug the printer in and switch it on, or set printer.port",
    errno.EACCES: "may not be opened by this user: add the user to the group lp (USB) or dialout (serial)",
    errno.EBUSY: _HELD,
    errno.EAGAIN: _HELD,
}


class PrinterAway(DeviceError):
    """The printer cannot be reached, or takes no more."""


class PrinterLine:
    """An open line to a printer."""

    def __init__(self, name: str, handle: int, close: Callable[[], None]) -> None:
        """`handle` is its file descriptor, which does not block."""
        self.name = name
        self._handle = handle
        self._close = close

    def send(self, data: bytes, *, stall_seconds: float = STALL_SECONDS) -> None:
        """Send everything. Raises `PrinterAway` where the printer is gone, or takes nothing for too long."""
        left = memoryview(data)
        while left:
            _, writable, _ = select.select([], [self._handle], [], stall_seconds)
            if not writable:
                raise PrinterAway(f"printer {self.name} takes no more: is it out of paper, open, or switched off?")
            try:
                left = left[os.write(self._handle, left[:_CHUNK]) :]
            except BlockingIOError:
                continue
            except OSError as error:
                raise self._gone(error) from error

    def receive(self, seconds: float) -> bytes:
        """Return what the printer says within that time; nothing where it is silent. Raises `PrinterAway`."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            readable, _, _ = select.select([self._handle], [], [], left)
            if not readable:
                break
            try:
                said = os.read(self._handle, _CHUNK)
            except BlockingIOError:
                continue
            except OSError as error:
                raise self._gone(error) from error
            if said:
                return said
            time.sleep(_EMPTY_SECONDS)
        return b""

    def close(self) -> None:
        """Give the line back."""
        self._close()

    def _gone(self, error: OSError) -> PrinterAway:
        return PrinterAway(f"printer {self.name} is gone: plug it in and switch it on again ({error.strerror})")


def usb_line(port: str) -> PrinterLine:
    """Open a USB printer of the kernel's (usblp). Raises `PrinterAway`."""
    path = port if port != AUTO else next(iter(sorted(glob.glob(USB_PRINTERS))), "")  # noqa: PTH207 - no Path yet
    if not path:
        raise PrinterAway(f"printer {USB_PRINTERS} is not there: plug it in and switch it on, or set printer.port")
    try:
        handle = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    except OSError as error:
        raise _cannot_open(path, error) from error
    return PrinterLine(path, handle, lambda: os.close(handle))


def serial_line(port: str, baud: int, flow: str) -> PrinterLine:
    """Open a serial line; `flow` is a value of `printer.flow`. Raises `PrinterAway`."""
    import serial  # noqa: PLC0415 - for those few gates that have one

    try:
        line = serial.Serial(
            port, baud, timeout=0, write_timeout=0, exclusive=True, xonxoff=flow == "xonxoff", rtscts=flow == "rtscts"
        )
    except (OSError, ValueError) as error:
        raise _cannot_open(port, error) from error
    return PrinterLine(port, line.fileno(), line.close)


def network_line(host: str, port: int) -> PrinterLine:
    """Connect to a printer of the network. Raises `PrinterAway`."""
    name = f"{host}:{port}"
    try:
        connection = socket.create_connection((host, port), timeout=CONNECT_SECONDS)
    except OSError as error:
        why = error.strerror or str(error) or type(error).__name__
        raise PrinterAway(
            f"printer {name} does not answer ({why}): switch it on, check its cable, or set printer.host"
        ) from error
    connection.setblocking(False)
    return PrinterLine(name, connection.fileno(), lambda: _part(connection))


def _part(connection: socket.socket) -> None:
    # Closed with something unread, a socket resets the connection, and the printer drops the end of the receipt.
    try:
        connection.shutdown(socket.SHUT_WR)
        connection.settimeout(0.2)
        while connection.recv(_CHUNK):
            pass
    except OSError:
        pass
    finally:
        connection.close()


def _cannot_open(path: str, error: Exception) -> PrinterAway:
    number = error.errno if isinstance(error, OSError) else None
    return PrinterAway(f"printer {path} {_CANNOT_OPEN.get(number, f'cannot be opened ({error}): set printer.port')}")
