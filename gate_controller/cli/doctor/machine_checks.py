"""The machine: supply, temperature, clock, disk, and what is behind the state directory."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from gate_controller.cli.doctor.finding import Diagnosis, Severity, absent, bad, ok, warn
from gate_controller.cli.doctor.patient import Machine, Patient
from gate_controller.devices.health import look
from gate_controller.eguma.route import clock_words
from gate_controller.shell.watching_machine import HOT_CELSIUS, LEAST_FREE

_ESCAPED = re.compile(r"\\([0-7]{3})")
"""A blank, say, in the name of a place (proc_pid_mountinfo(5))."""
_WARM_CELSIUS = 70.0
_SCARCE_FREE = 0.15
_IN_MEMORY = {"tmpfs", "ramfs", "overlay", "overlayfs", "aufs", "rootfs"}
_ELSEWHERE = {"nfs", "nfs4", "cifs", "smb3", "fuse.sshfs", "9p"}
_EXT4_ADVICE = (
    'copy the journal away now (`gate-controller journal backup`), then see "After a disk error" in the manual'
)
_WORN = 0x0A
"""Of JEDEC's life time: 90 to 100 % used. One step is a tenth."""
_GB = 10**6
"""KiB in a gigabyte, near enough for wear."""


def supply(patient: Patient) -> Iterator[Diagnosis]:
    """Look whether the voltage sags."""
    vitals = look(patient.state_dir, patient.machine.at("/sys"))
    remedy = "use a supply of 3 A (Pi 5: 5 A) with a short thick cable, or feed relay and lamps apart"
    if vitals.is_undervolted is None:
        yield absent("supply", "this machine does not tell of its supply")
    elif vitals.is_undervolted:
        yield bad("supply", "the voltage sags just now, below 4.63 V", remedy)
    elif vitals.was_undervolted:
        yield warn("supply", "the voltage has sagged since the start of this machine", remedy)
    else:
        yield ok("supply", "good since the start of this machine" if vitals.was_undervolted is False else "good now")


def temperature(patient: Patient) -> Iterator[Diagnosis]:
    """Look how hot the processor is."""
    vitals = look(patient.state_dir, patient.machine.at("/sys"))
    if vitals.celsius is None:
        yield absent("temperature", "this machine does not tell its temperature")
        return
    seen = f"the processor has {vitals.celsius:.0f} °C"
    remedy = "give the enclosure air or shade: from 80 °C on a Raspberry Pi slows itself down"
    if vitals.celsius >= HOT_CELSIUS:
        yield bad("temperature", seen, remedy)
    elif vitals.celsius >= _WARM_CELSIUS:
        yield warn("temperature", seen, remedy)
    else:
        yield ok("temperature", seen)


def clock(patient: Patient) -> Iterator[Diagnosis]:
    """Look whether the clock is kept, and whether it agrees with E-GUMA's."""
    machine, ahead = patient.machine, patient.route().clock_ahead
    is_kept = _is_kept(machine)
    has_battery = bool(machine.found("/dev/rtc*"))
    said = "" if ahead is None else f", E-GUMA's is {clock_words(-ahead).replace('ahead', 'ahead of it')}"
    said = ", and agrees with E-GUMA's" if ahead is not None and abs(ahead) < 3 else said  # noqa: PLR2004 - whole seconds
    remedy = "let NTP through (UDP port 123, `timedatectl set-ntp true`), or set the time: `timedatectl set-time`"
    if patient.route().is_clock_wrong and ahead is not None:
        yield bad("clock", f"the clock of this machine is {clock_words(ahead)}", remedy)
    elif is_kept is None:
        yield absent("clock", f"nobody tells whether the clock is kept{said}")
    elif is_kept:
        yield ok("clock", f"kept by NTP{said}")
    else:
        battery = "it has a battery" if has_battery else "without a battery it is wrong after each power cut"
        yield warn("clock", f"not kept by NTP; {battery}{said}", remedy)


def _is_kept(machine: Machine) -> bool | None:
    if machine.at("/run/systemd/timesync/synchronized").exists():
        return True
    if not machine.is_this:
        return False if machine.at("/run/systemd/timesync").exists() else None
    from gate_controller.cli.doctor.asking_system import said_by  # noqa: PLC0415 - where there is a system to ask

    told = said_by("timedatectl", "show", "--property=NTPSynchronized", "--value")
    return None if told not in {"yes", "no"} else told == "yes"


def disk(patient: Patient) -> Iterator[Diagnosis]:
    """Look how much room there is, and whether the file system takes writes."""
    place = _existing(patient.state_dir)
    vitals = look(place, patient.machine.at("/sys"))
    if vitals.disk_free is None:
        yield absent("disk", f"{place} cannot be looked at")
        return
    seen = f"{100 * vitals.disk_free:.0f} % free at {patient.settings.state_dir}"
    told = os.statvfs(place)
    few_files = bool(told.f_files) and told.f_favail / told.f_files < LEAST_FREE
    remedy = "make room (`journalctl --vacuum-size=50M`, `apt-get clean`), or use a larger card"
    if told.f_flag & os.ST_RDONLY:
        yield bad("disk", f"the disk of {patient.settings.state_dir} takes no writes", _EXT4_ADVICE)
    elif vitals.disk_free < LEAST_FREE or few_files:
        yield bad("disk", f"{seen}{', and hardly a file more' if few_files else ''}", remedy)
    elif vitals.disk_free < _SCARCE_FREE:
        yield warn("disk", seen, remedy)
    else:
        yield ok("disk", seen)


def storage(patient: Patient) -> Iterator[Diagnosis]:
    """Look at what is really behind the state directory: what is in memory is gone with the power."""
    mount = mount_of(patient.machine, patient.settings.state_dir)
    if mount is None:
        yield absent("storage", "this machine does not tell what is mounted where")
        return
    place, kind, source, options = mount
    seen = f"{patient.settings.state_dir} is on {source} ({kind}, at {place})"
    if kind in _IN_MEMORY:
        remedy = "turn the overlay off (raspi-config, Performance), or mount real storage at the state directory"
        yield bad("storage", f"{seen}: in memory, so that a power cut takes the journal", remedy)
    elif "ro" in options:
        yield bad("storage", f"{seen}: mounted read-only", _EXT4_ADVICE)
    elif kind in _ELSEWHERE:
        remedy = "keep the state directory on a disk of this machine: SQLite's locks and syncs need one"
        yield bad("storage", f"{seen}: over the network", remedy)
    elif "nobarrier" in options or "barrier=0" in options:
        yield bad(
            "storage", f"{seen}: without barriers", "take nobarrier out of /etc/fstab: a sync has to reach the card"
        )
    else:
        yield ok("storage", seen)


def mount_of(machine: Machine, directory: Path) -> tuple[str, str, str, set[str]] | None:
    """Return where the file system of a directory is mounted, its kind, its source and its options."""
    wanted = Path(os.path.realpath(directory) if machine.is_this else os.path.normpath(Path.cwd() / directory))
    best: tuple[str, str, str, set[str]] | None = None
    for line in machine.text("/proc/self/mountinfo").splitlines():
        before, _, after = line.partition(" - ")
        fields, more = before.split(), after.split()
        if len(fields) < 6 or len(more) < 3:  # noqa: PLR2004 - as proc_pid_mountinfo(5) has it
            continue
        place = _ESCAPED.sub(lambda octal: chr(int(octal[1], 8)), fields[4])
        is_over = wanted.is_relative_to(place)
        if is_over and (best is None or len(place) >= len(best[0])):
            best = place, more[0], more[1], {*fields[5].split(","), *more[2].split(",")}
    return best


def wear(patient: Patient) -> Iterator[Diagnosis]:
    """Look at the errors that the file system has met, and at what the card says of its life."""
    machine = patient.machine
    findings = [*_errors(machine), *_life(machine)]
    written = [
        f"{path.split('/')[-2]}: {kib / _GB:.0f} GB written in all"
        for path in machine.found("/sys/fs/ext4/*/lifetime_write_kbytes")
        if (kib := machine.number(path)) is not None
    ]
    if not findings and not written:
        yield absent("wear", "no disk here tells of its errors or its life")
    elif not findings:
        yield ok("wear", f"no error met; {', '.join(written)}")
    yield from findings


def _errors(machine: Machine) -> Iterator[Diagnosis]:
    for path in machine.found("/sys/fs/ext4/*/errors_count"):
        if number := machine.number(path):
            yield bad("wear", f"the file system on {path.split('/')[-2]} has met {number} errors", _EXT4_ADVICE)


def _life(machine: Machine) -> Iterator[Diagnosis]:
    remedy = "copy the journal away, and replace the card soon: write a new one and restore the backup"
    for path in machine.found("/sys/class/mmc_host/mmc*/mmc*:*/pre_eol_info"):
        card = path.split("/")[-2]
        state = machine.number(path, 16) or 0
        ages = [int(age, 16) for age in machine.text(path.replace("pre_eol_info", "life_time")).split() if age]
        used = f"{10 * (max(ages) - 1)} to {10 * max(ages)} % of its life used" if any(ages) else "its life not told"
        if state >= 3 or (ages and max(ages) > _WORN):  # noqa: PLR2004 - JEDEC's "urgent"
            yield bad("wear", f"{card} is at the end of its life ({used})", remedy)
        elif state == 2 or (ages and max(ages) == _WORN):  # noqa: PLR2004 - JEDEC's "warning": 80 % of the spares used
            yield warn("wear", f"{card} is near the end of its life ({used})", remedy)
        else:
            yield Diagnosis("wear", Severity.OK, f"{card}: {used}")


def _existing(path: Path) -> Path:
    path = path.absolute()
    while not path.exists() and path != path.parent:
        path = path.parent
    return path
