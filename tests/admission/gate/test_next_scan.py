"""What the next scan is for: a balance that is told and never charged, or an admission at the second price."""

from collections.abc import Callable
from typing import Any

import pytest

from gate_controller.admission.words import events as on
from gate_controller.admission.words.codes import Code
from gate_controller.admission.words.errand_facts import ErrandKind
from gate_controller.admission.words.events import AdmitOrdered, Contact, Purpose, PurposeOrdered
from gate_controller.admission.words.facts import Intended
from gate_controller.admission.words.messages import Fault, MessageKind
from tests.rig.core import (
    LOST,
    NO_KEY,
    NOT_SENT,
    OTHER,
    PRICE,
    REFUSED,
    SHORT_CODE,
    VOUCHER,
    Core,
    balance,
    charged,
    core,
    listed,
    with_credit,
)

SECOND_PRICE = 1_500
BALANCE_CARD, PRICE_CARD = "HOUSE-CARD-7Q2M9X4K", "HOUSE-CARD-3F8R1T6W"
BALANCE, SECOND = Contact.BALANCE_BUTTON, Contact.PRICE_BUTTON


def gate_with_buttons(*, sensor: bool = False, **policies: float | str) -> Core:
    set_up: dict[str, Any] = {"second_price": SECOND_PRICE, "balance_card": BALANCE_CARD, "price_card": PRICE_CARD}
    return core(sensor=sensor, **(set_up | policies))


def by_button(gate: Core, purpose: Purpose) -> None:
    gate.press(BALANCE if purpose is Purpose.BALANCE else SECOND)


def by_card(gate: Core, purpose: Purpose) -> None:
    gate.scan(BALANCE_CARD if purpose is Purpose.BALANCE else PRICE_CARD)


def by_order(gate: Core, purpose: Purpose) -> None:
    assert gate.order(PurposeOrdered, purpose).objection == ""


CHOOSING = pytest.mark.parametrize("choose", [by_button, by_card, by_order])
Choose = Callable[[Core, Purpose], None]


def told(gate: Core) -> tuple[MessageKind, int | None, int | None]:
    message = gate.shown[-1]
    return message.kind, message.balance, message.total


# -- the balance


@CHOOSING
def test_the_next_scan_tells_the_balance_by_one_question_and_charges_nothing(choose: Choose) -> None:
    gate = gate_with_buttons()
    choose(gate, Purpose.BALANCE)
    assert gate.told() is MessageKind.CHECK_BALANCE
    gate.scan()
    assert (gate.told(), gate.asks) == (MessageKind.CHECKING, ["AskBalance"])
    gate.answer(balance(4_000, total=5_000))
    assert told(gate) == (MessageKind.BALANCE_TOLD, 4_000, 5_000)
    gate.after(60.0)
    assert (gate.facts, gate.asked, gate.pulses) == ([], [], 0)
    assert gate.told() is MessageKind.IDLE
    assert gate.gate.wake_at is None


def test_the_scan_after_it_is_an_admission_again() -> None:
    gate = gate_with_buttons()
    gate.press(BALANCE)
    gate.scan()
    gate.answer(balance(4_000))
    gate.after(2.0)
    gate.admits()
    assert gate.pulses == 1


def test_without_a_scan_it_ends_by_itself_after_ten_seconds() -> None:
    gate = gate_with_buttons()
    gate.press(BALANCE)
    gate.after(9.9)
    assert gate.told() is MessageKind.CHECK_BALANCE
    gate.after(0.2)
    assert gate.told() is MessageKind.IDLE
    gate.admits()


@CHOOSING
def test_an_answer_stays_as_long_as_a_verdict(choose: Choose) -> None:
    gate = gate_with_buttons()
    choose(gate, Purpose.BALANCE)
    gate.scan()
    gate.answer(balance(4_000))
    gate.after(4.9)
    assert gate.told() is MessageKind.BALANCE_TOLD
    gate.after(0.2)
    assert gate.told() is MessageKind.IDLE


@pytest.mark.parametrize("press", [by_button, by_card])
def test_pressed_again_it_is_off(press: Choose) -> None:
    gate = gate_with_buttons()
    for _ in range(2):
        press(gate, Purpose.BALANCE)
        gate.after(2.5)
    assert gate.told() is MessageKind.IDLE
    gate.admits()


def test_ordered_again_it_begins_anew() -> None:
    gate = gate_with_buttons()
    by_order(gate, Purpose.BALANCE)
    gate.after(8.0)
    by_order(gate, Purpose.BALANCE)
    gate.after(8.0)
    assert gate.told() is MessageKind.CHECK_BALANCE


def test_a_card_that_lies_there_is_held_there_once() -> None:
    gate = gate_with_buttons(repeat_seconds=0.0)
    for _ in range(6):
        gate.scan(BALANCE_CARD)
        gate.after(0.5)
    assert gate.told() is MessageKind.CHECK_BALANCE


@pytest.mark.parametrize("repeat_seconds", [0.0, 5.0, 60.0])
@pytest.mark.parametrize("every", [0.05, 0.5, 1.0, 1.9])
@pytest.mark.parametrize("answer", [balance(4_000), LOST, REFUSED, balance(0, redeemable=False)])
def test_a_voucher_left_lying_there_is_never_charged_when_it_is_over(
    repeat_seconds: float, every: float, answer: object
) -> None:
    gate = gate_with_buttons(repeat_seconds=repeat_seconds)
    gate.press(BALANCE)
    gate.scan()
    gate.after(every)
    gate.scan()
    gate.answer(answer)  # type: ignore[arg-type]
    for _ in range(int(40 / every)):
        gate.after(every)
        gate.scan()
    assert (gate.facts, gate.asked, gate.pulses) == ([], [], 0)
    assert gate.told() is MessageKind.BALANCE_TOLD
    gate.after(max(2.0, 2 * every) + 0.01)
    gate.admits()


def test_whoever_leaves_it_there_is_told_to_take_it_away_once_the_answer_was_read() -> None:
    gate = gate_with_buttons()
    gate.press(BALANCE)
    gate.scan()
    gate.answer(balance(4_000))
    gate.after(1.5)
    gate.scan()
    assert told(gate) == (MessageKind.BALANCE_TOLD, 4_000, None)
    for _ in range(3):
        gate.after(1.5)
        gate.scan()
    assert told(gate) == (MessageKind.BALANCE_TOLD, None, None)


def test_whoever_leaves_it_there_while_staff_let_somebody_in_is_told_too() -> None:
    gate = gate_with_buttons()
    gate.press(BALANCE)
    gate.scan()
    gate.answer(balance(4_000))
    gate.order(on.OpenOrdered, "a pram")
    assert gate.told() is MessageKind.LET_IN
    gate.scan()
    assert told(gate) == (MessageKind.BALANCE_TOLD, None, None)
    assert gate.asked == []


def test_another_voucher_is_served_while_the_one_before_may_still_lie_there() -> None:
    gate = gate_with_buttons()
    gate.press(BALANCE)
    gate.scan()
    gate.answer(balance(4_000))
    gate.admits(code=OTHER)
    assert gate.pulses == 1


def test_pressed_again_for_a_voucher_that_lies_there_it_asks_again() -> None:
    gate = gate_with_buttons()
    for left in (4_000, 3_000):
        gate.press(BALANCE)
        gate.scan()
        gate.answer(balance(left))
        assert told(gate)[:2] == (MessageKind.BALANCE_TOLD, left)
        gate.after(1.0)


def test_the_second_price_charges_no_voucher_that_lies_there_since_its_balance_was_told() -> None:
    gate = gate_with_buttons()
    gate.press(BALANCE)
    gate.scan()
    gate.answer(balance(4_000))
    gate.press(SECOND)
    gate.after(1.0)
    gate.scan()
    assert (gate.asked, gate.facts) == ([], [])


def test_whoever_has_just_been_admitted_may_ask_what_is_left_and_is_not_charged_twice() -> None:
    gate = gate_with_buttons(hold_seconds=0.0)
    gate.admits(left=6_000)
    gate.after(1.0)
    gate.press(BALANCE)
    gate.scan()
    gate.answer(balance(3_500))
    assert told(gate)[:2] == (MessageKind.BALANCE_TOLD, 3_500)
    for _ in range(20):
        gate.after(1.0)
        gate.scan()
    assert (gate.pulses, gate.asked) == (1, [])


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (LOST, MessageKind.UNREACHABLE),
        (NOT_SENT, MessageKind.UNREACHABLE),
        (REFUSED, MessageKind.REFUSED_BY_EGUMA),
        (balance(0, redeemable=False, message="not found"), MessageKind.BALANCE_NOT_REDEEMABLE),
        (balance(4_000, currency="EUR"), MessageKind.WRONG_CURRENCY),
        (balance(0), MessageKind.BALANCE_TOLD),
        (balance(500), MessageKind.BALANCE_TOLD),
    ],
)
def test_whatever_eguma_says_it_is_told_and_nothing_is_written(answer: object, kind: MessageKind) -> None:
    gate = gate_with_buttons()
    gate.press(BALANCE)
    gate.scan()
    gate.answer(answer)  # type: ignore[arg-type]
    assert gate.told() is kind
    gate.after(30.0)
    assert (gate.facts, gate.asked, gate.told()) == ([], [], MessageKind.IDLE)


def test_a_voucher_that_cannot_be_redeemed_is_told_with_e_gumas_words_and_what_is_on_it() -> None:
    gate = gate_with_buttons()
    gate.press(BALANCE)
    gate.scan()
    gate.answer(balance(4_000, redeemable=False, message="expired", total=5_000))
    assert told(gate) == (MessageKind.BALANCE_NOT_REDEEMABLE, 4_000, 5_000)
    assert gate.shown[-1].eguma_text == "expired"


def test_a_note_on_a_voucher_that_can_be_redeemed_is_for_staff() -> None:
    gate = gate_with_buttons()
    gate.press(BALANCE)
    gate.scan()
    gate.answer(balance(4_000, message="customer complains a lot"))
    assert gate.shown[-1].eguma_text == ""


def test_an_amount_in_another_currency_is_not_told_as_one_of_the_gates() -> None:
    gate = gate_with_buttons()
    gate.press(BALANCE)
    gate.scan()
    gate.answer(balance(4_000, redeemable=False, currency="EUR", total=5_000))
    assert told(gate) == (MessageKind.BALANCE_NOT_REDEEMABLE, None, None)


def test_a_key_that_is_not_accepted_puts_the_gate_out_of_service() -> None:
    gate = gate_with_buttons()
    gate.press(BALANCE)
    gate.scan()
    gate.answer(NO_KEY)
    assert (
        gate.shown[-2].kind is MessageKind.REFUSED_OUT_OF_SERVICE or gate.told() is MessageKind.REFUSED_OUT_OF_SERVICE
    )
    assert Fault.KEY in gate.gate.faults
    assert gate.facts == []


def test_an_eguma_that_says_nothing_is_told_in_the_visitors_time_and_a_late_answer_changes_nothing() -> None:
    gate = gate_with_buttons()
    gate.press(BALANCE)
    gate.scan()
    gate.after(5.0)
    assert gate.told() is MessageKind.UNREACHABLE
    shown = len(gate.shown)
    gate.answer(balance(4_000))
    assert (len(gate.shown), gate.facts, gate.asked) == (shown, [], [])


def test_a_late_answer_to_one_question_is_no_answer_to_the_next() -> None:
    gate = gate_with_buttons()
    gate.press(BALANCE)
    gate.scan()
    gate.after(6.0)
    gate.press(BALANCE)
    gate.scan(OTHER)
    gate.answer(balance(4_000))
    assert gate.told() is MessageKind.CHECKING
    gate.answer(balance(700, OTHER))
    assert told(gate)[:2] == (MessageKind.BALANCE_TOLD, 700)


def test_junk_leaves_it_on_and_the_next_voucher_is_told() -> None:
    gate = gate_with_buttons()
    gate.press(BALANCE)
    gate.scan("https://example.org")
    assert gate.told() is MessageKind.NOT_A_VOUCHER
    gate.after(6.0)
    assert gate.told() is MessageKind.CHECK_BALANCE
    gate.scan()
    gate.answer(balance(4_000))
    assert gate.told() is MessageKind.BALANCE_TOLD
    assert gate.facts == []


def test_a_short_code_is_told_by_its_voucher() -> None:
    gate = gate_with_buttons()
    gate.press(BALANCE)
    gate.scan(SHORT_CODE)
    gate.answer(balance(4_000))
    assert told(gate)[:2] == (MessageKind.BALANCE_TOLD, 4_000)
    assert gate.facts == []


@pytest.mark.parametrize("code", [VOUCHER, SHORT_CODE])
def test_a_voucher_in_doubt_is_told_that_it_is_being_checked(code: str) -> None:
    gate = gate_with_buttons()
    gate.is_in_doubt()
    gate.after(6.0)
    gate.asked.clear()
    story = list(gate.story)
    gate.press(BALANCE)
    gate.scan(code)
    if code == SHORT_CODE:
        gate.answer(balance(1_500))
    assert gate.told() is MessageKind.BEING_CHECKED
    assert gate.shown[-1].incident
    assert (gate.asked, gate.story) == ([], story)
    assert gate.gate.lane is None


@pytest.mark.parametrize("code", [VOUCHER, SHORT_CODE])
def test_a_voucher_with_a_credit_is_told_of_it_and_the_credit_stays(code: str) -> None:
    gate = with_credit()
    gate.after(10.0)
    story = list(gate.story)
    gate.press(BALANCE)
    gate.scan(code)
    if code == SHORT_CODE:
        gate.answer(balance(1_500))
    assert gate.told() is MessageKind.NOBODY_PASSED
    gate.scan(code)
    assert (gate.pulses, gate.story) == (1, story)
    gate.after(3.0)
    gate.scan()
    assert (gate.pulses, gate.told()) == (2, MessageKind.ADMITTED_ON_CREDIT)


def test_a_voucher_that_staff_have_something_done_to_is_told_so() -> None:
    gate = gate_with_buttons()
    gate.order(on.ErrandOrdered, ErrandKind.TOP_UP, VOUCHER, 1_000)
    gate.press(BALANCE)
    gate.scan()
    question = gate.asked.pop()
    gate.asked.insert(0, question)
    gate.answer(balance(4_000))
    assert gate.told() is MessageKind.AT_THE_DESK


# -- when it does not begin


def test_while_somebody_is_served_a_button_changes_nothing() -> None:
    gate = gate_with_buttons()
    gate.asks_redeem()
    shown = list(gate.shown)
    gate.press(BALANCE)
    gate.press(SECOND)
    gate.scan(BALANCE_CARD)
    assert gate.shown == shown
    assert gate.order(PurposeOrdered, Purpose.BALANCE).objection.startswith("somebody is being served")
    gate.answer(charged(1_500))
    assert gate.told() is MessageKind.ADMITTED
    gate.after(3.0)
    gate.scan(OTHER)
    gate.answer(balance(4_000, OTHER))
    assert gate.asks == ["Redeem"]


def test_while_a_scan_waits_for_the_lane_a_button_changes_nothing() -> None:
    gate = gate_with_buttons()
    gate.asks_redeem()
    gate.scan(OTHER)
    gate.press(BALANCE)
    gate.answer(charged(1_500))
    gate.after(4.0)
    gate.answer(balance(4_000, OTHER))
    assert gate.asks == ["Redeem"]


@CHOOSING
@pytest.mark.parametrize("purpose", Purpose)
def test_at_a_gate_out_of_service_it_does_not_begin(choose: Choose, purpose: Purpose) -> None:
    gate = gate_with_buttons()
    gate.happens(on.FaultRaised(gate.at, Fault.SCANNER, "unplugged"))
    if choose is by_order:
        assert gate.order(PurposeOrdered, purpose).objection
    else:
        choose(gate, purpose)
    assert gate.told() is MessageKind.OUT_OF_SERVICE
    gate.happens(on.FaultCleared(gate.at, Fault.SCANNER))
    assert gate.told() is MessageKind.IDLE


@pytest.mark.parametrize("purpose", Purpose)
def test_a_fault_ends_it(purpose: Purpose) -> None:
    gate = gate_with_buttons()
    by_button(gate, purpose)
    gate.happens(on.FaultRaised(gate.at, Fault.SCANNER, "unplugged"))
    gate.happens(on.FaultCleared(gate.at, Fault.SCANNER))
    assert gate.told() is MessageKind.IDLE
    gate.admits()
    assert gate.facts[0].price == PRICE  # type: ignore[attr-defined]


def test_a_gate_that_stops_while_a_balance_is_asked_serves_that_visitor_to_the_end() -> None:
    gate = gate_with_buttons()
    gate.press(BALANCE)
    gate.scan()
    gate.happens(on.Stopping(gate.at))
    gate.press(BALANCE)
    gate.answer(balance(4_000))
    assert gate.told() is MessageKind.BALANCE_TOLD
    assert gate.facts == []


@pytest.mark.parametrize("button", [BALANCE, SECOND])
def test_a_button_that_is_pressed_when_the_gate_starts_is_stuck_and_begins_nothing(button: Contact) -> None:
    gate = gate_with_buttons()
    gate.happens(on.ContactChanged(gate.at, button, active=True))
    assert gate.gate.visitors.next_scan.chosen is None
    assert "stuck" in gate.notes[-1]
    gate.happens(on.ContactChanged(gate.at, button, active=False))
    gate.press(button)
    assert gate.gate.visitors.next_scan.chosen is not None


def test_a_scan_waits_for_a_lane_that_is_taken_meanwhile_and_is_for_what_was_chosen() -> None:
    gate = gate_with_buttons()
    gate.press(BALANCE)
    gate.press(Contact.EXIT_BUTTON)
    gate.scan()
    assert gate.told() is MessageKind.ONE_MOMENT
    gate.after(3.0)
    gate.answer(balance(4_000))
    assert gate.told() is MessageKind.BALANCE_TOLD
    assert gate.story == ["Occurred"]


def test_another_scan_while_a_balance_is_asked_waits_and_is_an_admission() -> None:
    gate = gate_with_buttons()
    gate.press(BALANCE)
    gate.scan()
    gate.scan(OTHER)
    assert gate.told() is MessageKind.ONE_MOMENT
    gate.answer(balance(4_000))
    assert gate.told() is MessageKind.BALANCE_TOLD
    gate.after(1.4)
    assert gate.asks == []
    gate.after(0.2)
    gate.answer(balance(4_000, OTHER), charged(1_500))
    assert gate.told() is MessageKind.ADMITTED


def test_who_waited_to_be_told_a_balance_is_told_of_its_doubt_himself_where_that_is_on_the_display_already() -> None:
    gate = gate_with_buttons()
    gate.press(BALANCE)
    assert gate.order(AdmitOrdered, Code(VOUCHER), 1, None).objection == ""
    gate.answer(balance(4_000))
    gate.scan()
    assert gate.told() is MessageKind.ONE_MOMENT
    while gate.told() is not MessageKind.BEING_CHECKED:
        gate.answer(*([LOST] if gate.asks == ["Redeem"] else [NOT_SENT] * len(gate.asks)))
        gate.after(0.5)
    gate.shown.clear()
    gate.after(3.0)
    assert [message.kind for message in gate.shown] == [MessageKind.BEING_CHECKED]


# -- cards


@pytest.mark.parametrize("prefix", [b"", b"]C0", b"]Q2\\000026", b"D", b"P01", b"\x02", b"  "])
@pytest.mark.parametrize("suffix", [b"", b"\t", b"\x03", b" "])
@pytest.mark.parametrize("spelt", [BALANCE_CARD, BALANCE_CARD.lower()])
def test_a_card_is_known_whatever_its_scanner_puts_around_it(prefix: bytes, suffix: bytes, spelt: str) -> None:
    gate = gate_with_buttons()
    gate.scan(prefix + spelt.encode() + suffix)
    assert gate.told() is MessageKind.CHECK_BALANCE


@pytest.mark.parametrize(
    "frame",
    [
        BALANCE_CARD[:-1],
        BALANCE_CARD + "1",
        BALANCE_CARD.replace("-", ""),
        BALANCE_CARD[1:],
        f"https://example.org/{BALANCE_CARD}",
        BALANCE_CARD * 2,
        BALANCE_CARD[:-1] + "\xe9",
        PRICE_CARD[:-1] + "X",
        "",
    ],
)
def test_what_is_only_like_a_card_is_no_voucher(frame: str) -> None:
    gate = gate_with_buttons()
    gate.scan(frame)
    assert gate.told() is MessageKind.NOT_A_VOUCHER


def test_where_no_card_is_set_none_is_known() -> None:
    gate = core(second_price=SECOND_PRICE)
    for frame in (BALANCE_CARD, PRICE_CARD, "", "\t"):
        gate.scan(frame)
        assert gate.told() is MessageKind.NOT_A_VOUCHER


def test_no_card_is_ever_asked_about_or_noted() -> None:
    gate = gate_with_buttons()
    for frame in (BALANCE_CARD, PRICE_CARD, PRICE_CARD[:-1]):
        gate.scan(frame)
        gate.after(3.0)
    assert gate.asked == []
    assert not any(card[4:] in note for note in gate.notes for card in (BALANCE_CARD, PRICE_CARD[:-1]))
    assert BALANCE_CARD not in repr(gate.gate.policy)


# -- the second price


@CHOOSING
def test_the_next_admission_costs_the_second_price_and_the_one_after_it_the_first(choose: Choose) -> None:
    gate = gate_with_buttons(hold_seconds=0.0)
    choose(gate, Purpose.SECOND_PRICE)
    assert (gate.told(), gate.shown[-1].price) == (MessageKind.OTHER_PRICE, SECOND_PRICE)
    gate.scan()
    gate.answer(balance(1_600), charged(100))
    assert (gate.told(), gate.shown[-1].price, gate.shown[-1].balance) == (MessageKind.ADMITTED, SECOND_PRICE, 100)
    gate.after(6.0)
    gate.asks_redeem(code=OTHER)
    intents = [fact.price for fact in gate.facts if isinstance(fact, Intended)]
    assert intents == [SECOND_PRICE, PRICE]


def test_the_second_price_is_what_is_sent() -> None:
    gate = gate_with_buttons()
    gate.press(SECOND)
    gate.scan()
    gate.answer(balance(4_000))
    assert gate.asked[0].amount == SECOND_PRICE  # type: ignore[attr-defined]


def test_a_balance_below_the_second_price_is_too_low() -> None:
    gate = gate_with_buttons()
    gate.press(SECOND)
    gate.scan()
    gate.answer(balance(1_400))
    assert (gate.told(), gate.shown[-1].price) == (MessageKind.BALANCE_TOO_LOW, SECOND_PRICE)


def test_the_second_price_may_be_the_higher_one() -> None:
    gate = gate_with_buttons(second_price=3_000)
    gate.press(SECOND)
    gate.scan()
    gate.answer(balance(2_900))
    assert (gate.told(), gate.shown[-1].price) == (MessageKind.BALANCE_TOO_LOW, 3_000)


@pytest.mark.parametrize("press", [by_button, by_card])
def test_pressed_again_the_second_price_is_off(press: Choose) -> None:
    gate = gate_with_buttons()
    for _ in range(2):
        press(gate, Purpose.SECOND_PRICE)
        gate.after(2.5)
    gate.admits()
    assert gate.shown[-1].price == PRICE


def test_the_second_price_ends_by_itself() -> None:
    gate = gate_with_buttons()
    gate.press(SECOND)
    gate.after(10.0)
    gate.admits()
    assert gate.shown[-1].price == PRICE


def test_of_two_buttons_the_newer_counts() -> None:
    gate = gate_with_buttons()
    gate.press(BALANCE)
    gate.press(SECOND)
    assert gate.told() is MessageKind.OTHER_PRICE
    gate.press(BALANCE)
    assert gate.told() is MessageKind.CHECK_BALANCE
    gate.after(11.0)
    assert gate.told() is MessageKind.IDLE


@CHOOSING
def test_where_no_second_price_is_set_nothing_begins(choose: Choose) -> None:
    gate = core(price_card=PRICE_CARD)
    if choose is by_order:
        assert "second price" in gate.order(PurposeOrdered, Purpose.SECOND_PRICE).objection
    else:
        choose(gate, Purpose.SECOND_PRICE)
    gate.admits()
    assert gate.shown[-1].price == PRICE


def test_a_credit_is_used_at_whatever_it_cost_and_the_second_price_is_spent() -> None:
    gate = with_credit()
    gate.gate.policy = gate_with_buttons(sensor=True).gate.policy
    gate.after(10.0)
    gate.press(SECOND)
    gate.scan()
    assert gate.told() is MessageKind.ADMITTED_ON_CREDIT
    assert gate.gate.visitors.next_scan.chosen is None
    assert len([fact for fact in gate.facts if isinstance(fact, Intended)]) == 1


def test_a_lost_answer_at_the_second_price_is_looked_up_at_that_price() -> None:
    gate = gate_with_buttons()
    gate.press(SECOND)
    gate.scan()
    gate.answer(balance(4_000), LOST)
    assert gate.asks == ["AskRedemptions"]
    assert gate.asked[0].amount == SECOND_PRICE  # type: ignore[attr-defined]


def almost_settled() -> Core:
    """Return a gate whose doubt is looked up for the last time in 0.6 s."""
    gate = gate_with_buttons()
    gate.is_in_doubt()
    gate.answer(listed(0), balance(4_000))
    while gate.now < 1_119.0:
        gate.after(0.1)
        while gate.asked:
            gate.answer(listed(0) if gate.asks == ["AskRedemptions"] else balance(4_000))
    return gate


@pytest.mark.parametrize(("again", "price"), [(True, SECOND_PRICE), (False, PRICE)])
def test_a_doubt_that_ends_as_not_charged_is_served_anew_at_what_was_chosen_for_that_scan(
    again: bool, price: int
) -> None:
    gate = almost_settled()
    if again:
        gate.press(SECOND)
    gate.scan()
    while gate.asks != ["Redeem"]:
        gate.after(0.1)
        while gate.asked and gate.asks != ["Redeem"]:
            gate.answer(listed(0) if gate.asks == ["AskRedemptions"] else balance(4_000))
    prices = [fact.price for fact in gate.facts if isinstance(fact, Intended)]
    assert prices == [PRICE, price]
    assert gate.asked[0].amount == price  # type: ignore[attr-defined]


def test_what_staff_order_is_answered_and_noted_with_their_name() -> None:
    gate = gate_with_buttons()
    answer = gate.order(PurposeOrdered, Purpose.SECOND_PRICE)
    assert answer.objection == ""
    assert "Anna" in gate.notes[-1]
