"""A house of gates fed by hand: its store for real, and what its gates say made here."""

import itertools
import json
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import URL

from gate_controller.journal.records import moment
from gate_controller.venue.event_store import EventStore
from gate_controller.venue.house_hearing import HouseHearing
from gate_controller.venue.tiles import OrderOutcome
from gate_controller.venue.told import GateTelling, read_events
from gate_controller.venue.venue_house import VenueHouse

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC).timestamp()
DAY = "2026-11-26"
JOURNAL = "j-east-1"
CODE = "…KJR3"


def status(gate_id: str, at: float = NOON, **changed: Any) -> dict[str, Any]:
    """Return a status as a gate tells it."""
    usual: dict[str, Any] = {
        "gate_id": gate_id,
        "at": at,
        "started_at": at - 3600,
        "state": "takes scans",
        "since": at - 3600,
        "lane": {"state": "free", "incident": "", "voucher": "", "since": None},
        "faults": [],
        "missing": [],
        "money": {"open_items": 0, "open_cents": 0, "in_doubt": 0, "in_doubt_cents": 0},
        "inside": 0,
        "most_inside": 0,
        "currency": "CHF",
        "build": {"version": "1.0.0", "python": "3.11"},
        "takes_scans": True,
        "needs": [],
    }
    return {**usual, **changed}


@dataclass
class ToldGate:
    """A gate with a journal of its own, that numbers what happens there."""

    gate_id: str
    journal: str = JOURNAL
    at: float = NOON
    price: int = 2500
    events: list[dict[str, Any]] = field(default_factory=list)
    _incidents: Any = field(default_factory=lambda: itertools.count(1))

    def happens(self, *facts: tuple[str, Mapping[str, Any]], incident: str = "") -> str:
        """Add facts of one attempt to the journal, and return its incident."""
        incident = incident or f"{next(self._incidents):05d}"
        for fact, body in facts:
            number = self.newest + 1
            told = {"number": number, "incident": incident, "at": moment(self.at), "fact": fact, **body}
            self.events.append(told)
        return incident

    @property
    def newest(self) -> int:
        """The number of its newest event."""
        return self.events[-1]["number"] if self.events else 0

    def admits(self, **changed: Any) -> str:
        """Somebody is admitted on a charge."""
        return self.happens(
            ("Intended", {"code": CODE, "price": self.price, "currency": "CHF", "reference": "r", **changed}),
            ("Approved", {"voucher_code": CODE, "balance_before": 10000}),
            ("Redeemed", {"evidence": "answer", "token": "…"}),
            ("Released", {}),
        )

    def refuses(self, reason: str = "balance_too_low") -> str:
        """Somebody is refused."""
        return self.happens(("Refused", {"code": CODE, "reason": reason}))

    def is_left(self) -> str:
        """A charge needs a person."""
        return self.happens(
            ("Intended", {"code": CODE, "price": self.price, "currency": "CHF", "reference": "r"}),
            ("Redeemed", {"evidence": "list"}),
            ("OpenItem", {"reason": "it could not be given back"}),
        )

    def live(self, *numbers: int, received: float = NOON) -> list[GateTelling]:
        """Return events as they are told, each by itself; all where none is named."""
        return [self.page(number - 1, 1, received) for number in numbers or range(1, len(self.events) + 1)]

    def page(self, after: int = 0, limit: int = 200, received: float = NOON) -> GateTelling:
        """Return the answer to a request for events."""
        return read_events(self.gate_id, _json(self.answer(after, limit)), received)

    def answer(self, after: int = 0, limit: int = 200) -> dict[str, Any]:
        """Return that answer as it is told."""
        found = [event for event in self.events if event["number"] > after][:limit]
        named = {"gate": self.gate_id, "journal": self.journal, "after": after, "archived": 0}
        return {**named, "events": found, "newest": self.newest}


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()


class NoOrders:
    """Gives no orders."""

    async def give(
        self, gates: Sequence[str], do: str, *, order_id: str, by: str, reason: str, fields: Mapping[str, Any]
    ) -> Sequence[OrderOutcome]:
        del gates, do, order_id, by, reason, fields
        return ()

    async def given(self, *, limit: int, gate_id: str = "") -> Sequence[OrderOutcome]:
        del limit, gate_id
        return ()


@dataclass
class HandClock:
    """A venue's clock, put forward by hand."""

    at: float = NOON

    def __call__(self) -> float:
        return self.at


@asynccontextmanager
async def house_of(
    folder: Path, *gates: ToldGate, url: URL | None = None, clock: HandClock | None = None, **settings: Any
) -> AsyncIterator[VenueHouse]:
    """Run a house over a store in a folder, with what these gates tell already kept."""
    store = EventStore(url or URL.create("sqlite", database=str(folder / "venue.sqlite")))
    hearing = HouseHearing(store, zone="UTC", wall=clock or HandClock())
    house = VenueHouse(hearing, NoOrders(), **settings)
    try:
        await hearing.begin()
        for gate in gates:
            hearing.hear_status(gate.gate_id, status(gate.gate_id))
            for told in gate.live():
                hearing.hear_events(told)
        await hearing.keep()
        yield house
    finally:
        store.close()


async def told(house: VenueHouse, *what: GateTelling | Iterable[GateTelling]) -> None:
    """Tell a house, and have it written."""
    for one in what:
        for events in (one,) if isinstance(one, GateTelling) else one:
            house.hearing.hear_events(events)
    await house.hearing.keep()
