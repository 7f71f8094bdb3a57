"""
The two requests of an admission and nothing else: what no gate can be faster than.

One warm connection, a blocking socket, ready-made requests, answers read to their declared end and not looked into.
"""

import json
import re
import socket
import time
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from tests.bench.gates import FREE_SECONDS, PRICE
from tests.rig.simulator import KEY

ANSWER_SECONDS = 5.0
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class BareRequests:
    """Balance and Redeem of one voucher on one connection."""

    def __init__(self, url: str, voucher_code: str) -> None:
        parts = urlsplit(url)
        self._socket = socket.create_connection((parts.hostname or "", parts.port or 80), timeout=ANSWER_SECONDS)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        body = json.dumps({"amount_in_cents": PRICE, "reference_number": "bare"}).encode()
        self._balance = _request("GET", f"/v1/vouchers/{voucher_code}/balance.json", parts.netloc, b"")
        self._redeem = _request("POST", f"/v1/vouchers/{voucher_code}/redeem.json", parts.netloc, body)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()

    def pair(self) -> float:
        """Make both requests, and then the pause that a gate makes; return the seconds both took."""
        began = time.monotonic_ns()
        self._exchange(self._balance)
        self._exchange(self._redeem)
        seconds = (time.monotonic_ns() - began) / 1e9
        time.sleep(FREE_SECONDS)
        return seconds

    def _exchange(self, request: bytes) -> None:
        self._socket.sendall(request)
        answer = b""
        while (end := answer.find(b"\r\n\r\n")) < 0:
            answer += self._receive()
        length = _LENGTH.search(answer, 0, end)
        if length is None or not answer.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"the simulator answered {answer[:100]!r}")
        while len(answer) < end + 4 + int(length[1]):
            answer += self._receive()

    def _receive(self) -> bytes:
        data = self._socket.recv(65536)
        if not data:
            raise RuntimeError("the simulator closed the connection")
        return data


def _request(method: str, path: str, host: str, body: bytes) -> bytes:
    lines = (
        f"{method} {path}?apikey={KEY} HTTP/1.1",
        f"Host: {host}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        "",
        "",
    )
    return "\r\n".join(lines).encode() + body
