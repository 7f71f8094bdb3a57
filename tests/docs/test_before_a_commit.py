"""What editors and pre-commit hold before a commit is what CI holds after it."""

import configparser
import re
import subprocess
import sys
import tomllib
from pathlib import Path

from tests.docs.remarks import ROOT, files

HOOKS = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
ENTRIES = re.findall(r"^ *entry: (.*)$", HOOKS, re.MULTILINE)
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_pre_commit_brings_no_version_of_its_own() -> None:
    assert re.findall(r"repo: (.*)", HOOKS) == ["local"]
    assert "rev:" not in HOOKS
    assert [entry for entry in ENTRIES if "ruff" in entry and not entry.startswith(".venv/bin/ruff ")] == []


def test_the_ruff_of_the_virtual_environment_is_the_locked_one() -> None:
    ruff = Path(sys.executable).with_name("ruff")
    told = subprocess.run([ruff, "--version"], capture_output=True, text=True, check=True).stdout  # noqa: S603 - ours
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")

    assert f"ruff=={told.split()[1]} " in lock


def test_each_file_ends_in_one_line_feed_as_pre_commit_asks() -> None:
    [ending] = [re.compile(entry.strip("'")) for entry in ENTRIES if "ruff" not in entry]

    ill_ended = []
    for path in files():
        data = path.read_bytes()
        if b"\0" not in data and ending.search(data.decode("utf-8")):
            ill_ended.append(path.relative_to(ROOT).as_posix())

    assert ill_ended == []


def test_editors_break_lines_where_ruff_does() -> None:
    settings = configparser.ConfigParser()
    settings.read_string("[top]\n" + (ROOT / ".editorconfig").read_text(encoding="utf-8"))

    assert settings["*.py"].getint("max_line_length") == PYPROJECT["tool"]["ruff"]["line-length"]
