"""
One HTTP/1.1 connection on asyncio's streams, as a transport of httpx (`httpx.AsyncBaseTransport`).

httpx's own transport keeps a pool, serves trio too, and takes a lock and a turn of the loop at every step. A gate asks
one thing after the other over one connection: without those layers its requests cost half as much (`make bench`).
h11 knows the protocol, as it does for httpx; time limits are left to the caller, who limits the request as a whole.
"""

import asyncio
import contextlib
import select
import ssl
from collections.abc import AsyncIterator, Iterable, Iterator
from typing import Any, Final

import h11
import httpx
from typing_extensions import override

_READ_SIZE: Final = 65536
_MAX_HEAD: Final = 100 * 2**10
# A quarter of a second is RFC 8305's pause before the next address is tried beside the first.
_NEXT_ADDRESS_SECONDS: Final = 0.25


class OneConnection(httpx.AsyncBaseTransport):
    """
    A connection to one host, for one request at a time: its answer is read to the end, or closed, before the next.

    Errors are httpx's: `ConnectError` and `ConnectTimeout` from `connect`, others from what follows it.
    """

    def __init__(
        self, url: httpx.URL, *, ssl_context: ssl.SSLContext | None, socket_options: Iterable[tuple[int, int, int]]
    ) -> None:
        """`ssl_context` None is for `http://`."""
        self._host = url.raw_host.decode()
        self._port = url.port or (80 if ssl_context is None else 443)
        self._ssl_context = ssl_context
        self._socket_options = tuple(socket_options)
        self._line: _Line | None = None

    async def connect(self, seconds: float) -> None:
        """
        Be ready to send: open the connection unless it is open and fit for another request. Sends no request.

        TCP may take so many seconds, and TLS again.
        """
        if self._line is not None:
            if self._line.is_fit:
                return
            await self.aclose()
        try:
            self._line = await self._opened(seconds)
        except TimeoutError as error:
            raise httpx.ConnectTimeout("") from error
        except OSError as error:  # ssl.SSLError is one
            raise httpx.ConnectError(str(error)) from error

    @override
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request and return its answer, the body still to be read. `connect` comes first."""
        line = self._line
        if line is None:
            raise RuntimeError("a request without a connection: await connect() before it")
        with _httpx_errors():
            line.send(request)
            head = await line.answer()
        return httpx.Response(head.status_code, headers=head.headers.raw_items(), stream=_Body(line))

    @override
    async def aclose(self) -> None:
        """Close without waiting for the other side: what matters has been read, or is given up."""
        line, self._line = self._line, None
        if line is not None:
            line.close()

    async def _opened(self, seconds: float) -> "_Line":
        loop = asyncio.get_running_loop()
        reader = _CountingReader(limit=_READ_SIZE, loop=loop)
        protocol = asyncio.StreamReaderProtocol(reader, loop=loop)
        async with asyncio.timeout(seconds):
            transport, _ = await loop.create_connection(
                lambda: protocol, self._host, self._port, happy_eyeballs_delay=_NEXT_ADDRESS_SECONDS
            )
        writer = asyncio.StreamWriter(transport, protocol, reader, loop)
        try:
            connection = transport.get_extra_info("socket")
            for option in self._socket_options:
                connection.setsockopt(*option)
            if self._ssl_context is not None:
                async with asyncio.timeout(seconds):
                    await writer.start_tls(self._ssl_context, server_hostname=self._host)
        except BaseException:
            writer.transport.abort()
            raise
        return _Line(reader, writer)


class _CountingReader(asyncio.StreamReader):
    """A stream reader that knows how much of what has arrived was not read."""

    unread = 0

    @override
    def feed_data(self, data: Any) -> None:
        self.unread += len(data)
        super().feed_data(data)

    @override
    async def read(self, n: int = -1) -> bytes:
        data = await super().read(n)
        self.unread -= len(data)
        return data


class _Line:
    """An open connection and where its conversation stands."""

    def __init__(self, reader: _CountingReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._http = h11.Connection(h11.CLIENT, max_incomplete_event_size=_MAX_HEAD)

    @property
    def is_fit(self) -> bool:
        """
        Whether another request can be sent.

        Nothing may arrive between two requests. What does is the connection's end, or a parting word before it, such as
        a 408: taken for the answer to Redeem, it would make a doubt out of nothing.
        """
        reader = self._reader
        return (
            self._http.our_state is h11.IDLE
            and not self._http.trailing_data[0]
            and not reader.unread
            and not reader.at_eof()
            and reader.exception() is None
            and not self._writer.is_closing()
            and not self._has_more_in_the_kernel()
        )

    def send(self, request: httpx.Request) -> None:
        """Send head and body in one piece. A line that breaks is noticed when the answer is read."""
        target = request.extensions.get("target", request.url.raw_path)
        events: list[h11.Event] = [
            h11.Request(method=request.method, target=target, headers=request.headers.raw),
            h11.EndOfMessage(),
        ]
        if request.content:
            events.insert(1, h11.Data(data=request.content))
        self._writer.write(b"".join(self._http.send(event) or b"" for event in events))

    async def answer(self) -> h11.Response:
        """Return the head of the answer."""
        while isinstance(event := await self._event(), h11.InformationalResponse):
            pass  # the answer proper follows
        if not isinstance(event, h11.Response):
            raise h11.RemoteProtocolError(f"{event!r} in place of an answer")
        return event

    async def chunk(self) -> bytes:
        """Return the next part of the answer's body, or nothing at its end; the line is then free, or closed."""
        while isinstance(event := await self._event(), h11.Data):
            if event.data:
                return bytes(event.data)
        if self._http.our_state is h11.DONE and self._http.their_state is h11.DONE:
            self._http.start_next_cycle()
        else:
            self.close()
        return b""

    def close(self) -> None:
        """End the connection at once."""
        self._writer.transport.abort()

    def close_unless_free(self) -> None:
        """End the connection if the answer was not read to its end."""
        if self._http.our_state is not h11.IDLE:
            self.close()

    def _has_more_in_the_kernel(self) -> bool:
        # The loop may not have looked since the other side closed: a Redeem sent now would be lost, and so a doubt.
        poll = select.poll()
        poll.register(self._writer.get_extra_info("socket"), select.POLLIN)
        return bool(poll.poll(0))

    async def _event(self) -> Any:
        while (event := self._http.next_event()) is h11.NEED_DATA:
            data = await self._reader.read(_READ_SIZE)
            if not data and self._http.their_state is h11.SEND_RESPONSE:
                raise h11.RemoteProtocolError("the server closed the connection without an answer")
            self._http.receive_data(data)
        return event


class _Body(httpx.AsyncByteStream):
    """The body of an answer, as httpx wants it."""

    def __init__(self, line: _Line) -> None:
        self._line = line

    @override
    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        with _httpx_errors():
            chunk = await self._line.chunk()
        if not chunk:
            raise StopAsyncIteration
        return chunk

    @override
    async def aclose(self) -> None:
        self._line.close_unless_free()


@contextlib.contextmanager
def _httpx_errors() -> Iterator[None]:
    try:
        yield
    except h11.RemoteProtocolError as error:
        raise httpx.RemoteProtocolError(str(error)) from error
    except h11.LocalProtocolError as error:
        raise httpx.LocalProtocolError(str(error)) from error
    except OSError as error:
        raise httpx.ReadError(str(error)) from error
