"""`gate-controller version`: which version this is, and what it runs on."""

import platform

from gate_controller import __version__


def version() -> None:
    """Print the version of the gate and of the Python it runs on."""
    print(f"gate-controller {__version__} (Python {platform.python_version()}, {platform.machine()})")
