"""The sockets under the client: what the rest relies on is seen here, at a real server."""

import asyncio
import ssl
import subprocess
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from gate_controller.eguma.client import EgumaClient
from gate_controller.eguma.network import AsyncioBackend
from gate_controller.eguma.transport import Transport
from tests.rig.simulator import KEY, running_simulator
from tests.rig.waiting import until

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
BALANCE = b'{"code": "L4FU5LQTKJR3", "is_redeemable": true, "balance_in_cents": 5000}'


def answer(status: bytes, body: bytes) -> bytes:
    return b"HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n%s" % (status, len(body), body)


@asynccontextmanager
async def served(serve: Serve, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    connections: set[asyncio.Task[None]] = set()

    async def serve_to_the_end(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        connections.add(task)
        with suppress(ConnectionError):
            await serve(reader, writer)
            await reader.read()
        writer.close()

    server = await asyncio.start_server(serve_to_the_end, "127.0.0.1", 0, ssl=tls)
    async with server:
        yield server.sockets[0].getsockname()[1]
        server.close()
        if connections:
            await asyncio.wait(connections, timeout=5)


async def test_requests_go_through_the_projects_own_sockets() -> None:
    """httpx keeps its pool to itself: should a new version move it, this fails and not the speed."""
    async with running_simulator() as simulator:
        transport = Transport(simulator.base_url, KEY, note_date=lambda _: None)
        pool = (await transport._open())._pool

        assert isinstance(pool._network_backend, AsyncioBackend)
        await transport.aclose()


async def test_a_parting_word_of_the_server_is_not_the_answer_to_the_next_request() -> None:
    connections = 0
    answer_read, said_goodbye = asyncio.Event(), asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer(b"200 OK", BALANCE))
        await writer.drain()
        if connections == 1:
            await answer_read.wait()
            writer.write(answer(b"408 Request Timeout", b""))
            writer.close()
            said_goodbye.set()

    async with served(serve) as port:
        client = EgumaClient(f"http://127.0.0.1:{port}", KEY)
        await client.balance("L4FU5LQTKJR3", deadline=time.monotonic() + 5)
        answer_read.set()
        await said_goodbye.wait()
        pool = client._transport._http
        assert pool is not None
        stream = pool._pool.connections[0]._connection._network_stream  # type: ignore[attr-defined]
        await until(lambda: bool(stream.get_extra_info("is_readable")))

        balance = await client.balance("L4FU5LQTKJR3", deadline=time.monotonic() + 5)
        await client.aclose()

    assert balance.balance_in_cents == 5000
    assert connections == 2


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate for localhost that nobody has signed, and its key."""
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost"]
    command += ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - the words are ours
    return certificate, key


async def test_tls_is_checked_and_works(certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(*certificate)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer(b"200 OK", BALANCE))
        await writer.drain()

    async with served(serve, tls) as port:
        stranger = EgumaClient(f"https://localhost:{port}", KEY)
        with pytest.raises(Exception, match="certificate"):
            await stranger.balance("L4FU5LQTKJR3", deadline=time.monotonic() + 1)
        await stranger.aclose()

        monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
        client = EgumaClient(f"https://localhost:{port}", KEY)
        balance = await client.balance("L4FU5LQTKJR3", deadline=time.monotonic() + 5)
        await client.aclose()

    assert balance.balance_in_cents == 5000
