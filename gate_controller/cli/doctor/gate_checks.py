"""The gate itself: settings, whether it runs, its unit, versions, journal, and money that needs a person."""

import platform
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from gate_controller import __version__
from gate_controller.cli.doctor.finding import Diagnosis, Severity, absent, bad, ok, warn
from gate_controller.cli.doctor.patient import Patient
from gate_controller.cli.exits import CommandError
from gate_controller.journal.own_files import ASIDE
from gate_controller.journal.store import FILE_NAME
from gate_controller.systemd import unit

_GROUPS = ("gpio", "dialout", "i2c", "spi", "lp")
"""Those that the unit names; systemd starts no unit with a group that is not there."""
_MANY_RESTARTS = 3
_ENDED_WITH = {
    "2": "there is a mistake in the settings: see the lines above",
    "216": "a group of the unit is not there: `sudo groupadd --system` gpio, dialout, i2c, spi or lp",
    "243": "a secret that is kept encrypted cannot be opened on this machine: `sudo gate-controller setup`, key anew",
}
"""What systemd's own codes mean here (systemd.exec(5))."""
_START = "`sudo systemctl start --no-block gate-controller`; `journalctl -u gate-controller -n 50` tells why it ended"


def settings(patient: Patient) -> Iterator[Diagnosis]:
    """Tell each mistake in the settings."""
    for line in patient.known.mistakes:
        what, _, remedy = line.rpartition(": ")
        if "Permission denied" in what:
            yield Diagnosis("settings", Severity.ABSENT, what, "use sudo")
        else:
            yield bad("settings", what or line, remedy or "see docs/settings.md")
    if not patient.known.mistakes:
        given = sum(origin != "default" for origin in patient.known.origins.values())
        yield ok("settings", f"no mistake; {given} are given, all others are as usual")


def gate(patient: Patient) -> Iterator[Diagnosis]:
    """Tell whether the gate runs and takes scans, and what it does without."""
    try:
        status = patient.status()
    except CommandError as error:
        yield bad("gate", str(error), "restart it: `sudo systemctl restart gate-controller`")
        return
    except PermissionError:
        yield absent("gate", f"{patient.settings.state_dir} may not be looked into by this user: use sudo")
        return
    if status is None:
        is_new = any(" is not set: " in line for line in patient.known.mistakes)
        remedy = "run `sudo gate-controller setup`, which starts it" if is_new else _START
        yield warn("gate", f"no gate runs on {patient.settings.state_dir}", remedy)
        return
    for fault in status["faults"]:
        yield bad("gate", f"takes no scans, {fault['what']}: {fault['why']}", "do what it says; it goes on by itself")
    for why in dict.fromkeys(ailment["why"] for ailment in status["missing"]):
        names = ", ".join(ailment["what"] for ailment in status["missing"] if ailment["why"] == why)
        yield warn("gate", f"does without {names}", why)
    if status["movement"]:
        yield warn("gate", status["movement"], "look at the gate and at its contacts (`gate-controller test inputs`)")
    if not status["faults"]:
        yield ok("gate", f"runs and takes scans, version {status['build']['version']}")


def service(patient: Patient) -> Iterator[Diagnosis]:
    """Tell how systemd has the gate's unit."""
    lacking = _lacking_groups(patient)
    if lacking:
        remedy = "; ".join(f"sudo groupadd --system {group}" for group in lacking)
        yield bad("service", f"the unit names groups that are not there: {', '.join(lacking)}", remedy)
    names = ["LoadState", "ActiveState", "SubState", "UnitFileState", "NRestarts", "Result", "ExecMainStatus"]
    told = unit.properties(names) if patient.machine.is_this else {}
    if not told:
        yield absent("service", "no systemd runs here")
        return
    if told.get("LoadState") != "loaded":
        yield absent("service", "the gate is not installed as a service")
        return
    restarts = int(told.get("NRestarts") or 0)
    state = f"{told.get('ActiveState')} ({told.get('SubState')})"
    if told.get("ActiveState") == "failed" or told.get("SubState") == "auto-restart":
        code = told.get("ExecMainStatus", "")
        seen = f"{state}: it ended with {told.get('Result')}, code {code}, and was restarted {restarts} times"
        yield bad("service", seen, _ENDED_WITH.get(code, _START))
    elif told.get("UnitFileState") not in {"enabled", "static", "enabled-runtime"}:
        remedy = "sudo systemctl enable gate-controller"
        yield warn("service", f"{state}, and not started at the next start of this machine", remedy)
    elif restarts > _MANY_RESTARTS:
        yield warn("service", f"{state}, restarted {restarts} times", "`journalctl -u gate-controller` tells why")
    else:
        yield ok("service", f"{state}, enabled, restarted {restarts} times")


def versions(patient: Patient) -> Iterator[Diagnosis]:
    """Tell what runs on what."""
    machine = patient.machine
    system = {
        name: value.strip('"')
        for name, _, value in (line.partition("=") for line in machine.text("/etc/os-release").splitlines())
    }.get("PRETTY_NAME", "an unknown system")
    board = machine.text("/proc/device-tree/model") or machine.text("/sys/firmware/devicetree/base/model")
    here = f"{system}, Linux {platform.release()}, {platform.machine()}{f', {board}' if board else ''}"
    seen = f"gate-controller {__version__}, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {here}"
    try:
        status = patient.status()
    except (CommandError, PermissionError):
        status = None
    running = status["build"]["version"] if status else __version__
    if running != __version__:
        yield warn(
            "versions", f"{running} runs, and {__version__} is installed", "restart the gate when nobody is there"
        )
    else:
        yield ok("versions", seen)


def journal(patient: Patient) -> Iterator[Diagnosis]:
    """Prove the journal: through the running gate, else by a copy, which is thrown away."""
    directory = patient.state_dir
    try:
        aside = sorted(path.name for path in directory.glob(f"{ASIDE}*"))
        is_running = patient.status() is not None
        wrong = patient.ask("verify") if is_running else _wrong_with_copy(directory / FILE_NAME)
        size = (directory / FILE_NAME).stat().st_size
    except CommandError as error:
        yield bad(
            "journal", str(error), 'look at the disk (`journalctl -k`), and see "After a disk error" in the manual'
        )
        return
    except FileNotFoundError:
        yield absent("journal", f"there is none in {patient.settings.state_dir}: the gate has not run yet")
        return
    except OSError as error:
        yield absent("journal", f"{error.filename} cannot be read ({error.strerror}): use sudo")
        return
    if wrong:
        remedy = 'keep the state directory as it is, copy it away, and see "After a disk error" in the manual'
        yield bad("journal", f"it is damaged: {'; '.join(wrong[:3])}", remedy)
    elif aside:
        remedy = (
            "`gate-controller journal reconcile` shows what E-GUMA has and this one lacks; settle it, then move it away"
        )
        yield warn("journal", f"whole; a damaged one was set aside: {', '.join(aside)}", remedy)
    else:
        yield ok("journal", f"whole, {size / 1024:.0f} KiB{'' if is_running else ' (by a copy: no gate runs)'}")


def _wrong_with_copy(file: Path) -> list[str]:
    """
    Return what is wrong with a journal that no gate has open.

    A copy is looked at, for even reading a write-ahead log makes files beside it, and root's the gate cannot open.
    """
    with tempfile.TemporaryDirectory(prefix="gate-controller-") as folder:
        for name in (file.name, f"{file.name}-wal"):
            source = file.with_name(name)
            if name == file.name or source.exists():
                shutil.copyfile(source, Path(folder) / name)
        try:
            with closing(sqlite3.connect(Path(folder) / file.name)) as db:
                return [line for (line,) in db.execute("PRAGMA quick_check(20)") if line != "ok"]
        except sqlite3.DatabaseError as error:
            return [str(error)]


def money(patient: Patient) -> Iterator[Diagnosis]:
    """Tell of money that needs a person."""
    try:
        status = patient.status()
    except (CommandError, PermissionError):
        status = None
    if status is None:
        yield absent("open items", "the running gate tells of them: `gate-controller journal open` without one")
        return
    told = status["money"]
    if told["open_items"]:
        seen = f"{told['open_items']} need a person"
        yield warn("open items", seen, "`gate-controller journal open` tells of each, and what can be done")
    elif told["in_doubt"]:
        yield warn(
            "open items", f"{told['in_doubt']} charges are being looked up", "wait; those that stay unclear are told"
        )
    else:
        yield ok("open items", "none")


def _lacking_groups(patient: Patient) -> list[str]:
    known = {line.partition(":")[0] for line in patient.machine.text("/etc/group").splitlines()}
    is_installed = (
        "gate-controller" in known or patient.machine.at("/usr/lib/systemd/system/gate-controller.service").exists()
    )
    return [group for group in _GROUPS if group not in known] if known and is_installed else []
