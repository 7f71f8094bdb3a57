"""
A receipt printer on a real TCP socket or a pty: it answers how it is, prints in its turn, and fails as printers do.

It shares nothing with the gate's encoder: real-time commands and GS r are looked for in what arrives, as Epson has
them.
"""

import os
import pty
import re
import select
import socket
import threading
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

_T = TypeVar("_T")

_REAL_TIME = re.compile(rb"\x10\x04([\x01-\x04])|\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08", re.DOTALL)
_IN_TURN = re.compile(rb"\x1dr\x01", re.DOTALL)
_CUT = re.compile(rb"\x1dV[\x41\x42]\x00")


class FakePrinter:
    """What a printer is like, whatever it is connected by. Set its faults from the test's thread at any time."""

    def __init__(self) -> None:
        self.has_paper, self.is_near_end, self.cover_is_open = True, False, False
        self.is_silent = False
        """It answers nothing, but prints."""
        self.is_slow = False
        """It takes what it gets and prints nothing of it, until that is False again."""
        self.stops_at: int | None = None
        """After so many bytes it takes no more, until that is None again."""
        self.forgets_at: int | None = None
        """After so many bytes its plug is pulled and put back: what it had not printed is gone."""
        self.runs_out_at: int | None = None
        """After so many bytes its paper is at its end."""
        self.closes_at: int | None = None
        """After so many bytes it hangs up."""
        self.late_answers = b""
        """What it says as soon as it is asked anything: answers that somebody else was owed."""
        self.taken = 0
        self.paper = b""
        """All that it has printed."""
        self._waiting = b""
        self._unsorted = b""

    @property
    def receipts(self) -> list[str]:
        """The text of each receipt that was cut off."""
        return [
            re.sub(rb"\x1b[@]|\x1c\.|\x1b[RtaEd].|\x1d!.", b"", part, flags=re.DOTALL)
            .replace(b"\x00", b"")
            .decode("cp1252")
            for part in _CUT.split(self.paper)[:-1]
        ]

    def take(self, data: bytes) -> bytes:
        """Take what arrives; return what it says."""
        said = b""
        for byte in data:
            said += self._take_byte(bytes([byte]))
        return b"" if self.is_silent else said

    def _take_byte(self, byte: bytes) -> bytes:
        self.taken += 1
        self._unsorted += byte
        said = b""
        if found := _REAL_TIME.search(self._unsorted):
            before, self._unsorted = self._unsorted[: found.start()], self._unsorted[found.end() :]
            self._waiting += before
            said += self._say(found)
        elif b"\x10" not in self._unsorted[-12:]:
            self._waiting, self._unsorted = self._waiting + self._unsorted, b""
        if self.taken == self.runs_out_at:
            self.has_paper = False
        if self.taken == self.forgets_at:
            self._waiting = self._unsorted = b""
        return said + self._print()

    def _say(self, found: re.Match[bytes]) -> bytes:
        owed, self.late_answers = self.late_answers, b""
        if found[1] is None:
            self._waiting = b""
            return owed + b"\x37\x25\x00"
        empty = not self.has_paper
        status = {
            1: 0x08 * (empty or self.cover_is_open),
            2: 0x04 * self.cover_is_open | 0x20 * empty,
            3: 0,
            4: 0x60 * empty | 0x0C * (self.is_near_end or empty),
        }
        return owed + bytes([0x12 | status[found[1][0]]])

    def _print(self) -> bytes:
        if not self.has_paper or self.cover_is_open or self.is_slow:
            return b""
        said = b""
        while found := _IN_TURN.search(self._waiting):
            self.paper += self._waiting[: found.start()]
            self._waiting = self._waiting[found.end() :]
            said += b"\x03" if self.is_near_end else b"\x00"
        if not self._waiting.endswith((b"\x1d", b"\x1dr")):
            self.paper, self._waiting = self.paper + self._waiting, b""
        return said

    @property
    def room(self) -> int:
        """How many bytes it takes before the next of its faults."""
        stops = (self.stops_at, self.closes_at)
        return min((at - self.taken for at in stops if at is not None), default=4096)


@contextmanager
def network_printer() -> Iterator[tuple[FakePrinter, int]]:
    """A printer on a TCP port of this machine: one connection at a time, as such printers have it."""
    printer, stop = FakePrinter(), threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)

        def serve() -> None:
            while not stop.is_set():
                try:
                    connection, _ = server.accept()
                except TimeoutError:
                    continue
                with connection:
                    _serve(printer, connection.fileno(), stop)

        yield from _beside(serve, stop, (printer, server.getsockname()[1]))


@contextmanager
def serial_printer() -> Iterator[tuple[FakePrinter, str]]:
    """A printer on a pty, as on a serial line or a /dev/usb/lp0."""
    printer, stop = FakePrinter(), threading.Event()
    ours, theirs = pty.openpty()
    tty.setraw(theirs)
    try:
        yield from _beside(lambda: _serve(printer, ours, stop), stop, (printer, os.ttyname(theirs)))
    finally:
        os.close(ours)
        os.close(theirs)


def _beside(serve: Callable[[], None], stop: threading.Event, given: _T) -> Iterator[_T]:
    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield given
    finally:
        stop.set()
        thread.join(10)


def _serve(printer: FakePrinter, handle: int, stop: threading.Event) -> None:
    while not stop.is_set():
        room = printer.room
        if room <= 0 and printer.closes_at is not None:
            printer.closes_at = None
            return
        readable, _, _ = select.select([handle] if room > 0 else [], [], [], 0.02)
        if not readable:
            continue
        try:
            data = os.read(handle, room)
            if not data:
                return
            if said := printer.take(data):
                os.write(handle, said)
        except OSError:
            return
