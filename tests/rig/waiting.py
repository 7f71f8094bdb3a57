"""Waiting for a condition instead of sleeping and hoping."""

import asyncio
from collections.abc import Callable

PATIENCE_SECONDS = 30.0
"""
How long anything is waited for, where no promise says less: on a machine with other work all comes late, and only a
test that fails waits so long.
"""


async def until(condition: Callable[[], bool], *, seconds: float = PATIENCE_SECONDS) -> None:
    """Return once a condition holds; raise TimeoutError where it does not within `seconds`."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - what is waited for is in a socket, a file or another process
            await asyncio.sleep(0.002)
