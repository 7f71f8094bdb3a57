"""The venue at a real Mosquitto: what it hears, what it asks for again, and whom it does not believe."""

import asyncio
import json
import shutil
import subprocess
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiomqtt
import pytest

from gate_controller.simulator import Simulator
from gate_controller.venue import catching_up, house_intake, venue_service
from gate_controller.venue.tiles import Presence
from tests.rig.command import PROGRAM
from tests.rig.gate import running_gate
from tests.rig.mosquitto import PASSWORD, RealBroker, broker
from tests.rig.pins import Pins
from tests.rig.receiving import self_signed
from tests.rig.spoken_gate import shows, spoken, venue_at
from tests.rig.told_house import JOURNAL
from tests.rig.waiting import PATIENCE_SECONDS, until


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(venue_service, "KEEP_SECONDS", 0.02)
    monkeypatch.setattr(venue_service, "LOOK_SECONDS", 0.02)
    monkeypatch.setattr(venue_service, "PAUSES", (0.05,))
    monkeypatch.setattr(catching_up, "_AFTER_SILENCE", (0.05,))


@pytest.fixture
async def real(tmp_path: Path) -> AsyncIterator[RealBroker]:
    async with broker(tmp_path) as made:
        yield made


async def test_what_happens_at_a_gate_is_on_its_tile(
    state_dir: Path, pins: Pins, simulator: Simulator, real: RealBroker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gate_controller.shell.telemetry.BEGINS_AFTER_SECONDS", 0.02)
    way: dict[str, Any] = {"mqtt__host": "127.0.0.1", "mqtt__port": real.port, "mqtt__tls": False}
    async with (
        venue_at(real, tmp_path / "venue") as service,
        running_gate(state_dir, pins, simulator, **way) as gate,
    ):
        await shows(service, lambda tile: tile.presence is Presence.LIVE, "gate-under-test")
        incident = (await gate.admit()).message.incident
        tile = await shows(service, lambda tile: tile.admitted, "gate-under-test")
        assert (tile.admitted, tile.charged, tile.missing, tile.currency) == (1, 2500, 0, "CHF")
        story = await service.house.story("gate-under-test", incident)
        assert {"Intended", "Redeemed", "Released"} <= {event["fact"] for event in story}
    await until(lambda: service.house.is_broker_reached() == "")


async def test_what_was_lost_on_the_way_is_asked_for_again(real: RealBroker, tmp_path: Path) -> None:
    async with venue_at(real, tmp_path / "venue") as service, spoken(real) as east:
        await east.is_there()
        await shows(service, lambda tile: tile.presence is Presence.LIVE)
        for _ in range(200):
            east.told.admits()
        await east.loses()
        east.told.admits()
        await east.tells()
        tile = await shows(service, lambda tile: tile.admitted == 201)
        assert tile.missing == 0
        assert max(asked["limit"] for asked in east.asked) == 200


async def test_a_gate_that_says_nothing_more_is_caught_up_too(
    real: RealBroker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with spoken(real) as east:
        east.told.admits()
        await east.is_there()
        async with venue_at(real, tmp_path / "venue") as service:  # it has heard nothing of all this
            await shows(service, lambda tile: tile.admitted == 1)
            monkeypatch.setattr(catching_up, "AGAIN_SECONDS", 0.05)
            east.told.admits()
            await east.loses()
            service.catching_up.want("east")
            await shows(service, lambda tile: tile.admitted == 2)
            east.told.admits()
            await east.loses()
            await shows(service, lambda tile: tile.admitted == 3)


async def test_a_broker_that_dies_and_comes_back_loses_nothing(real: RealBroker, tmp_path: Path) -> None:
    async with venue_at(real, tmp_path / "venue") as service:
        async with spoken(real) as east:
            await east.is_there()
            east.told.admits()
            await east.tells()
            await shows(service, lambda tile: tile.admitted == 1)
            told = east.told
            real.kill()
            await until(lambda: service.house.is_broker_reached() != "")
        told.admits()
        await real.start()
        async with spoken(real) as east:
            east.told = told
            await east.is_there()
            await shows(service, lambda tile: tile.admitted == 2)


@pytest.mark.parametrize(
    ("leaf", "payload"),
    [
        ("events", {"gate": "west", "journal": JOURNAL, "after": 0, "events": [], "archived": 0, "newest": 9}),
        ("events", b"[" * 2000),
        ("events", b"\xff\xfe"),
        ("events", {"gate": "east", "journal": "", "after": 0, "events": [], "newest": 0}),
        ("events", {"gate": "east", "journal": JOURNAL, "after": 0, "events": [{"number": 0}], "newest": 1}),
        ("status", {"gate_id": "west", "at": 1.0}),
        ("status", b'{"gate_id": "east", "at": NaN}'),
        ("status", b'{"gate_id": "east", "at": "' + b"9" * 70_000 + b'"}'),
        ("about", b"null"),
    ],
)
async def test_nonsense_and_lies_are_told_and_change_nothing(
    real: RealBroker, tmp_path: Path, leaf: str, payload: Any
) -> None:
    async with venue_at(real, tmp_path / "venue") as service, spoken(real) as east, spoken(real, "west") as west:
        for gate in (east, west):
            await gate.is_there()
        before = await shows(service, lambda tile: tile.presence is Presence.LIVE)
        await east.say(leaf, payload)
        tile = await shows(service, lambda tile: any("not taken" in need for need in tile.needs))
        assert (tile.state, tile.missing, tile.admitted) == (before.state, 0, 0)
        west.told.admits()
        await west.tells()
        other = await shows(service, lambda tile: tile.admitted == 1, "west")
        assert not other.needs


async def test_a_gate_that_is_revoked_is_not_heard_any_more(real: RealBroker, tmp_path: Path) -> None:
    async with venue_at(real, tmp_path / "venue") as service, spoken(real) as east:
        await east.is_there()
        await shows(service, lambda tile: tile.presence is Presence.LIVE)
        await service.house.revoke("east", "Anna")
        east.told.admits()
        await east.tells()
        before = service.intake.dropped
        await until(lambda: service.intake.dropped > before or service.intake.dropped > 0)
        assert [tile.gate_id for tile in service.house.tiles()] == []
        assert await service.house.events("east", limit=5) == []
        outcomes = await service.house.order(["east"], "release", order_id="o1", by="Anna", reason="", fields={})
        assert (outcomes[0].outcome, east.orders) == ("refused", [])


async def test_an_order_is_signed_sent_once_and_answered(real: RealBroker, tmp_path: Path) -> None:
    async with venue_at(real, tmp_path / "venue") as service, spoken(real) as east:
        await east.is_there()
        await shows(service, lambda tile: tile.presence is Presence.LIVE)
        wanted: dict[str, Any] = {"order_id": "o1", "by": "Anna", "reason": "a wheelchair", "fields": {}}
        both = await asyncio.gather(*(service.house.order(["east"], "release", **wanted) for _ in range(2)))
        assert [(one.outcome, one.text) for outcomes in both for one in outcomes] == [("done", "opened")] * 2
        assert len(east.orders) == 1
        order = json.loads(east.orders[0]["order"])
        assert (order["gate"], order["do"], order["by"]) == ("east", "release", "Anna")
        assert [one.order_id for one in await service.house.orders(limit=5, gate_id="east")] == ["o1"]
        with pytest.raises(ValueError, match="none of"):
            await service.house.order(["east"], "explode", order_id="o2", by="Anna", reason="", fields={})


async def test_an_order_that_nobody_answers_is_told_as_such(
    real: RealBroker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gate_controller.venue.house_orders.ANSWERED_WITHIN_SECONDS", 0.1)
    async with venue_at(real, tmp_path / "venue") as service, spoken(real) as east:
        await east.is_there()
        await shows(service, lambda tile: tile.presence is Presence.LIVE)
        east.answers = False
        outcomes = await service.house.order(["east"], "release", order_id="o1", by="Anna", reason="", fields={})
        assert outcomes[0].outcome == "unanswered"
        assert "may have been done" in outcomes[0].text


async def test_a_gate_that_floods_is_not_heard_for_a_while_and_the_others_are(
    real: RealBroker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(house_intake, "MOST_TOGETHER", 20.0)
    monkeypatch.setattr(house_intake, "MOST_A_SECOND", 0.0)
    async with venue_at(real, tmp_path / "venue") as service, spoken(real) as east, spoken(real, "west") as west:
        for gate in (east, west):
            await gate.is_there()
        for _ in range(30):
            await east.say("status", b"{}")
        tile = await shows(service, lambda tile: any("more than a gate" in need for need in tile.needs))
        assert tile.presence is Presence.LIVE
        west.told.admits()
        await west.tells()
        await shows(service, lambda tile: tile.admitted == 1, "west")
        east.told.admits()  # what it may not tell by itself is asked for
        service.catching_up.want("east")
        await shows(service, lambda tile: tile.admitted == 1)


async def test_an_answer_that_is_too_long_for_the_broker_is_asked_for_in_smaller_pieces(
    real: RealBroker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catching_up, "ANSWERED_WITHIN_SECONDS", 0.3)
    async with venue_at(real, tmp_path / "venue") as service, spoken(real) as east:
        for _ in range(20):
            east.told.happens(("Refused", {"code": "…", "reason": "r", "text": "x" * 60_000}))
        await east.is_there()
        await shows(service, lambda tile: tile.refused == 20)
        assert {asked["limit"] for asked in east.asked} >= {200, 10}


async def test_a_gate_that_answers_nonsense_is_asked_again_and_the_others_are_not_held_up(
    real: RealBroker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catching_up, "MOST_ASKED", 1)
    async with venue_at(real, tmp_path / "venue") as service, spoken(real) as east, spoken(real, "west") as west:
        nonsense = iter([b"[]", b"\xff", b""])
        east.change = lambda answer: next(nonsense, answer)
        for gate in (east, west):
            gate.told.admits()
            await gate.is_there()
        await shows(service, lambda tile: tile.admitted == 1, "west")
        await shows(service, lambda tile: tile.admitted == 1)


@pytest.mark.parametrize("wants", [True, False])
async def test_a_wish_of_home_assistant_is_an_order_only_where_the_house_wants_that(
    real: RealBroker, tmp_path: Path, wants: bool
) -> None:
    settings = {"house.home_assistant": wants}
    async with venue_at(real, tmp_path / "venue", **settings) as service, spoken(real) as east:
        await east.client.publish("gate-controller/venue/wish/east/release", b"PRESS", qos=1, retain=True)
        await east.is_there()
        await shows(service, lambda tile: tile.presence is Presence.LIVE)
        await east.client.publish("gate-controller/venue/wish/east/release", b"PRESS", qos=1)
        if wants:
            await until(lambda: bool(east.orders))
        await service.house.order(["east"], "resume", order_id="o1", by="Anna", reason="", fields={})
        given = [json.loads(order["order"])["by"] for order in east.orders]
        assert given == (["Home Assistant", "Anna"] if wants else ["Anna"])


async def test_a_venue_that_dies_takes_up_what_it_had_not_written(real: RealBroker, tmp_path: Path) -> None:
    folder = tmp_path / "venue"
    async with spoken(real) as east:
        await east.is_there()
        for number in (1, 2):
            process = subprocess.Popen(  # noqa: S603, ASYNC220 - it is the venue
                [
                    PROGRAM,
                    "venue",
                    "--set",
                    f"state_dir={folder}",
                    "--set",
                    f"mqtt.port={real.port}",
                    "--set",
                    "web.port=0",
                ],
                cwd=tmp_path,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            asked = len(east.asked)
            await until(lambda asked=asked: len(east.asked) > asked)  # type: ignore[misc]
            for _ in range(50 * number):
                east.told.admits()
                await east.tells()
            process.kill()
            await asyncio.to_thread(process.wait)
        async with venue_at(real, folder) as service:
            tile = await shows(service, lambda tile: tile.admitted >= 150)
            assert (tile.admitted, tile.charged, tile.missing) == (150, 375_000, 0)
            numbers = [event["number"] for event in await service.house.events("east", limit=5000)]
            assert numbers == list(range(600, 0, -1))


async def test_two_venues_follow_one_broker_and_a_copy_of_one_is_told_and_does_not_fight(
    real: RealBroker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(venue_service, "PAUSES", (0.05, 0.05, 0.05, 0.05, 600.0))
    async with venue_at(real, tmp_path / "one") as first, venue_at(real, tmp_path / "two") as second:
        assert (first.house.is_broker_reached(), second.house.is_broker_reached()) == ("", "")
        shutil.copytree(tmp_path / "one", tmp_path / "copy", ignore=shutil.ignore_patterns("*.sqlite*"))
        async with venue_at(real, tmp_path / "copy") as copy:
            both = first.house, copy.house
            await until(lambda: any("does another venue run" in house.is_broker_reached() for house in both))
            await until(lambda: any(house.is_broker_reached() == "" for house in both))
            assert second.house.is_broker_reached() == ""


# paho leaves a socket to the collector whose handshake failed.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore:unclosed:ResourceWarning")
async def test_a_broker_is_believed_by_its_certificate_and_the_venue_by_its_password(tmp_path: Path) -> None:
    certificate = self_signed(tmp_path)
    async with broker(tmp_path, "venue", "east", certificate=certificate) as real:
        wrong: dict[str, Any] = {"mqtt.host": "localhost", "mqtt.tls": True, "mqtt.user": "venue"}
        right = {**wrong, "mqtt.ca_file": certificate.file, "mqtt.password": PASSWORD}
        for changed, why in (
            ({**right, "mqtt.ca_file": "none"}, "self-signed certificate"),
            ({**right, "mqtt.password": "wrong"}, "Not authorized"),
            ({**right, "mqtt.ca_file": tmp_path / "none.pem"}, "No such file"),
        ):
            async with venue_at(real, tmp_path / "venue", **changed) as service:
                await until(lambda: why in service.house.is_broker_reached())  # noqa: B023 - it is of this round
        tls = aiomqtt.TLSParameters(ca_certs=str(certificate.file))
        async with (
            venue_at(real, tmp_path / "venue", **right) as service,
            spoken(real, "east", tls_params=tls, hostname="localhost", username="east", password=PASSWORD) as east,
        ):
            await until(lambda: service.house.is_broker_reached() == "")
            await east.is_there()
            for _ in range(200):
                east.told.admits()
            await east.loses()
            east.told.admits()
            await east.tells()
            await shows(service, lambda tile: tile.admitted == 201)
            await east.client.publish("gate-controller/west/status", b"{}")  # the broker's rules let it not
            outcomes = await service.house.order(["east"], "release", order_id="o", by="Anna", reason="", fields={})
            assert outcomes[0].outcome == "done"
            assert service.house.tile("west") is None


async def test_a_gate_that_tells_of_events_which_it_does_not_have_is_not_asked_without_end(
    real: RealBroker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catching_up, "_AFTER_SILENCE", (600.0,))
    async with venue_at(real, tmp_path / "venue") as service, spoken(real) as east:
        east.change = lambda answer: {**answer, "events": [], "newest": 2**50}
        await east.is_there()
        await shows(service, lambda tile: any("tells none after" in need for need in tile.needs))
        asked = len(east.asked)
        before = service.intake.dropped
        await east.say("status", b"{}")
        await until(lambda: service.intake.dropped > before)
        assert len(east.asked) == asked == 1


async def test_a_venue_forgets_what_is_old_while_it_hears_its_gates(
    real: RealBroker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(venue_service, "PRUNE_SECONDS", 0.0)
    monkeypatch.setattr(venue_service, "_FIRST_PRUNING_SECONDS", 0.0)
    monkeypatch.setattr("gate_controller.venue.pruning.AT_A_TIME", 3)
    async with venue_at(real, tmp_path / "venue") as service, spoken(real) as east:
        await east.is_there()
        east.told.admits()
        await east.tells()
        await shows(service, lambda tile: tile.admitted == 1)
        service.hearing.wall = lambda: time.time() + 401 * 86_400
        async with asyncio.timeout(PATIENCE_SECONDS):
            while await service.house.events("east", limit=1):  # noqa: ASYNC110 - what is waited for is in the store
                await asyncio.sleep(0.01)
        service.hearing.wall = time.time
        east.told.admits()
        await east.tells()
        await until(lambda: service.hearing.roll.get("east").have == 8)  # type: ignore[union-attr]  # it is there
