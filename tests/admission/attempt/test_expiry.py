"""Expired vouchers that E-GUMA would still redeem: a house may refuse them, and no other house asks for anything."""

from dataclasses import replace

import pytest

from gate_controller.admission.words.calls import Balance, CallFailed
from gate_controller.admission.words.codes import VoucherCode
from gate_controller.admission.words.info_calls import AskInfo, VoucherInfo
from gate_controller.admission.words.local_time import Day
from gate_controller.admission.words.messages import MessageKind, MoneyFate
from tests.rig.core import LOST, NOT_SENT, SHORT_CODE, VOUCHER, Core, balance, core

YESTERDAY, TODAY, TOMORROW = Day("2023-11-13"), Day("2023-11-14"), Day("2023-11-15")


def gate() -> Core:
    return core(refuses_expired=True)


def valid(until: Day | None) -> VoucherInfo:
    return VoucherInfo(VoucherCode(VOUCHER), valid_day=until)


def test_nothing_is_asked_where_the_house_takes_them() -> None:
    one = core()
    one.scan()
    assert one.asks == ["AskBalance"]


def test_info_is_asked_beside_balance_on_the_other_connection() -> None:
    one = gate()
    one.scan()
    assert one.asks == ["AskBalance", "AskInfo"]
    assert isinstance(one.asked[1], AskInfo)
    assert not one.asked[1].urgent


@pytest.mark.parametrize("balance_first", [True, False])
def test_an_expired_voucher_is_refused_with_its_date_whatever_comes_first(balance_first: bool) -> None:
    one = gate()
    one.scan()
    answers: list[Balance | VoucherInfo] = [balance(9_000), valid(YESTERDAY)]
    if not balance_first:
        one.asked.reverse()
        answers.reverse()
    one.answer(*answers)
    assert (one.told(), one.shown[-1].valid_day) == (MessageKind.EXPIRED, YESTERDAY)
    assert one.shown[-1].fate is MoneyFate.NOT_CHARGED
    assert one.asks == []


@pytest.mark.parametrize("until", [TODAY, TOMORROW, None])
def test_the_last_day_is_a_whole_day_and_no_date_is_no_end(until: Day | None) -> None:
    one = gate()
    one.scan()
    one.answer(balance(9_000))
    assert one.asks == ["AskInfo"]
    one.answer(valid(until))
    assert one.asks == ["Redeem"]


def test_a_refusal_does_not_wait_for_info() -> None:
    one = gate()
    one.scan()
    one.answer(balance(0, redeemable=False))
    assert one.told() is MessageKind.NOT_REDEEMABLE


def test_behind_a_short_code_info_is_asked_of_the_voucher_it_stands_for() -> None:
    one = gate()
    one.scan(SHORT_CODE)
    assert one.asks == ["AskBalance"]
    one.answer(balance(9_000))
    [asked] = one.asked
    assert isinstance(asked, AskInfo)
    assert (asked.voucher_code, asked.urgent) == (VOUCHER, True)
    one.answer(valid(TODAY))
    assert one.asks == ["Redeem"]


@pytest.mark.parametrize("failed", [LOST, NOT_SENT])
@pytest.mark.parametrize(("note", "told"), [("", None), ("The voucher is expired.", MessageKind.UNREACHABLE)])
def test_without_info_the_note_decides(failed: CallFailed, note: str, told: MessageKind | None) -> None:
    one = gate()
    one.scan()
    one.answer(balance(9_000, message=note), failed)
    assert (one.asks == ["Redeem"]) is (told is None)
    assert told is None or one.told() is told


def test_an_info_that_never_comes_leaves_nobody_without_a_verdict() -> None:
    one = gate()
    one.scan()
    one.answer(balance(9_000))
    one.after(5.0)
    assert (one.told(), one.story) == (MessageKind.UNREACHABLE, ["Intended", "Refused"])


def test_a_balance_that_may_be_from_before_a_refund_is_asked_again() -> None:
    one = gate()
    one.scan()
    one.answer(balance(9_000))
    state = one.only.state
    one.only.state = replace(state, crossed=frozenset({VoucherCode(VOUCHER)}))  # type: ignore[call-arg]
    one.answer(valid(TODAY))
    assert one.asks == ["AskBalance"]
    one.answer(balance(9_000))
    assert one.asks == ["Redeem"]
