"""The client against the simulator where all goes well, and what it puts on the wire."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from gate_controller import __version__
from gate_controller.admission.words.money import Cents
from gate_controller.eguma.client import EgumaClient
from gate_controller.eguma.errors import KeyNotAccepted, NotSent, RefusedByApi
from gate_controller.simulator import SAMPLES, Simulator
from tests.rig.raw_server import answer_of, raw_server
from tests.rig.simulator import KEY, running_simulator
from tests.rig.waiting import until

GOOD = "L4FU5LQTKJR3"
PRICE = Cents(2500)
BALANCE = b'{"code": "L4FU5LQTKJR3", "is_redeemable": true, "balance_in_cents": 5000}'


def soon(seconds: float = 5.0) -> float:
    return time.monotonic() + seconds


@asynccontextmanager
async def client_of(base_url: str, key: str = KEY) -> AsyncIterator[EgumaClient]:
    client = EgumaClient(base_url, key)
    try:
        yield client
    finally:
        await client.aclose()


@asynccontextmanager
async def simulated() -> AsyncIterator[tuple[EgumaClient, Simulator]]:
    async with running_simulator() as simulator, client_of(simulator.base_url) as client:
        yield client, simulator


async def test_balance_tells_what_is_left() -> None:
    async with simulated() as (client, _):
        balance = await client.balance(GOOD, deadline=soon())
    assert (balance.code, balance.is_redeemable, balance.balance_in_cents) == (GOOD, True, 50_000)
    assert (balance.total_amount_in_cents, balance.currency, balance.message) == (50_000, "CHF", "")


async def test_every_sample_voucher_has_a_readable_balance() -> None:
    async with simulated() as (client, simulator):
        for sample in SAMPLES:
            balance = await client.balance(sample.code, deadline=soon())
            assert balance.is_redeemable is (sample.voucher is not None and sample.voucher.is_redeemable)
    assert {record.status for record in simulator.requests} == {200}


@pytest.mark.parametrize("sample", [s for s in SAMPLES if s.voucher and s.voucher.balance_in_cents >= PRICE])
async def test_the_code_that_balance_returns_can_be_redeemed_and_given_back(sample: object) -> None:
    code = getattr(sample, "code", "")
    async with simulated() as (client, simulator):
        balance = await client.balance(code, deadline=soon())
        if not balance.is_redeemable:
            return
        redemption = await client.redeem(balance.code, PRICE, "gate-1-a", deadline=soon())
        assert redemption.balance_in_cents == balance.balance_in_cents - PRICE
        back = await client.cancel_redemption(balance.code, redemption.redeem_token, PRICE, deadline=soon())
        assert back.balance_in_cents == balance.balance_in_cents
        (booked,) = simulator.ledger.redemptions()
        assert (booked.amount, booked.cancelled, booked.reference_number) == (PRICE, PRICE, "gate-1-a")


@pytest.mark.parametrize(
    "options", [{"older_edition": True}, {"dashes_in_answers": True}, {"content_type_required": True}]
)
async def test_the_other_ways_e_guma_may_behave_change_nothing(options: dict[str, bool]) -> None:
    async with simulated() as (client, simulator):
        simulator.change_settings(**options)
        balance = await client.balance(GOOD, deadline=soon())
        redemption = await client.redeem(balance.code, PRICE, "r", deadline=soon())
        await client.cancel_redemption(balance.code, redemption.redeem_token, PRICE, deadline=soon())
    assert redemption.code == GOOD


async def test_cancelling_twice_is_refused_with_e_gumas_words() -> None:
    async with simulated() as (client, _):
        redemption = await client.redeem(GOOD, PRICE, "r", deadline=soon())
        await client.cancel_redemption(GOOD, redemption.redeem_token, PRICE, deadline=soon())
        with pytest.raises(RefusedByApi) as caught:
            await client.cancel_redemption(GOOD, redemption.redeem_token, PRICE, deadline=soon())
    assert caught.value.status == 400
    assert caught.value.text
    assert caught.value.text in str(caught.value)


async def test_info_describes_a_voucher() -> None:
    async with simulated() as (client, _):
        info = await client.info("PKG8BT4RWQ2J", deadline=soon())
    assert (info.name, info.description) == ("Day at the spa", "Admission, towel and a drink")


async def test_redemptions_are_listed_by_time_and_user() -> None:
    now = datetime.now()  # noqa: DTZ005 - E-GUMA's times are local and naive
    span = (now - timedelta(hours=26), now + timedelta(hours=26))
    async with (
        simulated() as (client, simulator),
        client_of(simulator.base_url, "demo-key-gate-2") as other,
    ):
        await client.redeem(GOOD, PRICE, "mine", deadline=soon())
        await other.redeem(GOOD, Cents(100), "theirs", deadline=soon())
        both = await client.redemptions(*span, deadline=soon())
        (mine,) = [entry for entry in both if entry.user_name == "Gate 1"]
        assert {entry.redeemed_amount_in_cents for entry in both} == {2500, 100}
        assert await client.redemptions(*span, user_id=mine.user_id, deadline=soon()) == (mine,)
        assert await client.redemptions(span[1], span[1], deadline=soon()) == ()


async def test_an_aware_time_for_the_list_is_a_mistake_of_the_caller() -> None:
    async with client_of("http://127.0.0.1:9") as client:
        aware = datetime.now().astimezone()
        with pytest.raises(ValueError, match="naive"):
            await client.redemptions(aware, aware, deadline=soon())


async def test_a_probe_proves_connection_and_key_and_changes_nothing() -> None:
    async with simulated() as (client, simulator):
        await client.probe(deadline=soon())
        assert [record.status for record in simulator.requests] == [200]
        async with client_of(simulator.base_url, "wrong") as stranger:
            with pytest.raises(KeyNotAccepted):
                await stranger.probe(deadline=soon())
    assert not list(simulator.ledger.redemptions())


async def test_all_calls_share_one_connection() -> None:
    async with raw_server(answer_of(BALANCE)) as raw, client_of(raw.base_url) as client:
        await asyncio.gather(*(client.balance(GOOD, deadline=soon()) for _ in range(20)))
        assert (len(raw.requests), raw.connections) == (20, 1)


async def test_closing_the_client_closes_its_connection() -> None:
    async with running_simulator() as simulator:
        async with client_of(simulator.base_url) as client:
            await client.probe(deadline=soon())
            assert simulator.open_connections == 1
        await until(lambda: simulator.open_connections == 0)


async def test_a_request_carries_what_e_guma_asks_for_and_no_idempotency_key() -> None:
    answer = answer_of(b'{"code": "A/B", "balance_in_cents": 1, "redeem_token": "t"}')
    async with raw_server(answer) as raw, client_of(f"{raw.base_url}/proxy/", "k/ü &=?") as client:
        await client.redeem("a/b", PRICE, "gate-1", deadline=soon())
    head, _, body = raw.requests[0].partition(b"\r\n\r\n")
    line, *headers = head.decode().split("\r\n")
    assert line == "POST /proxy/v1/vouchers/a%2Fb/redeem.json?apikey=k%2F%C3%BC%20%26%3D%3F HTTP/1.1"
    assert {"Content-Type: application/json", f"User-Agent: gate-controller/{__version__}"} <= set(headers)
    assert "idempotency" not in head.decode().lower()
    assert json.loads(body) == {"amount_in_cents": 2500, "reference_number": "gate-1"}


@pytest.mark.parametrize(
    ("code", "segment"),
    [("..", "%2E%2E"), ("G5/H 7%Ü#4K+", "G5%2FH%207%25%C3%9C%234K%2B"), ("A.B-C", "A.B-C"), ("?x=1", "%3Fx%3D1")],
)
async def test_a_code_stays_one_segment_of_the_path(code: str, segment: str) -> None:
    async with raw_server(answer_of(BALANCE)) as raw, client_of(raw.base_url, "k") as client:
        await client.balance(code, deadline=soon())
    assert raw.requests[0].split()[1].decode() == f"/v1/vouchers/{segment}/balance.json?apikey=k"


async def test_the_list_is_asked_for_with_naive_times_to_the_second() -> None:
    async with raw_server(answer_of(b"[]")) as raw, client_of(raw.base_url, "k") as client:
        day = datetime(2025, 5, 21, 0, 0, 0, 999)  # noqa: DTZ001 - naive at E-GUMA
        await client.redemptions(day, day + timedelta(days=1), user_id=7, deadline=soon())
    target = raw.requests[0].split()[1].decode()
    query = "from=2025-05-21T00%3A00%3A00&to=2025-05-22T00%3A00%3A00&user_id=7&apikey=k"
    assert target == f"/v1/vouchers/redemptions.json?{query}"


async def test_a_byte_order_mark_before_the_answer_does_no_harm() -> None:
    async with raw_server(answer_of(b"\xef\xbb\xbf" + BALANCE)) as raw, client_of(raw.base_url) as client:
        assert (await client.balance(GOOD, deadline=soon())).balance_in_cents == 5000


async def test_without_time_left_nothing_is_sent() -> None:
    async with simulated() as (client, simulator):
        await client.probe(deadline=soon())
        for seconds in (-1.0, 0.0, 0.01):
            with pytest.raises(NotSent):
                await client.redeem(GOOD, PRICE, "r", deadline=soon(seconds))
        assert len(simulator.requests) == 1


async def test_the_clock_offset_comes_from_the_date_of_the_newest_answer() -> None:
    dated = answer_of(BALANCE, "Date: Wed, 21 May 2025 10:00:00 GMT")
    async with raw_server(dated) as raw:
        client = EgumaClient(raw.base_url, KEY, wall=lambda: 1_000.0)
        assert client.clock_offset is None
        await client.balance(GOOD, deadline=soon())
        assert client.clock_offset == pytest.approx(1_747_821_600.0 - 1_000.0, abs=1.0)
        raw.answer = answer_of(BALANCE, "Date: Wed, 21 May 2025 11:00:00 GMT")
        await client.balance(GOOD, deadline=soon())
        assert client.clock_offset == pytest.approx(1_747_825_200.0 - 1_000.0, abs=1.0)
        await client.aclose()


def test_settings_of_tls_are_read_only_when_they_are_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "missing.pem"))

    async def ask() -> None:
        async with simulated() as (client, _):
            await client.probe(deadline=soon())
        async with client_of("https://127.0.0.1:9") as client:
            with pytest.raises(NotSent, match="SSL_CERT_FILE"):
                await client.probe(deadline=soon())

    asyncio.run(ask())
