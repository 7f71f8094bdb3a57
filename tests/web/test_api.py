"""The API over a real socket: what it tells, what it carries out down to the relay's pin, and what it refuses."""

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from gate_controller.admission.words.facts import OpenItem
from gate_controller.admission.words.messages import Fault, MessageKind
from gate_controller.journal.catalogue import Search
from gate_controller.journal.reader import Reader
from gate_controller.journal.store import Store
from gate_controller.simulator import Endpoint, FaultKind, Simulator
from gate_controller.texts.languages import Language
from gate_controller.texts.sayings import saying
from gate_controller.web.people import Role
from tests.rig.facts import intended
from tests.rig.gate import GOOD, LOW, PRICE, RELAY, GateInProcess, fault
from tests.rig.pins import Pins
from tests.rig.programs import gate_with_api
from tests.rig.simulator import running_simulator
from tests.rig.waiting import until

ONCE = {"id": "press-1", "reason": "a pram"}
PASSAGE: dict[str, Any] = {"passage__pin": 5, "passage__seconds": 0.1, "admission__credit_minutes": 0.002}
"""A gate at which whoever was charged and does not go in is given his money back at once."""


def openings(gate: GateInProcess) -> int:
    return sum(edge.high for edge in gate.relay_edges)


async def open_item(gate: GateInProcess, simulator: Simulator) -> str:
    """Let a refund fail for good; return the incident code of what is left to a person."""
    simulator.faults.add(fault(FaultKind.STATUS, Endpoint.CANCEL_REDEMPTION, status=400, times=None))
    gate.scan(GOOD)
    await gate.stand("open item")
    return gate.records[0].incident


async def test_the_status_is_the_gates_own(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with gate_with_api(state_dir, pins, simulator, role=Role.VIEWER) as (gate, client):
        told = (await client.get("/status")).json()
        assert told["gate_id"] == "gate-under-test"
        assert told["takes_scans"] is True
        assert told.keys() == gate.app.board.status().as_dict().keys()


async def test_its_time_is_that_of_the_books_where_the_machines_is_wrong(state_dir: Path, pins: Pins) -> None:
    """A time of day that somebody reads off the page and gives as an end was two hours ago, or tomorrow's."""
    async with (
        running_simulator(clock_offset_seconds=7_200.0) as simulator,
        gate_with_api(state_dir, pins, simulator) as (gate, client),
    ):
        gate.scan(LOW)
        await gate.verdict()
        told = (await client.get("/status")).json()
        assert abs(told["at"] - time.time() - 7_200.0) < 60
        async with client.stream("GET", str(client.base_url).replace("/api/v1/", "/live")) as live:
            async for line in live.aiter_lines():
                if line.startswith("data: {"):
                    assert abs(json.loads(line[6:])["at"] - time.time() - 7_200.0) < 60
                    break


async def test_attempts_come_newest_first_page_by_page(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with gate_with_api(state_dir, pins, simulator, role=Role.VIEWER) as (gate, client):
        for number, code in enumerate((GOOD, LOW, GOOD), start=1):
            gate.scan(code)
            await until(lambda number=number: len(gate.records) == number)  # type: ignore[misc]  # bound at once
            await until(lambda: gate.app.gate.lane is None)
        first = (await client.get("/attempts", params={"limit": 2})).json()
        second = (await client.get("/attempts", params={"limit": 2, "before": first["next"]})).json()
        told = [*first["attempts"], *second["attempts"]]
        assert [each["incident"] for each in told] == [record.incident for record in gate.records]
        assert second["next"] is None
        assert all(each["voucher_code"].startswith("…") for each in told)


async def test_who_follows_by_numbers_misses_nothing_over_a_restart(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async def followed(client: httpx.AsyncClient, after: int) -> dict[str, Any]:
        told: dict[str, Any] = (await client.get("/events", params={"after": after, "limit": 3})).json()
        while told["events"] and told["events"][-1]["number"] < told["newest"]:
            more = (await client.get("/events", params={"after": told["events"][-1]["number"]})).json()
            told["events"] += more["events"]
        return told

    async with gate_with_api(state_dir, pins, simulator, role=Role.VIEWER) as (gate, client):
        first = await gate.admit()
        before = await followed(client, 0)
    async with gate_with_api(state_dir, pins, simulator, role=Role.STAFF) as (gate, client):
        second = await gate.admit()
        after = await followed(client, before["newest"])
        every = await followed(client, 0)
        assert (await client.get("/events", params={"after": -1})).status_code == 400
    assert (before["journal"], before["gate"]) == (after["journal"], after["gate"])
    assert [event["number"] for event in every["events"]] == list(range(1, every["newest"] + 1))
    assert every["events"] == before["events"] + after["events"]
    for message, told in ((first.message, before), (second.message, after)):
        assert {"Intended", "Redeemed", "Released"} <= {
            event["fact"] for event in told["events"] if event["incident"] == message.incident
        }
    assert GOOD not in json.dumps(every)


async def test_an_attempt_tells_its_story_and_its_whole_code_to_staff_alone(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with gate_with_api(state_dir, pins, simulator) as (gate, client):
        gate.scan(GOOD)
        await gate.stand("admitted")
        incident = gate.records[0].incident
        told = (await client.get(f"/attempts/{incident.lower()}", params={"lang": "en"})).json()
        assert GOOD not in str(told)
        assert told["story"]
        assert told["facts"]
        whole = (await client.get(f"/attempts/{incident}", params={"full": 1})).json()
        assert whole["voucher_code"] == GOOD
    async with gate_with_api(state_dir, pins, simulator, role=Role.TECHNICIAN) as (_, client):
        [shown] = [line for line in (await client.get("/audit")).json()["audit"] if "whole" in line["what"]]
        assert (shown["name"], shown["about"]) == ("token staff", incident)
        assert GOOD not in (state_dir / "audit.jsonl").read_text()


async def test_a_whole_code_is_for_no_viewer(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with gate_with_api(state_dir, pins, simulator, role=Role.VIEWER) as (gate, client):
        gate.scan(GOOD)
        await gate.stand("admitted")
        refused = await client.get(f"/attempts/{gate.records[0].incident}", params={"full": 1})
        assert (refused.status_code, GOOD in refused.text) == (403, False)


async def test_opening_once_opens_once_however_often_it_is_sent(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with gate_with_api(state_dir, pins, simulator) as (gate, client):
        both = await asyncio.gather(*(client.post("/actions/open-once", json=ONCE) for _ in range(2)))
        assert {answer.status_code for answer in both} == {200}
        assert both[0].json() == {
            "id": "press-1",
            "state": "done",
            "happened": "released",
            "regime": None,
            "attempt": None,
        }
        await until(lambda: not pins.is_high(RELAY))
        assert (await client.post("/actions/open-once", json=ONCE)).json()["happened"] == "released"
        assert openings(gate) == 1
        await until(lambda: gate.records[0].reason == "staff: a pram")
        other = await client.post("/actions/open-once", json={**ONCE, "reason": "another"})
        assert (other.status_code, "another order" in other.json()["error"]) == (409, True)


async def test_what_holds_until_a_moment_ends_by_resume(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with gate_with_api(state_dir, pins, simulator) as (gate, client):
        for action, holds in (("hold-open", Fault.HELD_BY_STAFF), ("lock", Fault.LOCKED)):
            order = {"id": action, "reason": "open day", "until": "90min"}
            told = (await client.post(f"/actions/{action}", json=order)).json()
            assert holds in gate.app.gate.faults
            assert told["regime"]["by"] == "staff"
            assert told["regime"]["until"] > told["regime"]["since"]
            assert pins.is_high(RELAY) == (holds is Fault.HELD_BY_STAFF)
            ended = (await client.post("/actions/resume", json={"id": f"end-{action}"})).json()
            assert (ended["happened"], ended["regime"]) == ("resumed", None)
            assert holds not in gate.app.gate.faults
        order = {"id": "closed", "reason": "storm", "text": "Back at 2 pm."}
        told = (await client.post("/actions/out-of-service", json=order)).json()
        assert told["regime"]["text"] == "Back at 2 pm."
        await until(lambda: gate.shown[-1].message.staff_text == "Back at 2 pm.")


async def test_the_gates_no_is_a_conflict_in_its_own_words(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with gate_with_api(state_dir, pins, simulator) as (_, client):
        nothing = await client.post("/actions/resume", json={"id": "r"})
        assert (nothing.status_code, nothing.json()) == (
            409,
            {"error": "gate: there is no alarm, and nothing holds by order: nothing to resume from"},
        )


async def test_an_open_item_is_settled_and_tells_who_did_it(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with gate_with_api(state_dir, pins, simulator, **PASSAGE) as (gate, client):
        incident = await open_item(gate, simulator)
        [item] = (await client.get("/open-items", params={"lang": "de"})).json()["open_items"]
        assert (item["incident"], item["amount_cents"]) == (incident, PRICE)
        assert {"settle", "refund", "let_in"} >= set(item["can"])
        assert item["happened"]
        done = await client.post(f"/open-items/{incident}/settle", json={"id": "s", "reason": "paid in cash"})
        assert (done.status_code, done.json()["happened"]) == (200, "settled")
        assert (await client.get("/open-items")).json() == {"open_items": [], "next": None}
        told = (await client.get(f"/attempts/{incident}")).json()
        assert (told["facts"][-1]["by"], told["facts"][-1]["reason"]) == ("staff", "paid in cash")
        again = await client.post(f"/open-items/{incident}/settle", json={"id": "s2", "reason": "paid in cash"})
        assert again.status_code == 409


async def test_open_items_come_page_by_page_the_newest_first(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    """With thousands of them one answer took a second."""
    state_dir.mkdir()
    store = Store(state_dir)
    items = [intended(number, tag=store.numbering.tag) for number in range(1, 61)]
    store.append([fact for each in items for fact in (each, OpenItem(each.attempt, 1, each.at, "to be seen to"))])
    store.close()
    async with gate_with_api(state_dir, pins, simulator, role=Role.VIEWER) as (_, client):
        page = (await client.get("/open-items")).json()
        assert len(page["open_items"]) == 50
        earlier = (await client.get("/open-items", params={"limit": 100, "before": page["next"]})).json()
        assert earlier["next"] is None
        told = [each["incident"] for each in (*earlier["open_items"], *page["open_items"])]
        assert told == [each.incident for each in items]
        origin = str(client.base_url).removesuffix("/api/v1/")
        assert "40 older ones besides" in (await client.get(f"{origin}/?lang=en")).text
        listed = await client.get(f"{origin}/attempts?open=1&lang=en")
        assert listed.text.count("/attempts/") == 50
        assert f"/attempts?open=1&amp;before={page['next']}" in listed.text


async def test_of_two_who_press_at_once_one_is_told_that_his_was_not_carried_out(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    """One gives the money back by hand, the other lets the visitor in: not both, and neither is told what is not so."""
    async with gate_with_api(state_dir, pins, simulator, **PASSAGE) as (gate, client):
        incident = await open_item(gate, simulator)
        before = sum(edge.high for edge in gate.relay_edges)
        settled, let_in = await asyncio.gather(
            client.post(f"/open-items/{incident}/settle", json={"id": "s", "reason": "paid in cash"}),
            client.post(f"/open-items/{incident}/let-in", json={"id": "l", "reason": "stood outside"}),
        )
        assert sorted((settled.status_code, let_in.status_code)) == [200, 409], (settled.text, let_in.text)
        opened = sum(edge.high for edge in gate.relay_edges) - before
        assert opened == (let_in.status_code == 200)
        facts = (await client.get(f"/attempts/{incident}")).json()["facts"]
        assert [fact["fact"] for fact in facts].count("Settled") == 1


async def test_a_reason_turns_nothing_round_that_stands_beside_it(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with gate_with_api(state_dir, pins, simulator) as (gate, _):
        await gate.asked("release", id="x", by="An\u202ena", reason="pram \x1b[31m\u202e 00.52 FHC\u2069")
        await until(lambda: bool(Reader(state_dir).found(Search())))
        [record] = Reader(state_dir).found(Search())
        assert record.reason == "Anna: pram [31m 00.52 FHC"


async def test_a_refund_that_takes_longer_is_pending_until_it_is_asked_for_again(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with gate_with_api(state_dir, pins, simulator, **PASSAGE) as (gate, client):
        incident = await open_item(gate, simulator)
        simulator.faults.clear()
        simulator.faults.add(fault(FaultKind.DELAY, Endpoint.CANCEL_REDEMPTION, delay_seconds=2.0))
        order = {"id": "give-back", "reason": "did not want in"}
        begun = await client.post(f"/open-items/{incident}/refund", json=order)
        assert (begun.status_code, begun.json()["state"]) == (202, "pending")
        assert begun.elapsed.total_seconds() < 1
        while (answer := await client.post(f"/open-items/{incident}/refund", json=order)).status_code == 202:
            pass
        assert (answer.status_code, answer.json()["state"], answer.json()["happened"]) == (200, "done", "refunded")
        assert gate.charged == 0


UNREADABLE = (
    b"",
    b"{",
    b"[]",
    b"null",
    b'"text"',
    b"\xff\xfe",
    b'{"id": "a"}',
    b'{"id": "", "reason": "b"}',
    b'{"id": "a", "reason": "   "}',
    b'{"id": "a", "reason": "b", "more": 1}',
    b'{"id": 1, "reason": "b"}',
    b'{"id": "a", "reason": ["b"]}',
    b'{"id": "a", "reason": null}',
    b'{"id": "a\\u0000", "reason": "b"}',
    b'{"id": "a", "reason": "b\\u0000"}',
    b'{"id": "a", "reason": "b\\ud800"}',
    b'{"id": "a", "reason": ' + b"[" * 5_000 + b"]" * 5_000 + b"}",
    b"[" * 60_000,
    b'{"id": 1' + b"0" * 20_000 + b', "reason": "b"}',
    b'{"id": "a", "reason": NaN}',
    b'{"id": "' + b"x" * 65 + b'", "reason": "b"}',
    b'{"id": "a", "reason": "' + b"x" * 301 + b'"}',
)


async def test_what_cannot_be_read_is_a_bad_request_and_nothing_moves(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with gate_with_api(state_dir, pins, simulator) as (gate, client):
        for body in UNREADABLE:
            refused = await client.post("/actions/open-once", content=body)
            assert refused.status_code == 400, body[:60]
            assert refused.json().keys() == {"error"}
            assert len(refused.text) < 300
        assert openings(gate) == 0


async def test_a_moment_that_is_none_is_refused(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with gate_with_api(state_dir, pins, simulator) as (gate, client):
        unreadable: tuple[object, ...] = ("", "soon", "25:00", 0, -1, [], {}, True, None, "x" * 41)
        passed_or_too_far = ("2020-01-01", "9999-12-31", "0min", 1e308, 1)
        cases: list[tuple[object, int]] = [
            *((said, 400) for said in unreadable),
            *((said, 409) for said in passed_or_too_far),
        ]
        for number, (said, code) in enumerate(cases):
            order = {"id": f"h{number}", "reason": "open day", "until": said}
            refused = await client.post("/actions/hold-open", json=order)
            assert (refused.status_code, "until" in refused.json()["error"]) == (code, True), said
        assert (
            await client.post("/actions/lock", content=b'{"id": "i", "reason": "b", "until": 1e999}')
        ).status_code == 400
        assert not gate.app.gate.faults
        order = {"id": "lock", "reason": "storm", "until": gate.app.board.status().at + 600}
        assert (await client.post("/actions/lock", json=order)).status_code == 200


async def asked(client: httpx.AsyncClient, path: str) -> int:
    return (await client.get(path)).status_code


async def test_queries_that_cannot_be_read_are_bad_requests(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with gate_with_api(state_dir, pins, simulator, role=Role.VIEWER) as (_, client):
        for query in (
            "limit=0",
            "limit=101",
            "limit=x",
            "limit=1.0",
            "limit=",
            "limit=-1",
            f"before={10**30}",
            "lang=xx",
            "limt=3",
        ):
            assert await asked(client, f"/attempts?{query}") == 400, query
        assert await asked(client, f"/attempts?limit=100&before={2**53}&lang=de") == 200


async def test_what_is_not_there_is_not_found(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with gate_with_api(state_dir, pins, simulator) as (_, client):
        for incident in ("ZZZZZ", "…", "%00", "a" * 400, GOOD):
            assert await asked(client, f"/attempts/{incident}") == 404, incident
            refused = await client.post(f"/open-items/{incident}/settle", json={"id": incident[:5], "reason": "b"})
            assert refused.status_code in {400, 404}, incident


async def test_a_journal_that_is_away_is_a_service_unavailable(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    state_dir.mkdir()
    (state_dir / "journal.sqlite3").mkdir()
    async with gate_with_api(state_dir, pins, simulator, ready=False) as (_, client):
        assert await asked(client, "/attempts") == 503
        assert await asked(client, "/open-items") == 503
        assert await asked(client, "/status") == 200


async def test_what_is_tried_twice_by_one_id_is_tried_once(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    wired = {"lamps__mode": "traffic"}
    async with gate_with_api(state_dir, pins, simulator, role=Role.TECHNICIAN, **wired) as (gate, client):
        order = {"id": "try-1", "what": "lamps"}
        both = await asyncio.gather(*(client.post("/actions/try", json=order) for _ in range(2)))
        assert [answer.status_code for answer in both] == [202, 202]
        other = await client.post("/actions/open-once", json={"id": "try-1", "reason": "a pram"})
        assert (other.status_code, "another order" in other.json()["error"]) == (409, True)
        gate.scan(LOW)  # whoever comes meanwhile ends it
        while (answer := await client.post("/actions/try", json=order)).status_code == 202:
            pass
        assert (answer.status_code, "broken off" in answer.json()["error"]) == (409, True)
        nothing = await client.post("/actions/try", json={"id": "try-2", "what": "relay"})
        assert nothing.status_code == 400


async def test_technicians_have_the_settings_read_again_and_are_told_what_came_of_it(
    state_dir: Path, pins: Pins, simulator: Simulator, tmp_path: Path
) -> None:
    file = tmp_path / "gate.toml"
    file.write_text("[admission]\nprice_cents = 2500\n")
    async with gate_with_api(state_dir, pins, simulator, role=Role.TECHNICIAN, file=file) as (gate, client):
        file.write_text("[admission]\nprice_cents = 2700\n[relay]\npin = 5\n")
        answer = await client.post("/actions/reload", json={"id": "reload-1"})
        assert answer.status_code == 200
        told = "settings: changed: admission.price_cents; after a restart of the gate: relay.pin"
        assert answer.json()["happened"] == told
        in_german = "Ab dem nächsten Besucher gilt: admission.price_cents. Erst nach einem Neustart: relay.pin."
        assert saying(told, Language.DE) == in_german
        assert gate.app.gate.policy.price == 2_700
        file.write_text("[admission]\nprice_cents = 0\n")
        refused = await client.post("/actions/reload", json={"id": "reload-2"})
        assert (refused.status_code, "line 2" in refused.json()["error"]) == (409, True)
        file.write_text("[admission]\nprice_cents = 2500\n")
    async with gate_with_api(state_dir, pins, simulator, role=Role.STAFF, file=file) as (_, client):
        assert (await client.post("/actions/reload", json={"id": "reload-3"})).status_code == 403


async def test_the_log_is_for_technicians_as_a_file(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with gate_with_api(state_dir, pins, simulator, role=Role.TECHNICIAN) as (_, client):
        answer = await client.get("/log")
        assert answer.headers["content-type"] == "text/plain; charset=utf-8"
        assert answer.headers["content-disposition"] == 'attachment; filename="gate-gate-under-test.log"'


async def test_staff_have_the_next_scan_tell_a_balance(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with gate_with_api(state_dir, pins, simulator) as (gate, client):
        told = (await client.post("/actions/check-balance", json={"id": "b"})).json()
        assert (told["state"], told["happened"]) == ("done", "next scan: check balance")
        gate.scan(GOOD)
        shown = await gate.shows(MessageKind.BALANCE_TOLD)
        assert "CHF 500.00 of CHF 500.00" in shown.words
        assert (gate.requests("balance"), gate.requests("redeem"), gate.charged) == (1, 0, 0)
        assert gate.story() == []


async def test_staff_have_the_next_scan_charged_the_second_price(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with gate_with_api(state_dir, pins, simulator, admission__second_price_cents=1_500) as (gate, client):
        assert (await client.post("/actions/second-price", json={"id": "p"})).status_code == 200
        await gate.admit()
        assert gate.charged == 1_500
        await gate.admit()
        assert gate.charged == 1_500 + PRICE


@pytest.mark.parametrize("action", ["check-balance", "second-price"])
async def test_the_next_scan_is_chosen_by_staff_alone_and_is_on_the_audit_list(
    state_dir: Path, pins: Pins, simulator: Simulator, action: str
) -> None:
    async with gate_with_api(state_dir / "v", pins, simulator, role=Role.VIEWER) as (_, client):
        assert (await client.post(f"/actions/{action}", json={"id": "x"})).status_code == 403
    async with gate_with_api(state_dir / "s", pins, simulator, admission__second_price_cents=1_500) as (_, client):
        assert (await client.post(f"/actions/{action}", json={"id": "x"})).status_code == 200
    assert f"actions/{action}" in (state_dir / "s" / "audit.jsonl").read_text()


async def test_without_a_second_price_nobody_can_choose_it(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with gate_with_api(state_dir, pins, simulator) as (_, client):
        refused = await client.post("/actions/second-price", json={"id": "p"})
        assert (refused.status_code, "no second price is set" in refused.json()["error"]) == (409, True)
