"""`gate-controller demo`: chooses between the screen and the script, and ends both in order."""

import asyncio
import logging
import os
import signal
from collections.abc import Coroutine, Sequence
from typing import Any

from gate_controller.cli.errors import CommandError, ExitCode


def demo(scan: Sequence[str], language: str = "") -> int:
    """Show a gate at work: on the terminal's screen, or, with codes or without a terminal, as text."""
    # Before gpiozero is brought in. Whoever names another back end wants to see his own lamps.
    os.environ.setdefault("GPIOZERO_PIN_FACTORY", "mock")
    # ruff: noqa: PLC0415 - the gate brings in all its libraries
    from gate_controller.demo.screen import show
    from gate_controller.demo.script import play
    from gate_controller.demo.stage import NotReady
    from gate_controller.demo.terminal import is_capable
    from gate_controller.texts import Language

    try:
        chosen = Language((language or "en").lower())
    except ValueError:
        known = ", ".join(Language)
        raise CommandError(ExitCode.SETTINGS, f"{language!r} is no language: option --language: take {known}") from None
    if not scan and is_capable():
        return asyncio.run(_until_told(show(chosen)))
    logging.getLogger().setLevel(logging.CRITICAL)
    try:
        return asyncio.run(_until_told(play(scan, chosen)))
    except NotReady as error:
        mocked = os.environ["GPIOZERO_PIN_FACTORY"] == "mock"
        remedy = "try it again on a quieter machine" if mocked else "unset GPIOZERO_PIN_FACTORY"
        raise CommandError(ExitCode.NO, f"the gate takes no scans ({error}): demo: {remedy}") from None


async def _until_told(work: Coroutine[Any, Any, int]) -> int:
    """Do the work; SIGTERM and SIGHUP end it in order, with the terminal given back and the journal thrown away."""
    task = asyncio.ensure_future(work)
    told: list[int] = []

    def tell(number: int) -> None:
        told.append(number)
        task.cancel()

    for number in (signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, tell, number)
    try:
        return await task
    except asyncio.CancelledError:
        if not told:
            raise
        return 128 + told[0]  # as shells have it
