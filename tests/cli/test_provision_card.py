"""`gate-controller provision card`: what lies on the card, and what its first start makes of it, in a tree of files."""

import hashlib
import json
import os
import shutil
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
PROFILE = "etc/NetworkManager/system-connections/gate-controller-1.nmconnection"
SWITCH = "var/lib/NetworkManager/NetworkManager.state"
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
    for folder in ("boot/firmware", "etc", "var/lib/systemd/rfkill", "var/lib/NetworkManager", "var/log"):
        (root / folder).mkdir(parents=True)
    (root / "boot/firmware/config.txt").write_text("dtparam=i2c_arm=on\n")
    (root / "etc/hostname").write_text("raspberrypi\n")
    (root / "etc/hosts").write_text("127.0.0.1\tlocalhost\n127.0.1.1\traspberrypi\n")
    (root / "var/lib/systemd/rfkill/platform-fe300000.mmcnr:wlan").write_text("1")
    (root / SWITCH).write_text("[main]\nWirelessEnabled=false\n")  # as the system is delivered
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
    for name in ("dpkg", "apt-get", "systemctl", "useradd", "chpasswd", "getent", "iw", "rfkill", "nmcli"):
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
    profile = root / PROFILE
    assert profile.stat().st_mode & 0o777 == 0o600
    assert f"psk={WIFI}" in profile.read_text()
    assert "CH" in (etc / "modprobe.d/gate-controller-wifi.conf").read_text()
    assert (root / "var/lib/systemd/rfkill/platform-fe300000.mmcnr:wlan").read_text() == "0\n"
    assert (root / SWITCH).read_text() == "[main]\nWirelessEnabled=true\n"
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
    data = cloud(boot, "user-data")
    assert data["hostname"] == "gate-east"
    assert data["users"][0]["name"] == "technician"
    # Whoever is there already, as pi is, would keep what he has with "passwd".
    assert data["users"][0]["hashed_passwd"].startswith("$6$")
    assert data["users"][0]["ssh_authorized_keys"] == ["ssh-ed25519 AAAAC3Nza anna@desk"]
    # Its log tells of networks, passphrases and all: they are not its business.
    assert cloud(boot, "network-config") == {"network": {"config": "disabled"}}
    assert WIFI not in "".join(path.read_text() for path in boot.iterdir() if path.is_file())
    instance = cloud(boot, "meta-data")["instance-id"]
    assert (boot / "cmdline.txt").read_text() == f"{FRESH} ds=nocloud;i={instance} cfg80211.ieee80211_regdom=CH\n"
    unit = root / "etc/systemd/system/gate-card.service"
    unit.parent.mkdir(parents=True)
    unit.write_bytes((boot / "gate-setup/gate-card.service").read_bytes())
    cached = root / "var/lib/cloud/instances" / instance
    cached.mkdir(parents=True)
    for name in ("user-data.txt", "user-data.txt.i", "obj.pkl", "cloud-config.txt"):
        (cached / name).write_text(f"{data['users'][0]['hashed_passwd']} {WIFI}")
    (root / "var/log/cloud-init.log").write_text(f"DEBUG: {WIFI}")

    notes = start(root)

    assert (root / "etc/hostname").read_text() == "raspberrypi\n"  # that is cloud-init's
    assert "systemctl start --no-block gate-controller.service" in notes
    assert "systemctl enable ssh" in notes
    for told in ("iw reg set CH", "rfkill unblock wifi", "nmcli connection reload", "nmcli radio wifi on"):
        assert told in notes
    assert f"psk={WIFI}" in (root / PROFILE).read_text()
    assert (root / "etc/cloud/cloud-init.disabled").exists()
    assert not unit.exists()
    assert (boot / "user-data").read_text() == "#cloud-config\n{}\n"
    assert not (boot / "network-config").exists()
    assert not (boot / "gate-setup").exists()
    for secret in (API_KEY, WIFI, "$6$"):
        assert secret not in everything(boot) + everything(root / "var/lib/cloud") + everything(root / "var/log")


def test_a_card_whose_cloud_init_is_switched_off_is_not_prepared_in_vain(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    boot = root / "boot/firmware"
    (boot / "cmdline.txt").write_text(FRESH)
    (boot / "user-data").write_text("#cloud-config\n")
    prepared(root)
    prepared(root)  # before its start as often as one likes
    start(root)
    before = everything(boot)

    assert main(["provision", "card", str(boot), "--answers", "card.toml"]) == 1

    assert "prepared and started before" in capsys.readouterr().err
    assert everything(boot) == before


def test_files_written_on_windows_are_read_like_others(root: Path) -> None:
    (root / "boot/firmware/cmdline.txt").write_text(BOOKWORM)
    for name in ("password", "id.pub", "key", "wifi", "gate.toml", "venue.pub", "card.toml"):
        path = root.parent / name
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    prepared(root)
    start(root, getent="exit 2")

    assert (root / "etc/gate-controller/eguma.api_key").read_bytes() == f"{API_KEY}\n".encode()
    assert f"\npsk={WIFI}\n" in (root / PROFILE).read_text()
    assert (root / "etc/gate-controller/gate.toml").read_bytes().startswith(b"[relay]\n")
    assert (root / "etc/gate-controller/provisioning.keys").read_bytes().startswith(b"ed25519 ")


@pytest.mark.parametrize("is_cloud", [False, True])
def test_a_first_start_that_is_cut_off_anywhere_is_ended_by_the_next_one(root: Path, is_cloud: bool) -> None:
    (root / "boot/firmware/cmdline.txt").write_text(FRESH if is_cloud else BOOKWORM)
    boot = prepared(root, "--release", "trixie" if is_cloud else "bookworm")
    script = boot / "gate-setup/first-boot.sh"
    whole = script.read_text()
    lines = whole.splitlines(keepends=True)
    # Between two lines: nothing of the rest happens, as when the power goes there. Each third one, for speed.
    begins = lines.index('if [ ! -e "$card/done" ]; then\n') + 1
    begun = ("\\", "&&", "in", "||")
    steps = [at for at in range(begins, len(lines)) if not lines[at - 1].rstrip().endswith(begun)]
    steps = steps[int(is_cloud) :: 3]
    assert len(steps) > 15
    fresh = root.with_name("fresh")
    shutil.copytree(root, fresh)
    for at in steps:
        shutil.rmtree(root)
        shutil.copytree(fresh, root)
        script.write_text("".join([*lines[:at], "exit 0\n", *lines[at:]]))
        start(root, getent="exit 2")
        if script.exists():
            script.write_text(whole)
            start(root, getent="exit 2")

        assert (root / "etc/gate-controller/eguma.api_key").read_text().strip() == API_KEY, at
        assert not (boot / "gate-setup/eguma.api_key").exists(), at
        assert f"psk={WIFI}" in (root / PROFILE).read_text(), at
        if not is_cloud:
            assert (root / "etc/hosts").read_text().count("gate-east") == 1, at
            assert "systemd.run=" not in (boot / "cmdline.txt").read_text(), at
            assert not (root / "etc/sudoers.d").exists(), at  # as for one without a password
        for secret in (API_KEY, WIFI, "$6$"):
            assert secret not in everything(boot), (at, secret)


def test_who_has_a_key_alone_is_the_systems_first_user_and_no_wizard_waits_for_a_name(root: Path) -> None:
    (root / "boot/firmware/cmdline.txt").write_text(BOOKWORM)
    userconf = root / "usr/lib/userconf-pi/userconf"
    userconf.parent.mkdir(parents=True)
    userconf.write_text('#!/bin/sh\necho "userconf $*" >> "$NOTES"\n')
    userconf.chmod(0o755)
    (root.parent / "card.toml").write_text(ANSWERS.replace('password_file = "password"\n', ""))
    prepared(root)

    notes = start(root)

    assert "userconf technician *\n" in notes
    assert "useradd" not in notes
    assert "NOPASSWD" in (root / "etc/sudoers.d/gate-controller-technician").read_text()


def test_somebody_who_is_there_already_gets_the_password_all_the_same(root: Path) -> None:
    (root / "boot/firmware/cmdline.txt").write_text(BOOKWORM)
    prepared(root)
    notes = start(root)  # getent knows everybody
    assert "useradd" not in notes
    assert "technician:$6$" in notes


def test_a_card_without_a_package_says_so_and_nothing_fails(root: Path) -> None:
    (root / "boot/firmware/cmdline.txt").write_text(BOOKWORM)
    boot = root / "boot/firmware"
    assert main(["provision", "card", str(boot), "--answers", "card.toml"]) == 0
    notes = start(root, systemctl='[ "$1" != cat ]')
    assert "systemctl enable gate-controller" not in notes
    log = (boot / "gate-setup.log").read_text()
    assert "the program is not installed" in log
    assert "failed" not in log


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
    assert hashlib.sha256(files["meta-data"]).hexdigest()


def cloud(boot: Path, name: str) -> dict[str, Any]:
    text = (boot / name).read_text()
    read: dict[str, Any] = json.loads(text.removeprefix("#cloud-config\n"))
    return read
