"""`gate-controller provision card`: what lies on the card, and what its first start makes of it, in a tree of files."""

import hashlib
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from gate_controller.cli import main
from gate_controller.cli.provision.boot_files import CardAnswers, cloud_files, command_line
from gate_controller.settings.provisioning.content import Network
from gate_controller.settings.provisioning.venue_keys import key_line
from tests.rig.venue import Venue

FRESH = "console=serial0,115200 console=tty1 root=PARTUUID=aa-02 rootfstype=ext4 fsck.repair=yes rootwait"
BOOKWORM = f"{FRESH} quiet init=/usr/lib/raspberrypi-sys-mods/firstboot\n"
PACKAGE = b"!<arch>\na package"
API_KEY, WIFI, PASSWORD = "k3y-0123456789", "wifi 'pass' $phrase", "a technician's password"
NASTY = "Müseum \"; $(reboot) '"
ANSWERS = f"""
[card]
hostname = "gate-east"
user = "technician"
password_file = "password"
ssh_key_file = "id.pub"
settings_file = "gate.toml"
api_key_file = "key"
trust_file = "venue.pub"

[[networks]]
ssid = {json.dumps(NASTY, ensure_ascii=False)}
passphrase_file = "wifi"
country = "CH"
"""


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    texts = {
        "password": PASSWORD, "id.pub": "ssh-ed25519 AAAAC3Nza anna@desk", "key": API_KEY, "wifi": WIFI,
        "gate.toml": "[relay]\npin = 5\n", "venue.pub": key_line(Venue().public, "Museum"), "card.toml": ANSWERS,
    }  # fmt: skip
    for name, text in texts.items():
        (tmp_path / name).write_text(f"{text}\n")
    (tmp_path / "gate-controller_1.deb").write_bytes(PACKAGE)
    return tmp_path


@pytest.fixture
def root(desk: Path) -> Path:
    """The file system of a Pi, with the card's first partition in its place."""
    root = desk / "root"
    for folder in ("boot/firmware", "etc", "var/lib/systemd/rfkill"):
        (root / folder).mkdir(parents=True)
    (root / "boot/firmware/config.txt").write_text("dtparam=i2c_arm=on\n")
    (root / "etc/hostname").write_text("raspberrypi\n")
    (root / "etc/hosts").write_text("127.0.0.1\tlocalhost\n127.0.1.1\traspberrypi\n")
    (root / "var/lib/systemd/rfkill/platform-fe300000.mmcnr:wlan").write_text("1")
    return root


def prepared(root: Path, *options: str) -> Path:
    boot = root / "boot/firmware"
    words = ["--answers", "card.toml", "--package", "gate-controller_1.deb", *options]
    assert main(["provision", "card", str(boot), *words]) == 0
    return boot


def start(root: Path, **system: str) -> str:
    """Run what the first start runs, beside programs that write down how they were called; return their notes."""
    programs = root.parent / "programs"
    programs.mkdir(exist_ok=True)
    notes = root.parent / "notes"
    for name in ("dpkg", "apt-get", "systemctl", "useradd", "chpasswd", "getent"):
        path = programs / name
        cat = 'cat >> "$NOTES"' if name == "chpasswd" else system.get(name, ":")
        path.write_text(f'#!/bin/sh\necho "{name} $*" >> "$NOTES"\n{cat}\n')
        path.chmod(0o755)
    script = root / "boot/firmware/gate-setup/first-boot.sh"
    environ = {"PATH": f"{programs}:{os.environ['PATH']}", "GATE_ROOT": str(root), "NOTES": str(notes)}
    done = subprocess.run(["sh", script], env=environ, capture_output=True, text=True, check=False, timeout=60)  # noqa: S603, S607 - our own script
    assert (done.returncode, done.stderr) == (0, "")
    return notes.read_text() if notes.exists() else ""


def everything(folder: Path) -> str:
    return "".join(path.read_text(errors="replace") for path in folder.rglob("*") if path.is_file())


def test_the_first_start_of_release_12_makes_a_gate_and_leaves_no_secret_on_the_card(root: Path) -> None:
    (root / "boot/firmware/cmdline.txt").write_text(BOOKWORM)
    boot = prepared(root)
    assert "systemd.run=/boot/firmware/firstrun.sh" in (boot / "cmdline.txt").read_text()
    assert (boot / "cmdline.txt").read_text().startswith(BOOKWORM.strip())
    assert (boot / "firstrun.sh").read_text().startswith("#!/bin/sh\n")
    assert API_KEY in everything(boot)

    notes = start(root, getent="exit 2")

    etc = root / "etc"
    assert (etc / "hostname").read_text() == "gate-east\n"
    assert "127.0.1.1\tgate-east" in (etc / "hosts").read_text()
    assert (etc / "gate-controller/provisioning.keys").read_text().startswith("ed25519 ")
    assert (etc / "gate-controller/gate.toml").read_text() == "[relay]\npin = 5\n\n"
    assert (etc / "gate-controller/eguma.api_key").read_text().strip() == API_KEY
    assert (etc / "gate-controller/eguma.api_key").stat().st_mode & 0o777 == 0o600
    profile = etc / "NetworkManager/system-connections/gate-controller-1.nmconnection"
    assert profile.stat().st_mode & 0o777 == 0o600
    assert f"psk={WIFI}" in profile.read_text()
    assert "CH" in (etc / "modprobe.d/gate-controller-wifi.conf").read_text()
    assert (root / "var/lib/systemd/rfkill/platform-fe300000.mmcnr:wlan").read_text() == "0\n"
    assert "useradd --create-home --shell /bin/bash --groups sudo technician" in notes
    assert "technician:$6$" in notes
    assert "dpkg --install" in notes
    assert "systemctl enable gate-controller.service" in notes
    assert "apt-get" not in notes
    assert (boot / "cmdline.txt").read_text().strip() == BOOKWORM.strip()
    assert sorted(path.name for path in boot.iterdir()) == ["cmdline.txt", "config.txt", "gate-setup.log"]
    for secret in (API_KEY, WIFI, "$6$"):
        assert secret not in everything(boot)


def test_cloud_init_of_release_13_gets_all_that_it_needs_and_its_copies_go_too(root: Path) -> None:
    boot = root / "boot/firmware"
    (boot / "cmdline.txt").write_text(f"{FRESH} ds=nocloud;i=rpi-imager-17 cfg80211.ieee80211_regdom=CH\n")
    (boot / "user-data").write_text("#cloud-config\n")
    prepared(root)
    data, network = cloud(boot, "user-data"), cloud(boot, "network-config")
    assert data["hostname"] == "gate-east"
    assert data["users"][0]["name"] == "technician"
    assert data["users"][0]["passwd"].startswith("$6$")
    assert data["users"][0]["ssh_authorized_keys"] == ["ssh-ed25519 AAAAC3Nza anna@desk"]
    assert network["wifis"]["wlan0"]["access-points"] == {NASTY: {"password": WIFI}}
    assert network["wifis"]["wlan0"]["regulatory-domain"] == "CH"
    instance = cloud(boot, "meta-data")["instance-id"]
    assert (boot / "cmdline.txt").read_text() == f"{FRESH} ds=nocloud;i={instance} cfg80211.ieee80211_regdom=CH\n"
    unit = root / "etc/systemd/system/gate-card.service"
    unit.parent.mkdir(parents=True)
    unit.write_bytes((boot / "gate-setup/gate-card.service").read_bytes())
    cached = root / "var/lib/cloud/instances" / instance
    cached.mkdir(parents=True)
    for name in ("user-data.txt", "user-data.txt.i", "obj.pkl", "cloud-config.txt"):
        (cached / name).write_text(f"{data['users'][0]['passwd']} {WIFI}")

    notes = start(root)

    assert (root / "etc/hostname").read_text() == "raspberrypi\n"  # that is cloud-init's
    assert "systemctl start --no-block gate-controller.service" in notes
    assert (root / "etc/cloud/cloud-init.disabled").exists()
    assert not unit.exists()
    assert (boot / "user-data").read_text() == "#cloud-config\n{}\n"
    assert not (boot / "network-config").exists()
    assert not (boot / "gate-setup").exists()
    for secret in (API_KEY, WIFI, "$6$"):
        assert secret not in everything(boot) + everything(root / "var/lib/cloud")


def test_a_first_start_that_is_cut_off_is_done_again(root: Path) -> None:
    (root / "boot/firmware/cmdline.txt").write_text(BOOKWORM)
    boot = prepared(root)
    # The power goes while dpkg works: what has run until then is there, and the card still says what is to be done.
    script = boot / "gate-setup/first-boot.sh"
    whole = script.read_text()
    script.write_text(whole.split("# 4. Nothing secret")[0] + "exit 0\n")
    start(root)
    assert "systemd.run=" in (boot / "cmdline.txt").read_text()
    script.write_text(whole)

    start(root)

    assert (root / "etc/hosts").read_text().count("gate-east") == 1
    assert (root / "etc/gate-controller/eguma.api_key").read_text().strip() == API_KEY
    assert not (boot / "gate-setup").exists()


def test_a_package_that_did_not_arrive_whole_is_not_installed_and_apt_brings_what_one_lacks(
    root: Path,
) -> None:
    (root / "boot/firmware/cmdline.txt").write_text(BOOKWORM)
    boot = prepared(root)
    (boot / "gate-setup/gate-controller_1.deb").write_bytes(PACKAGE[:-1])
    assert "dpkg" not in start(root)
    assert "did not arrive whole" in (boot / "gate-setup.log").read_text()
    (root.parent / "notes").unlink()

    prepared(root)
    assert "apt-get --yes install" in start(root, dpkg="exit 1")


def test_a_card_may_be_prepared_twice_and_keeps_what_is_there(root: Path) -> None:
    boot = root / "boot/firmware"
    (boot / "cmdline.txt").write_text(BOOKWORM)
    prepared(root)
    once = (boot / "cmdline.txt").read_text()
    prepared(root)

    assert (boot / "cmdline.txt").read_text() == once
    assert (boot / "config.txt").read_text() == "dtparam=i2c_arm=on\n"


@pytest.mark.parametrize(
    ("answers", "options", "told"),
    [
        ("", ["nowhere"], "is no boot partition of a Raspberry Pi (config.txt is not there)"),
        ("", ["BOOT", "--release", "buster"], "choose from bookworm, trixie"),
        ("[card]\nhostname = 'a b'\n", ["BOOT"], "hostname: give letters"),
        ("[card]\nuser = 'root; x'\n", ["BOOT"], "user: give small letters"),
        ("[card]\nuser = 'anna'\n", ["BOOT"], "anna could not log in"),
        ("[card]\npassword_hash = '$6$x$y'\n", ["BOOT"], "whose password and key are these?"),
        ("[card]\nuser='anna'\nssh_key_file = 'key'\n", ["BOOT"], "holds no public key"),
        ("[card]\nwifi = 'x'\n", ["BOOT"], "[card] has no wifi"),
        ("[gate]\nid = 'x'\n", ["BOOT"], "gate is neither [card] nor [[networks]]"),
        ("[[networks]]\nssid = 'x'\npassphrase = 'short'\n", ["BOOT"], "8 to 63"),
        ("[card]\ntrust_file = 'key'\n", ["BOOT"], "trust_file line 1: is no key"),
        ("", ["BOOT", "--package", "gate.toml"], "is no name of a package"),
        ("", ["BOOT", "--package", "x_0.1+deb13_arm64.deb"], "take the one with deb12 and arm64"),
        ("", ["BOOT", "--package", "gone.deb"], "gone.deb: cannot be read"),
    ],
)
def test_what_cannot_be_prepared_is_told_and_leaves_the_card_as_it_was(
    root: Path, capsys: pytest.CaptureFixture[str], answers: str, options: list[str], told: str
) -> None:
    boot = root / "boot/firmware"
    (boot / "cmdline.txt").write_text(BOOKWORM)
    (root.parent / "card.toml").write_text(answers)
    before = everything(boot)

    words = [str(boot) if word == "BOOT" else word for word in options]
    assert main(["provision", "card", *words, "--answers", "card.toml"]) == 2

    err = capsys.readouterr().err
    assert told in err
    assert all(line.startswith("gate-controller: ") for line in err.splitlines())
    assert everything(boot) == before


def test_a_command_line_of_several_lines_or_an_older_call_becomes_one() -> None:
    once = command_line(f"{FRESH}\n", "x", is_cloud=False)
    assert command_line(once, "x", is_cloud=False) == once
    assert command_line(f" {FRESH}  quiet \r\n\njunk", "gate-1", is_cloud=True) == f"{FRESH} quiet\n"


def test_a_card_without_answers_has_a_user_data_that_only_starts_the_work() -> None:
    files = cloud_files(CardAnswers(networks=(Network("Open"),)), "gate-1")
    data: dict[str, Any] = json.loads(files["user-data"].removeprefix(b"#cloud-config\n"))

    assert data.keys() == {"bootcmd"}
    assert json.loads(files["network-config"])["wifis"]["wlan0"]["access-points"] == {"Open": {}}
    assert hashlib.sha256(files["meta-data"]).hexdigest()


def cloud(boot: Path, name: str) -> dict[str, Any]:
    text = (boot / name).read_text()
    read: dict[str, Any] = json.loads(text.removeprefix("#cloud-config\n"))
    return read
