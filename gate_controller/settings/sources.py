"""
Where settings come from: arguments, environment, credentials, the file that holds the key, and the TOML file.

Rules: a source reads, keeps where each value stood, and reports names that are none; it judges no value. It
never repeats a value that came with an unknown name, for that may be a misplaced key. Everything comes in as
an argument: no source looks at the process's environment.
"""

import stat
import tomllib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource
from typing_extensions import override

from gate_controller.settings.mistakes import KEY, PREFIX, Given, Mistake, unknown, variable
from gate_controller.settings.values import is_none

DEFAULT_FILES = (Path("/etc/gate-controller/gate.toml"), Path("gate.toml"))
CONFIG_VARIABLE = "GATE_CONFIG"
KEY_FILE = "eguma.api_key_file"
_ARGUMENT = "argument"
# Read at most this much of a file that holds one value: somebody may have named a device or a disk image.
_MOST_BYTES = 65536


@dataclass(slots=True)
class Reading:
    """What one source gave."""

    given: dict[str, Given] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)
    warnings: list[Mistake] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)
    """Settings this source may have given, had it been readable."""


class ReadingSource(PydanticBaseSettingsSource):
    """A reading in the shape in which pydantic-settings merges sources."""

    def __init__(self, settings_cls: type[BaseSettings], reading: Reading, sections: Iterable[str]) -> None:
        """`sections` are handed over even where empty, so that what they lack is reported by its own name."""
        super().__init__(settings_cls)
        self._reading = reading
        self._sections = tuple(sections)

    @override
    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        return self().get(field_name), field_name, False

    @override
    def __call__(self) -> dict[str, Any]:
        tree: dict[str, Any] = {section: {} for section in self._sections}
        for name, given in self._reading.given.items():
            section, _, leaf = name.rpartition(".")
            # The library can be told to log what its sources return (PYDANTIC_SETTINGS_DEBUG).
            secret = name == KEY and isinstance(given.value, str)
            (tree[section] if section else tree)[leaf] = SecretStr(str(given.value)) if secret else given.value
        return tree


def from_arguments(overrides: Sequence[str], names: Collection[str]) -> Reading:
    """Read `NAME=VALUE` arguments; of a name given twice the later counts."""
    reading = Reading()
    for override_ in overrides:
        name, equals, value = override_.partition("=")
        name = name.strip()
        if not equals:
            what = f"--set {name} has no value" if name in names else "--set has a word that is no NAME=VALUE"
            reading.mistakes.append(Mistake(what, _ARGUMENT, "write it like --set relay.pin=17"))
        elif name not in names:
            reading.mistakes.append(unknown(f"{name} is no setting", _ARGUMENT, name, names, "leave it out"))
        else:
            reading.given[name] = Given(value, _ARGUMENT)
    if KEY in reading.given:
        reading.warnings.append(
            Mistake(
                f"{KEY} can be seen by everybody on this machine",
                _ARGUMENT,
                "use a credential, a file or the environment instead",
            )
        )
    return reading


def from_environment(environ: Mapping[str, str], names: Collection[str]) -> Reading:
    """Read the variables with the gate's prefix. It is the gate's own, so an unknown one is a mistake."""
    reading = Reading()
    variables = {variable(name): name for name in names}
    for variable_, value in environ.items():
        if variable_ in variables:
            reading.given[variables[variable_]] = Given(value, f"environment {variable_}")
        elif variable_.upper().startswith(PREFIX) and variable_ != CONFIG_VARIABLE:
            known = (*variables, CONFIG_VARIABLE)
            reading.mistakes.append(
                unknown(f"{variable_} is no setting", "environment", variable_.upper(), known, "unset it")
            )
    return reading


def from_credentials(directory: str, names: Collection[str], given: Collection[str]) -> Reading:
    """
    Read systemd's credentials: files named like a setting or its variable. No `directory` has none.

    Those of settings already `given` by a higher source stay closed: it does not matter whether they can be read.
    """
    reading = Reading()
    if not directory:
        return reading
    files = {variable(name).lower(): name for name in names} | {name: name for name in names}
    sections = {name.partition(".")[0] for name in names if "." in name}
    try:
        found = sorted(path for path in Path(directory).iterdir() if path.is_file())
    except FileNotFoundError:
        # systemd takes it away when the service ends, and what runs after that may still be told of it.
        return reading
    except OSError as error:
        reading.mistakes.append(
            _unreadable("the directory of credentials", directory, error, "unset CREDENTIALS_DIRECTORY")
        )
        return reading
    for path in found:
        name = files.get(path.name) or files.get(path.name.lower())
        if name in given:
            continue
        if name:
            _read_value(reading, name, path, f"credential {path.name}")
        elif path.name.upper().startswith(PREFIX) or path.name.partition(".")[0] in sections:
            # Other credentials of the unit are none of the gate's business; these were meant for it.
            reading.mistakes.append(
                unknown(f"{path.name} is no setting", "credentials", path.name.lower(), files, "do not pass it")
            )
    return reading


def from_key_file(given: Mapping[str, Given]) -> Reading:
    """
    Read the key from the file that the other sources name, if they do. A key and a file leave it open which is meant,
    but for a key among the arguments: those go over all.
    """
    reading = Reading()
    named = given.get(KEY_FILE)
    by_argument = KEY in given and given[KEY].origin == _ARGUMENT
    if named is None or is_none(named.value) or (by_argument and named.origin != _ARGUMENT):
        return reading
    if KEY in given:
        reading.mistakes.append(
            Mistake(
                f"{KEY} and {KEY_FILE} are both given",
                f"{given[KEY].origin} and {named.origin}",
                "keep one of the two",
            )
        )
        return reading
    path = Path(str(named.value).strip())
    # A key given for the name of its file must not be shown as one.
    _read_value(reading, KEY, path, f"file {path}" if path.is_absolute() else named.origin)
    if KEY in reading.given:
        reading.warnings.extend(_open_to_all(path))
    return reading


def _read_value(reading: Reading, name: str, path: Path, origin: str) -> None:
    try:
        with path.open("rb") as file:
            text = file.read(_MOST_BYTES).decode().removesuffix("\n").removesuffix("\r")
    except OSError as error:
        reading.mistakes.append(_unreadable(name, origin, error, "name a file the gate's user can read"))
    except (UnicodeDecodeError, ValueError):
        reading.mistakes.append(Mistake(f"{name} is no text", origin, "write it anew, as plain text"))
    else:
        reading.given[name] = Given(text, origin)
        return
    reading.unread.add(name)


def from_toml(config: Path | None, environ: Mapping[str, str], names: Collection[str]) -> tuple[Reading, Path | None]:
    """
    Read the settings file: the one named by argument, else by `$GATE_CONFIG`, else the first in the usual
    places. A named file has to be there; the usual places may be empty. Returns the file's path as well.
    """
    reading = Reading()
    by_variable = environ.get(CONFIG_VARIABLE, "")
    named = config or (Path(by_variable) if by_variable else None)
    for path in (named,) if named else DEFAULT_FILES:
        try:
            text = path.read_bytes().decode()
        except OSError as error:
            if named:
                remedy = (
                    f"name a file the gate's user can read, or leave {'--config' if config else CONFIG_VARIABLE} out"
                )
            elif isinstance(error, FileNotFoundError | NotADirectoryError):
                continue
            else:
                remedy = "let the gate's user read it"
            reading.mistakes.append(_unreadable("the settings file", str(path), error, remedy))
        except ValueError as error:
            line = path.read_bytes()[: getattr(error, "start", 0)].count(b"\n") + 1
            reading.mistakes.append(
                Mistake("the settings file is not UTF-8", f"{path} line {line}", "save it as UTF-8")
            )
        else:
            _read_toml(reading, text, path, names)
            return reading, path
        if reading.mistakes:
            reading.unread.update(names)
            return reading, path
    return reading, None


def _read_toml(reading: Reading, text: str, path: Path, names: Collection[str]) -> None:
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        # "Invalid value (at line 3, column 5)": what and where change places, as in every other line.
        why, _, place = str(error).partition(" (at ")
        where = f"{path} {place.removesuffix(')')}".strip()
        reading.mistakes.append(
            Mistake(
                f"the settings file is no TOML ({why[:1].lower()}{why[1:]})",
                where,
                "correct that line; text goes in quotes",
            )
        )
        reading.unread.update(names)
        return
    sections = {name.partition(".")[0] for name in names if "." in name}
    for key, value in tree.items():
        if key in sections and isinstance(value, dict):
            for leaf, inner in value.items():
                _take(reading, f"{key}.{leaf}", inner, path, names)
        elif key in sections:
            reading.mistakes.append(
                Mistake(f"{key} is a section, not a setting", str(path), f"write [{key}] and its settings below")
            )
        else:
            _take(reading, key, value, path, {*names, *sections})
    if KEY in reading.given:
        reading.warnings.extend(_open_to_all(path))


def _take(reading: Reading, name: str, value: object, path: Path, names: Collection[str]) -> None:
    if name not in names:
        reading.mistakes.append(unknown(f"{name} is no setting", str(path), name, names, "delete it"))
    elif isinstance(value, dict):
        reading.mistakes.append(
            Mistake(f"{name} is a setting, not a section", str(path), f"write {name} = and its value")
        )
    else:
        reading.given[name] = Given(value, str(path))


def _unreadable(what: str, where: str, error: OSError, remedy: str) -> Mistake:
    return Mistake(f"{what} cannot be read ({error.strerror or type(error).__name__})", where, remedy)


def _open_to_all(path: Path) -> list[Mistake]:
    try:
        mode = path.stat().st_mode
    except OSError:
        return []
    if not mode & stat.S_IROTH:
        return []
    return [Mistake("the file with the key can be read by every user", str(path), f"chmod o-r {path}")]
