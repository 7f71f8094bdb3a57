"""What can be typed: command lines of `gate-controller`, things to make, modules to run."""

import re
import shlex
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec

from typer.core import TyperCommand, TyperGroup, TyperOption
from typer.main import get_command

from gate_controller.cli.entry import app
from gate_controller.settings.models import FIELDS
from tests.docs.remarks import ROOT

_PROGRAM = "gate-controller"
_ENDS_A_COMMAND = {"|", ">", ">>", "&&", ";", "#"}

_Command = TyperCommand | TyperGroup


@cache
def targets() -> frozenset[str]:
    """Return what can be made."""
    return frozenset(re.findall(r"^([a-z][\w-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


def is_module(name: str) -> bool:
    """Whether `python -m` can run it."""
    path = ROOT / name.replace(".", "/")
    if not (ROOT / name.partition(".")[0]).is_dir():
        return find_spec(name) is not None  # a library's, such as pytest
    return path.with_suffix(".py").is_file() or (path / "__main__.py").is_file()


@cache
def wrong_with(line: str) -> str:
    """
    Return what is wrong with a command line of `gate-controller`; empty where it can be typed.

    Without its first word it may be anything else in backticks: it is looked at only where it begins with a command.
    """
    try:
        words = shlex.split(line)
    except ValueError:
        return ""
    command: _Command = _program()
    if words[:1] == [_PROGRAM]:
        words = words[1:]
    elif len(words) < 2 or _inner(command, words[0]) is None:
        return ""
    path, given, is_bare = _PROGRAM, list[str](), True
    while words and words[0] not in _ENDS_A_COMMAND:
        word = words.pop(0)
        if word.startswith("--"):
            name, _, value = word.partition("=")
            option = next((one for one in command.params if name in (*one.opts, *one.secondary_opts)), None)
            if option is None and name != "--help":
                return f"`{path}` has no {name}"
            if isinstance(option, TyperOption) and not option.is_flag and not value:
                value, words = (words[0], words[1:]) if words else ("", [])
            is_bare = is_bare and not value
            given.append("" if option is None else str(option.name))
            if name == "--set" and value.partition("=")[0] not in {*FIELDS, "NAME"}:
                return f"no setting is called {value.partition('=')[0]}"
        elif isinstance(command, TyperGroup):
            if word.isupper() or not word.strip("….|"):
                break  # whatever stands for a command
            inner = _inner(command, word)
            if inner is None:
                return f"`{path}` has no command {word}"
            command, path = inner, f"{path} {word}"
        else:
            is_bare = False
    return "" if is_bare or isinstance(command, TyperGroup) or "" in given else _lacking(command, path, given)


def _lacking(command: TyperCommand, path: str, given: Sequence[str]) -> str:
    """Return which options a command that is given something wants besides. Bare, it is only spoken of."""
    wanted = [one for one in command.params if isinstance(one, TyperOption) and one.required]
    lacking = [one.opts[0] for one in wanted if one.name not in given]
    return f"`{path}` wants {' and '.join(lacking)} too" if lacking else ""


@cache
def _program() -> TyperGroup:
    program = get_command(app)
    assert isinstance(program, TyperGroup)
    return program


def _inner(command: _Command, name: str) -> _Command | None:
    inner = command.commands.get(name) if isinstance(command, TyperGroup) else None
    return inner if isinstance(inner, TyperCommand | TyperGroup) else None
