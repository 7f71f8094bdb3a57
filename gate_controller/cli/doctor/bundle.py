"""
What is sent to whoever helps: the doctor's findings, settings, log lines, versions and figures of the journal, in one
archive. Everything in it goes through `Discreet`: no key, no password, no code of a voucher.
"""

import io
import os
import sqlite3
import tarfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

from gate_controller import __version__
from gate_controller.cli.doctor.asking_system import said_by
from gate_controller.cli.doctor.discreet import Discreet
from gate_controller.cli.doctor.patient import Patient
from gate_controller.cli.exits import CommandError, ExitCode
from gate_controller.cli.json_output import in_json
from gate_controller.journal.store import FILE_NAME
from gate_controller.settings import secrets_of, value_of
from gate_controller.settings.files import DEFAULT_FILES
from gate_controller.settings.mistakes import SECRETS
from gate_controller.settings.reference import as_text
from gate_controller.systemd.unit import UNIT

_LOG_LINES = "2000"
_MOST_BYTES = 4 * 2**20
"""Of each part: a mail takes it all."""


def write(path: Path, patient: Patient, report: str, as_json: object) -> None:
    """Write the archive, a new file that only its owner may read. Raises `CommandError`."""
    discreet = Discreet(_secrets(patient))
    parts: dict[str, Callable[[], str]] = {
        "doctor.txt": lambda: report,
        "doctor.json": lambda: in_json(as_json),
        "settings.txt": lambda: _settings(patient),
        "status.json": lambda: in_json(patient.status()),
        "journal.txt": lambda: _journal(patient),
        "log.txt": lambda: said_by(
            "journalctl", "-u", UNIT, "-n", _LOG_LINES, "-o", "short-iso", "--no-pager", seconds=20.0
        ),
        "kernel.txt": lambda: said_by("journalctl", "-k", "-p", "warning", "-n", "300", "--no-pager", seconds=20.0),
        "unit.txt": lambda: said_by("systemctl", "status", UNIT, "--no-pager", "-n", "0", is_failure_told=True),
        "machine.txt": lambda: _machine(patient),
    }
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        raise CommandError(ExitCode.NO, f"report {path}: is already there: name another file") from None
    except OSError as error:
        raise CommandError(ExitCode.NO, f"report {path}: cannot be written ({error.strerror}): name another") from None
    try:
        with os.fdopen(handle, "wb") as file, tarfile.open(fileobj=file, mode="w:gz") as archive:
            texts = {name: _told(told) for name, told in parts.items()}
            for text in texts.values():
                discreet.learn(text)
            for name, text in texts.items():
                _add(archive, name, discreet.text(text))
    except OSError as error:
        path.unlink(missing_ok=True)
        raise CommandError(ExitCode.NO, f"report {path}: cannot be written ({error.strerror}): name another") from None


def _told(part: Callable[[], str]) -> str:
    try:
        return part() or "nothing is told\n"
    except Exception as error:  # noqa: BLE001 - the others are as needed
        return f"could not be had ({type(error).__name__})\n"


def _add(archive: tarfile.TarFile, name: str, text: str) -> None:
    content = text.encode()[-_MOST_BYTES:]
    entry = tarfile.TarInfo(f"gate-report/{name}")
    entry.size, entry.mtime, entry.mode = len(content), int(time.time()), 0o600
    archive.addfile(entry, io.BytesIO(content))


def _secrets(patient: Patient) -> Iterator[str]:
    """Yield what is known to be secret: of the settings, and what lies beside them whether it is in force or not."""
    yield from secrets_of(patient.settings)
    for name in SECRETS:
        with suppress(OSError):
            yield from (patient.machine.at(str(DEFAULT_FILES[0].parent / name))).read_text(errors="replace").split()


def _settings(patient: Patient) -> str:
    rows = [
        f"{name:<32}{as_text(value_of(patient.settings, name)):<32}{origin}"
        for name, origin in patient.known.origins.items()
    ]
    return "\n".join([*patient.known.mistakes, *patient.known.warnings, *rows, ""])


def _journal(patient: Patient) -> str:
    """Return how much there is of what, and nothing of any attempt."""
    file = patient.state_dir / FILE_NAME
    sizes = [
        f"{path.relative_to(patient.state_dir)}  {path.stat().st_size} bytes"
        for path in sorted(patient.state_dir.rglob("*"))
        if path.is_file()
    ]
    counts: list[str] = []
    if patient.status() is None and file.exists():
        import shutil  # noqa: PLC0415 - for a stopped gate alone
        import tempfile  # noqa: PLC0415 - the same

        with tempfile.TemporaryDirectory(prefix="gate-controller-") as folder:
            copy = Path(shutil.copyfile(file, Path(folder) / file.name))
            with suppress(FileNotFoundError):
                shutil.copyfile(file.with_name(f"{file.name}-wal"), copy.with_name(f"{copy.name}-wal"))
            with closing(sqlite3.connect(copy)) as db:
                counts.append(f"schema {db.execute('PRAGMA user_version').fetchone()[0]}")
                rows = db.execute("SELECT kind, count(*), min(at), max(at) FROM fact GROUP BY kind ORDER BY kind")
                counts += [f"{kind}: {number}, {_day(first)} to {_day(last)}" for kind, number, first, last in rows]
                rows = db.execute("SELECT standing, count(*) FROM pending GROUP BY standing")
                counts += [f"pending {standing}: {number}" for standing, number in rows]
    return "\n".join([*sizes, "", *counts, ""])


def _day(at: float) -> str:
    return time.strftime("%Y-%m-%d", time.gmtime(at))


def _machine(patient: Patient) -> str:
    machine = patient.machine
    parts = {
        "program": __version__,
        "system": machine.text("/etc/os-release"),
        "kernel": machine.text("/proc/version"),
        "board": machine.text("/sys/firmware/devicetree/base/model"),
        "uptime": machine.text("/proc/uptime"),
        "memory": "\n".join(machine.text("/proc/meminfo").splitlines()[:5]),
        "mounts": machine.text("/proc/self/mountinfo"),
        "boot": machine.text("/boot/firmware/config.txt") or machine.text("/boot/config.txt"),
        "usb": said_by("lsusb") if machine.is_this else "",
        "devices": "\n".join(
            path
            for pattern in ("gpiochip*", "i2c-*", "spidev*", "ttyACM*", "ttyUSB*", "serial/by-id/*", "input/by-id/*")
            for path in machine.found(f"/dev/{pattern}")
        ),
    }
    return "\n".join(f"-- {name}\n{text}\n" for name, text in parts.items())
