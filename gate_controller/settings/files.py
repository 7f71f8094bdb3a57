"""What files give: systemd's credentials, the files that hold secrets, and the TOML file; by `sources.py`'s rules."""

import shlex
import stat
import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path

from gate_controller.settings import encrypted_secret
from gate_controller.settings.line_numbers import lines_of
from gate_controller.settings.mistakes import KEY, PREFIX, SECRETS, Given, Mistake, unknown, variable
from gate_controller.settings.sources import ARGUMENT, CONFIG_VARIABLE, Reading
from gate_controller.settings.values import is_none

DEFAULT_FILES = (Path("/etc/gate-controller/gate.toml"), Path("gate.toml"))
_IN_A_FILE = (KEY, "notify.webhook_key", "notify.smtp_password", "mqtt.password", "mqtt.voucher_key")
SECRET_FILES = {name: f"{name}_file" for name in _IN_A_FILE}
"""The settings that name a file in place of a secret."""
CREDENTIAL = "credential"
"""How the origin begins of what a credential gives."""

# Read at most this much of a file that holds one value: somebody may have named a device or a disk image.
_MOST_BYTES = 65536


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
        reading.is_unreadable = True
        return reading
    except OSError as error:
        reading.is_unreadable = True
        reading.mistakes.append(
            _unreadable("the directory of credentials", directory, error, "unset CREDENTIALS_DIRECTORY")
        )
        return reading
    for path in found:
        name = files.get(path.name) or files.get(path.name.lower())
        if name in given:
            continue
        if name:
            _read_value(reading, name, path, f"{CREDENTIAL} {path.name}")
            if name in SECRETS and name in reading.given and not str(reading.given[name].value).strip():
                del reading.given[name]  # the unit's stand-in for a file that is not there
        elif path.name.upper().startswith(PREFIX) or path.name.partition(".")[0] in sections:
            # Other credentials of the unit are none of the gate's business; these were meant for it.
            reading.mistakes.append(
                unknown(f"{path.name} is no setting", "credentials", path.name.lower(), files, "do not pass it")
            )
    return reading


def from_secret_files(given: Mapping[str, Given], files: Mapping[str, str] = SECRET_FILES) -> Reading:
    """
    Read each secret from the file that the other sources name, if they do; `files` says which setting names one. A
    secret and a file leave it open which is meant, but for a secret among the arguments, which go over all, and a
    credential's, which goes over the settings file: the service has it while its user may not read the file.
    """
    reading = Reading()
    for name, file in files.items():
        named = given.get(file)
        if named is not None and not is_none(named.value):
            _read_named(reading, name, file, given)
    return reading


def _read_named(reading: Reading, name: str, file: str, given: Mapping[str, Given]) -> None:
    named = given[file]
    key_from = given[name].origin if name in given else ""
    by_credential = key_from.startswith(CREDENTIAL) and not named.origin.startswith(
        (ARGUMENT, "environment", CREDENTIAL)
    )
    if by_credential or (key_from == ARGUMENT and named.origin != ARGUMENT):
        return
    if name in given:
        reading.mistakes.append(
            Mistake(
                f"{name} and {file} are both given", f"{given[name].place} and {named.place}", "keep one of the two"
            )
        )
        return
    path = Path(str(named.value).strip())
    # A secret given for the name of its file must not be shown as one.
    _read_value(reading, name, path, f"file {path}" if path.is_absolute() else named.origin)
    if name in reading.given:
        reading.warnings.extend(_open_to_all(path, name))


def from_secrets_beside(file: Path | None, given: Mapping[str, Given]) -> Reading:
    """
    Read each secret from the file of its name (`eguma.api_key`) beside the settings file, where nothing else gives it.

    It is root's alone: the service gets it as a credential, and root's commands find it here.
    """
    reading = Reading()
    for name in SECRETS:
        named = given.get(SECRET_FILES.get(name, ""))
        if name in given or (named is not None and not is_none(named.value)):
            continue
        path = (file or DEFAULT_FILES[0]).parent / name
        try:
            path.stat()
        except (FileNotFoundError, NotADirectoryError):
            if path.parent == DEFAULT_FILES[0].parent:
                _read_encrypted(reading, name)
            continue
        except OSError:
            if name != KEY:
                continue  # a folder that cannot be looked into may hold none: only the key has to be there
        _read_value(reading, name, path, f"file {path}", "use sudo: it is root's, and the service's as a credential")
        if name in reading.given:
            reading.warnings.extend(_open_to_all(path, name))
    return reading


def _read_encrypted(reading: Reading, name: str) -> None:
    """Read a secret that is kept encrypted: systemd gives it to the service, and root's commands read it here."""
    if not encrypted_secret.drop_in_of(name).exists():
        return
    place = encrypted_secret.place_of(name)
    try:
        secret = encrypted_secret.decrypted(name, place.read_bytes())
    except OSError as error:
        remedy = "use sudo: it is root's, and the service's as a credential"
        reading.mistakes.append(_unreadable(name, str(place), error, remedy))
    except encrypted_secret.SecretError as error:
        what, _, remedy = str(error).partition(": ")
        reading.mistakes.append(Mistake(what, str(place), remedy))
    else:
        reading.given[name] = Given(secret, f"encrypted {place}")
        return
    reading.is_unreadable = True
    reading.unread.add(name)


def _read_value(
    reading: Reading, name: str, path: Path, origin: str, remedy: str = "name a file the gate's user can read"
) -> None:
    try:
        with path.open("rb") as file:
            text = file.read(_MOST_BYTES).decode("utf-8-sig").removesuffix("\n").removesuffix("\r")
    except OSError as error:
        reading.is_unreadable = True
        reading.mistakes.append(_unreadable(name, origin, error, remedy))
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
            text = path.read_bytes().decode("utf-8-sig")  # Windows puts a mark before it
        except OSError as error:
            if named:
                remedy = (
                    f"name a file the gate's user can read, or leave {'--config' if config else CONFIG_VARIABLE} out"
                )
            elif isinstance(error, FileNotFoundError | NotADirectoryError):
                continue
            else:
                remedy = "let the gate's user read it"
            reading.is_unreadable = not isinstance(error, FileNotFoundError)
            reading.mistakes.append(_unreadable("the settings file", str(path), error, remedy))
        except UnicodeDecodeError as error:
            reading.mistakes.append(no_text(error, path))
        else:
            _read_toml(reading, text, path, names)
            return reading, path
        if reading.mistakes:
            reading.unread.update(names)
            return reading, path
    return reading, None


def no_text(error: UnicodeDecodeError, path: Path) -> Mistake:
    """Return the mistake of a settings file that cannot be read as a text."""
    line = error.object[: error.start].count(b"\n") + 1
    return Mistake("the settings file is not UTF-8", f"{path} line {line}", "save it as UTF-8")


def no_toml(error: tomllib.TOMLDecodeError, path: Path) -> Mistake:
    """Return the mistake of a settings file that is no TOML."""
    # "Invalid value (at line 3, column 5)": what and where change places, as in every other line.
    why, _, place = str(error).partition(" (at ")
    what = f"the settings file is no TOML ({why[:1].lower()}{why[1:]})"
    return Mistake(what, f"{path} {place.removesuffix(')')}".strip(), "correct that line; text goes in quotes")


def _read_toml(reading: Reading, text: str, path: Path, names: Collection[str]) -> None:
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        reading.mistakes.append(no_toml(error, path))
        reading.unread.update(names)
        return
    sections = {name.partition(".")[0] for name in names if "." in name}
    lines = lines_of(text)
    for key, value in tree.items():
        if key in sections and isinstance(value, dict):
            for leaf, inner in value.items():
                _take(reading, f"{key}.{leaf}", inner, path, names, lines)
        elif key in sections:
            what = f"{key} is a section, not a setting"
            reading.mistakes.append(
                Mistake(what, _place(path, lines.get(key)), f"write [{key}] and its settings below")
            )
        else:
            _take(reading, key, value, path, {*names, *sections}, lines)
    if secret := next((name for name in SECRETS if name in reading.given), None):
        reading.warnings.extend(_open_to_all(path, secret))


def _take(
    reading: Reading, name: str, value: object, path: Path, names: Collection[str], lines: Mapping[str, int]
) -> None:
    line = lines.get(name)
    if name not in names:
        remedy = f"take it out: `gate-controller config unset {shlex.quote(name)}`"
        reading.mistakes.append(unknown(f"{name} is no setting", _place(path, line), name, names, remedy))
    elif isinstance(value, dict):
        reading.mistakes.append(
            Mistake(f"{name} is a setting, not a section", _place(path, line), f"write {name} = and its value")
        )
    else:
        reading.given[name] = Given(value, str(path), line)


def _place(path: Path, line: int | None) -> str:
    return str(path) if line is None else f"{path} line {line}"


def _unreadable(what: str, where: str, error: OSError, remedy: str) -> Mistake:
    return Mistake(f"{what} cannot be read ({error.strerror or type(error).__name__})", where, remedy)


def _open_to_all(path: Path, name: str) -> list[Mistake]:
    try:
        mode = path.stat().st_mode
    except OSError:
        return []
    if not mode & stat.S_IROTH:
        return []
    what = "the key" if name == KEY else name
    return [Mistake(f"the file with {what} can be read by every user", str(path), f"chmod o-r {path}")]
