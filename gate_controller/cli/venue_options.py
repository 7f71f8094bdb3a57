"""The options of every command of a venue, and its settings in force."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gate_controller.cli.exits import CommandError, ExitCode, complain

if TYPE_CHECKING:
    from gate_controller.venue.venue_loading import LoadedVenue

# ruff: noqa: PLC0415 - libraries only a command needs are brought in by it

VenueConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config",
        metavar="FILE",
        show_default=False,
        help="The venue's settings. Otherwise: $VENUE_CONFIG, else /etc/gate-controller/venue.toml, else ./venue.toml.",
    ),
]
VenueSetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=VALUE",
        show_default=False,
        help="One setting, over all other sources, such as --set mqtt.host=broker.museum.ch. Can be repeated.",
    ),
]


def load(config: Path | None, overrides: list[str] | None) -> "LoadedVenue":
    """Return a venue's settings, after their warnings; raise `CommandError` with all their mistakes."""
    from gate_controller.settings import SettingsError
    from gate_controller.venue.venue_loading import load_venue

    try:
        loaded = load_venue(config=config, overrides=overrides or (), environ=os.environ)
    except SettingsError as error:
        raise CommandError(ExitCode.SETTINGS, *error.mistakes) from None
    for warning in loaded.warnings:
        complain(warning, kind="warning")
    return loaded
