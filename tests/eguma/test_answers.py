"""What E-GUMA may answer, and how it is read: strictly where money hangs on it, leniently elsewhere."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from gate_controller.admission.words.calls import ListedRedemption
from gate_controller.admission.words.codes import VoucherCode
from gate_controller.admission.words.money import Cents
from gate_controller.eguma.answers import LIST, BalanceAnswer, ChangedAnswer, RedeemAnswer, entries_in

GOOD: dict[str, Any] = {"code": "L4FU5LQTKJR3", "is_redeemable": True, "balance_in_cents": 5000}
REDEEMED: dict[str, Any] = {"code": "L4FU5LQTKJR3", "balance_in_cents": 2500, "redeem_token": "6f1c"}
LISTED: dict[str, Any] = {
    "code": "L4FU-5LQT-KJR3",
    "redeemed_at": "2025-05-21T10:11:12",
    "redeemed_amount_in_cents": 2500,
    "derecognized": False,
    "is_complimentary": False,
    "user": {"id": "17", "name": "Gate 1"},
    "product": {"id": "p", "name": "Gift voucher"},
    "issuer": {"name": "House", "is_third_party": False},
}


def balance(**changes: Any) -> BalanceAnswer:
    return BalanceAnswer.model_validate_json(json.dumps(GOOD | changes))


def listed(**changes: Any) -> ListedRedemption:
    (entry,) = entries_in(json.dumps([LISTED | changes]).encode())
    return entry


def test_an_older_edition_has_neither_currency_nor_total() -> None:
    answer = balance()
    assert (answer.currency, answer.total_amount_in_cents, answer.message) == (None, None, "")
    assert not answer.product_id


def test_a_newer_edition_says_currency_and_total() -> None:
    answer = balance(total_amount_in_cents=9000, currency="CHF", product_id="p-1", extra=None, message="Hallo")
    assert (answer.currency, answer.total_amount_in_cents, answer.message) == ("CHF", 9000, "Hallo")
    assert answer.product_id == "p-1"


def test_fields_nobody_has_heard_of_are_ignored() -> None:
    assert balance(brand_new={"deep": [1, 2]}).balance_in_cents == 5000


def test_a_code_with_dashes_is_read_as_the_gate_keeps_it() -> None:
    assert balance(code=" l4fu-5lqt-kjr3 ").code == "L4FU5LQTKJR3"


@pytest.mark.parametrize("message", [None, 7, ["x"], {}])
def test_a_message_that_is_no_text_is_no_message(message: object) -> None:
    assert balance(message=message).message == ""


def test_a_message_is_kept_as_it_is() -> None:
    text = "  Grüezi 🎁 – 特別なご招待\n" * 200
    assert balance(message=text).message == text


@pytest.mark.parametrize("amount", ["5000", 5000.5, 5000.0, True, None, [], "", 1e30])
def test_a_balance_that_is_no_whole_number_is_unreadable(amount: object) -> None:
    with pytest.raises(ValidationError):
        balance(balance_in_cents=amount)


@pytest.mark.parametrize("flag", ["true", 1, 0, None, "yes"])
def test_whether_a_voucher_is_redeemable_must_be_said_plainly(flag: object) -> None:
    with pytest.raises(ValidationError):
        balance(is_redeemable=flag)


@pytest.mark.parametrize("code", ["", "  ", "---", None, 12])
def test_a_redeemable_voucher_without_its_code_is_unreadable(code: object) -> None:
    with pytest.raises(ValidationError):
        balance(code=code)


def test_an_unknown_code_may_lack_code_and_balance() -> None:
    answer = BalanceAnswer.model_validate_json(
        b'{"is_redeemable": false, "balance_in_cents": null, "message": "unbekannt"}'
    )
    assert (answer.code, answer.balance_in_cents, answer.message) == (None, None, "unbekannt")


@pytest.mark.parametrize("total", ["5000", None, 1.5, True])
def test_an_odd_total_amount_is_left_out_for_it_is_only_shown(total: object) -> None:
    assert balance(total_amount_in_cents=total).total_amount_in_cents is None


@pytest.mark.parametrize(("currency", "read"), [("chf", "CHF"), ("", None), (None, None), (756, None), ("USD", "USD")])
def test_a_currency_is_read_as_it_is_named(currency: object, read: str | None) -> None:
    assert balance(currency=currency).currency == read


@pytest.mark.parametrize(
    "body", [b"", b"null", b"[]", b'"ok"', b"{", b"<html>", b"\xff\xfe", b"[" * 50_000, b'{"code":"\\ud800"}']
)
def test_what_is_not_the_object_asked_for_is_unreadable(body: bytes) -> None:
    with pytest.raises(ValidationError):
        BalanceAnswer.model_validate_json(body)


@pytest.mark.parametrize("token", ["", "   ", None, 17])
def test_a_redemption_without_its_token_is_unreadable(token: object) -> None:
    with pytest.raises(ValidationError):
        RedeemAnswer.model_validate_json(json.dumps(REDEEMED | {"redeem_token": token}))


@pytest.mark.parametrize("model", [RedeemAnswer, ChangedAnswer])
@pytest.mark.parametrize("amount", ["2500", True, None, 2500.0])
def test_a_new_balance_must_be_a_whole_number(model: type[RedeemAnswer | ChangedAnswer], amount: object) -> None:
    with pytest.raises(ValidationError):
        model.model_validate_json(json.dumps(REDEEMED | {"balance_in_cents": amount}))


def test_a_redemption_of_an_older_edition_is_read() -> None:
    body = REDEEMED | {"voucher_document_url": "https://example.invalid/x.pdf"}
    assert RedeemAnswer.model_validate_json(json.dumps(body)).redeem_token == "6f1c"


def test_a_listed_redemption_names_its_user_and_its_moment_by_the_lists_own_clock() -> None:
    at = datetime(2025, 5, 21, 10, 11, 12, tzinfo=UTC).timestamp()
    assert listed() == ListedRedemption(VoucherCode("L4FU5LQTKJR3"), Cents(2500), "17", at)


def test_a_user_is_the_same_user_whether_its_id_is_a_number_or_a_text() -> None:
    assert listed(user={"id": 17, "name": None}) == listed()


@pytest.mark.parametrize("user", [None, {}, {"id": None}, {"id": ""}, {"id": True}, "Gate 1"])
def test_a_listed_redemption_may_lack_its_user(user: object) -> None:
    assert listed(user=user) == replace(listed(), user="")


@pytest.mark.parametrize("field", ["code", "redeemed_at", "redeemed_amount_in_cents"])
def test_an_entry_that_lacks_what_tells_charges_apart_may_be_the_one_looked_for(field: str) -> None:
    body = json.dumps([LISTED, {name: value for name, value in LISTED.items() if name != field}])
    entries = entries_in(body.encode())
    assert [entry.amount is None for entry in entries] == [False, True]
    assert entries[1].voucher_code == (None if field == "code" else "L4FU5LQTKJR3")
    with pytest.raises(ValidationError):
        LIST.validate_json(body)


@pytest.mark.parametrize(
    "odd", [{"redeemed_amount_in_cents": "25.00"}, {"redeemed_at": "yesterday"}, {"redeemed_amount_in_cents": None}]
)
def test_one_odd_entry_of_a_list_does_not_hide_the_others(odd: dict[str, Any]) -> None:
    entries = entries_in(json.dumps([LISTED | odd | {"code": "OTHR-0000-0001"}, LISTED]).encode())
    assert [entry.voucher_code for entry in entries] == ["OTHR00000001", "L4FU5LQTKJR3"]
    assert [entry.amount is None for entry in entries] == [True, False]


@pytest.mark.parametrize("odd", [None, 7, "entry", [], {}, {"code": 12}, {"code": " "}, {"code": "--"}])
def test_an_entry_of_which_not_even_the_voucher_can_be_read_is_said_to_be_there(odd: object) -> None:
    entries = entries_in(json.dumps([LISTED, odd]).encode())
    assert [(entry.voucher_code is None, entry.amount is None) for entry in entries] == [(False, False), (True, True)]


@pytest.mark.parametrize("body", [b"{}", b"null", b"<html>", b"[", b""])
def test_what_is_no_list_cannot_be_read(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        entries_in(body)


@pytest.mark.parametrize("product", [None, True, ["p-1"], {}])
def test_an_odd_product_is_none(product: object) -> None:
    assert not balance(product_id=product).product_id


def test_a_product_is_the_same_as_a_number_and_as_a_text() -> None:
    assert balance(product_id=17).product_id == balance(product_id="17").product_id == "17"
