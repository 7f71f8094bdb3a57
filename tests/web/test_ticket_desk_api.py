"""Tickets through the API: asked about, checked in and out by staff, and how many are inside."""

import asyncio
import json
from pathlib import Path

import pytest

from gate_controller.simulator import Endpoint, FaultKind, Simulator
from gate_controller.web.http_api import OPERATIONS
from gate_controller.web.openapi import document
from gate_controller.web.people import Role
from tests.rig.gate import fault
from tests.rig.pins import Pins
from tests.rig.programs import bearer, gate_with_api
from tests.rig.waiting import until
from tests.web.test_errand_api import audited, ended

TICKET, USED, DELETED, NOBODYS = (f"100000000000000000{n}" for n in (1, 2, 3, 9))


def effects(simulator: Simulator) -> list[bool]:
    """What took effect at E-GUMA, in order: True for a check-in."""
    return [check.is_entry for check in simulator.tickets.check_ins()]


async def test_a_ticket_is_checked_in_once_however_often_it_is_ordered(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with gate_with_api(state_dir, pins, simulator) as (_, client):
        order = {"id": "c1", "ticket_number": "1000-0000 0000-0000 001"}
        answers = await asyncio.gather(*(ended(client, "/actions/check-in", order, lang="en") for _ in range(3)))
        told = answers[0].json()
        assert (answers[0].status_code, told["outcome"], told["state"]) == (200, "done", "done")
        assert all(each.json() == told for each in answers)
        assert (told["errand"]["ticket_number"], told["errand"]["voucher_code"]) == ("…0001", "")
        assert told["happened"].startswith("Ticket checked in. Incident ")
        assert effects(simulator) == [True]
        again = (await ended(client, "/actions/check-in", {**order, "id": "c2"}, lang="de")).json()
        assert (again["outcome"], "Es hat sich nichts geändert." in again["happened"]) == ("refused", True)
        out = (await ended(client, "/actions/check-out", {**order, "id": "c3", "reason": "went home"})).json()
        assert (out["outcome"], effects(simulator)) == ("done", [True, False])


@pytest.mark.parametrize("way", ["check-in", "check-out"])
async def test_a_lost_answer_is_decided_by_how_the_ticket_stands(
    state_dir: Path, pins: Pins, simulator: Simulator, way: str
) -> None:
    async with gate_with_api(state_dir, pins, simulator) as (_, client):
        endpoint = Endpoint.CHECKIN if way == "check-in" else Endpoint.CHECKOUT
        simulator.faults.add(fault(FaultKind.RESET, endpoint, effect=True))
        number = TICKET if way == "check-in" else USED
        told = (await ended(client, f"/actions/{way}", {"id": "x", "ticket_number": number})).json()
        assert (told["outcome"], len(effects(simulator))) == ("done", 1)


async def test_a_ticket_is_told_masked_and_whoever_asks_is_on_the_audit_list(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with gate_with_api(state_dir, pins, simulator, tickets__taken=True) as (gate, client):
        gate.scan(TICKET)
        await gate.lane_is_free()
        await gate.stand("admitted")
        told = (await client.get(f"/tickets/{TICKET}", params={"lang": "en"})).json()
        assert (told["ticket_number"], told["checked_in"], told["price_cents"]) == ("…0001", True, 2_500)
        assert (told["outcome"], told["currency"], told["event"]) == ("done", "CHF", "7c2f90aa-museum")
        assert told["checked_in_at"].endswith("Z")
        assert [each["ticket_number"] for each in told["attempts"]] == ["…0001"]
        whole = (await client.get(f"/tickets/{TICKET}", params={"full": "1"})).json()
        assert whole["ticket_number"] == TICKET
        await until(lambda: "whole ticket number" in (state_dir / "audit.jsonl").read_text())
        lines = await audited(state_dir, "ticket")
        assert [(each["what"], each["about"]) for each in lines] == [
            ("ticket asked about", "…0001"),
            ("whole ticket number shown", "…0001"),
        ]


async def test_what_e_guma_does_not_know_is_refused_and_what_is_no_number_is_not_asked(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with gate_with_api(state_dir, pins, simulator) as (gate, client):
        told = (await client.get(f"/tickets/{NOBODYS}")).json()
        assert (told["outcome"], told["checked_in"], bool(told["text"])) == ("refused", None, True)
        simulator.faults.add(fault(FaultKind.STATUS, Endpoint.TICKET_INFO, status=500, times=None))
        assert (await client.get(f"/tickets/{TICKET}")).json()["outcome"] == "unknown"
        before = gate.requests("ticket")
        assert (await client.get("/tickets/L4FU5LQTKJR3")).status_code == 400
        wrong = await client.post("/actions/check-in", json={"id": "x", "ticket_number": "12345"})
        assert (wrong.status_code, gate.requests("ticket")) == (400, before)
        assert (await client.post("/actions/check-out", json={"id": "x"})).status_code == 400


async def test_who_may_check_tickets_is_set_by_the_house(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with gate_with_api(state_dir, pins, simulator, desk__ticket_role="technician") as (_, client):
        refused = await client.post("/actions/check-in", json={"id": "a", "ticket_number": TICKET})
        assert (refused.status_code, effects(simulator)) == (403, [])
        assert (await client.get(f"/tickets/{TICKET}")).status_code == 200
        client.headers.update(bearer(state_dir, "technics", Role.TECHNICIAN))
        told = (await ended(client, "/actions/check-in", {"id": "b", "ticket_number": TICKET})).json()
        assert (told["outcome"], effects(simulator)) == ("done", [True])


async def test_how_many_are_inside_is_set_right_by_staff(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with gate_with_api(state_dir, pins, simulator, occupancy__limit=50, display__languages="en,de") as (
        gate,
        client,
    ):
        counted = await client.post("/actions/occupancy", json={"id": "o1", "inside": 42}, params={"lang": "de"})
        assert (counted.status_code, counted.json()["happened"]) == (200, "Die Zahl gilt ab jetzt.")
        status = (await client.get("/status")).json()
        assert (status["inside"], status["most_inside"]) == (42, 50)
        await gate.admit()
        await client.post("/actions/occupancy", json={"id": "o1", "inside": 42})  # the same order again
        assert (await client.get("/status")).json()["inside"] == 43
        for wrong in (-1, 100_001, "7", None):
            assert (await client.post("/actions/occupancy", json={"id": "o2", "inside": wrong})).status_code == 400


async def test_who_only_looks_counts_nobody(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with gate_with_api(state_dir, pins, simulator, role=Role.VIEWER) as (_, client):
        assert (await client.post("/actions/occupancy", json={"id": "o", "inside": 1})).status_code == 403
        assert (await client.get(f"/tickets/{TICKET}")).status_code == 403
        assert (await client.get("/status")).json()["inside"] == 0


def test_the_document_says_how_many_are_inside() -> None:
    status = json.loads(document(OPERATIONS))["components"]["schemas"]["Status"]
    assert {"inside", "most_inside"} <= status["properties"].keys()
    assert {"inside", "most_inside"} <= set(status["required"])
