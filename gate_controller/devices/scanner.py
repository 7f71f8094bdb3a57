"""
The scanner on a serial port: opened, read in the event loop, and found again by itself after unplugging.

Rules: only bytes that arrived while the gate was listening become scans. A port that has just been opened is
not listened to until it has been silent for one gap, for what comes first may be the tail of a scan ("12" +
CR of a longer code is somebody else's ShortCode). A scan that a hang-up cuts off is dropped.
"""

import asyncio
import errno
import termios
from collections.abc import Callable
from typing import Protocol

import serial

from gate_controller.devices.errors import DeviceError
from gate_controller.devices.framing import Framer
from gate_controller.devices.usb import find_scanner

# Wait before the port is tried again: 0.2 s is about what udev takes to make the name of a replugged device,
# and a try costs a few file look-ups, so that one every 2 s is nothing and a person with the plug in hand
# does not wait.
RETRY_FIRST_SECONDS = 0.2
RETRY_MOST_SECONDS = 2.0

# A code is 12 characters and takes 13 ms at 9600 baud; a person scans once a second at most. A line that has
# not paused for one gap in 2 s is not being used by people.
SETTLE_MOST_SECONDS = 2.0

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


class _Report(Protocol):
    def __call__(self, text: str, *, takes_scans: bool) -> None: ...


class ScannerError(DeviceError):
    """The scanner's port cannot be opened."""


class SerialScanner:
    """
    A scanner that sends its codes over a serial line, USB-COM or RS-232.

    `port` is a path or `auto`; `on_frame` gets each scan's bytes; `on_change` gets (True, path) when scans
    are taken and (False, what is wrong and what to do) when they are not, once for each new text. Both are
    called in the event loop and must not block; an exception of theirs ends `run`. `gap_seconds` is the
    silence that ends a scan without a terminator.
    """

    def __init__(
        self,
        *,
        port: str,
        baud: int,
        on_frame: Callable[[bytes], None],
        on_change: Callable[[bool, str], None],
        gap_seconds: float = 0.05,
    ) -> None:
        self._port = port
        self._baud = baud
        self._on_frame = on_frame
        self._on_change = on_change
        self._gap_seconds = gap_seconds
        self._reported: tuple[bool, str] | None = None

    async def run(self) -> None:
        """Open, read and reconnect, for ever. Cancel to stop: the port is closed then."""
        wait = RETRY_FIRST_SECONDS
        while True:
            try:
                port = await self._opened()
            except DeviceError as error:
                self._report(str(error), takes_scans=False)
            else:
                line = _Line(port, self._gap_seconds, self._on_frame, self._report)
                try:
                    fault = await line.listen()
                finally:
                    await asyncio.to_thread(port.close)
                self._report(fault, takes_scans=False)
                if line.settled:
                    wait = RETRY_FIRST_SECONDS
            await asyncio.sleep(wait)
            wait = min(2 * wait, RETRY_MOST_SECONDS)

    def _report(self, text: str, *, takes_scans: bool) -> None:
        if self._reported != (takes_scans, text):
            self._reported = (takes_scans, text)
            self._on_change(takes_scans, text)

    async def _opened(self) -> serial.Serial:
        # A thread cannot be cancelled. When this task is, the thread may still open the port: close it then.
        opening = asyncio.get_running_loop().run_in_executor(None, _open, self._port, self._baud)
        try:
            return await asyncio.shield(opening)
        except asyncio.CancelledError:
            opening.add_done_callback(_close_unwanted)
            raise


class _Line:
    """One open port, from its opening to its hang-up: first it settles, then its frames are scans."""

    def __init__(
        self,
        port: serial.Serial,
        gap_seconds: float,
        on_frame: Callable[[bytes], None],
        report: _Report,
    ) -> None:
        self.settled = False
        self._port = port
        self._path: str = port.port
        self._gap_seconds = gap_seconds
        self._on_frame = on_frame
        self._report = report
        self._framer = Framer()
        self._loop = asyncio.get_running_loop()
        self._ended: asyncio.Future[str] = self._loop.create_future()
        self._gap: asyncio.TimerHandle | None = None
        self._impatience: asyncio.TimerHandle | None = None

    async def listen(self) -> str:
        """Return at the hang-up, with the text to report."""
        self._loop.add_reader(self._port.fileno(), self._call, self._readable)
        self._restart_gap()
        self._impatience = self._loop.call_later(SETTLE_MOST_SECONDS, self._call, self._impatient)
        try:
            return await self._ended
        finally:
            self._stop()

    def _call(self, step: Callable[[], None]) -> None:
        # The loop would log what a callback raises and go on, with the scan lost: `run` is to fail instead.
        try:
            step()
        except Exception as error:  # noqa: BLE001 - nothing is swallowed, the future raises it in `run`
            self._stop()
            if not self._ended.done():
                self._ended.set_exception(error)

    def _stop(self) -> None:
        # The reader goes first of all: a descriptor that hung up stays readable and would spin the loop.
        self._loop.remove_reader(self._port.fileno())
        for timer in (self._gap, self._impatience):
            if timer is not None:
                timer.cancel()

    def _readable(self) -> None:
        if data := self._read():
            self._take(data)

    def _silent(self) -> None:
        # The timer says only that time has passed. A loop that was late has bytes waiting in the kernel that
        # arrived before the silence it claims. asyncio runs ready readers before due timers, but not those
        # that became ready while another callback held the loop up, so look once more: bytes there mean that
        # there was no silence. A real gap within such a hold-up goes unseen and joins two scans into one,
        # which no code survives.
        if data := self._read():
            self._take(data)
        elif self._ended.done():
            return
        elif self.settled:
            self._deliver(self._framer.gap())
        else:
            self.settled = True
            if self._impatience is not None:
                self._impatience.cancel()
            self._report(self._path, takes_scans=True)

    def _impatient(self) -> None:
        text = f"scanner {self._path} sends without pause: wrong baud rate? set scanner.baud to the scanner's"
        self._report(text, takes_scans=False)

    def _read(self) -> bytes:
        """Return what the kernel holds for us, without waiting; b"" when that is nothing, or the hang-up."""
        try:
            # pyserial tells "nothing there" (b"") from "readable, yet empty", which is a hang-up and raises.
            return bytes(self._port.read(_READ_SIZE))
        except (OSError, termios.error) as error:  # termios.error is no OSError
            self._stop()
            if not self._ended.done():
                reason = error.strerror if isinstance(error, OSError) and error.strerror else error
                self._ended.set_result(
                    f"scanner {self._path} was unplugged or switched off: plug it in again ({reason})"
                )
            return b""

    def _take(self, data: bytes) -> None:
        if self.settled:
            self._deliver(self._framer.feed(data))
        if self._framer.pending or not self.settled:
            self._restart_gap()

    def _restart_gap(self) -> None:
        if self._gap is not None:
            self._gap.cancel()
        self._gap = self._loop.call_later(self._gap_seconds, self._call, self._silent)

    def _deliver(self, frames: list[bytes]) -> None:
        for frame in frames:
            self._on_frame(frame)


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


def _close_unwanted(opening: "asyncio.Future[serial.Serial]") -> None:
    if not opening.cancelled() and opening.exception() is None:
        opening.result().close()
