"""
The listening socket and everybody connected to it.

Accepts by itself instead of through asyncio's server, which loses sight of a client that is accepted while it closes:
after `stop` here, every connection ever accepted is known to have ended.
"""

import asyncio
import socket

from gate_controller.simulator.wire import Connection, Serve

_BACKLOG = 100


class Listener:
    """Takes connections on one address and has each answered by `serve`."""

    def __init__(self, serve: Serve) -> None:
        self._serve = serve
        self._socket: socket.socket | None = None
        self._arriving: set[asyncio.Task[object]] = set()
        self.connections: set[Connection] = set()

    @property
    def is_listening(self) -> bool:
        """Whether clients can connect."""
        return self._socket is not None

    def start(self, host: str, port: int) -> int:
        """Listen from now on; return the port, which is a free one for 0. Raises OSError where it is taken."""
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = socket.create_server((host, port), family=family, backlog=_BACKLOG)
        listening.setblocking(False)
        self._socket = listening
        asyncio.get_running_loop().add_reader(listening, self._accept, listening)
        bound: int = listening.getsockname()[1]
        return bound

    async def stop(self) -> None:
        """Stop listening and reset every connection; return when all have ended."""
        if self._socket is None:
            return
        asyncio.get_running_loop().remove_reader(self._socket)
        self._socket.close()
        self._socket = None
        await asyncio.gather(*self._arriving, return_exceptions=True)
        ending = list(self.connections)
        self.drop(reset=True)
        await asyncio.gather(*(connection.closed for connection in ending))

    def drop(self, *, reset: bool, spare: Connection | None = None) -> int:
        """End every connection but `spare`, idle, hanging or busy; return how many. `reset`: by RST, not FIN."""
        dropped = [connection for connection in self.connections if connection is not spare]
        for connection in dropped:
            if reset:
                connection.reset()
            else:
                connection.close()
        return len(dropped)

    def _accept(self, listening: socket.socket) -> None:
        try:
            client, _ = listening.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return  # the client has gone again before its turn
        client.setblocking(False)
        loop = asyncio.get_running_loop()
        arrival: asyncio.Task[object] = loop.create_task(
            loop.connect_accepted_socket(lambda: Connection(self._serve, self.connections), client)
        )
        self._arriving.add(arrival)
        arrival.add_done_callback(self._arriving.discard)
