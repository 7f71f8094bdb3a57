"""The package gate-venue on a machine with a booted systemd, beside the gate's: started, killed, and removed."""

import asyncio
from pathlib import Path

import httpx
import pytest

from deb.venue_package import build_venue
from deb.wheels import DEBIANS
from tests.rig.dynamic_broker import ADMIN, dynamic_broker
from tests.rig.mosquitto import PASSWORD
from tests.rig.page import free_port
from tests.system.conftest import DEBIAN
from tests.system.container import Container

VENUE = "gate-venue.service"
STATE = "var/lib/gate-venue"
SETTINGS = """\
[web]
port = {page}
[mqtt]
port = {broker}
user = "{user}"
password_file = "/etc/gate-controller/venue.mqtt.password"
[enrolment]
accounts = "dynamic"
"""


@pytest.fixture(scope="module")
def venue_package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_venue(DEBIANS[DEBIAN], "amd64", tmp_path_factory.mktemp("venue"), 1_764_115_200)


async def ready(page: int, machine: Container) -> None:
    """Wait until the venue hears its gates."""
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{page}") as client:
        for _ in range(300):
            try:
                if (await client.get("/readyz")).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.1)
    raise AssertionError(f"the venue is not ready:\n{machine.tries('journalctl', '-u', VENUE, '--no-pager').stdout}")


async def test_a_venue_is_installed_serves_its_house_comes_back_and_leaves_its_store(
    bare: Container, venue_package: Path, tmp_path: Path
) -> None:
    machine, page = bare, free_port()
    machine.bring(venue_package)
    installed = machine.tries("dpkg", "--install", f"/root/{venue_package.name}")
    assert installed.returncode == 0, installed.stdout
    assert "next is `sudo gate-controller venue broker`" in installed.stdout
    assert machine.does("stat", "--format=%U:%G %a", f"/{STATE}") == "gate-venue:gate-venue 700\n"
    assert machine.tries("systemctl", "is-active", VENUE).stdout.strip() == "inactive"

    async with dynamic_broker(tmp_path) as broker:  # the container has the network of this machine
        text = SETTINGS.format(page=page, broker=broker.port, user=ADMIN)
        machine.write("/etc/gate-controller/venue.toml", text)
        machine.write("/etc/gate-controller/venue.mqtt.password", f"{PASSWORD}\n", mode=0o600)
        # Root looks first: what he makes by that belongs to the venue.
        checked = await asyncio.to_thread(machine.tries, "gate-controller", "venue", "check")
        assert (checked.returncode, "NO" in checked.stdout) == (0, False), checked.stdout
        assert machine.does("find", f"/{STATE}", "-not", "-user", "gate-venue") == ""
        await asyncio.to_thread(machine.does, "systemctl", "start", VENUE)
        await ready(page, machine)
        assert machine.does("stat", "--format=%U %a", f"/{STATE}/venue.key") == "gate-venue 600\n"
        checked = await asyncio.to_thread(machine.tries, "gate-controller", "venue", "check")
        assert (checked.returncode, "NO" in checked.stdout) == (0, False), checked.stdout
        token = machine.does("gate-controller", "venue", "token", "add", "test", "--role", "viewer").strip()
        async with httpx.AsyncClient(headers={"Authorization": f"Bearer {token}"}) as client:
            told = (await client.get(f"http://127.0.0.1:{page}/api/v1/gates")).json()
        assert (told["gates"], told["broker"]) == ([], "")

        first = again = machine.shows(VENUE, "MainPID")["MainPID"]
        machine.does("systemctl", "kill", "--signal=KILL", VENUE)
        for _ in range(200):
            if (again := machine.shows(VENUE, "MainPID")["MainPID"]) not in {first, "0"}:
                break
            await asyncio.sleep(0.1)
        assert again not in {first, "0"}
        await ready(page, machine)

    machine.does("dpkg", "--remove", "gate-venue")
    assert machine.tries("systemctl", "is-active", VENUE).stdout.strip() != "active"
    assert not (machine.root / "usr/lib/gate-venue").exists()
    assert (machine.root / STATE / "venue.key").exists()
    machine.does("dpkg", "--purge", "gate-venue")
    assert not (machine.root / "etc/gate-controller/venue.mqtt.password").exists()
    assert (machine.root / STATE / "venue.sqlite").exists()
