"""
One warm connection to E-GUMA: a request goes in; out comes an answer's bytes, or that none came, and why.

One exchange at a time, so that a cancelled one cannot leak a connection somebody else waits for (httpcore#1093).
Nothing counts as surely unsent that is not proven to be. No URL that httpx could log or quote holds the API key.
"""

import asyncio
import logging
import os
import re
import socket
import ssl
from typing import Final
from urllib.parse import quote

import httpx
from typing_extensions import override

from gate_controller import __version__
from gate_controller.admission.words.frozen import frozen
from gate_controller.eguma.transport import OneConnectionTransport

# httpx logs every URL at INFO, voucher code included; httpcore, which a trial may use, every step at DEBUG.
for _noisy in ("httpx", "httpcore"):
    logging.getLogger(_noisy).setLevel(logging.WARNING)

CONNECT_SECONDS: Final = 1.5  # for TCP, and again for TLS: leaves a visitor's 5 s room for a second try
# "identity": what comes packed may be far larger than it looks.
_HEADERS: Final = httpx.Headers(
    {
        "Content-Type": "application/json",
        "Accept-Encoding": "identity",
        "Cache-Control": "no-cache",
        "User-Agent": f"gate-controller/{__version__}",
    }
)
_LEAST_SECRET: Final = 8  # blotting out less would hit ordinary words and numbers; E-GUMA's keys are far longer
_MAX_WHY: Final = 200  # a broken answer is quoted by the parser, and can be long


@frozen
class Answered:
    """An answer, whatever its status; without the API key should it echo that."""

    status: int
    body: bytes
    date: str = ""


@frozen
class NotAnswered:
    """No complete answer came. `why` is for the log, without URL or key."""

    why: str
    surely_unsent: bool


class _NoCookies(httpx.Cookies):
    @override
    def extract_cookies(self, response: httpx.Response) -> None:
        pass


class _Client(httpx.AsyncClient):
    """httpx's client without a jar: what a portal or proxy in between may set is neither read nor kept."""

    cookies = _NoCookies()  # type: ignore[override]  # nobody sets it


class EgumaConnection:
    """The connection to one E-GUMA account. `base_url` is `https://…` (or `http://…` for a simulator)."""

    def __init__(self, base_url: str, api_key: str) -> None:
        self._has_key = api_key != ""
        key = quote(api_key, safe="")
        self._base_url = base_url.rstrip("/")
        self._url: httpx.URL | None = None
        # .NET, which E-GUMA may be written in, has small letters behind a percent sign.
        small = re.sub("%..", lambda byte: byte[0].lower(), key)
        self._secrets = {text.encode() for text in (api_key, key, small) if len(text) >= _LEAST_SECRET}
        self._transport = OneConnectionTransport(secret=f"apikey={key}")
        timeout = httpx.Timeout(None, connect=CONNECT_SECONDS)
        self._client = _Client(transport=self._transport, timeout=timeout, trust_env=False)
        self._turn = asyncio.Lock()

    async def exchange(self, target: str, body: bytes | None, *, seconds: float) -> Answered | NotAnswered:
        """
        Send a request and return what became of it within `seconds`, waiting for its turn included. `target` goes
        behind the base URL, percent-encoded; what has a body is posted.
        """
        if not self._has_key:
            return NotAnswered("this gate has no key yet", surely_unsent=True)
        sent_before: int | None = None
        try:
            # httpx's read timeout starts anew with every read: an answer that drips outlasts it.
            async with asyncio.timeout(seconds), self._turn:
                sent_before = self._transport.requests_sent
                if self._url is None:  # read once: that takes as long as all else that a request is made of
                    self._url = httpx.URL(self._base_url)
                request = httpx.Request(
                    "GET" if body is None else "POST",
                    self._url,
                    headers=_HEADERS,
                    content=body,
                    extensions={"target": f"{self._url.path.rstrip('/')}{target}".encode()},
                )
                response = await self._client.send(request, stream=True)
                # As it came, not unpacked: nothing packed was asked for.
                answer = b"".join([part async for part in response.aiter_raw()])
        except Exception as error:  # noqa: BLE001 - whatever a library may raise: this is money, so it is an outcome
            unsent = sent_before in {None, self._transport.requests_sent}
            if isinstance(error, TimeoutError | httpx.TimeoutException):
                return NotAnswered("no connection in time" if unsent else f"not within {seconds:.1f} s", unsent)
            return NotAnswered(self._blotted(_why(error).encode()).decode(), unsent)
        return Answered(response.status_code, self._blotted(answer), response.headers.get("date", ""))

    async def aclose(self) -> None:
        """Close the connection, for good."""
        await self._client.aclose()

    def _blotted(self, text: bytes) -> bytes:
        for secret in self._secrets:
            text = text.replace(secret, b"***")
        return text


def _why(error: BaseException) -> str:
    """Return the system's own word for a fault (connection refused, say), which lies several exceptions deep."""
    words = ""
    link: BaseException | None = error
    while link is not None:
        if isinstance(link, OSError) and link.errno:
            # asyncio puts a sentence with the address in place of the system's word. TLS and DNS have their own words.
            own_words = isinstance(link, ssl.SSLError | socket.gaierror)
            words = (link.strerror or "") if own_words else os.strerror(link.errno)
        cause = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
        # A group has one for each address of the host that was tried; they rarely differ.
        link = cause.exceptions[0] if isinstance(cause, BaseExceptionGroup) else cause
    return (words or str(error) or type(error).__name__)[:_MAX_WHY]
