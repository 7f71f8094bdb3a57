"""The unit file: accepted by systemd, tightly confined, and saying what the gate depends on."""

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gate_controller.settings.mistakes import SECRETS

UNIT = Path(__file__).parents[2] / "systemd" / "gate-controller.service"
INSTALLED = "/opt/gate-controller/current/bin/gate-controller"
"""Where the unit expects the program; on the machine that runs the tests it is in the virtual environment."""

WORST_EXPOSURE = 15
"""Tenths on systemd's scale from 0 (confined) to 10. The unit has 1.5 on systemd 252, page and printer included."""


def settings() -> list[tuple[str, str]]:
    lines = UNIT.read_text(encoding="utf-8").splitlines()
    pairs = [line.partition("=") for line in lines if "=" in line and not line.startswith("#")]
    return [(name, value) for name, _, value in pairs]


def values(name: str) -> list[str]:
    return [value for known, value in settings() if known == name]


@pytest.fixture(scope="module")
def program() -> Path:
    return Path(sys.executable).with_name("gate-controller")


@pytest.fixture
def unit(tmp_path: Path, program: Path) -> Path:
    """A copy of the unit whose program is the one installed here: `verify` looks for the file."""
    text = UNIT.read_text(encoding="utf-8")
    assert text.count(INSTALLED) == 3
    copy = tmp_path / UNIT.name
    copy.write_text(text.replace(INSTALLED, str(program)), encoding="utf-8")
    return copy


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)  # noqa: S603 -- fixed commands


def analyze(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    tool = shutil.which("systemd-analyze")
    if tool is None:
        if os.environ.get("CI"):
            pytest.fail("systemd-analyze is missing on the CI machine: install systemd")
        pytest.skip("systemd-analyze is not installed here, so the unit is checked by CI alone")
    return run(tool, *arguments)


def test_systemd_accepts_every_line_of_the_unit(unit: Path) -> None:
    verdict = analyze("verify", "--recursive-errors=no", "--man=no", unit)
    assert (verdict.returncode, verdict.stdout + verdict.stderr) == (0, "")


def test_the_unit_is_tightly_confined(unit: Path) -> None:
    verdict = analyze("security", "--offline=true", "--no-pager", f"--threshold={WORST_EXPOSURE}", unit)
    assert verdict.returncode == 0, verdict.stdout


def test_systemd_accepts_every_line_of_the_backups_units_and_they_are_confined(tmp_path: Path, program: Path) -> None:
    for name in ("gate-backup.service", "gate-backup.timer"):
        text = UNIT.with_name(name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(text.replace(INSTALLED, str(program)), encoding="utf-8")
        verdict = analyze("verify", "--recursive-errors=no", "--man=no", tmp_path / name)
        assert (verdict.returncode, verdict.stdout + verdict.stderr) == (0, "")
    verdict = analyze("security", "--offline=true", "--no-pager", "--threshold=45", tmp_path / "gate-backup.service")
    assert verdict.returncode == 0, verdict.stdout


@pytest.mark.parametrize("name", ["ExecStart", "ExecReload", "ExecStopPost"])
def test_the_commands_of_the_unit_exist(name: str, program: Path) -> None:
    (command,) = values(name)
    path, *arguments = shlex.split(command)
    assert path == INSTALLED
    answer = run(program, *arguments, "--help")
    assert answer.returncode == 0, answer.stderr


def test_the_relay_goes_to_its_safe_state_however_the_gate_ends() -> None:
    assert values("ExecStopPost") == [f"{INSTALLED} relay safe"]


def test_the_gate_is_started_again_however_often_it_ends() -> None:
    assert values("Restart") == ["always"]
    assert values("StartLimitIntervalSec") == ["0"]
    assert values("RestartPreventExitStatus") == []


def test_the_gate_starts_without_a_network_and_waits_for_its_scanner() -> None:
    ordering = " ".join(values("After") + values("Wants") + values("Requires"))
    assert "network" not in ordering
    assert values("TimeoutStartSec") == ["infinity"]


def test_the_gate_reports_for_itself() -> None:
    assert values("Type") == ["notify"]
    assert values("NotifyAccess") == ["main"]
    assert values("WatchdogSec") == ["30"]


def test_secrets_reach_the_gate_as_credentials_and_no_other_way() -> None:
    assert values("LoadCredential") == [f"{name}:/etc/gate-controller/{name}" for name in SECRETS]
    assert values("SetCredential") == [rf"{name}:\n" for name in SECRETS]
    assert not [value for value in values("Environment") if "KEY" in value.upper()]


def test_the_gate_runs_as_its_own_user_in_its_own_directory() -> None:
    assert values("User") == ["gate-controller"]
    assert values("SupplementaryGroups") == ["gpio dialout i2c spi lp"]
    assert values("StateDirectory") == ["gate-controller"]
    assert values("StateDirectoryMode") == ["0700"]
    assert values("WorkingDirectory") == ["%S/gate-controller"]


def test_what_need_not_outlast_the_power_is_in_memory_and_the_gates_alone() -> None:
    assert values("RuntimeDirectory") == ["gate-controller"]
    assert values("RuntimeDirectoryMode") == ["0700"]
    assert "LG_WD=%t/gate-controller" in values("Environment")


def test_what_runs_after_the_gate_knows_that_there_were_credentials() -> None:
    assert "CREDENTIALS_DIRECTORY=%d" in values("Environment")
