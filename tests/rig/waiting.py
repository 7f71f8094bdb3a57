"""Waiting for a condition instead of sleeping and hoping."""

import asyncio
from collections.abc import Callable


async def until(condition: Callable[[], bool], *, seconds: float = 5.0) -> None:
    """Return once a condition holds; raise TimeoutError where it does not within `seconds`."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - what is waited for is in a socket, a file or another process
            await asyncio.sleep(0.002)
