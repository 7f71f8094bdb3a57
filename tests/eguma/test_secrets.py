"""The API key is in every URL that is sent, and shows nowhere else: not in logs, errors, tracebacks or reprs."""

import asyncio
import logging
import time
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import datetime
from urllib.parse import quote

import pytest

from gate_controller.admission.words.money import Cents
from gate_controller.eguma.client import EgumaClient
from gate_controller.eguma.errors import EgumaError
from gate_controller.simulator import KEYS, Fault, FaultKind, Simulator
from tests.rig.raw_server import raw_server, refusing_port, unanswering_port
from tests.rig.simulator import running_simulator

KEY = "s3cret/kéy +&="
"""With characters that are written differently in a URL: neither way of writing it may show."""

SPELLINGS = (KEY, quote(KEY, safe=""), "s3cret")
NOON = datetime(2025, 5, 21, 12)  # noqa: DTZ001 - E-GUMA's times are naive
ECHO = f"The key {KEY} in https://api.e-guma.ch/?apikey={quote(KEY, safe='')} is not for this."

Call = Callable[[EgumaClient, float], Awaitable[object]]
CALLS: dict[str, Call] = {
    "balance": lambda client, deadline: client.balance("L4FU5LQTKJR3", deadline=deadline),
    "redeem": lambda client, deadline: client.redeem("L4FU5LQTKJR3", Cents(1), "r", deadline=deadline),
    "cancel": lambda client, deadline: client.cancel_redemption("L4FU5LQTKJR3", "t", Cents(1), deadline=deadline),
    "info": lambda client, deadline: client.info("L4FU5LQTKJR3", deadline=deadline),
    "redemptions": lambda client, deadline: client.redemptions(NOON, NOON, deadline=deadline),
    "probe": lambda client, deadline: client.probe(deadline=deadline),
}
FAULTS = [
    *(Fault(kind, times=None, interval_seconds=5.0) for kind in FaultKind if kind is not FaultKind.STATUS),
    *(Fault(FaultKind.STATUS, times=None, status=code, body=ECHO) for code in (301, 400, 401, 404, 408, 429, 500, 503)),
    Fault(FaultKind.STATUS, times=None, status=302, headers={"Location": "https://elsewhere.invalid/"}),
    Fault(FaultKind.HTML, times=None, body=ECHO),
    Fault(FaultKind.BROKEN_JSON, times=None, body=f'{{"code": "{ECHO}", "balance_in_cents": "{ECHO}"}}'),
]


@pytest.fixture
def everything_logged(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """Have every logger there is log at DEBUG, the HTTP libraries' own ones too."""
    loggers = [logging.getLogger(), *map(logging.getLogger, list(logging.root.manager.loggerDict))]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
    caplog.handler.setLevel(logging.DEBUG)
    yield caplog
    for logger, level in zip(loggers, before, strict=True):
        logger.setLevel(level)


@asynccontextmanager
async def client_of(base_url: str) -> AsyncIterator[EgumaClient]:
    client = EgumaClient(base_url, KEY)
    try:
        yield client
    finally:
        await client.aclose()


@asynccontextmanager
async def simulated() -> AsyncIterator[tuple[EgumaClient, Simulator]]:
    keys = {KEY: KEYS["demo-key-gate-1"]}
    async with running_simulator(keys=keys) as simulator, client_of(simulator.base_url) as client:
        yield client, simulator


def shown(error: BaseException) -> str:
    """Return all that a log, a crash report or a debugger would show of an error, its causes included."""
    texts = [str(error), repr(error), repr(error.args), repr(vars(error))]
    seen: list[BaseException] = []
    links: list[BaseException | None] = [error]
    while links:
        link = links.pop()
        if link is None or link in seen:
            continue
        seen.append(link)
        links += [link.__cause__, link.__context__]
        texts += traceback.TracebackException.from_exception(link, capture_locals=True).format()
    return "\n".join(texts)


async def failure_of(call: Call, client: EgumaClient, *, seconds: float = 0.12) -> str:
    """Return what is shown of a call's failure, or nothing where it does not fail."""
    try:
        await call(client, time.monotonic() + seconds)
    except EgumaError as error:
        return shown(error)
    return ""


def hidden(text: str) -> bool:
    return not any(spelling in text for spelling in SPELLINGS)


@pytest.mark.parametrize("name", CALLS)
async def test_no_fault_makes_a_call_show_the_key(name: str, everything_logged: pytest.LogCaptureFixture) -> None:
    failures = 0
    async with simulated() as (client, simulator):
        await client.probe(deadline=time.monotonic() + 5.0)
        for fault in FAULTS:
            simulator.faults.clear()
            simulator.faults.add(fault)
            text = await failure_of(CALLS[name], client)
            assert hidden(text), fault
            failures += bool(text)
    assert failures > len(FAULTS) // 2
    assert hidden(everything_logged.text)


@pytest.mark.parametrize("name", CALLS)
async def test_no_failure_to_connect_makes_a_call_show_the_key(
    name: str, everything_logged: pytest.LogCaptureFixture
) -> None:
    with refusing_port() as refusing, unanswering_port() as unanswering:
        for base_url in (refusing, unanswering, "http://no-such-host.invalid", "nonsense://x"):
            async with client_of(base_url) as client:
                text = await failure_of(CALLS[name], client)
                assert text
                assert hidden(text), base_url
    async with raw_server(b"no http at all\r\n\r\n") as raw, client_of(raw.base_url) as client:
        assert hidden(await failure_of(CALLS[name], client))
    assert hidden(everything_logged.text)


async def test_a_client_does_not_show_its_key() -> None:
    async with simulated() as (client, _):
        await client.probe(deadline=time.monotonic() + 5.0)
        assert hidden(f"{client!r} {client}")


async def test_a_cancelled_call_does_not_show_the_key_in_its_traceback() -> None:
    async with simulated() as (client, simulator):
        simulator.faults.add(Fault(FaultKind.HANG))
        call = asyncio.create_task(client.balance("L4FU5LQTKJR3", deadline=time.monotonic() + 5.0))
        while not simulator.requests:  # noqa: ASYNC110 - the simulator has no event for it
            await asyncio.sleep(0)
        call.cancel()
        (error,) = await asyncio.gather(call, return_exceptions=True)
        assert isinstance(error, asyncio.CancelledError)
        assert hidden("\n".join(traceback.format_exception(error)))


async def test_e_gumas_echo_of_the_key_is_blotted_out_and_the_rest_kept() -> None:
    async with simulated() as (client, simulator):
        simulator.faults.add(Fault(FaultKind.STATUS, status=400, body=ECHO))
        with pytest.raises(EgumaError) as caught:
            await client.info("L4FU5LQTKJR3", deadline=time.monotonic() + 5.0)
    assert caught.value.text == "The key *** in https://api.e-guma.ch/?apikey=*** is not for this."
