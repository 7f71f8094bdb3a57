"""
The scanner found by a scan: every port that could be one is listened to, and the one where something is scanned is it.

Keyboards are taken only where nobody types on one: over a network, or where its name says that it is a scanner.
"""

import asyncio
import contextlib
import os
import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from gate_controller.devices.errors import DeviceError
from gate_controller.devices.usb import AUTO, KEYBOARD, SerialPort, find_scanner, is_keyboard, serial_ports
from gate_controller.settings import Settings
from gate_controller.shell.fittings import make_scanner

BAUDS: Final = (9600, 115_200, 19_200, 38_400, 57_600)
"""What serial scanners are set to; USB-COM takes any."""

_KEYBOARDS: Final = Path("/dev/input/by-id")
_SCANNER_NAME: Final = re.compile(r"scan|bar ?code|imager", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FoundScanner:
    """Where something was scanned."""

    port: str
    frame: bytes
    has_end: bool
    """Whether the scanner sends CR or LF behind a code."""

    @property
    def is_legible(self) -> bool:
        """Whether it is text at all; at the wrong speed it is not."""
        return self.frame.isascii() and self.frame.strip().isalnum()


def candidates(
    configured: str,
    *,
    may_take_keyboards: bool,
    widely: bool = True,
    others: Collection[str] = (),
    list_serial_ports: Callable[[], Sequence[SerialPort]] = serial_ports,
) -> list[str]:
    """
    Return the ports that could be the scanner's, that of the settings first.

    To open a port can reset what is behind it (its DTR line moves): where scanners are known by their names, other
    ports are left alone unless it is looked `widely`, and so are those of `others`, such as a printer.
    """
    first = [] if configured == AUTO else [configured]
    theirs = {os.path.realpath(port) for port in others}
    plugged = [port for port in list_serial_ports() if port.is_usb and os.path.realpath(port.path) not in theirs]
    named = [port for port in plugged if port.is_scanner]
    serial = [port.path for port in (plugged if widely or not named else named)]
    keyboards = [KEYBOARD] if Path(KEYBOARD).exists() else []
    with contextlib.suppress(OSError):
        keyboards += [
            str(path)
            for path in sorted(_KEYBOARDS.glob("*-event-kbd"))
            if may_take_keyboards or _SCANNER_NAME.search(path.name)
        ]
    known: dict[str, str] = {}
    for port in (*first, *serial, *keyboards):
        known.setdefault(os.path.realpath(port), port)
    return list(known.values())


async def wait_for_scan(
    settings: Settings,
    ports: Sequence[str],
    baud: int,
    ended: asyncio.Event,
    on_listening: Callable[[], None] = lambda: None,
) -> tuple[FoundScanner | None, Sequence[str]]:
    """
    Listen to all ports until something is scanned or `ended`; return it, and what is wrong with which port.

    `on_listening` is called once, as soon as a scan would be heard. Where no port can be had, it ends at once.
    """
    search = _PortSearch(settings, ports, baud, ended, on_listening)
    working = [asyncio.ensure_future(search.listen(port)) for port in ports]
    try:
        await ended.wait()
    finally:
        for work in working:
            work.cancel()
        await asyncio.gather(*working, return_exceptions=True)
    return search.found, list(search.wrong.values())


def as_setting(port: str) -> str:
    """Return `auto` where that leads to this port, else its path."""
    if is_keyboard(port):
        return port
    with contextlib.suppress(DeviceError):
        if os.path.realpath(find_scanner(AUTO)) == os.path.realpath(port):
            return AUTO
    return port


class _PortSearch:
    def __init__(
        self,
        settings: Settings,
        ports: Sequence[str],
        baud: int,
        ended: asyncio.Event,
        on_listening: Callable[[], None],
    ) -> None:
        self.found: FoundScanner | None = None
        self.wrong: dict[str, str] = {}
        """What is wrong with each port that cannot be had."""
        self._settings = settings
        self._ports = ports
        self._baud = baud
        self._ended = ended
        self._on_listening = on_listening
        self._listens = False

    async def listen(self, port: str) -> None:
        came = bytearray()

        def framed(frame: bytes) -> None:
            if self.found is None:
                self.found = FoundScanner(port, frame, has_end=bool(set(came) & {0x0A, 0x0D}))
            self._ended.set()

        section = self._settings.scanner.model_copy(update={"port": port, "baud": self._baud})
        at_port = self._settings.model_copy(update={"scanner": section})
        changed = partial(self._changed, port)
        await make_scanner(at_port, on_frame=framed, on_change=changed, on_bytes=came.extend).run()

    def _changed(self, port: str, takes_scans: bool, text: str) -> None:
        if not takes_scans:
            self.wrong[port] = text
            if len(self.wrong) == len(self._ports):
                self._ended.set()
        else:
            self.wrong.pop(port, None)
            if not self._listens:
                self._listens = True
                self._on_listening()
