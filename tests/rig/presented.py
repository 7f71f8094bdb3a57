"""
Who holds which code there, for how long, and what becomes of it: part of `promises.py`.

One presentation is one admission, nobody pays with what nobody presented, and junk changes nothing that is seen.
"""

from collections.abc import Callable

from gate_controller.admission.words.codes import NotAVoucher, read_code
from gate_controller.admission.words.messages import Message, MessageKind, MoneyFate

LASTS_SECONDS = 2.0
"""How long a code is still presented after it was read (design.md, "One lane, one person")."""
WISHED_FOR_SECONDS = 30.0
"""A scan may wait for the lane, and for its turn: but not as long."""
SHOWN_SECONDS = 5.0
"""How long a verdict stays (`display.verdict_seconds`)."""


class Presented:
    """Codes as people present them."""

    def __init__(self, now: Callable[[], float], wrong: Callable[[str], None]) -> None:
        self._now = now
        self._wrong = wrong
        self._wished_at: dict[str, float] = {}
        self._read_at: dict[str, float] = {}
        self._admitted: dict[str, int] = {}
        self._told_until = float("-inf")
        """Until when somebody reads what became of his money."""

    def wished(self, code: str) -> None:
        """Somebody holds it there."""
        self._wished_at[code] = self._now()

    def read(self, frame: bytes) -> None:
        """The gate gets a scan."""
        code = read_code(frame)
        if isinstance(code, NotAVoucher):
            return
        now = self._now()
        if now - self._read_at.get(code, float("-inf")) >= LASTS_SECONDS:
            self._admitted[code] = 0
        self._read_at[code] = now

    def taken(self, frame: bytes, shows: int, *, is_open: bool) -> None:
        """The gate has handled it, and has shown so many messages."""
        is_seen = is_open or self._now() < self._told_until
        if isinstance(read_code(frame), NotAVoucher) and shows and is_seen:
            self._wrong(f"scanner: the junk {frame!r} changes what a visitor is being told")

    def shown(self, message: Message) -> None:
        """Something is shown; at rest a verdict is still its visitor's (design.md, "What the visitor reads")."""
        if message.fate is not MoneyFate.NOTHING_YET and message.kind is not MessageKind.NOT_A_VOUCHER:
            self._told_until = self._now() + SHOWN_SECONDS
        elif message.kind is not MessageKind.IDLE:
            self._told_until = float("-inf")

    def intended(self, code: str) -> None:
        """The price is to be charged to a code."""
        if self._now() - self._wished_at.get(code, float("-inf")) > WISHED_FOR_SECONDS:
            self._wrong(f"promise 3: {code} is to be charged, and nobody presented it")

    def admitted(self, code: str) -> None:
        """Somebody is let in who scanned this code."""
        self._admitted[code] = self._admitted.get(code, 0) + 1
        if self._admitted[code] > 1:
            self._wrong(f"promise 2: one presentation of {code} is admitted {self._admitted[code]} times")

    def forgotten(self) -> None:
        """The gate has died: whoever holds something there presents it anew."""
        self._read_at.clear()
        self._admitted.clear()
        self._told_until = float("-inf")
