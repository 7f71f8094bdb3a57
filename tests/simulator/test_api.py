"""The simulator's API over real HTTP: what E-GUMA's description says, call by call."""

import time
from collections.abc import AsyncIterator
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from gate_controller.simulator import SAMPLES, Simulator, dashed, local_text
from tests.rig.simulator import KEY, running_simulator

GOOD = "L4FU5LQTKJR3"
ALWAYS = {"from": "1971-01-01T00:00:00", "to": "2999-12-31T23:59:59"}


class House:
    """A client of the API that shares nothing with the gate's."""

    def __init__(self, simulator: Simulator, client: httpx.AsyncClient) -> None:
        self.simulator = simulator
        self.client = client

    async def get(self, path: str, key: str | None = KEY, **query: str) -> httpx.Response:
        return await self.client.get(f"/v1/vouchers/{path}", params={**query, **({"apikey": key} if key else {})})

    async def post(self, path: str, body: object, key: str = KEY, **headers: str) -> httpx.Response:
        return await self.client.post(f"/v1/vouchers/{path}", params={"apikey": key}, json=body, headers=headers)

    async def balance(self, code: str) -> dict[str, Any]:
        answer = await self.get(f"{quote(code, safe='')}/balance.json")
        assert answer.status_code == 200
        found: dict[str, Any] = answer.json()
        return found

    async def redeem(self, amount: int, code: str = GOOD, key: str = KEY) -> dict[str, Any]:
        answer = await self.post(f"{quote(code, safe='')}/redeem.json", {"amount_in_cents": amount}, key)
        assert answer.status_code == 200, answer.text
        done: dict[str, Any] = answer.json()
        return done

    async def listed(self, **query: str) -> list[dict[str, Any]]:
        answer = await self.get("redemptions.json", **{**ALWAYS, **query})
        assert answer.status_code == 200, answer.text
        entries: list[dict[str, Any]] = answer.json()
        return entries


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with (
        running_simulator() as simulator,
        httpx.AsyncClient(base_url=simulator.base_url, trust_env=False) as client,
    ):
        yield House(simulator, client)


async def test_balance_tells_all_about_a_good_voucher(house: House) -> None:
    assert await house.balance("l4fu-5lqt-kjr3") == {
        "code": GOOD,
        "is_redeemable": True,
        "balance_in_cents": 50_000,
        "total_amount_in_cents": 50_000,
        "message": "",
        "currency": "CHF",
        "product_id": "5b0e7a4c-value-voucher",
        "extra": None,
    }


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("USD7PV3XK9RA", "The voucher has been redeemed."),
        ("NPD2QX8LFT5W", "The voucher can not be redeemed, as it has not been paid."),
        ("PRF9WJ4CYH6K", "The voucher can not be redeemed, as it is a pro-forma voucher."),
        ("DLT3ZR7MBG5X", "The voucher can not be redeemed, as it has been deleted."),
        ("NFD2KR6WPX4M", "Der Gutschein wurde nicht gefunden."),
    ],
)
async def test_balance_of_a_voucher_that_cannot_be_redeemed_is_no_error_and_says_why(
    house: House, code: str, message: str
) -> None:
    found = await house.balance(code)
    assert (found["is_redeemable"], found["message"]) == (False, message)


@pytest.mark.parametrize(
    ("code", "balance", "message"),
    [
        ("EXP6NT2VKD8Q", 10_000, "The voucher is expired on 31.12.2025. You can still redeem it."),
        ("MSN5YF9HLX3C", 0, ""),
        ("PKG8BT4RWQ2J", 0, ""),
        ("LWB4HK7T2MNQ", 500, ""),
        ("NTE4XC6QJM8R", 10_000, "Stammgast: bitte herzlich begrüssen."),
    ],
)
async def test_balance_of_the_special_vouchers_that_can_be_redeemed(
    house: House, code: str, balance: int, message: str
) -> None:
    found = await house.balance(code)
    assert (found["is_redeemable"], found["balance_in_cents"], found["message"]) == (True, balance, message)


async def test_every_sample_with_a_voucher_is_found_by_what_is_scanned(house: House) -> None:
    for sample in SAMPLES:
        found = await house.balance(sample.code)
        assert found["code"] == (sample.voucher.code if sample.voucher else sample.code)


async def test_a_code_that_needs_percent_encoding_is_redeemed_as_balance_spells_it(house: House) -> None:
    code = (await house.balance("43"))["code"]
    assert quote(code, safe="") != code
    assert (await house.redeem(2_500, code))["balance_in_cents"] == 7_500


async def test_redeem_answers_with_the_new_balance_and_a_token(house: House) -> None:
    done = await house.redeem(2_500)
    assert (done["code"], done["balance_in_cents"]) == (GOOD, 47_500)
    [redemption] = house.simulator.ledger.redemptions()
    assert redemption.token == done["redeem_token"]


async def test_redeem_sent_twice_redeems_twice(house: House) -> None:
    await house.redeem(2_500)
    assert (await house.redeem(2_500))["balance_in_cents"] == 45_000


async def test_the_reference_number_is_kept(house: House) -> None:
    await house.post(f"{GOOD}/redeem.json", {"amount_in_cents": 100, "reference_number": "gate-1-A7"})
    assert [r.reference_number for r in house.simulator.ledger.redemptions()] == ["gate-1-A7"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"amount_in_cents": 50_001},
        {"amount_in_cents": 0},
        {"amount_in_cents": "2500"},
        {"amount_in_cents": 25.5},
        {"amount_in_cents": True},
        {"amount_in_cents": 100, "reference_number": "x" * 1025},
        {"amount_in_cents": 100, "reference_number": 7},
        [],
    ],
)
async def test_a_redeem_that_cannot_be_is_a_400_in_plain_text(house: House, body: object) -> None:
    answer = await house.post(f"{GOOD}/redeem.json", body)
    assert answer.status_code == 400
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert answer.text
    assert not list(house.simulator.ledger.redemptions())


@pytest.mark.parametrize("key", [None, "", "no-such-key"])
async def test_without_a_valid_key_every_call_is_a_401_in_plain_text(house: House, key: str | None) -> None:
    for path in (f"{GOOD}/balance.json", f"{GOOD}/info.json", "redemptions.json"):
        answer = await house.get(path, key=key)
        assert answer.status_code == 401
        assert answer.headers["Content-Type"].startswith("text/plain")


@pytest.mark.parametrize(
    "path", ["/", "/v1", "/v1/vouchers//balance.json", "/v1/vouchers/A/B/balance.json", "/_simulator"]
)
async def test_an_unknown_address_is_a_404(house: House, path: str) -> None:
    assert (await house.client.get(path)).status_code == 404


async def test_a_head_request_gets_no_body_and_leaves_the_connection_usable(house: House) -> None:
    assert (await house.client.head("/")).status_code == 404
    assert (await house.balance(GOOD))["code"] == GOOD
    assert house.simulator.open_connections == 1


async def test_an_idempotency_key_is_refused(house: House) -> None:
    answer = await house.client.post(
        f"/v1/vouchers/{GOOD}/redeem.json",
        params={"apikey": KEY},
        json={"amount_in_cents": 100},
        headers={"Idempotency-Key": "1"},
    )
    assert answer.status_code == 400


async def test_cancel_gives_the_amount_back_once(house: House) -> None:
    token = (await house.redeem(2_500))["redeem_token"]
    body = {"redeem_token": token, "amount_in_cents": 2_500}
    first = await house.post(f"{GOOD}/cancel_redemption.json", body)
    assert (first.status_code, first.json()) == (200, {"code": GOOD, "balance_in_cents": 50_000})
    second = await house.post(f"{GOOD}/cancel_redemption.json", body)
    assert second.status_code == 400
    assert (await house.balance(GOOD))["balance_in_cents"] == 50_000


@pytest.mark.parametrize("missing", ["redeem_token", "amount_in_cents"])
async def test_cancel_without_a_parameter_is_refused(house: House, missing: str) -> None:
    token = (await house.redeem(2_500))["redeem_token"]
    body = {"redeem_token": token, "amount_in_cents": 2_500}
    del body[missing]
    assert (await house.post(f"{GOOD}/cancel_redemption.json", body)).status_code == 400


async def test_info_describes_the_voucher(house: House) -> None:
    answer = (await house.get("PKG8BT4RWQ2J/info.json")).json()
    assert answer == {
        "code": "PKG8BT4RWQ2J",
        "name": "Day at the spa",
        "description": "Admission, towel and a drink",
        "is_redeemed": False,
        "balance_in_cents": 0,
        "valid_until": "2099-12-31T23:59:59",
    }


async def test_the_list_names_code_with_dashes_amount_and_user_and_no_token(house: House) -> None:
    token = (await house.redeem(2_500))["redeem_token"]
    [entry] = await house.listed()
    assert (entry["code"], entry["redeemed_amount_in_cents"]) == (dashed(GOOD), 2_500)
    assert entry["user"]["name"] == "Gate 1"
    assert len(entry["redeemed_at"]) == len("2026-01-01T00:00:00")
    assert token not in str(entry)


async def test_the_list_holds_both_ends_of_its_window_and_nothing_outside(house: House) -> None:
    await house.redeem(100)
    [redemption] = house.simulator.ledger.redemptions()
    at = redemption.redeemed_at
    before, after = local_text(redemption.made_at - 1), local_text(redemption.made_at + 1)
    assert len(await house.listed(**{"from": at, "to": at})) == 1
    assert not await house.listed(**{"from": after})
    assert not await house.listed(to=before)


async def test_the_list_can_be_narrowed_to_one_user(house: House) -> None:
    await house.redeem(100)
    await house.redeem(200, key="demo-key-gate-2")
    user_id = (await house.listed())[1]["user"]["id"]
    assert [entry["redeemed_amount_in_cents"] for entry in await house.listed(user_id=user_id)] == [200]


@pytest.mark.parametrize(("wanted", "count"), [("included", 1), ("excluded", 1), ("only", 0)])
async def test_the_list_can_be_narrowed_to_complimentary_vouchers(house: House, wanted: str, count: int) -> None:
    await house.redeem(100)
    assert len(await house.listed(complimentary=wanted)) == count


@pytest.mark.parametrize(
    "query",
    [
        {"from": "2026-01-01T00:00:00"},
        {"to": "2026-01-01T00:00:00"},
        {**ALWAYS, "from": "yesterday"},
        {**ALWAYS, "from": "2026-01-01T00:00:00+01:00"},
        {**ALWAYS, "from": "2026-01-01T00:00:00.5"},
        {**ALWAYS, "complimentary": "maybe"},
    ],
)
async def test_a_list_asked_for_wrongly_is_a_400(house: House, query: dict[str, str]) -> None:
    assert (await house.get("redemptions.json", **query)).status_code == 400


async def test_cancelled_redemptions_stay_listed_or_not_as_set(house: House) -> None:
    token = (await house.redeem(2_500))["redeem_token"]
    await house.post(f"{GOOD}/cancel_redemption.json", {"redeem_token": token, "amount_in_cents": 1_000})
    assert [e["redeemed_amount_in_cents"] for e in await house.listed()] == [2_500]
    house.simulator.change_behaviour(cancelled_stay_listed=False)
    assert [e["redeemed_amount_in_cents"] for e in await house.listed()] == [1_500]
    await house.post(f"{GOOD}/cancel_redemption.json", {"redeem_token": token, "amount_in_cents": 1_500})
    assert not await house.listed()


async def test_the_list_can_be_refused(house: House) -> None:
    house.simulator.change_behaviour(redemptions_allowed=False)
    assert (await house.get("redemptions.json", **ALWAYS)).status_code == 400


async def test_a_redemption_appears_in_the_list_only_after_the_delay_set(house: House) -> None:
    house.simulator.change_behaviour(list_delay_seconds=3_600.0)
    await house.redeem(100)
    assert not await house.listed()
    house.simulator.change_behaviour(list_delay_seconds=0.0)
    assert len(await house.listed()) == 1


async def test_the_server_s_clock_can_be_years_off_in_date_and_redeemed_at(house: House) -> None:
    year = 365 * 24 * 3_600.0
    house.simulator.change_behaviour(clock_offset_seconds=-10 * year)
    answer = await house.post(f"{GOOD}/redeem.json", {"amount_in_cents": 100})
    shown = parsedate_to_datetime(answer.headers["Date"]).timestamp()
    assert abs(shown - (time.time() - 10 * year)) < 5
    [entry] = await house.listed()
    assert entry["redeemed_at"] == local_text(shown)


async def test_an_older_edition_answers_in_its_form(house: House) -> None:
    house.simulator.change_behaviour(older_edition=True)
    assert not {"currency", "product_id", "extra"} & (await house.balance(GOOD)).keys()
    assert "voucher_document_url" in await house.redeem(100)


async def test_answers_can_spell_codes_with_dashes(house: House) -> None:
    house.simulator.change_behaviour(dashes_in_answers=True)
    assert (await house.balance(GOOD))["code"] == dashed(GOOD)
    assert (await house.redeem(100))["code"] == dashed(GOOD)


async def test_references_can_be_held_to_letters_and_digits(house: House) -> None:
    house.simulator.change_behaviour(strict_references=True)
    refused = await house.post(f"{GOOD}/redeem.json", {"amount_in_cents": 1, "reference_number": "gate-1"})
    taken = await house.post(f"{GOOD}/redeem.json", {"amount_in_cents": 1, "reference_number": "gate1"})
    assert (refused.status_code, taken.status_code) == (400, 200)


async def test_a_missing_content_type_can_be_refused(house: House) -> None:
    house.simulator.change_behaviour(content_type_required=True)
    assert (await house.get(f"{GOOD}/balance.json")).status_code == 400
    declared = await house.client.get(
        f"/v1/vouchers/{GOOD}/balance.json",
        params={"apikey": KEY},
        headers={"Content-Type": "application/json"},
    )
    assert declared.status_code == 200


async def test_latency_comes_before_the_answer_and_after_the_effect(house: House) -> None:
    house.simulator.change_behaviour(latency_seconds=0.05)
    began = time.monotonic()
    await house.redeem(100)
    assert time.monotonic() - began >= 0.05
