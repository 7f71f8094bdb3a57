"""The API against the simulator where all goes well, and what it puts on the wire."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from gate_controller import __version__
from gate_controller.admission.words.calls import Balance, CallFailed, CallFault, Cancelled, Redemption
from gate_controller.admission.words.codes import VoucherCode
from gate_controller.admission.words.money import Cents
from gate_controller.eguma.answers import ListedAnswer
from gate_controller.eguma.api import Api, redemptions_between
from gate_controller.shell.server_clock import ServerClock
from gate_controller.simulator import SAMPLES, Simulator
from tests.rig.raw_server import answer_of, raw_server
from tests.rig.simulator import KEY, running_simulator
from tests.rig.waiting import until

GOOD = VoucherCode("L4FU5LQTKJR3")
PRICE = Cents(2500)
BALANCE = b'{"code": "L4FU5LQTKJR3", "is_redeemable": true, "balance_in_cents": 5000}'


def soon(seconds: float = 5.0) -> float:
    return time.monotonic() + seconds


@asynccontextmanager
async def api_of(
    base_url: str, key: str = KEY, on_date: Callable[[str], None] = lambda _date: None
) -> AsyncIterator[Api]:
    api = Api(base_url, key, on_date)
    try:
        yield api
    finally:
        await api.aclose()


@asynccontextmanager
async def simulated() -> AsyncIterator[tuple[Api, Simulator]]:
    async with running_simulator() as simulator, api_of(simulator.base_url) as api:
        yield api, simulator


async def balance(api: Api, code: str = GOOD) -> Balance:
    outcome = await api.balance(code, soon(), urgent=True)
    assert isinstance(outcome, Balance)
    return outcome


async def redemption(api: Api, code: VoucherCode = GOOD, amount: Cents = PRICE, reference: str = "r") -> Redemption:
    outcome = await api.redeem(code, amount, reference, soon())
    assert isinstance(outcome, Redemption)
    return outcome


async def listed(api: Api, begin: datetime, end: datetime) -> tuple[ListedAnswer, ...]:
    outcome = await api.ask(redemptions_between(begin, end), soon())
    assert not isinstance(outcome, CallFailed)
    return outcome


async def test_balance_tells_what_is_left() -> None:
    async with simulated() as (api, _):
        assert await balance(api) == Balance(
            GOOD,
            is_redeemable=True,
            balance=Cents(50_000),
            message="",
            currency="CHF",
            total=Cents(50_000),
            product_id="5b0e7a4c-value-voucher",
        )


async def test_every_sample_voucher_has_a_readable_balance() -> None:
    async with simulated() as (api, simulator):
        for sample in SAMPLES:
            told = await balance(api, sample.code)
            assert told.is_redeemable is (sample.voucher is not None and sample.voucher.is_redeemable)
    assert {record.status for record in simulator.requests} == {200}


@pytest.mark.parametrize("sample", [s for s in SAMPLES if s.voucher and s.voucher.balance_in_cents >= PRICE])
async def test_the_code_that_balance_returns_can_be_redeemed_and_given_back(sample: object) -> None:
    async with simulated() as (api, simulator):
        before = await balance(api, getattr(sample, "code", ""))
        if not before.is_redeemable:
            return
        charge = await redemption(api, before.voucher_code, reference="gate-1-a")
        assert charge.balance_after == before.balance - PRICE
        back = await api.cancel(before.voucher_code, charge.token, PRICE, soon())
        assert back == Cancelled(before.balance)
        (booked,) = simulator.ledger.redemptions()
        assert (booked.amount, booked.cancelled, booked.reference_number) == (PRICE, PRICE, "gate-1-a")


@pytest.mark.parametrize(
    "options", [{"older_edition": True}, {"dashes_in_answers": True}, {"content_type_required": True}]
)
async def test_the_other_ways_e_guma_may_behave_change_nothing(options: dict[str, bool]) -> None:
    async with simulated() as (api, simulator):
        simulator.change_behaviour(**options)
        before = await balance(api)
        charge = await redemption(api, before.voucher_code)
        assert await api.cancel(before.voucher_code, charge.token, PRICE, soon()) == Cancelled(before.balance)
    assert before.voucher_code == GOOD


async def test_cancelling_twice_is_refused_with_e_gumas_words() -> None:
    async with simulated() as (api, _):
        charge = await redemption(api)
        await api.cancel(GOOD, charge.token, PRICE, soon())
        failed = await api.cancel(GOOD, charge.token, PRICE, soon())
    assert failed == CallFailed(CallFault.REFUSED, "amount_in_cents is greater than what is left of the redemption.")


async def test_redemptions_are_listed_by_time() -> None:
    now = datetime.now()  # noqa: DTZ005 - E-GUMA's times are local and naive
    span = (now - timedelta(hours=26), now + timedelta(hours=26))
    async with (
        simulated() as (api, simulator),
        api_of(simulator.base_url, "demo-key-gate-2") as other,
    ):
        await redemption(api)
        await redemption(other, amount=Cents(100))
        both = await listed(api, *span)
        assert {entry["redeemed_amount_in_cents"] for entry in both} == {2500, 100}
        assert len({entry["user_id"] for entry in both}) == 2
        assert await listed(api, span[1], span[1]) == ()


async def test_whatever_the_zone_the_list_covers_two_moments() -> None:
    async with simulated() as (api, _):
        began = time.time()
        await redemption(api)
        outcome = await api.redemptions(began, began, soon(), urgent=False)
    assert not isinstance(outcome, CallFailed)
    assert [(entry.voucher_code, entry.amount) for entry in outcome] == [(GOOD, PRICE)]


def test_an_aware_time_for_the_list_is_a_mistake_of_the_caller() -> None:
    aware = datetime.now().astimezone()
    with pytest.raises(ValueError, match="naive"):
        redemptions_between(aware, aware)


async def test_a_probe_proves_connection_and_key_and_changes_nothing() -> None:
    async with simulated() as (api, simulator):
        assert await api.probe() is None
        assert [record.status for record in simulator.requests] == [200]
        async with api_of(simulator.base_url, "wrong") as stranger:
            failed = await stranger.probe()
    assert failed is not None
    assert failed.fault is CallFault.KEY_NOT_ACCEPTED
    assert not list(simulator.ledger.redemptions())


async def test_all_that_is_asked_for_visitors_shares_one_connection() -> None:
    async with raw_server(answer_of(BALANCE)) as raw, api_of(raw.base_url) as api:
        await asyncio.gather(*(balance(api) for _ in range(20)))
        assert (len(raw.requests), raw.connections) == (20, 1)


async def test_what_nobody_waits_for_has_a_connection_of_its_own() -> None:
    async with raw_server(answer_of(BALANCE)) as raw, api_of(raw.base_url) as api:
        await balance(api)
        await api.balance(GOOD, soon(), urgent=False)
        assert (len(raw.requests), raw.connections) == (2, 2)


async def test_closing_closes_the_connections() -> None:
    async with running_simulator() as simulator:
        async with api_of(simulator.base_url) as api:
            await api.probe()
            await api.balance(GOOD, soon(), urgent=False)
            assert simulator.open_connections == 2
        await until(lambda: simulator.open_connections == 0)


async def test_a_request_carries_what_e_guma_asks_for_and_no_idempotency_key() -> None:
    answer = answer_of(b'{"code": "A/B", "balance_in_cents": 1, "redeem_token": "t"}')
    async with raw_server(answer) as raw, api_of(f"{raw.base_url}/proxy/", "k/ü &=?") as api:
        await redemption(api, VoucherCode("A/B"), reference="gate-1")
    head, _, body = raw.requests[0].partition(b"\r\n\r\n")
    line, *headers = head.decode().split("\r\n")
    assert line == "POST /proxy/v1/vouchers/A%2FB/redeem.json?apikey=k%2F%C3%BC%20%26%3D%3F HTTP/1.1"
    assert {"Content-Type: application/json", f"User-Agent: gate-controller/{__version__}"} <= set(headers)
    assert "idempotency" not in head.decode().lower()
    assert json.loads(body) == {"amount_in_cents": 2500, "reference_number": "gate-1"}


@pytest.mark.parametrize(
    ("code", "segment"),
    [("..", "%2E%2E"), ("G5/H 7%Ü#4K+", "G5%2FH%207%25%C3%9C%234K%2B"), ("A.B-C", "A.B-C"), ("?x=1", "%3Fx%3D1")],
)
async def test_a_code_stays_one_segment_of_the_path(code: str, segment: str) -> None:
    async with raw_server(answer_of(BALANCE)) as raw, api_of(raw.base_url, "k") as api:
        await balance(api, code)
    assert raw.requests[0].split()[1].decode() == f"/v1/vouchers/{segment}/balance.json?apikey=k"


async def test_the_list_is_asked_for_with_naive_times_to_the_second() -> None:
    async with raw_server(answer_of(b"[]")) as raw, api_of(raw.base_url, "k") as api:
        day = datetime(2025, 5, 21, 0, 0, 0, 999)  # noqa: DTZ001 - naive at E-GUMA
        await listed(api, day, day + timedelta(days=1))
    target = raw.requests[0].split()[1].decode()
    query = "from=2025-05-21T00%3A00%3A00&to=2025-05-22T00%3A00%3A00&apikey=k"
    assert target == f"/v1/vouchers/redemptions.json?{query}"


async def test_a_byte_order_mark_before_the_answer_does_no_harm() -> None:
    async with raw_server(answer_of(b"\xef\xbb\xbf" + BALANCE)) as raw, api_of(raw.base_url) as api:
        assert (await balance(api)).balance == 5000


async def test_what_a_portal_in_between_sets_is_not_sent_back() -> None:
    async with raw_server(answer_of(BALANCE, "Set-Cookie: portal=1; Path=/")) as raw, api_of(raw.base_url) as api:
        await balance(api)
        await balance(api)
    assert not [request for request in raw.requests if b"cookie" in request.lower()]


async def test_without_time_left_nothing_is_sent() -> None:
    async with simulated() as (api, simulator):
        await api.probe()
        for seconds in (-1.0, 0.0, 0.01):
            failed = await api.redeem(GOOD, PRICE, "r", soon(seconds))
            assert isinstance(failed, CallFailed)
            assert failed.fault is CallFault.NOT_SENT
        assert len(simulator.requests) == 1


async def test_the_clock_offset_comes_from_the_date_of_the_newest_answer() -> None:
    dated = answer_of(BALANCE, "Date: Wed, 21 May 2025 10:00:00 GMT")
    clock = ServerClock()
    async with raw_server(dated) as raw, api_of(raw.base_url, on_date=clock.note) as api:
        assert clock.offset is None
        await balance(api)
        assert clock.offset == pytest.approx(1_747_821_600.0 - time.time(), abs=1.0)
        raw.answer = answer_of(BALANCE, "Date: Wed, 21 May 2025 11:00:00 GMT")
        await api.balance(GOOD, soon(), urgent=False)
        assert clock.offset == pytest.approx(1_747_821_600.0 - time.time(), abs=1.0)  # one alone, an hour off
        await api.balance(GOOD, soon(), urgent=False)
        assert clock.offset == pytest.approx(1_747_825_200.0 - time.time(), abs=1.0)
        raw.answer = answer_of(b"<html>", "Date: Wed, 21 May 2025 11:00:30 GMT")
        await api.balance(GOOD, soon(0.2), urgent=False)
        assert clock.offset == pytest.approx(1_747_825_200.0 - time.time(), abs=1.0)  # no word of E-GUMA's


def test_settings_of_tls_are_read_only_when_they_are_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "missing.pem"))

    async def ask() -> None:
        async with simulated() as (api, _):
            assert await api.probe() is None
        async with api_of("https://127.0.0.1:9") as api:
            failed = await api.probe()
        assert failed is not None
        assert failed.fault is CallFault.NOT_SENT
        assert "SSL_CERT_FILE" in failed.text

    asyncio.run(ask())
