"""The way to E-GUMA step by step: what is wrong on it is told apart, and what to do about each."""

import asyncio
import email.utils
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from gate_controller.eguma.route import Route, RouteStep, clock_words, examine
from tests.rig.raw_server import answer_of, raw_server, refusing_port
from tests.rig.receiving import self_signed
from tests.rig.simulator import KEY, running_simulator

YEARS = 3 * 365 * 86_400.0


async def gone(base_url: str, key: str = KEY, *, wall: Callable[[], float] = time.time) -> Route:
    return await asyncio.to_thread(lambda: examine(base_url, key, wall=wall))


@asynccontextmanager
async def somebody(tls: ssl.SSLContext) -> AsyncIterator[str]:
    """Somebody who answers encrypted, with the date, and is not E-GUMA."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(answer_of(b"", f"Date: {email.utils.formatdate(usegmt=True)}"))
            await writer.drain()
        except (asyncio.IncompleteReadError, OSError):
            pass
        finally:
            writer.close()

    served: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]] = serve
    server = await asyncio.start_server(served, "127.0.0.1", 0, ssl=tls)
    try:
        yield f"https://localhost:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


async def test_all_is_well_to_the_last_step_and_nothing_but_a_balance_was_asked() -> None:
    async with running_simulator() as simulator:
        way = await gone(simulator.base_url)
        assert way.failed is None
        assert [step.step for step in way.steps] == [
            RouteStep.NAME,
            RouteStep.CONNECTION,
            RouteStep.ANSWER,
            RouteStep.KEY,
        ]
        assert abs(way.clock_ahead or 0.0) < 2


async def test_a_wrong_key_is_told_apart_from_all_else() -> None:
    async with running_simulator() as simulator:
        way = await gone(simulator.base_url, "k3y-of-somebody-else")
    assert way.is_key_refused
    assert way.failed is not None
    assert way.failed.step is RouteStep.KEY
    assert "does not accept the key (Unauthorized" in way.failed.seen
    assert "k3y" not in str(way.steps)


async def test_a_clock_that_is_off_is_seen_by_the_date_of_an_answer() -> None:
    async with running_simulator() as simulator:
        way = await gone(simulator.base_url, wall=lambda: time.time() - YEARS)
    assert way.is_clock_wrong
    assert clock_words(way.clock_ahead or 0.0) == "1095 days behind"


async def test_a_page_in_e_gumas_place_is_one_in_its_place() -> None:
    async with raw_server(answer_of(b"<html>please log in</html>")) as portal:
        way = await gone(portal.base_url)
    assert way.failed is not None
    assert way.failed.step is RouteStep.ANSWER
    assert "a page or a proxy in E-GUMA's place?" in way.failed.remedy


async def test_where_nobody_listens_the_firewall_is_to_be_looked_at() -> None:
    with refusing_port() as base_url:
        way = await gone(base_url)
    assert [step.step for step in way.steps] == [RouteStep.NAME, RouteStep.CONNECTION]
    assert "connection refused" in way.steps[-1].seen


async def test_a_name_that_nobody_knows_is_told() -> None:
    way = await gone("https://no-such-host.invalid")
    assert way.failed is not None
    assert way.failed.step is RouteStep.NAME
    assert "no-such-host.invalid has no address" in way.failed.seen


async def test_a_certificate_that_nobody_vouches_for_is_a_portals_or_a_firewalls(tmp_path: Path) -> None:
    async with somebody(self_signed(tmp_path).context) as base_url:
        way = await gone(base_url)
    assert way.failed is not None
    assert way.failed.step is RouteStep.ENCRYPTION
    assert "somebody answers in the place of localhost (self-signed certificate)" in way.failed.seen
    assert "a portal that wants a login" in way.failed.remedy


async def test_with_a_clock_that_is_years_off_it_is_the_clock(tmp_path: Path) -> None:
    async with somebody(self_signed(tmp_path).context) as base_url:
        way = await gone(base_url, wall=lambda: time.time() - YEARS)
    assert way.failed is not None
    assert "the clock of this machine is 1095 days behind, so no certificate is good" in way.failed.seen
    assert "timedatectl" in way.failed.remedy


async def test_a_trusted_certificate_is_told_with_its_days(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certificate = self_signed(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.file))
    async with somebody(certificate.context) as base_url:
        way = await gone(base_url, "")
    assert way.failed is None
    assert way.steps[-1].seen == "its certificate is by localhost, good for 1 days"
