"""
What staff have E-GUMA do, by the whole table of answers: what each means, and what is sent again. The server answers
with bytes of its own, so that nothing here depends on what the simulator thinks of E-GUMA.
"""

import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from gate_controller.admission.words.calls import CallFailed, CallFault
from gate_controller.admission.words.codes import TicketNumber, VoucherCode
from gate_controller.admission.words.desk_calls import Activation, Deactivation, NewAmount, NewBalance
from gate_controller.admission.words.info_calls import VoucherInfo
from gate_controller.admission.words.money import Cents
from gate_controller.admission.words.ticket_calls import (
    TicketInfo,
    TicketRefusal,
    TicketRefusalCode,
    TicketTaken,
)
from gate_controller.eguma.api import Api
from gate_controller.eguma.desk_api import DeskApi
from gate_controller.eguma.ticket_api import TicketApi
from tests.rig.raw_server import RawServer, answer_of, raw_server, refusing_port

CODE = VoucherCode("DPF4KX7TQ2MR")
NUMBER = TicketNumber("1234567890123456789")
Call = Callable[[Api, float], Awaitable[object]]

READING: dict[str, Call] = {
    "info": lambda api, until: DeskApi(api).info(CODE, until, urgent=False),
    "activation": lambda api, until: DeskApi(api).activation(CODE, until),
    "deactivation": lambda api, until: DeskApi(api).deactivation(CODE, until),
    "ticket info": lambda api, until: TicketApi(api).info(NUMBER, until, urgent=True),
}
CHANGING: dict[str, Call] = {
    "top-up": lambda api, until: DeskApi(api).top_up(CODE, Cents(5000), "pay-1", until),
    "cancel a part": lambda api, until: DeskApi(api).cancel_part(CODE, "t0k3n", Cents(500), until),
    "activate": lambda api, until: DeskApi(api).activate(CODE, Cents(5000), until),
    "deactivate": lambda api, until: DeskApi(api).deactivate(CODE, "wrong one", until),
    "check-in": lambda api, until: TicketApi(api).check_in(NUMBER, until),
    "check-out": lambda api, until: TicketApi(api).check_out(NUMBER, until, urgent=True),
}
CALLS = READING | CHANGING

GOOD: dict[str, dict[str, object]] = {
    "info": {"code": CODE, "name": "Gift", "description": "For two", "is_redeemed": False, "balance_in_cents": 5000},
    "activation": {"code": CODE, "can_be_activated": True, "free_amount": False, "amount_in_cents": 5000},
    "deactivation": {"code": CODE, "can_be_deactivated": True, "amount_in_cents": 5000},
    "ticket info": {"ticket_number": NUMBER, "is_checked_in": True, "checked_in_at": "2026-07-01T12:00:00"},
    "top-up": {"code": CODE, "balance_in_cents": 7500},
    "cancel a part": {"code": CODE, "balance_in_cents": 7500},
    "activate": {"code": CODE, "amount_in_cents": 5000},
    "deactivate": {"code": CODE, "amount_in_cents": 5000},
    "check-in": {"is_successful": True, "product_id": "p", "ticket_type_id": 7},
    "check-out": {"is_successful": True},
}
MEANT: dict[str, object] = {
    "info": VoucherInfo(CODE, "Gift", "For two", is_redeemed=False, balance=Cents(5000)),
    "activation": Activation(CODE, can_be_activated=True, is_amount_free=False, amount=Cents(5000)),
    "deactivation": Deactivation(CODE, can_be_deactivated=True, amount=Cents(5000)),
    "ticket info": TicketInfo(NUMBER, is_checked_in=True, checked_in_at=1_782_900_000.0),
    "top-up": NewBalance(Cents(7500)),
    "cancel a part": NewBalance(Cents(7500)),
    "activate": NewAmount(Cents(5000)),
    "deactivate": NewAmount(Cents(5000)),
    "check-in": TicketTaken("p", "7"),
    "check-out": TicketTaken(),
}
PAGE = b"<!DOCTYPE html><title>Welcome</title>"


@asynccontextmanager
async def answering(answer: bytes) -> AsyncIterator[tuple[Api, RawServer]]:
    async with raw_server(answer) as raw:
        api = Api(raw.base_url, "demo-key-gate-1")
        try:
            yield api, raw
        finally:
            await api.aclose()


async def outcome(name: str, answer: bytes, seconds: float = 0.25) -> tuple[object, int]:
    """Ask once of a server that gives this answer; return what it meant, and how often it was asked."""
    async with answering(answer) as (api, raw):
        return await CALLS[name](api, time.monotonic() + seconds), len(raw.requests)


async def read(name: str, /, **changes: object) -> object:
    body = {field: value for field, value in (GOOD[name] | changes).items() if value is not ...}
    meant, _ = await outcome(name, answer_of(json.dumps(body).encode()))
    return meant


def fault_of(meant: object) -> CallFault | None:
    return meant.fault if isinstance(meant, CallFailed) else None


@pytest.mark.parametrize("name", CALLS)
async def test_what_e_guma_documents_is_read(name: str) -> None:
    assert await read(name) == MEANT[name]


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("status", ["400 Bad Request", "401 Unauthorized"])
async def test_a_400_or_401_in_words_is_e_gumas_and_not_asked_again(name: str, status: str) -> None:
    meant, asked = await outcome(name, answer_of(b"Nicht m\xc3\xb6glich.", status=status))
    assert asked == 1
    if status.startswith("400"):
        assert meant == CallFailed(CallFault.REFUSED, "Nicht möglich.")
    else:
        assert fault_of(meant) is CallFault.KEY_NOT_ACCEPTED


UNKNOWN = {
    "a page": answer_of(PAGE),
    "nothing": answer_of(b""),
    "half of it": answer_of(b'{"code": "DPF'),
    "a list": answer_of(b"[]"),
    "an empty object": answer_of(b"{}"),
    "a refusal's page": answer_of(PAGE, status="400 Bad Request"),
    "a page for no key": answer_of(PAGE, status="401 Unauthorized"),
    "not there": answer_of(b"Not Found", status="404 Not Found"),
    "a conflict": answer_of(b"Conflict", status="409 Conflict"),
    "too many": answer_of(b"Too many", status="429 Too Many Requests"),
    "a fault": answer_of(b"Oops", status="500 Internal Server Error"),
    "a proxy's": answer_of(b"Oops", status="502 Bad Gateway"),
    "no HTTP": b"no http at all\r\n\r\n",
    "cut off": b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{",
}


# A description that says nothing decides nothing.
TOLD_NOTHING = [(name, kind) for name in CALLS for kind in UNKNOWN if (name, kind) != ("info", "an empty object")]


@pytest.mark.parametrize(("name", "kind"), TOLD_NOTHING)
async def test_what_is_not_e_gumas_clear_word_is_unknown_and_only_what_reads_is_asked_again(
    name: str, kind: str
) -> None:
    asked, is_asked_once = 0, name in CHANGING or kind == "cut off"
    for seconds in (0.25, 1.0, 4.0):  # on a busy machine one answer takes a quarter of a second
        meant, asked = await outcome(name, UNKNOWN[kind], seconds)
        assert fault_of(meant) is CallFault.UNKNOWN
        if is_asked_once or asked > 1:
            break
    assert asked == 1 if is_asked_once else asked > 1


@pytest.mark.parametrize("name", CALLS)
async def test_with_nobody_listening_nothing_was_sent(name: str) -> None:
    with refusing_port() as base_url:
        api = Api(base_url, "demo-key-gate-1")
        try:
            assert fault_of(await CALLS[name](api, time.monotonic() + 0.2)) is CallFault.NOT_SENT
        finally:
            await api.aclose()


@pytest.mark.parametrize("name", [name for name in CALLS if "code" in GOOD[name]])
async def test_an_answer_about_another_voucher_is_none(name: str) -> None:
    assert fault_of(await read(name, code="WRNG2C4D6E8F")) is CallFault.UNKNOWN


async def test_an_answer_about_another_ticket_is_none() -> None:
    assert fault_of(await read("ticket info", ticket_number="9" * 19)) is CallFault.UNKNOWN


@pytest.mark.parametrize("written", ["dpf4-kx7t-q2mr", " DPF4KX7TQ2MR "])
@pytest.mark.parametrize("name", [name for name in CALLS if "code" in GOOD[name]])
async def test_a_code_is_the_same_however_it_is_written(name: str, written: str) -> None:
    assert await read(name, code=written) == MEANT[name]


@pytest.mark.parametrize("written", [int(NUMBER), "1234 5678 9012 3456 789", "1234-5678-9012-3456-789", ...])
async def test_a_ticket_number_is_the_same_however_it_is_written(written: object) -> None:
    assert await read("ticket info", ticket_number=written) == MEANT["ticket info"]


DECIDING = [
    ("activation", "can_be_activated"),
    ("activation", "free_amount"),
    ("activation", "amount_in_cents"),
    ("deactivation", "can_be_deactivated"),
    ("ticket info", "is_checked_in"),
    ("top-up", "balance_in_cents"),
    ("cancel a part", "balance_in_cents"),
    ("check-in", "is_successful"),
    ("check-out", "is_successful"),
]


@pytest.mark.parametrize(("name", "field"), DECIDING)
@pytest.mark.parametrize("odd", [..., None, "true", "5000", 50.5, []])
async def test_what_decides_on_money_is_read_strictly(name: str, field: str, odd: object) -> None:
    assert fault_of(await read(name, **{field: odd})) is CallFault.UNKNOWN


@pytest.mark.parametrize(
    ("name", "field"),
    [(name, field) for name, field in [*DECIDING, ("activate", "amount_in_cents")] if field.endswith("_cents")],
)
@pytest.mark.parametrize("odd", [True, "5000", 5000.0])
async def test_an_amount_is_a_whole_number_and_nothing_that_python_takes_for_one(
    name: str, field: str, odd: object
) -> None:
    assert fault_of(await read(name, **{field: odd})) is CallFault.UNKNOWN


@pytest.mark.parametrize("flag", [1, 0, "yes"])
@pytest.mark.parametrize(("name", "field"), [each for each in DECIDING if not each[1].endswith("_cents")])
async def test_a_number_is_no_yes_and_no_no(name: str, field: str, flag: object) -> None:
    assert fault_of(await read(name, **{field: flag})) is CallFault.UNKNOWN


@pytest.mark.parametrize("odd", [..., None, 7.5, [], {}])
async def test_what_people_only_read_may_be_odd_or_missing(odd: object) -> None:
    fields = dict.fromkeys(("name", "description", "is_redeemed", "balance_in_cents", "valid_until"), odd)
    assert await read("info", **fields) == VoucherInfo(CODE)
    assert await read("activation", message=odd, currency=odd, product_id=odd) == MEANT["activation"]
    assert await read("deactivation", message=odd) == MEANT["deactivation"]
    ticket = await read("ticket info", checked_in_at=odd, price_in_cents=odd)
    assert ticket == TicketInfo(NUMBER, is_checked_in=True, checked_in_at=None)


@pytest.mark.parametrize("name", ["activate", "deactivate", "deactivation", "activation"])
async def test_an_older_edition_says_balance_for_amount(name: str) -> None:
    assert await read(name, amount_in_cents=..., balance_in_cents=5000) == MEANT[name]


@pytest.mark.parametrize("name", ["activate", "deactivate"])
async def test_a_change_that_names_its_voucher_and_no_amount_took_place(name: str) -> None:
    assert await read(name, amount_in_cents=...) == NewAmount(None)
    assert await read(name, code=...) == NewAmount(Cents(5000))


async def test_a_depot_voucher_of_a_free_amount_has_none_of_its_own() -> None:
    free = await read("activation", free_amount=True, amount_in_cents=0)
    assert free == Activation(CODE, can_be_activated=True, is_amount_free=True, amount=None)


async def test_a_no_needs_no_amount_and_its_message_is_told_without_codes() -> None:
    no = await read(
        "activation", can_be_activated=False, free_amount=..., amount_in_cents=None, message=f"{CODE} is sold."
    )
    assert no == Activation(CODE, can_be_activated=False, is_amount_free=False, amount=None, message="…Q2MR is sold.")
    back = await read("deactivation", can_be_deactivated=False, code=..., amount_in_cents=..., message="Redeemed.")
    assert back == Deactivation(CODE, can_be_deactivated=False, amount=None, message="Redeemed.")


@pytest.mark.parametrize("name", ["check-in", "check-out"])
@pytest.mark.parametrize("code", [*TicketRefusalCode])
async def test_each_refusal_of_a_ticket_is_told_apart(name: str, code: TicketRefusalCode) -> None:
    no = await read(name, is_successful=False, unsuccessful_code=code.value, unsuccessful_message=f"{NUMBER}: no")
    assert no == TicketRefusal(code, "…6789: no")


@pytest.mark.parametrize("odd", [..., None, "ticket_on_the_moon", 7, True])
async def test_a_refusal_that_is_not_documented_is_another(odd: object) -> None:
    no = await read("check-in", is_successful=False, unsuccessful_code=odd)
    assert no == TicketRefusal(TicketRefusalCode.OTHER)


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-01-01T12:00:00", 1_767_265_200.0),
        ("2026-07-01T12:00:00", 1_782_900_000.0),
        ("2026-03-29T01:59:59", 1_774_745_999.0),
        ("2026-03-29T03:00:00", 1_774_746_000.0),
        ("2026-10-25T02:30:00", 1_792_888_200.0),  # twice in that night: the earlier one
        ("2026-10-25T03:00:00", 1_792_893_600.0),
        ("2026-07-01T12:00:00.1234567", 1_782_900_000.123456),
        ("2026-07-01T10:00:00Z", 1_782_900_000.0),
    ],
)
async def test_e_gumas_local_times_are_swiss_ones(written: str, moment: float) -> None:
    ticket = await read("ticket info", checked_in_at=written)
    assert isinstance(ticket, TicketInfo)
    assert ticket.checked_in_at == pytest.approx(moment, abs=1e-3)


@pytest.mark.parametrize("written", ["0001-01-01T00:00:00", "9999-12-31T23:59:59", "2026-12-31"])
async def test_a_validity_at_the_ends_of_the_calendar_is_no_trouble(written: str) -> None:
    info = await read("info", valid_until=written)
    assert isinstance(info, VoucherInfo)
    assert info.valid_until is not None


async def test_a_ticket_that_is_not_checked_in_has_no_moment() -> None:
    assert await read("ticket info", is_checked_in=False) == TicketInfo(NUMBER, is_checked_in=False, checked_in_at=None)


async def sent(call: Call) -> tuple[str, bytes]:
    """Return the line and the body of the request that a call makes."""
    async with answering(answer_of(b"No.", status="400 Bad Request")) as (api, raw):
        await call(api, time.monotonic() + 1.0)
        head, _, body = raw.requests[0].partition(b"\r\n\r\n")
    return head.split(b"\r\n")[0].decode().replace("?apikey=demo-key-gate-1", "").removesuffix(" HTTP/1.1"), body


ADDRESSES = {
    "info": f"GET /v1/vouchers/{CODE}/info.json",
    "activation": f"GET /v1/depot_vouchers/{CODE}/activate_status.json",
    "deactivation": f"GET /v1/depot_vouchers/{CODE}/deactivate_status.json",
    "ticket info": f"GET /v1/ticketing/tickets/{NUMBER}/info.json",
    "top-up": f"POST /v1/vouchers/{CODE}/charge.json",
    "cancel a part": f"POST /v1/vouchers/{CODE}/cancel_redemption.json",
    "activate": f"POST /v1/depot_vouchers/{CODE}/activate.json",
    "deactivate": f"POST /v1/depot_vouchers/{CODE}/deactivate.json",
    "check-in": f"POST /v1/ticketing/tickets/{NUMBER}/checkin.json",
    "check-out": f"POST /v1/ticketing/tickets/{NUMBER}/checkout.json",
}
BODIES = {
    "top-up": {"amount_in_cents": 5000, "payment_id": "pay-1"},
    "cancel a part": {"redeem_token": "t0k3n", "amount_in_cents": 500},
    "activate": {"amount_in_cents": 5000},
    "deactivate": {"deactivate_reason": "wrong one"},
}


@pytest.mark.parametrize("name", CALLS)
async def test_each_call_goes_to_its_address_with_its_body(name: str) -> None:
    line, body = await sent(CALLS[name])
    assert line == ADDRESSES[name]
    assert (json.loads(body) if body else None) == BODIES.get(name)


async def test_what_nobody_said_is_not_sent() -> None:
    top_up = await sent(lambda api, until: DeskApi(api).top_up(CODE, Cents(5000), "", until))
    assert json.loads(top_up[1]) == {"amount_in_cents": 5000}
    assert (await sent(lambda api, until: DeskApi(api).activate(CODE, None, until)))[1] == b""
    assert (await sent(lambda api, until: DeskApi(api).deactivate(CODE, "", until)))[1] == b""
    _, body = await sent(lambda api, until: DeskApi(api).deactivate(CODE, "x" * 2000, until))
    assert len(json.loads(body)["deactivate_reason"]) == 1024


async def test_a_depot_voucher_s_code_of_any_characters_stays_in_its_place_of_the_path() -> None:
    line, _ = await sent(lambda api, until: DeskApi(api).activate(VoucherCode("G5/H 7%Ü#4?+"), None, until))
    assert line == "POST /v1/depot_vouchers/G5%2FH%207%25%C3%9C%234%3F%2B/activate.json"
