"""Accounts at a real Mosquitto by dynamic security: each gate speaks as itself alone, until it is revoked."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiomqtt
import pytest
from paho.mqtt.reasoncodes import ReasonCode
from pydantic import SecretStr

from gate_controller.settings.mqtt_section import MqttSection
from gate_controller.venue import dynamic_security
from gate_controller.venue.broker_accounts import AccountsError
from gate_controller.venue.dynamic_security import DynamicAccounts
from tests.rig.dynamic_broker import ADMIN, DynamicBroker, dynamic_broker
from tests.rig.mosquitto import PASSWORD, broker
from tests.rig.waiting import until

FIRST, SECOND = "first-password-of-east", "second-password-of-east"


@pytest.fixture
async def real(tmp_path: Path) -> AsyncIterator[DynamicBroker]:
    async with dynamic_broker(tmp_path) as made:
        yield made


@pytest.fixture
async def accounts(real: DynamicBroker) -> DynamicAccounts:
    made = DynamicAccounts(real.as_venue)
    await made.prepare()
    return made


async def is_let_in(real: DynamicBroker, user: str, password: str, identifier: str = "") -> bool:
    try:
        async with real.client(user, password, identifier=identifier):
            return True
    except aiomqtt.MqttError:
        return False


async def is_granted(client: aiomqtt.Client, topic: str) -> bool:
    (reason,) = await client.subscribe(topic, qos=1)
    return not (reason.is_failure if isinstance(reason, ReasonCode) else reason >= 128)


async def test_a_gate_speaks_as_itself_and_as_nobody_else(real: DynamicBroker, accounts: DynamicAccounts) -> None:
    for each in ("east", "west"):
        await accounts.admit(each, FIRST)
    async with real.follower(ADMIN, "gate-controller/#") as venue, real.client("east", FIRST) as gate:
        await gate.publish("gate-controller/west/status", b"lie", qos=0)
        await gate.publish("gate-controller/west/events", b"lie", qos=0)
        await gate.publish("homeassistant/device/gate_west/config", b"lie", qos=0)
        await gate.publish("gate-controller/east/status", b"truth", qos=1)
        await until(lambda: bool(venue.said))
        assert [(topic, payload) for topic, payload, _ in venue.said] == [("gate-controller/east/status", b"truth")]


async def test_a_gate_hears_what_is_for_it_alone(real: DynamicBroker, accounts: DynamicAccounts) -> None:
    for each in ("east", "west"):
        await accounts.admit(each, FIRST)
    async with real.client("east", FIRST) as gate:
        for topic in ("gate-controller/west/request", "gate-controller/#", "gate-controller/+/order", "#"):
            assert not await is_granted(gate, topic)
        for topic in ("gate-controller/east/request", "gate-controller/east/order", "homeassistant/status"):
            assert await is_granted(gate, topic)
        async with real.client(ADMIN, PASSWORD, identifier="venue") as venue:
            await venue.publish("gate-controller/west/order", b"not for it", qos=1)
            await venue.publish("gate-controller/east/order", b"for it", qos=1)
        heard = await anext(aiter(gate.messages))
        assert heard.payload == b"for it"


async def test_a_gate_administers_nothing(real: DynamicBroker, accounts: DynamicAccounts) -> None:
    await accounts.admit("east", FIRST)
    stranger = DynamicAccounts(real.as_venue.model_copy(update={"user": "east", "password": SecretStr(FIRST)}))
    with pytest.raises(AccountsError):
        await stranger.admit("mallory", "x")
    assert await accounts.known() == {ADMIN: True, "east": True}


async def test_no_account_can_throw_a_gate_out_by_its_client_id(real: DynamicBroker, accounts: DynamicAccounts) -> None:
    for each in ("east", "west"):
        await accounts.admit(each, FIRST)
    async with real.client("west", FIRST) as west:
        assert not await is_let_in(real, "east", FIRST, identifier="gate-west")
        await west.publish("gate-controller/west/status", b"still here", qos=1)


async def test_a_rolled_password_counts_at_once_and_the_old_one_no_more(
    real: DynamicBroker, accounts: DynamicAccounts
) -> None:
    await accounts.admit("east", FIRST)
    async with real.client("east", FIRST) as gate:
        await accounts.admit("east", SECOND)
        with pytest.raises(aiomqtt.MqttError):  # its connection was ended
            await asyncio.wait_for(anext(aiter(gate.messages)), 5)
    assert not await is_let_in(real, "east", FIRST)
    assert await is_let_in(real, "east", SECOND)


async def test_a_revoked_gate_is_cut_off_at_once_and_can_be_let_in_again(
    real: DynamicBroker, accounts: DynamicAccounts
) -> None:
    await accounts.admit("east", FIRST)
    async with real.client("east", FIRST) as gate:
        await accounts.shut("east")
        with pytest.raises(aiomqtt.MqttError):
            await asyncio.wait_for(anext(aiter(gate.messages)), 5)
    assert not await is_let_in(real, "east", FIRST)
    assert await accounts.known() == {ADMIN: True, "east": False}
    await accounts.shut("east")
    await accounts.admit("east", SECOND)
    assert await is_let_in(real, "east", SECOND)
    await accounts.shut("nobody-here")  # which is shut already


async def test_a_gate_that_is_called_as_another_account_gets_none_of_its_rights(
    real: DynamicBroker, accounts: DynamicAccounts
) -> None:
    with pytest.raises(AccountsError, match=f"another account called {ADMIN}"):
        await accounts.admit(ADMIN, FIRST)
    await accounts.shut(ADMIN)
    assert await is_let_in(real, ADMIN, PASSWORD)


async def test_a_revoked_gate_has_no_rights_left_where_it_is_let_in_all_the_same(
    real: DynamicBroker, accounts: DynamicAccounts
) -> None:
    # Mosquitto's #2999: with certificates in place of passwords, a disabled account is let in. Somebody has enabled it.
    await accounts.admit("east", FIRST)
    await accounts.shut("east")
    enable = {"commands": [{"command": "enableClient", "username": "east"}]}
    async with real.client(ADMIN, PASSWORD, identifier="somebody") as admin:
        await admin.publish("$CONTROL/dynamic-security/v1", json.dumps(enable), qos=1)
    async with real.follower(ADMIN, "gate-controller/#") as venue, real.client("east", FIRST) as gate:
        await gate.publish("gate-controller/east/status", b"still here", qos=0)
        assert not await is_granted(gate, "gate-controller/east/order")
        async with real.client(ADMIN, PASSWORD, identifier="venue") as own:
            await own.publish("gate-controller/east/request", b"last", qos=1)
        await until(lambda: bool(venue.said))
        assert [payload for _, payload, _ in venue.said] == [b"last"]


async def test_accounts_outlive_a_broker_that_is_killed(real: DynamicBroker, accounts: DynamicAccounts) -> None:
    await accounts.admit("east", FIRST)
    await accounts.admit("west", FIRST)
    await accounts.shut("west")
    real.kill()
    await real.start()
    assert await is_let_in(real, "east", FIRST)
    assert not await is_let_in(real, "west", FIRST)


async def test_preparing_again_changes_nothing_and_ends_no_connection(
    real: DynamicBroker, accounts: DynamicAccounts
) -> None:
    async with real.client(ADMIN, PASSWORD, identifier="venue") as venue:
        await accounts.prepare()
        await venue.publish("gate-controller/east/request", b"{}", qos=1)


@pytest.mark.parametrize(
    ("changed", "words"),
    [({"password": SecretStr("wrong")}, "Not authorized"), ({"port": 1}, "refused"), ({"user": "east"}, "uthorized")],
)
async def test_what_is_wrong_is_said_without_a_password(
    real: DynamicBroker, changed: dict[str, Any], words: str
) -> None:
    with pytest.raises(AccountsError, match=words) as refusal:
        await DynamicAccounts(real.as_venue.model_copy(update=changed)).admit("east", FIRST)
    assert PASSWORD not in str(refusal.value)
    assert FIRST not in str(refusal.value)


async def test_a_broker_without_the_plugin_is_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dynamic_security, "WITHIN_SECONDS", 0.3)
    async with broker(tmp_path) as plain:
        section = MqttSection(host="127.0.0.1", port=plain.port, tls=False)
        with pytest.raises(AccountsError, match="plugin"):
            await DynamicAccounts(section).admit("east", FIRST)
