"""A real Mosquitto with its plugin for dynamic security, and the venue as its admin."""

import json
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiomqtt
from pydantic import SecretStr
from typing_extensions import override

from gate_controller.settings.mqtt_section import MqttSection
from gate_controller.venue.broker_files import find_plugin
from tests.rig.mosquitto import PASSWORD, RealBroker, mosquitto
from tests.rig.page import answers, free_port
from tests.rig.waiting import PATIENCE_SECONDS, until

ADMIN = "venue"


@dataclass
class DynamicBroker(RealBroker):
    """A broker whose accounts the venue makes."""

    _running: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @override
    async def start(self) -> None:
        if not self.port:
            self.port = free_port()
        lines = [f"listener {self.port} 127.0.0.1", "persistence false", "log_dest none", "user root"]
        if self.certificate is not None:
            lines += [f"certfile {self.certificate.file}", f"keyfile {self.certificate.key}"]
        config = self.folder / "mosquitto.conf"
        config.write_text("\n".join([*lines, *self.config_lines()]) + "\n")
        self._running = subprocess.Popen([mosquitto(), "-c", config])  # noqa: S603, ASYNC220 - it is the broker
        await until(lambda: answers(self.port))

    @override
    def kill(self) -> None:
        if self._running is not None:
            self._running.kill()
            self._running.wait()
            self._running = None

    def config_lines(self) -> list[str]:
        """Return what says who may log in: the plugin, with the venue as its admin."""
        plugin = find_plugin()
        assert plugin is not None, "Mosquitto's plugin for dynamic security is missing: apt-get install mosquitto"
        accounts = self.folder / "accounts.json"
        if not accounts.exists():
            init: list[str | Path] = ["mosquitto_ctrl", "dynsec", "init", accounts, ADMIN, PASSWORD]
            subprocess.run(init, check=True, capture_output=True)  # noqa: S603 - Mosquitto's own
        return ["allow_anonymous false", f"plugin {plugin}", f"plugin_opt_config_file {accounts}"]

    @property
    def as_venue(self) -> MqttSection:
        """How the venue reaches it."""
        return MqttSection(
            host="localhost" if self.certificate else "127.0.0.1",
            port=self.port,
            tls=self.certificate is not None,
            ca_file=self.certificate.file if self.certificate else None,
            user=ADMIN,
            password=SecretStr(PASSWORD),
        )

    async def let_follow(self, gate_id: str, *topics: str) -> None:
        """Make an account for a gate that may follow these topics and nothing else, by its admin."""
        allowed = [{"acltype": "subscribeLiteral", "topic": topic, "allow": True} for topic in topics]
        commands = [
            {"command": "createRole", "rolename": "deaf", "acls": allowed},
            {"command": "createClient", "username": gate_id, "password": PASSWORD, "roles": [{"rolename": "deaf"}]},
        ]
        control = "$CONTROL/dynamic-security/v1"
        async with self.client(ADMIN, PASSWORD) as admin:
            await admin.subscribe(f"{control}/response")
            await admin.publish(control, json.dumps({"commands": commands}))
            assert b"error" not in (await anext(admin.messages)).payload

    def client(self, user: str, password: str, *, identifier: str = "") -> aiomqtt.Client:
        """Return a client that logs in, once it is entered, as a gate does."""
        return aiomqtt.Client(
            "127.0.0.1",
            self.port,
            username=user,
            password=password,
            identifier=identifier or f"gate-{user}",
            protocol=aiomqtt.ProtocolVersion.V5,
            timeout=PATIENCE_SECONDS,
        )


@asynccontextmanager
async def dynamic_broker(folder: Path) -> AsyncIterator[DynamicBroker]:
    """Run one until this ends."""
    made = DynamicBroker(folder)
    try:
        await made.start()
        yield made
    finally:
        made.kill()
