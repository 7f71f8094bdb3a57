"""The command line; `main` is what the console script `gate-controller` calls."""

from gate_controller.cli.entry import main

__all__ = ["main"]
