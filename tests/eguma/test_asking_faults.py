"""The API against every fault the simulator can make: what comes of it, and what is sent again."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from typing_extensions import override

from gate_controller.admission.words.calls import Balance, CallFailed, CallFault, Redemption
from gate_controller.admission.words.codes import VoucherCode
from gate_controller.admission.words.money import Cents
from gate_controller.eguma.api import PROBE_CODE, Api
from gate_controller.simulator import Endpoint, FaultKind, Misbehaviour, Simulator
from tests.rig.raw_server import answer_of, raw_server, refusing_port, unanswering_port
from tests.rig.simulator import KEY, SimulatorProcess, running_simulator
from tests.rig.waiting import until

GOOD = VoucherCode("L4FU5LQTKJR3")
PRICE = Cents(2500)
BALANCE = b'{"code": "L4FU5LQTKJR3", "is_redeemable": true, "balance_in_cents": 5000}'


def soon(seconds: float = 5.0) -> float:
    return time.monotonic() + seconds


@asynccontextmanager
async def api_of(base_url: str) -> AsyncIterator[Api]:
    api = Api(base_url, KEY)
    try:
        yield api
    finally:
        await api.aclose()


@asynccontextmanager
async def simulated() -> AsyncIterator[tuple[Api, Simulator]]:
    async with running_simulator() as simulator, api_of(simulator.base_url) as api:
        yield api, simulator


async def balance(api: Api, seconds: float = 5.0) -> Balance:
    outcome = await api.balance(GOOD, soon(seconds), urgent=True)
    assert isinstance(outcome, Balance)
    return outcome


async def no_balance(api: Api, seconds: float = 5.0) -> CallFailed:
    outcome = await api.balance(GOOD, soon(seconds), urgent=True)
    assert isinstance(outcome, CallFailed)
    return outcome


async def redemption(api: Api) -> Redemption:
    outcome = await api.redeem(GOOD, PRICE, "r", soon())
    assert isinstance(outcome, Redemption)
    return outcome


async def no_redemption(api: Api, seconds: float = 5.0) -> CallFailed:
    outcome = await api.redeem(GOOD, PRICE, "r", soon(seconds))
    assert isinstance(outcome, CallFailed)
    return outcome


def status(code: int, body: str | None = None) -> dict[str, Any]:
    return {"kind": FaultKind.STATUS, "status": code, "body": body}


UNKNOWN: list[dict[str, Any]] = [
    {"kind": FaultKind.HANG},
    {"kind": FaultKind.HANG, "effect": True},
    {"kind": FaultKind.RESET},
    {"kind": FaultKind.RESET, "effect": True},
    {"kind": FaultKind.LATE},
    {"kind": FaultKind.LATE, "delay_seconds": 60.0},
    {"kind": FaultKind.DELAY, "delay_seconds": 60.0},
    {"kind": FaultKind.DRIP},
    {"kind": FaultKind.TRUNCATED},
    *(status(code) for code in (301, 302, 307, 403, 404, 407, 408, 409, 429, 451, 500, 502, 503, 504, 599)),
    status(400, "<html>Blocked by the firewall</html>"),
    status(400, ""),
    status(401, "<!DOCTYPE html><title>Log in to the network</title>") | {"effect": True},
    status(403, "Forbidden") | {"effect": True},
    status(500) | {"effect": True},
]
UNREADABLE: list[dict[str, Any]] = [
    {"kind": kind}
    for kind in (
        FaultKind.HTML,
        FaultKind.BROKEN_JSON,
        FaultKind.EMPTY,
        FaultKind.WRONG_CODE,
        FaultKind.MISSING_TOKEN,
    )
]
REFUSED = [status(400)]


def named(fault: dict[str, Any]) -> str:
    return "-".join(str(value) for value in fault.values() if value is not None)


async def redeem_meeting(fault: dict[str, Any], *, seconds: float = 0.2) -> tuple[CallFailed, int]:
    """Redeem once with a warm connection and a fault; return what came of it and how often Redeem arrived."""
    async with simulated() as (api, simulator):
        await balance(api)
        simulator.faults.add(Misbehaviour(endpoint=Endpoint.REDEEM, **fault))
        return await no_redemption(api, seconds), len(simulator.requests) - 1


@pytest.mark.parametrize("fault", UNKNOWN, ids=named)
async def test_a_redemption_without_a_clear_answer_is_unknown_and_never_sent_again(fault: dict[str, Any]) -> None:
    failed, sent = await redeem_meeting(fault)
    assert (failed.fault, sent) == (CallFault.UNKNOWN, 1)


@pytest.mark.parametrize("fault", UNREADABLE, ids=named)
async def test_a_redemption_with_an_unreadable_answer_is_unknown_and_never_sent_again(fault: dict[str, Any]) -> None:
    failed, sent = await redeem_meeting(fault, seconds=5.0)
    assert (failed.fault, sent) == (CallFault.UNKNOWN, 1)
    assert "cannot be read" in failed.text


@pytest.mark.parametrize("fault", REFUSED, ids=named)
async def test_a_refused_redemption_says_so_and_is_never_sent_again(fault: dict[str, Any]) -> None:
    failed, sent = await redeem_meeting(fault | {"body": " Nicht möglich.\r\n"}, seconds=5.0)
    assert (failed, sent) == (CallFailed(CallFault.REFUSED, "Nicht möglich."), 1)


async def test_a_key_that_is_not_accepted_is_told_apart_from_a_refusal() -> None:
    failed, sent = await redeem_meeting(status(401), seconds=5.0)
    assert (failed.fault, sent) == (CallFault.KEY_NOT_ACCEPTED, 1)


@pytest.mark.parametrize(
    "fault",
    [*(f for f in UNKNOWN if f["kind"] not in {FaultKind.HANG, FaultKind.DELAY, FaultKind.DRIP}), *UNREADABLE[:3]],
    ids=named,
)
async def test_a_balance_is_asked_again_until_an_answer_comes(fault: dict[str, Any]) -> None:
    if fault.get("delay_seconds"):
        return
    async with simulated() as (api, simulator):
        simulator.faults.add(Misbehaviour(endpoint=Endpoint.BALANCE, times=2, **fault))
        assert ((await balance(api)).balance, len(simulator.requests)) == (50_000, 3)


@pytest.mark.parametrize("kind", [FaultKind.HANG, FaultKind.DRIP])
async def test_one_connection_that_hangs_leaves_room_for_another_try(kind: FaultKind) -> None:
    async with simulated() as (api, simulator):
        simulator.faults.add(Misbehaviour(kind, Endpoint.BALANCE))
        assert ((await balance(api, 1.3)).balance, len(simulator.requests)) == (50_000, 2)


@pytest.mark.parametrize("code", [403, 404, 429, 451])
async def test_a_balance_that_something_else_than_e_guma_refuses_is_asked_again(code: int) -> None:
    async with simulated() as (api, simulator):
        simulator.faults.add(Misbehaviour(FaultKind.STATUS, Endpoint.BALANCE, status=code))
        await balance(api)
        assert [record.status for record in simulator.requests] == [code, 200]
        simulator.faults.add(Misbehaviour(FaultKind.STATUS, Endpoint.BALANCE, status=400))
        assert (await no_balance(api)).fault is CallFault.REFUSED
        assert len(simulator.requests) == 3


async def test_a_page_to_the_end_is_no_refusal_of_the_voucher() -> None:
    async with simulated() as (api, simulator):
        simulator.faults.add(Misbehaviour(FaultKind.STATUS, Endpoint.BALANCE, times=None, status=403, body="<html>no"))
        assert (await no_balance(api, 0.3)).fault is CallFault.UNKNOWN
        assert len(simulator.requests) > 1


async def test_a_call_that_never_succeeds_ends_by_its_deadline_with_the_last_failure() -> None:
    async with simulated() as (api, simulator):
        simulator.faults.add(Misbehaviour(FaultKind.STATUS, Endpoint.BALANCE, times=None, status=503))
        deadline = soon(0.5)
        failed = await no_balance(api, 0.5)
        assert failed.fault is CallFault.UNKNOWN
        assert "503" in failed.text
        assert time.monotonic() < deadline
        assert 3 <= len(simulator.requests) <= 5


class Hold(logging.Handler):
    """Holds the whole process up whenever a call is about to be repeated, nearly until its deadline."""

    def __init__(self, deadline: float) -> None:
        super().__init__(logging.INFO)
        self.deadline = deadline

    @override
    def emit(self, record: logging.LogRecord) -> None:
        if "again_in" in record.getMessage():
            time.sleep(max(self.deadline - 0.02 - time.monotonic(), 0))


async def test_a_try_for_which_no_time_is_left_does_not_hide_what_the_one_before_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    async with simulated() as (api, simulator):
        simulator.faults.add(Misbehaviour(FaultKind.STATUS, Endpoint.BALANCE, times=None, status=503))
        hold = Hold(soon(1.0))
        logging.getLogger("gate_controller.eguma.api").addHandler(hold)
        try:
            failed = await api.balance(GOOD, hold.deadline, urgent=True)
        finally:
            logging.getLogger("gate_controller.eguma.api").removeHandler(hold)
    assert isinstance(failed, CallFailed)
    assert failed.fault is CallFault.UNKNOWN
    assert "503" in failed.text


async def test_a_cancellation_is_tried_once() -> None:
    async with simulated() as (api, simulator):
        token = (await redemption(api)).token
        simulator.faults.add(Misbehaviour(FaultKind.RESET, Endpoint.CANCEL_REDEMPTION, effect=True))
        lost = await api.cancel(GOOD, token, PRICE, soon())
        refused = await api.cancel(GOOD, token, PRICE, soon())
        assert len(simulator.requests) == 3
    assert isinstance(lost, CallFailed)
    assert isinstance(refused, CallFailed)
    assert (lost.fault, refused.fault) == (CallFault.UNKNOWN, CallFault.REFUSED)


@pytest.mark.parametrize("code", [403, 404, 409, 429])
async def test_only_a_400_is_a_final_no_to_a_cancellation(code: int) -> None:
    async with simulated() as (api, simulator):
        token = (await redemption(api)).token
        simulator.faults.add(Misbehaviour(FaultKind.STATUS, Endpoint.CANCEL_REDEMPTION, status=code))
        failed = await api.cancel(GOOD, token, PRICE, soon())
        assert len(simulator.requests) == 2
    assert isinstance(failed, CallFailed)
    assert failed.fault is CallFault.UNKNOWN
    assert str(code) in failed.text


async def test_with_nobody_listening_a_redemption_is_surely_not_sent_and_says_why() -> None:
    with refusing_port() as base_url:
        async with api_of(base_url) as api:
            failed = await no_redemption(api, 0.2)
    assert failed.fault is CallFault.NOT_SENT
    assert "refused" in failed.text


async def test_a_name_that_nobody_knows_is_surely_not_sent() -> None:
    async with api_of("http://no-such-host.invalid") as api:
        assert (await no_redemption(api, 0.2)).fault is CallFault.NOT_SENT


async def test_a_deadline_that_passes_while_connecting_is_surely_not_sent() -> None:
    with unanswering_port() as base_url:
        async with api_of(base_url) as api:
            failed = await no_redemption(api, 0.2)
    assert failed.fault is CallFault.NOT_SENT
    assert "no connection in time" in failed.text


async def test_a_deadline_that_passes_during_the_tls_handshake_is_surely_not_sent() -> None:
    async with raw_server(b"") as raw, api_of(raw.base_url.replace("http", "https")) as api:
        assert (await no_redemption(api, 0.4)).fault is CallFault.NOT_SENT
        assert raw.requests == []


async def test_a_redemption_that_surely_was_not_sent_is_tried_again_within_its_time(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    async with simulated() as (api, simulator):
        await simulator.stop()
        redeeming = asyncio.create_task(redemption(api))
        await until(lambda: "again_in" in caplog.text)
        await simulator.start()
        assert (await redeeming).balance_after == 50_000 - PRICE
        assert len(list(simulator.ledger.redemptions())) == 1


@pytest.mark.parametrize("reset", [True, False])
async def test_a_connection_that_died_while_idle_does_not_make_a_redemption_unknown(*, reset: bool) -> None:
    async with simulated() as (api, simulator):
        await balance(api)
        simulator.drop_connections(reset=reset)
        await until(lambda: simulator.open_connections == 0)
        assert (await redemption(api)).balance_after == 50_000 - PRICE
        assert len(list(simulator.ledger.redemptions())) == 1


@pytest.mark.parametrize("reset", [True, False])
async def test_a_connection_that_died_before_the_loop_could_look_is_not_used_either(*, reset: bool) -> None:
    with SimulatorProcess() as simulator:
        async with api_of(simulator.base_url) as api:
            await balance(api)
            # These two block this loop, as long work would; when the second is answered, the first has taken place.
            simulator.drop_connections(reset=reset)
            simulator.faults()
            charge = await redemption(api)
        assert charge.balance_after == 50_000 - PRICE


async def test_waiting_for_another_call_to_end_counts_and_ends_as_not_sent() -> None:
    async with simulated() as (api, simulator):
        simulator.faults.add(Misbehaviour(FaultKind.HANG, Endpoint.BALANCE))
        hanging = asyncio.create_task(no_balance(api, 0.6))
        await until(lambda: len(simulator.requests) == 1)
        assert (await no_redemption(api, 0.1)).fault is CallFault.NOT_SENT
        assert (await hanging).fault is CallFault.UNKNOWN
        assert len(simulator.requests) == 1


@pytest.mark.parametrize("kind", [FaultKind.HANG, FaultKind.DRIP])
async def test_a_call_that_is_cancelled_closes_its_connection_and_the_next_one_works(kind: FaultKind) -> None:
    async with simulated() as (api, simulator):
        await balance(api)
        simulator.faults.add(Misbehaviour(kind, Endpoint.REDEEM))
        redeeming = asyncio.create_task(redemption(api))
        await until(lambda: len(simulator.requests) == 2)
        redeeming.cancel()
        with pytest.raises(asyncio.CancelledError):
            await redeeming
        await until(lambda: simulator.open_connections == 0)
        assert (await balance(api)).is_redeemable
        assert [record.path.rpartition("/")[2] for record in simulator.requests] == [
            "balance.json",
            "redeem.json",
            "balance.json",
        ]


async def test_a_call_that_is_cancelled_while_it_is_repeated_ends() -> None:
    async with simulated() as (api, simulator):
        simulator.faults.add(Misbehaviour(FaultKind.STATUS, Endpoint.BALANCE, status=503))
        simulator.faults.add(Misbehaviour(FaultKind.HANG, Endpoint.BALANCE))
        asking = asyncio.create_task(balance(api))
        await until(lambda: len(simulator.requests) == 2)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert (await balance(api)).is_redeemable


async def test_a_visitor_does_not_wait_for_a_probe_that_hangs() -> None:
    async with simulated() as (api, simulator):
        simulator.faults.add(Misbehaviour(FaultKind.HANG, voucher_code=PROBE_CODE))
        probing = asyncio.create_task(api.probe())
        await until(lambda: len(simulator.requests) == 1)
        began = time.monotonic()
        assert (await balance(api)).is_redeemable
        assert time.monotonic() - began < 3.0  # the probe would hang for ten
        assert await probing is None


async def test_a_probe_that_is_about_to_end_is_waited_for() -> None:
    async with simulated() as (api, simulator):
        simulator.faults.add(Misbehaviour(FaultKind.DELAY, voucher_code=PROBE_CODE, delay_seconds=0.05))
        probing = asyncio.create_task(api.probe())
        await until(lambda: len(simulator.requests) == 1)
        assert (await balance(api)).is_redeemable
        assert await probing is None
        assert simulator.open_connections == 1


async def test_a_probe_whose_caller_ends_is_dropped() -> None:
    async with simulated() as (api, simulator):
        simulator.faults.add(Misbehaviour(FaultKind.HANG, voucher_code=PROBE_CODE))
        probing = asyncio.create_task(api.probe())
        await until(lambda: len(simulator.requests) == 1)
        probing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await probing
        await until(lambda: simulator.open_connections == 0)


async def test_a_probe_tells_what_is_wrong_and_logs_nothing(caplog: pytest.LogCaptureFixture) -> None:
    async with simulated() as (api, simulator):
        simulator.faults.add(Misbehaviour(FaultKind.STATUS, status=503))
        failed = await api.probe()
        assert len(simulator.requests) == 1
    assert failed is not None
    assert failed.fault is CallFault.UNKNOWN
    assert caplog.text == ""


async def test_calls_that_are_cancelled_at_any_moment_never_block_those_that_follow() -> None:
    async with simulated() as (api, simulator):
        for steps in range(40):
            call = asyncio.create_task(balance(api))
            for _ in range(steps):
                await asyncio.sleep(0)
            call.cancel()
            await asyncio.gather(call, return_exceptions=True)
            await balance(api, 1.0)
        assert simulator.open_connections == 1


@pytest.mark.parametrize(
    "answer",
    [
        answer_of(BALANCE, status="204 No Content")[: -len(BALANCE)],
        answer_of(BALANCE, status="201 Created"),
        answer_of(BALANCE, status="206 Partial Content"),
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
        b"no http at all\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
    ],
)
async def test_an_answer_outside_of_the_contract_is_unknown(answer: bytes) -> None:
    async with raw_server(answer) as raw, api_of(raw.base_url) as api:
        assert (await no_redemption(api, 1.0)).fault is CallFault.UNKNOWN
        assert len(raw.requests) == 1


async def test_an_answer_that_runs_on_is_cut_and_its_connection_closed() -> None:
    endless = answer_of(BALANCE + b" " * 2**24 + b"x")
    async with raw_server(endless) as raw, api_of(raw.base_url) as api:
        assert "cannot be read" in (await no_redemption(api)).text
        raw.answer = answer_of(BALANCE)
        assert (await balance(api)).balance == 5000
        assert raw.connections == 2


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("  Der Gutschein\r\n\twurde nicht gefunden. ", "Der Gutschein wurde nicht gefunden."),
        ("x" * 10_000, "x" * 499 + "…"),
        ("\x1b[2Jgelöscht\x00", "[2Jgelöscht"),
    ],
)
async def test_e_gumas_text_is_made_fit_to_be_shown(body: str, text: str) -> None:
    async with raw_server(answer_of(body.encode(), status="400 Bad Request")) as raw, api_of(raw.base_url) as api:
        assert await no_redemption(api) == CallFailed(CallFault.REFUSED, text)


async def test_failures_are_logged_with_the_code_masked_and_success_is_not(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    async with simulated() as (api, simulator):
        await balance(api)
        assert caplog.text == ""
        simulator.faults.add(Misbehaviour(FaultKind.STATUS, Endpoint.BALANCE, status=503))
        await balance(api)
        simulator.faults.add(Misbehaviour(FaultKind.STATUS, Endpoint.REDEEM, status=503))
        await no_redemption(api)
    again, failed = (record.getMessage() for record in caplog.records)
    assert again.startswith("call=repeated what=balance about=…KJR3 try=1 again_in=0.05 error=")
    assert failed.startswith("call=failed what=redeem about=…KJR3 how=unknown error=")
    assert GOOD not in caplog.text
