"""
What setup writes, and nothing else of it does: the settings file, and each secret in a place of its own.

The text that is written has been read as the gate reads it, all settings together, before the first byte is. If the
process dies or the power goes: each file is the old one or the new one, and setup can be run again.
"""

import difflib
import os
import tempfile
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gate_controller.cli.exits import CommandError, ExitCode, complain
from gate_controller.cli.setup.wanted import WantedGate
from gate_controller.settings import SettingsError, encrypted_secret, load_settings
from gate_controller.settings.encrypted_secret import SecretError
from gate_controller.settings.files import DEFAULT_FILES
from gate_controller.settings.toml_editing import EditingError, changed, replace_file

FILE, ENCRYPTED = "file", "encrypted"
"""How a secret is kept."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What is about to be written."""

    path: Path
    before: str
    after: str
    secrets: Mapping[str, str]
    """Those that change."""

    @property
    def changes_nothing(self) -> bool:
        """Whether all of it is there already."""
        return self.before == self.after and not self.secrets

    @property
    def lines(self) -> list[str]:
        """What changes, for a person: the file's lines that come (+) and go (-), and the secrets' names."""
        old, new = self.before.splitlines(), self.after.splitlines()
        found = [
            line for line in difflib.unified_diff(old, new, n=0, lineterm="") if not line.startswith(("---", "+++"))
        ]
        kept = [f"{line[0]} {line[1:]}" for line in found if not line.startswith("@@") and line[1:].strip()]
        return [*kept, *(f"+ {name} (hidden)" for name in self.secrets)]


def drafted(wanted: WantedGate) -> Draft:
    """Return what is to be written. Raises `CommandError` with every mistake, or where the file cannot be changed."""
    before = current_text(wanted.path)
    plain = {name: value for name, value in wanted.values.items() if _differs(wanted, name, value, before)}
    try:
        after = changed(before, plain, path=wanted.path)
    except EditingError as error:
        raise CommandError(ExitCode.SETTINGS, str(error)) from None
    secrets = {name: secret for name, secret in wanted.secrets.items() if secret != _known(wanted, name)}
    if mistakes := mistakes_in(after, wanted.path, wanted.secrets):
        raise CommandError(ExitCode.SETTINGS, *mistakes)
    return Draft(wanted.path, before, after, secrets)


def refuse_unchangeable(path: Path) -> None:
    """Raise `CommandError` where the settings file could not be changed in the end."""
    try:
        changed(current_text(path), {"id": "some-gate"}, path=path)
    except EditingError as error:
        raise CommandError(ExitCode.SETTINGS, str(error)) from None


def current_text(path: Path) -> str:
    """Return what stands in the settings file; nothing where there is none. Raises `CommandError`."""
    try:
        return path.read_bytes().decode()
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise CommandError(
            ExitCode.SETTINGS, f"the settings file cannot be read ({why}): {path}: use sudo, or mend it"
        ) from None


def mistakes_in(text: str, path: Path, secrets: Mapping[str, str], *, said: Path | None = None) -> tuple[str, ...]:
    """
    Return what is wrong with settings, as the gate will say it when it starts; `said` is the file to name in that.

    They are read as the service does: without the environment of whoever sets the gate up.
    """
    with tempfile.TemporaryDirectory(prefix="gate-controller-") as folder:
        draft = Path(folder) / path.name
        draft.write_text(text, encoding="utf-8", newline="")
        overrides = [f"{name}={secret}" for name, secret in secrets.items()]
        overrides += [] if "eguma.api_key" in secrets or _is_kept(path) else ["eguma.api_key=none-given"]
        try:
            load_settings(config=draft, overrides=overrides, environ={})
        except SettingsError as error:
            named = str(said or path)
            return tuple(line.replace(str(draft), named) for line in error.mistakes if not _is_key_there(line, path))
    return ()


def write(draft: Draft, kept: str, *, is_wished: bool = False) -> list[str]:
    """
    Write it, secrets first; return what was written, for a person. Raises `CommandError`.

    Where a secret cannot be encrypted it goes into a file, unless `is_wished`.
    """
    written = []
    try:
        draft.path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        for name, secret in draft.secrets.items():
            written.append(_write_secret(draft.path, name, secret, kept, is_wished=is_wished))
        if draft.before != draft.after:
            replace_file(draft.path, draft.after.encode())
            written.append(f"{draft.path}")
    except OSError as error:
        raise CommandError(
            ExitCode.NO, f"{error.filename or draft.path} cannot be written ({error.strerror}): use sudo"
        ) from None
    except SecretError as error:
        raise CommandError(ExitCode.NO, str(error)) from None
    return written


def how_kept(path: Path, name: str, wish: str = "") -> str:
    """Return how a secret is to be kept: as wished, else as it is, else encrypted where that can be."""
    # The unit takes its secrets from one place: a gate whose settings lie elsewhere is none of it.
    can_be = path.absolute().parent == DEFAULT_FILES[0].parent and encrypted_secret.can_encrypt()
    if wish == ENCRYPTED and not can_be:
        raise CommandError(
            ExitCode.SETTINGS,
            f"secrets cannot be encrypted here: setup.secrets: they can be for {DEFAULT_FILES[0]}, by root, where "
            "systemd-creds is (systemd 250): leave it out, or take file",
        )
    if wish:
        return wish
    return ENCRYPTED if can_be and not (path.parent / name).exists() else FILE


def _write_secret(path: Path, name: str, secret: str, kept: str, *, is_wished: bool = False) -> str:
    plain = path.parent / name
    if kept == FILE:
        replace_file(plain, f"{secret}\n".encode(), mode=0o600)
        for stale in (encrypted_secret.drop_in_of(name), encrypted_secret.place_of(name)):
            stale.unlink(missing_ok=True)
        return f"{plain} (for root alone)"
    try:
        told = encrypted_secret.encrypted(name, secret)
    except SecretError as error:
        if is_wished:
            raise
        complain(f"{error}; meanwhile it is kept in a file", kind="warning")
        return _write_secret(path, name, secret, FILE)
    place, drop_in = encrypted_secret.place_of(name), encrypted_secret.drop_in_of(name)
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    drop_in.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    replace_file(place, told, mode=0o600)
    replace_file(drop_in, encrypted_secret.drop_in(name).encode(), mode=0o644)
    plain.unlink(missing_ok=True)
    return f"{place} (encrypted for this machine)"


def _differs(wanted: WantedGate, name: str, value: Any, before: str) -> bool:
    """Whether a setting has to be written: it stands otherwise in the file, or not there and is no default."""
    try:
        tree = tomllib.loads(before)
    except tomllib.TOMLDecodeError:
        return True
    section, _, leaf = name.rpartition(".")
    within = tree.get(section, {}) if section else tree
    if isinstance(within, dict) and leaf in within:
        return bool(wanted.reader(name)(within[leaf]) != wanted.reader(name)(value))
    return not before or wanted.reader(name)(value) != wanted.default_of(name)


def _known(wanted: WantedGate, name: str) -> str | None:
    known = wanted.before.get(name)
    return None if known is None else str(known.get_secret_value())


def _is_kept(path: Path) -> bool:
    return (path.parent / "eguma.api_key").exists() or encrypted_secret.place_of("eguma.api_key").exists()


def _is_key_there(line: str, path: Path) -> bool:
    return line.startswith("eguma.api_key is not set") and _is_kept(path)


def may_write(path: Path) -> str:
    """Return why the settings file could not be written in the end; empty where it can be."""
    place = path.parent
    while not place.exists():
        place = place.parent
    return "" if os.access(place, os.W_OK) else f"{path} may not be written by this user: use sudo"
