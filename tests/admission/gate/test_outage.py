"""An outage of E-GUMA, by the policy that the house declares: begun by a visitor, ended by any answer, and counted."""

import pytest

from gate_controller.admission.words.calls import AskBalance, CallFailed
from gate_controller.admission.words.facts import Occurrence
from gate_controller.admission.words.free_facts import FreeEntry, FreeGrounds
from gate_controller.admission.words.messages import MessageKind, MoneyFate
from gate_controller.admission.words.money import Cents
from gate_controller.admission.words.outage_rules import OUTAGE_PROBE_CODE, OutageConduct, OutageRules
from tests.rig.core import LOST, NO_KEY, NOT_SENT, OTHER, PRICE, REFUSED, VOUCHER, Core, balance, charged, core, listed


def gate(conduct: OutageConduct, *, persons: int = 0, cents: int = 0, sensor: bool = False) -> Core:
    return core(sensor=sensor, outage=OutageRules(conduct, persons, Cents(cents)))


def meets_nobody(one: Core, code: str = VOUCHER, failed: CallFailed = LOST) -> None:
    one.scan(code)
    one.answer(failed)


def free_entries(one: Core) -> list[FreeEntry]:
    return [fact for fact in one.facts if isinstance(fact, FreeEntry)]


def test_a_closed_house_refuses_each_and_counts_no_outage() -> None:
    one = core()
    meets_nobody(one)
    assert (one.told(), one.story) == (MessageKind.UNREACHABLE, ["Intended", "Refused"])
    assert not one.gate.outage.is_on
    one.after(3_600.0)
    assert one.asks == []


@pytest.mark.parametrize("failed", [LOST, NOT_SENT])
def test_staff_only_sends_each_to_the_staff_and_says_so_at_rest(failed: CallFailed) -> None:
    one = gate(OutageConduct.STAFF_ONLY)
    meets_nobody(one, failed=failed)
    assert (one.told(), one.shown[-1].fate) == (MessageKind.SEE_STAFF, MoneyFate.NOT_CHARGED)
    assert one.occurred == [Occurrence.OUTAGE]
    one.after(6.0)
    assert one.told() is MessageKind.OUTAGE_STAFF
    assert one.pulses == 0


@pytest.mark.parametrize("answered", [REFUSED, NO_KEY])
def test_a_word_of_e_gumas_own_is_no_outage(answered: CallFailed) -> None:
    one = gate(OutageConduct.FREE)
    meets_nobody(one, failed=answered)
    assert (one.pulses, one.occurred, one.gate.outage.is_on) == (0, [], False)


def test_free_lets_in_against_a_record_on_disk() -> None:
    one = gate(OutageConduct.FREE)
    one.scan()
    one.disk = "hangs"
    one.answer(LOST)
    assert one.pulses == 0
    one.disk_answers()
    assert (one.pulses, one.told()) == (1, MessageKind.ADMITTED_FREE)
    [free] = free_entries(one)
    assert (free.grounds, free.worth, free.balance) == (FreeGrounds.OUTAGE, PRICE, None)
    assert free.outage == one.gate.outage.id
    assert one.story[-2:] == ["FreeEntry", "Released"]


def test_nothing_is_ever_charged_for_it_later() -> None:
    one = gate(OutageConduct.FREE)
    meets_nobody(one)
    one.after(25.0)
    one.answer(balance(0, OUTAGE_PROBE_CODE, redeemable=False))
    one.after(7_200.0)
    assert one.asks == []
    again = one.restarts()
    again.after(7_200.0)
    assert "Redeem" not in again.asks


def test_at_rest_the_display_says_that_entry_is_free_until_e_guma_answers() -> None:
    one = gate(OutageConduct.FREE)
    meets_nobody(one)
    one.after(10.0)
    assert one.told() is MessageKind.OUTAGE_FREE
    one.after(15.0)
    [probe] = one.asked
    assert isinstance(probe, AskBalance)
    assert (probe.code, probe.urgent) == (OUTAGE_PROBE_CODE, False)
    one.answer(LOST)
    assert one.told() is MessageKind.OUTAGE_FREE
    one.after(25.0)
    one.answer(balance(0, OUTAGE_PROBE_CODE, redeemable=False))
    assert (one.told(), one.occurred) == (MessageKind.IDLE, [Occurrence.OUTAGE, Occurrence.OUTAGE_ENDED])
    one.after(3_600.0)
    assert one.asks == []


def test_balance_is_asked_for_each_visitor_all_the_same_with_less_time() -> None:
    one = gate(OutageConduct.FREE)
    one.scan()
    [first] = one.asked
    one.answer(LOST)
    one.after(6.0)
    one.scan(OTHER)
    [second] = one.asked
    assert isinstance(first, AskBalance)
    assert isinstance(second, AskBalance)
    assert (first.deadline - 1_000.0, second.deadline - one.now) == (3.0, 1.5)
    one.answer(balance(4_000, OTHER), charged(1_500))
    assert one.told() is MessageKind.ADMITTED
    assert one.occurred[-1] is Occurrence.OUTAGE_ENDED


@pytest.mark.parametrize(("persons", "cents"), [(2, 0), (0, 2 * PRICE), (0, 3 * PRICE - 1), (2, 100 * PRICE)])
def test_when_the_limits_are_used_up_it_is_closed_and_says_nothing_else_at_rest(persons: int, cents: int) -> None:
    one = gate(OutageConduct.FREE, persons=persons, cents=cents)
    for _ in range(4):
        meets_nobody(one)
        one.after(15.0)
        if one.asks:
            one.answer(LOST)
    assert (one.pulses, len(free_entries(one))) == (2, 2)
    assert one.told() is MessageKind.IDLE
    assert any(message.kind is MessageKind.UNREACHABLE for message in one.shown)


def test_a_new_outage_has_its_own_limits() -> None:
    one = gate(OutageConduct.FREE, persons=1)
    meets_nobody(one)
    one.after(15.0)
    one.scan(OTHER)
    one.answer(balance(100, OTHER))
    one.after(15.0)
    meets_nobody(one)
    assert one.pulses == 2


def test_the_limits_are_counted_across_restarts_and_the_outage_goes_on() -> None:
    one = gate(OutageConduct.FREE, persons=2)
    meets_nobody(one)
    again = one.restarts(60.0)
    assert (again.gate.outage.is_on, again.gate.outage.persons, again.gate.outage.cents) == (True, 1, PRICE)
    for _ in range(3):
        again.after(15.0)
        while again.asks:
            again.answer(LOST)
        meets_nobody(again)
    assert again.pulses == 1


def test_what_nobody_used_is_not_counted_now_or_after_a_restart() -> None:
    one = gate(OutageConduct.FREE, persons=1, sensor=True)
    meets_nobody(one)
    one.after(8.0)
    assert one.told() is MessageKind.FREE_UNUSED
    assert one.gate.outage.persons == 0
    assert one.restarts().gate.outage.persons == 0


def test_an_outage_that_has_ended_stays_ended_after_a_restart() -> None:
    one = gate(OutageConduct.FREE)
    meets_nobody(one)
    one.after(30.0)
    one.answer(REFUSED)
    assert not one.restarts().gate.outage.is_on


def test_once_redeem_was_sent_it_is_no_matter_of_the_outage() -> None:
    one = gate(OutageConduct.FREE)
    one.asks_redeem()
    one.answer(LOST, LOST, LOST)
    one.after(5.0)
    assert (one.pulses, free_entries(one)) == (0, [])
    assert not one.gate.outage.is_on


def test_a_voucher_with_a_doubt_is_not_let_in_free_on_another_scan() -> None:
    one = gate(OutageConduct.FREE)
    one.is_in_doubt()
    one.answer(LOST)
    one.after(30.0)
    one.scan()
    while one.asks:
        one.answer(listed(0) if one.asks[0] == "AskRedemptions" else LOST)
    one.after(5.0)
    assert (one.pulses, free_entries(one)) == (0, [])


def test_whoever_waits_to_go_in_again_is_told_when() -> None:
    one = gate(OutageConduct.FREE)
    meets_nobody(one)
    one.after(3.6)
    one.scan()
    assert (one.told(), one.shown[-1].fate) == (MessageKind.FREE_AGAIN_LATER, MoneyFate.NOT_CHARGED)
