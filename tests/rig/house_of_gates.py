"""A house of gates as its page sees it: hand-made tiles and events, and a desk that remembers what was ordered."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from gate_controller.admission.words.codes import Code, VoucherCode
from gate_controller.admission.words.facts import Evidence, Fact, Intended, OpenItem, Redeemed, RefundBegun
from gate_controller.admission.words.ids import AttemptId, Incident
from gate_controller.admission.words.money import Cents, Currency
from gate_controller.journal.records import facts_as_dicts
from gate_controller.settings.sections import WebSection
from gate_controller.texts import Language
from gate_controller.venue.enrolment import Enrolment
from gate_controller.venue.event_store import StoreGone
from gate_controller.venue.house_view import HouseView
from gate_controller.venue.page.shown_house import ShownHouse
from gate_controller.venue.page.venue_server import serve_house
from gate_controller.venue.tiles import GateDay, GateTile, HouseItem, HouseTotals, OrderOutcome, Presence
from gate_controller.web.resources import Resource
from gate_controller.web.web_server import Opening, certificate_for, listening
from tests.rig.site import ServedSite, cheap_hashing

GROUPS = ("Hall", "Tower", "Garden")


def a_tile(number: int, **changed: Any) -> GateTile:
    """Return a gate that is well."""
    now = time.time()
    tile = GateTile(
        gate_id=f"gate-{number}",
        name=f"Gate {number}",
        group=GROUPS[number % len(GROUPS)],
        presence=Presence.LIVE,
        heard_at=now - 3,
        since=now - 3600,
        state="takes scans",
        needs=(),
        faults=(),
        lane="free",
        open_items=0,
        open_cents=0,
        in_doubt=0,
        inside=0,
        is_way_out=False,
        admitted=number,
        refused=number % 4,
        charged=number * 2500,
        currency="CHF",
        missing=0,
        version="1.0.0",
        settings="0011223344556677",
        differs=(),
        page="",
        clock_off=0.0,
    )
    return replace(tile, **changed)


def told_as_events(incident: str, number: int, *facts: Fact) -> Sequence[Mapping[str, Any]]:
    """Return facts as a gate tells them, from a number on."""
    plain = facts_as_dicts(facts, full=False)
    return [{"number": number + place, **each, "incident": incident} for place, each in enumerate(plain)]


def an_open_item(incident: str, number: int, *, code: str = "USD7PV3X9TXA") -> Sequence[Mapping[str, Any]]:
    """Return what a gate tells of a charge that E-GUMA did not take back."""
    attempt, at = AttemptId(f"a-{incident}"), time.time() - 2000
    said = (Incident(incident), Code(code), Cents(2500), Currency.CHF, "reference")
    return told_as_events(
        incident,
        number,
        Intended(attempt, 0, at, *said, voucher_code=VoucherCode(code), balance_before=Cents(4000)),
        Redeemed(attempt, 1, at + 1, Evidence.ANSWER, "token", Cents(1500)),
        RefundBegun(attempt, 2, at + 9),
        OpenItem(attempt, 3, at + 12, "E-GUMA has refused to give it back"),
    )


@dataclass
class HouseByHand:
    """A `HouseView` that a test turns as it likes."""

    gates: dict[str, GateTile] = field(default_factory=dict)
    items: list[HouseItem] = field(default_factory=list)
    told_of: dict[tuple[str, str], Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    outcome: str = "done"
    """What becomes of the next order at each gate; by gate in `outcomes`."""
    outcomes: dict[str, str] = field(default_factory=dict)
    given: list[OrderOutcome] = field(default_factory=list)
    orders_seen: list[tuple[tuple[str, ...], str, str, Mapping[str, Any]]] = field(default_factory=list)
    closed: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    revoked: list[tuple[str, str]] = field(default_factory=list)
    days_asked: list[str] = field(default_factory=list)
    broker: str = ""
    refused: str = ""
    """What the broker refuses."""
    takes_seconds: float = 0.0
    most_inside: int = 0
    ahead: float = 0.0
    """By how many seconds its clock is ahead of this machine's."""
    fails: bool = False
    """Whether the store cannot be read."""
    hangs: asyncio.Event | None = None
    """Until when the store answers nothing."""
    followers: list[Callable[[frozenset[str]], None]] = field(default_factory=list)

    @classmethod
    def of(cls, number: int) -> "HouseByHand":
        """Return a house of so many gates."""
        return cls({tile.gate_id: tile for tile in map(a_tile, range(1, number + 1))})

    def change(self, *gates: str, **changed: Any) -> None:
        """Change gates, and tell whoever follows."""
        for gate in gates:
            self.gates[gate] = replace(self.gates[gate], **changed)
        self.tell(*gates)

    def tell(self, *gates: str) -> None:
        for told in tuple(self.followers):
            told(frozenset(gates))

    # -- what the page asks

    def now(self) -> float:
        return time.time() + self.ahead

    def tiles(self) -> Sequence[GateTile]:
        return tuple(self.gates.values())

    def tile(self, gate_id: str) -> GateTile | None:
        return self.gates.get(gate_id)

    def follow(self, told: Callable[[frozenset[str]], None]) -> Callable[[], None]:
        self.followers.append(told)
        return lambda: self.followers.remove(told)

    def is_broker_reached(self) -> str:
        return self.broker

    def what_broker_refuses(self) -> str:
        return self.refused

    def is_store_reached(self) -> str:
        return "disk I/O error" if self.fails else ""

    def store_gone_since(self) -> float | None:
        return self.now() - 600 if self.fails else None

    def _read(self) -> None:
        if self.fails:
            raise StoreGone("disk I/O error")

    async def totals(self, day: str) -> HouseTotals:
        self._read()
        if self.hangs is not None:
            await self.hangs.wait()
        self.days_asked.append(day)
        tiles = [tile for tile in self.gates.values() if tile.presence is not Presence.REVOKED]
        admitted, refused = sum(tile.admitted for tile in tiles), sum(tile.refused for tile in tiles)
        return HouseTotals(
            day,
            admitted,
            refused,
            {"CHF": sum(tile.charged for tile in tiles)},
            {"CHF": 0},
            sum(tile.inside for tile in tiles),
            self.most_inside,
            ((9, admitted // 4, 0), (10, admitted // 2, refused), (11, admitted // 4, 0)),
            [GateDay(t.gate_id, t.admitted, t.refused, t.charged, 0, t.currency, not t.missing) for t in tiles],
        )

    async def open_items(self, *, limit: int, before: int | None = None) -> tuple[Sequence[HouseItem], int | None]:
        self._read()
        found = [item for item in self.items if item.is_open]
        start = before or 0
        return found[start : start + limit], (start + limit if len(found) > start + limit else None)

    def items_version(self) -> int:
        return hash(tuple(self.items))

    async def search(self, text: str, *, limit: int) -> Sequence[HouseItem]:
        self._read()
        known = [item for item in self.items if text.upper() in {item.incident, item.voucher[-4:]}]
        return known[:limit]

    async def events(self, gate_id: str, *, limit: int, before: int | None = None) -> Sequence[Mapping[str, Any]]:
        self._read()
        found = [event for (gate, _), events in self.told_of.items() if gate == gate_id for event in events]
        found.sort(key=lambda event: -event["number"])
        return [event for event in found if before is None or event["number"] < before][:limit]

    async def story(self, gate_id: str, incident: str) -> Sequence[Mapping[str, Any]]:
        self._read()
        return self.told_of.get((gate_id, incident), ())

    async def close_day(self, day: str, by: str) -> Mapping[str, Any]:
        return self.closed.setdefault(day, {"day": day, "by": by, "at": self.now()})

    async def closings(self, *, limit: int) -> Sequence[Mapping[str, Any]]:
        return list(self.closed.values())[:limit]

    async def order(
        self, gates: Sequence[str], do: str, *, order_id: str, by: str, reason: str, fields: Mapping[str, Any]
    ) -> Sequence[OrderOutcome]:
        self.orders_seen.append((tuple(gates), do, order_id, fields))
        await asyncio.sleep(self.takes_seconds)
        ends = [self._ended(gate, do, order_id, by, reason) for gate in gates]
        self.given = [*ends, *self.given]
        return ends

    def _ended(self, gate: str, do: str, order_id: str, by: str, reason: str) -> OrderOutcome:
        outcome = self.outcomes.get(gate, self.outcome)
        text = "released" if outcome == "done" else "gate: somebody is being served: wait until the lane is free"
        return OrderOutcome(order_id, gate, do, by, reason, self.now(), outcome, text, self.now())

    async def orders(self, *, limit: int, gate_id: str = "") -> Sequence[OrderOutcome]:
        return [each for each in self.given if gate_id in {"", each.gate_id}][:limit]

    async def name_gate(self, gate_id: str, *, name: str, group: str) -> None:
        self.change(gate_id, name=name, group=group)

    async def revoke(self, gate_id: str, by: str) -> None:
        self.revoked.append((gate_id, by))
        self.change(gate_id, presence=Presence.REVOKED)


@asynccontextmanager
async def served_house(
    state_dir: Path,
    view: HouseView,
    *,
    languages: Sequence[Language] = (Language.EN, Language.DE, Language.FR, Language.IT),
    more: Sequence[Resource] = (),
    enrolment: Enrolment | None = None,
) -> AsyncIterator[ServedSite]:
    """Serve the page of a house."""
    state_dir.mkdir(exist_ok=True)
    opened, section = listening("127.0.0.1", 0), WebSection()
    certificate = await asyncio.to_thread(certificate_for, section, state_dir)
    port = opened.getsockname()[1]
    house = ShownHouse(view, "Museum", state_dir, languages, enrolment=enrolment)
    opening = Opening(opened, section, certificate, cheap_hashing())
    serving = asyncio.create_task(serve_house(house, opening, more))
    try:
        yield ServedSite(state_dir, port)
    finally:
        serving.cancel()
        await asyncio.wait([serving])
