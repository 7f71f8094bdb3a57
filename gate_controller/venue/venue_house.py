"""The house as its page and its API ask for it: gates from memory, the rest from the store, orders by the broker."""

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, Final, Protocol, TypeVar

from sqlalchemy import Connection, update
from typing_extensions import override

from gate_controller.journal.closings import BookedKind
from gate_controller.shell.voucher_hash import voucher_hash
from gate_controller.venue import house_reading as reading
from gate_controller.venue.event_store import StoreGone
from gate_controller.venue.following import ADMITTED, INSIDE
from gate_controller.venue.house_closing import NotClosed, close
from gate_controller.venue.house_hearing import HouseHearing
from gate_controller.venue.house_view import HouseView
from gate_controller.venue.known_gate import GateFigures, KnownGate
from gate_controller.venue.tables import GATE, insert_or
from gate_controller.venue.tiles import GateDay, GateTile, HouseItem, HouseTotals, OrderOutcome

COMPLETE_SECONDS: Final = 900.0
"""A day that goes on is complete while nothing was missing so long ago."""

_Answer = TypeVar("_Answer")
UNREAD_SECONDS: Final = 2.0
"""After a look into a store that was not there, until the next."""
NOT_YET: Final = "the broker has not been reached yet"


class GivesOrders(Protocol):
    """What gives the house's orders to its gates."""

    async def give(
        self, gates: Sequence[str], do: str, *, order_id: str, by: str, reason: str, fields: Mapping[str, Any]
    ) -> Sequence[OrderOutcome]:
        """Give an order to gates, and return what became of it at each within some seconds."""

    async def given(self, *, limit: int, gate_id: str = "") -> Sequence[OrderOutcome]:
        """Return orders that were given, the newest first."""


class VenueHouse(HouseView):
    """All gates of a house. What reads or writes the store may raise `StoreGone`."""

    def __init__(
        self, hearing: HouseHearing, orders: GivesOrders, *, most_inside: int = 0, voucher_key: str = ""
    ) -> None:
        """`voucher_key`: what gates hash vouchers' codes with; empty: they do not."""
        self.hearing = hearing
        self._store = hearing.store
        self._orders = orders
        self._most_inside = most_inside
        self._voucher_key = voucher_key
        self._unread_at = -1e9
        self._broker = NOT_YET, ""
        """Why the broker is not reached, and what it refuses; empty: it is, and nothing."""

    def note_broker(self, trouble: str, refuses: str = "") -> None:
        """Take note of why the broker is not reached, or of what it refuses; told by whoever listens there."""
        if (trouble, refuses) != self._broker:
            self._broker = trouble, refuses
            self.hearing.changes.touch()

    @override
    def now(self) -> float:
        return self.hearing.wall()

    @override
    def tiles(self) -> Sequence[GateTile]:
        return self.hearing.roll.tiles()

    @override
    def tile(self, gate_id: str) -> GateTile | None:
        return self.hearing.roll.tile(gate_id)

    @override
    def follow(self, told: Callable[[frozenset[str]], None]) -> Callable[[], None]:
        return self.hearing.changes.follow(told)

    @override
    def is_broker_reached(self) -> str:
        return self._broker[0]

    @override
    def what_broker_refuses(self) -> str:
        return self._broker[1]

    @override
    def is_store_reached(self) -> str:
        return self.hearing.store_trouble

    @override
    def store_gone_since(self) -> float | None:
        return self.hearing.store_gone_at if self.hearing.store_trouble else None

    async def _read(self, work: Callable[[Connection], _Answer]) -> _Answer:
        """Read the store. Where it has just not been reached, say so at once: a server that is gone takes its time."""
        if (trouble := self.hearing.store_trouble) and time.monotonic() - self._unread_at < UNREAD_SECONDS:
            raise StoreGone(trouble)
        try:
            return await self._store.read(work)
        except StoreGone as error:
            self._unread_at = time.monotonic()
            self.hearing.note_store(str(error))
            raise

    @override
    async def totals(self, day: str) -> HouseTotals:
        """Return a day of the house. Raises ValueError for what is no day."""
        day = str(date.fromisoformat(day))
        counted = await self._read(lambda db: reading.counted_of(db, day))
        figures = reading.figures_of(counted)
        hours: dict[int, list[int]] = {}
        currencies: dict[str, str] = {}
        charged: dict[str, int] = {}
        refunded: dict[str, int] = {}
        for gate_id, hour, line in counted:
            if line.currency:
                currencies.setdefault(gate_id, line.currency)
            if line.entry == BookedKind.CHARGED.value:
                charged[line.currency] = charged.get(line.currency, 0) + line.cents
            elif line.entry in {BookedKind.REFUNDED.value, BookedKind.VOIDED_IN_PART.value}:
                refunded[line.currency] = refunded.get(line.currency, 0) + line.cents
            is_refused = line.entry == BookedKind.REFUSED.value
            if hour >= 0 and (is_refused or line.entry in ADMITTED) and line.entry != INSIDE:
                hours.setdefault(hour, [0, 0])[is_refused] += line.times
        gates = [gate for gate in self.hearing.roll if gate.revoked_at is None or gate.gate_id in figures]
        by_gate = [self._gate_day(gate, day, figures, currencies) for gate in gates]
        return HouseTotals(
            day=day,
            admitted=sum(one.admitted for one in by_gate),
            refused=sum(one.refused for one in by_gate),
            charged=charged,
            refunded=refunded,
            inside=max(0, sum(one.net for one in figures.values())),
            most_inside=self._most_inside,
            hours=tuple((hour, *counts) for hour, counts in sorted(hours.items())),  # type: ignore[misc]  # two counts
            by_gate=by_gate,
        )

    def _gate_day(
        self, gate: KnownGate, day: str, figures: Mapping[str, GateFigures], currencies: Mapping[str, str]
    ) -> GateDay:
        counted = figures.get(gate.gate_id) or GateFigures()
        return GateDay(
            gate_id=gate.gate_id,
            admitted=counted.admitted,
            refused=counted.refused,
            charged=counted.charged,
            refunded=counted.refunded,
            currency=currencies.get(gate.gate_id, ""),
            is_complete=self._is_complete(gate, day),
        )

    def _is_complete(self, gate: KnownGate, day: str) -> bool:
        until = min(self.hearing.days.end(day), self.now() - COMPLETE_SECONDS)
        return gate.complete_at >= until

    @override
    async def open_items(self, *, limit: int, before: int | None = None) -> tuple[Sequence[HouseItem], int | None]:
        return await self._read(lambda db: reading.open_items(db, limit, before))

    @override
    def items_version(self) -> int:
        return self.hearing.items_version

    @override
    async def search(self, text: str, *, limit: int) -> Sequence[HouseItem]:
        hashed = voucher_hash(self._voucher_key, text) if self._voucher_key else None
        return await self._read(lambda db: reading.found_by(db, text, limit, hashed))

    @override
    async def events(self, gate_id: str, *, limit: int, before: int | None = None) -> Sequence[Mapping[str, Any]]:
        return await self._read(lambda db: reading.events_of(db, gate_id, limit, before))

    @override
    async def story(self, gate_id: str, incident: str) -> Sequence[Mapping[str, Any]]:
        return await self._read(lambda db: reading.story_of(db, gate_id, incident))

    @override
    async def close_day(self, day: str, by: str) -> Mapping[str, Any]:
        """Close a day that is over. Raises `NotClosed`, and ValueError for what is no day."""
        day = str(date.fromisoformat(day))
        now = self.now()
        if self.hearing.days.end(day) > now:
            raise NotClosed(f"{day} is not over: close it tomorrow")
        await self.hearing.keep()
        gates = [gate for gate in self.hearing.roll if gate.revoked_at is None]
        names = {gate.gate_id: gate.name or gate.gate_id for gate in self.hearing.roll}
        complete = {gate.gate_id: self._is_complete(gate, day) for gate in gates}

        def closed(db: Connection) -> dict[str, Any]:
            return self.hearing.closed(close(db, day, by=by, now=now, names=names, complete=complete))

        return await self._store.write(closed, for_good=True)

    @override
    async def closings(self, *, limit: int) -> Sequence[Mapping[str, Any]]:
        return await self._read(lambda db: reading.closings_of_house(db, limit))

    @override
    async def order(
        self, gates: Sequence[str], do: str, *, order_id: str, by: str, reason: str, fields: Mapping[str, Any]
    ) -> Sequence[OrderOutcome]:
        return await self._orders.give(gates, do, order_id=order_id, by=by, reason=reason, fields=fields)

    @override
    async def orders(self, *, limit: int, gate_id: str = "") -> Sequence[OrderOutcome]:
        return await self._orders.given(limit=limit, gate_id=gate_id)

    @override
    async def name_gate(self, gate_id: str, *, name: str, group: str) -> None:
        """Name a gate that is known or will be. An empty name leaves it to the gate."""
        await self._write_gate(gate_id, {"name": name, "in_group": group})
        gate = self._gate(gate_id)
        gate.name, gate.group = name, group
        self.hearing.roll.renamed()
        self._changed(gate)

    @override
    async def revoke(self, gate_id: str, by: str) -> None:
        now = self.now()
        await self._write_gate(gate_id, {"revoked_at": now, "revoked_by": by})
        gate = self._gate(gate_id)
        gate.revoked_at = now
        self._changed(gate)

    async def enrol(self, gate_id: str, *, name: str, group: str) -> None:
        """Let a gate speak that has joined, also one that had been revoked."""
        await self._write_gate(gate_id, {"name": name, "in_group": group, "revoked_at": None, "revoked_by": ""})
        gate = self._gate(gate_id)
        gate.name, gate.group, gate.revoked_at = name, group, None
        self.hearing.roll.renamed()
        self._changed(gate)

    async def _write_gate(self, gate_id: str, values: Mapping[str, Any]) -> None:
        now = self.now()

        def written(db: Connection) -> None:
            db.execute(insert_or(db, GATE).values(gate_id=gate_id, added_at=now).on_conflict_do_nothing())
            db.execute(update(GATE).where(GATE.c.gate_id == gate_id).values(**values))

        await self._store.write(written, for_good=True)

    def _gate(self, gate_id: str) -> KnownGate:
        gate = self.hearing.roll.get(gate_id)
        if gate is None:
            gate = KnownGate(gate_id, self.now())
            self.hearing.roll.add(gate)
        gate.is_in_store = True
        return gate

    def _changed(self, gate: KnownGate) -> None:
        self.hearing.changes.add(self.hearing.roll.changed(gate))
