"""What becomes of tests that fail beside others: tried once more alone, if they are few, told by the script itself."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CI = Path(__file__).parents[2] / ".ci"

# Every other plug-in that is installed would be loaded by each worker, which takes seconds.
ONLY_XDIST = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_PLUGINS": "xdist.plugin", "WORKERS": "2"}

UPSET_ONCE = """
from pathlib import Path

def test_upset_{n}():
    been_here = Path(__file__).with_suffix(".been_here")
    failed_before = been_here.exists()
    been_here.touch()
    assert failed_before

def test_sound_{n}():
    with open("sound", "a") as sound:
        sound.write("{n}")
"""

BROKEN = """
def test_broken():
    assert False
"""


class Suite:
    """A project with tests of its own and the script that runs them."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        shutil.copytree(CI, directory / ".ci")
        (directory / "pyproject.toml").write_text("[tool.pytest.ini_options]\ntestpaths = ['tests']\n")
        (directory / "tests").mkdir()

    def has(self, name: str, text: str) -> None:
        (self.directory / "tests" / name).write_text(text)

    def run(self) -> tuple[int, str]:
        done = subprocess.run(  # noqa: S603 - our own script
            [self.directory / ".ci" / "pytest", sys.prefix],
            cwd=self.directory,
            env=os.environ | ONLY_XDIST,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout


@pytest.fixture
def suite(tmp_path: Path) -> Suite:
    return Suite(tmp_path)


def test_a_test_that_is_upset_once_is_tried_again_alone_and_named(suite: Suite) -> None:
    suite.has("test_one.py", UPSET_ONCE.format(n=1))
    code, said = suite.run()
    assert code == 0, said
    assert "\n  tests/test_one.py::test_upset_1\n" in said
    assert " 1 passed" in said.splitlines()[-1]
    assert (suite.directory / "sound").read_text() == "1"  # what passed is not run again


def test_a_test_that_fails_alone_too_is_a_failure(suite: Suite) -> None:
    suite.has("test_one.py", UPSET_ONCE.format(n=1))
    suite.has("test_two.py", BROKEN)
    code, said = suite.run()
    assert code == 1
    assert "1 failed, 1 passed" in said.splitlines()[-1]


def test_more_than_three_are_no_accident(suite: Suite) -> None:
    for n in range(4):
        suite.has(f"test_{n}.py", UPSET_ONCE.format(n=n))
    code, said = suite.run()
    assert code == 1
    assert "4 failed, 4 passed" in said.splitlines()[-1]
    assert "once more" not in said


def test_a_suite_that_cannot_be_read_is_a_failure_at_once(suite: Suite) -> None:
    suite.has("test_one.py", "def test_one(:\n")
    code, said = suite.run()
    assert code != 0
    assert "SyntaxError" in said
