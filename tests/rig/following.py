"""A page's stream of server-sent events, read as a browser does."""

import asyncio
import json
from typing import Any

import httpx

from tests.rig.waiting import PATIENCE_SECONDS


class Followed:
    """A page's stream, read event by event."""

    def __init__(self, answer: httpx.Response) -> None:
        self._lines = answer.aiter_lines()

    async def next(self, wanted: str = "house") -> tuple[str, dict[str, Any]]:
        """Return the next event of a kind: its id and what it tells."""
        said: dict[str, str] = {}
        async with asyncio.timeout(PATIENCE_SECONDS):
            async for line in self._lines:
                name, _, value = line.partition(": ")
                said[name] = value
                if not line and said.get("event") == wanted:
                    return said.get("id", ""), json.loads(said["data"])
                if not line:
                    said = {}
        raise AssertionError("the stream has ended")
