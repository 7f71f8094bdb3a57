"""
Sockets for httpcore, on asyncio's own streams.

httpcore's default goes through anyio, which also serves trio; for a request that takes a millisecond, its layers are a
fifth of the way. Time limits of single reads and writes are left to the caller, who limits the request as a whole.
"""

import asyncio
import select
import ssl
from collections.abc import Iterable
from typing import Any

import httpcore
from typing_extensions import override


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


class AsyncioStream(httpcore.AsyncNetworkStream):
    """One connection."""

    def __init__(self, reader: _CountingReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @override
    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Return what has arrived, up to `max_bytes`; nothing at the end. Raises `httpcore.ReadError`."""
        try:
            return await self._reader.read(max_bytes)
        except OSError as error:
            raise httpcore.ReadError(error) from error

    @override
    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send everything. Raises `httpcore.WriteError`."""
        try:
            self._writer.write(buffer)
            await self._writer.drain()
        except OSError as error:
            raise httpcore.WriteError(error) from error

    @override
    async def aclose(self) -> None:
        """Close without waiting for the other side: what matters has been read, or is given up."""
        self._writer.transport.abort()

    @override
    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> "AsyncioStream":
        """Return the same connection with TLS on it. Raises `httpcore.ConnectTimeout` and `httpcore.ConnectError`."""
        try:
            async with asyncio.timeout(timeout):
                await self._writer.start_tls(ssl_context, server_hostname=server_hostname)
        except TimeoutError as error:
            await self.aclose()
            raise httpcore.ConnectTimeout(error) from error
        except OSError as error:  # ssl.SSLError is one
            await self.aclose()
            raise httpcore.ConnectError(error) from error
        return self

    @override
    def get_extra_info(self, info: str) -> Any:
        """Tell httpcore what it asks before it uses a connection again: whether the other side has closed it."""
        if info == "is_readable":
            # Nothing may arrive between two requests. What does is the connection's end, or a parting word before it,
            # such as a 408: taken for the answer to Redeem, it would make a doubt out of nothing.
            reader = self._reader
            known = reader.unread > 0 or reader.at_eof() or reader.exception() is not None or self._writer.is_closing()
            return known or self._has_more_in_the_kernel()
        return self._writer.get_extra_info({"socket": "socket", "ssl_object": "ssl_object"}.get(info, ""))

    def _has_more_in_the_kernel(self) -> bool:
        # The loop may not have looked since the other side closed: a Redeem sent now would be lost, and so a doubt.
        poll = select.poll()
        poll.register(self._writer.get_extra_info("socket"), select.POLLIN)
        return bool(poll.poll(0))


class AsyncioBackend(httpcore.AsyncNetworkBackend):
    """Opens connections."""

    @override
    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> AsyncioStream:
        """Connect, trying each address of the host. Raises `httpcore.ConnectTimeout` and `httpcore.ConnectError`."""
        loop = asyncio.get_running_loop()
        reader = _CountingReader(limit=2**20, loop=loop)
        protocol = asyncio.StreamReaderProtocol(reader, loop=loop)
        try:
            async with asyncio.timeout(timeout):
                # A quarter of a second is RFC 8305's pause before the next address is tried beside the first.
                transport, _ = await loop.create_connection(lambda: protocol, host, port, happy_eyeballs_delay=0.25)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(error) from error
        except OSError as error:
            raise httpcore.ConnectError(error) from error
        connection = transport.get_extra_info("socket")
        for option in socket_options or ():
            connection.setsockopt(*option)
        return AsyncioStream(reader, asyncio.StreamWriter(transport, protocol, reader, loop))

    @override
    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)
