"""
Work in an event loop that SIGTERM and SIGHUP end in order: it is cancelled, puts at rest what it holds, and is over.

Ctrl-C does the same by asyncio's own hand.
"""

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any, TypeVar

import typer

_Outcome = TypeVar("_Outcome")


def run(work: Coroutine[Any, Any, _Outcome]) -> _Outcome:
    """Do the work to its end; a signal that ends it gives the exit code that shells give: 128 and its number."""
    return asyncio.run(_until_signalled(work))


async def _until_signalled(work: Coroutine[Any, Any, _Outcome]) -> _Outcome:
    task = asyncio.ensure_future(work)
    received: list[signal.Signals] = []

    def end(number: signal.Signals) -> None:
        received.append(number)
        task.cancel()

    for number in (signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, end, number)
    try:
        return await task
    except asyncio.CancelledError:
        if not received:
            raise
        raise typer.Exit(128 + received[0]) from None
