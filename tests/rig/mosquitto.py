"""A real Mosquitto on this machine: started, killed, and followed by a client of the library's own."""

import asyncio
import json
import shutil
import signal
import socket
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiomqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties as UntypedProperties

from tests.rig.page import free_port
from tests.rig.receiving import Certificate
from tests.rig.waiting import PATIENCE_SECONDS, until

ACL = Path(__file__).parents[2] / "docs" / "monitoring" / "mosquitto.acl"
PASSWORD = "correct horse battery"
_properties: Any = UntypedProperties


def mosquitto() -> str:
    """Return where Mosquitto is; a machine without it fails in one line."""
    found = shutil.which("mosquitto") or shutil.which("/usr/sbin/mosquitto")
    assert found, "mosquitto is missing, and telemetry is tested with a real broker: apt-get install mosquitto"
    return found


@dataclass
class RealBroker:
    """A broker in a folder of its own. With `users` it wants a password, and keeps each to his own topics."""

    folder: Path
    users: tuple[str, ...] = ()
    certificate: Certificate | None = None
    port: int = 0
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    async def start(self) -> None:
        """Start it, or start it again at the same port."""
        if not self.port:
            self.port = free_port()
        lines = [f"listener {self.port} 127.0.0.1", "persistence false", "log_dest none"]
        if self.users:
            passwords = self.folder / "passwords"
            passwords.write_text("".join(f"{user}:{PASSWORD}\n" for user in self.users))
            subprocess.run(["mosquitto_passwd", "-U", passwords], check=True, capture_output=True)  # noqa: S607, S603, ASYNC221 - takes 5 ms
            lines += ["allow_anonymous false", f"password_file {passwords}", f"acl_file {ACL}"]
        else:
            lines += ["allow_anonymous true"]
        if self.certificate is not None:
            lines += [f"certfile {self.certificate.file}", f"keyfile {self.certificate.key}"]
        config = self.folder / "mosquitto.conf"
        config.write_text("\n".join([*lines, "user root"]) + "\n")
        self._process = subprocess.Popen([mosquitto(), "-c", config])  # noqa: S603, ASYNC220 - it is the broker
        await until(self._listens)

    def _listens(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
            return True
        return False

    def kill(self) -> None:
        """Let it die without a word."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        assert self._process is not None
        self._process.send_signal(number)

    @asynccontextmanager
    async def follower(self, user: str = "", *topics: str) -> AsyncIterator["Follower"]:
        """Return somebody who follows topics, all where none is named."""
        client = aiomqtt.Client(
            "127.0.0.1",
            self.port,
            username=user or None,
            password=PASSWORD if user else None,
            protocol=aiomqtt.ProtocolVersion.V5,
            timeout=PATIENCE_SECONDS,
        )
        async with client:
            follower = Follower(client)
            for topic in topics or ("#",):
                await client.subscribe(topic, qos=1)
            reading = asyncio.create_task(follower.read())
            try:
                yield follower
            finally:
                reading.cancel()
                await asyncio.gather(reading, return_exceptions=True)


@dataclass
class Follower:
    """Somebody at the broker, and what he has been told."""

    client: aiomqtt.Client
    said: list[tuple[str, bytes, bool]] = field(default_factory=list)
    """Topic, payload, and whether it was kept for those who come later."""

    async def read(self) -> None:
        """Read until it is over."""
        with suppress(aiomqtt.MqttError):
            async for message in self.client.messages:
                self.said.append((message.topic.value, message.payload, message.retain))

    def of(self, topic: str) -> list[Any]:
        """Return what was said of a topic, by its end, as JSON where it is some."""
        return [_read(payload) for where, payload, _ in self.said if where.endswith(topic)]

    def events(self) -> list[dict[str, Any]]:
        """Return every event that was told by itself, not to whoever asked."""
        return [event for told in self.of("/events") for event in told["events"]]

    async def first(self, topic: str, number: int = 1) -> Any:
        """Return the n-th of what is said of a topic."""
        await until(lambda: len(self.of(topic)) >= number)
        return self.of(topic)[number - 1]

    async def ask(self, root: str, payload: bytes, *, answer_to: str = "", retain: bool = False) -> None:
        """Ask the gate below `root` for events."""
        said = _properties(PacketTypes.PUBLISH)
        said.ResponseTopic = answer_to or f"{root}/answer/test"
        said.CorrelationData = b"7"
        await self.client.publish(f"{root}/request", payload, qos=1, properties=said, retain=retain)


def _read(payload: bytes) -> Any:
    try:
        return json.loads(payload)
    except ValueError:
        return payload.decode()


@asynccontextmanager
async def broker(
    folder: Path, *users: str, certificate: Certificate | None = None, starts: bool = True
) -> AsyncIterator[RealBroker]:
    """Run a broker until this ends."""
    made = RealBroker(folder, users, certificate)
    try:
        if starts:
            await made.start()
        yield made
    finally:
        made.kill()
