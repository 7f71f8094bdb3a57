"""The journal's numbered events for whoever follows the gate: only those that no power cut takes any more."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from gate_controller.journal.numbered import MOST_EVENTS, NumberedEvents
from gate_controller.journal.reader import Reader
from gate_controller.journal.writer import Journal


class EventReading:
    """Reads events beside the journal's writer."""

    def __init__(self, journal: Journal, directory: Path, hashed: Callable[[str], str] | None = None) -> None:
        """`hashed` makes of a voucher's code what names it to those who may not know it; None: nothing does."""
        self._journal = journal
        self._hashed = hashed
        self._reader = Reader(directory)

    async def after(self, number: int, most: int = MOST_EVENTS) -> NumberedEvents:
        """Return the events after a number, the oldest first, `MOST_EVENTS` at most. Raises `JournalError`."""
        newest = await self._journal.read(lambda store: store.newest_to_tell)
        return await asyncio.to_thread(self._reader.events_after, number, min(most, MOST_EVENTS), newest, self._hashed)
