"""The Debian package: what is in it, that it is the same each time, and that its lock has all that a gate needs."""

import hashlib
import os
import re
import subprocess
import sys
import tarfile
import tomllib
from pathlib import Path

import pytest

from deb.build import build
from deb.manual_page import manual_page
from deb.wheels import DEBIANS, ROOT, VENUE_LOCK, libraries, listed, locked, own_wheel
from gate_controller import __version__
from gate_controller.journal.schema import MIGRATIONS

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EPOCH = {"SOURCE_DATE_EPOCH": "1764115200"}
NOT_AS_WHEELS = {"spidev"}
"""What the index has as source alone: apt's `python3-spidev`."""


def name_of(requirement: str) -> str:
    found = re.match("[A-Za-z0-9._-]+", requirement)
    assert found is not None
    return found.group()


def test_the_lock_has_every_library_of_a_gate_with_all_extras_at_the_version_that_tests_run_with() -> None:
    extras = [each for extra in PROJECT["optional-dependencies"].values() for each in extra]
    wanted = {name_of(each) for each in [*PROJECT["dependencies"], *extras]} - NOT_AS_WHEELS
    of_gates, of_venues = locked(), locked(VENUE_LOCK)
    assert wanted <= {*of_gates, *of_venues}
    of_venues_alone = {name_of(each) for each in PROJECT["optional-dependencies"]["venue"]} - set(of_gates)
    assert wanted - set(of_gates) == of_venues_alone == {"sqlalchemy", "psycopg"}
    tested = locked(ROOT / "requirements.lock")
    for found in (of_gates, of_venues):
        assert all("--hash=sha256:" in lines for lines in found.values())
        for name in set(found) & set(tested):
            assert found[name].splitlines()[0] == tested[name].splitlines()[0]


def test_a_lock_that_is_not_as_make_lock_writes_it_is_named(tmp_path: Path) -> None:
    lock = tmp_path / "gate.lock"
    lock.write_text("h11>=0.16\n", encoding="utf-8")
    with pytest.raises(SystemExit, match=r"h11>=0\.16"):
        locked(lock)


def test_a_list_of_wheels_names_each_by_its_hash(tmp_path: Path) -> None:
    wheel = tmp_path / "h11-0.16.0-py3-none-any.whl"
    wheel.write_bytes(b"a wheel")
    assert listed([wheel]) == f"h11==0.16.0 --hash=sha256:{hashlib.sha256(b'a wheel').hexdigest()}\n"


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(DEBIANS["13"], "arm64", tmp_path_factory.mktemp("package"))


def dpkg_deb(*words: str | Path) -> str:
    return subprocess.run(["dpkg-deb", *words], capture_output=True, text=True, check=True).stdout  # noqa: S603, S607 - ours


def test_the_same_sources_give_the_same_package(package: Path, tmp_path: Path) -> None:
    assert build(DEBIANS["13"], "arm64", tmp_path).read_bytes() == package.read_bytes()


def test_a_package_says_what_it_needs_and_what_it_writes_into_a_journal(package: Path) -> None:
    depends = dpkg_deb("--field", package, "Depends")
    assert "python3 (>= 3.13), python3 (<< 3.14), python3-venv" in depends
    assert "python3-lgpio" in dpkg_deb("--field", package, "Recommends")  # plain Debian 13 has none to depend on
    assert dpkg_deb("--field", package, "Gate-Journal").strip() == str(len(MIGRATIONS))
    assert "Redeemed" in dpkg_deb("--field", package, "Gate-Facts").split()


def test_a_package_holds_wheels_of_its_own_machine_and_everything_around_the_program(package: Path) -> None:
    lines = dpkg_deb("--contents", package).splitlines()
    assert all(line.split()[1] == "root/root" for line in lines)
    files = {line.split()[5].removeprefix("."): line for line in lines}
    wheels = [path for path in files if path.endswith(".whl")]
    assert len(wheels) == len(libraries(DEBIANS["13"], "arm64", Path.home() / ".cache/gate-controller/wheels")) + 1
    assert all(path.endswith("-any.whl") or "aarch64" in path for path in wheels)
    assert not any("lgpio" in path for path in wheels)  # the index has an empty stub for this Python
    assert {
        "/usr/lib/systemd/system/gate-controller.service",
        "/usr/lib/sysusers.d/gate-controller.conf",
        "/usr/lib/udev/rules.d/70-gate-controller.rules",
        "/usr/share/bash-completion/completions/gate-controller",
        "/usr/share/zsh/vendor-completions/_gate-controller",
        "/usr/share/fish/vendor_completions.d/gate-controller.fish",
        "/usr/share/man/man1/gate-controller.1.gz",
        "/usr/share/doc/gate-controller/copyright",
        "/etc/gate-controller/",
    } <= set(files)
    assert files["/usr/bin/gate-controller"].endswith("-> /opt/gate-controller/current/bin/gate-controller")


def test_the_man_page_has_every_command_and_no_line_that_roff_takes_for_an_order() -> None:
    page = manual_page(0)
    assert '.TH GATE-CONTROLLER 1 "1970-01-01"' in page
    for command in ("run", "gate status", "journal close", "voucher balance", "relay safe"):
        assert f".SS gate\\-controller {command}\n" in page
    orders = {line.split()[0] for line in page.splitlines() if line.startswith((".", "'"))}
    assert orders <= {".TH", ".SH", ".SS", ".B", ".I", ".TP", ".PP", ".nf", ".fi"}


@pytest.mark.parametrize(
    "script",
    [
        *("control/postinst", "control/prerm", "control/postrm", "build-release"),
        *("venue/postinst", "venue/prerm", "venue/postrm"),
    ],
)
def test_the_scripts_are_plain_posix_shell(script: str) -> None:
    subprocess.run(["dash", "-n", ROOT / "deb" / script], check=True)  # noqa: S603, S607 - a look at our own script


def test_the_sdist_holds_all_that_a_wheel_is_built_of(tmp_path: Path) -> None:
    def built(source: Path, target: str) -> Path:
        hatchling = [
            sys.executable,
            "-m",
            "hatchling",
            "build",
            "--target",
            target,
            "--directory",
            str(tmp_path / target),
        ]
        subprocess.run(hatchling, cwd=source, check=True, capture_output=True, env={**os.environ, **EPOCH})  # noqa: S603 - ours
        (found,) = (tmp_path / target).iterdir()
        return found

    with tarfile.open(built(ROOT, "sdist")) as sdist:
        sdist.extractall(tmp_path / "source", filter="data")
    (source,) = (tmp_path / "source").iterdir()
    wheel = built(source, "wheel")
    assert wheel.name == f"gate_controller-{__version__}-py3-none-any.whl"
    assert wheel.read_bytes() == own_wheel(tmp_path / "own", int(EPOCH["SOURCE_DATE_EPOCH"])).read_bytes()
