"""Free entries: against a record on disk, once a day, and with nothing to give back whatever goes wrong."""

import pytest

from gate_controller.admission.words.facts import RegimeEnded
from gate_controller.admission.words.free_facts import FreeEntry, FreeEntryUnused, FreeGrounds
from gate_controller.admission.words.messages import Fault, MessageKind, MoneyFate
from gate_controller.admission.words.tariff import PriceRule, Tariff, Terms, VoucherKind
from tests.rig.core import BOOT, OTHER, PRICE, SHORT_CODE, Core, balance, core

MAISON = "MAISON123456"
RULE = PriceRule(Terms.FREE, kind=VoucherKind.MAISON)
DAY = 86_400.0


def gate(*, sensor: bool = False) -> Core:
    return core(sensor=sensor, tariff=Tariff((RULE,)))


def lets_in(one: Core, code: str = MAISON) -> None:
    one.scan(code)
    one.answer(balance(0, MAISON, product_id="7", message="from the director"))
    assert one.told() is MessageKind.ADMITTED_FREE


def test_a_free_entry_is_on_disk_before_the_relay_moves_and_nothing_is_redeemed() -> None:
    one = gate()
    one.scan(MAISON)
    one.disk = "hangs"
    one.answer(balance(0, MAISON))
    assert ([write.synced for write in one.held], one.pulses, one.asks) == ([True], 0, [])
    one.disk_answers()
    assert (one.pulses, one.asks, one.story) == (1, [], ["FreeEntry", "Released"])
    assert (one.told(), one.shown[-1].fate) == (MessageKind.ADMITTED_FREE, MoneyFate.NOT_CHARGED)


def test_the_record_says_why_and_what_it_would_have_cost() -> None:
    one = gate()
    lets_in(one)
    fact = one.facts[0]
    assert isinstance(fact, FreeEntry)
    assert (fact.grounds, fact.worth, fact.balance) == (FreeGrounds.RULE, PRICE, 0)
    assert (fact.product_id, fact.note) == ("7", "from the director")


@pytest.mark.parametrize("again", [MAISON, SHORT_CODE])
def test_it_is_once_a_day_whatever_code_names_the_voucher(again: str) -> None:
    one = gate()
    lets_in(one)
    one.after(600.0)
    one.scan(again)
    one.answer(balance(0, MAISON))
    assert (one.told(), one.pulses) == (MessageKind.FREE_USED_UP, 1)
    one.after(DAY)
    lets_in(one)
    assert one.pulses == 2


def test_another_voucher_has_its_own() -> None:
    one = gate()
    lets_in(one)
    one.after(600.0)
    one.scan("MOTHER123456")
    one.answer(balance(0, "MOTHER123456"))
    assert one.pulses == 2


def test_a_restart_remembers_the_day_from_the_journal() -> None:
    one = gate()
    lets_in(one)
    again = one.restarts(600.0)
    again.scan(MAISON)
    again.answer(balance(0, MAISON))
    assert (again.told(), again.pulses) == (MessageKind.FREE_USED_UP, 0)


def test_where_nobody_passed_it_was_not_used_and_opens_again() -> None:
    one = gate(sensor=True)
    lets_in(one)
    one.after(8.0)
    assert one.story == ["FreeEntry", "ReleasedToSensor", "FreeEntryUnused"]
    assert (one.told(), one.shown[-1].fate) == (MessageKind.FREE_UNUSED, MoneyFate.NOT_CHARGED)
    lets_in(one)
    one.somebody_passes()
    assert one.story[-1] == "Passed"
    one.after(60.0)
    one.scan(MAISON)
    one.answer(balance(0, MAISON))
    assert one.told() is MessageKind.FREE_USED_UP


def test_a_relay_that_fails_charges_nothing_and_uses_nothing_up() -> None:
    one = gate()
    one.relay_works = False
    one.scan(MAISON)
    one.answer(balance(0, MAISON))
    assert (one.told(), one.shown[-1].fault) == (MessageKind.REFUSED_OUT_OF_SERVICE, Fault.RELAY)
    assert one.shown[-1].fate is MoneyFate.NOT_CHARGED
    assert one.story == ["FreeEntry", "FreeEntryUnused"]
    assert one.gate.visitors.unfinished == {}


def test_a_journal_that_fails_opens_for_nobody() -> None:
    one = gate()
    one.scan(MAISON)
    one.disk = "fails"
    one.answer(balance(0, MAISON))
    assert (one.told(), one.pulses) == (MessageKind.REFUSED_OUT_OF_SERVICE, 0)


def test_a_disk_that_hangs_refuses_in_time_and_opens_for_nobody_later() -> None:
    one = gate()
    one.scan(MAISON)
    one.disk = "hangs"
    one.answer(balance(0, MAISON))
    one.after(5.0)
    assert (one.told(), one.pulses) == (MessageKind.UNREACHABLE, 0)
    one.disk_answers()
    assert one.pulses == 0
    assert one.story[-1] == "FreeEntryUnused"


@pytest.mark.parametrize("boot", [BOOT, "another boot"])
def test_a_process_that_dies_before_it_opens_leaves_nothing_to_do_but_to_say_so(boot: str) -> None:
    one = gate()
    one.scan(MAISON)
    one.disk = "hangs"
    one.answer(balance(0, MAISON))
    one.facts += [fact for write in one.held for fact in write.facts]
    again = one.restarts(boot=boot)
    assert (again.story, again.gate.visitors.unfinished) == (["FreeEntry", "FreeEntryUnused"], {})
    lets_in(again)


def test_a_process_that_dies_while_somebody_goes_through_counts_him_as_let_in() -> None:
    one = gate(sensor=True)
    lets_in(one)
    again = one.restarts(600.0)
    assert again.story == ["FreeEntry", "ReleasedToSensor", "Released"]
    again.scan(MAISON)
    again.answer(balance(0, MAISON))
    assert again.told() is MessageKind.FREE_USED_UP


def test_from_another_machine_it_is_no_open_item() -> None:
    one = gate(sensor=True)
    lets_in(one)
    again = one.restarts(is_foreign=True)
    assert "OpenItem" not in again.story
    assert not any(isinstance(fact, RegimeEnded) for fact in again.facts)


def test_a_code_that_still_lies_there_is_told_that_it_is_used_up() -> None:
    one = gate()
    lets_in(one)
    for _ in range(5):
        one.after(0.9)
        one.scan(MAISON)
    assert (one.pulses, one.told()) == (1, MessageKind.FREE_USED_UP)


def test_the_same_code_while_the_gate_is_open_is_told_to_go_through() -> None:
    one = gate(sensor=True)
    lets_in(one)
    one.after(3.0)
    one.scan(MAISON)
    assert (one.told(), one.shown[-1].fate) == (MessageKind.ADMITTED_FREE, MoneyFate.NOT_CHARGED)


def test_whoever_is_held_up_by_an_alarm_has_used_nothing() -> None:
    one = gate()
    one.scan(MAISON)
    one.disk = "hangs"
    one.answer(balance(0, MAISON))
    one.gate.faults[Fault.HELD_OPEN] = "key"
    one.disk_answers()
    assert (one.pulses, one.told()) == (0, MessageKind.REFUSED_OUT_OF_SERVICE)
    assert isinstance(one.facts[-1], FreeEntryUnused)


def test_a_voucher_that_is_no_maison_is_charged_as_always() -> None:
    one = gate()
    one.scan(OTHER)
    one.answer(balance(4_000, OTHER))
    assert one.asks == ["Redeem"]
