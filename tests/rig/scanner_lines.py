"""
The scanner's line as the core's tests model it: what people hold there comes as bytes, through the gate's own framer.

It knows who holds what, so it knows what may become a scan and what has to (design.md, "Scan"): a code that nobody
holds there is none, and an ordinary reading of a voucher or a ShortCode is one, once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Protocol

from gate_controller.admission.words.codes import NotAVoucher, read_code
from gate_controller.devices.framing import Dropped, Framer
from tests.rig.held import WISHES, ScannerKind
from tests.rig.promises import Watch
from tests.rig.steps import Holds, Noise

GAP_SECONDS = 0.05  # as scanner.gap_seconds
STILLNESS_SECONDS = 0.5
BETWEEN_READINGS_SECONDS = 0.1
"""A scanner has to see what it reads, and aims anew."""
TOLD_BY_SECONDS = STILLNESS_SECONDS + 0.05
"""By then whatever was read is a scan, or none."""
LONGEST_PAUSE_SECONDS = 0.45
"""Longer pauses within a text nobody can tell from those between two (design.md, "Scan")."""
_ROUNDING = 1e-6


class Surroundings(Protocol):
    """What the line needs of the world."""

    now: float
    up: bool
    watch: Watch

    def later(self, seconds: float, happens: Callable[[], None], *, outlives: bool = False) -> None:
        """Let something happen."""

    def scan(self, frame: bytes) -> None:
        """Hand a frame to the gate."""

    def tell(self, line: str) -> None:
        """Note a line of the trace."""


@dataclass(slots=True)
class _Reading:
    """One time that the scanner reads something."""

    wish: str
    is_parted: bool = False
    """Whether a pause parts it that may be taken for its end."""
    has_to_be: bool = False
    """Whether it has to become a scan of that wish, once."""
    is_noise: bool = False
    """Whether nobody held it there: then what was read before may still become a scan."""
    misleads: bool = False
    """Whether an end in it is taken for the scanner's own: then its next voucher may be read once more."""
    is_after_noise: bool = False
    """Whether it shows the gate that an end before it was none of the scanner's."""
    scans: int = 0
    heard: bool = True
    """Whether the gate has listened to all of it."""

    @property
    def is_short(self) -> bool:
        return len(self.wish) == 2

    def may_be(self, code: str) -> bool:
        """Whether a scan of it may be read as this code."""
        return code == self.wish or (self.is_parted and len(code) > 2)


class ScannerLine:
    """One scanner, its line, and the gate's end of it: opened at each start, and whenever it is plugged in."""

    def __init__(self, world: Surroundings, kind: ScannerKind) -> None:
        self.readings = 0
        """How often something was read."""
        self.dropped = 0
        """How many lines were dropped unseen."""
        self._world = world
        self._kind = kind
        self._first_end = len(kind.prefix) + 2  # where a piece ends that may be a ShortCode
        self._is_plugged = True
        self._is_misled = False
        self._free_at = 0.0
        self._newest = _Reading("")
        self.opens()

    # -- the gate's end

    def opens(self, *, torn: bool = False) -> None:
        """Let the gate listen from here on, as `line.py` does: not before the line has been silent for one gap."""
        self._newest.heard = False
        self._is_torn = torn  # whether the next ShortCode may be taken for the tail of something
        self._framer = Framer(GAP_SECONDS, torn=torn, since=self._world.now)
        self._wait()
        self._sent_at = self._world.now  # what was silent before, nobody knows
        self._settles_at = self._world.now + GAP_SECONDS

    def plug(self, *, works: bool) -> None:
        """Pull the scanner out, or plug it in again."""
        if works and not self._is_plugged:
            self._is_plugged = True
            self.opens(torn=True)
        elif not works:
            self._newest.heard = self._is_plugged = False

    def dies(self) -> None:
        """Nobody listens any more."""
        self._newest.heard = False

    def _hears(self, data: bytes) -> None:
        now = self._world.now
        self._sent_at = now
        if not (self._world.up and self._is_plugged):
            self._newest.heard = False
        elif now < self._settles_at:
            self._newest.heard = False
            self._settles_at = now + GAP_SECONDS
            self._framer = Framer(GAP_SECONDS, torn=True, since=now)
            self._is_torn = True
            self._wait()
        else:
            self._silence()
            self._take(self._framer.feed(data, now))
            self._wait()

    def _wait(self) -> None:
        if (at := self._framer.wake_at) is not None:
            self._world.later(at - self._world.now, self._silence_ends)

    def _silence_ends(self) -> None:
        if self._silence():
            self._wait()

    def _silence(self) -> bool:
        """Say how long nothing came, if that decides anything by now."""
        at = self._framer.wake_at
        if at is None or self._world.now < at - _ROUNDING or not (self._world.up and self._is_plugged):
            return False
        self._take(self._framer.silent(max(at, self._world.now)))
        return True

    def _take(self, outcomes: list[bytes | Dropped]) -> None:
        for outcome in outcomes:
            if isinstance(outcome, Dropped):
                self.dropped += outcome.lines
                self._world.tell(f"  {outcome}")
                continue
            code, reading = read_code(outcome), self._newest
            if not isinstance(code, NotAVoucher):
                reading.scans += code == reading.wish
                if reading.may_be(code):
                    self._world.watch.presented.wished(code)
                else:
                    self._world.watch.wrong(f"scanner: {outcome!r} becomes a scan, and nobody holds that there")
            self._world.scan(outcome)

    # -- what comes down the line

    def hold(self, step: Holds) -> None:
        """Hold something before the scanner, for so many readings."""
        for number in range(step.readings):
            self._world.later(number * step.every, partial(self._read, step, is_again=number > 0), outlives=True)

    def noise(self, step: Noise) -> None:
        """Let something come down the line that nobody held there."""
        # Just behind a voucher, the gate takes an end for the scanner's own, until a voucher comes without.
        self._is_misled |= not self._kind.sends_ends and bool(set(step.data) & set(b"\r\n"))
        self._newest.is_after_noise = False  # what misleads comes after it
        # What has no end is taken for the beginning of what comes next, where the scanner sends ends.
        self._is_torn |= self._kind.sends_ends and step.data[-1:] not in {b"\r", b"\n"}
        self._send_later([step.data], 0.0, _Reading("", is_noise=True))

    def _read(self, step: Holds, is_again: bool) -> None:
        if is_again and self._world.now < self._free_at:
            return  # it still sends what it has read before
        wish = WISHES.get(step.shows, "")
        is_single_line = not set(step.shows) & set(b"\r\n")
        cuts, pause = step.cuts, step.pause
        if pause > LONGEST_PAUSE_SECONDS:
            # Such a pause cannot be told from one between two texts; but the rest of a voucher can, by its end.
            if len(wish) > 2 and is_single_line and self._kind.sends_ends and min(cuts, default=0) > self._first_end:
                cuts = (min(cuts),)
            else:
                pause = LONGEST_PAUSE_SECONDS
        pieces = _cut(self._kind.prefix + step.shows + self._kind.suffix, cuts)
        # What a pause parts may look like a voucher's code, until the scanner is known to send ends; never a ShortCode.
        is_parted = len(pieces) > 1 and pause >= GAP_SECONDS
        # A pause just behind a line of a text: its end is taken for the scanner's own, like one in noise.
        misleads = (
            is_parted and not self._kind.sends_ends and any(piece[-1:] in {b"\r", b"\n"} for piece in pieces[:-1])
        )
        # So is the end of a first line that is a voucher's code.
        first_line = step.shows.splitlines()[0] if step.shows else b""
        misleads |= (
            not is_single_line and not self._kind.sends_ends and not isinstance(read_code(first_line), NotAVoucher)
        )
        has_to_be = (is_single_line or self._kind.sends_ends) and _has_to_be(wish, pieces, pause, self._kind)
        self._send_later(pieces, pause, _Reading(wish, is_parted, has_to_be, misleads=misleads))

    def _send_later(self, pieces: list[bytes], pause: float, reading: _Reading) -> None:
        begins = max(self._world.now, self._free_at)
        self._free_at = begins + (len(pieces) - 1) * pause + BETWEEN_READINGS_SECONDS
        for number, piece in enumerate(pieces):
            at = begins + number * pause - self._world.now
            send = partial(self._send, reading, piece, is_first=number == 0, is_last=number == len(pieces) - 1)
            self._world.later(at, send, outlives=True)

    def _send(self, reading: _Reading, piece: bytes, is_first: bool, is_last: bool) -> None:
        if is_first:
            self._begin(reading)
        self._world.tell(f"scanner sends {piece!r}")
        self._hears(piece)
        if is_last:
            if reading.misleads:
                self._is_misled, reading.is_after_noise = True, False
            if reading.heard and self._kind.sends_ends and reading.has_to_be:
                self._is_torn = False
            self._world.later(TOLD_BY_SECONDS, lambda: self._check(reading), outlives=True)

    def _begin(self, reading: _Reading) -> None:
        self._silence()  # what that decides is of the reading before
        if self._world.now - self._sent_at < STILLNESS_SECONDS:
            reading.has_to_be = False
            if self._newest.is_short:
                self._newest.has_to_be = False
        reading.is_after_noise = self._is_misled and not reading.is_noise
        if self._is_misled or (reading.is_short and self._is_torn):
            reading.has_to_be = False
        if not reading.is_noise:
            self.readings += 1
            self._newest = reading

    def _check(self, reading: _Reading) -> None:
        if reading.is_after_noise and reading.scans:
            self._is_misled = False
        if reading.has_to_be and reading.heard and reading.scans != 1:
            self._world.watch.wrong(f"scanner: {reading.wish} was read once, and is {reading.scans} scans")


def _cut(data: bytes, cuts: tuple[int, ...]) -> list[bytes]:
    places = [0, *sorted({cut for cut in cuts if 0 < cut < len(data)}), len(data)]
    return [data[begin:end] for begin, end in pairwise(places)]


def _has_to_be(wish: str, pieces: list[bytes], pause: float, kind: ScannerKind) -> bool:
    """Whether a reading with silence around it has to be a scan, by how it is sent."""
    if len(pieces) == 1 or pause < GAP_SECONDS:
        return len(wish) > 2 or (len(wish) == 2 and kind.can_show_short_codes)
    looks_whole = any(len(one) == len(wish) and one.decode() != wish for one in (p.replace(b"-", b"") for p in pieces))
    return len(wish) > 2 and kind.sends_ends and pause < STILLNESS_SECONDS and not looks_whole
