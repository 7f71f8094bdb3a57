"""
A set-up without questions: the answers stand in a file of the settings' own shape, with a table `[setup]` for the rest.

What the file says is read by the readers of the settings, together with what is in force, and every mistake is told at
once. A secret may stand in it, and goes to its own place; whoever wrote the file sees to its end.
"""

import stat
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from gate_controller.cli.exits import CommandError, ExitCode, complain
from gate_controller.cli.setup import keeping_settings
from gate_controller.cli.setup.wanted import WantedGate
from gate_controller.settings.mistakes import SECRETS
from gate_controller.settings.models import SECTIONS

RESTART, START, LEAVE = "restart", "start", "leave"

_OPTIONS: Final[Mapping[str, tuple[object, ...]]] = {
    "secrets": ("", keeping_settings.FILE, keeping_settings.ENCRYPTED),
    "service": (RESTART, START, LEAVE),
    "check": (True, False),
}


@dataclass(frozen=True, slots=True)
class HowToSetUp:
    """What `[setup]` says."""

    secrets: str = ""
    """`file` or `encrypted`; empty: as they are, else encrypted where that can be."""
    service: str = RESTART
    """`restart` a gate that runs as a service, `start` it in any case, or `leave` it alone."""
    check: bool = True
    """Whether E-GUMA is asked about the key."""
    test_voucher: str = ""
    """Of which voucher it is told what the gate would do with it."""


def read(file: Path, wanted: WantedGate) -> HowToSetUp:
    """Put the answers of a file into what is wanted. Raises `CommandError` with all mistakes."""
    keeping_settings.refuse_unchangeable(wanted.path)
    tree = _tree(file)
    options = tree.pop("setup", {})
    mistakes = list(_wrong_options(options, file))
    given = dict(_leaves(tree))
    secrets = {name: str(given.pop(name)) for name in SECRETS if name in given}
    merged = _merged(tomllib.loads(keeping_settings.current_text(wanted.path)), tree, secrets)
    mistakes += keeping_settings.mistakes_in(_dumped(merged), wanted.path, secrets, said=file)
    if mistakes:
        raise CommandError(ExitCode.SETTINGS, *(line.replace(": argument: ", f": {file}: ") for line in mistakes))
    if secrets and file.stat().st_mode & stat.S_IROTH:
        complain(f"secrets in it can be read by every user: {file}: chmod 600 {file}", kind="warning")
    wanted.values.update(given)
    wanted.secrets.update(secrets)
    return HowToSetUp(**options)


def _tree(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        what = f"the answers cannot be read ({error.strerror}): {file}: name a file that is there"
    except UnicodeDecodeError:
        what = f"the answers are not UTF-8: {file}: save the file as UTF-8"
    except tomllib.TOMLDecodeError as error:
        what = f"the answers are no TOML ({error}): {file}: correct that line; text goes in quotes"
    raise CommandError(ExitCode.SETTINGS, what)


def _wrong_options(options: object, file: Path) -> Iterator[str]:
    if not isinstance(options, dict):
        yield f"setup is no section: {file}: write [setup] and its words below"
        return
    for name, value in options.items():
        if name == "test_voucher":
            if not isinstance(value, str):
                yield f"setup.test_voucher is no text: {file}: put the code in quotes"
        elif name not in _OPTIONS:
            known = ", ".join((*_OPTIONS, "test_voucher"))
            yield f"setup.{name} is nothing that setup knows: {file}: choose from {known}"
        elif value not in _OPTIONS[name]:
            known = ", ".join(str(one).lower() for one in _OPTIONS[name] if one != "")
            yield f"setup.{name} is something that setup does not know: {file}: choose from {known}"


def _leaves(tree: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    for key, value in tree.items():
        if key in SECTIONS and isinstance(value, dict):
            yield from ((f"{key}.{leaf}", inner) for leaf, inner in value.items())
        else:
            yield key, value


def _merged(old: Mapping[str, Any], new: Mapping[str, Any], without: Mapping[str, str]) -> dict[str, Any]:
    merged: dict[str, Any] = {key: dict(value) if isinstance(value, dict) else value for key, value in old.items()}
    for name, value in _leaves(new):
        section, _, leaf = name.rpartition(".")
        if name in without:
            continue
        place = merged.setdefault(section, {}) if section else merged
        if isinstance(place, dict):
            place[leaf] = value
    return merged


def _dumped(tree: Mapping[str, Any]) -> str:
    import tomlkit  # noqa: PLC0415 - of the extra "provisioning"; `toml_editing` says so where it is missing

    return tomlkit.dumps(tree)
