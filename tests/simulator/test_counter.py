"""What is handed over a counter, over real HTTP: top-ups, depot vouchers and tickets, with every kind of fault."""

from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Any

import httpx
import pytest

from gate_controller.simulator import Endpoint, FaultKind, Misbehaviour, Simulator
from tests.rig.simulator import KEY, running_simulator

GOOD = "L4FU5LQTKJR3"
FIXED, FREE, SOLD, USED, UNKNOWN = "DPF4KX7TQ2MR", "DPA8WB3LHN5V", "DPS6QJ9RFT2K", "DPR3MV8XCD7H", "DPN5TG2WKB9Q"
TICKET, CHECKED_IN, DELETED, TWO_PLACES, NO_TICKET = (f"100000000000000000{last}" for last in "12349")


class Counter:
    """A client of the API that shares nothing with the gate's."""

    def __init__(self, simulator: Simulator, client: httpx.AsyncClient) -> None:
        self.simulator = simulator
        self.client = client

    async def ask(self, path: str, body: object = None, *, post: bool = False) -> httpx.Response:
        """Ask at an address below /v1/; what has a body is posted."""
        method = "POST" if post or body is not None else "GET"
        return await self.client.request(method, f"/v1/{path}.json", params={"apikey": KEY}, json=body)

    async def told(self, path: str, body: object = None, *, post: bool = False) -> dict[str, Any]:
        answer = await self.ask(path, body, post=post)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def refused(self, path: str, body: object = None, *, post: bool = False) -> str:
        answer = await self.ask(path, body, post=post)
        assert (answer.status_code, answer.headers["Content-Type"].split(";")[0]) == (400, "text/plain")
        return answer.text

    async def check(self, number: str, verb: str = "checkin") -> str | None:
        answer = await self.told(f"ticketing/tickets/{number}/{verb}", post=True)
        assert answer["is_successful"] is (answer["unsuccessful_code"] is None)
        code: str | None = answer["unsuccessful_code"]
        return code


@pytest.fixture
async def counter() -> AsyncIterator[Counter]:
    async with (
        running_simulator() as simulator,
        httpx.AsyncClient(base_url=simulator.base_url, trust_env=False) as client,
    ):
        yield Counter(simulator, client)


async def test_a_top_up_raises_the_balance_each_time_it_is_sent(counter: Counter) -> None:
    body = {"amount_in_cents": 5_000, "payment_id": "till-17"}
    assert await counter.told(f"vouchers/{GOOD}/charge", body) == {"code": GOOD, "balance_in_cents": 55_000}
    assert (await counter.told(f"vouchers/{GOOD}/charge", body))["balance_in_cents"] == 60_000
    balance = await counter.told(f"vouchers/{GOOD}/balance")
    assert balance["balance_in_cents"] == balance["total_amount_in_cents"] == 60_000
    assert [(each.amount, each.payment_id) for each in counter.simulator.ledger.top_ups()] == [(5_000, "till-17")] * 2


@pytest.mark.parametrize(
    ("code", "body"),
    [
        (GOOD, {}),
        (GOOD, {"amount_in_cents": 0}),
        (GOOD, {"amount_in_cents": True}),
        (GOOD, {"amount_in_cents": 5, "payment_id": 7}),
        ("NPD2QX8LFT5W", {"amount_in_cents": 5}),
        ("NFD2KR6WPX4M", {"amount_in_cents": 5}),
    ],
)
async def test_a_top_up_that_cannot_be_is_refused(counter: Counter, code: str, body: object) -> None:
    assert await counter.refused(f"vouchers/{code}/charge", body)
    assert not list(counter.simulator.ledger.top_ups())


async def test_a_depot_voucher_of_a_fixed_amount_becomes_a_voucher_when_it_is_sold(counter: Counter) -> None:
    assert await counter.told(f"depot_vouchers/{FIXED}/activate_status") == {
        "code": FIXED,
        "can_be_activated": True,
        "free_amount": False,
        "amount_in_cents": 5_000,
        "currency": "CHF",
        "product_id": "5b0e7a4c-depot",
        "message": "",
    }
    assert not (await counter.told(f"vouchers/{FIXED}/balance"))["is_redeemable"]
    assert await counter.told(f"depot_vouchers/{FIXED}/activate", post=True) == {
        "code": FIXED,
        "amount_in_cents": 5_000,
    }
    assert (await counter.told(f"vouchers/{FIXED}/balance"))["balance_in_cents"] == 5_000
    assert (await counter.told(f"vouchers/{FIXED}/redeem", {"amount_in_cents": 2_000}))["balance_in_cents"] == 3_000
    assert await counter.refused(f"depot_vouchers/{FIXED}/activate", post=True)


async def test_the_seller_says_the_amount_of_a_free_one_and_of_no_other(counter: Counter) -> None:
    status = await counter.told(f"depot_vouchers/{FREE}/activate_status")
    assert (status["free_amount"], status["amount_in_cents"]) == (True, None)
    assert await counter.refused(f"depot_vouchers/{FREE}/activate", post=True)
    assert await counter.refused(f"depot_vouchers/{FREE}/activate", {"amount_in_cents": 0})
    assert (await counter.told(f"depot_vouchers/{FREE}/activate", {"amount_in_cents": 700}))["amount_in_cents"] == 700
    assert await counter.refused(f"depot_vouchers/{FIXED}/activate", {"amount_in_cents": 700})


async def test_one_that_is_untouched_can_be_taken_back_and_is_worth_nothing_then(counter: Counter) -> None:
    status = await counter.told(f"depot_vouchers/{SOLD}/deactivate_status")
    assert status == {"code": SOLD, "can_be_deactivated": True, "amount_in_cents": 5_000, "message": ""}
    back = await counter.told(f"depot_vouchers/{SOLD}/deactivate", {"deactivate_reason": "mistyped"})
    assert back == {"code": SOLD, "amount_in_cents": 5_000}
    assert not (await counter.told(f"vouchers/{SOLD}/balance"))["is_redeemable"]
    assert await counter.refused(f"depot_vouchers/{SOLD}/deactivate", post=True)


@pytest.mark.parametrize("code", [FIXED, USED, UNKNOWN])
async def test_one_that_was_not_sold_or_was_used_cannot_be_taken_back(counter: Counter, code: str) -> None:
    status = await counter.told(f"depot_vouchers/{code}/deactivate_status")
    assert not status["can_be_deactivated"]
    assert await counter.refused(f"depot_vouchers/{code}/deactivate", post=True) == status["message"]


async def test_a_redemption_given_back_in_whole_lets_it_be_taken_back_and_a_top_up_does_not(counter: Counter) -> None:
    done = await counter.told(f"vouchers/{SOLD}/redeem", {"amount_in_cents": 500})
    give_back = {"redeem_token": done["redeem_token"], "amount_in_cents": 500}
    assert not (await counter.told(f"depot_vouchers/{SOLD}/deactivate_status"))["can_be_deactivated"]
    await counter.told(f"vouchers/{SOLD}/cancel_redemption", give_back)
    assert (await counter.told(f"depot_vouchers/{SOLD}/deactivate_status"))["can_be_deactivated"]
    await counter.told(f"vouchers/{SOLD}/charge", {"amount_in_cents": 500})
    assert not (await counter.told(f"depot_vouchers/{SOLD}/deactivate_status"))["can_be_deactivated"]


async def test_a_reason_of_over_1024_characters_is_refused(counter: Counter) -> None:
    assert await counter.refused(f"depot_vouchers/{SOLD}/deactivate", {"deactivate_reason": "x" * 1025})


@pytest.mark.parametrize("again", [True, False])
async def test_one_that_was_taken_back_can_be_sold_again_or_not_as_set(counter: Counter, *, again: bool) -> None:
    counter.simulator.change_behaviour(depot_sold_again=again)
    await counter.told(f"depot_vouchers/{SOLD}/deactivate", post=True)
    assert (await counter.told(f"depot_vouchers/{SOLD}/activate_status"))["can_be_activated"] is again
    assert (await counter.ask(f"depot_vouchers/{SOLD}/activate", post=True)).status_code == (200 if again else 400)


async def test_an_unknown_depot_voucher_is_a_no_or_a_refusal_as_set(counter: Counter) -> None:
    assert not (await counter.told(f"depot_vouchers/{UNKNOWN}/activate_status"))["can_be_activated"]
    counter.simulator.change_behaviour(depot_unknown_refused=True)
    assert await counter.refused(f"depot_vouchers/{UNKNOWN}/activate_status")


async def test_an_older_edition_says_balance_for_the_amount(counter: Counter) -> None:
    counter.simulator.change_behaviour(older_edition=True)
    assert await counter.told(f"depot_vouchers/{FIXED}/activate", post=True) == {
        "code": FIXED,
        "balance_in_cents": 5_000,
    }


async def test_a_ticket_is_checked_in_once_and_out_once(counter: Counter) -> None:
    codes = [await counter.check(TICKET, verb) for verb in ("checkin", "checkin", "checkout", "checkout", "checkin")]
    assert codes == [None, "ticket_already_checkedin", None, "ticket_not_checkedin", None]


@pytest.mark.parametrize("verb", ["checkin", "checkout"])
async def test_a_ticket_that_is_deleted_or_unknown_is_refused_with_words(counter: Counter, verb: str) -> None:
    assert await counter.check(DELETED, verb) == "ticket_deleted"
    assert await counter.check(NO_TICKET, verb) == "ticket_not_found"
    assert (await counter.told(f"ticketing/tickets/{DELETED}/{verb}", post=True))["unsuccessful_message"]


@pytest.mark.parametrize(("at_each", "second"), [(True, None), (False, "ticket_already_checkedin")])
async def test_a_ticket_of_two_positions_is_checked_in_at_each_or_once_as_set(
    counter: Counter, *, at_each: bool, second: str | None
) -> None:
    counter.simulator.change_behaviour(ticket_at_each_position=at_each)
    codes = [await counter.check(TWO_PLACES) for _ in range(3)]
    assert codes == [None, second, "ticket_already_checkedin"]


async def test_the_info_of_a_ticket_tells_whether_and_when_it_was_checked_in(counter: Counter) -> None:
    before = await counter.told(f"ticketing/tickets/{TICKET}/info")
    assert (before["ticket_number"], before["is_checked_in"], before["checked_in_at"]) == (TICKET, False, None)
    await counter.check(TICKET)
    after = await counter.told(f"ticketing/tickets/{TICKET}/info")
    assert after["is_checked_in"]
    assert len(after["checked_in_at"]) == len("2026-01-01T00:00:00")
    assert (await counter.told(f"ticketing/tickets/{CHECKED_IN}/info"))["checked_in_at"] == "2025-05-21T10:00:00"
    assert await counter.refused(f"ticketing/tickets/{NO_TICKET}/info")


@pytest.mark.parametrize("said", [True, False])
async def test_a_voucher_of_positions_is_never_redeemed_by_an_amount_whatever_balance_says(
    counter: Counter, *, said: bool
) -> None:
    counter.simulator.change_behaviour(positions_redeemable=said)
    assert (await counter.told("vouchers/PSN6WQ9TFK2D/balance"))["is_redeemable"] is said
    assert await counter.refused("vouchers/PSN6WQ9TFK2D/redeem", {"amount_in_cents": 100})


async def test_an_expired_voucher_may_be_refused_and_its_info_says_until_when(counter: Counter) -> None:
    assert not (await counter.told("vouchers/EXN7RK4BHV3L/balance"))["is_redeemable"]
    assert (await counter.told("vouchers/EXN7RK4BHV3L/info"))["valid_until"] == "2024-12-31T23:59:59"


CHANGES: dict[Endpoint, tuple[str, object, Callable[[Simulator], int]]] = {
    Endpoint.CHARGE: (f"vouchers/{GOOD}/charge", {"amount_in_cents": 1}, lambda s: len(list(s.ledger.top_ups()))),
    Endpoint.ACTIVATE: (f"depot_vouchers/{FIXED}/activate", {}, lambda s: len(list(s.depot.activations()))),
    Endpoint.DEACTIVATE: (f"depot_vouchers/{SOLD}/deactivate", {}, lambda s: len(list(s.depot.activations()))),
    Endpoint.CHECKIN: (f"ticketing/tickets/{TICKET}/checkin", {}, lambda s: len(list(s.tickets.check_ins()))),
    Endpoint.CHECKOUT: (f"ticketing/tickets/{CHECKED_IN}/checkout", {}, lambda s: len(list(s.tickets.check_ins()))),
}


@pytest.mark.parametrize("effect", [True, False])
@pytest.mark.parametrize("kind", FaultKind)
@pytest.mark.parametrize("endpoint", CHANGES)
async def test_every_fault_acts_on_a_change_with_its_effect_or_without(
    counter: Counter, endpoint: Endpoint, kind: FaultKind, *, effect: bool
) -> None:
    path, body, effects = CHANGES[endpoint]
    counter.simulator.faults.add(Misbehaviour(kind, endpoint, effect=effect, interval_seconds=0.0))
    with suppress(httpx.HTTPError):  # a reset, a hang, half of an answer
        await counter.client.post(f"/v1/{path}.json", params={"apikey": KEY}, json=body, timeout=0.3)
    assert effects(counter.simulator) == effect
    assert counter.simulator.requests[0].fault == kind
    assert not list(counter.simulator.faults)


async def test_a_fault_for_a_ticket_or_a_depot_voucher_meets_no_other(counter: Counter) -> None:
    for code in (TICKET, FIXED):
        counter.simulator.faults.add(Misbehaviour(FaultKind.STATUS, voucher_code=code, status=503))
    assert (await counter.ask(f"ticketing/tickets/{CHECKED_IN}/info")).status_code == 200
    assert (await counter.ask(f"ticketing/tickets/{TICKET}/info")).status_code == 503
    assert (await counter.ask(f"depot_vouchers/{FREE}/activate_status")).status_code == 200
    assert (await counter.ask(f"depot_vouchers/{FIXED}/activate_status")).status_code == 503


async def test_the_wrong_code_of_a_ticket_is_another_number(counter: Counter) -> None:
    counter.simulator.faults.add(Misbehaviour(FaultKind.WRONG_CODE, Endpoint.TICKET_INFO))
    assert (await counter.told(f"ticketing/tickets/{TICKET}/info"))["ticket_number"] == "9" * 19
