"""Persons let in on a voucher from the desk, by the API: over real sockets, charged as by a scan, acted once."""

import asyncio
from pathlib import Path
from typing import Any

import httpx

from gate_controller.simulator import FaultKind, Simulator
from gate_controller.web.people import Role
from tests.rig.gate import GOOD, LOW, PRICE, fault
from tests.rig.pins import Pins
from tests.rig.programs import gate_with_api

ADMIT: dict[str, Any] = {"id": "a1", "code": "l4fu 5lqt kjr3", "persons": 2}


async def ended(client: httpx.AsyncClient, order: dict[str, Any]) -> httpx.Response:
    async with asyncio.timeout(30):
        while (answer := await client.post("/actions/admit", json=order)).status_code == 202:
            pass  # it is answered within a second
    return answer


async def test_a_party_is_charged_and_let_in_one_by_one_however_often_it_is_sent(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with gate_with_api(state_dir, pins, simulator) as (gate, client):
        both = await asyncio.gather(*(ended(client, ADMIT) for _ in range(3)))
        told = both[0].json()
        assert (told["outcome"], told["admitted"], told["persons"]) == ("done", 2, 2)
        assert told["happened"].startswith("2 of 2 let in.")
        await gate.lane_is_free()
        assert (gate.charged, len(gate.pulses)) == (2 * PRICE, 2)
        assert [each["voucher_code"] for each in told["attempts"]] == ["…KJR3", "…KJR3"]
        intent = gate.facts()[0][0]
        assert (intent.by, intent.order) == ("staff", "a1")  # type: ignore[attr-defined]  # it is an intent


async def test_a_voucher_that_does_not_reach_is_refused_and_nothing_is_charged(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with gate_with_api(state_dir, pins, simulator) as (gate, client):
        told = (await ended(client, {"id": "a2", "code": LOW})).json()
        assert (told["outcome"], told["admitted"], gate.charged) == ("refused", 0, 0)
        assert "Balance too low" in told["happened"]


async def test_a_party_that_a_full_house_ends_is_not_done_and_says_why(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with gate_with_api(state_dir, pins, simulator, occupancy__limit=1) as (gate, client):
        told = (await ended(client, {"id": "a5", "code": GOOD, "persons": 3})).json()
        assert (told["outcome"], told["admitted"], told["persons"]) == ("refused", 1, 3)
        assert "1 of 3 let in. Nobody else was served: the house is full" in told["happened"]
        assert gate.charged == PRICE


async def test_a_lost_answer_that_is_found_in_time_lets_in(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with gate_with_api(state_dir, pins, simulator, admission__verdict_seconds=5) as (gate, client):
        simulator.faults.add(fault(FaultKind.RESET, effect=True))
        told = (await ended(client, {"id": "a3", "code": GOOD})).json()
        assert (told["outcome"], gate.charged) == ("done", PRICE)


async def test_what_is_not_known_in_time_says_not_to_repeat_it(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with gate_with_api(state_dir, pins, simulator, admission__settle_seconds=60) as (_, client):
        simulator.faults.add(fault(FaultKind.HANG, effect=False))
        told = (await ended(client, {"id": "a4", "code": GOOD, "persons": 3})).json()
        assert (told["outcome"], told["admitted"]) == ("unknown", 0)
        assert "Do not repeat it" in told["happened"]


async def test_who_may_and_up_to_which_amount_is_the_houses(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with gate_with_api(state_dir, pins, simulator, desk__most_cents=2 * PRICE) as (gate, client):
        refused = await client.post("/actions/admit", json={**ADMIT, "persons": 3})
        assert (refused.status_code, gate.charged) == (409, 0)
        assert "more than" in refused.json()["error"]
        for wrong in ({"persons": 0}, {"persons": 51}, {"persons": "2"}, {"code": "https://x.y"}):
            assert (await client.post("/actions/admit", json={**ADMIT, "id": "w", **wrong})).status_code == 400
    async with gate_with_api(state_dir, pins, simulator, role=Role.VIEWER) as (_, client):
        assert (await client.post("/actions/admit", json={**ADMIT, "id": "v"})).status_code == 403


async def test_an_order_from_before_a_restart_charges_nobody_again(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with gate_with_api(state_dir, pins, simulator) as (_, client):
        assert (await ended(client, {"id": "a5", "code": GOOD})).status_code == 200
    async with gate_with_api(state_dir, pins, simulator, role=Role.TECHNICIAN) as (gate, client):
        again = await client.post("/actions/admit", json={"id": "a5", "code": GOOD})
        assert (again.status_code, "earlier" in again.json()["error"]) == (409, True)
        assert gate.charged == PRICE
