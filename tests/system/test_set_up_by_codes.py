"""An installed gate that nobody has given settings is set up by its scanner: the gate's unit, and root's beside it."""

import asyncio

from gate_controller.settings.provisioning.content import Content, Network, PageUser
from gate_controller.settings.provisioning.intake import READING_SECONDS
from gate_controller.settings.provisioning.venue_keys import key_line
from gate_controller.simulator import Simulator
from tests.app.test_set_up import HASH, SETTINGS, VENUE, made
from tests.rig.gate import GOOD, PRICE, charged
from tests.rig.scanner import PtyScanner
from tests.rig.simulator import KEY
from tests.rig.waiting import until
from tests.system.container import Container
from tests.system.test_installed import GATE, STATE, ready

PROFILE = "etc/NetworkManager/system-connections/gate-controller-1.nmconnection"
WHOLE = Content(SETTINGS, (Network("Museum", "wifi-passphrase", country="CH"),), (PageUser("Anna", "staff", HASH),))


async def test_an_installed_gate_without_settings_is_set_up_by_its_scanner_and_root_does_what_is_roots(
    bare: Container, plugged: PtyScanner, simulator: Simulator
) -> None:
    # What every gate of the house has, from the card; and the folders that a Pi would have.
    same = 'eguma.warm_seconds = 0\nscanner.port = "/dev/ttyGATE"\nweb.port = 0\n'
    same += f'eguma.base_url = "{simulator.base_url}"\n'
    bare.write("/etc/gate-controller/gate.toml", same)
    for folder in ("etc/NetworkManager/system-connections", "etc/modprobe.d"):
        (bare.root / folder).mkdir(parents=True, exist_ok=True)
    line = key_line(VENUE.public, "Museum")
    said = await asyncio.to_thread(bare.does, "gate-controller", "provision", "trust", line)
    assert "is trusted" in said
    assert bare.shows("gate-provision.path", "ActiveState")["ActiveState"] == "active"
    await asyncio.to_thread(bare.does, "systemctl", "start", "--no-block", GATE)
    await ready(bare)
    told = bare.shows(GATE, "StatusText", "MainPID")
    assert "waits for its set-up codes" in told["StatusText"]
    assert not simulator.requests

    of = made(WHOLE)
    for frame in (*of.parts, of.passphrase):
        plugged.type(frame.text().encode() + b"\r")
    await until(lambda: "provisioning=proposed" in bare.log())
    await asyncio.sleep(READING_SECONDS)
    plugged.type(of.confirmation.text().encode() + b"\r")

    await until((bare.root / PROFILE).exists)
    await until(lambda: bare.shows("gate-provision.service", "ActiveState")["ActiveState"] == "inactive")
    assert bare.shows("gate-provision.service", "Result")["Result"] == "success"
    assert (bare.root / PROFILE).stat().st_mode & 0o777 == 0o600
    assert (bare.root / PROFILE).stat().st_uid == 0
    assert "regdom=CH" in (bare.root / "etc/modprobe.d/gate-controller-wifi.conf").read_text()
    assert "Anna" in await asyncio.to_thread(bare.does, "gate-controller", "user", "list")
    assert not (bare.root / STATE / "provisioning-pending.json").exists()
    owner = (bare.root / STATE).stat().st_uid
    assert {path.stat().st_uid for path in (bare.root / STATE).iterdir()} == {owner}

    await until(lambda: bare.shows(GATE, "MainPID")["MainPID"] not in {"0", told["MainPID"]})
    await ready(bare)
    plugged.type(GOOD.encode() + b"\r")
    await until(lambda: charged(simulator) == PRICE)
    assert "provisioned by code" in await asyncio.to_thread(bare.does, "gate-controller", "config")
    for secret in (KEY, "wifi-passphrase", HASH):
        assert secret not in bare.log() + bare.log("gate-provision")
