"""
A webhook: each delivery is one signed POST, to a receiver that the house has chosen.

The signature is HMAC-SHA256 with `notify.webhook_key` over timestamp, a dot, and the body as it is sent
(docs/notify.md). The timestamp is new with each try, so that a receiver may refuse old ones; the delivery's id stays,
so that he knows a second try. The address may be as good as a password: it is in no line of the log.
"""

import asyncio
import hashlib
import hmac
import json
import logging
import socket
import ssl
from typing import Final
from urllib.parse import urlsplit

from gate_controller import __version__
from gate_controller.shell.delivery import Delivery, NotDelivered

# ruff: noqa: PLC0415 - the HTTP client is for gates that have a webhook

_log = logging.getLogger(__name__)

WHOLE_SECONDS: Final = 20.0
"""For one try, from the name's look-up to the answer's end."""

_CONNECT_SECONDS: Final = 10.0
_LONGEST_PAUSE: Final = 3600.0
_GOOD: Final = range(200, 300)
_ELSEWHERE: Final = range(300, 400)


class Webhook:
    """Where signed posts go."""

    name = "webhook"

    def __init__(self, url: str, key: str) -> None:
        self._url = url
        self._key = key.encode()
        self.host = urlsplit(url).hostname or ""

    @property
    def mark(self) -> str:
        """Return what tells it from one with another address, which cannot be had back from it."""
        return f"{self.name} {hashlib.sha256(self._url.encode()).hexdigest()[:16]}"

    async def deliver(self, delivery: Delivery) -> str:
        """Return the answer's status, once the receiver has taken it. Raises `NotDelivered`."""
        import httpx

        from gate_controller.eguma.transport import OneConnectionTransport

        body = json.dumps(delivery.as_dict(), ensure_ascii=False).encode()
        # A redirect would make a GET of it, which some receivers answer with 200: none is followed.
        client = httpx.AsyncClient(
            transport=OneConnectionTransport(),
            timeout=httpx.Timeout(None, connect=_CONNECT_SECONDS),
            trust_env=False,
            follow_redirects=False,
        )
        try:
            async with asyncio.timeout(WHOLE_SECONDS):
                answer = await client.post(self._url, content=body, headers=self._headers(delivery, body))
        except TimeoutError:
            raise NotDelivered(f"no answer within {WHOLE_SECONDS:g} s") from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            raise NotDelivered(_why(error)) from None
        finally:
            await client.aclose()
        if answer.status_code in _GOOD:
            return str(answer.status_code)
        if answer.status_code in _ELSEWHERE:
            raise NotDelivered(f"it answers {answer.status_code} and leads elsewhere: set notify.webhook_url to that")
        raise NotDelivered(f"it answers {answer.status_code}", _pause(answer.headers.get("retry-after", "")))

    def _headers(self, delivery: Delivery, body: bytes) -> dict[str, str]:
        timestamp = str(int(delivery.at))
        return {
            "Content-Type": "application/json; charset=utf-8",
            "Accept-Encoding": "identity",
            "User-Agent": f"gate-controller/{__version__}",
            "Gate-Delivery": delivery.id,
            "Gate-Timestamp": timestamp,
            "Gate-Signature": signature(self._key, timestamp, body),
        }


def signature(key: bytes, timestamp: str, body: bytes) -> str:
    """Return what a receiver compares with the header `Gate-Signature`."""
    return f"sha256={hmac.new(key, timestamp.encode() + b'.' + body, hashlib.sha256).hexdigest()}"


def _pause(asked: str) -> float:
    """Return for how long a receiver wants to be left alone; a date counts as nothing said."""
    return min(float(asked), _LONGEST_PAUSE) if asked.isascii() and asked.isdigit() else 0.0


def _why(error: BaseException) -> str:
    """Return the system's word for a fault: httpx's own may quote the address."""
    link: BaseException | None = error
    while link is not None:
        if isinstance(link, ssl.SSLCertVerificationError):
            return f"its certificate is not trusted ({link.verify_message})"
        if isinstance(link, ssl.SSLError | socket.gaierror) and link.strerror:
            return link.strerror
        if isinstance(link, OSError) and link.errno:
            import os

            return os.strerror(link.errno)
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
    return type(error).__name__
