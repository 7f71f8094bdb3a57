"""Where a gate keeps what need not outlast the power: systemd gives it a place in memory (RuntimeDirectory=)."""

from collections.abc import Mapping

RUNTIME_DIRECTORY = "RUNTIME_DIRECTORY"
"""The variable in which systemd names it."""


def runtime_directory(environ: Mapping[str, str]) -> str:
    """Return the place; empty where there is none. Of several, which have colons between, the first is the gate's."""
    return environ.get(RUNTIME_DIRECTORY, "").partition(":")[0]
