"""A gate that is told by hand and speaks through a real broker, and a venue that follows it."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiomqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties as UntypedProperties

from gate_controller.venue.tiles import GateTile
from gate_controller.venue.venue_house import NOT_YET
from gate_controller.venue.venue_loading import load_venue
from gate_controller.venue.venue_service import VenueService
from tests.rig.mosquitto import RealBroker
from tests.rig.told_house import ToldGate, status
from tests.rig.waiting import PATIENCE_SECONDS, until

_properties: Any = UntypedProperties


@dataclass
class SpokenGate:
    """A gate's voice at the broker. It answers requests from its journal while `answers`."""

    told: ToldGate
    client: aiomqtt.Client
    answers: bool = True
    change: Callable[[dict[str, Any]], Any] = field(default=lambda answer: answer)
    """What becomes of an answer before it is told."""
    asked: list[dict[str, Any]] = field(default_factory=list)
    orders: list[dict[str, Any]] = field(default_factory=list)
    _last: int = 0

    @property
    def root(self) -> str:
        return f"gate-controller/{self.told.gate_id}"

    async def say(self, leaf: str, payload: Any, *, retain: bool = False) -> None:
        """Say something below its own topic."""
        packed = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        await self.client.publish(f"{self.root}/{leaf}", packed, qos=1, retain=retain)

    async def is_there(self, **changed: Any) -> None:
        """Say that it is there, and how it is now."""
        await self.say("online", b"online", retain=True)
        await self.say("status", status(self.told.gate_id, **{"at": time.time(), **changed}), retain=True)

    async def tells(self) -> None:
        """Tell the events that it has not told yet, in one piece."""
        await self.say("events", self.told.answer(self._last))
        self._last = len(self.told.events)

    async def loses(self) -> None:
        """Have a message with its newest events get lost."""
        self._last = len(self.told.events)

    async def listen(self) -> None:
        """Answer until it is over."""
        async for message in self.client.messages:
            said = json.loads(message.payload)
            told: Any = message.properties
            if message.topic.value.endswith("/order"):
                self.orders.append(said)
                order = json.loads(said["order"])
                answer: Any = {"gate": self.told.gate_id, "id": order["id"], "outcome": "done", "text": "opened"}
            else:
                self.asked.append(said)
                answer = self.told.answer(said["after"], said["limit"])
            if not self.answers:
                continue
            properties = _properties(PacketTypes.PUBLISH)
            properties.CorrelationData = told.CorrelationData
            answer = self.change(answer)
            packed = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            await self.client.publish(told.ResponseTopic, packed, qos=1, properties=properties)


@asynccontextmanager
async def spoken(
    real: RealBroker, gate_id: str = "east", hostname: str = "127.0.0.1", **way: Any
) -> AsyncIterator[SpokenGate]:
    """Have a gate speak at a broker, as `way` says."""
    usual: dict[str, Any] = {"protocol": aiomqtt.ProtocolVersion.V5, "timeout": PATIENCE_SECONDS}
    client = aiomqtt.Client(hostname, real.port, identifier=gate_id, **usual, **way)
    async with client:
        gate = SpokenGate(ToldGate(gate_id, journal=f"j-{gate_id}", at=time.time()), client)
        await client.subscribe(f"{gate.root}/request", qos=1)
        await client.subscribe(f"{gate.root}/order", qos=1)
        listening = asyncio.create_task(gate.listen())
        try:
            yield gate
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)


@asynccontextmanager
async def venue_at(real: RealBroker, state_dir: Path, **settings: Any) -> AsyncIterator[VenueService]:
    """Run a venue's service, without its page."""
    usual = {"state_dir": state_dir, "mqtt.port": real.port, "house.zone": "UTC", "web.port": 0, **settings}
    loaded = load_venue(config=None, overrides=[f"{name}={value}" for name, value in usual.items()], environ={})
    service = VenueService(loaded.settings)
    running = asyncio.create_task(service.run())
    try:
        await until(lambda: service.house.is_broker_reached() != NOT_YET or running.done())
        yield service
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def tile_of(service: VenueService, gate_id: str = "east") -> GateTile | None:
    """Return a gate's tile; None where it has none."""
    return service.house.tile(gate_id)


async def shows(service: VenueService, wanted: Callable[[GateTile], object], gate_id: str = "east") -> GateTile:
    """Wait until a gate's tile is as wanted, and return it."""
    await until(lambda: (tile := tile_of(service, gate_id)) is not None and bool(wanted(tile)))
    tile = tile_of(service, gate_id)
    assert tile is not None
    return tile
