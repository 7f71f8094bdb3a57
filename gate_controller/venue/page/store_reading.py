"""
What the live page shows of the store, read beside it: a store that hangs holds no tile up.

It is read again at most every few seconds and only after a change, once for all who look. A change that comes too soon
after the last look is not forgotten: the store is looked at again when it is time, and whoever follows is told.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from gate_controller.desk.moments import date_of
from gate_controller.journal.records import Record
from gate_controller.venue.event_store import StoreGone
from gate_controller.venue.page.gate_stories import KnownAttempts
from gate_controller.venue.page.shown_house import ShownHouse
from gate_controller.venue.tiles import GateTile, HouseItem, HouseTotals

_log = logging.getLogger(__name__)

READ_SECONDS: Final = 3.0
"""Between two looks into the store for the same page."""
WAITED_SECONDS: Final = 0.5
"""For a look that has begun: a store that is well answers in milliseconds, and what comes later is told later."""
FIRST_WAITED_SECONDS: Final = 3.0
"""For the very first one, before which there is nothing to show."""
MOST_SHOWN_ITEMS: Final = 6
NOTHING_FOR_SECONDS: Final = 30.0
"""After so long the day is read again, though no gate has told of anything: a gap may have been filled."""


@dataclass(slots=True)
class StoreReading:
    """The day's figures and the newest open items. In the loop."""

    house: ShownHouse
    told: Callable[[], None]
    """Called when what is here is another, and nobody has waited for it."""
    totals: HouseTotals | None = None
    items: Sequence[tuple[HouseItem, Record | None]] = ()
    is_whole: bool = True
    """Whether the store could be read the last time."""
    _read_at: float = -1e9
    _read_for: tuple[object, ...] = ()
    _wanted_for: tuple[object, ...] = ()
    _reading: asyncio.Task[None] | None = None
    _is_waited_for: bool = False
    _later: asyncio.TimerHandle | None = None
    _attempts: KnownAttempts = field(init=False)

    def __post_init__(self) -> None:
        """Know no attempt yet."""
        self._attempts = KnownAttempts(self.house.view)

    async def look(self, tiles: Sequence[GateTile]) -> None:
        """Look into the store where that is due, and wait for it a moment."""
        view = self.house.view
        self._wanted_for = (
            sum(tile.admitted + tile.refused for tile in tiles),
            sum(tile.inside for tile in tiles),
            view.items_version(),
            view.is_store_reached(),
            date_of(view.now()),
        )
        if self._reading is not None:
            return
        since = time.monotonic() - self._read_at
        is_other = self._wanted_for != self._read_for
        if since >= READ_SECONDS if is_other or not self.is_whole else since >= NOTHING_FOR_SECONDS:
            reading = self._reading = asyncio.get_running_loop().create_task(self._read())
            self._is_waited_for = True
            await asyncio.wait((reading,), timeout=WAITED_SECONDS if self._read_at > 0 else FIRST_WAITED_SECONDS)
            self._is_waited_for = False
        elif is_other and self._later is None:
            self._later = asyncio.get_running_loop().call_later(READ_SECONDS - since, self._look_later)

    def close(self) -> None:
        """Look no more."""
        for waiting in (self._later, self._reading):
            if waiting is not None:
                waiting.cancel()

    def _look_later(self) -> None:
        self._later = None
        if self._reading is None:
            self._reading = asyncio.get_running_loop().create_task(self._read())

    async def _read(self) -> None:
        before, wanted_for = (self.totals, self.items, self.is_whole), self._wanted_for
        try:
            self.totals = await self.house.view.totals(date_of(self.house.view.now()))
            items, _ = await self.house.view.open_items(limit=MOST_SHOWN_ITEMS)
            self.items = await self._attempts.of(items)
            self.is_whole = True
        except Exception as error:  # noqa: BLE001 - whatever it is, the tiles go on
            if self.is_whole:
                why = str(error) if isinstance(error, StoreGone) else f"{type(error).__name__}: {error}"
                _log.warning("page=no_store why=%r", why)
            self.is_whole = False
        finally:
            self._reading = None
            self._read_at, self._read_for = time.monotonic(), wanted_for
        if not self._is_waited_for and before != (self.totals, self.items, self.is_whole):
            self.told()
