"""The API key is in every URL that is sent, and shows nowhere else: not in logs, outcomes, tracebacks or reprs."""

import asyncio
import json
import logging
import re
import time
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from urllib.parse import quote

import httpx
import pytest

from gate_controller.admission.words.calls import Balance, CallFailed, CallFault
from gate_controller.admission.words.codes import TicketNumber, VoucherCode
from gate_controller.admission.words.money import Cents
from gate_controller.eguma.api import MAX_TEXT, Api
from gate_controller.eguma.connection import EgumaConnection
from gate_controller.eguma.desk_api import DeskApi
from gate_controller.eguma.ticket_api import TicketApi
from gate_controller.eguma.transport import OneConnectionTransport
from gate_controller.simulator import KEYS, FaultKind, Misbehaviour, Simulator
from tests.rig.raw_server import raw_server, refusing_port, unanswering_port
from tests.rig.simulator import running_simulator

KEY = "s3cret/kéy +&="
"""With characters that are written differently in a URL: neither way of writing it may show."""

IN_URLS = quote(KEY, safe="")
IN_SMALL_LETTERS = re.sub("%..", lambda byte: byte[0].lower(), IN_URLS)
"""As .NET writes it."""

SPELLINGS = (KEY, IN_URLS, IN_SMALL_LETTERS, "s3cret")
GOOD = VoucherCode("L4FU5LQTKJR3")
TICKET = TicketNumber("1000000000000000001")
NOON = 1_747_828_800.0
ECHO = f"The key {KEY} in https://api.e-guma.ch/?apikey={IN_URLS} or {IN_SMALL_LETTERS} is not for this: {GOOD}."

Call = Callable[[Api, float], Awaitable[object]]
CALLS: dict[str, Call] = {
    "balance": lambda api, deadline: api.balance(GOOD, deadline, urgent=True),
    "redeem": lambda api, deadline: api.redeem(GOOD, Cents(1), "r", deadline),
    "cancel": lambda api, deadline: api.cancel(GOOD, "t", Cents(1), deadline),
    "redemptions": lambda api, deadline: api.redemptions(NOON, NOON, deadline, urgent=False),
    "probe": lambda api, _: api.probe(),
    "info": lambda api, deadline: DeskApi(api).info(GOOD, deadline, urgent=False),
    "top-up": lambda api, deadline: DeskApi(api).top_up(GOOD, Cents(1), "p", deadline),
    "cancel a part": lambda api, deadline: DeskApi(api).cancel_part(GOOD, "t", Cents(1), deadline),
    "activation": lambda api, deadline: DeskApi(api).activation(GOOD, deadline),
    "activate": lambda api, deadline: DeskApi(api).activate(GOOD, Cents(1), deadline),
    "deactivation": lambda api, deadline: DeskApi(api).deactivation(GOOD, deadline),
    "deactivate": lambda api, deadline: DeskApi(api).deactivate(GOOD, "r", deadline),
    "check-in": lambda api, deadline: TicketApi(api).check_in(TICKET, deadline),
    "check-out": lambda api, deadline: TicketApi(api).check_out(TICKET, deadline, urgent=False),
    "ticket info": lambda api, deadline: TicketApi(api).info(TICKET, deadline, urgent=False),
}
FAULTS = [
    *(Misbehaviour(kind, times=None, interval_seconds=5.0) for kind in FaultKind if kind is not FaultKind.STATUS),
    *(
        Misbehaviour(FaultKind.STATUS, times=None, status=code, body=ECHO)
        for code in (301, 400, 401, 404, 408, 429, 500, 503)
    ),
    Misbehaviour(FaultKind.STATUS, times=None, status=302, headers={"Location": "https://elsewhere.invalid/"}),
    Misbehaviour(FaultKind.HTML, times=None, body=ECHO),
    Misbehaviour(FaultKind.BROKEN_JSON, times=None, body=f'{{"code": "{ECHO}", "balance_in_cents": "{ECHO}"}}'),
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
async def api_of(base_url: str) -> AsyncIterator[Api]:
    api = Api(base_url, KEY)
    try:
        yield api
    finally:
        await api.aclose()


@asynccontextmanager
async def simulated() -> AsyncIterator[tuple[Api, Simulator]]:
    keys = {KEY: KEYS["demo-key-gate-1"]}
    async with running_simulator(keys=keys) as simulator, api_of(simulator.base_url) as api:
        yield api, simulator


async def failure_of(call: Call, api: Api, *, seconds: float = 0.12) -> str:
    """Return all that is known of a call's failure, or nothing where it does not fail."""
    outcome = await call(api, time.monotonic() + seconds)
    return repr(outcome) if isinstance(outcome, CallFailed) else ""


def hidden(text: str) -> bool:
    return not any(spelling in text for spelling in SPELLINGS)


@pytest.mark.parametrize("name", CALLS)
async def test_no_fault_makes_a_call_show_the_key(
    name: str, everything_logged: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gate_controller.eguma.api.PROBE_SECONDS", 0.12)
    failures = 0
    async with simulated() as (api, simulator):
        await api.balance(GOOD, time.monotonic() + 5.0, urgent=True)
        for fault in FAULTS:
            simulator.faults.clear()
            simulator.faults.add(fault)
            text = await failure_of(CALLS[name], api)
            assert hidden(text), fault
            assert GOOD not in text, fault  # a voucher's code is money
            assert TICKET not in text, fault
            failures += bool(text)
    assert failures > len(FAULTS) // 2
    assert hidden(everything_logged.text)


@pytest.mark.parametrize("name", CALLS)
async def test_no_failure_to_connect_makes_a_call_show_the_key(
    name: str, everything_logged: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gate_controller.eguma.api.PROBE_SECONDS", 0.12)
    with refusing_port() as refusing, unanswering_port() as unanswering:
        for base_url in (refusing, unanswering, "http://no-such-host.invalid", "nonsense://x", "http://[", "http://:x"):
            async with api_of(base_url) as api:
                text = await failure_of(CALLS[name], api)
                assert text
                assert hidden(text), base_url
    async with raw_server(b"no http at all\r\n\r\n") as raw, api_of(raw.base_url) as api:
        assert hidden(await failure_of(CALLS[name], api))
    assert hidden(everything_logged.text)


async def test_a_code_at_the_end_of_what_is_kept_of_a_long_text_is_masked() -> None:
    async with simulated() as (api, simulator):
        body = ("x " * MAX_TEXT)[: MAX_TEXT - 11] + f"{GOOD} cannot be redeemed"
        simulator.faults.add(Misbehaviour(FaultKind.STATUS, status=400, body=body))
        outcome = await api.balance(GOOD, time.monotonic() + 5.0, urgent=True)
    assert isinstance(outcome, CallFailed)
    assert GOOD[:4] not in outcome.text


async def test_a_redeem_token_in_e_gumas_words_is_masked(caplog: pytest.LogCaptureFixture) -> None:
    token = "3f2b8c1e-9d4a-4e5b-8f6a-1c2d3e4f5a6b"
    async with simulated() as (api, simulator):
        simulator.faults.add(Misbehaviour(FaultKind.STATUS, status=400, body=f"{token.upper()} was cancelled already."))
        outcome = await api.cancel(GOOD, token, Cents(1), time.monotonic() + 5.0)
    assert outcome == CallFailed(CallFault.REFUSED, "…5a6b was cancelled already.")
    assert token[:8] not in caplog.text.lower()


async def test_a_message_beside_a_balance_is_masked_and_as_long_as_a_log_line_at_most() -> None:
    message = f"{'x ' * (MAX_TEXT // 2 - 5)}{GOOD} {'y' * 3_000_000}"
    body = json.dumps({"is_redeemable": False, "code": GOOD, "balance_in_cents": 0, "message": message})
    async with simulated() as (api, simulator):
        simulator.faults.add(Misbehaviour(FaultKind.HTML, body=body))
        outcome = await api.balance(GOOD, time.monotonic() + 5.0, urgent=True)
    assert isinstance(outcome, Balance)
    assert len(outcome.message) == MAX_TEXT
    assert GOOD[:4] not in outcome.message


def test_what_holds_the_key_does_not_show_it() -> None:
    base_url = "https://api.e-guma.ch"
    for holder in (Api(base_url, KEY), EgumaConnection(base_url, KEY), OneConnectionTransport(KEY)):
        assert hidden(f"{holder!r} {holder}")


@pytest.mark.parametrize("fault", [FaultKind.RESET, FaultKind.TRUNCATED, FaultKind.HANG])
async def test_httpx_does_not_know_the_key(fault: FaultKind, everything_logged: pytest.LogCaptureFixture) -> None:
    transport = OneConnectionTransport(f"apikey={quote(KEY, safe='')}")
    async with simulated() as (_, simulator), httpx.AsyncClient(transport=transport, trust_env=False) as client:
        request = httpx.Request("GET", f"{simulator.base_url}/v1/vouchers/{GOOD}/balance.json")
        response = await client.send(request)
        assert response.is_success
        simulator.faults.add(Misbehaviour(fault))
        with pytest.raises((httpx.HTTPError, TimeoutError)) as caught:
            async with asyncio.timeout(0.12):
                await client.send(request)
    assert hidden("\n".join(traceback.format_exception(caught.value)))
    assert hidden(f"{vars(request)} {vars(response)} {vars(caught.value)}")
    assert "HTTP Request" in everything_logged.text
    assert hidden(everything_logged.text)


async def test_a_cancelled_call_does_not_show_the_key_in_its_traceback() -> None:
    async with simulated() as (api, simulator):
        simulator.faults.add(Misbehaviour(FaultKind.HANG))
        call = asyncio.create_task(api.balance(GOOD, time.monotonic() + 5.0, urgent=True))
        while not simulator.requests:  # noqa: ASYNC110 - the simulator has no event for it
            await asyncio.sleep(0)
        call.cancel()
        (error,) = await asyncio.gather(call, return_exceptions=True)
        assert isinstance(error, asyncio.CancelledError)
        assert hidden("\n".join(traceback.format_exception(error)))


async def test_e_gumas_echo_of_the_key_is_blotted_out_and_the_rest_kept() -> None:
    async with simulated() as (api, simulator):
        simulator.faults.add(Misbehaviour(FaultKind.STATUS, status=400, body=ECHO))
        failed = await api.balance(GOOD, time.monotonic() + 5.0, urgent=True)
    words = "The key *** in https://api.e-guma.ch/?apikey=*** or *** is not for this: …KJR3."
    assert failed == CallFailed(CallFault.REFUSED, words)
