"""The options of every command that takes settings."""

from pathlib import Path
from typing import Annotated

import typer

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
