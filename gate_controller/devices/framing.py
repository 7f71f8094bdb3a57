"""
Bytes become frames: what can be a scan, or must be refused, is handed out; everything else is dropped unseen.

Rules: bytes and times in, outcomes out; the caller measures silence and calls `silent`, for time between two reads is
not time between two bytes. How the bytes were cut into reads changes nothing. Words:

- A *line* ends in CR or LF; a *text* is what arrives without a pause. Only a text's first line can be a scan: the rest
  is that of a vCard or a QR-bill, and the line "28" in it is a stranger's ShortCode. Blanks and control characters
  alone are no line.
- A *pause* is `gap_seconds` of silence. A *stillness* is `STILLNESS_SECONDS`, longer than radios and key delays pause
  within a text. A text in whose lines there was a pause goes on up to a stillness.
- A voucher waits for nothing. A ShortCode is a scan only between two stillnesses, with nothing but itself between them.
- A scanner that ends its vouchers in CR or LF is known to by them, until one comes without. From it a pause ends
  nothing: pieces are joined up to a stillness, and a piece whose end is missing then is dropped with what follows it up
  to the next end, which is its tail ("42" + CR of a longer code).
- A frame that is too long, or no ASCII, is handed out as soon as that is known, cut short: no input fills the memory,
  and the visitor's refusal does not wait for the end of a 5,000-byte QR code.
"""

from dataclasses import replace
from enum import Enum, StrEnum, auto

from gate_controller.admission.words.codes import MAX_FRAME, Code, NotAVoucher, is_short_code, mask, read_code
from gate_controller.admission.words.frozen import frozen

STILLNESS_SECONDS = 0.5
"""Silence after which what comes belongs to nothing before it (design.md, "Scan")."""

# How long a tail is waited for whose beginning was dropped. A radio that has lost its base may send later, but what
# is then no ShortCode can harm nobody, and a ShortCode with an end is taken for a tail however late it comes.
_TAIL_SECONDS = 5.0

# A phone held before a scanner that rereads faster than a stillness is never still. Three readings in a row, with
# pauses between them and nothing else since a stillness, are nothing but a ShortCode.
_READINGS = 3

_CR, _LF = 0x0D, 0x0A
_FIRST_BEYOND_ASCII = 0x80
_FILLERS = bytes([*range(0x21), 0x7F])
"""Blanks and control characters."""


class Why(StrEnum):
    """Why a line was dropped."""

    BEHIND_ANOTHER = "it came without a pause behind a first line"
    NOT_ALONE = "a ShortCode that did not stand alone"
    NO_END = "its end is missing"
    TAIL = "it follows a piece whose end is missing"


@frozen
class Dropped:
    """What was dropped unseen of one text: why, how many lines, and of the first one what the log may have."""

    why: Why
    lines: int
    masked: str


class _Phase(Enum):
    BETWEEN = auto()
    """No line of a text has begun."""
    FIRST = auto()
    """In a text's first line."""
    TORN = auto()
    """A pause cut the first line of a scanner that is not known to send ends. What comes may be its other part."""
    REST = auto()
    """Behind the first line: dropped."""
    TAIL = auto()
    """In what follows a piece whose end is missing: dropped up to the next end."""


class _Silence(Enum):
    NONE = auto()
    PAUSE = auto()
    STILLNESS = auto()


class _LineKind(Enum):
    """What a line is, taken by itself."""

    VOUCHER = auto()
    SHORT_CODE = auto()
    OTHER = auto()


class Framer:
    """
    Cuts one port's bytes into frames, without their ends and at most `MAX_FRAME + 1` bytes long.

    `since`: when the port was opened; what came before went to nobody, and what follows without a stillness may be its
    other part. None: nothing came before. `torn`: what came before may have had no end, however long ago.
    """

    def __init__(self, gap_seconds: float, *, torn: bool = False, since: float | None = None) -> None:
        self._gap = gap_seconds
        self._stillness = max(STILLNESS_SECONDS, gap_seconds)
        self._outcomes: list[bytes | Dropped] = []
        self._sends_ends = False

        self._last = 0.0 if since is None else since
        """When something came last, and how silent it has been since."""
        self._silence = _Silence.STILLNESS if since is None else _Silence.NONE

        self._phase = _Phase.BETWEEN
        self._line = bytearray()
        self._endless = torn
        """Whether the newest line that was taken has no end."""

        # Of the text under way:
        self._has_pauses = False
        self._is_empty: bool | None = None
        """Whether it is an empty scan as long as no line comes; None: no end has come either."""
        self._pieces = b""
        self._served: Code | NotAVoucher | None = None
        """The voucher in the pieces of a torn first line that was handed out already."""
        self._dropped: Dropped | None = None

        self._alone: bytes | None = b"" if since is None else None
        """All that has been read since the last stillness: nothing, one ShortCode, or (None) something else."""
        self._readings = 0
        """How often that ShortCode was read since it was handed out."""

    @property
    def wake_at(self) -> float | None:
        """Until when silence must last to decide something; None where it decides nothing."""
        if self._silence is _Silence.STILLNESS:
            return None
        return self._last + (self._gap if self._silence is _Silence.NONE else self._stillness)

    def feed(self, data: bytes, at: float) -> list[bytes | Dropped]:
        """Take what came in; b"" for what is no byte and yet no silence. Return frames, and what was dropped."""
        for byte in data:
            if byte in (_CR, _LF):
                self._end()
            elif byte not in _FILLERS:
                self._character(byte, at)
            elif (self._line or self._pieces) and len(self._line) < MAX_FRAME:  # at its end it makes no line too long
                self._line.append(byte)
        self._last, self._silence = at, _Silence.NONE
        return self._taken()

    def silent(self, at: float) -> list[bytes | Dropped]:
        """Take that nothing came up to `at`. Return what that decides."""
        if self._silence is _Silence.NONE and at >= self._last + self._gap:
            self._silence = _Silence.PAUSE
            self._paused()
        if self._silence is _Silence.PAUSE and at >= self._last + self._stillness:
            self._silence = _Silence.STILLNESS
            self._stilled()
        return self._taken()

    # -- what comes

    def _character(self, byte: int, at: float) -> None:
        if self._phase is _Phase.BETWEEN:
            waits_for_tail = self._endless and self._sends_ends and at - self._last < _TAIL_SECONDS
            self._phase = _Phase.TAIL if waits_for_tail else _Phase.FIRST
        elif self._phase is _Phase.TORN:
            self._has_pauses = True
        if len(self._line) <= MAX_FRAME:
            self._line.append(byte)
        if byte >= _FIRST_BEYOND_ASCII or len(self._pieces) + len(self._line) > MAX_FRAME:
            self._no_code()

    def _no_code(self) -> None:
        """The line under way can be no voucher, whatever else comes."""
        if self._phase is _Phase.FIRST:
            self._hand_out(self._line_taken())
        if self._phase in {_Phase.FIRST, _Phase.TORN}:
            self._phase, self._pieces = _Phase.REST, b""

    def _end(self) -> None:
        line = self._line_taken()
        match self._phase:
            case _Phase.BETWEEN:
                if self._is_empty is None:  # what ends the text before, however late, is no empty scan
                    self._is_empty = self._alone == b"" and not self._endless
            case _Phase.FIRST:
                self._first_line(line)
            case _Phase.TORN:
                self._torn_line(line)
            case _Phase.REST:
                self._drop(line, Why.BEHIND_ANOTHER)
            case _Phase.TAIL:
                self._drop(line, Why.TAIL)
        self._endless = False
        if self._phase is not _Phase.BETWEEN:
            self._phase, self._pieces = _Phase.REST, b""

    def _first_line(self, line: bytes) -> None:
        match _kind(line):
            case _LineKind.VOUCHER:
                self._sends_ends = True
                self._hand_out(line)
            case _LineKind.SHORT_CODE if self._endless:
                # With an end of its own, what follows a piece without one is that piece's tail, however late.
                self._drop(line, Why.TAIL)
            case _LineKind.SHORT_CODE:
                self._short_code(line)
            case _LineKind.OTHER:
                self._hand_out(line)

    def _torn_line(self, line: bytes) -> None:
        """Take the end of a first line in pieces: the newest of them, or all together, may be a voucher."""
        for whole in (line, self._pieces + line):
            if _kind(whole) is _LineKind.VOUCHER:
                self._sends_ends = True
                if _read(whole) != self._served:
                    self._dropped = None  # the pieces that it came in
                    self._hand_out(whole)
                return
        self._drop(line, Why.TAIL)

    # -- silence

    def _paused(self) -> None:
        match self._phase:
            case _Phase.BETWEEN:
                if self._is_empty:
                    self._outcomes.append(b"")
                self._is_empty = None
            case _Phase.FIRST | _Phase.TORN if not self._sends_ends:
                self._piece()
            case _Phase.REST if not self._has_pauses and not (self._sends_ends and self._line):
                self._text_over()
            case _:
                self._has_pauses = True

    def _stilled(self) -> None:
        if self._phase in {_Phase.FIRST, _Phase.TAIL} and _kind(self._line) is _LineKind.VOUCHER:
            self._sends_ends = False
            self._endless = True
            self._hand_out(self._line_taken())
        self._text_over()
        if self._alone and self._readings:
            self._outcomes.append(self._alone)
        self._alone, self._readings = b"", 0

    def _piece(self) -> None:
        """Take a piece of a first line, which is all of it where the scanner sends no ends."""
        if not self._line:
            return
        line = self._line_taken()
        pieces = self._pieces + line
        match _kind(line):
            case _LineKind.VOUCHER:
                self._hand_out(line)
                self._served = _read(line)
                pieces = line
            case _LineKind.SHORT_CODE:
                self._short_code(line)
                if self._alone == line:  # what comes may be its next reading
                    pieces = line
            case _LineKind.OTHER if self._phase is _Phase.FIRST:
                self._hand_out(line)
            case _LineKind.OTHER:
                self._drop(line, Why.TAIL)
        self._endless = True
        self._phase, self._pieces = _Phase.TORN, pieces

    def _text_over(self) -> None:
        if self._line:
            self._endless = True
            if self._phase is _Phase.REST:
                self._sends_ends = False  # it would have sent one here: the ends before were the text's own
            self._drop(self._line_taken(), Why.BEHIND_ANOTHER if self._phase is _Phase.REST else Why.NO_END)
        if self._dropped is not None:
            self._outcomes.append(self._dropped)
        self._phase = _Phase.BETWEEN
        self._has_pauses, self._is_empty = False, None
        self._pieces, self._served, self._dropped = b"", None, None

    # -- what becomes of a line

    def _line_taken(self) -> bytes:
        line = bytes(self._line)
        self._line.clear()
        return line

    def _hand_out(self, frame: bytes) -> None:
        self._outcomes.append(frame[: MAX_FRAME + 1])
        self._alone, self._readings = None, 0

    def _short_code(self, line: bytes) -> None:
        if self._alone not in (b"", line):
            self._drop(line, Why.NOT_ALONE)
            return
        self._alone = line
        self._readings += 1
        if self._readings == _READINGS:
            self._outcomes.append(line)
            self._readings = 0

    def _drop(self, line: bytes, why: Why) -> None:
        if not line.strip(_FILLERS):
            return
        if self._alone and self._readings:
            # It was no ShortCode, and whoever held it there is to know: with what shows that it was none.
            self._hand_out(self._alone + bytes([_CR]) + line)
            return
        self._alone = None
        if self._dropped is not None:
            self._dropped = replace(self._dropped, lines=self._dropped.lines + 1)
        else:
            code = _read(line)
            self._dropped = Dropped(why, 1, mask(code) if isinstance(code, str) else "")

    def _taken(self) -> list[bytes | Dropped]:
        outcomes, self._outcomes = self._outcomes, []
        return outcomes


def _read(line: bytes) -> Code | NotAVoucher:
    """Read a line as a house with tickets does: their pieces belong together too, whoever takes them."""
    return read_code(line, takes_tickets=True)


def _kind(line: bytes | bytearray) -> _LineKind:
    code = _read(bytes(line))
    if isinstance(code, NotAVoucher):
        return _LineKind.OTHER
    return _LineKind.SHORT_CODE if is_short_code(code) else _LineKind.VOUCHER
