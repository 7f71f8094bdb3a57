"""
What a set of codes is to say, from a file of answers and from options: one list of mistakes, and no secret in any.

The file is like a settings file, with [provision], [house], [[networks]] and [[people]] besides. Secrets may stand in
files of their own that it names, and passwords become hashes here.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gate_controller.cli.exits import CommandError, ExitCode
from gate_controller.settings.mistakes import KEY, SECRETS
from gate_controller.settings.provisioning.content import Content, HouseToJoin, Network, PageUser
from gate_controller.settings.provisioning.provisioned_state import PROVISIONABLE
from gate_controller.settings.provisioning.rejections import Rejected

# ruff: noqa: PLC0415 - libraries are brought in by the command that needs them

MOST_HOURS = 24 * 90
_USUAL_HOURS = 72.0
_HOUSE_HOURS = 1.0
"""For so long a house's code can be used."""
_MOST_BYTES = 65536
_SECTIONS = {name.partition(".")[0] for name in PROVISIONABLE if "." in name}


@dataclass(frozen=True, slots=True)
class Answers:
    """What is to be made."""

    content: Content
    gate: str
    """The id of the gate that it is for; empty: any that is not set up."""
    valid_hours: float


def read_answers(
    file: Path | None, overrides: Sequence[str], key_file: Path | None, gate: str, valid_hours: float | None
) -> Answers:
    """Return what is to be made; raise `CommandError` with all mistakes."""
    tree = read_tables(file) if file else {}
    mistakes: list[str] = []
    settings = dict(_settings(tree, file, mistakes))
    for override in overrides:
        name, equals, value = override.partition("=")
        if name.strip() in SECRETS:
            mistakes.append(f"{name.strip()} can be seen by everybody on this machine: --set: give it in a file")
        elif not equals or name.strip() not in PROVISIONABLE:
            mistakes.append(
                f"--set {name.strip()[:40]}: cannot be given by a code: take one of {', '.join(PROVISIONABLE)}"
            )
        else:
            settings[name.strip()] = value
    if key_file:
        settings[KEY] = first_line(key_file, mistakes)
    head = tree.get("provision", {})
    if not isinstance(head, dict):
        head = {}
        mistakes.append(f"{file}: provision is a section: write [provision] and its keys below")
    if unknown := head.keys() - {"gate", "valid_hours"}:
        mistakes.append(f"{file}: [provision] has no {min(unknown)}: it has gate and valid_hours")
    house = _house(tree, file, mistakes)
    most = MOST_HOURS if house is None else _HOUSE_HOURS
    hours = valid_hours if valid_hours is not None else head.get("valid_hours", min(most, _USUAL_HOURS))
    if isinstance(hours, bool) or not isinstance(hours, int | float) or not 0 < hours <= MOST_HOURS:
        mistakes.append(f"valid_hours: give hours from 1 to {MOST_HOURS}: codes that lie about are a risk")
        hours = _USUAL_HOURS
    if hours > most:
        mistakes.append("valid_hours: a house's code is good for an hour: leave it out")
    named = gate or str(head.get("gate", ""))
    networks = networks_in(tree, file, mistakes)
    people = tuple(_person(each, file, mistakes) for each in _tables(tree, "people", file, mistakes))
    if house is not None and networks:
        mistakes.append(f"{file}: [house] and [[networks]]: the gate asks the house before these count: make two sets")
    content = Content(settings, networks, people, house)
    _judge(content, named, mistakes)
    if mistakes:
        raise CommandError(ExitCode.SETTINGS, *mistakes)
    return Answers(content, named, float(hours))


def _judge(content: Content, gate: str, mistakes: list[str]) -> None:
    from gate_controller.settings.values import UnusableError, gate_id

    try:
        content.packed()
        if gate:
            gate_id(gate)
    except Rejected as error:
        if not mistakes:  # else it may be of what has its mistake already
            mistakes.append(f"{error.detail or error}: answers and options: put it right")
    except UnusableError as error:
        mistakes.append(f"the gate's id is none, {error.why}: --for: {error.remedy}")


def read_tables(file: Path) -> dict[str, Any]:
    """Return what a file of answers holds. Raises `CommandError`."""
    try:
        text = file.read_bytes()[:_MOST_BYTES].decode("utf-8-sig")  # Windows puts a mark before it
        return tomllib.loads(text)
    except OSError as error:
        why = f"cannot be read: {error.strerror}: name another file"
    except UnicodeDecodeError:
        why = "is no text in UTF-8: save it as UTF-8"
    except tomllib.TOMLDecodeError as error:
        what, _, place = str(error).partition(" (at ")
        why = f"{place.rstrip(')')}: is no TOML ({what}): correct that line; text goes in quotes"
    raise CommandError(ExitCode.SETTINGS, f"{file}: {why}")


def _settings(tree: Mapping[str, Any], file: Path | None, mistakes: list[str]) -> Mapping[str, object]:
    found: dict[str, object] = {}
    for key, value in tree.items():
        if key in {"provision", "house", "networks", "people"}:
            continue
        leaves = {f"{key}.{leaf}": inner for leaf, inner in value.items()} if isinstance(value, dict) else {key: value}
        for name, inner in leaves.items():
            if name == f"{KEY}_file" and file is not None:
                found[KEY] = first_line(file.parent / str(inner), mistakes)
            elif name in PROVISIONABLE:
                found[name] = inner
            else:
                mistakes.append(
                    f"{file}: {name} cannot be given by a code: take one of {', '.join(PROVISIONABLE)}, [provision], "
                    "[house], [[networks]] or [[people]]"
                )
    return found


def _tables(tree: Mapping[str, Any], key: str, file: Path | None, mistakes: list[str]) -> list[dict[str, Any]]:
    found = tree.get(key, [])
    if isinstance(found, list) and all(isinstance(each, dict) for each in found):
        return found
    mistakes.append(f"{file}: {key} is a list of tables: write [[{key}]] and its keys below")
    return []


def networks_in(tree: Mapping[str, Any], file: Path | None, mistakes: list[str]) -> tuple[Network, ...]:
    """Return the networks of a file of answers; what is wrong with them goes to `mistakes`."""
    networks = tuple(_network(each, file, mistakes) for each in _tables(tree, "networks", file, mistakes))
    if networks and not mistakes:
        _judge(Content(networks=networks), "", mistakes)
    return networks


def _network(each: Mapping[str, Any], file: Path | None, mistakes: list[str]) -> Network:
    _known(each, {"ssid", "passphrase", "passphrase_file", "hidden", "country"}, "networks", file, mistakes)
    passphrase = str(each.get("passphrase", ""))
    if "passphrase_file" in each and file is not None:
        passphrase = first_line(file.parent / str(each["passphrase_file"]), mistakes)
    country = str(each.get("country", ""))
    return Network(str(each.get("ssid", "")), passphrase, each.get("hidden") is True, country)


def _house(tree: Mapping[str, Any], file: Path | None, mistakes: list[str]) -> HouseToJoin | None:
    from gate_controller.shell.joining import JoinUnreadable, read_code

    if "house" not in tree:
        return None
    told = tree["house"]
    if not isinstance(told, dict):
        mistakes.append(f"{file}: house is a section: write [house] and its keys below")
        return None
    if unknown := told.keys() - {"address", "code", "code_file"}:
        mistakes.append(f"{file}: [house] has no {min(unknown)[:40]}: it has address, code and code_file")
    code = str(told.get("code", ""))
    if "code_file" in told and file is not None:
        code = first_line(file.parent / str(told["code_file"]), mistakes)
    try:
        read = read_code(code)
    except JoinUnreadable as error:
        mistakes.append(f"{file}: [house] code: {error}: copy it from the house's page")
        return None
    return HouseToJoin(str(told.get("address", "")).rstrip("/"), read.name + read.secret)


def _person(each: Mapping[str, Any], file: Path | None, mistakes: list[str]) -> PageUser:
    from gate_controller.web.passwords import Hashing, PasswordError, sensible_password

    _known(each, {"name", "role", "password", "password_file", "password_hash"}, "people", file, mistakes)
    name, role = str(each.get("name", "")), str(each.get("role", ""))
    if "password_hash" in each:
        return PageUser(name, role, str(each["password_hash"]))
    password = str(each.get("password", ""))
    if "password_file" in each and file is not None:
        password = first_line(file.parent / str(each["password_file"]), mistakes)
    try:
        return PageUser(name, role, Hashing().hash(sensible_password(password)))
    except PasswordError as error:
        mistakes.append(f"{file}: [[people]] {name[:40]}: {error}: give another password")
    except ImportError:
        mistakes.append("argon2 is not installed: [[people]]: pip install 'gate-controller[web]'")
    return PageUser(name, role, "")


def _known(each: Mapping[str, Any], keys: set[str], table: str, file: Path | None, mistakes: list[str]) -> None:
    known = ", ".join(sorted(keys))
    mistakes.extend(f"{file}: [[{table}]] has no {key[:40]}: it has {known}" for key in sorted(each.keys() - keys))


def first_line(file: Path, mistakes: list[str]) -> str:
    """Return the first line of a file; what is wrong with it goes to `mistakes`."""
    try:
        with file.open("rb") as opened:
            line = opened.readline(1024).decode("utf-8-sig").rstrip("\r\n")
    except OSError as error:
        mistakes.append(f"{file}: cannot be read: {error.strerror}: name another file")
        return ""
    except UnicodeDecodeError:
        mistakes.append(f"{file}: is no text: write it anew")
        return ""
    if not line:
        mistakes.append(f"{file}: its first line is empty: write the secret there")
    return line
