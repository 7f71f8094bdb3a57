"""
Through which door connections come in: each is counted from the moment it is accepted, before it has said anything.

uvicorn counts a connection when its TLS is there, and asyncio lets a handshake take a minute; so a stranger could hold
as many as he likes. Here the one too many is closed at once, and one address has no more than its share.
"""

import asyncio
import contextlib
import ipaddress
import logging
import socket
import ssl
from collections import Counter
from collections.abc import Callable
from typing import Final

from gate_controller.settings.addresses import is_loopback
from gate_controller.web.throttle import network_of

_log = logging.getLogger(__name__)

MOST_CONNECTIONS: Final = 100
MOST_OF_ONE_ADDRESS: Final = 30
"""Not for this machine itself: behind a proxy all come from there."""

# Where the machine has no file or memory left for another connection; asyncio's own servers wait as long.
_ACCEPT_RETRY_SECONDS = 1.0


class Doors:
    """Accepts connections from a socket that listens, and hands each to a protocol."""

    def __init__(
        self,
        listening: socket.socket,
        make_protocol: Callable[[Callable[[], None]], asyncio.Protocol],
        *,
        tls: ssl.SSLContext | None,
        handshake_seconds: float,
    ) -> None:
        """`make_protocol` is handed what its protocol is to call when its connection is over."""
        self._listening = listening
        self._make_protocol = make_protocol
        self._tls = tls
        self._handshake_seconds = handshake_seconds
        self._loop = asyncio.get_running_loop()
        self._inside: Counter[str] = Counter()
        self._entering: set[asyncio.Task[None]] = set()

    def open(self) -> None:
        """Accept from now on."""
        if self._listening.fileno() >= 0:
            self._loop.add_reader(self._listening, self._accept)

    def close(self) -> None:
        """Accept nobody any more; who is still at the handshake is sent away."""
        if self._listening.fileno() >= 0:
            self._loop.remove_reader(self._listening)
        for task in self._entering:
            task.cancel()

    def _accept(self) -> None:
        try:
            connection, peer = self._listening.accept()
        except (BlockingIOError, ConnectionAbortedError, InterruptedError):
            return
        except OSError as error:
            _log.warning("page=full why=%r", str(error))
            self._loop.remove_reader(self._listening)
            self._loop.call_later(_ACCEPT_RETRY_SECONDS, self.open)
            return
        where = _plain(peer[0])
        if self._inside.total() >= MOST_CONNECTIONS or (
            self._inside[where] >= MOST_OF_ONE_ADDRESS and not is_loopback(where)
        ):
            connection.close()
            return
        connection.setblocking(False)
        self._inside[where] += 1
        task = self._loop.create_task(self._enter(connection, where))
        self._entering.add(task)
        task.add_done_callback(self._entering.discard)

    async def _enter(self, connection: socket.socket, where: str) -> None:
        leaves = _Once(lambda: self._left(where))
        seconds = self._handshake_seconds if self._tls is not None else None
        try:
            await self._loop.connect_accepted_socket(
                lambda: self._make_protocol(leaves),
                connection,
                ssl=self._tls,
                ssl_handshake_timeout=seconds,
                ssl_shutdown_timeout=seconds,
            )
        except (OSError, asyncio.CancelledError):
            connection.close()  # no protocol hears of a handshake that failed
            leaves()

    def _left(self, where: str) -> None:
        self._inside[where] -= 1
        if self._inside[where] <= 0:
            del self._inside[where]


class _Once:
    """Tells once that a connection is over, be it that it never began."""

    def __init__(self, tell: Callable[[], None]) -> None:
        self._tell: Callable[[], None] | None = tell

    def __call__(self) -> None:
        tell, self._tell = self._tell, None
        if tell is not None:
            tell()


def _plain(address: str) -> str:
    """Return an address, or with IPv6 the house's; one of IPv4 on a socket of both is written as such."""
    whose = network_of(address)
    with contextlib.suppress(ValueError):
        if ipaddress.ip_address(address.partition("%")[0]).is_loopback:
            return address
    return whose
