"""The sockets under the client: what the rest relies on is seen here, at a real server."""

import asyncio
import socket
import ssl
import struct
import subprocess
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx
import pytest

from gate_controller.admission.words.calls import Balance, CallFailed, CallFault
from gate_controller.eguma.api import Api
from gate_controller.eguma.transport import OneConnectionTransport
from gate_controller.simulator import FaultKind, Misbehaviour
from tests.rig.raw_server import answer_of, raw_server, refusing_port, unanswering_port
from tests.rig.simulator import KEY, running_simulator

GOOD = "L4FU5LQTKJR3"
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


async def balance(api: Api) -> Balance:
    outcome = await api.balance(GOOD, time.monotonic() + 5, urgent=True)
    assert isinstance(outcome, Balance)
    return outcome


async def test_a_parting_word_of_the_server_is_not_the_answer_to_the_next_request() -> None:
    connections = 0
    answer_read, has_ended = asyncio.Event(), asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer(b"200 OK", BALANCE))
        await writer.drain()
        if connections == 1:
            await answer_read.wait()
            writer.write(answer(b"408 Request Timeout", b""))
            with suppress(ConnectionError):
                await reader.read()
            has_ended.set()

    async with served(serve) as port:
        api = Api(f"http://127.0.0.1:{port}", KEY)
        await balance(api)
        answer_read.set()
        # The other end closes for it: whatever arrives between two requests ends the connection.
        await asyncio.wait_for(has_ended.wait(), 5)
        second = await balance(api)
        await api.aclose()

    assert second.balance == 5000
    assert connections == 2


async def test_a_parting_word_that_the_loop_has_not_seen_is_not_the_answer_either() -> None:
    connections = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer(b"200 OK", BALANCE) + (b"" if connections > 1 else answer(b"408 Request Timeout", b"")))
        await writer.drain()

    async with served(serve) as port:
        api = Api(f"http://127.0.0.1:{port}", KEY)
        first, second = await balance(api), await balance(api)
        await api.aclose()

    assert first == second
    assert connections == 2


async def test_an_answer_counts_although_the_connection_is_reset_right_behind_it() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        peer = writer.get_extra_info("socket")
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.write(answer(b"200 OK", BALANCE))
        writer.transport.abort()

    async with served(serve) as port:
        api = Api(f"http://127.0.0.1:{port}", KEY)
        assert (await balance(api)).balance == 5000
        await api.aclose()


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
        api = Api(f"http://127.0.0.1:{port}", KEY)
        first, second = await balance(api), await balance(api)
        await api.aclose()

    assert first.balance == second.balance == 5000
    assert connections == 2


async def test_an_answer_without_a_declared_end_ends_with_the_connection() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n" + BALANCE[:20])
        await writer.drain()
        writer.write(BALANCE[20:])
        writer.close()

    async with served(serve) as port:
        api = Api(f"http://127.0.0.1:{port}", KEY)
        assert (await balance(api)).balance == 5000
        await api.aclose()


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate for localhost that nobody has signed, and its key."""
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost"]
    command += ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - the words are ours
    return certificate, key


async def test_tls_is_checked_and_works_and_is_kept(
    certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(*certificate)
    connections = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        for _ in range(2):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(answer(b"200 OK", BALANCE))
            await writer.drain()

    async with served(serve, tls) as port:
        stranger = Api(f"https://localhost:{port}", KEY)
        failed = await stranger.balance(GOOD, time.monotonic() + 1, urgent=True)
        await stranger.aclose()
        assert isinstance(failed, CallFailed)
        assert failed.fault is CallFault.NOT_SENT
        assert "certificate" in failed.text

        monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
        api = Api(f"https://localhost:{port}", KEY)
        first, second = await balance(api), await balance(api)
        await api.aclose()

    assert first.balance == second.balance == 5000
    assert connections == 1  # the stranger's came to nothing


def client_of(transport: OneConnectionTransport) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=transport, timeout=httpx.Timeout(5.0, connect=0.1))


async def test_it_is_a_transport_as_httpx_has_them() -> None:
    transport = OneConnectionTransport()
    async with running_simulator() as simulator, client_of(transport) as client:
        for _ in range(2):
            response = await client.get(f"{simulator.base_url}/v1/vouchers/{GOOD}/balance.json", params={"apikey": KEY})
            assert response.raise_for_status().json()["balance_in_cents"] == 50_000
        assert (transport.requests_sent, simulator.open_connections) == (2, 1)


async def test_what_keeps_it_from_connecting_is_told_as_httpx_tells_it() -> None:
    transport = OneConnectionTransport()
    with refusing_port() as refusing, unanswering_port() as unanswering:
        async with client_of(transport) as client:
            with pytest.raises(httpx.ConnectError):
                await client.get(refusing)
            with pytest.raises(httpx.ConnectTimeout):
                await client.get(unanswering)
    assert transport.requests_sent == 0


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        (FaultKind.RESET, httpx.ReadError),
        (FaultKind.LATE, httpx.RemoteProtocolError),
        (FaultKind.TRUNCATED, httpx.RemoteProtocolError),
    ],
)
async def test_an_answer_that_is_lost_is_told_as_httpx_tells_it(kind: FaultKind, error: type[Exception]) -> None:
    transport = OneConnectionTransport()
    async with running_simulator() as simulator, client_of(transport) as client:
        url = f"{simulator.base_url}/v1/vouchers/{GOOD}/balance.json"
        simulator.faults.add(Misbehaviour(kind))
        with pytest.raises(error):
            await client.get(url, params={"apikey": KEY})
        assert transport.requests_sent == 1
        assert (await client.get(url, params={"apikey": KEY})).is_success


@pytest.mark.parametrize("query", ["", "?from=1"])
async def test_its_secret_is_sent_and_httpx_does_not_know_it(query: str) -> None:
    async with raw_server(answer_of(b"")) as raw, client_of(OneConnectionTransport("apikey=s3cret")) as client:
        response = await client.get(f"{raw.base_url}/path{query}")
    assert raw.requests[0].split()[1].decode() == f"/path{query}{'&' if query else '?'}apikey=s3cret"
    assert "s3cret" not in f"{response.url} {response.request.url} {response.request.headers}"
