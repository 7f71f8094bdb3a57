"""`gate-controller config`: which settings are in force, where each came from, and how they are changed."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gate_controller.cli.asking import ask_running, name_of, place_of_gate
from gate_controller.cli.exits import CommandError, ExitCode, complain
from gate_controller.cli.in_force import load, read
from gate_controller.cli.json_output import print_json
from gate_controller.cli.manual import manual
from gate_controller.cli.options import ByOption, ConfigOption, JsonOption, SetOption

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gate_controller.settings import LoadedSettings
    from gate_controller.settings.change import Change

# ruff: noqa: PLC0415 - libraries only a command needs are brought in by it

ReferenceOption = Annotated[
    bool, typer.Option("--reference", help="Print all settings there are, as a Markdown table, and end.")
]
NameArgument = Annotated[str, typer.Argument(metavar="KEY", help="The setting's name, such as relay.pin.")]

# Whoever looks at a file need not be able to read the key, which stands elsewhere.
_STAND_IN = "eguma.api_key=none-given"


def config(
    context: typer.Context,
    config: ConfigOption = None,
    overrides: SetOption = None,
    as_json: JsonOption = False,
    reference: ReferenceOption = False,
) -> int:
    """
    Print the settings in force and where each value came from; or check, change and reload them.

    Touches nothing but the files settings are in. The API key is only said to be set. Mistakes in the settings are
    reported like those of "run", one per line, with exit code 2.

    Examples:
      gate-controller config
      gate-controller config --config gate.toml --json
      gate-controller config --set relay.pin=5
      gate-controller config check new.toml
      gate-controller config set admission.price_cents 2700
    """
    if context.invoked_subcommand is not None:
        return ExitCode.OK
    from gate_controller.settings.reference import as_text, reference_table

    if reference:
        print(reference_table(), end="")
        return ExitCode.OK

    from gate_controller.settings import secrets_of, value_of

    loaded = load(config, overrides)
    values = {name: as_text(value_of(loaded.settings, name)) for name in loaded.origins}
    # Whoever pasted a secret into another setting as well must not read it here either.
    for secret in secrets_of(loaded.settings):
        values = {name: value.replace(secret, "(hidden)") for name, value in values.items()}
    if as_json:
        table = {name: {"value": values[name], "origin": loaded.origins[name]} for name in values}
        print_json(table)
        return ExitCode.OK
    rows = [("setting", "value", "where from")] + [(name, values[name], loaded.origins[name]) for name in values]
    widths = [max(len(row[column]) for row in rows) for column in range(2)]
    for name, value, origin in rows:
        print(f"{name:{widths[0]}}  {value:{widths[1]}}  {origin}")
    return ExitCode.OK


def check(
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", show_default=False, help="Otherwise the one that is in force.")
    ] = None,
    as_json: JsonOption = False,
) -> int:
    """
    Look a settings file over: all its mistakes at once, each with its line, and what it would change.

    Changes nothing. Ends with 2 where there are mistakes. Beside a running gate it also tells which settings would be
    others, and whether they count once they are reloaded or after a restart. The key is not looked at.

    Examples:
      gate-controller config check
      gate-controller config check /media/stick/gate.toml
    """
    from gate_controller.settings import SettingsError

    try:
        loaded = read(file, [_STAND_IN])
    except SettingsError as error:
        if as_json:
            print_json({"mistakes": list(error.mistakes), "changes": None})
        for line in () if as_json else error.mistakes:
            complain(line)
        return ExitCode.SETTINGS
    for warning in loaded.warnings:
        if not warning.startswith("eguma.api_key "):
            complain(warning, kind="warning")
    found = _against_running(loaded)
    if as_json:
        told = None if found is None else [_plain(one) for one in found]
        print_json({"mistakes": [], "changes": told})
        return ExitCode.OK
    print(f"{loaded.file or 'no settings file'}: no mistakes")
    if found is None:
        print("no running gate could be asked what it would change there")
    elif found:
        print("the running gate goes by others:")
        _print_changes(found)
    else:
        print("the running gate goes by the same settings")
    return ExitCode.OK


def set_(
    name: NameArgument,
    value: Annotated[str, typer.Argument(metavar="VALUE", help="As in the file, without quotes around a text.")],
    config: ConfigOption = None,
) -> int:
    """
    Write one setting into the settings file; comments, order and all else in it stay as they are.

    Nothing is written that the gate would refuse; of several mistakes in a file each is mended by itself, and the
    command ends with 2 until the last is. In a file that is no TOML it changes nothing, and tells the line. Lists are
    given with commas, tables (prices) as JSON. A secret is not written here: it has a file of its own, which not
    everybody may read. The running gate is told by "config reload".

    Examples:
      gate-controller config set admission.price_cents 2700
      gate-controller config set display.languages fr,de,it
      gate-controller config set prices '[{"kind": "maison", "free": true}]'
    """
    return _write(name, value, config)


def unset(name: NameArgument, config: ConfigOption = None) -> int:
    """
    Take one setting out of the settings file: its default counts again. Also what is no setting, so that it goes.

    Examples:
      gate-controller config unset buzzer.quiet
      gate-controller config unset relay.pn
    """
    return _write(name, None, config)


def reload(
    by: ByOption = "", config: ConfigOption = None, overrides: SetOption = None, as_json: JsonOption = False
) -> int:
    """
    Have the running gate read its settings again: what can change while it runs counts from the next visitor on.

    Tells what has changed and what needs a restart. With a mistake in the settings nothing changes, and the command
    ends with 2. A change of price is put into the journal.

    Example:
      gate-controller config reload --by Anna
    """
    name = name_of(by)
    # Not what stands in the other settings: the gate reads them itself, and tells of their mistakes. Under systemd this
    # command has no credentials, though it is told of them.
    state_dir = place_of_gate(config, overrides)
    if state_dir is None:
        state_dir = load(config, overrides).settings.state_dir
    remedy = "state_dir: start it: it reads its settings then"
    answer = ask_running(state_dir, "reload", remedy=remedy, by=name)
    if as_json:
        print_json(answer)
    for line in () if as_json else answer["mistakes"]:
        complain(line)
    if answer["mistakes"]:
        return ExitCode.SETTINGS
    if not as_json:
        _tell_reloaded(answer)
    return ExitCode.OK


def _tell_reloaded(answer: dict[str, Any]) -> None:
    if not answer["changed"] and not answer["after_restart"]:
        print("nothing has changed")
    for heading, key in (("changed", "changed"), ("after a restart of the gate", "after_restart")):
        if answer[key]:
            print(f"{heading}:")
            for one in answer[key]:
                print(f"  {one['name']}  {_shown(one['before'])} -> {_shown(one['now'])}")
    if answer["is_waiting"]:
        print("somebody is being served: it counts from the next visitor on")


def _write(name: str, value: str | None, config: Path | None) -> int:
    from gate_controller.settings.editing import NotWritten, write_setting
    from gate_controller.settings.files import DEFAULT_FILES
    from gate_controller.settings.models import value_of
    from gate_controller.settings.reference import as_text, counts
    from gate_controller.settings.values import WhenItCounts

    named = config or (Path(os.environ["GATE_CONFIG"]) if os.environ.get("GATE_CONFIG") else None)
    file = named or next((path for path in DEFAULT_FILES if path.exists()), DEFAULT_FILES[0])
    try:
        done = write_setting(file, name, value, lambda path: read(path, [_STAND_IN]))
    except NotWritten as error:
        raise CommandError(ExitCode.SETTINGS, *error.mistakes) from None
    if done.loaded is None:
        print(f"{name} is {'taken out of' if value is None else 'written to'} {file}, which had other mistakes before:")
        for line in done.mistakes:
            complain(line)
        return ExitCode.SETTINGS
    if name not in done.loaded.origins:
        print(f"{name} is taken out of {file}; it was no setting")
        return ExitCode.OK
    origin = done.loaded.origins[name]
    print(f"{name} is {_shown(as_text(value_of(done.loaded.settings, name)))} ({origin})")
    if origin.startswith(("environment", "credential")):
        complain(f"{name}: {origin}: this goes over the settings file: take it out there", kind="warning")
    if counts(name) is WhenItCounts.WHILE_RUNNING:
        print("it counts once the running gate is told: gate-controller config reload")
    else:
        print("it counts after a restart: sudo systemctl restart gate-controller")
    return ExitCode.OK


def _against_running(loaded: "LoadedSettings") -> "Sequence[Change] | None":
    """Return what is another in the gate that runs; None where none runs, or it does not say."""
    from gate_controller.desk.control_socket import ControlError, NotRunning
    from gate_controller.desk.control_socket import ask as ask_socket
    from gate_controller.settings.change import against

    try:
        running = ask_socket(loaded.settings.state_dir, "settings")
    except (ControlError, NotRunning):
        return None
    return against(running, loaded)


def _print_changes(found: "Sequence[Change]") -> None:
    width = max(len(one.name) for one in found)
    for one in found:
        print(f"  {one.name:{width}}  {_shown(one.before)} -> {_shown(one.now)}  ({one.counts.value})")


def _plain(change: "Change") -> dict[str, str]:
    return {"name": change.name, "before": change.before, "now": change.now, "counts": change.counts.value}


def _shown(text: str) -> str:
    return text or "empty"


settings_group = typer.Typer(
    name="config",
    help=manual(config),
    rich_markup_mode=None,
    add_completion=False,
    invoke_without_command=True,
    callback=config,
)
settings_group.command(help=manual(check))(check)
settings_group.command("set", help=manual(set_))(set_)
settings_group.command(help=manual(unset))(unset)
settings_group.command(help=manual(reload))(reload)
