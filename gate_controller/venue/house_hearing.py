"""
What is heard of the gates of a house: held in memory at once, and written a moment later, for many gates together.

Hearing never waits. What could not be written is dropped from memory, not from the house: the gates have it, and are
asked again.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection

from gate_controller.venue import house_reading as reading
from gate_controller.venue.event_keeping import EventKeeper, Kept
from gate_controller.venue.event_store import EventStore, StoreGone
from gate_controller.venue.follow_up import ChangedGates
from gate_controller.venue.gate_roll import GateRoll
from gate_controller.venue.house_days import HouseDays
from gate_controller.venue.known_gate import GateFigures, KnownGate
from gate_controller.venue.tables import GATE, insert_or
from gate_controller.venue.telling_queue import MOST_WAITING, TellingQueue
from gate_controller.venue.told import GateTelling

_log = logging.getLogger(__name__)

MOST_GATES: Final = 12_000
TROUBLE_SECONDS: Final = 600.0
"""How long is told what a gate should not have said, once it says that no more."""
STALE_BEATS: Final = 2


class HouseHearing:
    """Hears a house. In the loop's thread, but for what the store does."""

    def __init__(
        self,
        store: EventStore,
        *,
        zone: str = "",
        heartbeat_seconds: float = 60.0,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self.store = store
        self.days = HouseDays(zone)
        self.wall = wall
        self.roll = GateRoll(wall, STALE_BEATS * heartbeat_seconds)
        self.changes = ChangedGates()
        self._keeper = EventKeeper(self.days)
        self._keeping = asyncio.Lock()
        self._waiting = TellingQueue()
        self._day = ""
        self._unsaved: set[str] = set()
        """Gates that have said something of themselves since that was written last."""
        self._is_full = False
        """Whether it has been told that there are too many gates."""
        self._readers: list[Callable[[Sequence[Kept]], None]] = []
        self.items_version = 0
        """Another number once open items are others."""
        self.store_trouble = ""
        """Why nothing is kept just now; empty: it is."""
        self.store_gone_at = 0.0
        """Since when."""

    async def begin(self) -> None:
        """Recall what the store knows. Raises `StoreGone`."""
        rows, journals = await self.store.read(lambda db: (reading.all_gates(db), reading.all_journals(db)))
        for row in rows:
            if (gate := self.roll.get(row.gate_id)) is None:
                gate = KnownGate(row.gate_id, row.added_at)
            gate.is_in_store = True
            gate.name, gate.group, gate.revoked_at = row.name, row.in_group, row.revoked_at
            if not gate.status and row.status:
                gate.status, gate.heard_at = reading.object_of(row.status), row.heard_at
            if not gate.about and row.about:
                gate.about = reading.object_of(row.about)
            self.roll.add(gate)
        for gate_id, name, have, newest in journals:
            if (known := self.roll.get(gate_id)) is not None:
                known.journal, known.have, known.newest = name, have, max(newest, have)
        await self._begin_day()

    # What is heard: in the loop, and never waiting.

    def knows(self, gate_id: str) -> KnownGate | None:
        """Return a gate that may speak, which one does that nobody has revoked and that is not one too many."""
        gate = self.roll.get(gate_id)
        if gate is None and len(self.roll) >= MOST_GATES:
            if not self._is_full:
                self._is_full = True
                why = f"{MOST_GATES} are here, which is more than one venue can follow: others are not heard"
                _log.warning("gate=one_too_many gate=%s why=%r", gate_id, why)
        elif gate is None:
            gate = KnownGate(gate_id, self.wall())
            self.roll.add(gate)
            self._unsaved.add(gate_id)
            _log.info("gate=new gate=%s", gate_id)
        return None if gate is None or gate.revoked_at is not None else gate

    def hear_status(self, gate_id: str, status: Mapping[str, Any], *, is_kept: bool = False) -> None:
        """Take a gate's status. `is_kept`: the broker had kept it."""
        if (gate := self.knows(gate_id)) is not None:
            gate.hear_status(status, self.wall(), is_kept=is_kept)
            self._unsaved.add(gate_id)
            self._changed(gate)

    def hear_about(self, gate_id: str, about: Mapping[str, Any]) -> None:
        """Take what a gate says of itself."""
        if (gate := self.knows(gate_id)) is not None and gate.about != about:
            gate.about = about
            self._unsaved.add(gate_id)
            self.roll.renamed()
            self._changed(gate)

    def hear_online(self, gate_id: str, *, is_online: bool) -> None:
        """Take a gate's word that it is there, or that it is gone."""
        if (gate := self.knows(gate_id)) is not None:
            gate.hear_online(is_online, self.wall())
            self._changed(gate)

    def hear_events(self, told: GateTelling) -> bool:
        """Take events, and say whether that is so: not of a gate that may not speak, nor while too many wait."""
        if (gate := self.knows(told.gate_id)) is None:
            return False
        if told.journal == gate.journal:
            gate.newest = max(gate.newest, told.newest)
        return self._waiting.put(told)

    def hear_nonsense(self, gate_id: str, why: str) -> None:
        """Take note of what a gate should not have said."""
        gate = self.roll.get(gate_id)
        if gate is None:
            return
        gate.trouble_until = self.wall() + TROUBLE_SECONDS
        if gate.trouble != why:
            gate.trouble = why
            if gate.may_be_logged(why, self.wall()):
                _log.warning("gate=nonsense gate=%s why=%r", gate_id, why)
            self._changed(gate)

    def follow_kept(self, told: Callable[[Sequence[Kept]], None]) -> None:
        """Have `told` called with what was kept."""
        self._readers.append(told)

    def _changed(self, gate: KnownGate) -> None:
        self.changes.add(self.roll.changed(gate))

    # What is kept.

    @property
    def is_busy(self) -> bool:
        """Whether so much waits to be written, or nothing can be, that nothing more should be asked for."""
        return self._waiting.weight >= MOST_WAITING // 4 or bool(self.store_trouble)

    async def keep(self) -> None:
        """Write all that has come. Whatever fails, the gates still have it."""
        while await self.keep_some():
            pass

    async def keep_some(self) -> bool:
        """
        Write what has just happened, and of what is caught up a piece; return whether more waits and can be written.

        Whatever fails, the gates still have it.
        """
        async with self._keeping:  # in the order in which it came
            if self.store_trouble:
                return False
            await self._keep_some()
            return bool(self._waiting) and not self.store_trouble

    async def _keep_some(self) -> None:
        told = self._waiting.take()
        told = [one for one in told if (gate := self.roll.get(one.gate_id)) and gate.revoked_at is None]
        unsaved = {gate_id for gate_id in self._unsaved if (gate := self.roll.get(gate_id)) and not gate.is_in_store}
        if not told and not unsaved:
            return
        try:
            kept = await self.store.write(lambda db: self._keep_all(db, told, unsaved))
        except Exception as error:  # noqa: BLE001 - what one gate says may be what nobody foresaw
            await self._keep_singly(told, _in_words(error))
            return
        self._take_kept(kept, unsaved)

    async def _keep_singly(self, told: Sequence[GateTelling], why: str) -> None:
        """Keep what can be kept, after not all could be: what one gate says must not keep the others' events out."""
        try:
            await self.store.prove()
        except StoreGone as gone:
            self._waiting.put_back(told)  # it is written once the store is there again
            self.note_store(str(gone))
            return
        _log.warning("events=kept_singly why=%r", why)
        for one in told:
            try:
                kept = await self.store.write(lambda db, one=one: self._keep_all(db, [one], {one.gate_id}))  # type: ignore[misc]
            except Exception as refused:  # noqa: BLE001 - as above
                self.hear_nonsense(one.gate_id, f"its events cannot be kept: {_in_words(refused)}")
            else:
                self._take_kept(kept, {one.gate_id})

    def _keep_all(self, db: Connection, told: Sequence[GateTelling], unsaved: Iterable[str]) -> list[Kept]:
        new = [gate for gate_id in unsaved if (gate := self.roll.get(gate_id)) is not None]
        if new:
            rows = [{"gate_id": gate.gate_id, "added_at": gate.added_at, "name": gate.name} for gate in new]
            db.execute(insert_or(db, GATE).on_conflict_do_nothing(), rows)
        return self._keeper.keep(db, told) if told else []

    def _take_kept(self, kept: Sequence[Kept], saved: Iterable[str]) -> None:
        self._keeper.committed()
        self.note_store("")
        for gate_id in saved:
            if (gate := self.roll.get(gate_id)) is not None:
                gate.is_in_store = True
        now = self.wall()
        for one in kept:
            if (gate := self.roll.get(one.gate_id)) is None:
                continue
            if one.why_not:
                self.hear_nonsense(one.gate_id, one.why_not)
                continue
            if one.overdone:
                self.hear_nonsense(one.gate_id, one.overdone)
            gate.take_kept(one.journal, one.have, one.newest, now)
            for day, line in one.booked:
                if day == self._day:
                    gate.today.add(line)
            self._changed(gate)
        if any(one.touches_items for one in kept):
            self.items_version += 1
            self.changes.touch()
        for told in self._readers:
            told(kept)

    def note_store(self, trouble: str) -> None:
        """Take note of why nothing is kept, or with an empty text that all is."""
        if trouble != self.store_trouble:
            if trouble:
                _log.warning("store=gone why=%r", trouble)
                self.store_gone_at = self.store_gone_at if self.store_trouble else self.wall()
            else:
                _log.info("store=reached")
                self.items_version += 1  # whatever was read before may be another
            self.store_trouble = trouble
            self.changes.touch()

    def closed(self, closing: dict[str, Any]) -> dict[str, Any]:
        """Take note of a closing, in the writer's thread: what comes now counts for a later day."""
        self._keeper.forget()
        return closing

    async def look(self) -> None:
        """
        Look at the clock, each second or so: what is stale by now, whether another day has begun, and whether the store
        is there again. Raises `StoreGone`.
        """
        self.changes.add(self.roll.look())
        if self.store_trouble:
            await self.store.prove()
            await self.store.write(lambda _db: self._keeper.forget())  # it may be a copy that has been put back
            self.note_store("")
        if self.days.place(self.wall())[0] != self._day:
            await self._begin_day()

    async def _begin_day(self) -> None:
        await self.keep()
        day = self.days.place(self.wall())[0]
        figures = reading.figures_of(await self.store.read(lambda db: reading.counted_of(db, day)))
        self._day = day
        for gate in self.roll:
            gate.today = figures.get(gate.gate_id, GateFigures())
            self._changed(gate)

    async def save(self) -> None:
        """Write how the gates last were, for the next start: the broker may have forgotten it by then."""
        gates = [gate for gate_id in self._unsaved if (gate := self.roll.get(gate_id)) is not None and gate.status]
        self._unsaved -= {gate.gate_id for gate in gates if gate.is_in_store}
        rows = [reading.saved_row(gate) for gate in gates]
        if rows:
            await self.store.write(lambda db: db.execute(reading.SAVE_GATE, rows).rowcount)


def _in_words(error: Exception) -> str:
    return str(error) if isinstance(error, StoreGone) else f"{type(error).__name__}: {error}"
