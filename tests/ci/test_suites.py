"""Which Pythons are found, and what is run on them, told on a machine made of little scripts."""

import shutil
import subprocess
from pathlib import Path

import pytest

CI = Path(__file__).parents[2] / ".ci"
TOOLS = ("awk", "bash", "cat", "cp", "dirname", "ls", "make", "mkdir", "sed", "sh", "sort")

PYTHON = """#!/bin/sh
case "$*" in
  *pytest*) echo "= 7 passed on {version} =" ;;
  *) echo {version} ;;
esac
"""

FAILING = """#!/bin/sh
case "$*" in
  *pytest*) echo "= 1 failed on {version} =" && exit 1 ;;
  *) echo {version} ;;
esac
"""

SHIM = """#!/bin/sh
echo "pyenv: python{version}: command not found" >&2
exit 127
"""

# The real one makes a virtual environment; this one copies the Python that it would make it of.
MAKEFILE = """
setup:
\t@mkdir -p $(VENV)/bin && cp $(PYTHON) $(VENV)/bin/python
lint types arrows:
\t@echo "$@ on $(VENV)"
"""

PROJECT = """
"Programming Language :: Python :: 3.11",
"Programming Language :: Python :: 3.12",
"Programming Language :: Python :: 3.13",
"""


class Machine:
    """A project on a machine that has the Pythons that are put on it, and no others."""

    def __init__(self, directory: Path) -> None:
        self.project, self.bin, self.home = directory / "project", directory / "bin", directory / "home"
        for each in (self.project, self.bin, self.home):
            each.mkdir()
        shutil.copytree(CI, self.project / ".ci")
        (self.project / "pyproject.toml").write_text(PROJECT)
        (self.project / "Makefile").write_text(MAKEFILE)
        for tool in TOOLS:
            path = shutil.which(tool)
            assert path is not None
            (self.bin / tool).symlink_to(path)

    def has(self, name: str, version: str, program: str = PYTHON) -> Path:
        return self._put(self.bin / name, version, program)

    def has_in_pyenv(self, version: str, patch: int = 0, program: str = PYTHON) -> Path:
        return self._put(self.home / f".pyenv/versions/{version}.{patch}/bin/python{version}", version, program)

    def _put(self, path: Path, version: str, program: str) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(program.format(version=version))
        path.chmod(0o755)
        return path

    def says(self, script: str, *words: str) -> tuple[int, list[str]]:
        done = subprocess.run(  # noqa: S603 - our own script
            [self.project / ".ci" / script, *words],
            env={"PATH": str(self.bin), "HOME": str(self.home)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout.splitlines()


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


# -- which are found


def test_pythons_are_found_on_the_path_and_among_pyenvs_newest_first(machine: Machine) -> None:
    oldest = machine.has("python3", "3.11")
    newest = machine.has("python3.13", "3.13")
    between = machine.has_in_pyenv("3.12")
    assert machine.says("pythons") == (0, [f"3.13 {newest}", f"3.12 {between}", f"3.11 {oldest}"])


def test_of_an_activated_environment_the_python_behind_it_is_taken(machine: Machine) -> None:
    """Making the environment anew removes its own first."""
    behind = machine.home / "bin"
    behind.mkdir()
    machine.has("python3", "3.11")
    shutil.copy(machine.bin / "python3", behind)
    (machine.bin.parent / "pyvenv.cfg").write_text(f"home = {behind}\nversion = 3.11\n")
    assert machine.says("pythons") == (0, ["3.13", "3.12", f"3.11 {behind / 'python3'}"])


def test_a_shim_that_does_not_run_is_no_python(machine: Machine) -> None:
    machine.has("python3.13", "3.13", SHIM)
    machine.has("python3.12", "3.12", SHIM)
    real = machine.has_in_pyenv("3.13")
    assert machine.says("pythons") == (0, [f"3.13 {real}", "3.12", "3.11"])


def test_of_two_patches_the_newer_is_taken(machine: Machine) -> None:
    machine.has_in_pyenv("3.12", patch=9)
    newer = machine.has_in_pyenv("3.12", patch=11)
    assert machine.says("pythons") == (0, ["3.13", f"3.12 {newer}", "3.11"])


def test_a_python_that_is_not_claimed_is_not_taken(machine: Machine) -> None:
    machine.has("python3", "3.14")
    machine.has_in_pyenv("3.10")
    assert machine.says("pythons") == (0, ["3.13", "3.12", "3.11"])


def test_what_is_claimed_is_what_packages_say(machine: Machine) -> None:
    shutil.copy(CI.parent / "pyproject.toml", machine.project)
    assert machine.says("pythons") == (0, ["3.13", "3.12", "3.11"])


# -- what is run on them


def test_the_ends_are_the_oldest_and_the_newest_and_the_checks_run_once(machine: Machine) -> None:
    pythons = {version: machine.has_in_pyenv(version) for version in ("3.11", "3.12", "3.13")}
    code, said = machine.says("suites", "ends")
    assert code == 0
    assert said == [
        f"Python 3.11 {pythons['3.11']}: pytest runs on it",
        f"Python 3.13 {pythons['3.13']}: pytest runs on it",
        "lint on .venv-3.11",
        "types on .venv-3.11",
        "arrows on .venv-3.11",
        f"Python 3.11 {pythons['3.11']}: pytest",
        "= 7 passed on 3.11 =",
        f"Python 3.13 {pythons['3.13']}: pytest",
        "= 7 passed on 3.13 =",
    ]


def test_all_are_all_that_are_here_and_the_others_are_named(machine: Machine) -> None:
    machine.has("python3", "3.12")
    machine.has_in_pyenv("3.11")
    code, said = machine.says("suites", "all")
    assert code == 0
    assert said[0] == "Python 3.13: not found here, not tried"
    assert [line for line in said if "passed" in line] == ["= 7 passed on 3.11 =", "= 7 passed on 3.12 ="]


def test_without_the_newest_the_one_before_is_run(machine: Machine) -> None:
    machine.has_in_pyenv("3.12")
    machine.has_in_pyenv("3.11")
    _, said = machine.says("suites", "ends")
    assert [line for line in said if "passed" in line] == ["= 7 passed on 3.11 =", "= 7 passed on 3.12 ="]


@pytest.mark.parametrize("which", ["ends", "all"])
def test_the_only_one_is_run_once_and_said_to_be_the_only_one(machine: Machine, which: str) -> None:
    machine.has("python3", "3.11")
    code, said = machine.says("suites", which)
    assert code == 0
    assert "the only claimed Python found here: one run" in said
    assert [line for line in said if "passed" in line] == ["= 7 passed on 3.11 ="]


@pytest.mark.parametrize(("failing", "passed"), [("3.11", []), ("3.13", ["= 7 passed on 3.11 ="])])
def test_a_run_that_fails_is_the_last_and_its_line_and_code_too(
    machine: Machine, failing: str, passed: list[str]
) -> None:
    for version in ("3.11", "3.13"):
        machine.has_in_pyenv(version, program=FAILING if version == failing else PYTHON)
    code, said = machine.says("suites", "ends")
    assert code == 1
    assert said[-1] == f"= 1 failed on {failing} ="
    assert [line for line in said if "passed" in line] == passed


def test_without_any_it_says_what_to_do(machine: Machine) -> None:
    code, said = machine.says("suites", "ends")
    assert (code, said[-1]) == (1, "no Python that is claimed was found here: install one, with venv")
