"""The package gate-venue: its units, and the libraries that only a venue has, for the program of the gate's."""

import subprocess
import sys
from pathlib import Path

import pytest

from deb.venue_package import LIBRARIES, UNITS, build_venue
from deb.wheels import DEBIANS
from gate_controller.settings.installed import VENUE_LIBRARIES, VENUE_STATE_DIR, find_venue_libraries
from gate_controller.settings.installed import venue_state_dir_by_default as state_dir

EPOCH = 1_764_115_200
ON_A_GATE = "/opt/gate-controller/releases/0.1.0"


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_venue(DEBIANS["13"], "arm64", tmp_path_factory.mktemp("package"), EPOCH)


def dpkg_deb(*words: str | Path) -> str:
    return subprocess.run(["dpkg-deb", *words], capture_output=True, text=True, check=True).stdout  # noqa: S603, S607 - ours


def test_it_stands_on_the_gates_package_and_is_the_same_each_time(package: Path, tmp_path: Path) -> None:
    assert package.name.startswith("gate-venue_")
    assert package.name.endswith("+deb13_arm64.deb")
    assert "gate-controller (>= " in dpkg_deb("--field", package, "Depends")
    assert "mosquitto" in dpkg_deb("--field", package, "Recommends")
    assert build_venue(DEBIANS["13"], "arm64", tmp_path, EPOCH).read_bytes() == package.read_bytes()


def test_it_holds_libraries_of_its_own_machine_units_and_what_monitoring_needs(package: Path) -> None:
    lines = dpkg_deb("--contents", package).splitlines()
    assert all(line.split()[1] == "root/root" for line in lines)
    files = {line.split()[5].removeprefix("./") for line in lines}
    libraries = {
        name.removeprefix(f"{LIBRARIES}/").partition("/")[0] for name in files if name.startswith(f"{LIBRARIES}/")
    }
    assert {"sqlalchemy", "psycopg", "psycopg_binary"} <= libraries
    assert not libraries & {"pydantic", "cryptography", "typing_extensions.py", "gate_controller", "cffi"}
    built = [name for name in files if name.startswith(str(LIBRARIES)) and name.endswith(".so")]
    assert built
    assert not any("x86_64" in name for name in built)
    assert {f"usr/lib/systemd/system/{unit}" for unit in UNITS} <= files
    assert "usr/share/doc/gate-venue/monitoring/venue-alerts.yml" in files
    assert not any(name.startswith(("etc/", "opt/", "usr/bin/")) for name in files)  # those are the other package's


def test_the_program_of_a_package_finds_them_and_no_other_program_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", [*sys.path])
    assert Path("/") / LIBRARIES == VENUE_LIBRARIES
    assert (state_dir(ON_A_GATE), state_dir("/home/anna/.venv")) == (VENUE_STATE_DIR, "venue-state")
    find_venue_libraries(tmp_path, "/home/anna/.venv")
    find_venue_libraries(tmp_path / "missing", ON_A_GATE)
    assert str(tmp_path) not in sys.path
    find_venue_libraries(tmp_path, ON_A_GATE)
    find_venue_libraries(tmp_path, ON_A_GATE)
    assert sys.path[-1] == str(tmp_path)
    assert sys.path.count(str(tmp_path)) == 1
