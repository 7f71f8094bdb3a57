"""The package on a machine with a booted systemd: installed, run, killed, cut off, removed."""

import asyncio
import re
import time
from pathlib import Path

import pytest

from deb.wheels import DEBIANS, ROOT
from gate_controller.simulator import FaultKind, Simulator
from tests.rig.gate import GOOD, PRICE, charged, facts_in, fault
from tests.rig.scanner import PtyScanner
from tests.rig.waiting import until
from tests.system.conftest import DEBIAN, Installation
from tests.system.container import Container

STATE = "var/lib/gate-controller"
FRAME = GOOD.encode() + b"\r"
GATE = "gate-controller.service"


def is_ready(machine: Container) -> bool:
    return machine.shows(GATE, "ActiveState")["ActiveState"] == "active"


async def ready(machine: Container) -> None:
    """Wait until the gate takes scans. Commands are run beside the event loop, in which the simulator answers."""
    for _ in range(300):
        if await asyncio.to_thread(is_ready, machine):
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"the gate is not ready:\n{machine.log()}")


async def started(machine: Container) -> None:
    await asyncio.to_thread(machine.does, "systemctl", "start", "--no-block", GATE)
    await ready(machine)


def story(machine: Container) -> list[list[str]]:
    return [[type(fact).__name__ for fact in facts] for facts in facts_in(machine.root / STATE)]


def snapshot(root: Path) -> dict[str, tuple[int, int, str]]:
    """Return everything that a package or its scripts may have made: size, time and target of links."""
    found: dict[str, tuple[int, int, str]] = {}
    for top in ("opt", "etc", "usr/bin", "usr/lib/systemd", "usr/lib/gate-controller", "usr/share/gate-controller"):
        for path in (root / top).rglob("*"):
            state = path.lstat()
            target = str(path.readlink()) if path.is_symlink() else ""
            found[str(path)] = (0, 0, "") if path.is_dir() else (state.st_size, int(state.st_mtime), target)
    return found


@pytest.mark.every_debian
async def test_a_package_is_installed_offline_says_what_is_next_and_installed_again_changes_nothing(
    bare: Container, installation: Installation, package: Path
) -> None:
    assert installation.seconds < 180
    assert "its signature is right" in installation.said
    assert "another installation is under way" in installation.said
    assert "next is" in installation.said
    assert (bare.root / "etc/gate-controller/package-key.pem").exists()
    machine = bare
    assert machine.does("gate-controller", "version").startswith("gate-controller 0.1.0")
    assert machine.tries("systemctl", "is-active", GATE).stdout.strip() == "inactive"
    assert machine.tries("systemctl", "is-enabled", GATE).stdout.strip() == "disabled"
    assert machine.does("stat", "--format=%U:%G %a", f"/{STATE}") == "gate-controller:gate-controller 700\n"
    assert machine.does("getent", "group", "gpio", "i2c", "spi", "dialout", "lp").count("\n") == 5
    assert machine.does("dpkg", "--verify", "gate-controller") == ""
    # The service may not write bytecode, so all of it is there; and nobody but root may change the program.
    release = (machine.root / "opt/gate-controller/current").readlink()
    files = list((machine.root / str(release).lstrip("/") / "lib").rglob("gate_controller/**/*.py"))
    assert len(files) > 300
    assert all(list((file.parent / "__pycache__").glob(f"{file.stem}.cpython-*.pyc")) for file in files)
    assert machine.does("find", "/opt/gate-controller", "-perm", "/022", "-not", "-type", "l") == ""
    assert machine.does("find", "/opt/gate-controller", "-not", "-user", "root") == ""

    before = snapshot(machine.root)
    machine.does("dpkg", "--install", f"/root/{package.name}")
    assert snapshot(machine.root) == before


@pytest.mark.every_debian
def test_this_systemd_has_nothing_against_what_was_installed_and_rates_it_as_well(bare: Container) -> None:
    # Not the upgrade's: its program is there while a release is exchanged.
    units = [path.name for path in (ROOT / "systemd").iterdir() if "upgrade" not in path.name]
    assert bare.does("systemd-analyze", "verify", "--man=no", *units) == ""
    rated = bare.does("systemd-analyze", "security", "--no-pager", GATE)
    exposure = re.search(r"Overall exposure level .*: ([0-9.]+) ", rated)
    assert exposure is not None, rated
    assert float(exposure[1]) <= 1.5
    assert bare.does("systemd-sysusers", "--dry-run", "gate-controller.conf") == ""
    if DEBIAN != "12":  # systemd 254 and newer can tell
        bare.does("udevadm", "verify", "/usr/lib/udev/rules.d/70-gate-controller.rules")
    warned = bare.does("journalctl", "--boot", "--priority=warning", "--no-pager", "--quiet", "--output=cat")
    assert "gate" not in warned


@pytest.mark.every_debian
def test_what_others_have_put_beside_apts_libraries_hides_none_of_the_gates(bare: Container, package: Path) -> None:
    """On Debian 13, lgpio is apt's, and what pip has under that name for its Python is an empty file."""
    program = "/opt/gate-controller/current/bin/python3"
    number = DEBIANS[DEBIAN].python
    for place in (f"/usr/local/lib/python{number}/dist-packages", f"/root/.local/lib/python{number}/site-packages"):
        bare.write(f"{place}/lgpio.py", "")
        bare.write(f"{place}/httpx.py", "")
    where = "import importlib.util as u; print(*(u.find_spec(name).origin for name in ('httpx', 'lgpio')), sep='\\n')"
    own = f"/opt/gate-controller/current/lib/python{number}/site-packages"
    missing = "the library for GPIO is missing"
    if DEBIANS[DEBIAN].from_apt:
        assert missing in bare.does("dpkg", "--install", f"/root/{package.name}")
        for name in ("lgpio", "_lgpio"):
            bare.write(f"/usr/lib/python3/dist-packages/{name}.py", "# as apt's python3-lgpio")
        assert bare.does(program, "-c", where).splitlines() == [
            f"{own}/httpx/__init__.py",
            "/usr/lib/python3/dist-packages/lgpio.py",
        ]
    else:
        assert bare.does(program, "-c", where).splitlines() == [f"{own}/httpx/__init__.py", f"{own}/lgpio.py"]
    assert missing not in bare.does("dpkg", "--install", f"/root/{package.name}")


def test_an_installation_that_was_cut_off_is_mended_by_the_next(
    machine: Container, package: Path, plugged: PtyScanner
) -> None:
    path = machine.bring(package)
    machine.does("sh", "-c", f"setsid dpkg --install {path} >/dev/null 2>&1 &")
    library = f"opt/gate-controller/releases/0.1.0/lib/python{DEBIANS[DEBIAN].python}/site-packages/h11"
    end = time.monotonic() + 60
    while not (machine.root / library).exists():
        assert time.monotonic() < end
        time.sleep(0.02)
    machine.cut_power()
    assert not (machine.root / "opt/gate-controller/current").is_symlink()
    machine.boot(scanner=plugged.port)

    machine.does("dpkg", "--install", path)

    assert machine.does("gate-controller", "version").startswith("gate-controller 0.1.0")
    assert machine.does("dpkg-query", "--show", "--showformat=${db:Status-Abbrev}", "gate-controller") == "ii "


@pytest.mark.every_debian
async def test_a_gate_admits_is_watched_and_is_at_rest_after_every_end(
    gate: Container, plugged: PtyScanner, simulator: Simulator
) -> None:
    await started(gate)
    plugged.type(FRAME)
    await until(lambda: charged(simulator) == PRICE)
    await until(lambda: story(gate) == [["Intended", "Approved", "Redeemed", "Released"]])
    # A command of root's finds the service's gate without being told, and leaves nothing where it was called.
    said = await asyncio.to_thread(gate.does, "gate-controller", "gate", "status")
    assert said.startswith("takes scans")

    before = await asyncio.to_thread(gate.shows, GATE, "MainPID", "NRestarts")
    await asyncio.to_thread(gate.does, "systemctl", "kill", "--kill-whom=main", "--signal=SIGSTOP", GATE)
    await _restarted(gate, before)
    log = await asyncio.to_thread(gate.log)
    assert "Watchdog timeout" in log
    assert await asyncio.to_thread(_stop_post_status, gate) == "0"

    before = await asyncio.to_thread(gate.shows, GATE, "MainPID", "NRestarts")
    await asyncio.to_thread(gate.does, "systemctl", "kill", "--kill-whom=main", "--signal=SIGKILL", GATE)
    await _restarted(gate, before)

    await asyncio.to_thread(gate.does, "systemctl", "stop", GATE)
    shown = await asyncio.to_thread(gate.shows, GATE, "Result", "ExecMainStatus")
    assert shown == {"Result": "success", "ExecMainStatus": "0"}
    await asyncio.to_thread(gate.does, "gate-controller", "relay", "safe", GPIOZERO_PIN_FACTORY="mock")
    assert not list((gate.root / "root").glob(".lgd*"))


async def test_power_cut_in_the_middle_of_a_charge_the_gate_knows_what_became_of_it_after_the_boot(
    gate: Container, plugged: PtyScanner, simulator: Simulator
) -> None:
    await asyncio.to_thread(gate.does, "systemctl", "enable", "--no-block", "--now", GATE)
    await ready(gate)
    simulator.faults.add(fault(FaultKind.HANG, effect=True))
    plugged.type(FRAME)
    await until(lambda: charged(simulator) == PRICE)
    await asyncio.to_thread(gate.cut_power)
    simulator.faults.clear()

    await asyncio.to_thread(gate.boot, scanner=plugged.port)
    await ready(gate)

    await until(lambda: "CreditOpened" in str(story(gate)))
    assert charged(simulator) == PRICE
    plugged.type(FRAME)
    await until(lambda: "Released" in str(story(gate)))
    assert charged(simulator) == PRICE


async def test_removed_the_journal_and_the_settings_stay_and_put_back_it_goes_on_with_them(
    gate: Container, plugged: PtyScanner, simulator: Simulator, package: Path
) -> None:
    await started(gate)
    plugged.type(FRAME)
    await until(lambda: "Released" in str(story(gate)))

    await asyncio.to_thread(gate.does, "systemctl", "enable", "--now", "gate-backup.timer")
    await asyncio.to_thread(gate.tries, "systemctl", "start", "gate-backup.service")  # fails: it has no target

    said = await asyncio.to_thread(gate.does, "dpkg", "--remove", "gate-controller")
    assert f"journal is still in /{STATE}" in said
    assert charged(simulator) == PRICE
    assert "Released" in str(story(gate))
    assert (gate.root / "etc/gate-controller/gate.toml").exists()
    assert not (gate.root / "opt/gate-controller").exists()

    assert "gate-" not in await asyncio.to_thread(gate.does, "systemctl", "list-units", "--state=failed", "--plain")

    # Put back, it goes on where it stood: it has its settings.
    await asyncio.to_thread(gate.does, "dpkg", "--install", gate.bring(package))
    await ready(gate)
    shown = await asyncio.to_thread(gate.shows, "gate-backup.timer", "ActiveState")
    assert shown == {"ActiveState": "active"}


@pytest.mark.parametrize("wish", ["", pytest.param("true", marks=pytest.mark.every_debian), "false"])
def test_purge_deletes_the_journal_only_where_somebody_said_so(bare: Container, wish: str) -> None:
    bare.write(f"/{STATE}/journal.sqlite3", "every charge of a year")
    bare.write("/etc/gate-controller/eguma.api_key", "a key", mode=0o600)
    if wish:
        said = f"gate-controller gate-controller/delete_journal boolean {wish}"
        bare.does("sh", "-c", f"echo {said} | debconf-set-selections")

    bare.does("systemctl", "enable", "gate-controller.service", "gate-backup.timer")

    said = bare.does("dpkg", "--purge", "gate-controller", DEBIAN_FRONTEND="noninteractive")

    assert (bare.root / STATE / "journal.sqlite3").exists() == (wish != "true")
    assert ("journal is kept" in said) == (wish != "true")
    assert not (bare.root / "etc/gate-controller").exists()
    assert not list((bare.root / "etc/systemd/system").glob("*.wants/gate-*"))
    assert not (bare.root / "opt/gate-controller").exists()


async def _restarted(machine: Container, before: dict[str, str]) -> None:
    def has() -> bool:
        now = machine.shows(GATE, "MainPID", "NRestarts")
        return int(now["NRestarts"]) > int(before["NRestarts"]) and now["MainPID"] != before["MainPID"]

    end = time.monotonic() + 60
    while not await asyncio.to_thread(has):
        assert time.monotonic() < end, machine.log()
        await asyncio.sleep(0.1)
    await ready(machine)


def _stop_post_status(machine: Container) -> str:
    said = machine.does("systemctl", "show", GATE, "--property=ExecStopPost")
    return said.rpartition("status=")[2].split("/")[0].strip(" }\n")
