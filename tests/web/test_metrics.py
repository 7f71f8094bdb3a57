"""What Prometheus is told over a real socket: counted right, by labels that nobody chooses, and with no code in it."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client import Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families as open_families
from prometheus_client.parser import text_string_to_metric_families

from gate_controller import __version__
from gate_controller.admission.words.messages import MessageKind
from gate_controller.simulator import Endpoint, FaultKind, Simulator
from tests.rig.gate import GOOD, LOW, PRICE, GateInProcess, fault
from tests.rig.page import gate_with_page
from tests.rig.pins import Pins
from tests.rig.waiting import until

OPEN_METRICS = "application/openmetrics-text; version=1.0.0"


class Seen:
    """Metrics as Prometheus reads them."""

    def __init__(self, families: Iterable[Metric]) -> None:
        self.families = list(families)
        self.samples = [sample for family in self.families for sample in family.samples]

    def value(self, name: str, **labels: str) -> float:
        """Return the value of one sample; the labels that are not named do not matter."""
        found = [each for each in self.samples if each.name == name and labels.items() <= each.labels.items()]
        assert len(found) == 1, (name, labels, found)
        return float(found[0].value)


async def scraped(client: httpx.AsyncClient) -> Seen:
    answer = await client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=")
    return Seen(text_string_to_metric_families(answer.text))


async def test_scans_are_counted_by_verdict_and_reason(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with gate_with_page(state_dir, pins, simulator) as (gate, client):
        assert (await scraped(client)).value("gate_scans_total", verdict="admitted", reason="admitted") == 0
        gate.scan(GOOD)
        await gate.shows(MessageKind.ADMITTED)
        await until(lambda: gate.app.gate.lane is None)
        gate.scan(LOW)
        await gate.shows(MessageKind.BALANCE_TOO_LOW)
        seen = await scraped(client)
        assert seen.value("gate_scans_total", verdict="admitted", reason="admitted") == 1
        assert seen.value("gate_scans_total", verdict="refused", reason="balance_too_low") == 1
        assert seen.value("gate_scan_to_relay_seconds_count") == 1
        assert seen.value("gate_scan_to_relay_seconds_bucket", le="5.0") == 1
        assert seen.value("gate_eguma_request_seconds_count", endpoint="balance", outcome="answered") == 2
        assert seen.value("gate_eguma_request_seconds_count", endpoint="redeem", outcome="answered") == 1
        assert 0 < seen.value("gate_eguma_request_seconds_sum", endpoint="redeem", outcome="answered") < 5


async def test_the_state_of_the_gate_and_its_devices_is_told(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with gate_with_page(state_dir, pins, simulator) as (gate, client):
        seen = await scraped(client)
        assert seen.value("gate_takes_scans") == 1
        assert seen.value("gate_state", state="takes scans") == 1
        assert seen.value("gate_device_works", device="scanner") == 1
        assert seen.value("gate_build_info", version=__version__) == 1
        assert seen.value("gate_eguma_reachable") == 1
        assert seen.value("gate_start_timestamp_seconds") <= seen.value("gate_eguma_answer_timestamp_seconds")
        gate.scanner.unplug()
        await until(lambda: bool(gate.app.board.status().faults))
        seen = await scraped(client)
        assert seen.value("gate_takes_scans") == 0
        assert seen.value("gate_state", state="takes scans") == 0
        assert seen.value("gate_state", state="out of service") == 1
        assert seen.value("gate_fault", fault="scanner") == 1
        assert seen.value("gate_fault", fault="fire") == 0
        assert seen.value("gate_device_works", device="scanner") == 0


async def test_money_that_is_not_at_its_end_is_told(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with gate_with_page(state_dir, pins, simulator, admission__settle_seconds=1) as (gate, client):
        simulator.faults.add(fault(FaultKind.HANG))
        gate.scan(GOOD)
        await gate.shows(MessageKind.BEING_CHECKED)
        seen = await scraped(client)
        assert seen.value("gate_charges_in_doubt") == 1
        assert seen.value("gate_amount_in_doubt_cents", currency="CHF") == PRICE
        assert seen.value("gate_scans_total", verdict="unclear", reason="being_checked") == 1


async def test_an_open_item_is_told_with_its_amount(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    credits_end: dict[str, Any] = {"passage__pin": 5, "passage__seconds": 0.1, "admission__credit_minutes": 0.002}
    async with gate_with_page(state_dir, pins, simulator, **credits_end) as (gate, client):
        simulator.faults.add(fault(FaultKind.STATUS, Endpoint.CANCEL_REDEMPTION, status=400, times=None))
        gate.scan(GOOD)
        await gate.stand("open item")
        seen = await scraped(client)
        assert seen.value("gate_open_items") == 1
        assert seen.value("gate_open_amount_cents", currency="CHF") == PRICE
        assert seen.value("gate_eguma_request_seconds_count", endpoint="cancel", outcome="refused") == 1


LABELS = {
    "verdict",
    "reason",
    "endpoint",
    "outcome",
    "le",
    "state",
    "fault",
    "device",
    "currency",
    "version",
    "python",
}
"""Each of a list that the program itself closes."""


async def busy(gate: GateInProcess) -> None:
    """Let a day's kinds of scans come."""
    for code in (GOOD, LOW, "NOSUCHVOUCHR", "https://example.org/NOSUCHVOUCHR"):
        gate.scan(code)
        await gate.scanner_pauses()
        await until(lambda: gate.app.gate.lane is None)


async def test_no_code_and_no_label_that_people_choose_is_told(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with gate_with_page(state_dir, pins, simulator) as (gate, client):
        await busy(gate)
        await gate.asked("hold_open", by="Anna", reason="open day", until="1h")
        seen = await scraped(client)
        assert {label for sample in seen.samples for label in sample.labels} <= LABELS
        text = (await client.get("/metrics")).text
        for word in (GOOD, LOW, "NOSUCH", GOOD[-4:], "Anna", "open day"):
            assert word not in text
        assert len(seen.samples) < 300


@pytest.mark.parametrize("accept", ["", OPEN_METRICS, "text/plain", "nonsense;;;", "*/*"])
async def test_every_form_that_prometheus_reads_can_be_read(
    state_dir: Path, pins: Pins, simulator: Simulator, accept: str
) -> None:
    async with gate_with_page(state_dir, pins, simulator) as (gate, client):
        await busy(gate)
        answer = await client.get("/metrics", headers={"Accept": accept})
        is_open = answer.headers["content-type"].startswith("application/openmetrics-text")
        read = open_families if is_open else text_string_to_metric_families
        seen = Seen(read(answer.text))
        assert is_open == (accept == OPEN_METRICS)
        assert seen.value("gate_scans_total", reason="admitted") == 1
        assert not [sample.name for sample in seen.samples if sample.name.endswith("_created")]
        assert all(family.documentation and family.type != "unknown" for family in seen.families)
