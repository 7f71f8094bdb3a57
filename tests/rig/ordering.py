"""Somebody who gives a gate orders through a real broker: signs them, sends them, and waits for the answers."""

import json
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties as UntypedProperties

from gate_controller.settings.provisioning.venue_keys import key_id, key_line
from gate_controller.shell.signed_orders import VenueOrder, signed_order
from tests.rig.gate import PRICE
from tests.rig.mosquitto import Follower, RealBroker
from tests.rig.waiting import until

_properties: Any = UntypedProperties


@dataclass
class Orderer:
    """A venue with one key, which a gate trusts by a file."""

    gate: str
    file: Path
    root: str = ""
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    def __post_init__(self) -> None:
        self.root = f"gate-controller/{self.gate}"
        self.trust(self.key)

    def trust(self, *keys: Ed25519PrivateKey, revoked: tuple[Ed25519PrivateKey, ...] = ()) -> None:
        """Write the file anew."""
        lines = [key_line(key.public_key().public_bytes_raw(), "venue") for key in keys]
        lines += [f"revoked {name_of(key)}" for key in revoked]
        self.file.write_text("\n".join(lines) + "\n")
        self.file.chmod(0o644)

    def order(
        self,
        do: str = "release",
        *,
        key: Ed25519PrivateKey | None = None,
        fields: Mapping[str, object] | None = None,
        **changed: Any,
    ) -> bytes:
        """Return a signed order; what is `changed` is another field, and so are `fields` whose names Python has."""
        now = time.time()
        usual: dict[str, Any] = {
            "id": uuid4().hex,
            "gate": self.gate,
            "by": "Anna",
            "reason": "a pram",
            "issued": now,
            "expires": now + 30,
        }
        own = {name: changed.pop(name, value) for name, value in usual.items()}
        return signed_order(VenueOrder(do=do, fields={**changed, **(fields or {})}, **own), key or self.key)


def name_of(key: Ed25519PrivateKey) -> str:
    """Return the name of a key."""
    return key_id(key.public_key().public_bytes_raw()).hex()


def id_of(payload: bytes) -> str:
    """Return the id of an order."""
    return str(json.loads(json.loads(payload)["order"])["id"])


@dataclass
class Line:
    """A line to the gate through the broker."""

    root: str
    follower: Follower
    _sent: int = 0

    async def send(self, payload: bytes, *, retain: bool = False, answer_to: str = "") -> bytes:
        """Send an order, and return what names it in the answer."""
        self._sent += 1
        name = str(self._sent).encode()
        said = _properties(PacketTypes.PUBLISH)
        said.ResponseTopic = answer_to or f"{self.root}/answer/{self._sent}"
        said.CorrelationData = name
        await self.follower.client.publish(f"{self.root}/order", payload, qos=1, properties=said, retain=retain)
        return name

    async def give(self, payload: bytes, *, retain: bool = False) -> dict[str, Any]:
        """Send an order, and return its answer."""
        name = await self.send(payload, retain=retain)
        answer: dict[str, Any] = await self.follower.first(f"/answer/{name.decode()}")
        return answer


@asynccontextmanager
async def line_to(orderer: Orderer, real: RealBroker, user: str = "") -> AsyncIterator[Line]:
    """Return a line to a gate that hears it already."""
    async with real.follower(user) as follower:
        # What it is comes after it has begun to listen, by the keys that it trusts then.
        await until(lambda: any(told["order_keys"] for told in follower.of(f"{orderer.gate}/about")))
        yield Line(orderer.root, follower)


def gate_settings(orderer: Orderer, real: RealBroker) -> dict[str, Any]:
    """Return the settings of a gate that takes orders through a broker."""
    return {
        "mqtt__host": "127.0.0.1",
        "mqtt__port": real.port,
        "mqtt__tls": False,
        "mqtt__order_keys_file": orderer.file,
        "mqtt__heartbeat_seconds": 5,
        "admission__price_cents": PRICE,
    }
