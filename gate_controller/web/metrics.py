"""
What Prometheus asks for: the gate's status and counters as metrics, made anew each time.

Rules: no code in a label, and no label whose values people choose; no series tells when another one was begun.
"""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response
from typing_extensions import override

from gate_controller.admission.words.messages import Fault
from gate_controller.shell.counts import VERDICTS, Counts, Durations
from gate_controller.shell.status import GateState, GateStatus
from gate_controller.web.broadcast import broadcast_of
from gate_controller.web.people import Role
from gate_controller.web.resources import Resource, house_of

PATH: Final = "/metrics"


@dataclass(frozen=True, slots=True)
class Measured(Collector):
    """A gate at one moment, as metrics."""

    status: GateStatus
    counts: Counts
    streams: int

    @override
    def collect(self) -> Iterator[Metric]:
        yield from self._done()
        yield from self._state()
        yield from self._money()
        yield from self._eguma()
        yield from self._machine()

    def _done(self) -> Iterator[Metric]:
        scans = CounterMetricFamily("gate_scans", "Scans by what came of them.", labels=("verdict", "reason"))
        for kind, verdict in VERDICTS.items():
            if verdict is not None:  # each from the start: a rate needs a nought before the first one
                scans.add_metric((verdict.value, kind.name.lower()), self.counts.messages[kind])
        yield scans
        relay = HistogramMetricFamily("gate_scan_to_relay_seconds", "From a scan to its relay.")
        relay.add_metric((), *_buckets(self.counts.scan_to_relay))
        yield relay
        asked = HistogramMetricFamily(
            "gate_eguma_request_seconds",
            "Requests to E-GUMA by endpoint and outcome; with all that were repeated.",
            labels=("endpoint", "outcome"),
        )
        for labels, taken in self.counts.eguma.items():
            asked.add_metric(labels, *_buckets(taken))
        yield asked

    def _state(self) -> Iterator[Metric]:
        status = self.status
        yield _one("gate_takes_scans", "Whether a visitor can be served.", status.takes_scans)
        yield _choice("gate_state", "How the gate is.", "state", ((s.value, s is status.state) for s in GateState))
        yield _one("gate_state_since_timestamp_seconds", "Since when it is so, in seconds since 1970.", status.since)
        present = {fault.what for fault in status.faults}
        names = (fault.name.lower() for fault in Fault)
        yield _choice("gate_fault", "Why it takes no scans.", "fault", ((name, name in present) for name in names))
        missing = {ailment.what for ailment in status.missing} | present
        fitted = (*status.devices, "journal")
        works = ((device, device not in missing) for device in dict.fromkeys(fitted))
        yield _choice("gate_device_works", "Whether a device that is fitted works.", "device", works)
        yield _one("gate_people_inside", "How many people are inside, as counted since midnight.", status.inside)
        yield _one("gate_people_inside_limit", "How many may be; 0: as many as come.", status.most_inside)
        yield _one("gate_movement_as_it_should", "Whether it last moved or stayed as it should.", not status.movement)
        yield _one("gate_start_timestamp_seconds", "When the gate started, in seconds since 1970.", status.started_at)
        yield _one("gate_event_streams", "Programs that follow the gate.", self.streams)
        build = GaugeMetricFamily("gate_build_info", "What runs.", labels=("version", "python"))
        build.add_metric((status.build.version, status.build.python), 1)
        yield build

    def _money(self) -> Iterator[Metric]:
        money, currency = self.status.money, self.status.currency.value
        yield _one("gate_open_items", "Items that need a person.", money.open_items)
        yield _one("gate_charges_in_doubt", "Charges whose fate is being looked up.", money.in_doubt)
        for name, about, cents in (
            ("gate_open_amount_cents", "What open items have charged.", money.open_cents),
            ("gate_amount_in_doubt_cents", "What charges in doubt come to.", money.in_doubt_cents),
        ):
            amount = GaugeMetricFamily(name, about, labels=("currency",))
            amount.add_metric((currency,), cents)
            yield amount

    def _eguma(self) -> Iterator[Metric]:
        eguma = self.status.eguma
        yield _one("gate_eguma_reachable", "Whether its newest request was answered.", not eguma.trouble)
        if eguma.answered_at is not None:
            yield _one(
                "gate_eguma_answer_timestamp_seconds",
                "When it answered last, in seconds since 1970.",
                eguma.answered_at,
            )

    def _machine(self) -> Iterator[Metric]:
        machine = self.status.machine
        known = (
            ("gate_disk_free_ratio", "Free share of the journal's disk.", machine.disk_free),
            ("gate_disk_is_writable", "Whether the journal's disk takes writes.", machine.is_writable),
            ("gate_cpu_celsius", "Temperature of the processor.", machine.celsius),
            ("gate_under_voltage", "Whether the supply sags just now.", machine.is_undervolted),
            ("gate_was_under_voltage", "Whether it has since the machine's start.", machine.was_undervolted),
            ("gate_cpu_is_slowed", "Whether the processor is slowed, by heat or supply.", machine.is_slowed),
            ("gate_clock_is_sure", "Whether E-GUMA has confirmed the time of day.", machine.is_clock_sure),
        )
        # What a machine has no way to tell is absent.
        yield from (_one(name, about, value) for name, about, value in known if value is not None)


def _one(name: str, about: str, value: float) -> Metric:
    return GaugeMetricFamily(name, about, value=float(value))


def _choice(name: str, about: str, label: str, values: Iterable[tuple[str, bool]]) -> Metric:
    """Return 1 or 0 for each of a closed list."""
    family = GaugeMetricFamily(name, about, labels=(label,))
    for value, holds in values:
        family.add_metric((value,), float(holds))
    return family


def _buckets(taken: Durations) -> tuple[Sequence[tuple[str, float]], float]:
    bounds = (*(str(bound) for bound in taken.bounds), "+Inf")
    return list(zip(bounds, accumulate(taken.counts), strict=True)), taken.total


async def _metrics(request: Request) -> Response:
    house = house_of(request)
    measured = Measured(house.status(), house.counts.copy(), broadcast_of(request).number)
    encoder, media = choose_encoder(request.headers.get("accept", ""))

    def encoded() -> bytes:
        registry = CollectorRegistry(auto_describe=False)
        registry.register(measured)
        written: bytes = encoder(registry)
        return written

    return Response(await asyncio.to_thread(encoded), headers={"Content-Type": media})


METRICS: Final = Resource(PATH, _metrics, Role.VIEWER, is_open_to_loopback=True)
