"""
Bytes become frames. A frame ends in CR, LF, CR LF, or a silent gap on the line, which the caller measures.

Rules: how the bytes were cut into reads changes nothing. Nothing between two terminators is a frame too
(b""). A frame over `MAX_FRAME` bytes is handed over as soon as that is known, cut short, and its tail is
dropped: no input fills the memory, and the visitor's refusal does not wait for the end of a 5,000-byte QR
code.
"""

from gate_controller.admission.words.codes import MAX_FRAME

_CR, _LF = 0x0D, 0x0A

# What may still come and belongs to the end that has just been seen. After CR: the LF of a CR LF. After a
# gap: the terminator of that same frame, held back by a slow line; as a frame of its own it would be an empty
# scan that refuses the visitor whose code is being checked.
_REST_AFTER_CR = frozenset({_LF})
_REST_AFTER_GAP = frozenset({_CR, _LF})
_NO_REST: frozenset[int] = frozenset()


class Framer:
    """Cuts one line's bytes into frames, without their terminators and at most `MAX_FRAME + 1` bytes long."""

    def __init__(self) -> None:
        self._gathered = bytearray()
        self._dropping = False
        self._rest = _NO_REST

    @property
    def pending(self) -> bool:
        """Whether a frame has begun and not ended, so that a silent gap would end it."""
        return bool(self._gathered) or self._dropping

    def feed(self, data: bytes) -> list[bytes]:
        """Return the frames that end in `data`, in order."""
        frames: list[bytes] = []
        for byte in data:
            if byte in self._rest:
                self._rest = _REST_AFTER_CR if byte == _CR else _NO_REST
            elif byte in (_CR, _LF):
                frames += self._end()
                self._rest = _REST_AFTER_CR if byte == _CR else _NO_REST
            else:
                self._rest = _NO_REST
                frames += self._gather(byte)
        return frames

    def gap(self) -> list[bytes]:
        """Return the frame that a silent gap on the line ends, if one had begun."""
        if not self.pending:
            return []
        self._rest = _REST_AFTER_GAP
        return self._end()

    def _gather(self, byte: int) -> list[bytes]:
        if self._dropping:
            return []
        self._gathered.append(byte)
        if len(self._gathered) <= MAX_FRAME:
            return []
        frames = self._end()
        self._dropping = True
        return frames

    def _end(self) -> list[bytes]:
        frames = [] if self._dropping else [bytes(self._gathered)]
        self._gathered.clear()
        self._dropping = False
        return frames
