"""
What comes in, live on the terminal: the scanner's bytes and what the gate makes of them, and every change of an input.

Rules: nothing is asked of E-GUMA; the code of a voucher or of a service card is hidden but for its last four
characters, in the bytes too, unless it is wanted whole; what is neither is shown as it is, for that is what the
technician has to find the reason of.
"""

import asyncio
import re
import signal
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from gate_controller.admission.words.codes import mask, read_code
from gate_controller.admission.words.events import Contact
from gate_controller.admission.words.policy import Policy
from gate_controller.admission.words.service_cards import purpose_of_card
from gate_controller.cli.exits import complain
from gate_controller.cli.trial import words
from gate_controller.cli.trial.words import say
from gate_controller.devices.errors import DeviceError
from gate_controller.devices.framing import STILLNESS_SECONDS
from gate_controller.devices.usb import is_keyboard
from gate_controller.settings import Settings
from gate_controller.shell.degraded import Degraded
from gate_controller.shell.fittings import make_passage, make_scanner
from gate_controller.shell.mending import FittedContacts
from gate_controller.shell.policies import policy_of

_IN_A_ROW = 16
_SHOWN_OF_CODE = 4  # as `mask` has it

# A line that never pauses, as at a wrong baud rate, is shown in pieces of this many bytes.
_MOST_BYTES = 256

_LINE = re.compile(rb"[^\r\n]+")
_HIDDEN = ("··", "·")
_NAMES = {0x02: "STX", 0x03: "ETX", 0x09: "TAB", 0x0A: "LF", 0x0D: "CR", 0x1B: "ESC", 0x1D: "GS", 0x20: "SP"}


async def until_ended(
    work: Coroutine[Any, Any, object], seconds: float | None, ended: asyncio.Event | None = None
) -> None:
    """Do work that has no end of its own until Ctrl-C, for so many seconds, or until `ended`; raise what it raises."""
    end = ended or asyncio.Event()
    loop = asyncio.get_running_loop()
    if ended is None:
        loop.add_signal_handler(signal.SIGINT, end.set)
    doing, ending = asyncio.ensure_future(work), asyncio.ensure_future(end.wait())
    try:
        await asyncio.wait({doing, ending}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        if doing.done():
            doing.result()
    finally:
        if ended is None:
            loop.remove_signal_handler(signal.SIGINT)
        ending.cancel()
        doing.cancel()
        await asyncio.wait({doing})


async def scanner(
    settings: Settings,
    *,
    full: bool = False,
    seconds: float | None = None,
    ended: asyncio.Event | None = None,
    ends: str = "Ctrl-C ends",
    on_scan: Callable[[], None] | None = None,
) -> int:
    """
    Show what the scanner sends, and return how many scans there were; `ends` says what ends it.

    Raises `DeviceError` where it cannot be had; one that goes away later is waited for.
    """
    watch = _Watch(settings, full=full, ends=ends, on_scan=on_scan)
    reader = make_scanner(settings, on_frame=watch.frame, on_change=watch.changed, on_bytes=watch.read)
    try:
        await until_ended(reader.run(), seconds, ended)
    finally:
        watch.close()
    return watch.scans


class _Watch:
    """Gathers what comes in one go, until the line is silent, and shows it with the frames in it."""

    def __init__(self, settings: Settings, *, full: bool, ends: str, on_scan: Callable[[], None] | None) -> None:
        self.scans = 0
        self._settings = settings
        self._full = full
        self._ends = ends
        self._on_scan = on_scan
        self._policy = policy_of(settings)
        self._listens = False
        self._gathered = bytearray()
        self._frames: list[bytes] = []
        self._silence: asyncio.Handle | None = None

    def read(self, data: bytes) -> None:
        self._gathered += data
        self._wait()

    def frame(self, frame: bytes) -> None:
        self.scans += 1
        self._frames.append(frame)
        self._wait()

    def changed(self, takes_scans: bool, text: str) -> None:
        self._show()
        if not takes_scans and not self._listens:
            raise DeviceError(text)
        if not takes_scans:
            complain(text)
            return
        self._listens = True
        scanner = self._settings.scanner
        how = f"layout {scanner.layout} (scanner.layout)" if self._types else f"{scanner.baud} baud (scanner.baud)"
        say(f"scanner {text}, {how}: scan something, {self._ends}")

    def close(self) -> None:
        self._show()

    @property
    def _types(self) -> bool:
        return is_keyboard(self._settings.scanner.port)

    def _wait(self) -> None:
        if self._silence is not None:
            self._silence.cancel()
        loop = asyncio.get_running_loop()
        if len(self._gathered) >= _MOST_BYTES:
            self._silence = loop.call_soon(self._show)  # after the frames in it, which come in this turn
            return
        # Twice the gap that ends a frame: by then the frame is here, and the terminator that came after it. Where there
        # is none yet, it may be a ShortCode, or a piece of something.
        gap = self._settings.scanner.gap_seconds
        self._silence = loop.call_later(2 * gap + (0 if self._frames else STILLNESS_SECONDS), self._show)

    def _show(self) -> None:
        if self._silence is not None:
            self._silence.cancel()
            self._silence = None
        data, self._gathered = bytes(self._gathered), bytearray()
        frames, self._frames = self._frames, []
        if not data and not frames:
            return
        say(words.at_now(f"{len(data)} bytes", ""))
        hidden = set() if self._full else _hidden(data, frames, self._policy)
        for start in range(0, len(data), _IN_A_ROW):
            row = [
                _HIDDEN if start + place in hidden else (f"{byte:02X}", _character(byte))
                for place, byte in enumerate(data[start : start + _IN_A_ROW])
            ]
            say("  hex  " + "".join(f"{code:<4}" for code, _ in row).rstrip())
            say("  char " + "".join(f"{character:<4}" for _, character in row).rstrip())
        for frame in frames:
            say(f"  {self._verdict(frame)}")
        if not frames:
            say("  no scan: it came before the line had been silent, or belongs to the scan before, or has no end")
        elif not set(data) & {0x0A, 0x0D}:
            say("  ended by silence: let the scanner send CR after each code, then the gate answers sooner")
        if frames and self._on_scan is not None:
            self._on_scan()

    def _verdict(self, frame: bytes) -> str:
        code = read_code(frame)
        if isinstance(code, str):
            return f"code {code if self._full else mask(code)}: the gate would ask E-GUMA for it"
        if (purpose := purpose_of_card(frame, self._policy)) is not None:
            return f"service card ({purpose.value}): the gate would ask nobody for it"
        setting = "scanner.layout" if self._types else "scanner.baud"
        return f"no voucher: {code.why} (other characters than on the voucher? see {setting})"


def _hidden(data: bytes, frames: list[bytes], policy: Policy) -> set[int]:
    """Return the places in `data` that hold a voucher's code or a card's, its last four characters left out."""
    hidden: set[int] = set()
    begin = 0
    for frame in frames:
        at = data.find(frame, begin)
        if at >= 0:
            begin = at + len(frame)
            hidden |= _hidden_in(frame, at, policy)
    for line in _LINE.finditer(data):  # one that was dropped behind another may be a voucher too
        hidden |= _hidden_in(line[0], line.start(), policy)
    return hidden


def _hidden_in(line: bytes, at: int, policy: Policy) -> set[int]:
    code = read_code(line)
    if not isinstance(code, str):
        is_card = purpose_of_card(line, policy) is not None
        return set(range(at, at + len(line.rstrip()) - _SHOWN_OF_CODE)) if is_card else set()
    places = [at + n for n, byte in enumerate(line) if chr(byte).isalnum() or byte == ord(".")][-len(code) :]
    return set(places if len(code) <= _SHOWN_OF_CODE else places[:-_SHOWN_OF_CODE])


def _character(byte: int) -> str:
    """Return a byte as a character: controls by their names, `--` for what is none."""
    if byte in _NAMES:
        return _NAMES[byte]
    return chr(byte) if 0x20 < byte < 0x7F else "--"  # noqa: PLR2004 - ASCII's printable ones


async def inputs(settings: Settings, *, seconds: float | None = None, ended: asyncio.Event | None = None) -> bool:
    """
    Show every contact and the passage sensor as they are, then each change.

    Returns whether all of them could be had; which could not is said on stderr.
    """
    has_all = True

    def failed() -> None:
        nonlocal has_all
        has_all = False
        complain("; ".join(ailment.why for ailment in degraded.missing))

    degraded = Degraded(failed)

    def changed(contact: Contact, active: bool) -> None:
        say(words.at_now(contact.value, words.of_contact(contact, active=active)))

    def passed(active: bool, since: float) -> None:
        if active and since > float("-inf"):  # who was there from the start has not come
            say(words.at_now(words.PASSAGE, "one person"))

    def seen(active: bool) -> None:
        say(words.at_now(words.PASSAGE, "ACTIVE" if active else "at rest"))

    contacts = FittedContacts(settings, on_change=changed, degraded=degraded)
    contacts.fit()
    sensor = None
    try:
        try:
            unreadable = partial(degraded.note, words.PASSAGE)
            sensor = make_passage(settings, on_change=passed, on_fault=unreadable, on_edge=seen)
        except DeviceError as error:
            degraded.note(words.PASSAGE, str(error))
        await until_ended(asyncio.Event().wait(), seconds, ended)
    finally:
        contacts.close()
        if sensor is not None:
            sensor.close()
    return has_all
