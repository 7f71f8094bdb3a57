"""The API of a house: gates, visits, days, and orders that act once and say what became of them at each gate."""

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from gate_controller.venue.page.house_api import HOUSE_OPERATIONS
from gate_controller.venue.page.house_document import house_document
from gate_controller.venue.tiles import HouseItem, Presence
from gate_controller.web.operations import ROOT
from gate_controller.web.people import Role
from tests.rig.house_of_gates import HouseByHand, an_open_item, served_house

OPEN = HouseItem("gate-2", "K7Q2M", 4, time.time(), "open item", True, "why", "…9TXA", 2500, "CHF")


@pytest.fixture
def house() -> HouseByHand:
    made = HouseByHand.of(6)
    made.items = [OPEN]
    made.told_of = {("gate-2", "K7Q2M"): an_open_item("K7Q2M", 1)}
    return made


@pytest.fixture
async def api(state_dir: Path, house: HouseByHand) -> AsyncIterator[httpx.AsyncClient]:
    async with served_house(state_dir, house) as site, site.client() as client:
        client.headers["Authorization"] = f"Bearer {site.token('program', Role.TECHNICIAN)}"
        client.base_url = httpx.URL(f"{site.origin}{ROOT}/")
        yield client


async def told(answer: httpx.Response, status: int = 200) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def test_gates_their_events_visits_and_days_can_be_read(api: httpx.AsyncClient) -> None:
    gates = await told(await api.get("gates"))
    assert [each["gate_id"] for each in gates["gates"]] == [f"gate-{number}" for number in range(1, 7)]
    assert (await told(await api.get("gates/gate-3")))["name"] == "Gate 3"
    events = await told(await api.get("gates/gate-2/events?limit=2"))
    assert [each["number"] for each in events["events"]] == [4, 3]
    rest = await told(await api.get(f"gates/gate-2/events?before={events['next']}"))
    assert [each["number"] for each in rest["events"]] == [2, 1]
    attempt = await told(await api.get("gates/gate-2/attempts/K7Q2M"))
    assert [each["fact"] for each in attempt["events"]] == ["Intended", "Redeemed", "RefundBegun", "OpenItem"]
    assert [each["incident"] for each in (await told(await api.get("open-items")))["open_items"]] == ["K7Q2M"]
    found = await told(await api.post("search", json={"text": "9TXA"}))
    assert [each["gate_id"] for each in found["found"]] == ["gate-2"]
    assert (await told(await api.get("days/2026-11-26")))["admitted"] == 21
    assert "USD7PV3X9TXA" not in json.dumps([events, attempt, found])


async def test_an_order_acts_once_and_tells_what_became_of_it(api: httpx.AsyncClient, house: HouseByHand) -> None:
    order = {"id": "one", "reason": "a pram"}
    for _ in range(3):
        done = await told(await api.post("gates/gate-1/open-once", json=order))
        assert (done["outcome"], done["happened"]) == ("done", "The gate opened.")
    assert house.orders_seen == [(("gate-1",), "release", "one", {})]
    other = await api.post("gates/gate-2/open-once", json=order)
    assert "was given to another order" in (await told(other, 409))["error"]


async def test_an_order_that_takes_long_is_pending_and_told_when_it_is_asked_again(
    api: httpx.AsyncClient, house: HouseByHand
) -> None:
    house.takes_seconds = 1.0
    order = {"id": "slow", "reason": "night", "until": "90min"}
    assert (await told(await api.post("gates/gate-1/lock", json=order), 202))["state"] == "pending"
    await asyncio.sleep(0.5)
    done = await told(await api.post("gates/gate-1/lock", json=order))  # its span began before, and it is the same one
    assert done["outcome"] == "done"
    [(_, do, _, fields)] = house.orders_seen
    assert do == "lock"
    assert abs(fields["until"] - time.time() - 5400) < 5


@pytest.mark.parametrize(
    ("ends", "outcome", "words"),
    [
        ({}, "done", "Done at 2 gates."),
        ({"gate-1": "unanswered"}, "partly", "No answer from Gate 1: it may have been done. Do not repeat it"),
        ({"gate-1": "unanswered", "gate-4": "unanswered"}, "unknown", "No answer from Gate 1, Gate 4"),
        ({"gate-1": "refused"}, "partly", "Not done at Gate 1: somebody is being served: wait"),
        ({"gate-1": "refused", "gate-4": "failed"}, "refused", "Not done at Gate 1, Gate 4"),
    ],
    ids=str,
)
async def test_an_order_to_a_group_tells_of_each_gate(
    api: httpx.AsyncClient, house: HouseByHand, ends: dict[str, str], outcome: str, words: str
) -> None:
    house.outcomes = ends
    done = await told(await api.post("groups/Tower/resume", json={"id": "g"}))
    assert (done["outcome"], [each["gate_id"] for each in done["gates"]]) == (outcome, ["gate-1", "gate-4"])
    assert words in done["happened"]


async def test_a_gate_that_says_no_is_a_refusal_in_its_words(api: httpx.AsyncClient, house: HouseByHand) -> None:
    house.outcome = "refused"
    answer = await api.post("gates/gate-1/open-once?lang=de", json={"id": "n", "reason": "x"})
    assert answer.status_code == 409
    assert "served" not in answer.json()["error"]


async def test_all_gates_are_ordered_but_those_that_were_shut_out(api: httpx.AsyncClient, house: HouseByHand) -> None:
    house.change("gate-3", presence=Presence.REVOKED)
    done = await told(await api.post("house/price", json={"id": "p", "reason": "summer", "price_cents": 3000}))
    assert len(done["gates"]) == 5
    assert house.orders_seen[-1][3] == {"price_cents": 3000, "from": None}
    assert (await api.post("gates/gate-3/resume", json={"id": "r"})).status_code == 404
    assert (await api.post("groups/Cellar/resume", json={"id": "r"})).status_code == 404


async def test_an_open_item_is_settled_at_its_gate(api: httpx.AsyncClient, house: HouseByHand) -> None:
    await told(await api.post("gates/gate-2/open-items/K7Q2M/settle", json={"id": "s", "reason": "in cash"}))
    assert house.orders_seen == [(("gate-2",), "settle", "s", {"incident": "K7Q2M"})]


async def test_a_gate_is_named_and_shut_out(api: httpx.AsyncClient, house: HouseByHand) -> None:
    await told(await api.post("gates/gate-1/name", json={"name": "North", "group": "Hall"}))
    assert (house.gates["gate-1"].name, house.gates["gate-1"].group) == ("North", "Hall")
    await told(await api.post("gates/gate-1/revoke", json={}))
    assert house.revoked == [("gate-1", "program")]


@pytest.mark.parametrize(
    ("path", "body", "words"),
    [
        ("gates/gate-1/open-once", {"id": "x"}, "reason: is missing"),
        ("gates/gate-1/hold-open", {"id": "x", "reason": "y", "until": "soon"}, "until"),
        ("house/price", {"id": "x", "reason": "y", "price_cents": -1}, "price_cents"),
        ("search", {"text": ""}, "text"),
        ("days/yesterday/close", {}, "is no date"),
    ],
)
async def test_what_is_asked_wrongly_is_said_in_words(
    api: httpx.AsyncClient, path: str, body: dict[str, Any], words: str
) -> None:
    assert words in (await told(await api.post(path, json=body), 400))["error"]


async def test_a_store_that_is_away_is_told_and_orders_go_on(api: httpx.AsyncClient, house: HouseByHand) -> None:
    house.fails = True
    for path in ("open-items", "gates/gate-2/events", "days/2026-11-26"):
        assert "try again" in (await told(await api.get(path), 503))["error"]
    await told(await api.get("gates"))


def test_the_document_of_the_house_has_every_operation_and_all_that_it_names() -> None:
    written = house_document(HOUSE_OPERATIONS).decode()
    document = json.loads(written)
    paths = {(path, method) for path, methods in document["paths"].items() for method in methods}
    assert paths == {(f"{ROOT}{each.path}", each.method.lower()) for each in HOUSE_OPERATIONS}
    named = {part.partition('"')[0] for part in written.split('"#/components/schemas/')[1:]}
    assert named <= document["components"]["schemas"].keys()


def test_the_page_about_the_venue_names_every_operation() -> None:
    text = (Path(__file__).parents[2] / "docs" / "venue.md").read_text().split("### API of the house")[1]
    rows = re.findall(r"^\| `(GET|POST) (/api/v1\S+)` \|", text.split("\n## ")[0], re.MULTILINE)
    assert sorted(rows) == sorted((each.method, f"{ROOT}{each.path}") for each in HOUSE_OPERATIONS)
