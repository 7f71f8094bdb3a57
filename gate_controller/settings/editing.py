"""
One setting of a settings file, changed from the command line: what a person typed becomes what the file holds.

Nothing is written before it has been read as the gate would read it. How the text is changed, and how the file is
replaced, stands in `toml_editing.py`.
"""

import json
import os
import re
import tomllib
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from gate_controller.settings.files import no_text, no_toml
from gate_controller.settings.loading import LoadedSettings, SettingsError
from gate_controller.settings.mistakes import SECRETS, Mistake, unknown
from gate_controller.settings.models import FIELDS, SECTIONS, reader_of
from gate_controller.settings.reference import as_text
from gate_controller.settings.toml_editing import EditingError, changed, replace_file
from gate_controller.settings.values import UnusableError

_TABLES: Final = ("prices", "price_changes")
_BYTE_ORDER_MARK: Final = "\ufeff"


class NotWritten(Exception):
    """Nothing was written; `mistakes` holds a line for each reason, with its remedy and without secrets."""

    def __init__(self, *mistakes: str) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


@dataclass(frozen=True, slots=True)
class Edited:
    """What was written."""

    file: Path
    loaded: LoadedSettings | None
    """The settings as the file has them now; None where it had other mistakes before, and still has."""
    mistakes: tuple[str, ...] = ()
    """Those that were there before."""


def write_setting(file: Path, name: str, value: str | None, load: Callable[[Path], LoadedSettings]) -> Edited:
    """
    Write a setting, or with None take it out, or what is no setting; `load` reads a file as the gate would. Raises
    `NotWritten`.
    """
    if name not in FIELDS and value is not None:
        raise NotWritten(str(_no_setting(name)))
    if name in SECRETS and value is not None:
        beside = file.parent / name
        remedy = f"write it into {beside}: `sudo install -m 600 /dev/null {beside}`, and then edit that file"
        raise NotWritten(str(Mistake(f"{name} is a secret, and many may read this file", str(file), remedy)))
    before = _read(file)
    name = _looked_at(before or "", file, name, is_taken_out=value is None)
    new = None if value is None else value_of(name, value)
    try:
        text = changed((before or "").removeprefix(_BYTE_ORDER_MARK), {name: new}, path=file)
    except EditingError as error:
        raise NotWritten(str(error)) from None
    known = () if before is None else _mistakes(file, load)[1]
    # Beside it, where its secrets are looked for too.
    trial = file.with_name(f".{file.name}.trial")
    try:
        replace_file(trial, text.encode(), mode=0o600)
        loaded, found = _mistakes(trial, load)
        found = tuple(one.replace(str(trial), str(file)) for one in found)
        if fresh := [one for one in found if _without_line(one) not in map(_without_line, known)]:
            raise NotWritten(*fresh)
        replace_file(file, text.encode())
    except OSError as error:
        what = f"{file} cannot be written ({error.strerror or type(error).__name__})"
        raise NotWritten(str(Mistake(what, str(file.parent), "use sudo, and look whether there is room"))) from None
    finally:
        with suppress(OSError):
            trial.unlink(missing_ok=True)
    if loaded is not None:
        origins = {each: place.replace(str(trial), str(file)) for each, place in loaded.origins.items()}
        loaded = replace(loaded, origins=origins, file=str(file))
    return Edited(file, loaded, found)


def _no_setting(name: str) -> Mistake:
    return unknown(f"{name} is no setting", "command line", name, FIELDS, "leave it out")


def _looked_at(text: str, file: Path, name: str, *, is_taken_out: bool) -> str:
    """
    Return what is to be changed: of a section that is none the whole, where nothing else stands in it. What is no
    setting can be taken out where it stands there. Raises `NotWritten` where the file does not allow it.
    """
    try:
        tree = tomllib.loads(text.removeprefix(_BYTE_ORDER_MARK))
    except tomllib.TOMLDecodeError as error:
        raise NotWritten(str(no_toml(error, file))) from None
    section, _, leaf = name.rpartition(".")
    within = tree.get(section, {}) if section else tree
    if not isinstance(within, dict):
        what = f"{section} is a section, not a setting" if section in SECTIONS else f"{section} is no section"
        remedy = f"first take it out: `gate-controller config unset {section}`"
        raise NotWritten(str(Mistake(what, str(file), remedy)))
    if name in FIELDS or not is_taken_out:
        return name
    if leaf not in within:
        raise NotWritten(str(_no_setting(name)))
    if name in SECTIONS and isinstance(within[leaf], dict):
        what = f"{name} is a section, and not taken out whole"
        raise NotWritten(str(Mistake(what, "command line", f"name one of its settings, such as {_one_of(name)}")))
    return name if not section or section in SECTIONS or len(within) > 1 else section


def _one_of(section: str) -> str:
    return next(name for name in FIELDS if name.startswith(f"{section}."))


def _read(file: Path) -> str | None:
    try:
        return Path(os.path.realpath(file)).read_bytes().decode()
    except FileNotFoundError:
        return None
    except UnicodeDecodeError as error:
        raise NotWritten(str(no_text(error, file))) from None
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise NotWritten(str(Mistake(f"the settings file cannot be read ({why})", str(file), "use sudo"))) from None


def _mistakes(file: Path, load: Callable[[Path], LoadedSettings]) -> tuple[LoadedSettings | None, tuple[str, ...]]:
    try:
        return load(file), ()
    except SettingsError as error:
        return None, error.mistakes


def _without_line(mistake: str) -> str:
    return re.sub(r" line \d+", "", mistake)


def value_of(name: str, text: str) -> object:
    """Return a setting's value as its file holds it, of what a person typed. Raises `NotWritten`."""
    *others, last = _readings(name, text)
    for value in others:
        with suppress(UnusableError):
            return _in_file(name, value, reader_of(name)(value))
    try:
        return _in_file(name, last, reader_of(name)(last))
    except UnusableError as refusal:
        what = f"{name} is {text}, {refusal.why}"
        raise NotWritten(str(Mistake(what, "command line", refusal.remedy))) from None


def _readings(name: str, text: str) -> Sequence[object]:
    """Return what a text may mean: as TOML, or as JSON for tables, and as it stands; the last one is told of."""
    found: list[object] = []
    with suppress(tomllib.TOMLDecodeError):
        if not text.strip().lower().startswith("0x"):  # which people know an address by
            found.append(tomllib.loads(f"value = {text}")["value"])
    if name in _TABLES:
        with suppress(ValueError):
            found.append(json.loads(text))
    return [*found, text]


def _in_file(name: str, value: object, read: object) -> object:
    match read:
        case _ if name in _TABLES:
            return value if isinstance(value, list) else json.loads(str(read) or "[]")
        case tuple():
            return list(read)
        case bool():
            return read
        case int() | float():
            is_as_typed = not isinstance(value, str) or value.lower().startswith("0x")
            return value if is_as_typed else read
        case _:
            return as_text(read)  # of nothing it is "none"
