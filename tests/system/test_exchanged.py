"""Another release on a gate that runs: put in place, refused, broken, cut off, and taken back."""

import asyncio
import base64
import hashlib
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from gate_controller.simulator import FaultKind, Simulator
from tests.rig.gate import GOOD, PRICE, charged, fault
from tests.rig.scanner import PtyScanner
from tests.rig.signed_stick import SignedStick
from tests.rig.waiting import until
from tests.system.conftest import DEBIAN
from tests.system.container import Container
from tests.system.test_installed import GATE, STATE, ready, started, story

FRAME = GOOD.encode() + b"\r"
OPT = "opt/gate-controller"
CRASH = b"raise RuntimeError('this release is broken')\n"


def dpkg_deb(*words: str | Path) -> None:
    subprocess.run(["dpkg-deb", *words], check=True, stdout=subprocess.DEVNULL)  # noqa: S603, S607 - ours


def repackaged(
    package: Path, folder: Path, version: str, changed: Mapping[str, bytes], fields: Mapping[str, str]
) -> Path:
    """Return the package as another version whose wheel has other files, and which says other things of itself."""
    tree = folder / f"tree-{version}"
    dpkg_deb("--raw-extract", package, tree)
    share = tree / "usr/share/gate-controller"
    (wheel,) = (share / "wheels").glob("gate_controller-*.whl")
    before = hashlib.sha256(wheel.read_bytes()).hexdigest()
    fresh = folder / wheel.name
    with zipfile.ZipFile(wheel) as old, zipfile.ZipFile(fresh, "w") as new:
        for name in old.namelist():
            content = changed.get(name, old.read(name))
            if name == "gate_controller/__init__.py":
                content = content.replace(b'"0.1.0"', f'"{version}"'.encode())
            if name.endswith("/RECORD"):
                content = b"".join(line for line in content.splitlines(keepends=True) if b".py," not in line)
                content += b"".join(_recorded(each, changed, old) for each in old.namelist() if each.endswith(".py"))
            new.writestr(name, content)
    after = hashlib.sha256(fresh.read_bytes()).hexdigest()
    shutil.move(fresh, wheel)
    listed = share / "wheels.txt"
    listed.write_text(listed.read_text().replace(before, after))
    (share / "version").write_text(f"{version}\n")
    control = tree / "DEBIAN/control"
    lines = [line for line in control.read_text().splitlines() if line.partition(":")[0] not in fields]
    text = "\n".join([*lines, *(f"{name}: {value}" for name, value in fields.items())]) + "\n"
    control.write_text(text.replace("Version: 0.1.0", f"Version: {version}"))
    sums = tree / "DEBIAN/md5sums"
    sums.unlink()
    result = folder / package.name.replace("0.1.0", version)
    dpkg_deb("-Znone", "--root-owner-group", "--build", tree, result)
    shutil.rmtree(tree)
    return result


def _recorded(name: str, changed: Mapping[str, bytes], wheel: zipfile.ZipFile) -> bytes:
    content = changed.get(name, wheel.read(name))
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    return f"{name},sha256={digest},{len(content)}\n".encode()


@pytest.fixture(scope="session")
def newer(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release that works as this one does."""
    return repackaged(package, tmp_path_factory.mktemp("newer"), "0.2.0", {}, {})


@pytest.fixture(scope="session")
def broken(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release whose gate does not start."""
    changed = {"gate_controller/app.py": CRASH}
    return repackaged(package, tmp_path_factory.mktemp("broken"), "0.3.0", changed, {})


def brought(machine: Container, file: Path, package: Path) -> str:
    """Copy a package into a machine, signed by the key that its first one was signed with; return its path there."""
    path = machine.bring(file)
    SignedStick(machine.root / "root", package.with_name("key.pem")).sign()
    return path


def versions(machine: Container) -> tuple[str, str]:
    """Return what dpkg believes, and what the program says of itself."""
    believed = machine.does("dpkg-query", "--show", "--showformat=${Version} ${db:Status-Status}", "gate-controller")
    return believed, machine.does("gate-controller", "version").split()[1]


async def during(ordered: "asyncio.Task[tuple[int, str]]", condition: Callable[[], bool]) -> None:
    """Wait for a moment of an exchange."""
    await until(lambda: ordered.done() or condition(), seconds=100)
    assert condition(), ordered.result()


async def exchanging(machine: Container, *words: str) -> tuple[int, str]:
    done = await asyncio.to_thread(machine.tries, "gate-controller", *words)
    return done.returncode, done.stdout


async def test_a_newer_release_takes_over_when_the_lane_is_free_and_a_rollback_leads_back(
    gate: Container, newer: Path, package: Path, plugged: PtyScanner, simulator: Simulator
) -> None:
    await started(gate)
    # systemd has other things to do first, as on a small board.
    gate.write("/etc/systemd/system/busy.service", "[Service]\nType=oneshot\nExecStart=sleep 1\n")
    drop_in = "/etc/systemd/system/gate-controller-upgrade.service.d/test.conf"
    gate.write(drop_in, "[Unit]\nWants=busy.service\nAfter=busy.service\n")
    # Somebody is in the lane when the new release is ready to take over: he is served to the end.
    simulator.faults.add(fault(FaultKind.DELAY, delay_seconds=2))
    ordered = asyncio.create_task(exchanging(gate, "upgrade", brought(gate, newer, package), "--watch", "5"))
    await during(ordered, (gate.root / OPT / "upgrade.json").exists)
    plugged.type(FRAME)

    assert await ordered == (0, (await ordered)[1])
    assert f"done: 0.2.0+deb{DEBIAN} is in place" in (await ordered)[1]
    assert await asyncio.to_thread(versions, gate) == (f"0.2.0+deb{DEBIAN} installed", "0.2.0")
    await ready(gate)
    assert charged(simulator) == PRICE
    assert "Released" in str(story(gate))
    assert len(list((gate.root / STATE / "backups").glob(f"before-0.2.0+deb{DEBIAN}-*.sqlite3"))) == 1
    assert not (gate.root / OPT / "upgrade.json").exists()
    assert await exchanging(gate, "upgrade", f"/root/{newer.name}") == (
        0,
        f"0.2.0+deb{DEBIAN} is installed already: nothing to do\n",
    )

    code, said = await exchanging(gate, "rollback", "--watch", "3")
    assert (code, f"done: 0.1.0+deb{DEBIAN} is in place" in said) == (0, True), said
    assert await asyncio.to_thread(versions, gate) == (f"0.1.0+deb{DEBIAN} installed", "0.1.0")
    await ready(gate)
    assert await asyncio.to_thread(gate.does, "dpkg", "--verify", "gate-controller") == ""
    assert {path.name for path in (gate.root / OPT / "releases").iterdir()} == {"0.1.0", "0.2.0"}


async def test_a_release_that_does_not_start_is_taken_back_by_itself(
    gate: Container, broken: Path, package: Path, plugged: PtyScanner, simulator: Simulator
) -> None:
    await started(gate)

    path = gate.bring(broken)
    SignedStick(gate.root / "root", package.with_name("other.pem")).sign()
    code, said = await exchanging(gate, "upgrade", path)
    assert (code, "the signature is not by the key /etc/gate-controller/package-key.pem" in said) == (2, True), said

    code, said = await exchanging(gate, "upgrade", brought(gate, broken, package), "--watch", "30")

    assert code == 1
    assert f"gone back to 0.1.0+deb{DEBIAN}" in said
    assert "it ended by itself: " in said
    assert "RuntimeError" in said, said
    assert "status=70" in said
    assert "left as they are" not in said
    assert await asyncio.to_thread(versions, gate) == (f"0.1.0+deb{DEBIAN} installed", "0.1.0")
    await ready(gate)
    plugged.type(FRAME)
    await until(lambda: charged(simulator) == PRICE)
    assert {path.name for path in (gate.root / OPT / "releases").iterdir()} == {"0.1.0"}


async def test_the_power_goes_while_a_broken_release_is_tried_and_the_next_boot_leads_back(
    gate: Container, broken: Path, package: Path, plugged: PtyScanner
) -> None:
    await asyncio.to_thread(gate.does, "systemctl", "enable", "--now", "--no-block", GATE)
    await ready(gate)
    path = brought(gate, broken, package)
    ordered = asyncio.create_task(exchanging(gate, "upgrade", path, "--watch", "60"))
    link = gate.root / OPT / "current"
    await during(ordered, lambda: link.readlink().name == "0.3.0")
    await asyncio.to_thread(gate.cut_power)
    await ordered

    await asyncio.to_thread(gate.boot, scanner=plugged.port)

    await until(lambda: not (gate.root / OPT / "upgrade.json").exists(), seconds=60)
    await ready(gate)
    assert await asyncio.to_thread(versions, gate) == (f"0.1.0+deb{DEBIAN} installed", "0.1.0")


async def test_a_machine_that_is_shut_down_while_a_release_is_watched_watches_it_anew_after_the_boot(
    gate: Container, newer: Path, package: Path, plugged: PtyScanner
) -> None:
    await asyncio.to_thread(gate.does, "systemctl", "enable", "--now", "--no-block", GATE)
    await ready(gate)
    # From a session that systemd knows of, as every terminal of a gate is: it ends with the machine.
    command = ("systemd-run", "--quiet", "gate-controller", "upgrade", brought(gate, newer, package), "--watch", "6")
    await asyncio.to_thread(gate.does, *command)
    link = gate.root / OPT / "current"
    await until(lambda: link.readlink().name == "0.2.0", seconds=100)
    await ready(gate)
    await asyncio.to_thread(gate.shut_down)
    assert (gate.root / OPT / "upgrade.json").exists()

    await asyncio.to_thread(gate.boot, scanner=plugged.port)

    await until(lambda: not (gate.root / OPT / "upgrade.json").exists(), seconds=60)
    await ready(gate)
    assert await asyncio.to_thread(versions, gate) == (f"0.2.0+deb{DEBIAN} installed", "0.2.0")


async def test_the_power_goes_while_dpkg_is_at_work_and_the_gate_starts_as_it_was(
    gate: Container, newer: Path, package: Path, plugged: PtyScanner
) -> None:
    await asyncio.to_thread(gate.does, "systemctl", "enable", "--now", "--no-block", GATE)
    await ready(gate)
    ordered = asyncio.create_task(exchanging(gate, "upgrade", brought(gate, newer, package)))
    await during(ordered, (gate.root / OPT / "releases/0.2.0").exists)
    await asyncio.to_thread(gate.cut_power)
    await ordered

    await asyncio.to_thread(gate.boot, scanner=plugged.port)
    await ready(gate)

    await until(lambda: not (gate.root / OPT / "upgrade.json").exists(), seconds=60)
    assert await asyncio.to_thread(versions, gate) == (f"0.1.0+deb{DEBIAN} installed", "0.1.0")


async def test_what_cannot_be_taken_back_or_cannot_use_the_settings_is_told_before_anything_is_touched(
    gate: Container, package: Path, tmp_path: Path
) -> None:
    await started(gate)
    pid = await asyncio.to_thread(gate.shows, GATE, "MainPID")
    facts = "Intended Redeemed Levitated"
    other = repackaged(package, tmp_path, "0.4.0", {}, {"Gate-Journal": "99", "Gate-Facts": facts})
    code, said = await exchanging(gate, "upgrade", brought(gate, other, package))
    assert (code, "there is no way back" in said, "Levitated" in said) == (1, True, True)
    assert await asyncio.to_thread(gate.shows, GATE, "MainPID") == pid

    complaint = b"import sys\nsys.exit('gate-controller: error: price: too low: raise it')\n"
    strict = repackaged(package, tmp_path, "0.5.0", {"gate_controller/cli/config.py": complaint}, {})
    code, said = await exchanging(gate, "upgrade", brought(gate, strict, package))
    assert (code, f"0.1.0+deb{DEBIAN} runs as before" in said) == (1, True), said
    assert await asyncio.to_thread(gate.shows, GATE, "MainPID") == pid
    assert await asyncio.to_thread(versions, gate) == (f"0.1.0+deb{DEBIAN} installed", "0.1.0")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("upgrade", "/root/nowhere.deb"), "package /root/nowhere.deb: is not there"),
        (("upgrade", "/etc/hostname"), "no SHA256SUMS beside it: copy all files that belong to it"),
        (("upgrade", "/root/no.deb"), "is no whole Debian package"),
        (("upgrade", "/root/no.deb", "--key", "/etc/hostname"), "is no public Ed25519 key"),
        (("upgrade", "/root/no.deb", "--fingerprint", "ab"), "not the one you gave"),
        (("rollback",), "no release before this one is kept"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    bare: Container, words: tuple[str, ...], told: str, package: Path
) -> None:
    bare.write("/root/no.deb", "no package")
    SignedStick(bare.root / "root", package.with_name("key.pem")).sign()
    done = bare.tries("gate-controller", *words)
    assert (done.returncode in {1, 2}, told in done.stdout, done.stdout.count("\n")) == (True, True, 1), done.stdout
