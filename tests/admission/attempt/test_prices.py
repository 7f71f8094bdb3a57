"""What a visitor is charged where the house has rules: what his intent says, and that is on disk before Redeem."""

from collections.abc import Mapping
from types import MappingProxyType

import pytest

from gate_controller.admission.words.calls import Redeem
from gate_controller.admission.words.events import Contact
from gate_controller.admission.words.facts import Approved, Intended, Refused
from gate_controller.admission.words.messages import MessageKind
from gate_controller.admission.words.money import Cents
from gate_controller.admission.words.tariff import PriceRule, Tariff, Terms, TimeOfWeek
from tests.rig.core import LOST, NOT_SENT, OTHER, PRICE, SHORT_CODE, VOUCHER, WALL, Core, balance, charged, core, listed

CHILD = PriceRule(Terms.PRICE, Cents(1_000), products=frozenset({"child"}))
MORNING = PriceRule(Terms.PRICE, Cents(1_800), time=TimeOfWeek(until=12 * 60))
ALL_DAY = PriceRule(Terms.PRICE, Cents(1_900))
ALL_OF_IT = PriceRule(Terms.WHOLE_BALANCE, products=frozenset({"rest"}))


def gate(*rules: PriceRule, sensor: bool = False) -> Core:
    return core(sensor=sensor, tariff=Tariff(rules))


def intent_of(one: Core) -> Intended:
    [intent] = [fact for fact in one.facts if isinstance(fact, Intended)]
    return intent


def redeem_of(one: Core) -> Redeem:
    [redeem] = one.asked
    assert isinstance(redeem, Redeem)
    return redeem


def test_a_product_has_its_own_price_and_the_intent_says_it_before_redeem_is_sent() -> None:
    one = gate(CHILD)
    one.scan()
    assert one.story == []
    one.answer(balance(4_000, product_id="child"))
    assert one.story == ["Intended"]
    assert (intent_of(one).price, intent_of(one).balance_before, intent_of(one).product_id) == (1_000, 4_000, "child")
    assert redeem_of(one).amount == 1_000
    one.answer(charged(3_000))
    assert (one.told(), one.shown[-1].price, one.shown[-1].balance) == (MessageKind.ADMITTED, 1_000, 3_000)
    assert one.story == ["Intended", "Redeemed", "Released"]


def test_redeem_waits_for_that_intent_to_be_synced() -> None:
    one = gate(CHILD)
    one.scan()
    one.disk = "hangs"
    one.answer(balance(4_000, product_id="child"))
    assert [(write.synced, len(write.facts)) for write in one.held] == [(True, 1)]
    assert one.asks == []
    one.disk_answers()
    assert one.asks == ["Redeem"]


def test_another_product_pays_the_usual_price_and_no_product_does_too() -> None:
    for product in ("adult", ""):
        one = gate(CHILD)
        one.scan()
        one.answer(balance(4_000, product_id=product))
        assert redeem_of(one).amount == intent_of(one).price == PRICE


def test_the_whole_balance_is_charged_where_there_is_one() -> None:
    one = gate(ALL_OF_IT)
    one.scan()
    one.answer(balance(1_234, product_id="rest"))
    assert redeem_of(one).amount == intent_of(one).price == 1_234


def test_of_nothing_nothing_is_ever_redeemed() -> None:
    one = gate(ALL_OF_IT)
    one.scan()
    one.answer(balance(0, product_id="rest"))
    assert one.asks == []
    assert (one.told(), one.story) == (MessageKind.BALANCE_TOO_LOW, ["Refused"])


def test_a_balance_below_the_products_price_is_refused_with_that_price() -> None:
    one = gate(CHILD)
    one.scan()
    one.answer(balance(900, product_id="child"))
    assert (one.told(), one.shown[-1].price, one.shown[-1].balance) == (MessageKind.BALANCE_TOO_LOW, 1_000, 900)
    assert one.story == ["Refused"]


@pytest.mark.parametrize(
    ("terms", "texts", "kind", "recorded"),
    [
        (Terms.REFUSED, {"de": "Nur im Bad.", "en": "Baths only."}, MessageKind.HOUSE_REFUSES, "Nur im Bad."),
        (Terms.POSITION, {}, MessageKind.POSITION_VOUCHER, ""),
    ],
)
def test_a_product_that_the_house_does_not_take_is_refused_with_words(
    terms: Terms, texts: Mapping[str, str], kind: MessageKind, recorded: str
) -> None:
    one = gate(PriceRule(terms, products=frozenset({"spa"}), texts=MappingProxyType(dict(texts))))
    one.scan()
    one.answer(balance(9_000, product_id="spa"))
    assert (one.told(), dict(one.shown[-1].house_texts)) == (kind, texts)
    [refused] = one.facts
    assert isinstance(refused, Refused)
    assert (refused.reason, refused.text) == (kind.name.lower(), recorded)


def test_where_only_the_time_decides_the_intent_is_written_while_balance_is_asked() -> None:
    always = gate(MORNING, ALL_DAY)
    always.scan()
    assert intent_of(always).price in {1_800, 1_900}
    always.answer(balance(4_000, product_id="child"))
    assert [type(fact) for fact in always.facts] == [Intended, Approved]
    assert redeem_of(always).amount == intent_of(always).price


def test_by_a_clock_that_is_not_sure_no_price_is_named_before_e_guma_has_told_the_time() -> None:
    one = gate(MORNING, ALL_DAY)
    one.wall_error = -400 * 86_400.0
    one.scan()
    assert one.story == []
    one.wall_error = None
    one.answer(balance(4_000))
    assert intent_of(one).price == 1_900  # 22:30 UTC
    assert intent_of(one).at > WALL


def test_the_display_at_rest_says_the_price_of_now_and_changes_by_itself() -> None:
    one = gate(PriceRule(Terms.PRICE, Cents(1_800), time=TimeOfWeek(since=23 * 60)))
    one.scan("https://x.y")
    one.after(10.0)
    assert (one.shown[-1].kind, one.shown[-1].price) == (MessageKind.IDLE, PRICE)  # 22:30 UTC
    one.after(1_800.0)
    assert (one.shown[-1].kind, one.shown[-1].price) == (MessageKind.IDLE, 1_800)
    said = len(one.shown)
    one.after(7 * 3_600.0)
    assert [message.price for message in one.shown[said:]] == [PRICE]


def test_what_balance_notes_goes_with_the_attempt_and_not_to_the_visitor() -> None:
    one = core()
    one.scan()
    one.answer(balance(4_000, message="VIP, greet him", product_id="12"))
    [_, approved] = one.facts
    assert isinstance(approved, Approved)
    assert (approved.note, approved.product_id) == ("VIP, greet him", "12")
    assert all(message.eguma_text == "" for message in one.shown)


def test_a_lost_answer_is_looked_up_at_the_price_of_the_product() -> None:
    one = gate(CHILD)
    one.scan()
    one.answer(balance(4_000, product_id="child"), LOST)
    [asked] = one.asked
    assert getattr(asked, "amount", None) == 1_000


def test_a_process_that_dies_behind_such_an_intent_finds_all_that_a_look_up_needs() -> None:
    one = gate(CHILD)
    one.scan()
    one.answer(balance(4_000, product_id="child"))
    again = one.restarts()
    assert again.only.state.name == "in doubt"
    assert again.only.balance_before == 4_000
    again.after(1.0)
    assert [(type(asked).__name__, getattr(asked, "amount", None)) for asked in again.asked] == [
        ("AskRedemptions", 1_000)
    ]


def test_a_process_that_dies_before_such_an_intent_leaves_nothing() -> None:
    one = gate(CHILD)
    one.scan()
    assert one.restarts().gate.visitors.unfinished == {}


def test_a_short_code_of_a_voucher_with_money_on_its_way_leaves_no_record_of_its_own() -> None:
    one = gate(CHILD, sensor=True)
    one.scan()
    one.answer(balance(4_000, product_id="child"), charged(3_000))
    one.after(8.0)
    assert one.story[-1] == "CreditOpened"
    one.scan(SHORT_CODE)
    one.answer(balance(3_000))
    assert (one.told(), one.pulses) == (MessageKind.ADMITTED_ON_CREDIT, 2)
    assert len({fact.attempt for fact in one.facts}) == 1


def test_a_redeem_that_was_not_sent_ends_as_not_charged() -> None:
    one = gate(CHILD)
    one.scan(OTHER)
    one.answer(balance(4_000, OTHER, product_id="child"), NOT_SENT)
    assert one.story == ["Intended", "NotCharged"]
    assert one.told() is MessageKind.UNREACHABLE


def test_a_doubt_that_is_found_opens_at_the_products_price() -> None:
    one = gate(CHILD)
    one.scan()
    one.answer(balance(4_000, product_id="child"), LOST, listed(0), balance(3_000))
    assert one.told() in {MessageKind.ADMITTED, MessageKind.CHECKING}
    assert one.only.voucher_code == VOUCHER


def chosen(*rules: PriceRule) -> Core:
    one = core(tariff=Tariff(rules), second_price=Cents(700))
    one.contact(Contact.PRICE_BUTTON, active=False)
    one.contact(Contact.PRICE_BUTTON)
    one.scan()
    return one


def test_a_second_price_that_was_chosen_goes_before_rules_that_name_a_price() -> None:
    for product in ("child", "adult"):
        one = chosen(CHILD)
        one.answer(balance(4_000, product_id=product))
        assert redeem_of(one).amount == intent_of(one).price == 700


def test_a_second_price_that_was_chosen_goes_before_no_rule_that_refuses() -> None:
    one = chosen(PriceRule(Terms.POSITION, products=frozenset({"spa"})))
    one.answer(balance(4_000, product_id="spa"))
    assert one.told() is MessageKind.POSITION_VOUCHER


def test_without_rules_the_intent_at_a_second_price_is_written_while_balance_is_asked() -> None:
    one = chosen()
    assert intent_of(one).price == 700
