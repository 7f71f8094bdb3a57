"""
The gate's unit, and the one that exchanges its release, asked about and told to stop and start, by systemctl. Where no
systemd runs there is no unit.

Everything here blocks, each call for a limited time.
"""

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

UNIT: Final = "gate-controller.service"
EXCHANGE_UNIT: Final = "gate-controller-upgrade.service"
ASK_SECONDS: Final = 5.0
CHANGE_SECONDS: Final = 60.0
"""To stop takes as long as the unit gives it (TimeoutStopSec), and a visitor is served to the end."""

_RUNS_SYSTEMD: Final = Path("/run/systemd/system")


class UnitError(Exception):
    """systemd does not do it: what, where, what to do."""


def properties(names: Sequence[str], *, unit: str = UNIT) -> Mapping[str, str]:
    """Return what systemd says of a unit; empty where no systemd runs, or where it does not answer."""
    if not is_booted():
        return {}
    try:
        said = _systemctl("show", unit, f"--property={','.join(names)}", seconds=ASK_SECONDS)
    except UnitError:
        return {}
    return {name: value for name, _, value in (line.partition("=") for line in said.splitlines()) if name}


def is_booted() -> bool:
    """Whether systemd runs this machine (sd_booted(3))."""
    return _RUNS_SYSTEMD.exists()


def is_machine_stopping() -> bool:
    """Whether the machine is being shut down: units end then that nobody has stopped."""
    try:
        return "SystemState=stopping" in _systemctl("show", "--property=SystemState", seconds=ASK_SECONDS)
    except UnitError:
        return False


def is_installed() -> bool:
    """Whether systemd knows the gate's unit."""
    return properties(["LoadState"]).get("LoadState") == "loaded"


def is_active() -> bool:
    """Whether the gate runs as a service, or is being started."""
    return properties(["ActiveState"]).get("ActiveState") in {"active", "activating", "reloading", "deactivating"}


def stop() -> None:
    """Stop the gate; the visitor in the lane is served to the end. Raises `UnitError`."""
    _systemctl("stop", UNIT, seconds=CHANGE_SECONDS)


def start(*, enable: bool = False) -> None:
    """Start the gate, without waiting until it takes scans. Raises `UnitError`."""
    _systemctl("daemon-reload", seconds=CHANGE_SECONDS)
    if enable:
        _systemctl("enable", UNIT, seconds=CHANGE_SECONDS)
    _systemctl("start", "--no-block", UNIT, seconds=CHANGE_SECONDS)


def restart() -> None:
    """Start the gate anew by its unit as it is now, without waiting until it takes scans. Raises `UnitError`."""
    _systemctl("daemon-reload", seconds=CHANGE_SECONDS)
    _systemctl("restart", "--no-block", UNIT, seconds=CHANGE_SECONDS)


def start_exchange() -> None:
    """Start what exchanges the gate's release, without waiting for its end. Raises `UnitError`."""
    _systemctl("daemon-reload", seconds=CHANGE_SECONDS)
    _systemctl("start", "--no-block", EXCHANGE_UNIT, seconds=CHANGE_SECONDS)


def has_exchange_ended() -> bool:
    """Whether what exchanges the gate's release neither runs nor is about to: an ordered start may have to wait."""
    told = properties(["ActiveState", "Job"], unit=EXCHANGE_UNIT)
    return told.get("ActiveState") in {"failed", "inactive"} and not told.get("Job")


def _systemctl(*arguments: str, seconds: float) -> str:
    command = ["systemctl", "--no-ask-password", *arguments]
    try:
        done = subprocess.run(  # noqa: S603 - our own words
            command, capture_output=True, text=True, errors="replace", timeout=seconds, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UnitError(
            f"systemctl {arguments[0]} {UNIT} did not end ({type(error).__name__}): try it by hand"
        ) from None
    if done.returncode:
        why = " ".join(done.stderr.split()) or f"code {done.returncode}"
        raise UnitError(f"systemctl {arguments[0]} {UNIT} failed ({why}): see `systemctl status {UNIT}`")
    return done.stdout
