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

# A page of 200 attempts with all fields is about 150 KB.
MAX_LINE = 16 * 2**20

ANSWER_SECONDS = 120.0
"""How long a command waits for its answer: to verify a journal of years takes a while on a small board."""

Answerer = Callable[[dict[str, Any]], Awaitable[Any]]


class ControlError(Exception):
    """A request that was refused; the text says what, where and what to do."""


class NotRunning(Exception):
    """No gate answers in this state directory."""


class ControlServer:
    """Answers command lines, in the gate's event loop."""

    def __init__(self, directory: Path, answerers: Mapping[str, Answerer]) -> None:
        """`answerers` are called with the request's fields; what they raise as `ControlError` goes to the asker."""
        self._directory = directory
        self._answerers = answerers

    async def serve(self) -> None:
        """Answer until cancelled. A socket that cannot be made is logged: the gate works without it."""
        try:
            with _in_directory(self._directory) as path:
                listening = _listening(path)
            server = await asyncio.start_unix_server(self._answer, sock=listening, limit=MAX_LINE)
        except OSError as error:
            _log.warning("control_socket=missing path=%s why=%r", self._directory / SOCKET_NAME, str(error))
            await asyncio.Event().wait()
            return
        async with server:
            await server.serve_forever()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            answer = await self._reply(await reader.readline())
            writer.write(json.dumps(answer).encode() + b"\n")
            await writer.drain()
        writer.close()

    async def _reply(self, line: bytes) -> dict[str, Any]:
        try:
            request = json.loads(line)
            answerer = self._answerers[request.pop("do")]
        except (ValueError, KeyError, AttributeError, TypeError):
            return {"error": "the running gate does not know this request: is it of another version?"}
        try:
            return {"answer": await answerer(request)}
        except ControlError as error:
            return {"error": str(error)}
        except (ValueError, KeyError, TypeError) as error:
            what = type(error).__name__
            return {"error": f"the running gate cannot read this request ({what}): is it of another version?"}


def ask(directory: Path, do: str, **fields: Any) -> Any:
    """Ask the gate that runs on `directory`; blocks. Raises `NotRunning`, or `ControlError` with the gate's words."""
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
            raise ControlError(f"gate in {directory}: did not answer ({error}): look at its log") from None
    if not line:
        raise ControlError(f"gate in {directory}: ended while it was asked: try again")
    answer = json.loads(line)
    if "error" in answer:
        raise ControlError(answer["error"])
    return answer["answer"]


def _listening(path: str) -> socket.socket:
    # What an earlier run left; the journal's lock says that no other gate is running here.
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)  # noqa: PTH108 - the path of an open directory, which pathlib has nothing for
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
    listening.bind(path)
    os.chmod(path, 0o600)  # noqa: PTH101 - as above
    return listening


@contextlib.contextmanager
def _in_directory(directory: Path) -> Any:
    """Name the socket by a path that fits into the 108 bytes of sockaddr_un (unix(7)), however deep it lies."""
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{handle}/{SOCKET_NAME}"
    finally:
        os.close(handle)
