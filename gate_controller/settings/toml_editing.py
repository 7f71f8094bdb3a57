"""
The settings file changed by a program: what a person wrote in it stays, comments, order and line ends included.

Rules: only what is to change is touched, and what comes out is read back and compared before anybody writes it. A file
is replaced whole: whoever reads it, now or after a power cut, finds the old one or the new one.
"""

import os
import re
import stat
import textwrap
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from gate_controller.settings.files import no_toml
from gate_controller.settings.models import FIELDS

# ruff: noqa: PLC0415 - tomlkit is of the extra "provisioning": a gate runs without it

_NEW_FILE = 0o644
"""No secret stands in the settings file, and the gate's user has to read it."""
_PAGE = 118
"""Letters of a comment's line."""


class EditingError(Exception):
    """The file cannot be changed: what, where, what to do."""


def changed(text: str, values: Mapping[str, object], *, path: Path) -> str:
    """
    Return a settings file's text with these settings in it, each as its reader takes it; None takes one out.

    A setting that has this value already stays as it is written. One that is new gets its meaning as a comment.
    `path` is for the words of `EditingError`: no TOML, or written in a way that cannot be changed by a program.
    """
    try:
        import tomlkit
    except ImportError as error:
        raise EditingError(
            f"settings files cannot be written without a library ({error}): {path}: "
            "pip install 'gate-controller[provisioning]'"
        ) from None
    try:
        tree = tomllib.loads(text)
        for name, value in values.items():
            wanted = _with(tree, name, value)
            if wanted != tree:
                text = next(new for new in _ways(text, tree, name, value) if _is(new, wanted))
                tree = wanted
    except tomllib.TOMLDecodeError as error:
        raise EditingError(str(no_toml(error, path))) from None
    except (tomlkit.exceptions.TOMLKitError, StopIteration, TypeError, AttributeError):
        raise EditingError(
            f"the settings file is written in a way that a program cannot change safely: {path}: "
            f"set by hand: {', '.join(values)}"
        ) from None
    return text


def replace_file(path: Path, content: bytes, *, mode: int | None = None) -> None:
    """
    Write a file whole, in place of the one that is there. Raises `OSError`.

    It keeps owner and mode of that one, unless `mode` says another; a link stays, and what it leads to is replaced.
    """
    place = Path(os.path.realpath(path))
    fresh = place.with_name(f".{place.name}.new")
    before = _status(place)
    fresh.unlink(missing_ok=True)  # what a power cut has left
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            if before is not None and os.geteuid() == 0:
                os.fchown(handle, before.st_uid, before.st_gid)
            kept = _NEW_FILE if before is None else stat.S_IMODE(before.st_mode)
            os.fchmod(handle, kept if mode is None else mode)
            file.write(content)
            file.flush()
            os.fsync(handle)
        fresh.replace(place)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
    folder = os.open(place.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _status(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except FileNotFoundError:
        return None


def _is(text: str, wanted: Mapping[str, Any]) -> bool:
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return False
    # A section that has lost its last setting may go with it.
    return _without_empty(found) == _without_empty(wanted)


def _without_empty(tree: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in tree.items() if value != {}}


def _with(tree: Mapping[str, Any], name: str, value: object) -> dict[str, Any]:
    """Return what a file holds when this setting is in it; an empty section stays."""
    section, _, leaf = name.rpartition(".")
    if not section:
        rest = {key: known for key, known in tree.items() if key != leaf}
        return rest if value is None else {**rest, leaf: value}
    within = tree.get(section, {})
    if not isinstance(within, dict):
        raise TypeError(section)
    if value is None and leaf not in within:
        return dict(tree)
    return {**tree, section: _with(within, leaf, value)}


def _ways(text: str, tree: Mapping[str, Any], name: str, value: object) -> Iterator[str]:
    """Yield texts in which the setting is as it should be, if the file is written as most are; the best first."""
    section, _, leaf = name.rpartition(".")
    within = tree.get(section, {}) if section else tree
    if isinstance(value, list) and value and all(isinstance(one, Mapping) for one in value):
        yield _as_tables(_by_library(text, section, leaf, None) if leaf in within else text, leaf, value)
    if value is not None and leaf not in within:
        yield from _added(text, section, [*_meaning(name), f"{leaf} = {_written(value)}"])
    yield _by_library(text, section, leaf, value)


def _by_library(text: str, section: str, leaf: str, value: object) -> str:
    import tomlkit

    document = tomlkit.parse(text)
    place: Any = document[section] if section else document
    if value is None:
        place.remove(leaf)
    else:
        place[leaf] = value
    return document.as_string()


def _added(text: str, section: str, lines: Sequence[str]) -> Iterator[str]:
    """Yield the text with new lines in a section: behind its others, or right under its header."""
    end = "\r\n" if "\r\n" in text else "\n"
    old = [line.removesuffix("\r") for line in text.removesuffix("\n").split("\n")] if text else []
    headers = [n for n, line in enumerate(old) if line.lstrip().startswith("[")]
    header = re.compile(rf"\s*\[\s*{re.escape(section)}\s*\]\s*(#.*)?")
    first = -1 if not section else next((n for n in headers if header.fullmatch(old[n])), None)
    if first is None:
        parted = [""] if old and old[-1].strip() else []
        yield end.join([*old, *parted, f"[{section}]", *lines, ""])
        return
    last = next((n for n in headers if n > first), len(old))
    filled = [n for n in range(first + 1, last) if old[n].strip() and not old[n].lstrip().startswith("#")]
    behind = filled[-1] if filled else first
    # What stands before a header without a line between belongs to the header.
    before_a_header = [""] if behind + 1 < len(old) and old[behind + 1].strip() and not section else []
    indent = old[behind][: len(old[behind]) - len(old[behind].lstrip())] if filled else ""
    lines = [indent + line for line in lines]
    for at in (behind + 1, first + 1):
        yield end.join([*old[:at], *lines, *before_a_header, *old[at:], ""])


def _as_tables(text: str, leaf: str, tables: Sequence[Mapping[str, Any]]) -> str:
    """Return the text with a list of tables at its end, each as `[[leaf]]`."""
    end = "\r\n" if "\r\n" in text else "\n"
    lines = [text.rstrip().replace("\r\n", "\n")] if text.strip() else []
    for table in tables:
        lines += ["", f"[[{leaf}]]", *(f"{key} = {_in_line(value)}" for key, value in table.items())]
    return "\n".join([*lines, ""]).removeprefix("\n").replace("\n", end)


def _in_line(value: object) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key} = {_in_line(each)}" for key, each in value.items()) + "}"
    return _written(value)


def _written(value: object) -> str:
    import tomlkit

    return str(tomlkit.item(value).as_string())


def _meaning(name: str) -> list[str]:
    """Return a setting's description as comments: without the links and marks of a page."""
    words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", FIELDS[name].description or "").replace("`", "")
    return textwrap.wrap(words, _PAGE, initial_indent="# ", subsequent_indent="# ")
