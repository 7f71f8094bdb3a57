"""Machines for the doctor: their files laid below a folder, as a Raspberry Pi's kernel and systemd lay them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gate_controller.cli.doctor.patient import Machine, Patient
from gate_controller.cli.doctor.settings_known import SettingsInForce
from gate_controller.eguma.route import Route, RouteStep, StepTaken
from gate_controller.settings import load_settings
from tests.rig.settings import LEAST

THROTTLED = "/sys/devices/platform/soc/soc:firmware/get_throttled"
HEAT = "/sys/class/thermal/thermal_zone0/temp"
CARD = "/sys/class/mmc_host/mmc0/mmc0:aaaa"
MOUNTS = "/proc/self/mountinfo"
ERRORS = "/sys/fs/ext4/mmcblk0p2/errors_count"

REAL = "21 1 179:2 / / rw,noatime shared:1 - ext4 /dev/mmcblk0p2 rw,errors=remount-ro\n"
IN_MEMORY = "21 1 0:20 / / rw shared:1 - overlay overlay rw,lowerdir=/lower,upperdir=/upper\n"

WELL: Mapping[str, str] = {
    THROTTLED: "0",
    HEAT: "51540\n",
    f"{CARD}/life_time": "0x01 0x02\n",
    f"{CARD}/pre_eol_info": "0x01\n",
    ERRORS: "0\n",
    "/sys/fs/ext4/mmcblk0p2/lifetime_write_kbytes": "41000000\n",
    "/run/systemd/timesync/synchronized": "",
    "/etc/group": "".join(f"{name}:x:9:\n" for name in ("gpio", "dialout", "i2c", "spi", "lp", "gate-controller")),
    "/etc/os-release": 'PRETTY_NAME="Debian GNU/Linux 13 (trixie)"\n',
    "/proc/device-tree/model": "Raspberry Pi 4 Model B Rev 1.4\0",
    MOUNTS: REAL,
}
"""A Raspberry Pi that is well."""

STATUS: Mapping[str, Any] = {
    "faults": [],
    "missing": [],
    "movement": "",
    "scanner": "/dev/ttyACM0",
    "build": {"version": "0.1.0"},
    "money": {"open_items": 0, "in_doubt": 0},
}


def route(*failed: StepTaken, ahead: float | None = 0.4) -> Route:
    """Return a way to E-GUMA that leads there, or to where it fails."""
    good = [StepTaken(step, "well") for step in RouteStep]
    if failed:
        good = [step for step in good if list(RouteStep).index(step.step) < list(RouteStep).index(failed[0].step)]
    return Route([*good, *failed], clock_ahead=ahead)


def patient(
    root: Path,
    files: Mapping[str, str | None] | None = None,
    way: Route | None = None,
    settings: Mapping[str, str] | None = None,
) -> Patient:
    """Return a gate on such a machine, some of whose files are others (None: not there)."""
    for path, text in {**WELL, **(files or {})}.items():
        if text is not None:
            place = root / path.lstrip("/")
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text)
    environ = {**LEAST, "GATE_STATE_DIR": "/var/lib/gate-controller", **(settings or {})}
    found = load_settings(config=None, overrides=(), environ=environ)
    known = SettingsInForce(found.settings, (), found.warnings, found.origins)
    gone = way or route()
    return Patient(known, machine=Machine(root), examine=lambda _address, _key: gone)


def lines(findings: object) -> list[tuple[str, str, str]]:
    """Return findings as verdict, what was seen, what to do."""
    return [(one.verdict.value, one.seen, one.remedy) for one in findings]  # type: ignore[attr-defined]
