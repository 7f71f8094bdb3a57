"""The server of the site: uvicorn inside the gate's own loop, which it neither stops nor is stopped by."""

import asyncio
import contextlib
import logging
import socket
from collections.abc import Iterator
from typing import Final

import uvicorn
from typing_extensions import override

from gate_controller.web.guards import Guards
from gate_controller.web.house import House
from gate_controller.web.site import make_site

_log = logging.getLogger(__name__)

MOST_CONNECTIONS: Final = 100
PARTING_SECONDS: Final = 2


def listening(host: str, port: int) -> socket.socket:
    """Return a socket that listens. Raises `OSError`: uvicorn itself would end the process for a port that is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    opened = socket.socket(family, socket.SOCK_STREAM)
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind((host, port))
        opened.listen(MOST_CONNECTIONS)
        opened.setblocking(False)
    except OSError:
        opened.close()
        raise
    return opened


class _Server(uvicorn.Server):
    """uvicorn, but signals are the gate's own."""

    @override
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve(house: House, opened: socket.socket) -> None:
    """Serve a gate's site on a socket until cancelled."""
    config = uvicorn.Config(
        make_site(house, Guards()),
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=PARTING_SECONDS,
    )
    server = _Server(config)
    serving = asyncio.ensure_future(server.serve(sockets=[opened]))
    try:
        await asyncio.shield(serving)
    finally:
        server.should_exit = True
        await asyncio.wait([serving], timeout=PARTING_SECONDS + 1)
        opened.close()
