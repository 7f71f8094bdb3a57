"""
Listening to a scanner for ever: its port is opened, read in the event loop, and found again by itself after
unplugging. What kind of port it is, serial or keyboard, is behind `Port`.

Rules: only what arrived while the gate was listening becomes a scan. A port that has just been opened is not
listened to until it has been silent for one gap, for what comes first may be the tail of a scan ("12" + CR of
a longer code is somebody else's ShortCode). A scan that a hang-up cuts off is dropped, and its tail is none either.
What the framer drops unseen is logged, once for each text.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Protocol

from gate_controller.devices.errors import DeviceError
from gate_controller.devices.framing import Dropped, Framer

_log = logging.getLogger(__name__)

# Wait before the port is tried again: 0.2 s is about what udev takes to make the name of a replugged device,
# and a try costs a few file look-ups, so that one every 2 s is nothing and a person with the plug in hand
# does not wait.
RETRY_FIRST_SECONDS = 0.2
RETRY_MOST_SECONDS = 2.0

# A code is 12 characters and takes 13 ms at 9600 baud; a person scans once a second at most. A line that has
# not paused for one gap in 2 s is not being used by people.
SETTLE_MOST_SECONDS = 2.0


class HungUp(DeviceError):
    """The scanner went away while its port was open."""


class Port(Protocol):
    """An open port of a scanner. `fileno` becomes readable when there is something for `read`."""

    @property
    def path(self) -> str:
        """What the port is called in reports."""

    @property
    def babbles(self) -> str:
        """What is wrong and what to do where it sends without pause."""

    def fileno(self) -> int:
        """Return the descriptor to wait for."""

    def read(self) -> bytes | None:
        """
        Return what came in since the last look, without waiting; None for silence, b"" for what is no byte of a
        scan and yet no silence. Raises `HungUp`.
        """

    def close(self) -> None:
        """Give the port back. May block."""


class _Announce(Protocol):
    def __call__(self, text: str, *, takes_scans: bool) -> None: ...


class ScannerListener:
    """
    One scanner, whatever happens to its plug.

    `open_port` is called in a thread and raises `DeviceError`; `on_frame` gets the bytes of what can be a scan or must
    be refused; `on_change` gets (True, path) when scans are taken and (False, what is wrong and what to do) when they
    are not, once for each new text. Both are called in the event loop and must not block; an exception of theirs ends
    `run`. `gap_seconds` is the silence that makes a pause. `on_bytes` gets everything that was read, before any frame
    in it: ends, what is dropped, and what came before the port was listened to.
    """

    def __init__(
        self,
        *,
        open_port: Callable[[], Port],
        on_frame: Callable[[bytes], None],
        on_change: Callable[[bool, str], None],
        gap_seconds: float,
        on_bytes: Callable[[bytes], None] | None = None,
    ) -> None:
        self._open_port = open_port
        self._on_frame = on_frame
        self._on_change = on_change
        self._gap_seconds = gap_seconds
        self._on_bytes = on_bytes
        self._reported: tuple[bool, str] | None = None

    async def run(self) -> None:
        """Open, read and reconnect, for ever. Cancel to stop: the port is closed then."""
        wait = RETRY_FIRST_SECONDS
        torn = False
        while True:
            try:
                port = await self._opened()
            except DeviceError as error:
                self._report(str(error), takes_scans=False)
            else:
                opened = _OpenPort(port, self._gap_seconds, self._on_frame, self._report, self._on_bytes, torn=torn)
                try:
                    fault = await opened.listen()
                finally:
                    await asyncio.to_thread(port.close)
                self._report(fault, takes_scans=False)
                torn = True  # what the scanner kept meanwhile may be a scan's tail
                if opened.settled:
                    wait = RETRY_FIRST_SECONDS
            await asyncio.sleep(wait)
            wait = min(2 * wait, RETRY_MOST_SECONDS)

    def _report(self, text: str, *, takes_scans: bool) -> None:
        if self._reported != (takes_scans, text):
            self._reported = (takes_scans, text)
            self._on_change(takes_scans, text)

    async def _opened(self) -> Port:
        # A thread cannot be cancelled. When this task is, the thread may still open the port: close it then.
        opening = asyncio.get_running_loop().run_in_executor(None, self._open_port)
        try:
            return await asyncio.shield(opening)
        except asyncio.CancelledError:
            opening.add_done_callback(_close_unwanted)
            raise


class _OpenPort:
    """One open port, from its opening to its hang-up: first it settles, then its frames are scans."""

    def __init__(
        self,
        port: Port,
        gap_seconds: float,
        on_frame: Callable[[bytes], None],
        report: _Announce,
        on_bytes: Callable[[bytes], None] | None,
        *,
        torn: bool,
    ) -> None:
        self.settled = False
        self._port = port
        self._gap_seconds = gap_seconds
        self._on_frame = on_frame
        self._on_bytes = on_bytes
        self._report = report
        self._loop = asyncio.get_running_loop()
        self._framer = Framer(gap_seconds, torn=torn, since=self._loop.time())
        self._ended: asyncio.Future[str] = self._loop.create_future()
        self._settles_at = 0.0
        self._silence: asyncio.TimerHandle | None = None
        self._impatience: asyncio.TimerHandle | None = None

    async def listen(self) -> str:
        """Return at the hang-up, with the text to report."""
        self._loop.add_reader(self._port.fileno(), self._call, self._readable)
        self._settles_at = self._loop.time() + self._gap_seconds
        self._wait_for_silence()
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
        for timer in (self._silence, self._impatience):
            if timer is not None:
                timer.cancel()

    def _readable(self) -> None:
        data = self._read()
        if data is not None:
            self._take(data)

    def _silent(self) -> None:
        # The timer says only that time has passed. A loop that was late has bytes waiting in the kernel that
        # arrived before the silence it claims. asyncio runs ready readers before due timers, but not those
        # that became ready while another callback held the loop up, so look once more: bytes there mean that
        # there was no silence. A real pause within such a hold-up goes unseen: what came behind it is dropped, or joins
        # what came before, and no code survives that.
        data = self._read()
        if data is not None:
            self._take(data)
            return
        if self._ended.done():
            return
        if self.settled:
            self._deliver(self._framer.silent(self._loop.time()))
        else:
            self.settled = True
            if self._impatience is not None:
                self._impatience.cancel()
            self._report(self._port.path, takes_scans=True)
        self._wait_for_silence()

    def _impatient(self) -> None:
        self._report(self._port.babbles, takes_scans=False)

    def _read(self) -> bytes | None:
        try:
            return self._port.read()
        except HungUp as error:
            self._stop()
            if not self._ended.done():
                self._ended.set_result(str(error))
            return None

    def _take(self, data: bytes) -> None:
        if self._on_bytes is not None:
            self._on_bytes(data)
        now = self._loop.time()
        if self.settled:
            self._deliver(self._framer.feed(data, now))
        else:
            self._settles_at = now + self._gap_seconds
            if data:
                self._framer = Framer(self._gap_seconds, torn=True, since=now)
        self._wait_for_silence()

    def _wait_for_silence(self) -> None:
        if self._silence is not None:
            self._silence.cancel()
            self._silence = None
        until = self._framer.wake_at if self.settled else self._settles_at
        if until is not None:
            self._silence = self._loop.call_at(until, self._call, self._silent)

    def _deliver(self, outcomes: list[bytes | Dropped]) -> None:
        for outcome in outcomes:
            if isinstance(outcome, Dropped):
                _log.info("scan=dropped why=%r lines=%d first=%r", outcome.why.value, outcome.lines, outcome.masked)
            else:
                self._on_frame(outcome)


def _close_unwanted(opening: "asyncio.Future[Port]") -> None:
    if not opening.cancelled() and opening.exception() is None:
        opening.result().close()
