"""What staff have E-GUMA do through the API, and what they ask about a voucher: over real sockets, and acted once."""

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from gate_controller.desk.at_once import MOST_AT_ONCE
from gate_controller.simulator import Endpoint, FaultKind, Simulator
from gate_controller.web.people import Role
from tests.rig.gate import EXPIRED, GOOD, PRICE, fault
from tests.rig.pins import Pins
from tests.rig.programs import gate_with_api

DEPOT, FREE_DEPOT, SOLD_DEPOT, UNKNOWN = "DPF4KX7TQ2MR", "DPA8WB3LHN5V", "DPS6QJ9RFT2K", "UNK4WN2XT7QP"
TOP_UP: dict[str, Any] = {"id": "t1", "code": GOOD, "amount_cents": 1_500, "payment_id": "slip-7"}


def left_on(simulator: Simulator, code: str) -> int:
    """Return a voucher's balance by E-GUMA's books."""
    account = simulator.ledger.account(code)
    assert account is not None
    return account.voucher.balance_in_cents


async def ended(client: httpx.AsyncClient, path: str, order: dict[str, Any], **query: str) -> httpx.Response:
    """Give an order, again with the same id while it is under way; return what it came to."""
    async with asyncio.timeout(30):
        while (answer := await client.post(path, json=order, params=query)).status_code == 202:
            if answer.json()["outcome"] == "unknown":
                return answer
    return answer


async def audited(state_dir: Path, what: str) -> list[dict[str, Any]]:
    lines = (state_dir / "audit.jsonl").read_text().splitlines()
    return [entry for entry in map(json.loads, filter(None, lines)) if what in entry["what"]]


# -- orders


async def test_a_top_up_is_carried_out_once_however_often_it_is_sent(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with gate_with_api(state_dir, pins, simulator) as (_, client):
        before = left_on(simulator, GOOD)
        both = await asyncio.gather(*(ended(client, "/actions/top-up", TOP_UP, lang="en") for _ in range(3)))
        told = both[0].json()
        assert (both[0].status_code, told["outcome"], told["state"]) == (200, "done", "done")
        assert all(each.json() == told for each in both)
        assert left_on(simulator, GOOD) == before + 1_500
        errand = told["errand"]
        assert (errand["errand"], errand["amount_cents"], errand["voucher_code"]) == ("top-up", 1_500, "…KJR3")
        assert f"Incident {errand['incident']}." in told["happened"]
        assert "CHF 515.00" in told["happened"].replace("\u00a0", " ")
        other = await client.post("/actions/top-up", json={**TOP_UP, "amount_cents": 1_600})
        assert (other.status_code, left_on(simulator, GOOD)) == (409, before + 1_500)
        shown = (await client.get(f"/attempts/{errand['incident']}")).json()
        assert (shown["outcome"], shown["facts"][0]["by"]) == ("done", "staff")


async def test_a_lost_answer_is_decided_by_the_balance_and_told_as_done(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with gate_with_api(state_dir, pins, simulator) as (_, client):
        before = left_on(simulator, GOOD)
        simulator.faults.add(fault(FaultKind.RESET, Endpoint.CHARGE, effect=True))
        told = (await ended(client, "/actions/top-up", TOP_UP)).json()
        assert told["outcome"] == "done"
        assert left_on(simulator, GOOD) == before + 1_500


async def test_what_cannot_be_looked_up_is_unknown_and_says_not_to_repeat_it(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with gate_with_api(state_dir, pins, simulator, admission__settle_seconds=60) as (_, client):
        before = left_on(simulator, GOOD)
        simulator.faults.add(fault(FaultKind.RESET, Endpoint.CHARGE, effect=False))
        simulator.faults.add(fault(FaultKind.STATUS, Endpoint.BALANCE, status=500, skip=1, times=None))
        answer = await ended(client, "/actions/top-up", TOP_UP, lang="de")
        told = answer.json()
        assert (answer.status_code, told["outcome"], told["state"]) == (202, "unknown", "pending")
        assert "Nicht wiederholen" in told["happened"]
        assert told["errand"]["incident"] in told["happened"]
        assert left_on(simulator, GOOD) == before
        simulator.faults.clear()


async def test_a_depot_voucher_is_sold_once_and_taken_back(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with gate_with_api(state_dir, pins, simulator) as (_, client):
        sold = (await ended(client, "/actions/sell", {"id": "s", "code": "dpf4-kx7t-q2mr"})).json()
        assert (sold["outcome"], sold["errand"]["amount_cents"]) == ("done", 5_000)
        again = await ended(client, "/actions/sell", {"id": "s2", "code": DEPOT}, lang="en")
        assert (again.status_code, again.json()["outcome"]) == (200, "refused")
        assert "Nothing has changed." in again.json()["happened"]
        order = {"id": "b", "code": DEPOT, "reason": "changed her mind"}
        assert (await ended(client, "/actions/take-back", order)).json()["outcome"] == "done"


async def test_the_seller_says_the_amount_of_a_depot_voucher_that_has_none(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with gate_with_api(state_dir, pins, simulator) as (_, client):
        without = (await ended(client, "/actions/sell", {"id": "s", "code": FREE_DEPOT})).json()
        assert without["outcome"] == "refused"
        sold = (await ended(client, "/actions/sell", {"id": "s2", "code": FREE_DEPOT, "amount_cents": 7_000})).json()
        assert (sold["outcome"], left_on(simulator, FREE_DEPOT)) == ("done", 7_000)


async def test_a_charge_is_given_back_in_parts_and_never_more_than_it_was(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with gate_with_api(state_dir, pins, simulator) as (gate, client):
        before = left_on(simulator, GOOD)
        path = f"/attempts/{(await gate.admit()).message.incident}/void"
        part = (await ended(client, path, {"id": "p", "reason": "a child", "amount_cents": 1_000})).json()
        assert (part["outcome"], part["errand"]["amount_cents"]) == ("done", 1_000)
        too_much = await client.post(path, json={"id": "q", "reason": "a child", "amount_cents": PRICE})
        assert (too_much.status_code, "left to give back" in too_much.json()["error"]) == (409, True)
        rest = (await ended(client, path, {"id": "r", "reason": "went home"}, lang="en")).json()
        assert (rest["outcome"], rest["errand"]["amount_cents"]) == ("done", PRICE - 1_000)
        assert left_on(simulator, GOOD) == before
        assert (await client.post(path, json={"id": "s", "reason": "again"})).status_code == 409


@pytest.mark.parametrize(
    ("path", "order"),
    [
        ("/actions/top-up", {**TOP_UP, "code": "not a code"}),
        ("/actions/top-up", {**TOP_UP, "code": "L4FU-5LQT-KJR"}),
        ("/actions/top-up", {**TOP_UP, "amount_cents": 0}),
        ("/actions/top-up", {**TOP_UP, "amount_cents": -1}),
        ("/actions/top-up", {**TOP_UP, "amount_cents": 15.5}),
        ("/actions/top-up", {**TOP_UP, "amount_cents": "1500"}),
        ("/actions/top-up", {**TOP_UP, "amount_cents": True}),
        ("/actions/top-up", {**TOP_UP, "amount_cents": 10**12}),
        ("/actions/top-up", {**TOP_UP, "payment_id": "x" * 65}),
        ("/actions/top-up", {**TOP_UP, "most_cents": 10**6}),
        ("/actions/top-up", {"id": "t", "code": GOOD}),
        ("/actions/take-back", {"id": "t", "code": DEPOT}),
        ("/actions/sell", {"id": "t"}),
    ],
    ids=str,
)
async def test_an_order_that_cannot_be_read_moves_nothing(
    state_dir: Path, pins: Pins, simulator: Simulator, path: str, order: dict[str, Any]
) -> None:
    async with gate_with_api(state_dir, pins, simulator) as (gate, client):
        refused = await client.post(path, json=order)
        assert (refused.status_code, refused.json().keys()) == (400, {"error"})
        assert not gate.records


# -- who may, and how much


async def test_what_the_house_leaves_to_technicians_is_refused_to_staff_and_on_the_audit_list(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    rules: dict[str, Any] = {f"desk__{name}_role": "technician" for name in ("top_up", "sell", "take_back", "void")}
    async with gate_with_api(state_dir, pins, simulator, **rules) as (gate, client):
        incident = (await gate.admit()).message.incident
        asked = [
            await client.post("/actions/top-up", json=TOP_UP),
            await client.post("/actions/sell", json={"id": "s", "code": DEPOT}),
            await client.post("/actions/take-back", json={"id": "b", "code": SOLD_DEPOT, "reason": "x"}),
            await client.post(f"/attempts/{incident}/void", json={"id": "v", "reason": "x"}),
            # The same money by another door.
            await client.post(f"/open-items/{incident}/refund", json={"id": "r", "reason": "x"}),
        ]
        assert {(each.status_code, each.json()["error"]) for each in asked} == {(403, "this is for a technician")}
        assert gate.charged == PRICE
        assert len(gate.records) == 1
    assert len(await audited(state_dir, ": 403")) == len(asked)


async def test_nobody_moves_more_than_his_role_may_whoever_says_the_amount(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    limits: dict[str, Any] = {"desk__most_cents": 1_499, "desk__technician_most_cents": 1_500}
    async with gate_with_api(state_dir, pins, simulator, **limits) as (gate, client):
        before = left_on(simulator, GOOD)
        refused = await client.post("/actions/top-up", json=TOP_UP)
        assert (refused.status_code, "1499 cents" in refused.json()["error"]) == (403, True)
        sold = (await ended(client, "/actions/sell", {"id": "s", "code": DEPOT})).json()
        assert (sold["outcome"], "more than" in sold["errand"]["reason"]) == ("refused", True)
        back = (await ended(client, "/actions/take-back", {"id": "b", "code": SOLD_DEPOT, "reason": "x"})).json()
        assert back["outcome"] == "refused"
        incident = (await gate.admit()).message.incident
        for path in (f"/attempts/{incident}/void", f"/open-items/{incident}/refund"):
            whole = await client.post(path, json={"id": path[:30], "reason": "x"})
            assert (whole.status_code, "more than" in whole.json()["error"]) == (409, True)
        part = {"id": "p", "reason": "a child", "amount_cents": 1_499}
        assert (await ended(client, f"/attempts/{incident}/void", part)).json()["outcome"] == "done"
        assert left_on(simulator, GOOD) == before - PRICE + 1_499
    async with gate_with_api(state_dir, pins, simulator, role=Role.TECHNICIAN, **limits) as (_, client):
        assert (await ended(client, "/actions/top-up", {**TOP_UP, "id": "t2"})).json()["outcome"] == "done"


# -- questions


async def test_a_voucher_is_told_with_what_can_be_done_and_what_this_gate_had_to_do_with_it(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with gate_with_api(state_dir, pins, simulator) as (gate, client):
        incident = (await gate.admit()).message.incident
        told = (await client.get("/vouchers/l4fu-5lqt-kjr3", params={"lang": "en"})).json()
        assert (told["outcome"], told["redeemable"], told["voucher_code"]) == ("done", True, "…KJR3")
        assert (told["balance_cents"], told["total_cents"], told["currency"]) == (50_000 - PRICE, 50_000, "CHF")
        assert (told["name"], told["valid_until"]) == ("Gift voucher", "2099-12-31T22:59:59Z")
        assert (told["can_be_activated"], told["can_be_deactivated"]) == (False, False)
        assert [each["incident"] for each in told["attempts"]] == [incident]
        assert GOOD not in json.dumps(told)
        assert gate.charged == PRICE
        whole = (await client.get(f"/vouchers/{GOOD}", params={"full": 1})).json()
        assert whole["voucher_code"] == GOOD
    [asked, shown] = [*await audited(state_dir, "voucher asked about"), *await audited(state_dir, "whole code shown")]
    assert (asked["name"], asked["about"], shown["about"]) == ("token staff", "…KJR3", "…KJR3")
    assert GOOD not in (state_dir / "audit.jsonl").read_text()


@pytest.mark.parametrize(
    ("code", "says"),
    [
        (DEPOT, {"redeemable": False, "can_be_activated": True, "free_amount": False, "amount_cents": 5_000}),
        (FREE_DEPOT, {"redeemable": False, "can_be_activated": True, "free_amount": True, "amount_cents": None}),
        (SOLD_DEPOT, {"redeemable": True, "can_be_activated": False, "can_be_deactivated": True}),
        (UNKNOWN, {"redeemable": False, "can_be_activated": False, "can_be_deactivated": False}),
        (EXPIRED, {"redeemable": True}),
    ],
)
async def test_what_can_be_done_is_as_e_guma_says(
    state_dir: Path, pins: Pins, simulator: Simulator, code: str, says: dict[str, Any]
) -> None:
    async with gate_with_api(state_dir, pins, simulator) as (_, client):
        told = (await client.get(f"/vouchers/{code}")).json()
        assert {name: told[name] for name in says} == says


async def test_no_answer_of_e_gumas_is_told_with_what_this_gate_knows(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with gate_with_api(state_dir, pins, simulator) as (gate, client):
        await gate.admit()
        simulator.faults.add(fault(FaultKind.STATUS, Endpoint.BALANCE, status=500, times=None))
        told = (await client.get(f"/vouchers/{GOOD}")).json()
        assert (told["outcome"], told["redeemable"], bool(told["text"])) == ("unknown", None, True)
        assert len(told["attempts"]) == 1


async def test_a_question_is_for_staff_and_so_many_at_a_time(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with gate_with_api(state_dir, pins, simulator, role=Role.VIEWER) as (_, client):
        assert (await client.get(f"/vouchers/{GOOD}")).status_code == 403
    async with gate_with_api(state_dir, pins, simulator) as (_, client):
        simulator.faults.add(fault(FaultKind.DELAY, Endpoint.BALANCE, delay_seconds=0.3, times=None))
        answers = await asyncio.gather(*(client.get(f"/vouchers/{GOOD}") for _ in range(MOST_AT_ONCE + 2)))
        assert sorted(each.status_code for each in answers) == [*[200] * MOST_AT_ONCE, 409, 409]
        assert [(await client.get(f"/vouchers/{code}")).status_code for code in ("x", "L4FU", "%00", "2-8")] == [
            400
        ] * 4
