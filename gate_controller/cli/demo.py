"""`gate-controller demo`: chooses between the screen and the script."""

import asyncio
import logging
import os
import sys
from collections.abc import Sequence

from gate_controller.cli.errors import CommandError, ExitCode


def demo(scan: Sequence[str], language: str = "") -> int:
    """Show a gate at work: on the terminal's screen, or, with codes or without a terminal, as text."""
    # Before gpiozero is brought in. Whoever names another back end wants to see his own lamps.
    os.environ.setdefault("GPIOZERO_PIN_FACTORY", "mock")
    # ruff: noqa: PLC0415 - the gate brings in all its libraries
    from gate_controller.demo.screen import show
    from gate_controller.demo.script import play
    from gate_controller.texts import Language

    try:
        chosen = Language((language or "en").lower())
    except ValueError:
        known = ", ".join(Language)
        raise CommandError(ExitCode.SETTINGS, f"{language!r} is no language: option --language: take {known}") from None
    if not scan and sys.stdin.isatty() and sys.stdout.isatty():
        return asyncio.run(show(chosen))
    logging.getLogger().setLevel(logging.CRITICAL)
    return asyncio.run(play(scan, chosen))
