"""`gate-controller config`: which settings are in force, and where each came from."""

from typing import Annotated

import typer

from gate_controller.cli.json_output import print_json
from gate_controller.cli.options import ConfigOption, JsonOption, SetOption, load

ReferenceOption = Annotated[
    bool, typer.Option("--reference", help="Print all settings there are, as a Markdown table, and end.")
]


def config(
    config: ConfigOption = None,
    overrides: SetOption = None,
    as_json: JsonOption = False,
    reference: ReferenceOption = False,
) -> int:
    """
    Print the settings in force and where each value came from.

    Touches nothing but the files settings are in. The API key is only said to be set. Mistakes in the settings are
    reported like those of "run", one per line, with exit code 2.

    Examples:
      gate-controller config
      gate-controller config --config gate.toml --json
      gate-controller config --set relay.pin=5
    """
    # ruff: noqa: PLC0415 - libraries only a command needs are brought in by it
    from gate_controller.settings.reference import as_text, reference_table

    if reference:
        print(reference_table(), end="")
        return 0

    from gate_controller.settings import secrets_of, value_of

    loaded = load(config, overrides)
    values = {name: as_text(value_of(loaded.settings, name)) for name in loaded.origins}
    # Whoever pasted a secret into another setting as well must not read it here either.
    for secret in secrets_of(loaded.settings):
        values = {name: value.replace(secret, "(hidden)") for name, value in values.items()}
    if as_json:
        table = {name: {"value": values[name], "origin": loaded.origins[name]} for name in values}
        print_json(table)
        return 0
    rows = [("setting", "value", "where from")] + [(name, values[name], loaded.origins[name]) for name in values]
    widths = [max(len(row[column]) for row in rows) for column in range(2)]
    for name, value, origin in rows:
        print(f"{name:{widths[0]}}  {value:{widths[1]}}  {origin}")
    return 0
