"""
One HTTP/1.1 connection as a transport of httpx: it connects by itself, and its errors are httpx's own.

httpx's transport keeps a pool, serves trio too, and takes a lock and a turn of the loop at every step: what a gate
saves without them is a row of `make bench`. h11 knows the protocol, as it does for httpx. An answer is read whole
before it is returned; after that, and after whatever goes wrong, the connection is either free or closed.
"""

import asyncio
import functools
import select
import socket
import ssl
from typing import Any, Final, cast

import h11
import httpx
from typing_extensions import override

MAX_ANSWER: Final = 8 * 2**20
"""Bytes of an answer that are read: some 30,000 entries of the list of redemptions. A balance has about 200."""
_MAX_HEAD: Final = 100 * 2**10
NEXT_ADDRESS_SECONDS: Final = 0.25  # RFC 8305's pause before the next address is tried beside the first

# A path that swallows packets (a router restarted, a cable out) is noticed by the kernel: for data underway
# after 2 s without an acknowledgement, which leaves room for a second try; for an idle connection within a
# minute, so that the next visitor does not find it dead. A slow server acknowledges, and is waited for.
_SOCKET_OPTIONS: Final = (
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 30),
    (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 10),
    (socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3),
    (socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 2000),
)
# Nearly every request has the same headers: h11 checks them once.
_checked = functools.lru_cache(maxsize=8)(lambda raw: h11.Request(method="GET", target="/", headers=list(raw)).headers)


class OneConnectionTransport(httpx.AsyncBaseTransport):
    """
    A connection to one host, kept between requests, for one request at a time. Every query gets the `secret`, so that
    httpx does not know it. Of a request's timeouts it keeps `connect`, for TCP and again for TLS; `target` among its
    extensions stands for the path and query of its URL, as with httpx's own.
    """

    def __init__(self, secret: str = "") -> None:
        self._secret = secret.encode()
        self._ssl_context: ssl.SSLContext | None = None
        self._line: _OpenLine | None = None
        self.requests_sent = 0
        """How many requests have begun to be sent: one that failed and did not raise this was surely not sent."""

    @override
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request, connecting where no connection is fit for it, and return its answer, cut at `MAX_ANSWER`."""
        try:
            line = self._line
            if line is None or not line.is_fit:
                await self.aclose()
                line = await self._connected(request.url, request.extensions.get("timeout", {}).get("connect"))
            self.requests_sent += 1
            line.send(request, self._secret)
            head, body = await line.answer()
        except BaseException as error:
            await self.aclose()
            if isinstance(error, h11.ProtocolError):
                raise httpx.RemoteProtocolError(str(error)) from error
            if isinstance(error, OSError):
                raise httpx.ReadError(str(error)) from error
            raise
        return httpx.Response(head.status_code, headers=head.headers.raw_items(), stream=httpx.ByteStream(body))

    @override
    async def aclose(self) -> None:
        """Close without waiting for the other side: what matters has been read, or is given up."""
        line, self._line = self._line, None
        if line is not None:
            line.close()

    async def _connected(self, url: httpx.URL, seconds: float | None) -> "_OpenLine":
        loop, host, is_tls = asyncio.get_running_loop(), url.raw_host.decode(), url.scheme == "https"
        port = url.port or (443 if is_tls else 80)
        try:
            if is_tls and self._ssl_context is None:
                self._ssl_context = await asyncio.to_thread(_trusted_certificates)
            async with asyncio.timeout(seconds):
                # One address has no next; and the race for it leaks its socket where it is cut off (cpython 3.11).
                race = None if host.strip("[]").replace(".", "").isdigit() else NEXT_ADDRESS_SECONDS
                plain, line = await loop.create_connection(_OpenLine, host, port, happy_eyeballs_delay=race)
            self._line = line  # from here on whatever goes wrong closes it
            for option in _SOCKET_OPTIONS:
                plain.get_extra_info("socket").setsockopt(*option)
            if self._ssl_context is not None:
                async with asyncio.timeout(seconds):
                    encrypted = await loop.start_tls(plain, line, self._ssl_context, server_hostname=host)
                line.connection_made(cast("asyncio.Transport", encrypted))
        except TimeoutError as error:
            raise httpx.ConnectTimeout("") from error
        except OSError as error:  # ssl.SSLError is one
            raise httpx.ConnectError(str(error)) from error
        return line


class _OpenLine(asyncio.Protocol):
    """An open connection and where its conversation stands."""

    def __init__(self) -> None:
        self._http = h11.Connection(h11.CLIENT, max_incomplete_event_size=_MAX_HEAD)
        self._kernel = select.poll()
        self._news = asyncio.Event()
        self._fault: Exception | None = None
        self._has_ended = False

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._kernel.register(transport.get_extra_info("socket"), select.POLLIN)

    @override
    def data_received(self, data: bytes) -> None:
        if self._http.our_state is h11.IDLE:
            # Nothing may arrive between two requests. What does is a parting word, such as a 408: taken for the answer
            # to Redeem, it would make a doubt out of nothing.
            self.close()
        else:
            self._http.receive_data(data)
            self._news.set()

    @override
    def eof_received(self) -> None:
        self._has_ended = True
        self._news.set()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._fault = exc
        self.eof_received()

    @property
    def is_fit(self) -> bool:
        """Whether another request can be sent."""
        # The loop may not have looked since the other side closed: a Redeem sent now would be lost, and so a doubt.
        return self._http.our_state is h11.IDLE and not self._has_ended and not self._kernel.poll(0)

    def send(self, request: httpx.Request, secret: bytes) -> None:
        """Send head and body in one piece. A line that breaks is noticed when the answer is read."""
        target: bytes = request.extensions.get("target", request.url.raw_path)
        if secret:
            target += (b"&" if b"?" in target else b"?") + secret
        headers = _checked(tuple(request.headers.raw))
        events: list[h11.Event] = [h11.Request(method=request.method, target=target, headers=headers)]
        if request.content:
            events.append(h11.Data(data=request.content))
        self._transport.write(b"".join([self._http.send(event) or b"" for event in (*events, h11.EndOfMessage())]))

    async def answer(self) -> tuple[h11.Response, bytes]:
        """Return head and body of the answer."""
        while isinstance(head := await self._event(), h11.InformationalResponse):
            pass  # the answer proper follows
        if not isinstance(head, h11.Response):
            raise h11.RemoteProtocolError(f"{head!r} in place of an answer")
        body = bytearray()
        # What is longer runs on for ever, perhaps: what is there is the answer, and the connection is spent.
        while len(body) <= MAX_ANSWER and isinstance(event := await self._event(), h11.Data):
            body += event.data
        if self._http.our_state is h11.DONE is self._http.their_state and not self._http.trailing_data[0]:
            self._http.start_next_cycle()
        else:
            self.close()
        del body[MAX_ANSWER:]
        return head, bytes(body)

    def close(self) -> None:
        """End the connection at once."""
        self._has_ended = True
        self._transport.abort()

    async def _event(self) -> Any:
        while (event := self._http.next_event()) is h11.NEED_DATA:
            if self._fault is not None:
                raise self._fault
            if not self._has_ended:
                self._news.clear()
                await self._news.wait()
            elif self._http.their_state is h11.SEND_RESPONSE:
                raise h11.RemoteProtocolError("the server closed the connection without an answer")
            else:
                self._http.receive_data(b"")
        return event


def _trusted_certificates() -> ssl.SSLContext:
    try:
        context = httpx.create_ssl_context()
    except OSError as error:
        raise OSError(f"its certificates cannot be checked, {error.strerror or error}: see SSL_CERT_FILE") from None
    context.set_alpn_protocols(["http/1.1"])
    return context
