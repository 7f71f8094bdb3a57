"""The simulator's books: E-GUMA's rules, checked without a server."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate_controller.admission.words.money import Cents
from gate_controller.simulator import Condition, Ledger, LedgerRefusal, Sample, User, Voucher

GATE = User("1", "Gate 1")
CODE = "AAAABBBBCCCC"


def ledger_with(balance: int = 10_000, **fields: object) -> Ledger:
    voucher = Voucher(CODE, Cents(balance), Cents(balance), **fields)  # type: ignore[arg-type]
    return Ledger([Sample(CODE, "under test", "under test", voucher)])


def redeem(ledger: Ledger, amount: int, code: str = CODE) -> str:
    redemption, _ = ledger.redeem(code, amount, user=GATE, redeemed_at="2026-01-01T10:00:00", made_at=0.0)
    return redemption.token


def balance(ledger: Ledger) -> int:
    voucher = ledger.voucher(CODE)
    assert voucher is not None
    return voucher.balance_in_cents


def test_a_redemption_lowers_the_balance() -> None:
    ledger = ledger_with(10_000)
    redeem(ledger, 2_500)
    assert balance(ledger) == 7_500


@pytest.mark.parametrize("amount", [10_001, 0, -1])
def test_a_redemption_of_more_than_the_balance_or_of_nothing_is_refused_and_changes_nothing(amount: int) -> None:
    ledger = ledger_with(10_000)
    with pytest.raises(LedgerRefusal):
        redeem(ledger, amount)
    assert balance(ledger) == 10_000
    assert not list(ledger.redemptions())


@pytest.mark.parametrize("condition", [Condition.NOT_PAID, Condition.PRO_FORMA, Condition.DELETED])
def test_a_voucher_that_is_not_good_cannot_be_redeemed(condition: Condition) -> None:
    with pytest.raises(LedgerRefusal, match=condition.value):
        redeem(ledger_with(10_000, condition=condition), 100)


def test_a_code_is_taken_with_dashes_and_in_lower_case() -> None:
    ledger = ledger_with()
    redeem(ledger, 100, "aaaa-BBBB-cccc")
    assert balance(ledger) == 9_900


def test_a_whole_cancellation_twice_is_refused_the_second_time() -> None:
    ledger = ledger_with()
    token = redeem(ledger, 2_500)
    assert ledger.cancel(CODE, token, 2_500) == 10_000
    with pytest.raises(LedgerRefusal):
        ledger.cancel(CODE, token, 2_500)
    assert balance(ledger) == 10_000


def test_a_redemption_can_be_cancelled_in_parts_up_to_its_amount() -> None:
    ledger = ledger_with()
    token = redeem(ledger, 2_500)
    ledger.cancel(CODE, token, 1_000)
    with pytest.raises(LedgerRefusal):
        ledger.cancel(CODE, token, 1_501)
    assert ledger.cancel(CODE, token, 1_500) == 10_000


def test_a_token_cancels_no_other_voucher() -> None:
    ledger = ledger_with()
    ledger.put(Voucher("OTHERVOUCHER", Cents(100), Cents(100)))
    token = redeem(ledger, 2_500)
    with pytest.raises(LedgerRefusal):
        ledger.cancel("OTHERVOUCHER", token, 2_500)


def test_a_dry_run_answers_the_same_and_changes_nothing() -> None:
    ledger = ledger_with()
    token = redeem(ledger, 100)
    _, after = ledger.redeem(CODE, 900, user=GATE, redeemed_at="", made_at=0.0, book=False)
    assert after == 9_000
    assert ledger.cancel(CODE, token, 100, book=False) == 10_000
    assert balance(ledger) == 9_900
    assert len(list(ledger.redemptions())) == 1


def test_a_short_code_lapses_at_its_moment() -> None:
    ledger = ledger_with()
    number = ledger.hand_out(CODE, lapses_at=300.0)
    assert ledger.resolve(number, now=299.9) is not None
    assert ledger.resolve(number, now=300.0) is None


def test_short_codes_are_handed_out_in_sequence_and_begin_again_after_a_hundred() -> None:
    ledger = ledger_with()
    numbers = [ledger.hand_out(CODE, lapses_at=1.0) for _ in range(102)]
    assert numbers[:3] == ["00", "01", "02"]
    assert numbers[99:] == ["99", "00", "01"]


def test_a_short_code_that_never_lapses_is_not_handed_out_again() -> None:
    ledger = ledger_with()
    ledger.hand_out(CODE, lapses_at=None, short_code="00")
    assert ledger.hand_out(CODE, lapses_at=1.0) == "01"


def test_a_short_code_is_for_balance_alone() -> None:
    ledger = ledger_with()
    number = ledger.hand_out(CODE, lapses_at=None)
    with pytest.raises(LedgerRefusal):
        redeem(ledger, 100, number)


def test_a_reset_opens_the_books_anew() -> None:
    ledger = ledger_with()
    redeem(ledger, 100)
    ledger.reset()
    assert balance(ledger) == 10_000
    assert not list(ledger.redemptions())


amounts = st.integers(min_value=-50, max_value=400)
steps = st.one_of(
    st.tuples(st.just("redeem"), amounts, st.booleans()),
    st.tuples(st.just("cancel"), amounts, st.integers(min_value=0, max_value=5)),
    st.tuples(st.just("put"), st.integers(min_value=0, max_value=1_000), st.just(0)),
)


@given(st.lists(steps, max_size=30))
def test_balance_and_net_redemptions_always_add_up_to_what_the_voucher_was_opened_with(
    schedule: list[tuple[str, int, int]],
) -> None:
    ledger = ledger_with(1_000)
    tokens: list[str] = []
    for what, amount, other in schedule:
        try:
            if what == "redeem":
                redemption, _ = ledger.redeem(CODE, amount, user=GATE, redeemed_at="", made_at=0.0, book=bool(other))
                tokens.append(redemption.token)
            elif what == "cancel" and tokens:
                ledger.cancel(CODE, tokens[other % len(tokens)], amount)
            elif what == "put":
                ledger.put(Voucher(CODE, Cents(5_000), Cents(amount)))
        except LedgerRefusal:
            pass
        account = ledger.account(CODE)
        assert account is not None
        redemptions = list(ledger.redemptions())
        assert account.net_redeemed == sum(redemption.left for redemption in redemptions)
        assert account.opened_with == balance(ledger) + account.net_redeemed
        assert balance(ledger) >= 0
        assert all(0 <= redemption.cancelled <= redemption.amount for redemption in redemptions)
