"""The gate told by MQTT: through a real Mosquitto, which dies, comes back, refuses, lies and floods."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiomqtt
import pytest

from gate_controller.admission.words.messages import MessageKind
from gate_controller.journal.reader import Reader
from gate_controller.settings.mqtt_section import MqttSection
from gate_controller.shell import telemetry
from gate_controller.shell.broker import Broker
from gate_controller.shell.voucher_hash import voucher_hash
from gate_controller.simulator import Simulator
from tests.rig.dynamic_broker import dynamic_broker
from tests.rig.gate import GOOD, LOW, GateInProcess, running_gate
from tests.rig.mosquitto import PASSWORD, RealBroker, broker
from tests.rig.pins import Pins
from tests.rig.receiving import self_signed
from tests.rig.waiting import until

GATE = "gate-under-test"
ROOT = f"gate-controller/{GATE}"


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BEGINS_AFTER_SECONDS", "CALM_SECONDS", "LEAST_SECONDS"):
        monkeypatch.setattr(telemetry, name, 0.02)
    monkeypatch.setattr(telemetry, "PAUSES", (0.05,))


@pytest.fixture
async def real(tmp_path: Path) -> AsyncIterator[RealBroker]:
    async with broker(tmp_path) as made:
        yield made


@asynccontextmanager
async def told_gate(
    state_dir: Path, pins: Pins, simulator: Simulator, to: RealBroker, **settings: Any
) -> AsyncIterator[GateInProcess]:
    way: dict[str, Any] = {"mqtt__host": "127.0.0.1", "mqtt__port": to.port, "mqtt__tls": False, **settings}
    async with running_gate(state_dir, pins, simulator, **way) as gate:
        yield gate


async def test_who_comes_later_reads_how_the_gate_is(
    state_dir: Path, pins: Pins, simulator: Simulator, real: RealBroker
) -> None:
    async with told_gate(state_dir, pins, simulator, real), real.follower() as follower:
        assert await follower.first("/online") == "online"
        status = await follower.first("/status")
        await until(lambda: follower.of("/status")[-1]["takes_scans"])
        assert (status["gate_id"], status["money"]["open_items"]) == (GATE, 0)
        assert status["at"] > 1e9
    async with real.follower() as later:
        assert await later.first("/online") == "offline"


async def test_each_event_is_told_once_with_its_number(
    state_dir: Path, pins: Pins, simulator: Simulator, real: RealBroker
) -> None:
    async with told_gate(state_dir, pins, simulator, real) as gate, real.follower() as follower:
        await follower.first("/status")
        first = (await gate.admit()).message.incident
        gate.scan(LOW)
        await gate.shows(MessageKind.BALANCE_TOO_LOW)
        await until(lambda: {"Released", "Refused"} <= {event["fact"] for event in follower.events()})
        events = follower.events()
        assert [event["number"] for event in events] == list(range(1, len(events) + 1))
        assert {told["gate"] for told in follower.of("/events")} == {GATE}
        assert GOOD not in json.dumps(events)
        await follower.first("/visit", 2)
        visits = [(visit["event_type"], visit["incident"]) for visit in follower.of("/visit")]
        assert visits[0] == ("admitted", first)
        assert visits[1][0] == "refused"
        assert not any(kept for topic, _, kept in follower.said if topic.endswith(("/events", "/visit")))


async def test_what_somebody_waits_for_is_told_at_once_and_the_coming_and_going_of_visitors_now_and_then(
    state_dir: Path, pins: Pins, simulator: Simulator, real: RealBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telemetry, "CALMLY_SECONDS", 600.0)
    async with told_gate(state_dir, pins, simulator, real) as gate, real.follower() as follower:
        await until(lambda: any(told["takes_scans"] for told in follower.of("/status")[-1:]))
        before = len(follower.of("/status"))
        for _ in range(2):
            await gate.admit()
        await until(lambda: sum(event["fact"] == "Released" for event in follower.events()) == 2)
        assert len(follower.of("/status")) == before
        gate.scanner.unplug()
        await until(lambda: not follower.of("/status")[-1]["takes_scans"])


async def test_a_broker_that_died_is_told_what_happened_meanwhile(
    state_dir: Path, pins: Pins, simulator: Simulator, real: RealBroker
) -> None:
    async with told_gate(state_dir, pins, simulator, real) as gate:
        async with real.follower() as follower:
            await follower.first("/status")
            await gate.admit()
            await until(lambda: any(event["fact"] == "Released" for event in follower.events()))
            seen = [event["number"] for event in follower.events()]
        real.kill()
        await until(lambda: any("broker" in ailment.what for ailment in gate.app.board.status().missing))
        for _ in range(2):
            await gate.admit()
        newest = Reader(state_dir).events_after(0, 1, 10**6).newest
        await real.start()
        async with real.follower() as follower:
            # What was told before he came is for whoever asks for it.
            await until(lambda: not gate.app.board.status().missing)
            await follower.ask(ROOT, json.dumps({"after": seen[-1], "limit": 100}).encode())
            answer = await follower.first("/answer/test")
            assert [event["number"] for event in answer["events"]] == list(range(seen[-1] + 1, answer["newest"] + 1))
            assert answer["newest"] >= len(seen) + 2
            assert newest == 10**6
            assert await follower.first("/online") == "online"


async def test_a_voucher_is_found_across_gates_by_a_name_that_tells_no_code(
    state_dir: Path, pins: Pins, simulator: Simulator, real: RealBroker, caplog: pytest.LogCaptureFixture
) -> None:
    key = "of all gates of this venue, and of no other"
    async with (
        told_gate(state_dir, pins, simulator, real, mqtt__voucher_key=key) as gate,
        real.follower() as follower,
    ):
        await follower.first("/status")
        await gate.admit()
        await until(lambda: any(event["fact"] == "Released" for event in follower.events()))
        named = {event["fact"]: event.get("voucher_hash") for event in follower.events()}
        assert named["Intended"] == named["Approved"] == voucher_hash(key, GOOD)
        assert named["Redeemed"] is named["Released"] is None
        await follower.ask(ROOT, b"{}")
        answered = {
            event["fact"]: event.get("voucher_hash") for event in (await follower.first("/answer/test"))["events"]
        }
        assert answered.items() >= named.items()
        told = json.dumps([payload.decode(errors="replace") for _, payload, _ in follower.said])
    assert GOOD not in told
    assert key not in told + caplog.text


async def test_whoever_asks_nonsense_is_told_nothing_and_the_next_is(
    state_dir: Path, pins: Pins, simulator: Simulator, real: RealBroker
) -> None:
    async with told_gate(state_dir, pins, simulator, real) as gate, real.follower() as follower:
        await follower.first("/status")
        await gate.admit()
        for nonsense in (
            b"",
            b"\xff\xfe",
            b"[]",
            b'{"after": -1}',
            b'{"after": 1e9}',
            b'{"after": true}',
            b'{"after": "1"}',
            b'{"limit": 99999999999999999999}',
            b"[" * 10_000,
            b"[" * 190,
            b"x" * 60_000,
        ):
            await follower.ask(ROOT, nonsense, answer_to=f"{ROOT}/answer/nonsense")
        await follower.ask(ROOT, b"{}", answer_to="somebody/else")
        await follower.ask(ROOT, b"{}", answer_to=f"{ROOT}/answer/../../other/status")
        await follower.ask(ROOT, b'{"limit": 2}', retain=True)
        await follower.ask(ROOT, b'{"limit": 2}')
        await until(lambda: len(follower.of("/answer/test")) >= 1)
        assert len(follower.of("/answer/test")[0]["events"]) == 2
        assert follower.of("somebody/else") == []
        await until(lambda: gate.app.board.status().takes_scans)
        await gate.admit()


async def test_a_gate_can_speak_only_as_itself(
    state_dir: Path, pins: Pins, simulator: Simulator, tmp_path: Path
) -> None:
    async with broker(tmp_path, GATE, "other", "venue") as real:
        settings = {"mqtt__user": "other", "mqtt__password": PASSWORD}
        async with (
            real.follower("venue") as venue,
            told_gate(state_dir, pins, simulator, real, **settings) as gate,
        ):
            # Mosquitto takes what its rules forbid, and tells nobody.
            await gate.admit()
            await until(lambda: gate.app.board.status().takes_scans)
            async with real.follower("other", f"{ROOT}/status"):
                await asyncio.to_thread(Reader(state_dir).page)
            assert venue.of("/status") == venue.of("/online") == venue.of("/events") == []
    async with broker(tmp_path, GATE, "venue") as real:
        settings = {"mqtt__user": GATE, "mqtt__password": PASSWORD}
        async with (
            real.follower("venue") as venue,
            told_gate(state_dir, pins, simulator, real, **settings) as gate,
        ):
            assert (await venue.first("/status"))["gate_id"] == GATE
            await gate.admit()
            await venue.ask(ROOT, b"{}")
            assert (await venue.first("/answer/test"))["events"]


async def test_a_stop_in_the_moment_in_which_the_broker_answers_is_a_stop(real: RealBroker) -> None:
    settings = MqttSection(host="127.0.0.1", port=real.port, tls=False)
    async with Broker.reached(settings, ROOT, GATE) as reached:
        telling = asyncio.create_task(reached.tell(f"{ROOT}/status", b"1"))
        library: Any = reached._client._client
        answered = library.on_publish

        def stopped_then(*said: Any) -> None:
            answered(*said)
            telling.cancel()

        library.on_publish = stopped_then
        [came_to] = await asyncio.gather(telling, return_exceptions=True)
        library.on_publish = answered
    assert isinstance(came_to, asyncio.CancelledError)


async def test_a_wrong_password_is_said_once_and_the_gate_goes_on(
    state_dir: Path, pins: Pins, simulator: Simulator, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with broker(tmp_path, GATE) as real:
        settings = {"mqtt__user": GATE, "mqtt__password": "wrong horse"}
        async with told_gate(state_dir, pins, simulator, real, **settings) as gate:
            await until(lambda: bool(gate.app.board.status().missing))
            [ailment] = gate.app.board.status().missing
            assert "Not authorized" in ailment.why
            for _ in range(3):
                await gate.admit()
    said = [record.getMessage() for record in caplog.records if "broker=gone" in record.getMessage()]
    assert len(said) == 1
    assert "wrong horse" not in caplog.text


async def test_a_broker_that_does_not_let_the_gate_follow_what_is_asked_of_it_is_told_in_the_status(
    state_dir: Path, pins: Pins, simulator: Simulator, tmp_path: Path
) -> None:
    async with dynamic_broker(tmp_path) as real:
        order = f"gate-controller/{GATE}/order"
        await real.let_follow(GATE, order)
        settings = {"mqtt__user": GATE, "mqtt__password": PASSWORD, "mqtt__order_keys_file": tmp_path / "order.keys"}
        async with told_gate(state_dir, pins, simulator, real, **settings) as gate:
            await gate.misses(f"the broker does not let this gate follow gate-controller/{GATE}/request")
            assert not any(order in ailment.why for ailment in gate.app.board.status().missing)
            await gate.admit()


# paho leaves a socket whose handshake fails to the collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_a_certificate_that_nobody_vouches_for_is_refused(
    state_dir: Path, pins: Pins, simulator: Simulator, tmp_path: Path
) -> None:
    certificate = self_signed(tmp_path)
    async with broker(tmp_path, certificate=certificate) as real:
        settings: dict[str, Any] = {"mqtt__tls": True, "mqtt__host": "localhost"}
        async with told_gate(state_dir, pins, simulator, real, **settings) as gate:
            await until(lambda: bool(gate.app.board.status().missing))
            assert "self-signed certificate" in gate.app.board.status().missing[0].why
            await gate.admit()
        settings["mqtt__ca_file"] = certificate.file
        async with told_gate(state_dir, pins, simulator, real, **settings) as gate:
            await until(lambda: gate.app.board.status().takes_scans)
            await gate.admit()
            assert not gate.app.board.status().missing


async def test_home_assistant_is_told_of_the_gate_again_when_it_starts(
    state_dir: Path, pins: Pins, simulator: Simulator, real: RealBroker
) -> None:
    config = "homeassistant/device/gate_gate-under-test/config"
    async with told_gate(state_dir, pins, simulator, real), real.follower() as follower:
        await follower.first("/about")
        document, known = follower.of(config)[-1], len(follower.of(config))
        assert {"dev", "o", "cmps"} <= document.keys()
        for component in document["cmps"].values():
            assert {"p", "unique_id", "default_entity_id", "name"} <= component.keys()
            assert component["state_topic"].startswith(f"{ROOT}/")
        await follower.client.publish("homeassistant/status", "online")
        # What a gate had in an earlier run is gone only when it is said to be: first that, then what it has.
        gone = await follower.first(config, known + 1)
        assert await follower.first(config, known + 2) == document
        removed = {name for name, one in gone["cmps"].items() if one.keys() == {"p"}}
        assert removed == {"inside", "lock", "release", "resume", "out_of_service"}
        assert {name: one for name, one in gone["cmps"].items() if name not in removed} == document["cmps"]


async def test_two_gates_of_one_id_are_told_of_and_fill_no_log(
    state_dir: Path, pins: Pins, simulator: Simulator, real: RealBroker, caplog: pytest.LogCaptureFixture
) -> None:
    """Each takes the other's place at the broker: it has cloned a card, say."""
    async with told_gate(state_dir, pins, simulator, real) as gate:
        for _ in range(12):
            async with aiomqtt.Client(
                "127.0.0.1", real.port, identifier=f"gate-{GATE}", protocol=aiomqtt.ProtocolVersion.V5
            ):
                await until(lambda: any("broker" in one.what for one in gate.app.board.status().missing))
            await asyncio.sleep(0.1)
        await until(
            lambda: any(f"is another gate called {GATE}?" in one.why for one in gate.app.board.status().missing)
        )
        await gate.admit()
    said = [record.getMessage() for record in caplog.records if "broker" in record.getMessage()]
    assert any(f"is another gate called {GATE}?" in line for line in said)
    assert len(said) <= 16, said


async def test_a_broker_that_answers_nothing_costs_the_lane_nothing(
    state_dir: Path, pins: Pins, simulator: Simulator, tmp_path: Path
) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()  # the kernel takes each connection, and nobody says a word
        async with told_gate(state_dir, pins, simulator, RealBroker(tmp_path, port=silent.getsockname()[1])) as gate:
            for _ in range(3):
                await gate.admit()
