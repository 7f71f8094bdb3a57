"""
Accounts at a Mosquitto with its plugin for dynamic security: made and shut at once, by messages to `$CONTROL`.

The venue's own account has to be an admin of the plugin, as `mosquitto_ctrl dynsec init` makes one. Each gate gets a
client and a role of its own. The client is tied to the gate's client id, so that no other account can throw it out by
taking that id. What is there is looked at first, and only what differs is changed: a change ends the account's
connections.
"""

import asyncio
import contextlib
import json
import logging
import os
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Final

import aiomqtt

from gate_controller.settings.mqtt_section import MqttSection
from gate_controller.shell.broker import BrokerGone, trusting
from gate_controller.shell.home_assistant import object_id
from gate_controller.venue.broker_accounts import AccountsError

CONTROL: Final = "$CONTROL/dynamic-security/v1"
WITHIN_SECONDS: Final = 10.0
VENUE_ROLE: Final = "gate-venue"
_DISCOVERY: Final = "homeassistant"
_OF_A_GATE: Final = "admission gate"
"""What the accounts of gates are marked with."""
_MOST_KEPT: Final = 50

_log = logging.getLogger(f"{__name__}.library")
_log.setLevel(logging.CRITICAL)  # what matters is told as `AccountsError`

Acl = Mapping[str, Any]


class DynamicAccounts:
    """Accounts by dynamic security."""

    def __init__(self, settings: MqttSection) -> None:
        """`settings` are the venue's own, as the plugin's admin."""
        self._settings = settings

    async def prepare(self) -> None:
        """Let the venue's own account hear its gates and speak to them. Raises `AccountsError`."""
        async with self._connected() as control:
            await control.keep_role(VENUE_ROLE, _venue_acls(self._settings.topic))
            own = await control.client(self._settings.user)
        if VENUE_ROLE in _role_names(own or {}):
            return
        # A change of an account ends its connections: here the very one that would tell of it.
        with contextlib.suppress(AccountsError):
            async with self._connected() as control:
                await control.do("addClientRole", username=self._settings.user, rolename=VENUE_ROLE)
        async with self._connected() as control:
            own = await control.client(self._settings.user)
        if VENUE_ROLE not in _role_names(own or {}):
            raise AccountsError(f"the broker does not give {self._settings.user} the role {VENUE_ROLE}")

    async def admit(self, gate_id: str, password: str) -> None:
        """Let a gate log in with this password."""
        role = _gate_role(gate_id)
        async with self._connected() as control:
            wanted = {
                "username": gate_id,
                "password": password,
                "clientid": f"gate-{gate_id}",
                "textname": _OF_A_GATE,
                "roles": [{"rolename": role}],
            }
            known = await control.client(gate_id)
            if known is not None and not _is_a_gates(known, role):
                # The venue's own, say, or Home Assistant's: a gate of that name would get its rights.
                raise AccountsError(f"the broker has another account called {gate_id}: give the gate another id")
            await control.keep_role(role, _gate_acls(self._settings.topic, gate_id))
            if known is None:
                await control.do("createClient", **wanted)
                return
            await control.do("modifyClient", **wanted)
            if known.get("disabled"):
                await control.do("enableClient", username=gate_id)

    async def shut(self, gate_id: str) -> None:
        """Let a gate log in no more, and end its connection; its account stays, so that it can be let in again."""
        async with self._connected() as control:
            role, known = _gate_role(gate_id), await control.client(gate_id)
            if known is None or not _is_a_gates(known, role):
                return
            # Without its role too: with certificates for passwords, Mosquitto lets a disabled account in (its #2999).
            if role in _role_names(known):
                await control.do("removeClientRole", username=gate_id, rolename=role)
            await control.do("disableClient", username=gate_id)

    async def known(self) -> Mapping[str, bool]:
        """Return who has an account, and whether it is open."""
        async with self._connected() as control:
            told = await control.do("listClients", verbose=True)
            return {each["username"]: not each.get("disabled", False) for each in told.get("clients", [])}

    @contextlib.asynccontextmanager
    async def _connected(self) -> AsyncIterator["_Plugin"]:
        settings = self._settings
        try:
            client = aiomqtt.Client(
                settings.host,
                settings.port,
                username=settings.user or None,
                password=settings.password.get_secret_value() if settings.password is not None else None,
                identifier=f"venue-accounts-{os.urandom(4).hex()}",
                protocol=aiomqtt.ProtocolVersion.V5,
                clean_start=True,
                timeout=WITHIN_SECONDS,
                max_queued_incoming_messages=_MOST_KEPT,
                tls_context=await asyncio.to_thread(trusting, settings) if settings.tls else None,
                logger=_log,
            )
            async with client:
                await client.subscribe(f"{CONTROL}/response", qos=1)
                yield _Plugin(client)
        except (aiomqtt.MqttError, BrokerGone, OSError, TimeoutError) as error:
            why = getattr(error, "strerror", None) or str(error) or "it takes too long"
            raise AccountsError(f"the broker {settings.host} does not take the venue's word: {why}") from None


class _Plugin:
    """The plugin, once it is reached."""

    def __init__(self, client: aiomqtt.Client) -> None:
        self._client = client

    async def do(self, command: str, **fields: Any) -> dict[str, Any]:
        """Have one thing done; return what the plugin says of it. Raises `AccountsError` with its words."""
        error, data = await self._asked(command, fields)
        if error:
            raise AccountsError(f"the broker refuses {command}: {error}")
        return data

    async def client(self, name: str) -> dict[str, Any] | None:
        """Return an account; None where there is none."""
        return await self._looked_up("getClient", "client", "Client not found", username=name)

    async def keep_role(self, name: str, acls: Sequence[Acl]) -> None:
        """Make a role what it should be; one that is so already is not touched."""
        known = await self._looked_up("getRole", "role", "Role not found", rolename=name)
        if known is None:
            await self.do("createRole", rolename=name, acls=acls)
        elif _sorted(known.get("acls", [])) != _sorted(acls):
            await self.do("modifyRole", rolename=name, acls=acls)

    async def _looked_up(self, command: str, part: str, absent: str, **fields: Any) -> dict[str, Any] | None:
        error, data = await self._asked(command, fields)
        if error == absent:
            return None
        if error:
            raise AccountsError(f"the broker refuses {command}: {error}")
        found: dict[str, Any] = data.get(part, {})
        return found

    async def _asked(self, command: str, fields: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        mark = os.urandom(8).hex()
        order = {"commands": [{"command": command, "correlationData": mark, **fields}]}
        try:
            async with asyncio.timeout(WITHIN_SECONDS):
                # Not at QoS 1: a connection that is ended meanwhile would be waited for. The answer says that it came.
                await self._client.publish(CONTROL, json.dumps(order))
                async for message in self._client.messages:
                    for said in _responses(message.payload):
                        if said.get("correlationData") == mark:
                            return str(said.get("error", "")), said.get("data") or {}
        except TimeoutError:
            raise AccountsError(
                "the broker does not answer: its plugin for dynamic security is off, or the venue is not its admin"
            ) from None
        raise AccountsError("the broker has ended the connection")


def _responses(payload: Any) -> Sequence[dict[str, Any]]:
    try:
        said = json.loads(payload)
    except (ValueError, TypeError):
        return []
    found = said.get("responses", []) if isinstance(said, dict) else []
    return [each for each in found if isinstance(each, dict)]


def _gate_role(gate_id: str) -> str:
    return f"gate-{gate_id}"


def _gate_acls(topic: str, gate_id: str) -> Sequence[Acl]:
    root = f"{topic}/{gate_id}"
    return [
        _allowed("publishClientSend", f"{root}/#"),
        _allowed("publishClientSend", f"{_DISCOVERY}/device/{object_id(gate_id)}/config"),
        *(_allowed("subscribeLiteral", each) for each in (f"{root}/request", f"{root}/order", f"{_DISCOVERY}/status")),
        *(_allowed("publishClientReceive", each) for each in (f"{root}/#", f"{_DISCOVERY}/status")),
    ]


def _venue_acls(topic: str) -> Sequence[Acl]:
    return [
        *(_allowed("subscribePattern", f"{each}/#") for each in (topic, _DISCOVERY)),
        *(_allowed("publishClientReceive", f"{each}/#") for each in (topic, _DISCOVERY)),
        *(_allowed("publishClientSend", f"{topic}/+/{each}") for each in ("request", "order")),
        _allowed("publishClientSend", f"{topic}/venue/#"),
        _allowed("publishClientSend", f"{_DISCOVERY}/#"),
    ]


def _allowed(kind: str, topic: str) -> Acl:
    return {"acltype": kind, "topic": topic, "priority": 0, "allow": True}


def _sorted(acls: Sequence[Acl]) -> list[tuple[str, str, bool]]:
    return sorted((str(each["acltype"]), str(each["topic"]), bool(each["allow"])) for each in acls)


def _is_a_gates(client: Mapping[str, Any], role: str) -> bool:
    """Return whether an account is one that the venue has made for the gate of its name, and nobody has changed."""
    return client.get("textname") == _OF_A_GATE and _role_names(client) <= {role} and not client.get("groups")


def _role_names(client: Mapping[str, Any]) -> set[str]:
    return {str(each.get("rolename")) for each in client.get("roles", [])}
