"""
One warm HTTP connection to E-GUMA: requests go in, outcomes come out, and no exception of the network leaves.

Three rules. One exchange at a time, so that a cancelled one cannot leak a connection somebody else waits for
(httpcore#1093). After anything but a complete answer the connection is thrown away. Nothing counts as *surely
unsent* that is not proven to be. The API key is in every URL, so URLs stay inside this module, which is also
the only one that knows httpx.
"""

import asyncio
import logging
import os
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

import httpx

from gate_controller import __version__
from gate_controller.eguma.network import OneConnection
from gate_controller.eguma.outcomes import Answered, Outcome, Unanswered

# httpx logs every URL at INFO, httpcore every step at DEBUG: neither has anything for us, and both cost time.
for _noisy in ("httpx", "httpcore"):
    logging.getLogger(_noisy).setLevel(logging.WARNING)

MAX_ANSWER = 2**20
"""Bytes of an answer that are read, unless its request says otherwise. A balance has about 200."""

CONNECT_SECONDS = 1.5
"""For TCP, and again for TLS: leaves a visitor's 5 s room for a second try."""

CONNECT_SHARE = 0.8
"""The most of a request's time that connecting may take."""

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
_SURELY_UNSENT: Final = (httpx.ConnectError, httpx.ConnectTimeout)
_TIMED_OUT: Final = (httpx.TimeoutException, TimeoutError)
# Blotting out less than this would hit ordinary words and numbers. E-GUMA's keys are far longer.
_LEAST_SECRET: Final = 8
# A broken answer is quoted by the parser, and can be long.
_MAX_WHY: Final = 200


@dataclass(frozen=True, slots=True)
class Request:
    """What to ask, without what every request carries."""

    method: str
    path: str
    """Percent-encoded, from the base URL on."""
    query: str = ""
    """Percent-encoded, without the key."""
    body: bytes | None = None
    max_answer: int = MAX_ANSWER


class Transport:
    """
    The connection to one E-GUMA account.

    `base_url` is `https://…` (or `http://…` for a simulator); `note_date` gets each answer's `Date` header.
    """

    def __init__(self, base_url: str, api_key: str, *, note_date: Callable[[str], None]) -> None:
        self._base_url = httpx.URL(base_url.rstrip("/"))
        self._base_path = self._base_url.raw_path.decode().rstrip("/")
        self._key = quote(api_key, safe="")
        self._secrets = {text.encode() for text in (api_key, self._key) if len(text) >= _LEAST_SECRET}
        self._note_date = note_date
        self._headers = {
            "Content-Type": "application/json",
            # Unpacking is the business of the httpx client, which is left out here for speed.
            "Accept-Encoding": "identity",
            "User-Agent": f"gate-controller/{__version__}",
        }
        self._ssl_context: ssl.SSLContext | None = None
        self._http: OneConnection | None = None
        self._lane = asyncio.Lock()

    async def exchange(self, request: Request, *, seconds: float) -> Outcome:
        """Send a request and return what became of it within `seconds`, waiting for its turn included."""
        progress = _Progress()
        try:
            # httpx's read timeout starts anew with every read: an answer that drips outlasts it.
            async with asyncio.timeout(seconds), self._lane:
                try:
                    return await self._exchange(request, seconds, progress)
                except BaseException:
                    await self.aclose()
                    raise
        # Whatever a library may raise: this is money, so it is an outcome.
        except Exception as error:  # noqa: BLE001 - see above; the outcome says what it was
            timed_out = isinstance(error, _TIMED_OUT)
            unsent = progress.surely_unsent or isinstance(error, _SURELY_UNSENT)
            if timed_out:
                why = "no connection in time" if unsent else f"not within {seconds:.1f} s"
            else:
                why = self._blot(_why(error))
            return Unanswered(why, surely_unsent=unsent, timed_out=timed_out)

    async def aclose(self) -> None:
        """Close the connection. A later request would open a new one."""
        http, self._http = self._http, None
        if http is not None:
            await http.aclose()

    async def _exchange(self, request: Request, seconds: float, progress: "_Progress") -> Answered:
        http = self._http or await self._open()
        # Connecting gives up before the request as a whole does, and so by an error that says nothing was sent.
        await http.connect(min(CONNECT_SECONDS, seconds * CONNECT_SHARE))
        query = f"{request.query}&apikey={self._key}" if request.query else f"apikey={self._key}"
        sent = httpx.Request(
            request.method,
            self._base_url,
            headers=self._headers,
            content=request.body,
            # The URL of every request is the same and without the key; httpx need not read it again.
            extensions={"target": f"{self._base_path}{request.path}?{query}".encode()},
        )
        progress.surely_unsent = False
        response = await http.handle_async_request(sent)
        if date := response.headers.get("date"):
            self._note_date(date)
        body = bytearray()
        async for chunk in response.aiter_raw():
            body += chunk
            if len(body) > request.max_answer:
                # Runs on for ever, perhaps: what is there is the answer, and the connection is spent.
                await self.aclose()
                break
        await response.aclose()
        answer = bytes(body[: request.max_answer])
        for secret in self._secrets:
            answer = answer.replace(secret, b"***")
        return Answered(response.status_code, answer)

    async def _open(self) -> OneConnection:
        if self._ssl_context is None and self._base_url.scheme == "https":
            self._ssl_context = await asyncio.to_thread(_trusted_certificates)
        self._http = OneConnection(self._base_url, ssl_context=self._ssl_context, socket_options=_SOCKET_OPTIONS)
        return self._http

    def _blot(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret.decode(), "***")
        return text


class _Progress:
    """How far a request got: in doubt it counts as sent."""

    surely_unsent = True


def _trusted_certificates() -> ssl.SSLContext:
    try:
        context = httpx.create_ssl_context()
    except OSError as error:
        why = error.strerror or str(error)
    else:
        context.set_alpn_protocols(["http/1.1"])
        return context
    raise OSError(f"its certificates cannot be checked, {why}: see SSL_CERT_FILE")


def _why(error: BaseException) -> str:
    """Return the system's own word for a fault (connection refused, say), which lies several exceptions deep."""
    words = ""
    link: BaseException | None = error
    while link is not None:
        if isinstance(link, OSError) and link.errno:
            # asyncio puts a sentence with the address in place of the system's word. TLS and DNS have their own words.
            own_words = isinstance(link, ssl.SSLError | socket.gaierror)
            words = (link.strerror or "") if own_words else os.strerror(link.errno)
        cause = link.__cause__ or link.__context__
        # A group has one for each address of the host that was tried; they rarely differ.
        link = cause.exceptions[0] if isinstance(cause, BaseExceptionGroup) else cause
    return (words or str(error) or type(error).__name__)[:_MAX_WHY]
