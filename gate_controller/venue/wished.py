"""
Home Assistant's wishes, which the venue signs where the house wants that: whoever may write there opens gates.

A wish that the broker has kept was wished at another time, and is none. Each becomes an order like a person's, written
down with its outcome; more than a person could press are passed over.
"""

import asyncio
import logging
import secrets
import time
from collections.abc import Callable
from typing import Final

from gate_controller.shell.wishes import BY, REASON, read_wish
from gate_controller.venue.event_store import StoreGone
from gate_controller.venue.venue_house import GivesOrders

_log = logging.getLogger(__name__)

TOPIC: Final = "wish/"
MOST_OUT: Final = 20
"""Wishes whose outcome is waited for."""
EACH_SECONDS: Final = 1.0
"""Between two wishes for one gate."""


class HomeAssistantWishes:
    """Takes wishes, in the loop."""

    def __init__(
        self, orders: GivesOrders, *, wall: Callable[[], float], monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._orders = orders
        self._wall = wall
        self._monotonic = monotonic
        self._newest: dict[str, float] = {}
        self._out: set[asyncio.Task[None]] = set()

    def take(self, leaf: str, payload: bytes) -> bool:
        """Take what stands behind `venue/` in a topic, and say whether it was a wish."""
        gate_id, _, what = leaf.removeprefix(TOPIC).partition("/")
        wanted = read_wish(what, payload[:16], self._wall()) if leaf.startswith(TOPIC) else None
        now = self._monotonic()
        if wanted is None or len(self._out) >= MOST_OUT or now - self._newest.get(gate_id, -1e9) < EACH_SECONDS:
            return False
        if len(self._newest) > MOST_OUT:
            self._newest = {gate: at for gate, at in self._newest.items() if now - at < EACH_SECONDS}
        self._newest[gate_id] = now
        task = asyncio.get_running_loop().create_task(self._order(gate_id, *wanted))
        self._out.add(task)
        task.add_done_callback(self._out.discard)
        return True

    async def _order(self, gate_id: str, do: str, fields: dict[str, object]) -> None:
        name = f"ha-{secrets.token_hex(8)}"
        try:
            await self._orders.give([gate_id], do, order_id=name, by=BY, reason=REASON, fields=fields)
        except (StoreGone, ValueError) as error:
            _log.warning("order=not_given gate=%s by=%r why=%r", gate_id, BY, str(error))
