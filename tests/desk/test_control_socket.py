"""The socket that command lines ask a gate through: nobody who opens it holds the gate up, at its stop least of all."""

import array
import asyncio
import fcntl
import os
import resource
import signal
import socket
import stat
import termios
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from gate_controller.admission.words.facts import Occurred, Occurrence
from gate_controller.desk.control_socket import MAX_REQUEST, SOCKET_NAME, Answerer, ControlError, ControlServer, ask
from gate_controller.journal.store import Store
from gate_controller.simulator import Simulator
from tests.rig.gate_process import gate_process
from tests.rig.scanner import PtyScanner
from tests.rig.waiting import until

LONGER_THAN_A_BUFFER = 2**20
"""More than the kernel takes for a reader that does not read: 208 KiB by net.core.wmem_default (socket(7))."""


async def answer_hello(_request: Mapping[str, Any]) -> str:
    return "hello"


async def answer_at_length(_request: Mapping[str, Any]) -> str:
    return "x" * LONGER_THAN_A_BUFFER


async def never_answer(_request: Mapping[str, Any]) -> None:
    await asyncio.Event().wait()


@asynccontextmanager
async def answering(directory: Path, client_seconds: float = 30.0, **more: Answerer) -> AsyncIterator[None]:
    """Run a server; at the end it must have ended long before any of its clients would have to."""
    answerers = {"hello": answer_hello, "at_length": answer_at_length, **more}
    serving = asyncio.create_task(ControlServer(directory, answerers, client_seconds=client_seconds).serve())
    await until((directory / SOCKET_NAME).exists)
    try:
        yield
    finally:
        serving.cancel()
        async with asyncio.timeout(5):
            await asyncio.wait([serving])


async def test_nobody_but_the_gates_user_may_connect_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        async with answering(tmp_path):
            assert stat.S_IMODE((tmp_path / SOCKET_NAME).stat().st_mode) == 0o600
            assert await asked(tmp_path, "hello") == "hello"
    finally:
        os.umask(before)


async def asked(directory: Path, do: str, **fields: Any) -> Any:
    return await asyncio.to_thread(ask, directory, do, **fields)


def connected(directory: Path, sends: bytes) -> socket.socket:
    client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    client.settimeout(5)
    client.connect(str(directory / SOCKET_NAME))
    client.sendall(sends)
    return client


def waiting_bytes(client: socket.socket) -> int:
    """How much has come that nobody has read yet."""
    count = array.array("i", [0])
    fcntl.ioctl(client, termios.FIONREAD, count)
    return count[0]


def all_of(client: socket.socket) -> bytes:
    with client.makefile("rb") as answer:
        return answer.read()


# -- a stop


@pytest.mark.parametrize("sends", [b"", b'{"do": "sta'], ids=["nothing", "half a request"])
async def test_a_client_that_does_not_ask_does_not_delay_a_gates_stop(
    state_dir: Path, simulator: Simulator, plugged: PtyScanner, sends: bytes
) -> None:
    with gate_process(state_dir, simulator, plugged) as gate:
        await gate.ready()
        with connected(state_dir, sends) as client:
            await asked(state_dir, "status")  # the gate has seen the client before
            gate.send(signal.SIGTERM)
            assert await gate.ended() == 0
            assert client.recv(1) == b""
        assert "Traceback" not in gate.log


async def test_a_client_that_reads_nothing_does_not_delay_a_gates_stop(
    state_dir: Path, simulator: Simulator, plugged: PtyScanner
) -> None:
    longs = Store(state_dir)
    for _ in range(3):
        attempt, incident = longs.numbering.next()
        words = Occurrence.OPENED_BY_STAFF, "Anna", "x" * (LONGER_THAN_A_BUFFER // 3)
        longs.append([Occurred(attempt, 0, 1.0, incident, *words)])
    longs.close()
    with gate_process(state_dir, simulator, plugged) as gate:
        await gate.ready()
        with connected(state_dir, b'{"do": "page", "full": true}\n') as client:
            await until(lambda: waiting_bytes(client) > 0)
            gate.send(signal.SIGTERM)
            assert await gate.ended() == 0
            assert len(all_of(client)) < LONGER_THAN_A_BUFFER
        assert "Traceback" not in gate.log


async def test_an_order_that_is_being_carried_out_at_a_stop_gets_its_answer(tmp_path: Path) -> None:
    ordered, carried_out = asyncio.Event(), asyncio.Event()

    async def carry_out(_request: Mapping[str, Any]) -> str:
        ordered.set()
        await carried_out.wait()
        return "done"

    async with answering(tmp_path, order=carry_out):
        order = asyncio.create_task(asked(tmp_path, "order"))
        await ordered.wait()
        asyncio.get_running_loop().call_later(0.05, carried_out.set)
    assert await order == "done"


async def test_an_answer_that_does_not_come_does_not_delay_a_stop(tmp_path: Path) -> None:
    async with answering(tmp_path, never=never_answer):
        client = connected(tmp_path, b'{"do": "never"}\n')
        assert await asked(tmp_path, "hello") == "hello"
    with client:
        assert client.recv(1) == b""


async def test_a_client_that_comes_at_the_moment_of_a_stop_is_parted_from(tmp_path: Path) -> None:
    async with answering(tmp_path):
        client = connected(tmp_path, b"")
        await asyncio.sleep(0)  # it is accepted, and no more
    with client:
        assert client.recv(1) == b""


# -- while it runs


@pytest.mark.parametrize("sends", [b"", b'{"do": "hel', b'{"do": "at_length"}\n', b'{"do": "never"}\n'])
async def test_others_are_answered_beside_a_client_that_does_not_go_on(tmp_path: Path, sends: bytes) -> None:
    async with answering(tmp_path, never=never_answer):
        with connected(tmp_path, sends):
            assert await asked(tmp_path, "hello") == "hello"
            assert len(await asked(tmp_path, "at_length")) == LONGER_THAN_A_BUFFER


@pytest.mark.parametrize("sends", [b"", b'{"do": "hel'], ids=["nothing", "half a request"])
async def test_a_client_that_does_not_ask_in_time_is_parted_from(tmp_path: Path, sends: bytes) -> None:
    async with answering(tmp_path, client_seconds=0.1):
        with connected(tmp_path, sends) as client:
            assert await asyncio.to_thread(client.recv, 1) == b""


async def test_a_client_that_does_not_read_in_time_is_parted_from(tmp_path: Path) -> None:
    async with answering(tmp_path, client_seconds=0.1):
        with connected(tmp_path, b'{"do": "at_length"}\n') as client:
            await until(lambda: waiting_bytes(client) > 0)
            await asyncio.sleep(0.3)
            assert len(await asyncio.to_thread(all_of, client)) < LONGER_THAN_A_BUFFER


async def test_a_client_that_goes_away_unanswered_leaves_nothing(tmp_path: Path) -> None:
    async with answering(tmp_path):
        for sends in (b"", b'{"do": "hel', b'{"do": "at_length"}\n'):
            connected(tmp_path, sends).close()
        assert await asked(tmp_path, "hello") == "hello"


async def test_a_request_longer_than_any_is_not_read_to_its_end(tmp_path: Path) -> None:
    async with answering(tmp_path):
        with pytest.raises(ControlError, match="did not answer"):
            await asked(tmp_path, "hello", reason="x" * (4 * MAX_REQUEST))
        assert await asked(tmp_path, "hello") == "hello"


async def test_an_error_that_nobody_foresaw_is_logged_and_the_next_is_answered(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(_request: Mapping[str, Any]) -> None:
        raise RuntimeError("nobody foresaw this")

    async with answering(tmp_path, fail=fail):
        with pytest.raises(ControlError, match="ended while it was asked"):
            await asked(tmp_path, "fail")
        assert "nobody foresaw this" in caplog.text
        assert await asked(tmp_path, "hello") == "hello"


async def test_a_client_is_answered_once_there_are_files_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with answering(tmp_path):
        with connected(tmp_path, b'{"do": "hello"}\n') as client:
            free = os.dup(client.fileno())
            os.close(free)
            soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
            resource.setrlimit(resource.RLIMIT_NOFILE, (free, hard))
            try:
                await until(lambda: "Too many open files" in caplog.text)
            finally:
                resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
            assert await asyncio.to_thread(client.recv, 100) == b'{"answer": "hello"}\n'


async def test_without_a_place_for_the_socket_the_gate_goes_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    serving = asyncio.create_task(ControlServer(tmp_path / "nowhere", {}).serve())
    await until(lambda: "control_socket=missing" in caplog.text)
    assert not serving.done()
    serving.cancel()
    await asyncio.wait([serving])
