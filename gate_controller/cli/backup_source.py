"""
What a backup is made from: the settings in force, or what is known of a gate whose settings file has mistakes.

A gate that does not start for its settings is one that somebody wants to save. Rule: where a mistake may hide where the
state is, nothing is saved, for another gate's would be taken for it.
"""

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from gate_controller.cli.asking import state_dir_in_spite
from gate_controller.cli.exits import CommandError, ExitCode
from gate_controller.cli.in_force import read

# ruff: noqa: PLC0415 - libraries are brought in by the command that needs them

if TYPE_CHECKING:
    from gate_controller.settings import LoadedSettings

_STAND_INS = ("eguma.api_key=none-given", "admission.price_cents=1")
_KNOWN = ("id", "backup.target", "backup.passphrase_file")
"""What a backup goes by, as far as a file with mistakes still tells it."""


@dataclass(frozen=True, slots=True)
class BackupSource:
    """Settings, and how the gate that they name is asked for its journal."""

    loaded: "LoadedSettings"
    config: Path | None
    overrides: list[str]
    mistakes: tuple[str, ...] = ()
    """Those of the settings file."""
    broken: Path | None = None
    """Where it was looked for, if it has mistakes."""

    def secrets(self) -> dict[str, str]:
        """Return the keys and passwords in force, or those found in spite of mistakes. Raises `CommandError`."""
        from pydantic import SecretStr

        from gate_controller.settings import SettingsError, value_of
        from gate_controller.settings.mistakes import SECRETS
        from gate_controller.settings.rescue import secrets_of_broken

        if self.mistakes:
            return secrets_of_broken(self.broken, os.environ)
        try:
            settings = read(self.config, self.overrides).settings
        except SettingsError as error:
            raise CommandError(ExitCode.SETTINGS, *error.mistakes) from None
        found = {name: value_of(settings, name) for name in SECRETS}
        return {name: secret.get_secret_value() for name, secret in found.items() if isinstance(secret, SecretStr)}


def source_of(config: Path | None, overrides: list[str] | None) -> BackupSource:
    """Return what a backup is made from; raise `CommandError` where the settings leave it open."""
    from gate_controller.settings import SettingsError

    given = list(overrides or ())
    try:
        return BackupSource(read(config, [*_STAND_INS, *given]), config, given)
    except SettingsError as error:
        return _in_spite_of(CommandError(ExitCode.SETTINGS, *error.mistakes), config, given)


def _in_spite_of(mistakes: CommandError, config: Path | None, given: list[str]) -> BackupSource:
    from gate_controller.settings import SettingsError, read_alone
    from gate_controller.settings.reference import as_text
    from gate_controller.settings.rescue import settings_file

    file = settings_file(config, os.environ)
    if file is None:
        raise mistakes from None
    state_dir = state_dir_in_spite(mistakes, config, given)
    told = read_alone(_KNOWN, config=config, overrides=given, environ=os.environ).values
    alone = [f"{name}={as_text(value)}" for name, value in told.items() if value is not None]
    alone += [*given, f"state_dir={state_dir}"]
    nothing = Path(os.devnull)
    try:
        loaded = read(nothing, [*_STAND_INS, *alone])
    except SettingsError:
        raise mistakes from None  # they are not those of the file
    by_file = str(file) if b"state_dir" in file.read_bytes() else loaded.origins["state_dir"]
    loaded = replace(loaded, file=str(file), origins={**loaded.origins, "state_dir": by_file})
    return BackupSource(loaded, nothing, alone, mistakes.lines, file)
