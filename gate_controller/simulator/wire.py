"""
HTTP/1.1 on one connection, with the ways a server can misbehave on the wire.

What to answer is decided elsewhere, at once and without waiting (`serve`); this file carries the reply out:
right away, late, byte by byte, half, or not at all. No task is made for a request, so an undisturbed answer
costs little.
"""

import asyncio
import socket
import struct
from collections.abc import Callable, MutableSet, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from http import HTTPStatus
from typing import cast

import h11
from typing_extensions import override

MAX_BODY = 1024 * 1024
"""Longest request body read, in bytes; more is answered with 413."""

# SO_LINGER on, for 0 seconds: close() then sends a reset instead of the orderly FIN (socket(7)).
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)

_REASONS = {int(status): status.phrase.encode() for status in HTTPStatus}


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One request, wholly read. `target` is path and query, still percent-encoded."""

    method: str
    target: str
    headers: Sequence[tuple[bytes, bytes]]
    body: bytes

    def header(self, name: bytes) -> str | None:
        """Return a header by its lower-case name."""
        return next((value.decode("latin-1") for key, value in self.headers if key == name), None)


class Manner(Enum):
    """How a reply goes onto the wire."""

    WHOLE = auto()
    DRIP = auto()
    """Head at once, then the body one byte at a time."""
    TRUNCATE = auto()
    """Half of the declared body, then the end of the connection."""
    HANG = auto()
    """Nothing, for as long as the client cares to wait."""
    RESET = auto()
    CLOSE = auto()
    """An orderly end of the connection, without an answer."""


@dataclass(frozen=True, slots=True)
class WireReply:
    """What a request gets. `delay_seconds` passes before anything is done; `interval_seconds` is between
    dripped bytes.
    """

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    manner: Manner = Manner.WHOLE
    delay_seconds: float = 0.0
    interval_seconds: float = 0.0


Serve = Callable[[HttpRequest, "Connection"], WireReply]


class Connection(asyncio.Protocol):
    """One client's connection, kept alive between requests. `connections` holds it while it is open.

    asyncio sets TCP_NODELAY on every TCP socket it makes a transport for, and each answer is one write.
    """

    def __init__(self, serve: Serve, connections: MutableSet["Connection"]) -> None:
        self._serve = serve
        self._connections = connections
        self._http = h11.Connection(h11.SERVER)
        self._head: h11.Request | None = None
        self._body = bytearray()
        self._timer: asyncio.TimerHandle | None = None
        self._loop = asyncio.get_running_loop()
        self.closed: asyncio.Future[None] = self._loop.create_future()

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the new connection (called by the loop)."""
        self._transport = cast("asyncio.Transport", transport)
        self._connections.add(self)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection (called by the loop)."""
        self._connections.discard(self)
        if self._timer:
            self._timer.cancel()
        if not self.closed.done():
            self.closed.set_result(None)

    @override
    def data_received(self, data: bytes) -> None:
        """Take in bytes and answer the requests they complete (called by the loop)."""
        self._http.receive_data(data)
        self._read()

    def close(self) -> None:
        """End the connection in the orderly way, after what is already written."""
        self._transport.close()

    def reset(self) -> None:
        """End the connection at once with a reset: the client loses what it has not read yet."""
        peer: socket.socket = self._transport.get_extra_info("socket")
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        self._transport.abort()

    def _read(self) -> None:
        try:
            while not self._transport.is_closing():
                event = self._http.next_event()
                if isinstance(event, h11.Request):
                    self._begin(event)
                elif isinstance(event, h11.Data):
                    self._body += event.data
                    if len(self._body) > MAX_BODY:
                        self._turn_away(413, f"the body is over {MAX_BODY} bytes")
                elif isinstance(event, h11.EndOfMessage):
                    self._answer()
                else:  # more bytes needed, this client's turn is not over, or it has gone
                    return
        except h11.RemoteProtocolError as error:
            self._turn_away(error.error_status_hint, f"not HTTP/1.1: {error}")

    def _begin(self, head: h11.Request) -> None:
        self._head = head
        self._body.clear()
        if self._http.they_are_waiting_for_100_continue:
            self._transport.write(self._http.send(h11.InformationalResponse(status_code=100, headers=[])) or b"")

    def _answer(self) -> None:
        head = self._head
        if head is None:
            raise RuntimeError("h11 ended a request that it never began")
        request = HttpRequest(
            head.method.decode(), head.target.decode("latin-1"), list(head.headers), bytes(self._body)
        )
        reply = self._serve(request, self)
        if reply.manner is Manner.HANG:
            return
        if reply.delay_seconds > 0:
            self._later(reply.delay_seconds, lambda: self._carry_out_late(reply))
        else:
            self._carry_out(reply)

    def _later(self, seconds: float, action: Callable[[], None]) -> None:
        self._timer = self._loop.call_later(seconds, action)

    def _carry_out_late(self, reply: WireReply) -> None:
        if self._transport.is_closing():
            return
        self._carry_out(reply)
        self._read()  # a request that came meanwhile has waited for its turn

    def _carry_out(self, reply: WireReply) -> None:
        match reply.manner:
            case Manner.RESET:
                self.reset()
            case Manner.CLOSE | Manner.HANG:
                self.close()
            case Manner.WHOLE:
                self._transport.write(self._head_bytes(reply) + self._body_bytes(reply.body))
                self._end()
            case Manner.TRUNCATE:
                self._transport.write(self._head_bytes(reply) + self._body_bytes(reply.body[: len(reply.body) // 2]))
                self.close()
            case Manner.DRIP:
                self._transport.write(self._head_bytes(reply))
                self._drip(reply, 0)

    def _drip(self, reply: WireReply, position: int) -> None:
        if self._transport.is_closing():
            return
        if position >= len(reply.body):
            self._end()
            self._read()
            return
        self._transport.write(self._body_bytes(reply.body[position : position + 1]))
        self._later(reply.interval_seconds, lambda: self._drip(reply, position + 1))

    def _head_bytes(self, reply: WireReply) -> bytes:
        headers = [*reply.headers, ("Content-Length", str(len(reply.body)))]
        return (
            self._http.send(
                h11.Response(status_code=reply.status, headers=headers, reason=_REASONS.get(reply.status, b""))
            )
            or b""
        )

    def _body_bytes(self, body: bytes) -> bytes:
        if self._head is not None and self._head.method == b"HEAD":
            return b""
        return self._http.send(h11.Data(data=body)) or b""

    def _end(self) -> None:
        self._transport.write(self._http.send(h11.EndOfMessage()) or b"")
        if self._http.our_state is h11.MUST_CLOSE:
            self.close()
        else:
            self._http.start_next_cycle()

    def _turn_away(self, status: int, why: str) -> None:
        if self._http.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
            body = f"{why}\n".encode()
            headers = (("Content-Type", "text/plain; charset=utf-8"), ("Connection", "close"))
            self._transport.write(self._head_bytes(WireReply(status, body, headers)) + self._body_bytes(body))
        self.close()
