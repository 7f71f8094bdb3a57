"""From a code on the venue's page to a gate that staff act on, and back: venue, broker and gate are the real ones."""

import asyncio
import itertools
import os
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from gate_controller.cli import main
from gate_controller.simulator import Simulator
from gate_controller.web.people import Role
from gate_controller.web.tokens import digest_of
from gate_controller.web.users import read_users
from tests.rig.command import PROGRAM
from tests.rig.dynamic_broker import ADMIN, dynamic_broker
from tests.rig.gate import running_gate
from tests.rig.mosquitto import PASSWORD
from tests.rig.page import answers, free_port
from tests.rig.pins import Pins
from tests.rig.waiting import PATIENCE_SECONDS, until

VENUE = """\
[house]
name = "Museum"
[web]
port = {page}
[mqtt]
host = "127.0.0.1"
port = {broker}
user = "{user}"
password = "{password}"
heartbeat_seconds = 5
[enrolment]
accounts = "dynamic"
host = "127.0.0.1"
port = {broker}
tls = false
"""


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith(("VENUE_", "GATE_", "CREDENTIALS_DIRECTORY", "STATE_DIRECTORY")):
            monkeypatch.delenv(name)
    monkeypatch.setattr("gate_controller.shell.telemetry.BEGINS_AFTER_SECONDS", 0.02)


@asynccontextmanager
async def venue_process(config: Path, page: int) -> AsyncIterator[None]:
    words: list[str | Path] = [PROGRAM, "venue", *state_of(config)]
    running = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603, ASYNC220 - ours
    try:
        await until(lambda: answers(page))
        yield
    finally:
        running.terminate()
        assert await asyncio.to_thread(running.wait, PATIENCE_SECONDS) == 0


def state_of(config: Path) -> list[str]:
    return ["--config", str(config), "--set", f"state_dir={config.parent / 'state'}"]


async def tile(page: httpx.AsyncClient, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """Return the gate's tile once it is as it should be; an empty one where there is none."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            told = (await page.get("/api/v1/gates")).json()["gates"]
            found: dict[str, Any] = next((each for each in told if each["gate_id"] == "east"), {})
            if holds(found):
                return found
            await asyncio.sleep(0.05)


async def ordered(page: httpx.AsyncClient, path: str) -> dict[str, Any]:
    """Give an order, once the lane is free, until it is known what became of it."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        for number in itertools.count():
            answer, order = None, {"id": f"order-{number}", "reason": "a school class"}
            while answer is None or answer.status_code == 202:  # the same with the same id: it is done once
                answer = await page.post(path, json=order)
            if answer.status_code != 409:
                return dict(answer.json())
            assert "somebody is being served" in answer.text
    raise AssertionError


async def test_a_gate_joins_is_acted_on_and_is_revoked(
    state_dir: Path, pins: Pins, simulator: Simulator, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = free_port()
    origin = f"http://127.0.0.1:{page}"
    for folder in ("broker", "venue/state", "gate"):
        (tmp_path / folder).mkdir(mode=0o700, parents=True)
    config, gate_file = tmp_path / "venue" / "venue.toml", tmp_path / "gate" / "gate.toml"
    gate_file.write_text(f'id = "raspberrypi"\nstate_dir = "{state_dir}"\n')
    state_dir.mkdir(exist_ok=True)
    async with dynamic_broker(tmp_path / "broker") as broker:
        config.write_text(VENUE.format(page=page, broker=broker.port, user=ADMIN, password=PASSWORD))
        assert main(["venue", "token", "add", "test", "--role", "technician", *state_of(config)]) == 0
        token = {"Authorization": f"Bearer {capsys.readouterr().out.strip()}"}
        async with (
            venue_process(config, page),
            httpx.AsyncClient(base_url=origin, headers=token, timeout=20) as house,
        ):
            # Until the venue has given itself its role, the broker ends its user's connections.
            async with asyncio.timeout(PATIENCE_SECONDS):
                while (await house.get("/readyz")).status_code != httpx.codes.OK:  # noqa: ASYNC110 - another process
                    await asyncio.sleep(0.05)
            assert await asyncio.to_thread(main, ["venue", "check", *state_of(config)]) == 0, capsys.readouterr().err
            made = await house.post("/api/v1/enrolment/codes", json={"gate": "east", "name": "East", "group": "hall"})
            code = made.json()["code"]
            words = ["join", origin, code, "--yes", "--config", str(gate_file)]
            assert await asyncio.to_thread(main, words) == 0, capsys.readouterr().err
            assert "takes this gate in as east, until now raspberrypi" in capsys.readouterr().out

            watching = (config.parent / "state" / "prometheus.token").read_text().strip()
            (program,) = read_users(state_dir).programs.values()
            assert (program.name, program.role, program.digest) == ("prometheus", Role.VIEWER, digest_of(watching))

            async with running_gate(state_dir, pins, simulator, file=gate_file, web__port=0) as gate:
                shown = await tile(house, lambda tile: tile.get("state") == "takes scans")
                assert (shown["name"], shown["group"], shown["presence"]) == ("East", "hall", "live")
                # An order is done by a gate that is sure of the time, which E-GUMA tells it.
                await gate.admit()
                done = await ordered(house, "/api/v1/gates/east/open-once")
                assert (done["outcome"], [each["outcome"] for each in done["gates"]]) == ("done", ["done"])
                assert (await tile(house, lambda tile: tile.get("admitted", 0) >= 1))["charged"] == 2500

                revoked = await house.post("/api/v1/gates/east/revoke", json={"id": "r", "reason": "stolen"})
                assert revoked.status_code == 200, revoked.text
                assert await tile(house, lambda tile: not tile) == {}
                await until(lambda: any("broker" in each.what for each in gate.app.board.status().missing))
                assert "east" not in (await house.get("/metrics")).text
