"""A venue's orders through a real Mosquitto to a real gate: done once, answered with what happened, or refused."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gate_controller.journal.reader import Reader
from gate_controller.shell import order_intake, telemetry
from gate_controller.simulator import Simulator
from tests.rig.gate import PRICE, RELAY, GateInProcess, running_gate
from tests.rig.mosquitto import PASSWORD, RealBroker, broker
from tests.rig.ordering import Line, Orderer, gate_settings, id_of, line_to, name_of
from tests.rig.pins import Pins
from tests.rig.waiting import until

GATE = "gate-under-test"


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BEGINS_AFTER_SECONDS", "CALM_SECONDS", "LEAST_SECONDS", "CALMLY_SECONDS"):
        monkeypatch.setattr(telemetry, name, 0.02)
    monkeypatch.setattr(telemetry, "PAUSES", (0.05,))


@pytest.fixture
async def real(tmp_path: Path) -> AsyncIterator[RealBroker]:
    async with broker(tmp_path) as made:
        yield made


@pytest.fixture
def venue(tmp_path: Path) -> Orderer:
    return Orderer(GATE, tmp_path / "order.keys")


@asynccontextmanager
async def ordered_gate(
    state_dir: Path, pins: Pins, simulator: Simulator, real: RealBroker, venue: Orderer, **settings: Any
) -> AsyncIterator[tuple[GateInProcess, Line]]:
    async with (
        running_gate(state_dir, pins, simulator, **{**gate_settings(venue, real), **settings}) as gate,
        line_to(venue, real) as line,
    ):
        await until(lambda: gate.app.board.machine().is_clock_sure)
        yield gate, line


async def test_the_gate_opens_once_for_an_order_and_says_so_when_the_relay_has_moved(
    state_dir: Path, pins: Pins, simulator: Simulator, real: RealBroker, venue: Orderer
) -> None:
    async with ordered_gate(state_dir, pins, simulator, real, venue) as (gate, line):
        order = venue.order()
        answer = await line.give(order)
        assert (answer["gate"], answer["id"], answer["outcome"]) == (GATE, id_of(order), "done")
        assert answer["relay"] == "opened"
        assert abs(answer["at"] - time.time()) < 5
        await gate.lane_is_free()
        again = [await line.give(order) for _ in range(3)]
        assert again == [answer] * 3
        assert len(gate.pulses) == 1
        await until(lambda: "opened by staff" in gate.stands)
        [occurred] = gate.facts()[-1]
        assert (occurred.by, occurred.reason) == ("Anna (venue)", "a pram")  # type: ignore[attr-defined]


async def test_what_a_person_at_the_gate_can_order_the_venue_can(
    state_dir: Path, pins: Pins, simulator: Simulator, real: RealBroker, venue: Orderer
) -> None:
    async with ordered_gate(state_dir, pins, simulator, real, venue) as (gate, line):
        soon = time.time() + 600
        for do, fields, state, relay in (
            ("lock", {"until": soon}, "locked", ""),
            ("out_of_service", {"text": "Bitte Tor West"}, "out of service", ""),
            ("hold_open", {"until": soon}, "held open", "opened"),
            ("resume", {}, "takes scans", ""),
        ):
            answer = await line.give(venue.order(do, **fields))
            assert (answer["outcome"], answer["relay"]) == ("done", relay), answer
            assert gate.app.board.status().state == state
        refused = await line.give(venue.order("resume"))
        assert (refused["outcome"], refused["relay"]) == ("refused", "")
        assert "nothing to resume" in refused["text"]
        await gate.lane_is_free()
        assert (await line.give(venue.order("count_people", inside=7)))["outcome"] == "done"


async def test_an_open_item_is_settled_and_a_charge_given_back_from_afar(
    state_dir: Path, pins: Pins, simulator: Simulator, real: RealBroker, venue: Orderer
) -> None:
    async with ordered_gate(state_dir, pins, simulator, real, venue) as (gate, line):
        incident = (await gate.admit()).message.incident
        answer = await line.give(venue.order("refund", incident=incident))
        assert (answer["outcome"], answer["text"]) == ("done", f"incident {incident}: refunded")
        assert gate.charged == 0
        for do in ("settle", "let_in"):
            answer = await line.give(venue.order(do, incident=incident))
            assert answer["outcome"] == "refused", answer
        assert (await line.give(venue.order("settle", incident="ZZZZZ")))["outcome"] == "refused"


async def test_a_price_from_afar_counts_at_once_or_from_its_moment_and_after_a_restart(
    state_dir: Path, pins: Pins, simulator: Simulator, real: RealBroker, venue: Orderer
) -> None:
    dates: dict[str, Any] = {"price_changes": '[{"from": "2020-01-01", "price_cents": 2000}]'}
    async with ordered_gate(state_dir, pins, simulator, real, venue, **dates) as (gate, line):
        later = (time.time() // 60 + 10) * 60
        answer = await line.give(venue.order("set_price", fields={"price_cents": 3000, "from": None}))
        assert answer["outcome"] == "done", answer
        for cents in (2900, 3000):
            assert (await line.give(venue.order("set_price", fields={"price_cents": cents, "from": None})))["id"]
        assert (await line.give(venue.order("set_price", fields={"price_cents": 3500, "from": later})))[
            "outcome"
        ] == "done"
        await gate.admit()
        assert gate.charged == 3000
        told = await gate.asked("reload", by="Anna")  # whoever reads the settings again finds the same
        assert (told["changed"], told["after_restart"]) == ([], [])
        for wrong in ({"price_cents": 3000, "from": 60.0}, {"price_cents": 3000, "from": later + 1}):
            assert (await line.give(venue.order("set_price", fields=wrong)))["outcome"] == "refused"
    async with ordered_gate(state_dir, pins, simulator, real, venue, **dates) as (gate, _):
        await gate.admit()
        assert gate.charged == 6000
        told = await gate.asked("settings")
        assert "ordered by the venue" in told["price_changes"]["origin"]
    # Whoever sets the price at the gate itself has said something newer.
    async with running_gate(state_dir, pins, simulator, admission__price_cents=PRICE + 100) as gate:
        await gate.admit()
        assert gate.charged == 6000 + PRICE + 100


async def test_what_nobody_trusted_has_signed_for_this_gate_now_moves_nothing(
    state_dir: Path,
    pins: Pins,
    simulator: Simulator,
    real: RealBroker,
    venue: Orderer,
    caplog: pytest.LogCaptureFixture,
) -> None:
    now, stranger = time.time(), Ed25519PrivateKey.generate()
    good = json.loads(venue.order())
    tampered = {**good, "order": good["order"].replace("a pram", "a pram!")}
    bad = {
        "does not trust the key": venue.order(key=stranger),
        "its signature is not": json.dumps(tampered).encode(),
        "it is for gate west": venue.order(gate="west"),
        "it expired": venue.order(issued=now - 60, expires=now - 1),
        "it would hold for 301 s": venue.order(expires=now + 301, issued=now),
        "ahead of the gate's clock": venue.order(issued=now + 70, expires=now + 100),
        "it cannot be read": b"{}",
        "4096 at most": b"x" * 5000,
        "no such field": json.dumps({**good, "order": good["order"][:-1] + ',"until":1}'}).encode(),
    }
    async with ordered_gate(state_dir, pins, simulator, real, venue) as (gate, line):
        for why, payload in bad.items():
            answer = await line.give(payload)
            assert (answer["outcome"], answer["relay"]) == ("refused", ""), why
            assert why in answer["text"]
        await line.send(b"[" * 4000, answer_to="somebody/else")
        assert gate.pulses == []
        assert gate.story() == []
        assert (await line.give(venue.order()))["outcome"] == "done"
        assert line.follower.of("somebody/else") == []
    said = [record.getMessage() for record in caplog.records if "signed_order=refused" in record.getMessage()]
    assert len(said) == len(bad) + 1
    assert "why=untrusted" in said[0]


async def test_an_order_that_the_broker_keeps_is_refused_now_and_whenever_it_comes_again(
    state_dir: Path, pins: Pins, simulator: Simulator, real: RealBroker, venue: Orderer
) -> None:
    order = venue.order()
    async with ordered_gate(state_dir, pins, simulator, real, venue) as (gate, line):
        answer = await line.give(order, retain=True)
        assert answer["outcome"] == "refused"
        assert "kept" in answer["text"]
        # The same without the mark: who was told no is told no.
        assert await line.give(order) == answer
        assert gate.pulses == []
    async with ordered_gate(state_dir, pins, simulator, real, venue) as (gate, line):
        assert await line.give(order) == answer
        assert gate.pulses == []


async def test_keys_are_trusted_and_revoked_while_the_gate_runs(
    state_dir: Path, pins: Pins, simulator: Simulator, real: RealBroker, venue: Orderer
) -> None:
    new = Ed25519PrivateKey.generate()
    async with ordered_gate(state_dir, pins, simulator, real, venue) as (gate, line):
        assert (await line.give(venue.order(key=new)))["outcome"] == "refused"
        venue.trust(venue.key, new)
        assert (await line.give(venue.order(key=new)))["outcome"] == "done"
        await gate.lane_is_free()
        venue.trust(venue.key, new, revoked=(venue.key,))
        answer = await line.give(venue.order())
        assert "is revoked" in answer["text"]
        await until(lambda: line.follower.of("/about")[-1]["order_keys"] == [name_of(new)])
        # A line that cannot be read may be one that revokes: nobody is believed until it is put right.
        venue.file.write_text(venue.file.read_text() + "revoked mine\n")
        assert (await line.give(venue.order(key=new)))["outcome"] == "refused"
        await gate.misses("line 4")
        venue.file.unlink()
        assert (await line.give(venue.order(key=new)))["outcome"] == "refused"
        venue.trust(new)
        venue.file.chmod(0o666)
        assert (await line.give(venue.order(key=new)))["outcome"] == "refused"
        await gate.misses("written by others")
        venue.trust(new)
        assert (await line.give(venue.order(key=new)))["outcome"] == "done"
        await gate.misses("")
        await gate.lane_is_free()
        assert len(gate.pulses) == 2


async def test_a_gate_whose_clock_nobody_has_confirmed_takes_no_order(
    state_dir: Path, pins: Pins, simulator: Simulator, real: RealBroker, venue: Orderer
) -> None:
    settings = {**gate_settings(venue, real), "eguma__base_url": "http://127.0.0.1:9"}
    async with (
        running_gate(state_dir, pins, simulator, ready=False, **settings) as gate,
        line_to(venue, real) as line,
    ):
        order = venue.order()
        answer = await line.give(order)
        assert answer["outcome"] == "refused"
        assert "clock" in answer["text"]
    async with ordered_gate(state_dir, pins, simulator, real, venue) as (gate, line):
        assert await line.give(order) == answer
        assert gate.pulses == []


async def test_the_same_order_is_done_once_whenever_and_however_often_it_comes(
    state_dir: Path, pins: Pins, simulator: Simulator, real: RealBroker, venue: Orderer
) -> None:
    order = venue.order()
    async with ordered_gate(state_dir, pins, simulator, real, venue) as (gate, line):
        for _ in range(10):
            await line.send(order)
        await until(lambda: len([1 for topic, _, _ in line.follower.said if "/answer/" in topic]) == 10)
        answers = {payload for topic, payload, _ in line.follower.said if "/answer/" in topic}
        assert len(answers) == 1
        # Another order by the same name is another order.
        other = json.loads(json.loads(order)["order"])
        answer = await line.give(venue.order("lock", id=other["id"], until=time.time() + 60))
        assert "was given to another order" in answer["text"]
    async with ordered_gate(state_dir, pins, simulator, real, venue) as (gate, line):
        assert await line.give(order) == json.loads(answers.pop())
        assert len(gate.pulses) == 1


async def test_a_gate_that_died_over_an_order_does_not_know_its_fate_and_does_not_repeat_it(
    state_dir: Path, pins: Pins, simulator: Simulator, real: RealBroker, venue: Orderer
) -> None:
    order = venue.order()
    async with ordered_gate(state_dir, pins, simulator, real, venue):
        pass
    memory = state_dir / "orders.jsonl"
    text = json.loads(order)["order"]
    memory.write_text(json.dumps({"begun": text}) + "\n" + '{"ended": {"ga')
    async with ordered_gate(state_dir, pins, simulator, real, venue) as (gate, line):
        answer = await line.give(order)
        assert answer["outcome"] == "unknown"
        assert "its journal does not hold it" in answer["text"]
        assert await line.give(order) == answer
        assert gate.pulses == []


async def test_a_relay_that_failed_is_answered_as_failed(
    state_dir: Path, pins: Pins, simulator: Simulator, real: RealBroker, venue: Orderer
) -> None:
    async with ordered_gate(state_dir, pins, simulator, real, venue) as (gate, line):
        pins.break_pin(RELAY)
        order = venue.order()
        answer = await line.give(order)
        assert (answer["outcome"], answer["relay"]) == ("failed", "failed")
        assert "did not open" in answer["text"]
        pins.mend(RELAY)
        assert await line.give(order) == answer
        await gate.stand("could not be opened")
        await gate.takes_scans()
        assert await line.give(order) == answer
        assert gate.pulses == []
        # By another name it is another order.
        assert (await line.give(venue.order()))["outcome"] == "done"


async def test_a_broker_that_floods_costs_the_lane_nothing_and_fills_no_log(
    state_dir: Path,
    pins: Pins,
    simulator: Simulator,
    real: RealBroker,
    venue: Orderer,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with ordered_gate(state_dir, pins, simulator, real, venue) as (gate, line):
        before = (state_dir / "orders.jsonl").exists()
        junk = [b"{}", b"x" * 4096, venue.order(gate="west"), venue.order(key=Ed25519PrivateKey.generate())]
        for n in range(400):
            await line.follower.client.publish(f"{line.root}/order", junk[n % len(junk)], qos=0)
        await gate.admit()
        assert not before
        assert not (state_dir / "orders.jsonl").exists()

        async def is_done() -> bool:
            name = await line.send(venue.order())
            await asyncio.sleep(0.3)
            return any(answer["outcome"] == "done" for answer in line.follower.of(f"/answer/{name.decode()}"))

        async with asyncio.timeout(20):
            while not await is_done():
                pass
    said = [record.getMessage() for record in caplog.records if "signed_order=refused" in record.getMessage()]
    assert 0 < len(said) <= order_intake.REFUSALS_TOLD + 1


async def test_by_the_rules_of_the_broker_the_venue_alone_orders_and_each_gate_hears_its_own(
    state_dir: Path, pins: Pins, simulator: Simulator, tmp_path: Path, venue: Orderer
) -> None:
    async with broker(tmp_path, GATE, "other", "venue", "home-assistant") as real:
        settings = {**gate_settings(venue, real), "mqtt__user": GATE, "mqtt__password": PASSWORD}
        async with (
            running_gate(state_dir, pins, simulator, **settings) as gate,
            line_to(venue, real, "venue") as line,
            real.follower("other") as other,
            real.follower("home-assistant") as assistant,
        ):
            await until(lambda: gate.app.board.machine().is_clock_sure)
            order = venue.order()
            for follower in (other, assistant):  # the broker takes it, and tells nobody
                await Line(venue.root, follower).send(order)
                await follower.client.publish("gate-controller/venue/wish/east/release", b"PRESS", qos=1)
            assert (await line.give(venue.order()))["outcome"] == "done"
            await gate.lane_is_free()
            assert len(gate.pulses) == 1
            assert other.said == []
            config = f"homeassistant/device/gate_{GATE}/config"
            known = len(assistant.of(config))
            await assistant.client.publish("homeassistant/status", b"online", qos=1)
            await assistant.first(config, known + 2)  # the gate hears that Home Assistant has started
            assert not any("/wish/" in topic for topic, _, _ in line.follower.said)


async def test_an_order_whose_answer_was_lost_with_the_broker_is_answered_when_it_comes_again(
    state_dir: Path, pins: Pins, simulator: Simulator, real: RealBroker, venue: Orderer
) -> None:
    order = venue.order()
    async with ordered_gate(state_dir, pins, simulator, real, venue) as (gate, line):
        await line.send(order, answer_to=f"{line.root}/answer/nobody")
        await until(lambda: len(gate.relay_edges) > 0)
        real.kill()
        await real.start()
        async with line_to(venue, real) as again:
            answer = await again.give(order)
            assert (answer["outcome"], answer["relay"]) == ("done", "opened")
        await gate.lane_is_free()
        assert len(gate.pulses) == 1


async def test_what_a_gate_is_is_told_to_who_comes_later(
    state_dir: Path, pins: Pins, simulator: Simulator, real: RealBroker, venue: Orderer
) -> None:
    async with ordered_gate(state_dir, pins, simulator, real, venue, display__gate_name="East") as (gate, _):
        async with real.follower() as later:
            told = await later.first("/about")
            assert (told["gate"], told["name"], told["is_way_out"]) == (GATE, "East", False)
            assert told["order_keys"] == [name_of(venue.key)]
            assert told["journal"] == Reader(state_dir).events_after(0, 1, 1).journal
            assert len(told["settings"]) == 16
        await gate.admit()
