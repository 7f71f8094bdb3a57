"""The units of root's part of a set-up by codes: accepted by systemd, confined, about files that exist."""

import sys
from pathlib import Path

from gate_controller.cli.provision.applying import ROOTS_FOLDER
from gate_controller.cli.provision.wifi_profiles import COUNTRY_FILE, PROFILES
from gate_controller.settings.installed import STATE_DIR
from gate_controller.shell.provisioner import PENDING_FILE
from tests.systemd.test_unit import INSTALLED, analyze

UNITS = Path(__file__).parents[2] / "systemd"
SERVICE, PATH = UNITS / "gate-provision.service", UNITS / "gate-provision.path"

WORST_EXPOSURE = 25
"""Tenths on systemd's scale; 2.0 on systemd 252: root without most of its rights, and with no network."""


def test_systemd_accepts_every_line_of_both_units(tmp_path: Path) -> None:
    program = Path(sys.executable).with_name("gate-controller")
    copies = [tmp_path / unit.name for unit in (SERVICE, PATH)]
    for unit, copy in zip((SERVICE, PATH), copies, strict=True):
        copy.write_text(unit.read_text().replace(INSTALLED, str(program)))

    verdict = analyze("verify", "--recursive-errors=no", "--man=no", *copies)

    assert (verdict.returncode, verdict.stdout + verdict.stderr) == (0, "")


def test_root_without_its_rights_is_little_exposed() -> None:
    verdict = analyze("security", "--offline=true", f"--threshold={WORST_EXPOSURE}", "--no-pager", SERVICE)

    assert verdict.returncode == 0, verdict.stdout


def test_the_units_name_the_files_of_the_program() -> None:
    service, path = SERVICE.read_text(), PATH.read_text()

    assert f"PathExists={STATE_DIR}/{PENDING_FILE}\n" in path
    assert f"ReadWritePaths={STATE_DIR} -/{PROFILES} -/{COUNTRY_FILE.parent}\n" in service
    assert f"StateDirectory={ROOTS_FOLDER.name}\n" in service
    assert "\nCondition" not in service  # systemd issue 17433: its path unit would try for ever
    # The program takes its state directory from there, where systemd gives one.
    assert "UnsetEnvironment=STATE_DIRECTORY\n" in service
    assert "ExecStart=/opt/gate-controller/current/bin/gate-controller provision apply\n" in service
