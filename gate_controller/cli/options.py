"""The options of every command that takes settings, and what becomes of them."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gate_controller.cli.exits import CommandError, ExitCode, complain

# ruff: noqa: PLC0415 - libraries are brought in by the command that needs them

if TYPE_CHECKING:
    from gate_controller.settings import LoadedSettings

ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config",
        metavar="FILE",
        show_default=False,
        help="The settings file. Otherwise: $GATE_CONFIG, else /etc/gate-controller/gate.toml, else ./gate.toml.",
    ),
]
SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=VALUE",
        show_default=False,
        help="One setting, over all other sources, such as --set relay.pin=5. Can be repeated.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
ByOption = Annotated[str, typer.Option("--by", metavar="NAME", help="Who says so, for the books.", show_default=False)]


def load(config: Path | None, overrides: list[str] | None) -> "LoadedSettings":
    """Return the settings in force, after their warnings; raise `CommandError` with all their mistakes."""
    # Reading settings takes a tenth of a second on a fast machine: not for those who only want --help.
    from gate_controller.settings import SettingsError, load_settings

    try:
        loaded = load_settings(config=config, overrides=overrides or (), environ=os.environ)
    except SettingsError as error:
        raise CommandError(ExitCode.SETTINGS, *error.mistakes) from None
    if loaded.settings.printer.driver != "none":
        from gate_controller.shell.receipts import receipt_mistakes

        if mistakes := receipt_mistakes(loaded.settings):
            raise CommandError(ExitCode.SETTINGS, *mistakes)
    for warning in loaded.warnings:
        complain(warning, kind="warning")
    return loaded
