"""The command line; `main` is what the console script `gate-controller` calls."""

import os
import sys
from collections.abc import Sequence

# ruff: noqa: PLC0415 - relays at rest do not wait for the command line's framework

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out a command line (the process's own, if none is given) and return the exit code."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    if words == ["relay", "safe"]:
        from gate_controller.cli.by_plan import place_told, put_at_rest

        place = place_told(os.environ)
        code = put_at_rest(place, quiet=True) if place else None
        if code is not None:
            return code
    from gate_controller.cli import entry

    return entry.main(arguments)
