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
from tests.rig.simulator import KEY
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
        connection = client._transport._http
        assert connection is not None
        line = connection._line
        assert line is not None
        await until(lambda: not line.is_fit)

        balance = await client.balance("L4FU5LQTKJR3", deadline=time.monotonic() + 5)
        await client.aclose()

    assert balance.balance_in_cents == 5000
    assert connections == 2


async def test_hints_and_a_farewell_around_an_answer_change_nothing_but_the_connection() -> None:
    connections = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n")
        writer.write(answer(b"200 OK\r\nConnection: close", BALANCE))
        await writer.drain()

    async with served(serve) as port:
        client = EgumaClient(f"http://127.0.0.1:{port}", KEY)
        first = await client.balance("L4FU5LQTKJR3", deadline=time.monotonic() + 5)
        second = await client.balance("L4FU5LQTKJR3", deadline=time.monotonic() + 5)
        await client.aclose()

    assert first.balance_in_cents == second.balance_in_cents == 5000
    assert connections == 2


async def test_an_answer_without_a_declared_end_ends_with_the_connection() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n" + BALANCE[:20])
        await writer.drain()
        writer.write(BALANCE[20:])
        writer.close()

    async with served(serve) as port:
        client = EgumaClient(f"http://127.0.0.1:{port}", KEY)
        balance = await client.balance("L4FU5LQTKJR3", deadline=time.monotonic() + 5)
        await client.aclose()

    assert balance.balance_in_cents == 5000


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
