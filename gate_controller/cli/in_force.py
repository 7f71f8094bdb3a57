"""The settings in force, as every command reads them."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from gate_controller.cli.exits import CommandError, ExitCode, complain

# ruff: noqa: PLC0415 - libraries are brought in by the command that needs them

if TYPE_CHECKING:
    from gate_controller.settings import LoadedSettings


def load(config: Path | None, overrides: list[str] | None) -> "LoadedSettings":
    """Return the settings in force, after their warnings; raise `CommandError` with all their mistakes."""
    # Reading settings takes a tenth of a second on a fast machine: not for those who only want --help.
    from gate_controller.settings import SettingsError

    try:
        loaded = read(config, overrides)
    except SettingsError as error:
        raise CommandError(ExitCode.SETTINGS, *error.mistakes) from None
    warn(loaded)
    return loaded


def warn(loaded: "LoadedSettings") -> None:
    """Say what a person should know, though the gate can run."""
    for warning in loaded.warnings:
        complain(warning, kind="warning")


def read(config: Path | None, overrides: list[str] | None) -> "LoadedSettings":
    """Return the settings in force, and what their files hold that only their users know. Raises `SettingsError`."""
    from gate_controller.settings import SettingsError, load_settings

    loaded = load_settings(config=config, overrides=overrides or (), environ=os.environ)
    if loaded.settings.printer.driver != "none":
        from gate_controller.shell.receipts import receipt_mistakes

        if mistakes := receipt_mistakes(loaded.settings):
            raise SettingsError(mistakes)
    return loaded
