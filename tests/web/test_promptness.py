"""On real sockets: what is silent, half-sent, slow or one too many is dropped, and nobody else is held up."""

import asyncio
import contextlib
import json
import socket
import ssl
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from gate_controller.admission.words.messages import MessageKind
from gate_controller.desk.control_socket import ask
from gate_controller.settings.sections import WebSection
from gate_controller.simulator import Simulator
from gate_controller.web.certificates import CERTIFICATE_FILE, Certificate, context_for, needs_renewal, prepared
from gate_controller.web.doors import MOST_CONNECTIONS, MOST_OF_ONE_ADDRESS
from gate_controller.web.keeping import PAGE
from gate_controller.web.people import Role
from tests.rig.gate import running_gate
from tests.rig.page import free_port
from tests.rig.pins import Pins
from tests.rig.site import ELSEWHERE, ServedSite, logged_in, served_site
from tests.rig.waiting import until

SECONDS = 0.5
"""What a request may take here."""

HEAD = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.fixture
async def hasty(state_dir: Path) -> AsyncIterator[ServedSite]:
    async with served_site(state_dir, seconds=SECONDS) as site:
        site.add("viewer", Role.VIEWER)
        yield site


@contextlib.asynccontextmanager
async def connected(
    port: int, host: str = "127.0.0.1", **how: Any
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """Be connected; the socket is closed by the end, whatever the server has done with it."""
    reader, writer = await asyncio.open_connection(host, port, **how)
    try:
        yield reader, writer
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


async def ended_after(reader: asyncio.StreamReader) -> float:
    """Return how long it takes until a connection is over."""
    begun = time.monotonic()
    async with asyncio.timeout(20):
        with contextlib.suppress(ConnectionError):
            while await reader.read(65_536):
                pass
    return time.monotonic() - begun


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"G",
        b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n",
        b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{",
        b"POST /login HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{",
        b"POST /api/v1/nothing HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50\r\n\r\n{",
        HEAD + b"GET /hea",
    ],
    ids=str,
)
async def test_a_request_that_is_not_complete_in_time_is_dropped(hasty: ServedSite, sent: bytes) -> None:
    async with connected(hasty.port) as (reader, writer):
        writer.write(sent)
        assert await ended_after(reader) < 20 * SECONDS


async def test_a_body_that_drips_is_dropped_all_the_same(hasty: ServedSite) -> None:
    async with connected(hasty.port) as (reader, writer):
        writer.write(
            b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n"
        )

        async def drip() -> None:
            with contextlib.suppress(ConnectionError):
                while True:
                    writer.write(b" ")
                    await writer.drain()
                    await asyncio.sleep(SECONDS / 10)

        dripping = asyncio.create_task(drip())
        assert await ended_after(reader) < 20 * SECONDS
        dripping.cancel()


async def test_requests_one_after_the_other_may_take_longer_than_one(hasty: ServedSite) -> None:
    async with connected(hasty.port) as (reader, writer):
        begun = time.monotonic()
        while time.monotonic() - begun < 3 * SECONDS:
            writer.write(HEAD)
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200")
            assert await reader.readexactly(6) == b"alive\n"
            await asyncio.sleep(SECONDS / 5)


async def test_who_does_not_read_what_he_asked_for_is_dropped(hasty: ServedSite) -> None:
    with socket.socket() as peer:
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        peer.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(peer, ("127.0.0.1", hasty.port))
        asked = b"GET /static/page.css HTTP/1.1\r\nHost: localhost\r\n\r\n"

        async def ask_without_reading() -> None:
            """Ask without an end: what is answered fills every buffer on the way."""
            while True:
                await loop.sock_sendall(peer, asked)

        with pytest.raises(ConnectionError):
            await asyncio.wait_for(ask_without_reading(), 20)


@pytest.mark.parametrize(
    "sent",
    [
        b"\0" * 100,
        b"GET /\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/9.9\r\nHost: a\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: example.com\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"A: " + b"x" * 70_000,
        b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\n",
        b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /login HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ],
    ids=[
        "zeros",
        "no version",
        "no host",
        "strange version",
        "two hosts",
        "long head",
        "less than nothing",
        "two lengths",
        "no chunk",
        "web socket",
        "tls",
    ],
)
async def test_what_is_no_request_of_ours_ends_in_a_refusal_or_in_silence(hasty: ServedSite, sent: bytes) -> None:
    answer = b""
    async with connected(hasty.port) as (reader, writer):
        writer.write(sent)
        async with asyncio.timeout(20):
            with contextlib.suppress(ConnectionError):
                answer = await reader.read()
    assert not answer or answer.split()[1] in {b"303", b"400", b"401", b"413", b"415"}
    assert b"Traceback" not in answer
    async with hasty.client() as client:
        assert (await client.get("/healthz")).status_code == 200


async def test_the_101st_connection_is_refused_at_once_and_others_come_in_when_one_leaves(state_dir: Path) -> None:
    async with served_site(state_dir) as site, contextlib.AsyncExitStack() as others:
        inside = [await others.enter_async_context(connected(site.port)) for _ in range(MOST_CONNECTIONS)]
        async with connected(site.port) as (reader, _):
            assert await ended_after(reader) < 5
        inside[50][1].write(HEAD)
        assert (await inside[50][0].readline()).startswith(b"HTTP/1.1 200")
        for _, writer in inside[:10]:
            writer.close()
        async with asyncio.timeout(20):
            while not await is_answered(site.port):
                pass


async def is_answered(port: int, host: str = "127.0.0.1") -> bool:
    """Return whether a new connection is let in."""
    with contextlib.suppress(ConnectionError):
        async with connected(port, host) as (reader, writer):
            writer.write(HEAD)
            return (await reader.readline()).startswith(b"HTTP/1.1 200")
    return False


async def test_one_address_takes_no_more_than_its_share(state_dir: Path) -> None:
    from_elsewhere = (ELSEWHERE, 0)
    async with served_site(state_dir) as site, contextlib.AsyncExitStack() as others:
        for _ in range(MOST_OF_ONE_ADDRESS):
            await others.enter_async_context(connected(site.port, local_addr=from_elsewhere))
        async with connected(site.port, local_addr=from_elsewhere) as (reader, _):
            assert await ended_after(reader) < 5
        assert await is_answered(site.port)


async def test_a_stream_ends_with_its_session_and_keeps_it_alive_until_then(state_dir: Path) -> None:
    async with served_site(state_dir) as site, site.client() as client, site.client() as technician:
        site.add("Wall", Role.VIEWER)
        site.add("Anna", Role.TECHNICIAN)
        await logged_in(client, "Wall")
        await logged_in(technician, "Anna")
        async with client.stream("GET", "/live") as stream:
            chunks = stream.aiter_bytes()
            assert (await anext(chunks)).startswith(b"retry")
            [wall] = [
                each for each in (await technician.get("/api/v1/sessions")).json()["sessions"] if each["name"] == "Wall"
            ]
            await technician.post(f"/api/v1/sessions/{wall['id']}/revoke")
            async with asyncio.timeout(10):
                async for _ in chunks:
                    pass
            assert (await client.get("/live/check")).status_code == 401


async def test_a_gate_makes_a_certificate_of_its_own_and_keeps_it(state_dir: Path) -> None:
    fingerprints: list[str] = []
    for _ in range(2):
        async with served_site(state_dir, {"host": "192.0.2.1"}) as site, site.client() as client:
            if not fingerprints:
                site.add("Anna")
            answer = await client.post("/login", json={"name": "Anna", "password": "wrong password"})
            assert answer.status_code == 401
            assert "strict-transport-security" in answer.headers
            await logged_in(client, "Anna")
            [cookie] = [cookie for cookie in client.cookies.jar if cookie.name == "__Host-gate"]
            assert cookie.secure
            shown = await asyncio.to_thread(ssl.get_server_certificate, ("127.0.0.1", site.port))
            assert ssl.PEM_cert_to_DER_cert(shown)
            path = state_dir / CERTIFICATE_FILE
            fingerprints.append(Certificate(path, path, is_own=True).fingerprint())
            assert path.stat().st_mode & 0o777 == 0o600
    assert fingerprints[0] == fingerprints[1]
    assert not needs_renewal(state_dir / CERTIFICATE_FILE)


async def test_an_old_version_of_tls_is_refused(state_dir: Path) -> None:
    async with served_site(state_dir, {"host": "192.0.2.1"}) as site:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        with pytest.warns(DeprecationWarning, match="TLSv1_1"):
            context.maximum_version = ssl.TLSVersion.TLSv1_1
        with pytest.raises((ssl.SSLError, ConnectionError)):
            await asyncio.open_connection("127.0.0.1", site.port, ssl=context)


@pytest.mark.parametrize("sent", [b"", b"\x16\x03\x01", HEAD], ids=["silence", "half a hello", "plain http"])
async def test_a_handshake_that_never_ends_is_dropped(state_dir: Path, sent: bytes) -> None:
    async with served_site(state_dir, {"host": "192.0.2.1"}, seconds=SECONDS) as site:
        async with connected(site.port) as (reader, writer):
            writer.write(sent)
            assert await ended_after(reader) < 20 * SECONDS
        async with site.client() as client:
            assert (await client.get("/healthz")).status_code == 200


async def test_a_request_over_tls_that_is_not_complete_in_time_is_dropped(state_dir: Path) -> None:
    async with served_site(state_dir, {"host": "192.0.2.1"}, seconds=SECONDS) as site:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        async with connected(site.port, ssl=context) as (reader, writer):
            writer.write(HEAD[:20])
            assert await ended_after(reader) < 20 * SECONDS


@pytest.mark.parametrize("damage", ["missing", "torn", "another key"])
def test_a_certificate_of_its_own_that_is_damaged_is_made_anew(tmp_path: Path, damage: str) -> None:
    section = WebSection(host="192.0.2.1")
    first = prepared(section, tmp_path)
    before, path = first.fingerprint(), tmp_path / CERTIFICATE_FILE
    if damage == "missing":
        path.unlink()
    elif damage == "torn":
        path.write_bytes(path.read_bytes()[:300])
    else:
        other = tmp_path / "other"
        other.mkdir()
        key = prepared(section, other).certificate.read_text().split("-----BEGIN CERTIFICATE")[0]
        path.write_text(key + "-----BEGIN CERTIFICATE" + path.read_text().split("-----BEGIN CERTIFICATE")[1])
    again = prepared(section, tmp_path)
    context_for(again)
    assert again.fingerprint() != before


def test_a_certificate_of_its_own_is_renewed_before_it_ends(tmp_path: Path) -> None:
    section, path = WebSection(host="192.0.2.1"), tmp_path / CERTIFICATE_FILE
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "gate")])
    for days, is_kept in ((40, True), (20, False), (-20, False)):
        now = datetime.now(UTC)
        made = x509.CertificateBuilder(name, name, key.public_key(), 1, now - timedelta(800), now + timedelta(days))
        path.write_bytes(
            key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            + made.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)
        )
        before = Certificate(path, path, is_own=True).fingerprint()
        assert (prepared(section, tmp_path).fingerprint() == before) is is_kept


def test_a_certificate_of_its_own_names_the_machine_and_is_good_for_825_days(tmp_path: Path) -> None:
    made = prepared(WebSection(host="192.0.2.1", names=("gate.museum.ch",)), tmp_path)
    certificate = x509.load_pem_x509_certificate(made.certificate.read_bytes())
    assert certificate.not_valid_after_utc - certificate.not_valid_before_utc == timedelta(825)
    named = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    names, addresses = named.get_values_for_type(x509.DNSName), named.get_values_for_type(x509.IPAddress)
    host = socket.gethostname().lower().partition(".")[0]
    assert {"gate.museum.ch", "localhost", host, f"{host}.local"} <= set(names)
    assert {"127.0.0.1", "::1", "192.0.2.1"} <= set(map(str, addresses))


async def test_a_certificate_that_cannot_be_used_leaves_the_gate_without_its_page_and_says_why(
    state_dir: Path, pins: Pins, simulator: Simulator, tmp_path: Path
) -> None:
    pem = tmp_path / "gate.pem"
    pem.write_text("no certificate")
    settings = {"web__port": free_port(), "web__certificate_file": pem, "web__key_file": pem}
    async with running_gate(state_dir, pins, simulator, **settings) as gate:  # type: ignore[arg-type]  # settings
        await until(lambda: any(ailment.what == PAGE for ailment in gate.app.board.status().missing))
        [page] = [ailment for ailment in gate.app.board.status().missing if ailment.what == PAGE]
        assert str(pem) in page.why


async def test_a_fingerprint_is_shown_to_visitors_and_what_was_shown_comes_back(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(
        state_dir, pins, simulator, display__driver="image", display__image_file=state_dir.parent / "display.png"
    ) as gate:
        picture = state_dir.parent / "display.png"
        await until(picture.exists)
        await gate.shows(MessageKind.IDLE)
        asking = asyncio.create_task(
            asyncio.to_thread(ask, state_dir, "show_fingerprint", fingerprint="AB:" * 31 + "AB", seconds=2)
        )
        await asyncio.sleep(1)  # in the middle of it
        shown = picture.read_bytes()
        assert await asking is None
        await until(lambda: picture.read_bytes() != shown)


async def test_json_is_what_programs_get(hasty: ServedSite) -> None:
    async with hasty.client() as client:
        answer = await client.get("/api/v1/status")
        assert "error" in json.loads(answer.content)
