"""
The API's stream: everybody who follows the gate gets the same events, each encoded once.

Changes are told when the gate tells of them, half a second late at most, and never while a scan is on its way to the
relay more than others: what is sent to many is sent to a few at a time. Whoever does not keep up is let go.
"""

import asyncio
import contextlib
import json
import logging
import secrets
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from typing_extensions import override

from gate_controller.admission.words.facts import Fact
from gate_controller.admission.words.ids import AttemptId
from gate_controller.desk.control_socket import ControlError
from gate_controller.web.asked import Query
from gate_controller.web.house import House
from gate_controller.web.operations import TooMany

_log = logging.getLogger(__name__)

BEAT_AFTER_SECONDS: Final = 15.0
RETRY_MILLISECONDS: Final = 1000
"""What a browser is told to wait before it comes again."""

MOST_FOLLOWERS: Final = 60
MOST_WAITING: Final = 32
"""Events that one follower may have before him: at two a second, a quarter of a minute."""

MOST_CHANGES: Final = 500
"""Attempts whose last change is remembered for those who come again: more than an hour of a busy gate."""

_AT_ONCE: Final = 5
"""Followers who are written to in one step of the loop: about half a millisecond."""

_BEAT: Final = b": beat\n\n"


@dataclass(slots=True, eq=False)
class Follower:
    """Somebody who follows the gate, and what he has not been sent yet."""

    waiting: deque[bytes] = field(default_factory=deque)
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    is_dropped: bool = False

    def give(self, events: bytes) -> None:
        """Let him have events next; who has too many before him already is dropped."""
        if len(self.waiting) >= MOST_WAITING:
            self.is_dropped = True
            self.waiting.clear()
        elif not self.is_dropped:
            self.waiting.append(events)
        self.woken.set()


class Broadcast:
    """What all followers of a gate's stream share, until `close`. Used in the event loop."""

    def __init__(self, house: House, *, beat_seconds: float = BEAT_AFTER_SECONDS) -> None:
        self._house = house
        self._beat_seconds = beat_seconds
        self._run = secrets.token_hex(4)
        self._followers: set[Follower] = set()
        self._pumping: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()
        self._changes: dict[AttemptId, int] = {}
        """When each attempt changed last, as a running number; the oldest first."""
        self._newest = self._sent = self._forgotten = 0
        self._status: dict[str, Any] = {}
        self._given_at = 0.0
        self._unfollow = house.follow_facts(self._written), house.follow(self._changed.set)

    def close(self) -> None:
        """Follow the gate no more; whoever still follows this is told nothing any more."""
        for unfollow in self._unfollow:
            unfollow()
        for follower in tuple(self._followers):
            self.leave(follower)

    @property
    def number(self) -> int:
        """How many follow the gate."""
        return len(self._followers)

    def _written(self, facts: Sequence[Fact]) -> None:
        for fact in facts:
            self._newest += 1
            self._changes.pop(fact.attempt, None)
            self._changes[fact.attempt] = self._newest
        while len(self._changes) > MOST_CHANGES:
            self._forgotten = self._changes.pop(next(iter(self._changes)))

    async def join(self, last_id: str) -> tuple[Follower, bytes]:
        """Return a new follower and what he is sent at once; `last_id` is of the last event that he has seen."""
        if len(self._followers) >= MOST_FOLLOWERS:
            raise TooMany(f"stream: {MOST_FOLLOWERS} follow the gate already: try again later")
        follower = Follower()
        self._followers.add(follower)
        self._wake()
        try:
            missed = await self._attempts_since(self._seen_by(last_id))
            status = await self._house.ask("status")
        except BaseException:
            self.leave(follower)
            raise
        return follower, b"".join((f"retry: {RETRY_MILLISECONDS}\n\n".encode(), *missed, self._event("status", status)))

    def leave(self, follower: Follower) -> None:
        """Let a follower go."""
        self._followers.discard(follower)
        if not self._followers and self._pumping is not None:
            self._pumping.cancel()
            self._pumping = None

    def _seen_by(self, last_id: str) -> int:
        """Return up to which change somebody has seen; all, where that was another run of the gate, or long ago."""
        run, _, number = last_id.partition("-")
        is_known = run == self._run and number.isascii() and number.isdecimal() and len(number) < 16  # noqa: PLR2004 - a running number
        return int(number) if is_known and int(number) >= self._forgotten else self._newest

    def _wake(self) -> None:
        if self._pumping is None:
            self._status, self._sent = {}, self._newest
            self._given_at = asyncio.get_running_loop().time()
            self._pumping = asyncio.ensure_future(self._pump())

    async def _pump(self) -> None:
        """Send what changes to all, for as long as there is somebody."""
        while True:
            quiet_for = asyncio.get_running_loop().time() - self._given_at
            try:
                async with asyncio.timeout(max(0.0, self._beat_seconds - quiet_for)):
                    await self._changed.wait()
            except TimeoutError:
                await self._give(_BEAT)
                continue
            self._changed.clear()
            try:
                events = [event async for event in self._news()]
            except Exception:  # noqa: BLE001 - followers are told the next change; the gate goes on
                _log.exception("stream=failed")
                events = []
            if events:
                await self._give(b"".join(events))

    async def _news(self) -> AsyncIterator[bytes]:
        newest = self._newest
        with contextlib.suppress(ControlError):  # the status tells of a journal that is away: they are told later
            for event in await self._attempts_since(self._sent):
                yield event
            self._sent = newest
        status = await self._house.ask("status")
        if _lasting(status) != _lasting(self._status):
            self._status = status
            yield self._event("status", status)

    async def _give(self, events: bytes) -> None:
        self._given_at = asyncio.get_running_loop().time()
        for place, follower in enumerate(tuple(self._followers), start=1):
            follower.give(events)
            if place % _AT_ONCE == 0:
                await asyncio.sleep(0)

    async def _attempts_since(self, seen: int) -> Sequence[bytes]:
        """Return the attempts that have changed since, as events. Raises `ControlError`."""
        changed = {attempt: number for attempt, number in self._changes.items() if number > seen}
        if not changed:
            return ()
        records = await self._house.ask("attempts", attempts=list(changed))
        return [
            self._event("attempt", record, changed.get(AttemptId(record["attempt"]), self._sent)) for record in records
        ]

    def _event(self, name: str, told: object, number: int | None = None) -> bytes:
        data = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
        return f"id: {self._run}-{self._sent if number is None else number}\nevent: {name}\ndata: {data}\n\n".encode()


def _lasting(status: dict[str, Any]) -> dict[str, Any]:
    """Return a status without the moment at which it was taken."""
    return {name: value for name, value in status.items() if name != "at"}


class EventStream(Response):
    """What a follower is sent, for as long as he stays and keeps up."""

    media_type = "text/event-stream"

    def __init__(self, follower: Follower, first: bytes, leave: Callable[[], None]) -> None:
        super().__init__(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._follower = follower
        self._first = first
        self._leave = leave

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        work = [asyncio.ensure_future(self._send(send)), asyncio.ensure_future(_gone(receive))]
        try:
            await asyncio.wait(work, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._leave()
            for each in work:
                each.cancel()
            await asyncio.gather(*work, return_exceptions=True)
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _send(self, send: Send) -> None:
        follower = self._follower
        await send({"type": "http.response.body", "body": self._first, "more_body": True})
        while not follower.is_dropped:
            await follower.woken.wait()
            follower.woken.clear()
            for events in _taken(follower.waiting):
                await send({"type": "http.response.body", "body": events, "more_body": True})


def _taken(waiting: deque[bytes]) -> Iterator[bytes]:
    while waiting:
        yield waiting.popleft()


async def _gone(receive: Receive) -> None:
    """Wait until somebody does not follow any more."""
    while (await receive())["type"] != "http.disconnect":
        pass


def broadcast_of(request: Request) -> Broadcast:
    """Return what the followers of this site share."""
    broadcast: Broadcast = request.app.state.broadcast
    return broadcast


async def stream(request: Request, _: Query) -> Response:
    """Let somebody follow the gate."""
    broadcast = broadcast_of(request)
    if request.method == "HEAD":
        return Response(media_type=EventStream.media_type)
    follower, first = await broadcast.join(request.headers.get("last-event-id", ""))
    return EventStream(follower, first, lambda: broadcast.leave(follower))
