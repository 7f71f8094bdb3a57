"""
How a command line asks a running gate: one JSON line to a Unix socket in the state directory, one JSON line back.

Whoever may open the socket may also open the journal beside it, so there is no other authority. The gate owns the
journal (SQLite before 3.51.3 can lose data with two writers), which is why a command asks the gate while one runs.
"""

import asyncio
import contextlib
import json
import logging
import os
import socket
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

_log = logging.getLogger(__name__)

SOCKET_NAME = "control.sock"

MAX_REQUEST = 2**20
"""The longest request, in bytes: a reason on a command line has at most 128 KiB (execve(2)), JSON makes more of it."""

ANSWER_SECONDS = 120.0
"""How long a command waits for its answer: to verify a journal of years takes a while on a small board."""

CLIENT_SECONDS = 30.0
"""How long a client may take to send its request, and to read its answer: a program does both at once."""

PARTING_SECONDS = 0.5
"""How long a stop waits for answers that are being made: what an order has come to should reach whoever gave it."""

_BACKLOG = 100

# Where the machine has no file or memory left for another client, asyncio's own servers wait as long.
_ACCEPT_RETRY_SECONDS = 1.0

Answerer = Callable[[dict[str, Any]], Awaitable[Any]]


class ControlError(Exception):
    """A request that was refused; the text says what, where and what to do."""


class AskedWrongly(ControlError):
    """The request itself is wrong, whatever the gate does."""


class NotThere(ControlError):
    """What the request is about does not exist."""


class JournalAway(ControlError):
    """The journal cannot be read just now."""


class PutOff(ControlError):
    """Only the moment is bad: the same order may be given again."""


class NotDone(ControlError):
    """The request was taken and tried, and the gate could not do it."""


class GivenEarlier(ControlError):
    """An earlier run of this gate began it, by the same name: nothing was done now."""


class NoAnswer(ControlError):
    """The request was sent, and no answer came: it may have been carried out."""


class NotRunning(Exception):
    """No gate answers in this state directory."""


class ControlServer:
    """
    Answers command lines, in the gate's event loop.

    Accepts by itself: asyncio's server waits at its end for every client (from Python 3.12 on), and loses sight of one
    that is accepted while it closes.
    """

    def __init__(
        self, directory: Path, answerers: Mapping[str, Answerer], *, client_seconds: float = CLIENT_SECONDS
    ) -> None:
        """`answerers` are called with the request's fields; what they raise as `ControlError` goes to the asker."""
        self._directory = directory
        self._answerers = answerers
        self._client_seconds = client_seconds
        self._clients: dict[socket.socket, asyncio.Task[None]] = {}
        self._being_answered: set[socket.socket] = set()

    async def serve(self) -> None:
        """Answer until cancelled. A socket that cannot be made is logged: the gate works without it."""
        try:
            with _in_directory(self._directory) as path:
                listening = _listening(path)
        except OSError as error:
            _log.warning("control_socket=missing path=%s why=%r", self._directory / SOCKET_NAME, str(error))
            await asyncio.Event().wait()
            return
        loop = asyncio.get_running_loop()
        with listening:
            self._accept_from(listening, loop)
            try:
                await asyncio.Event().wait()
            finally:
                loop.remove_reader(listening)
                listening.close()
                await self._part()

    def _accept_from(self, listening: socket.socket, loop: asyncio.AbstractEventLoop) -> None:
        if listening.fileno() >= 0:  # no stop has come meanwhile
            loop.add_reader(listening, self._accept, listening, loop)

    def _accept(self, listening: socket.socket, loop: asyncio.AbstractEventLoop) -> None:
        try:
            connection, _ = listening.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return  # the client has gone again before its turn
        except OSError as error:
            _log.warning("control_socket=full why=%r", str(error))
            loop.remove_reader(listening)
            loop.call_later(_ACCEPT_RETRY_SECONDS, self._accept_from, listening, loop)
            return
        connection.setblocking(False)
        self._clients[connection] = client = loop.create_task(self._attend(connection))
        client.add_done_callback(lambda client: self._ended(connection, client))

    async def _attend(self, connection: socket.socket) -> None:
        reader, writer = await asyncio.open_unix_connection(sock=connection, limit=MAX_REQUEST)
        writer.transport.set_write_buffer_limits(0)  # what is drained has all been taken
        try:
            line = await self._line(reader)
            if line is None:
                return
            self._being_answered.add(connection)
            answer = await self._reply(line)
            self._being_answered.discard(connection)
            # A client that is gone or too slow goes without.
            with contextlib.suppress(ConnectionError, TimeoutError):
                async with asyncio.timeout(self._client_seconds):
                    writer.write(json.dumps(answer).encode() + b"\n")
                    await writer.drain()
        finally:
            writer.transport.abort()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    async def _line(self, reader: asyncio.StreamReader) -> bytes | None:
        """Return what a client asks; none from one that is gone, is too slow or does not come to an end."""
        try:
            async with asyncio.timeout(self._client_seconds):
                return await reader.readline()
        except (ConnectionError, TimeoutError, ValueError):
            return None

    def _ended(self, connection: socket.socket, client: asyncio.Task[None]) -> None:
        del self._clients[connection]
        self._being_answered.discard(connection)
        connection.close()  # where it was cancelled before its first step, nobody else has
        if not client.cancelled() and (error := client.exception()) is not None:
            # A gate does not end for what somebody asked.
            _log.error("control_socket=failed what=%r", str(error), exc_info=error)

    async def _part(self) -> None:
        """End all clients; one that neither sends nor reads holds nothing up."""
        for connection, client in self._clients.items():
            if connection not in self._being_answered:
                client.cancel()
        if self._being_answered:
            await asyncio.wait([self._clients[each] for each in self._being_answered], timeout=PARTING_SECONDS)
        for client in self._clients.values():
            client.cancel()
        await asyncio.gather(*self._clients.values(), return_exceptions=True)

    async def _reply(self, line: bytes) -> dict[str, Any]:
        try:
            request = json.loads(line)
            answerer = self._answerers[request.pop("do")]
        except (ValueError, KeyError, AttributeError, TypeError):
            return {"error": "the running gate does not know this request: is it of another version?"}
        try:
            return {"answer": await answerer(request)}
        except ControlError as error:
            return {"error": str(error), "is_wrong": isinstance(error, AskedWrongly)}
        except (ValueError, KeyError, TypeError) as error:
            what = type(error).__name__
            return {"error": f"the running gate cannot read this request ({what}): is it of another version?"}


def ask(directory: Path, do: str, **fields: Any) -> Any:
    """
    Ask the gate that runs on `directory`; blocks.

    Raises `NotRunning`, or `ControlError` with the gate's words: `AskedWrongly` where the request itself is wrong.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(ANSWER_SECONDS)
        try:
            with _in_directory(directory) as path:
                connection.connect(path)
        except PermissionError:
            raise ControlError(
                f"gate in {directory}: its control socket may not be opened by this user: use sudo"
            ) from None
        except OSError:
            raise NotRunning(f"no gate runs on {directory}") from None
        try:
            connection.sendall(json.dumps({"do": do, **fields}).encode() + b"\n")
            with connection.makefile("rb") as answers:
                line = answers.readline()
        except OSError as error:
            raise NoAnswer(f"gate in {directory}: did not answer ({error}): look at its log") from None
    if not line:
        raise NoAnswer(f"gate in {directory}: ended while it was asked: look first what became of it")
    answer = json.loads(line)
    if "error" in answer:
        # A gate of an older version says nothing of whose fault it is.
        raise (AskedWrongly if answer.get("is_wrong") else ControlError)(answer["error"])
    return answer["answer"]


def _listening(path: str) -> socket.socket:
    # What an earlier run left; the journal's lock says that no other gate is running here.
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)  # noqa: PTH108 - the path of an open directory, which pathlib has nothing for
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
    try:
        # The mode of what bind makes, whatever the umask (unix(7)): nobody else gets in between.
        os.fchmod(listening.fileno(), 0o600)
        listening.bind(path)
        listening.listen(_BACKLOG)
    except OSError:
        listening.close()
        raise
    return listening


@contextlib.contextmanager
def _in_directory(directory: Path) -> Any:
    """Name the socket by a path that fits into the 108 bytes of sockaddr_un (unix(7)), however deep it lies."""
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{handle}/{SOCKET_NAME}"
    finally:
        os.close(handle)
