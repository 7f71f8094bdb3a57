"""`gate-controller venue broker`: a real Mosquitto starts with what it writes, and the venue and a gate are let in."""

import asyncio
import os
import re
import ssl
import stat
import subprocess
from pathlib import Path

import aiomqtt
import pytest

from gate_controller.cli import main
from gate_controller.settings.mqtt_section import MqttSection
from gate_controller.venue.dynamic_security import DynamicAccounts
from gate_controller.venue.venue_loading import load_venue
from tests.rig.mosquitto import mosquitto
from tests.rig.page import answers, free_port
from tests.rig.waiting import until


def make(below: Path, *more: str) -> int:
    return main(["venue", "broker", "--below", str(below), "--name", "localhost", *more, "--yes"])


def started(below: Path) -> tuple[subprocess.Popen[bytes], int, int]:
    """Start Mosquitto with its file, at ports that are free and with paths below the folder."""
    ports = free_port(), free_port()
    text = (below / "etc/mosquitto/conf.d/gate-venue.conf").read_text()
    text = text.replace("/var/lib/", f"{below}/var/lib/").replace("/etc/mosquitto", f"{below}/etc/mosquitto")
    text = text.replace("listener 1883", f"listener {ports[0]}").replace(
        "listener 8883", f"listener {ports[1]} 127.0.0.1"
    )
    config = below / "mosquitto.conf"
    config.write_text(f"user root\nlog_dest none\n{text}")
    running = subprocess.Popen([mosquitto(), "-c", config])  # noqa: S603 - the broker itself
    asyncio.run(until(lambda: all(map(answers, ports))))
    return running, *ports


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith(("VENUE_", "CREDENTIALS_DIRECTORY", "STATE_DIRECTORY")):
            monkeypatch.delenv(name)


def venue_section(below: Path, port: int) -> MqttSection:
    """Return the broker as the written settings have it."""
    text = (below / "etc/gate-controller/venue.toml").read_text()
    file = below / "venue.toml"
    file.write_text(text.replace('"/etc', f'"{below}/etc').replace("port = 1883", f"port = {port}"))
    settings = load_venue(config=file, overrides=[], environ={}).settings
    assert settings.house.name == "Museum"
    assert (settings.enrolment.accounts, settings.enrolment.host) == ("dynamic", "localhost")
    assert settings.mqtt.voucher_key is not None
    return settings.mqtt


async def enters_by_tls(below: Path, port: int, user: str, password: str) -> None:
    trusted = ssl.create_default_context(cafile=below / "etc/gate-controller/venue.broker-ca.pem")
    client = aiomqtt.Client(
        "localhost", port, username=user, password=password, identifier=f"gate-{user}", tls_context=trusted
    )
    async with client:
        await client.publish(f"gate-controller/{user}/online", b"online", qos=1)


def test_a_broker_with_these_files_lets_the_venue_and_its_gates_in(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert make(tmp_path, "--house", "Museum") == 0
    said = capsys.readouterr()
    own = tmp_path / "etc/gate-controller"
    for secret in ("venue.mqtt.password", "venue.mqtt.voucher_key", "venue.broker-ca.key"):
        assert stat.S_IMODE((own / secret).stat().st_mode) == 0o600
        assert (own / secret).read_text().strip() not in said.out + said.err
    broker, plain, tls = started(tmp_path)
    try:
        accounts = DynamicAccounts(venue_section(tmp_path, plain))
        asyncio.run(accounts.prepare())
        asyncio.run(accounts.admit("east", "first"))
        asyncio.run(enters_by_tls(tmp_path, tls, "east", "first"))
    finally:
        broker.kill()
        broker.wait()


def test_made_again_it_keeps_accounts_and_authority_and_takes_another_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert make(tmp_path) == 0
    kept = {
        path: path.read_bytes()
        for path in tmp_path.rglob("*")
        if path.is_file() and path.name not in {"gate-venue.pem", "gate-venue.key"}
    }
    assert make(tmp_path, "--name", "192.0.2.10") == 0
    assert {path: path.read_bytes() for path in kept} == kept
    shown = subprocess.run(  # noqa: S603 - a look at a certificate
        ["openssl", "x509", "-noout", "-text", "-in", tmp_path / "etc/mosquitto/certs/gate-venue.pem"],  # noqa: S607
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "DNS:localhost, IP Address:192.0.2.10" in shown
    verify: list[str | Path] = [
        "openssl",
        "verify",
        "-x509_strict",
        "-CAfile",
        tmp_path / "etc/gate-controller/venue.broker-ca.pem",
    ]
    subprocess.run([*verify, tmp_path / "etc/mosquitto/certs/gate-venue.pem"], check=True, capture_output=True)  # noqa: S603
    (tmp_path / "etc/gate-controller/venue.mqtt.password").unlink()
    capsys.readouterr()
    assert make(tmp_path) == 1
    assert re.search(
        "gate-venue-accounts.json is there, and the venue's password for it is not", capsys.readouterr().err
    )


def test_nothing_is_written_without_a_yes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["venue", "broker", "--below", str(tmp_path)]) == 2
    assert "give --yes" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
