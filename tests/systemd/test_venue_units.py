"""The venue's units: accepted by systemd, tightly confined, and saying what the venue depends on."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from deb.venue_package import HERE, UNITS
from gate_controller.venue.venue_loading import VENUE_SECRETS

INSTALLED = "/opt/gate-controller/current/bin/gate-controller"


def values(unit: str, name: str) -> list[str]:
    lines = (HERE / unit).read_text(encoding="utf-8").splitlines()
    return [line.partition("=")[2] for line in lines if line.startswith(f"{name}=")]


def analyze(*words: str | Path) -> subprocess.CompletedProcess[str]:
    tool = shutil.which("systemd-analyze")
    assert tool, "systemd-analyze is missing: install systemd"
    return subprocess.run([tool, *words], capture_output=True, text=True, check=False, timeout=60)  # noqa: S603 - fixed


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    program = str(Path(sys.executable).with_name("gate-controller"))
    for unit in UNITS:
        text = (HERE / unit).read_text(encoding="utf-8")
        (tmp_path / unit).write_text(text.replace(INSTALLED, program), encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("unit", UNITS)
def test_systemd_accepts_every_line(unit: str, folder: Path) -> None:
    verdict = analyze("verify", "--recursive-errors=no", "--man=no", folder / unit)
    assert (verdict.returncode, verdict.stdout + verdict.stderr) == (0, "")


@pytest.mark.parametrize(("unit", "most"), [("gate-venue.service", 15), ("gate-venue-passwords.service", 30)])
def test_it_is_tightly_confined(unit: str, most: int, folder: Path) -> None:
    verdict = analyze("security", "--offline=true", "--no-pager", f"--threshold={most}", folder / unit)
    assert verdict.returncode == 0, verdict.stdout


def test_secrets_reach_the_venue_as_credentials_and_no_other_way() -> None:
    named = [f"{name}:/etc/gate-controller/venue.{name}" for name in VENUE_SECRETS]
    assert sorted(values("gate-venue.service", "LoadCredential")) == sorted(named)
    assert sorted(values("gate-venue.service", "SetCredential")) == sorted(rf"{name}:\n" for name in VENUE_SECRETS)


def test_the_venue_is_started_again_but_not_with_wrong_settings() -> None:
    assert values("gate-venue.service", "Restart") == ["always"]
    assert values("gate-venue.service", "RestartPreventExitStatus") == ["2"]
    assert values("gate-venue.service", "StateDirectory") == ["gate-venue"]
    assert values("gate-venue.service", "User") == ["gate-venue"]
    assert not values("gate-venue.service", "Requires")
