"""
What one QR code holds, as text: GATE1 and base32hex (RFC 4648, section 7), letters and digits alone.

Rules: letters and digits are in the alphanumeric set of QR codes, and mean the same in either case. Base32hex ends at
V, so what a keyboard scanner types in a German layout in place of an American one, which swaps Y and Z, is the same
text. A frame says how long it is, so no pause, line end or prefix of a scanner matters, and ends in a checksum, so that
a key that got lost is a refusal and never other settings. `FrameCollector` keeps one frame at most, whatever comes in.
"""

import base64
import hashlib
import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from typing_extensions import override

from gate_controller.settings.provisioning.rejections import Rejected, Rejection

PREFIX: Final = b"GATE1"
_ALPHABET: Final = frozenset(b"0123456789ABCDEFGHIJKLMNOPQRSTUV")

MOST_BODY_BYTES: Final = 320
"""Of one frame: 517 characters, a QR code of version 14 with error correction M."""
MOST_PARTS: Final = 16
PART_BYTES: Final = 170
"""
Of the message in one part: 301 characters, a QR code of version 10 (57 modules) with error correction M. That is
printed 34 mm wide with modules of half a millimetre, which is twice what cheap imagers resolve (docs/technician).
"""

SET_ID_BYTES: Final = 6
PASSPHRASE_BYTES: Final = 16
CONFIRMATION_BYTES: Final = 8

_HEAD = struct.Struct(f"!BH{SET_ID_BYTES}s")
_CHECKSUM_BYTES = 4
_HEAD_CHARACTERS = 5  # three bytes, kind and length, need them
_LEAST_BODY = _HEAD.size + _CHECKSUM_BYTES + 1

STALE_SECONDS: Final = 2.0
"""After so long a silence the rest of a frame does not come any more: no radio pauses for longer within a code."""

_FILLERS = frozenset([*range(0x21), 0x7F])


class FrameKind(IntEnum):
    """What a code is for."""

    PART = 1
    PASSPHRASE = 2
    CONFIRMATION = 3


@dataclass(frozen=True, slots=True)
class ProvisioningFrame:
    """One code. Its repr keeps what it holds to itself: it may be a passphrase."""

    kind: FrameKind
    set_id: bytes
    content: bytes
    number: int = 1
    """Of a part: which it is."""
    total: int = 1
    """Of a part: how many there are."""

    @override
    def __repr__(self) -> str:
        """Return what may be said of it."""
        return f"ProvisioningFrame({self.kind.name}, set={self.set_id.hex()}, {self.number}/{self.total})"

    def text(self) -> str:
        """Return what stands in the QR code."""
        inner = bytes([self.number, self.total]) if self.kind is FrameKind.PART else b""
        inner += self.content
        length = _HEAD.size + len(inner) + _CHECKSUM_BYTES
        if length > MOST_BODY_BYTES:
            raise ValueError(f"{length} bytes do not fit into one code")
        body = _HEAD.pack(self.kind, length, self.set_id) + inner
        body += _checksum(body)
        return PREFIX.decode() + base64.b32hexencode(body).decode().rstrip("=")


def is_provisioning(frame: bytes) -> bool:
    """Return whether a frame of the scanner's begins as such a code does, behind prefixes of the scanner."""
    return PREFIX in frame[:16].upper()


def read_frame(text: bytes) -> ProvisioningFrame:
    """Read one code, from its prefix to its end. Raises `Rejected`."""
    letters = text.upper()
    if not letters.startswith(PREFIX):
        raise Rejected(Rejection.DAMAGED, "it does not begin as a provisioning code")
    letters = letters[len(PREFIX) :]
    try:
        body = base64.b32hexdecode(letters + b"=" * (-len(letters) % 8))
    except ValueError:
        raise Rejected(Rejection.DAMAGED, "a character of it is none that such a code has") from None
    if len(body) < _LEAST_BODY:
        raise Rejected(Rejection.DAMAGED, "it is too short")
    if base64.b32hexencode(body).rstrip(b"=") != letters:  # the last character's bits that no byte takes are not nought
        raise Rejected(Rejection.DAMAGED, "its last character is wrong: scan it again")
    kind, length, set_id = _HEAD.unpack_from(body)
    if length != len(body):
        raise Rejected(Rejection.DAMAGED, "it is not as long as it says")
    if _checksum(body[:-_CHECKSUM_BYTES]) != body[-_CHECKSUM_BYTES:]:
        raise Rejected(Rejection.DAMAGED, "its checksum is wrong: scan it again; is scanner.layout the scanner's?")
    try:
        known = FrameKind(kind)
    except ValueError:
        raise Rejected(Rejection.NEWER, f"it is of kind {kind}") from None
    return _of_kind(known, set_id, body[_HEAD.size : -_CHECKSUM_BYTES])


def _of_kind(kind: FrameKind, set_id: bytes, inner: bytes) -> ProvisioningFrame:
    match kind:
        case FrameKind.PASSPHRASE if len(inner) == PASSPHRASE_BYTES:
            return ProvisioningFrame(kind, set_id, inner)
        case FrameKind.CONFIRMATION if len(inner) == CONFIRMATION_BYTES:
            return ProvisioningFrame(kind, set_id, inner)
        case FrameKind.PART if len(inner) > 2 and 1 <= inner[0] <= inner[1] <= MOST_PARTS:  # noqa: PLR2004 - the two
            return ProvisioningFrame(kind, set_id, inner[2:], inner[0], inner[1])
        case _:
            raise Rejected(Rejection.DAMAGED, "it is no whole code of its kind")


def parts_of(message: bytes, set_id: bytes) -> tuple[ProvisioningFrame, ...]:
    """Cut a message into as few parts as there can be, all of about a size. Raises ValueError where it is too long."""
    total = max(1, -(-len(message) // PART_BYTES))
    if total > MOST_PARTS:
        raise ValueError(f"{len(message)} bytes do not fit into {MOST_PARTS} codes: leave users or networks out")
    size = -(-len(message) // total)
    chunks = [message[place : place + size] for place in range(0, len(message), size)]
    return tuple(
        ProvisioningFrame(FrameKind.PART, set_id, chunk, number, len(chunks))
        for number, chunk in enumerate(chunks, start=1)
    )


class FrameCollector:
    """Finds such codes in all that a scanner sends. Everything else passes by unseen, and nothing fills the memory."""

    def __init__(self) -> None:
        self._seen = b""
        """The last characters outside of a code, where its prefix may be under way."""
        self._text: bytearray | None = None
        """The code under way, from its prefix on."""
        self._wanted = 0
        """How many characters it has; 0: its head has not come yet."""
        self._last = 0.0

    @property
    def is_under_way(self) -> bool:
        """Whether the rest of a code is waited for."""
        return self._text is not None

    def feed(self, data: bytes, at: float) -> list[ProvisioningFrame | Rejected]:
        """Take what came in at a monotonic time. Return the codes that it completes, and what is wrong with others."""
        found: list[ProvisioningFrame | Rejected] = []
        if self._text is not None and at - self._last > STALE_SECONDS:
            found.append(self._broken("its end did not come"))
        self._last = at
        for byte in data.upper():
            if byte in _FILLERS:
                continue
            if self._text is None:
                self._look_for_prefix(byte)
            elif byte not in _ALPHABET:
                found.append(self._broken("a character of it is none that such a code has: is scanner.layout right?"))
            elif (outcome := self._take(byte)) is not None:
                found.append(outcome)
        return found

    def _look_for_prefix(self, byte: int) -> None:
        self._seen = (self._seen + bytes([byte]))[-len(PREFIX) :]
        if self._seen == PREFIX:
            self._seen, self._text, self._wanted = b"", bytearray(PREFIX), 0

    def _take(self, byte: int) -> ProvisioningFrame | Rejected | None:
        text = self._text
        if text is None:
            return None
        text.append(byte)
        if not self._wanted and len(text) == len(PREFIX) + _HEAD_CHARACTERS:
            head = base64.b32hexdecode(bytes(text[len(PREFIX) :]) + b"=" * 3)
            length = int.from_bytes(head[1:3], "big")
            if length > MOST_BODY_BYTES:
                return self._broken("it says that it is longer than any", Rejection.TOO_LONG)
            if length < _LEAST_BODY:
                return self._broken("it says that it is shorter than any")
            self._wanted = len(PREFIX) + -(-length * 8 // 5)
        if not self._wanted or len(text) < self._wanted:
            return None
        self._text = None
        try:
            return read_frame(bytes(text))
        except Rejected as refused:
            return refused

    def _broken(self, why: str, refusal: Rejection = Rejection.DAMAGED) -> Rejected:
        self._text = None
        return Rejected(refusal, why)


def _checksum(body: bytes) -> bytes:
    return hashlib.sha256(body).digest()[:_CHECKSUM_BYTES]
