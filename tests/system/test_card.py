"""A card of `gate-controller provision card` in a machine that starts from it, with the real cloud-init and systemd."""

import json
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gate_controller.cli import main
from gate_controller.settings.provisioning.venue_keys import key_line
from tests.rig.venue import Venue
from tests.system.conftest import DEBIAN, Installation
from tests.system.container import Container, container, tree

API_KEY, WIFI = "k3y-0123456789", "a passphrase of the venue's"
UNIT = "etc/systemd/system/gate-card.service"
ENABLED = "etc/systemd/system/multi-user.target.wants/gate-controller.service"
PROFILE = "etc/NetworkManager/system-connections/gate-controller-1.nmconnection"
ANSWERS = """
[card]
hostname = "gate-east"
user = "technician"
password_hash = "$6$salt$hash"
settings_file = "gate.toml"
api_key_file = "key"
trust_file = "venue.pub"
[[networks]]
ssid = "Museum"
passphrase_file = "wifi"
country = "CH"
"""
# What Raspberry Pi OS adds to Debian's cloud-init (its package rpi-cloud-init-mods): where the files are.
CLOUD = """
datasource_list: [NoCloud, None]
datasource: {NoCloud: {seedfrom: "file:///boot/firmware"}}
"""


@pytest.fixture
def card(tmp_path: Path) -> Path:
    """The first partition of a freshly written card."""
    boot = tmp_path / "card"
    boot.mkdir()
    (boot / "config.txt").touch()
    (boot / "cmdline.txt").write_text("console=tty1 rootwait\n")
    texts = {"key": API_KEY, "wifi": WIFI, "gate.toml": "admission.price_cents = 2500\n", "card.toml": ANSWERS}
    texts["venue.pub"] = key_line(Venue().public, "Museum")
    for name, text in texts.items():
        (tmp_path / name).write_text(f"{text}\n")
    return boot


def prepare(card: Path, release: str) -> None:
    assert (
        main(["provision", "card", str(card), "--answers", str(card.parent / "card.toml"), "--release", release]) == 0
    )
    for path in card.rglob("*"):
        path.chmod(0o755)  # as all that lies on FAT is


def wait(condition: Callable[[], object]) -> None:
    for _ in range(600):
        if condition():
            return
        time.sleep(0.1)
    raise AssertionError(condition)


def has_all_and_tells_nothing(machine: Container, card: Path) -> None:
    """Check what is set on the machine, and that no secret is where it does not belong."""
    assert (machine.root / "etc/hostname").read_text() == "gate-east\n"
    assert "technician:$6$salt$hash:" in (machine.root / "etc/shadow").read_text()
    assert f"psk={WIFI}" in (machine.root / PROFILE).read_text()
    assert (machine.root / "etc/gate-controller/eguma.api_key").read_text() == f"{API_KEY}\n"
    assert os.path.lexists(machine.root / ENABLED)
    assert not (card / "gate-setup").exists()
    for folder in (card, machine.root / "var/lib/cloud", machine.root / "var/log", machine.root / "run"):
        for path in folder.rglob("*"):
            if path.is_file() and not path.is_symlink():
                found = path.read_bytes()
                assert not any(secret.encode() in found for secret in (API_KEY, WIFI, "$6$")), path


@pytest.fixture
def installed(tmp_path: Path, installation: Installation) -> Iterator[Container]:
    """A machine with the package and no settings, turned off."""
    with container([installation.layer, tree(DEBIAN)], tmp_path / "machine") as machine:
        yield machine


def test_what_the_kernels_command_line_names_makes_a_gate_after_a_power_cut_too(
    installed: Container, card: Path
) -> None:
    prepare(card, "bookworm")
    words = (card / "cmdline.txt").read_text().split()[2:]
    assert words[0] == "systemd.run=/boot/firmware/firstrun.sh"

    installed.begin(card=card, words=words)
    wait((installed.root / PROFILE).exists)
    installed.cut_power()
    installed.begin(card=card, words=words)
    assert installed.ends() == 133  # systemd.run_success_action=reboot

    assert (card / "cmdline.txt").read_text() == "console=tty1 rootwait\n"
    has_all_and_tells_nothing(installed, card)


def test_cloud_init_makes_a_gate_after_a_power_cut_too_and_does_nothing_afterwards(tmp_path: Path, card: Path) -> None:
    prepare(card, "trixie")
    # The unit that the package brings, without the package: what a first start installs is tested beside this.
    unit = "usr/lib/systemd/system/gate-controller.service"
    with container([tree("13", "cloud-init")], tmp_path / "machine") as machine:
        machine.write("etc/cloud/cloud.cfg.d/99_raspberry-pi.cfg", CLOUD)
        machine.write(unit, "[Service]\nExecStart=/bin/sleep infinity\n[Install]\nWantedBy=multi-user.target\n")
        machine.begin(card=card)
        # It has begun with the person, and counts that as done.
        wait(lambda: list((machine.root / "var/lib/cloud/instances").glob("*/sem/config_users_groups*")))
        machine.cut_power()
        machine.begin(card=card)
        wait(lambda: not os.path.lexists(machine.root / UNIT) and not (card / "gate-setup").exists())
        machine.cut_power()
        has_all_and_tells_nothing(machine, card)

        before = (card / "gate-setup.log").read_text()
        machine.begin(card=card)
        wait(lambda: "active" in machine.tries("systemctl", "is-active", "multi-user.target").stdout.split())
        assert "disabled" in machine.tries("cloud-init", "status").stdout
        assert (card / "gate-setup.log").read_text() == before
        assert json.loads((card / "meta-data").read_text())["instance-id"].startswith("gate-")
