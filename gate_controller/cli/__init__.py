"""The command line; `main` is what the console script `gate-controller` calls."""

import gc
import os
import sys
from collections.abc import Sequence

# ruff: noqa: PLC0415 - a relay that is to rest, and a gate that starts, do not wait for the command line's framework

__all__ = ["main"]

# pydantic would read what every installed package says of itself, to find plugins for it: there are none, and on an SD
# card these are some hundred files.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out a command line (the process's own, if none is given) and return the exit code."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    if words == ["relay", "safe"]:
        from gate_controller.cli.by_plan import place_told, put_at_rest

        place = place_told(os.environ)
        code = put_at_rest(place, quiet=True) if place else None
        if code is not None:
            return code
    if words == ["run"]:  # as systemd starts it
        gc.disable()  # until all is there: what libraries are made of stays, and is walked in vain
        from gate_controller.cli.ending import ended
        from gate_controller.cli.gate_run import run_with

        return ended(run_with)
    from gate_controller.cli import entry

    return entry.main(arguments)
