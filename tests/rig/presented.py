"""
Who holds which code there, for how long, and what becomes of it: part of `promises.py`.

One presentation is one admission, nobody pays with what nobody presented, and junk changes nothing that is seen.
"""

from collections.abc import Callable

from gate_controller.admission.words.codes import NotAVoucher, read_code
from gate_controller.admission.words.messages import Message, MessageKind, MoneyFate
from tests.rig.steps import BALANCE_CARD, PRICE_CARD

LASTS_SECONDS = 2.0
"""How long a code is still presented after it was read (design.md, "One lane, one person")."""
_ROUNDING = 1e-6
"""Of the sums of moments: a reread exactly at the end is either's."""
WISHED_FOR_SECONDS = 30.0
"""A scan may wait for the lane, and for its turn: but not as long."""
HELD_FOR_SECONDS = 200.0
"""A voucher that is to pay with others is held for 20 s after each scan."""
SHOWN_SECONDS = 5.0
"""How long a verdict stays (`display.verdict_seconds`)."""


_AT_REST = {MessageKind.IDLE, MessageKind.OUTAGE_STAFF, MessageKind.OUTAGE_FREE}


class Presented:
    """Codes as people present them."""

    def __init__(self, now: Callable[[], float], wrong: Callable[[str], None], *, takes_tickets: bool = False) -> None:
        self._takes_tickets = takes_tickets
        self._now = now
        self._wrong = wrong
        self._wished_at: dict[str, float] = {}
        self._read_at: dict[str, float] = {}
        self._admitted: dict[str, int] = {}
        self._consulted: set[str] = set()
        self._is_at_rest = False
        self._told_until = float("-inf")
        """Until when somebody reads what became of his money."""

    def wished(self, code: str) -> None:
        """Somebody holds it there."""
        self._wished_at[code] = self._now()

    def is_card(self, frame: bytes | None) -> bool:
        """Whether it is a service card: where it begins nothing, nothing is told."""
        return frame in {BALANCE_CARD, PRICE_CARD}

    def read(self, frame: bytes, *, is_for_balance: bool) -> None:
        """The gate gets a scan, perhaps of somebody who only wants to know what is on his voucher."""
        code = read_code(frame, takes_tickets=self._takes_tickets)
        if isinstance(code, NotAVoucher):
            return
        now = self._now()
        if now - self._read_at.get(code, float("-inf")) >= LASTS_SECONDS - _ROUNDING:
            self._admitted[code] = 0
            self._consulted.discard(code)
        self._read_at[code] = now
        if is_for_balance:
            self._consulted.add(code)

    def taken(self, frame: bytes, shows: int, *, is_open: bool) -> None:
        """The gate has handled it, and has shown so many messages."""
        is_seen = is_open or self._now() < self._told_until
        if (
            isinstance(read_code(frame, takes_tickets=self._takes_tickets), NotAVoucher)
            and shows
            and is_seen
            and not self.is_card(frame)
        ):
            self._wrong(f"scanner: the junk {frame!r} changes what a visitor is being told")

    def shown(self, message: Message) -> bool:
        """
        Something is shown; say whether that is news. At rest a verdict is still its visitor's (design.md, "What the
        visitor reads"), and another price by the time of the day is told to nobody in particular.
        """
        was_at_rest, self._is_at_rest = self._is_at_rest, message.kind in _AT_REST
        if message.fate is not MoneyFate.NOTHING_YET and message.kind is not MessageKind.NOT_A_VOUCHER:
            self._told_until = self._now() + SHOWN_SECONDS
        elif not self._is_at_rest:
            self._told_until = float("-inf")
        return not (was_at_rest and self._is_at_rest)

    def intended(self, code: str, *, is_held: bool = False) -> None:
        """The price is to be charged to a code; `is_held`: with others, which may have been looked for one by one."""
        lasts = HELD_FOR_SECONDS if is_held else WISHED_FOR_SECONDS
        if self._now() - self._wished_at.get(code, float("-inf")) > lasts:
            self._wrong(f"promise 3: {code} is to be charged, and nobody presented it")
        if code in self._consulted:
            self._wrong(f"promise 3: {code} is to be charged, and whoever presents it asked for its balance")

    def admitted(self, code: str) -> None:
        """Somebody is let in who scanned this code."""
        self._admitted[code] = self._admitted.get(code, 0) + 1
        if self._admitted[code] > 1:
            self._wrong(f"promise 2: one presentation of {code} is admitted {self._admitted[code]} times")

    def forgotten(self) -> None:
        """The gate has died: whoever holds something there presents it anew."""
        self._read_at.clear()
        self._admitted.clear()
        self._consulted.clear()
        self._told_until = float("-inf")
