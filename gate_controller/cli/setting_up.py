"""The settings of a gate that is about to run: all of them, or those of one that waits for its set-up codes."""

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from gate_controller.cli.exits import CommandError, ExitCode
from gate_controller.cli.in_force import read, warn

# ruff: noqa: PLC0415 - libraries are brought in by the command that needs them

if TYPE_CHECKING:
    from collections.abc import Callable

    from gate_controller.settings import LoadedSettings
    from gate_controller.settings.provisioning.provisioned_state import Provisioned
    from gate_controller.shell.set_up import SetUp

# What stands where nothing is given yet, at a gate that takes nothing but codes and asks E-GUMA nothing.
_STAND_INS = {"eguma.api_key": "not-set-up-yet", "admission.price_cents": "1"}


def load_for_run(config: Path | None, overrides: list[str] | None) -> tuple["LoadedSettings", "SetUp"]:
    """Return the settings in force, and how the gate may be set up; raise `CommandError` with all mistakes."""
    from gate_controller.settings import SettingsError, load_settings
    from gate_controller.shell.set_up import SetUp, can_be_set_up, extra_missing

    def tried(taken: "Provisioned | None", given: tuple[str, ...]) -> "LoadedSettings":
        return load_settings(config=config, overrides=given, environ=os.environ, taken=taken)

    try_settings = partial(_with_stand_ins, tried, tuple(overrides or ()))
    try:
        loaded = read(config, overrides)
    except SettingsError as error:
        if not error.lacking:
            raise CommandError(ExitCode.SETTINGS, *error.mistakes) from None
        waiting = try_settings(None)
        if not can_be_set_up(waiting.settings):
            raise CommandError(ExitCode.SETTINGS, *error.mistakes) from None
        if missing := extra_missing(waiting.settings):
            raise CommandError(ExitCode.SETTINGS, *error.mistakes, missing) from None
        return waiting, SetUp(try_settings, error.lacking)
    warn(loaded)
    return loaded, SetUp(try_settings)


def _with_stand_ins(
    tried: "Callable[[Provisioned | None, tuple[str, ...]], LoadedSettings]",
    given: tuple[str, ...],
    taken: "Provisioned | None",
) -> "LoadedSettings":
    """Return the settings with these provisioned ones, whatever is still lacking. Raises `SettingsError`."""
    from gate_controller.settings import SettingsError

    try:
        return tried(taken, given)
    except SettingsError as error:
        if not error.lacking:
            raise
        return tried(taken, (*given, *(f"{name}={_STAND_INS[name]}" for name in error.lacking)))
