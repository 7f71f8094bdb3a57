"""Programs at a gate's API: each with a token of its own, over a real socket; and what they are sent by its stream."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from gate_controller.simulator import Simulator
from gate_controller.web.people import Role
from gate_controller.web.tokens import digest_of, new_token
from gate_controller.web.users import Token, add_token
from tests.rig.gate import GateInProcess
from tests.rig.page import gate_with_page
from tests.rig.pins import Pins
from tests.rig.waiting import PATIENCE_SECONDS

API = "/api/v1"


def bearer(state_dir: Path, name: str, role: Role) -> dict[str, str]:
    """Add a token of this name; return the header that shows it."""
    secret = new_token()
    add_token(state_dir, Token(name, role, digest_of(secret), 0.0))
    return {"Authorization": f"Bearer {secret}"}


@asynccontextmanager
async def gate_with_api(
    state_dir: Path, pins: Pins, simulator: Simulator, *, role: Role = Role.STAFF, **settings: Any
) -> AsyncIterator[tuple[GateInProcess, httpx.AsyncClient]]:
    """Run a gate that serves its API, and return it with a client of its: a program of this role, by its name."""
    async with gate_with_page(state_dir, pins, simulator, **settings) as (gate, client):
        client.headers.update(bearer(state_dir, role.word, role))
        client.base_url = httpx.URL(f"{client.base_url}".rstrip("/") + API)
        yield gate, client


@dataclass(frozen=True, slots=True)
class SentEvent:
    """An event of a stream; a comment has its text for a kind."""

    kind: str
    id: str
    data: Any


class Followed:
    """A stream that is being read."""

    def __init__(self, lines: AsyncIterator[str]) -> None:
        self._lines = lines

    async def next(self, kind: str) -> SentEvent:
        """Return the next event of a kind."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while (event := await self.any()).kind != kind:
                pass
            return event

    async def any(self) -> SentEvent:
        """Return the next event, of whatever kind."""
        fields: dict[str, str] = {}
        async for line in self._lines:
            if not line:
                if fields:
                    return SentEvent(
                        fields.get("event", ""), fields.get("id", ""), json.loads(fields.get("data", "null"))
                    )
                continue
            name, _, value = line.partition(": ")
            fields[name or "event"] = value if name else "comment"
            if name == "retry":
                fields["event"] = "retry"
        raise EOFError("the stream has ended")


@asynccontextmanager
async def following(client: httpx.AsyncClient, **headers: str) -> AsyncIterator[Followed]:
    """Follow a gate by its stream."""
    async with client.stream("GET", "/stream", headers=headers) as answer:
        assert answer.status_code == 200, await answer.aread()
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield Followed(answer.aiter_lines())
