"""
Whoever speaks to the page is prompt: uvicorn's h11 protocol, with an end to everything that it would wait for.

uvicorn keeps a silent socket and half a request for ever, and a peer that does not read what it asked for as long as it
likes. Here a request has so many seconds from its first byte (of a new connection: from its beginning) to its last; and
a peer that takes nothing of an answer for as long, or does not let go of a connection that was closed, is dropped.
"""

import asyncio
from collections.abc import Callable
from typing import Any, Final

import h11
from typing_extensions import override
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

REQUEST_SECONDS: Final = 10.0


class PromptProtocol(H11Protocol):
    """One connection."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
        *,
        seconds: float,
        leaves: Callable[[], None],
    ) -> None:
        """`seconds` is what each request, and each step of an answer, may take; `leaves` is called at its end."""
        super().__init__(config, server_state, app_state, _loop)
        self._seconds = seconds
        self._leaves = leaves
        self._deadline: asyncio.TimerHandle | None = None
        self._look: asyncio.TimerHandle | None = None
        self._stuck_since: float | None = None

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self._deadline = self.loop.call_later(self._seconds, self._drop)
        self._look = self.loop.call_later(self._seconds / 4, self._look_at_answer)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._unset_keepalive_if_required()  # uvicorn leaves it where the connection broke
        self._request_is_over()
        if self._look is not None:
            self._look.cancel()
        self._leaves()

    @override
    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._look_at_request()

    @override
    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.conn.their_state is h11.SEND_BODY:
            self._look_at_request()

    @override
    def resume_writing(self) -> None:
        super().resume_writing()
        self._stuck_since = None  # it has taken a good part

    def _look_at_request(self) -> None:
        if self.conn.their_state in {h11.IDLE, h11.SEND_BODY} and not self.transport.is_closing():
            if self._deadline is None:
                self._deadline = self.loop.call_later(self._seconds, self._drop)
        else:
            self._request_is_over()

    def _request_is_over(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _look_at_answer(self) -> None:
        is_waiting = self.transport.is_closing() or self.transport.get_write_buffer_size() > 0
        now = self.loop.time()
        if not is_waiting:
            self._stuck_since = None
        elif self._stuck_since is None:
            self._stuck_since = now
        elif now - self._stuck_since >= self._seconds:
            self._drop()
            return
        self._look = self.loop.call_later(self._seconds / 4, self._look_at_answer)

    def _drop(self) -> None:
        self.transport.abort()
