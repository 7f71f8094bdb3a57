"""A broker whose rules keep something from the venue: it says which topic and what to do, and goes on with the rest."""

import json
import signal
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from gate_controller.venue import house_broker, venue_service
from gate_controller.venue.venue_life import check_venue
from gate_controller.venue.venue_loading import load_venue
from tests.rig.dynamic_broker import ADMIN, DynamicBroker, dynamic_broker
from tests.rig.mosquitto import PASSWORD, broker
from tests.rig.spoken_gate import shows, spoken, venue_at
from tests.rig.waiting import until

ACCOUNT = "house"
ROOT = "gate-controller"


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(venue_service, "PAUSES", (0.05,))
    monkeypatch.setattr(venue_service, "KEEP_SECONDS", 0.02)
    monkeypatch.setattr(house_broker, "_LOOK_SECONDS", 0.05)


@pytest.fixture
async def real(tmp_path: Path) -> AsyncIterator[DynamicBroker]:
    async with dynamic_broker(tmp_path) as made:
        yield made


async def command(real: DynamicBroker, *commands: Mapping[str, Any]) -> None:
    """Have the plugin carry out commands, as `mosquitto_ctrl` does."""
    topic = "$CONTROL/dynamic-security/v1"
    async with real.follower(ADMIN, f"{topic}/response") as admin:
        for one in commands:
            await admin.client.publish(topic, json.dumps({"commands": [one]}), qos=1)
        await until(lambda: len(admin.said) == len(commands))
        assert "error" not in str(admin.said), admin.said


def allowed(kind: str, topic: str) -> Mapping[str, Any]:
    return {"acltype": kind, "topic": topic, "priority": 0, "allow": True}


async def an_account(real: DynamicBroker, subscribes: Sequence[str]) -> None:
    """Give the venue an account that may do everything but subscribe to what is not named."""
    rights = [allowed(kind, f"{ROOT}/#") for kind in ("publishClientSend", "publishClientReceive")]
    rights += [allowed("subscribePattern", topic) for topic in subscribes]
    # A gate needs none of its own here: the broker is asked for the venue's.
    await command(
        real,
        {"command": "createRole", "rolename": "hears", "acls": rights},
        {"command": "createClient", "username": ACCOUNT, "password": PASSWORD, "roles": [{"rolename": "hears"}]},
        {"command": "createClient", "username": "east", "password": PASSWORD, "roles": [{"rolename": "hears"}]},
        {"command": "addRoleACL", "rolename": "hears", **allowed("subscribePattern", f"{ROOT}/east/#")},
    )


SETTINGS: dict[str, Any] = {"mqtt.user": ACCOUNT, "mqtt.password": PASSWORD}


async def checked(port: int, state_dir: Path) -> str:
    usual = {"state_dir": state_dir, "mqtt.port": port, **SETTINGS}
    loaded = load_venue(config=None, overrides=[f"{name}={value}" for name, value in usual.items()], environ={})
    return dict(await check_venue(loaded.settings))["broker"]


async def test_a_subscription_that_is_refused_is_named_and_the_rest_is_heard(
    real: DynamicBroker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(house_broker, "PROVED_EACH_SECONDS", 0.2)
    leaves = ("+/status", "+/online", "+/about", "venue/request", "+/answer/#")
    await an_account(real, [f"{ROOT}/{leaf}" for leaf in leaves])
    async with (
        venue_at(real, tmp_path / "venue", **SETTINGS) as service,
        spoken(real, username="east", password=PASSWORD) as east,
    ):
        await until(lambda: bool(service.house.what_broker_refuses()))
        refuses = service.house.what_broker_refuses()
        assert f"may not subscribe to {ROOT}/+/events: let the account {ACCOUNT} read {ROOT}/#" in refuses
        assert "status" not in refuses
        assert service.house.is_broker_reached() == ""
        await east.is_there(state="locked")
        await shows(service, lambda tile: tile.state == "locked")
        assert f"{ROOT}/+/events" in await checked(real.port, tmp_path / "check")
        assert len([line for line in caplog.messages if "broker=refuses" in line]) == 1
        await command(
            real, {"command": "addRoleACL", "rolename": "hears", **allowed("subscribePattern", f"{ROOT}/+/events")}
        )
        await until(lambda: not service.house.what_broker_refuses() and not service.house.is_broker_reached())
        assert await checked(real.port, tmp_path / "check") == ""


@pytest.mark.parametrize(
    ("rules", "why"),
    [
        ([], "may not write gate-controller/venue/request"),
        (["topic write gate-controller/+/request"], "does not come back"),
    ],
)
async def test_rules_that_grant_each_subscription_and_deliver_nothing_are_found_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rules: Sequence[str], why: str
) -> None:
    monkeypatch.setattr(house_broker, "PROVED_WITHIN_SECONDS", 1.0)
    monkeypatch.setattr(house_broker, "PROVED_EACH_SECONDS", 0.2)
    acl = tmp_path / "rules.acl"
    acl.write_text("\n".join([f"user {ACCOUNT}", *rules]) + "\n")
    monkeypatch.setattr("tests.rig.mosquitto.ACL", acl)
    async with broker(tmp_path, ACCOUNT) as made, venue_at(made, tmp_path / "venue", **SETTINGS) as service:
        await until(lambda: why in service.house.what_broker_refuses())
        assert f"let the account {ACCOUNT} write {ROOT}/+/request" in service.house.what_broker_refuses()
        assert why in await checked(made.port, tmp_path / "check")
        both = [f"topic write {ROOT}/+/request", f"topic read {ROOT}/#"]
        acl.write_text("\n".join([f"user {ACCOUNT}", *both]) + "\n")
        made.signal(signal.SIGHUP)  # it reads its rules again, and ends no connection for that
        await until(lambda: service.house.what_broker_refuses() == "")
        assert service.house.is_broker_reached() == ""
