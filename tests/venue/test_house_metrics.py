"""What a venue tells Prometheus: metrics that dashboard and rules ask for, and targets that a real one takes."""

import asyncio
import contextlib
import json
import re
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from gate_controller.venue.scrape_targets import scrape_targets
from gate_controller.venue.tiles import Presence
from gate_controller.web.people import Role
from tests.docs.monitored import MONITORING, expressions, families_of, not_told, samples_of
from tests.rig.house_of_gates import HouseByHand, a_tile, served_house
from tests.rig.page import answers, free_port
from tests.rig.site import ServedSite
from tests.rig.waiting import until

OF_GATES = {"gate_device_works": {"device": {"scanner", "relay"}}}
"""What the house's rules ask of the gates' own metrics, which tests/docs holds against a gate."""


@pytest.fixture
def house() -> HouseByHand:
    made = HouseByHand.of(3)
    made.change("gate-1", page="https://gate-1.museum.ch:8080/", open_items=1, open_cents=2500, needs=("look",))
    made.change("gate-2", page="http://127.0.0.1:8080/", presence=Presence.STALE, state="locked", differs=("version",))
    made.gates["gate-4"] = a_tile(4, presence=Presence.REVOKED, page="https://gate-4.museum.ch/")
    made.gates["gate-5"] = a_tile(5, presence=Presence.UNHEARD, heard_at=None, state="", currency="", version="")
    made.most_inside = 100
    return made


@pytest.fixture
async def site(state_dir: Path, house: HouseByHand) -> AsyncIterator[ServedSite]:
    async with served_house(state_dir, house) as site:
        yield site


async def metrics(site: ServedSite) -> str:
    async with site.client() as client:
        answer = await client.get("/metrics")
        assert answer.status_code == 200
        return answer.text


async def test_whatever_dashboard_and_rules_ask_is_told(site: ServedSite) -> None:
    told = samples_of(await metrics(site))
    asked = expressions(MONITORING / "venue-alerts.yml", MONITORING / "venue-dashboard.json")
    assert len(asked) > 30
    assert not_told(asked, {**told, **OF_GATES}, ("venue_", "gate_")) == []
    readme = (MONITORING / "README.md").read_text()
    named = set(re.findall(r"`(venue_\w+)`", readme))
    assert named == {name.removesuffix("_created") for name in families_of(told, "venue_")}


async def test_each_gate_is_told_as_it_is_and_a_revoked_one_is_not(site: ServedSite, house: HouseByHand) -> None:
    text = await metrics(site)
    assert "gate-4" not in text
    for line in (
        'venue_gates{presence="live"} 2.0',
        'venue_gates{presence="unheard"} 1.0',
        'venue_gate_live{gate="gate-2"} 0.0',
        'venue_gate_state{gate="gate-2",state="locked"} 1.0',
        'venue_gate_takes_scans{gate="gate-1"} 1.0',
        'venue_gate_open_amount_cents{currency="CHF",gate="gate-1"} 2500.0',
        'venue_gate_admitted_total{gate="gate-3"} 3.0',
        'venue_gate_differs{gate="gate-2",in="version"} 1.0',
        "venue_people_inside_limit 100.0",
        "venue_broker_reached 1.0",
        "venue_broker_refuses 0.0",
    ):
        assert line in text.splitlines(), line
    assert 'venue_gate_takes_scans{gate="gate-5"}' not in text
    house.refused = "it may not subscribe to gate-controller/+/events"
    assert "venue_broker_refuses 1.0" in (await metrics(site)).splitlines()
    house.broker, house.fails = "Connection refused", True
    text = await metrics(site)
    assert {"venue_broker_reached 0.0", "venue_store_reached 0.0"} <= set(text.splitlines())
    assert "venue_people_inside" not in text
    assert 'venue_gate_live{gate="gate-1"} 1.0' in text


async def test_words_that_a_gate_makes_up_make_no_series_without_end(site: ServedSite, house: HouseByHand) -> None:
    seen: set[str] = set()
    for number in range(5):
        house.change("gate-1", state=f"lie {number}", currency=f"X{number}Y", version=f"lie {number}", open_items=1)
        lines = (await metrics(site)).splitlines()
        seen |= {line.rpartition(" ")[0] for line in lines if 'gate="gate-1"' in line}
    assert 'venue_gate_state{gate="gate-1",state="other"}' in seen
    assert not [line for line in seen if "lie" in line or "Y" in line]


async def test_strangers_learn_neither_metrics_nor_gates(site: ServedSite) -> None:
    site.add("Anna", Role.STAFF)
    async with httpx.AsyncClient(base_url=site.origin) as client:
        for path in ("/metrics", "/api/v1/prometheus"):
            assert (await client.get(path)).status_code == 200  # this machine's own
            assert (await client.get(path, headers={"X-Forwarded-For": "192.0.2.1"})).status_code == 401


async def test_gates_whose_pages_can_be_reached_are_targets(site: ServedSite) -> None:
    async with site.client() as client:
        answer = await client.get("/api/v1/prometheus")
    assert answer.headers["content-type"] == "application/json"
    (target,) = answer.json()
    assert target["targets"] == ["gate-1.museum.ch:8080"]
    labels = {"instance": "gate-1", "gate": "gate-1", "group": "Tower"}
    assert target["labels"] == {**labels, "__scheme__": "https", "__metrics_path__": "/metrics"}


@pytest.mark.parametrize(
    ("page", "target"),
    [
        ("https://gate.museum.ch/", "gate.museum.ch:443"),
        ("http://192.0.2.7:8080/x?y", "192.0.2.7:8080"),
        ("https://[2001:db8::7]:8443/", "[2001:db8::7]:8443"),
        ("http://127.0.0.1:8080/", None),
        ("", None),
        ("ftp://gate/", None),
        ("https://user@gate/", None),
        ("https://gate:99999/", None),
        ("https://[gate/", None),
        ("https:///", None),
        ("https://ga te/", None),
        ("https://ga\\te/", None),
        ("https://münster.museum.ch/", None),
        ("https://gate%zz/", None),
    ],
)
def test_an_address_is_a_target_or_none(page: str, target: str | None) -> None:
    found = [each for told in scrape_targets([a_tile(1, page=page)]) for each in told["targets"]]
    assert found == ([] if target is None else [target])


@contextlib.contextmanager
def prometheus(folder: Path, origin: str) -> Iterator[str]:
    """Run a real Prometheus that asks a venue for itself and for its gates."""
    program = shutil.which("prometheus")
    assert program, "prometheus is missing: apt-get install prometheus"
    jobs = [
        {"job_name": "gate-venue", "static_configs": [{"targets": [origin.removeprefix("http://")]}]},
        {"job_name": "gate", "http_sd_configs": [{"url": f"{origin}/api/v1/prometheus", "refresh_interval": "1s"}]},
    ]
    config = folder / "prometheus.yml"
    config.write_text(json.dumps({"global": {"scrape_interval": "1s"}, "scrape_configs": jobs}))  # JSON is YAML
    port = free_port()
    words = [f"--config.file={config}", f"--storage.tsdb.path={folder / 'data'}"]
    running = subprocess.Popen(  # noqa: S603 - Prometheus itself
        [program, *words, f"--web.listen-address=127.0.0.1:{port}"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        running.terminate()
        running.wait()


async def test_a_real_prometheus_finds_the_gates_by_their_venue(site: ServedSite, tmp_path: Path) -> None:
    with prometheus(tmp_path, site.origin) as at:
        await until(lambda: answers(int(at.rpartition(":")[2])))
        async with httpx.AsyncClient(base_url=at) as client, asyncio.timeout(20):
            found: dict[str, Any] = {}
            while "gate-1" not in found:  # it looks at what it has discovered every 5 s
                await asyncio.sleep(0.1)
                told = (await client.get("/api/v1/targets")).json()["data"]["activeTargets"]
                found = {each["labels"]["instance"]: each for each in told}
    assert found["gate-1"]["scrapeUrl"] == "https://gate-1.museum.ch:8080/metrics"
    assert found["gate-1"]["labels"] == {"instance": "gate-1", "gate": "gate-1", "group": "Tower", "job": "gate"}
