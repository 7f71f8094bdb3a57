"""
What Prometheus asks a venue for: the house and each of its gates as the venue sees them, made anew each time.

Rules: no code in a label, and no label whose values people choose but a gate's id and group. What a gate says of itself
is a label only where it is one of few words: a gate that lies has others without end, each a series of its own. What a
gate has never told is absent. Counters of a day begin from nought at midnight, which Prometheus takes for a restart, as
it should.
"""

import asyncio
import platform
import re
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from typing_extensions import override

from gate_controller import __version__
from gate_controller.admission.words.money import Currency
from gate_controller.shell.status import GateState
from gate_controller.venue.page.shown_house import shown_house_of
from gate_controller.venue.scrape_targets import scrape_targets
from gate_controller.venue.tiles import GateTile, HouseTotals, Presence
from gate_controller.web.people import Role
from gate_controller.web.resources import Resource

_STARTED: Final = time.time()
_COMPARED: Final = ("version", "settings")
_STATES: Final = frozenset(state.value for state in GateState)
_CURRENCIES: Final = frozenset({"", *(currency.value for currency in Currency)})
_VERSION: Final = re.compile(r"[0-9][0-9A-Za-z.+-]{0,39}")
_OTHER: Final = "other"


@dataclass(frozen=True, slots=True, eq=False)
class HouseMeasured(Collector):
    """A house at one moment, as metrics."""

    tiles: Sequence[GateTile]
    totals: HouseTotals | None
    """Today; None where the store is not reached."""
    broker_trouble: str
    broker_refuses: str

    @override
    def collect(self) -> Iterator[Metric]:
        yield from self._venue()
        yield from self._presence()
        yield from self._state()
        yield from self._money()
        yield from self._visits()

    def _venue(self) -> Iterator[Metric]:
        yield _gauge("venue_broker_reached", "Whether the venue hears its gates.", not self.broker_trouble)
        refuses = "Whether the broker's rules keep something from the venue."
        yield _gauge("venue_broker_refuses", refuses, bool(self.broker_refuses))
        yield _gauge("venue_store_reached", "Whether what gates tell can be kept and read.", self.totals is not None)
        if self.totals is not None:
            inside, most = self.totals.inside, self.totals.most_inside
            yield _gauge("venue_people_inside", "How many people are inside, over all ways in and out.", inside)
            yield _gauge("venue_people_inside_limit", "How many may be; 0: as many as come.", most)
        counted = Counter(tile.presence for tile in self.tiles)
        gates = GaugeMetricFamily("venue_gates", "Gates of the house.", labels=("presence",))
        for presence in Presence:
            if presence is not Presence.REVOKED:
                gates.add_metric((presence.value,), counted[presence])
        yield gates
        build = GaugeMetricFamily("venue_build_info", "What runs.", labels=("version", "python"))
        build.add_metric((__version__, platform.python_version()), 1)
        yield build
        yield _gauge("venue_start_timestamp_seconds", "When the venue started, in seconds since 1970.", _STARTED)

    def _presence(self) -> Iterator[Metric]:
        live = [(tile, tile.presence is Presence.LIVE) for tile in self.tiles]
        yield _each("venue_gate_live", "Whether the gate is heard, as often as it should be.", live)
        heard = [(tile, tile.heard_at) for tile in self.tiles if tile.heard_at is not None]
        yield _each("venue_gate_heard_timestamp_seconds", "When it was heard last, in seconds since 1970.", heard)
        info = GaugeMetricFamily("venue_gate_info", "What the gate runs.", labels=("gate", "group", "version"))
        for tile in self.tiles:
            info.add_metric((tile.gate_id, tile.group, _version(tile)), 1)
        yield info
        differs = GaugeMetricFamily(
            "venue_gate_differs", "Whether the gate stands out from its group.", labels=("gate", "in")
        )
        for tile in self.tiles:
            for what in _COMPARED:
                differs.add_metric((tile.gate_id, what), what in tile.differs)
        yield differs
        missing = [(tile, tile.missing) for tile in self.tiles]
        yield _each("venue_gate_missing_events", "Events that the gate has and the venue has not, yet.", missing)
        off = [(tile, tile.clock_off) for tile in self.tiles if tile.heard_at is not None]
        yield _each("venue_gate_clock_off_seconds", "How far the gate's clock is ahead of the venue's.", off)

    def _state(self) -> Iterator[Metric]:
        told = [tile for tile in self.tiles if tile.state]
        takes = [(tile, tile.state == GateState.TAKES_SCANS.value) for tile in told]
        yield _each("venue_gate_takes_scans", "Whether a visitor can be served, as the gate last said.", takes)
        state = GaugeMetricFamily("venue_gate_state", "How the gate is, as it last said.", labels=("gate", "state"))
        for tile in told:
            state.add_metric((tile.gate_id, tile.state.replace(" ", "_") if tile.state in _STATES else _OTHER), 1)
        yield state
        needs = [(tile, len(tile.needs)) for tile in told]
        yield _each("venue_gate_needs", "How many things somebody should look at there.", needs)

    def _money(self) -> Iterator[Metric]:
        told = [tile for tile in self.tiles if tile.state]
        yield _each("venue_gate_open_items", "Items that need a person.", [(t, t.open_items) for t in told])
        yield _each("venue_gate_charges_in_doubt", "Charges being looked up.", [(t, t.in_doubt) for t in told])
        amount = GaugeMetricFamily(
            "venue_gate_open_amount_cents", "What open items have charged.", labels=("gate", "currency")
        )
        for tile in told:
            amount.add_metric((tile.gate_id, _currency(tile)), tile.open_cents)
        yield amount

    def _visits(self) -> Iterator[Metric]:
        admitted = CounterMetricFamily("venue_gate_admitted", "Admitted since midnight.", labels=("gate",))
        refused = CounterMetricFamily("venue_gate_refused", "Refused since midnight.", labels=("gate",))
        charged = CounterMetricFamily(
            "venue_gate_charged_cents", "Charged since midnight.", labels=("gate", "currency")
        )
        for tile in self.tiles:
            admitted.add_metric((tile.gate_id,), tile.admitted)
            refused.add_metric((tile.gate_id,), tile.refused)
            if tile.currency:
                charged.add_metric((tile.gate_id, _currency(tile)), tile.charged)
        yield from (admitted, refused, charged)


def _currency(tile: GateTile) -> str:
    return tile.currency if tile.currency in _CURRENCIES else _OTHER


def _version(tile: GateTile) -> str:
    return tile.version if not tile.version or _VERSION.fullmatch(tile.version) else _OTHER


def _gauge(name: str, about: str, value: float) -> Metric:
    return GaugeMetricFamily(name, about, value=float(value))


def _each(name: str, about: str, values: Iterable[tuple[GateTile, float]]) -> Metric:
    family = GaugeMetricFamily(name, about, labels=("gate",))
    for tile, value in values:
        family.add_metric((tile.gate_id,), float(value))
    return family


async def _metrics(request: Request) -> Response:
    """Return the house as metrics."""
    house = shown_house_of(request)
    try:
        totals = await house.view.totals(time.strftime("%Y-%m-%d", time.localtime(house.view.now())))
    except Exception:  # noqa: BLE001 - a store that is away is a metric, not the end of them all
        totals = None
    measured = HouseMeasured(house.shown(), totals, house.view.is_broker_reached(), house.view.what_broker_refuses())
    encoder, media = choose_encoder(request.headers.get("accept", ""))

    def encoded() -> bytes:
        registry = CollectorRegistry(auto_describe=False)
        registry.register(measured)
        written: bytes = encoder(registry)
        return written

    return Response(await asyncio.to_thread(encoded), headers={"Content-Type": media})


async def _targets(request: Request) -> Response:
    """Return the gates' own pages of metrics, as Prometheus's HTTP service discovery takes them."""
    # Its media type without parameters: Prometheus takes no other.
    house = shown_house_of(request)
    return JSONResponse(scrape_targets(house.shown(), is_demo=house.is_played), media_type="application/json")


WATCHING: Final = (
    Resource("/metrics", _metrics, Role.VIEWER, is_open_to_loopback=True),
    Resource("/api/v1/prometheus", _targets, Role.VIEWER, is_open_to_loopback=True),
)
"""What a house's Prometheus asks its venue."""
