"""`gate-controller venue`: all gates of a house on one page, and whether what that stands on is there."""

from typing import Annotated

import typer

from gate_controller.cli.exits import CommandError, ExitCode, complain
from gate_controller.cli.manual import manual
from gate_controller.cli.venue_broker import broker
from gate_controller.cli.venue_options import VenueConfigOption, VenueSetOption, load
from gate_controller.cli.venue_people import venue_token, venue_user

# ruff: noqa: PLC0415 - libraries only a command needs are brought in by it

_EXTRAS = "pip install 'gate-controller[venue,web,mqtt]'"


def venue(context: typer.Context, config: VenueConfigOption = None, overrides: VenueSetOption = None) -> int:
    """
    Follow all gates of a house, and serve the house's page, until told to stop.

    Gates tell an MQTT broker of themselves; the venue keeps their events, asks for those that it missed, and signs the
    orders that staff give on its page. Prints one line with the word "ready". A broker or a store that is not reached
    is tried again. Mistakes in the settings end it with exit code 2, and so does another venue on the same state_dir.

    Examples:
      gate-controller venue --config venue.toml
      gate-controller venue --set mqtt.host=broker.museum.ch --set mqtt.tls=true --set mqtt.port=8883
      gate-controller venue check
    """
    if context.invoked_subcommand is not None:
        return ExitCode.OK
    settings = load(config, overrides).settings

    from gate_controller.journal.failures import JournalError
    from gate_controller.journal.lock import take_lock

    try:
        take_lock(settings.state_dir)  # for as long as this process lives: the end of it gives it back
    except JournalError as error:
        raise CommandError(ExitCode.SETTINGS, str(error)) from None

    import asyncio

    try:
        from gate_controller.venue.venue_key import VenueKeyError
        from gate_controller.venue.venue_life import run_venue
    except ImportError as error:
        raise _lacking(error) from None

    try:
        return asyncio.run(run_venue(settings, lambda line: print(line, flush=True)))
    except VenueKeyError as error:
        raise CommandError(ExitCode.SETTINGS, str(error)) from None


def check(
    config: VenueConfigOption = None,
    overrides: VenueSetOption = None,
    reference: Annotated[
        bool, typer.Option("--reference", help="Print all settings of a venue, as a Markdown table, and end.")
    ] = False,
) -> int:
    """
    Say whether settings, store and broker of a venue are as they should be.

    Reaches the store (and makes it ready, where it is new) and the broker, beside a venue that runs. Ends with exit
    code 2 where the settings are wrong, and with 1 where something is not reached.

    Examples:
      gate-controller venue check
      gate-controller venue check --config venue.toml
      gate-controller venue check --reference
    """
    if reference:
        from gate_controller.venue.venue_reference import venue_table

        print(venue_table(), end="")
        return ExitCode.OK
    loaded = load(config, overrides)

    import asyncio

    try:
        from gate_controller.venue.venue_life import check_venue
    except ImportError as error:
        raise _lacking(error) from None

    print(f"settings  {loaded.file or 'no file: defaults'}")
    found = asyncio.run(check_venue(loaded.settings))
    for what, why_not in found:
        print(f"{what:8}  {'ok' if not why_not else 'NO'}")
        if why_not:
            complain(f"{what}: {why_not}")
    return ExitCode.OK if not any(why_not for _, why_not in found) else ExitCode.NO


def _lacking(error: ImportError) -> CommandError:
    return CommandError(ExitCode.SETTINGS, f"a venue needs {error.name or error}, which is not installed: {_EXTRAS}")


venue_group = typer.Typer(
    name="venue", help=manual(venue), callback=venue, invoke_without_command=True, rich_markup_mode=None
)
venue_group.command(help=manual(check))(check)
venue_group.command(help=manual(broker))(broker)
venue_group.add_typer(venue_user)
venue_group.add_typer(venue_token)
