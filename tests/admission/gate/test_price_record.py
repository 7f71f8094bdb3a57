"""Other prices: on record before they count, between two visitors, at a date; who is in the lane pays as he began."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from gate_controller.admission.gate.price_record import first_list
from gate_controller.admission.words.calls import Redeem
from gate_controller.admission.words.events import Contact
from gate_controller.admission.words.facts import Intended, PricesChanged
from gate_controller.admission.words.local_time import Day, LocalMoment
from gate_controller.admission.words.messages import MessageKind
from gate_controller.admission.words.money import Cents
from gate_controller.admission.words.policy import Policy
from gate_controller.admission.words.revision import RevisionOrdered
from gate_controller.admission.words.tariff import PriceChange, PriceRule, Season, Tariff, Terms
from tests.rig.core import OTHER, Core, balance, charged, core

NEW_YEAR = LocalMoment(Day("2027-01-01"))


def priced(policy: Policy, cents: int, **more: Any) -> Policy:
    listed = (("admission.price_cents", str(cents)), *((name, str(value)) for name, value in more.items()))
    return replace(policy, price=Cents(cents), price_list=listed)


def gate() -> Core:
    one = core()
    one.gate.policy = priced(one.gate.policy, 2_500)
    one.recovers((), prices=first_list(one.gate.policy))
    return one


def reprice(one: Core, cents: int) -> None:
    answer = one.order(RevisionOrdered, priced(one.gate.policy, cents), "gate.toml")
    assert not answer.objection


def changes(one: Core) -> list[str]:
    return [fact.reason for fact in one.facts if isinstance(fact, PricesChanged)]


def test_another_price_is_on_record_and_counts_at_once_while_nobody_is_there() -> None:
    one = gate()
    reprice(one, 2_700)
    assert changes(one) == ["price 25.00 -> 27.00 (gate.toml)"]
    assert (one.told(), one.shown[-1].price, len(one.revised)) == (MessageKind.IDLE, 2_700, 1)
    one.scan()
    one.answer(balance(5_000))
    [command] = one.asked
    assert isinstance(command, Redeem)
    assert command.amount == 2_700


def test_whoever_is_in_the_lane_pays_the_price_that_he_began_with() -> None:
    one = gate()
    one.scan()
    reprice(one, 2_700)
    assert one.revised == []
    one.answer(balance(5_000), charged(2_500))
    assert [fact.price for fact in one.facts if isinstance(fact, Intended)] == [2_500]
    one.after(10.0)
    assert (len(one.revised), one.shown[-1].price) == (1, 2_700)
    assert changes(one) == ["price 25.00 -> 27.00 (gate.toml)"]


def test_a_price_does_not_count_before_its_record_is_on_disk() -> None:
    one = gate()
    one.disk = "hangs"
    reprice(one, 2_700)
    assert (one.revised, one.gate.policy.price) == ([], 2_500)
    one.disk_answers()
    assert (len(one.revised), one.gate.policy.price) == (1, 2_700)


def test_a_price_counts_as_soon_as_a_failing_journal_has_taken_its_record() -> None:
    one = gate()
    one.disk = "fails"
    reprice(one, 2_700)
    assert one.gate.policy.price == 2_500
    one.disk = "works"
    one.after(20.0)
    assert (one.gate.policy.price, changes(one)) == (2_700, ["price 25.00 -> 27.00 (gate.toml)"])


def test_of_two_orders_the_later_one_counts_and_both_are_on_record() -> None:
    one = gate()
    one.scan()
    reprice(one, 2_700)
    reprice(one, 2_600)
    one.answer(balance(5_000), charged(2_500))
    one.after(10.0)
    assert (len(one.revised), one.gate.policy.price) == (1, 2_600)
    assert changes(one) == ["price 25.00 -> 27.00 (gate.toml)", "price 27.00 -> 26.00 (gate.toml)"]


def test_settings_without_another_price_leave_no_record() -> None:
    one = gate()
    one.order(RevisionOrdered, replace(one.gate.policy, credit_seconds=60.0), "gate.toml")
    assert (one.gate.policy.credit_seconds, changes(one)) == (60.0, [])


def test_a_gate_that_starts_with_another_price_says_so_once() -> None:
    one = gate()
    known = first_list(priced(one.gate.policy, 2_000))
    one.recovers((), prices=known)
    assert changes(one) == ["price 20.00 -> 25.00 (found at the start)"]
    one.recovers((), prices=one.facts[-1].prices if isinstance(one.facts[-1], PricesChanged) else "")
    assert len(changes(one)) == 1


def test_rules_that_come_and_go_are_told_one_by_one() -> None:
    one = gate()
    rules = [{"kind": "maison", "free": True}, {"days": ["mo"], "price_cents": 1_000}]
    one.order(RevisionOrdered, priced(one.gate.policy, 2_500, prices=json.dumps(rules)), "gate.toml")
    one.order(RevisionOrdered, priced(one.gate.policy, 2_500, prices=json.dumps(rules[1:])), "gate.toml")
    assert changes(one)[0].count("rules: + ") == 2
    assert changes(one)[1] == 'rules: - {"kind": "maison", "free": true} (gate.toml)'


def test_nobody_who_was_told_a_price_meets_another() -> None:
    one = gate()
    one.gate.policy = replace(one.gate.policy, second_price=Cents(1_200))
    one.press(Contact.PRICE_BUTTON)
    reprice(one, 2_700)
    assert one.revised == []
    one.after(11.0)
    assert len(one.revised) == 1


# -- dates


def dated(wall: str, **fields: Any) -> Core:
    """Return a gate a moment before or after New Year, when its price goes from 25.00 to 27.00."""
    one = gate()
    tariff = Tariff(changes=(PriceChange(NEW_YEAR, Cents(2_700)),), **fields)
    one.gate.policy = replace(one.gate.policy, tariff=tariff)
    # The rig's clocks begin together: the monotonic one is put where the wall clock is wanted.
    one.now += datetime.fromisoformat(wall).replace(tzinfo=UTC).timestamp() - one.at.wall
    return one


def prices_asked(one: Core) -> int:
    one.scan(OTHER)
    one.answer(balance(5_000))
    [command] = one.asked
    assert isinstance(command, Redeem)
    return command.amount


def test_at_its_date_a_price_counts_is_shown_and_is_on_record_before_the_first_visitor() -> None:
    one = dated("2026-12-31 23:59:50")
    one.after(0.0)
    one.contact(Contact.TAMPER, active=False)
    assert one.shown == [] or one.shown[-1].price == 2_500
    one.after(10.0)
    assert (one.shown[-1].price, changes(one)) == (2_700, ["now holds: from 2027-01-01 00:00 on"])
    assert prices_asked(one) == 2_700
    kinds = [type(fact).__name__ for fact in one.facts]
    assert kinds.index("PricesChanged") < kinds.index("Intended")


def test_whoever_scanned_before_midnight_pays_the_price_of_his_scan() -> None:
    one = dated("2026-12-31 23:59:59")
    one.scan()
    one.after(1.5)
    one.answer(balance(5_000))
    [command] = one.asked
    assert isinstance(command, Redeem)
    assert command.amount == 2_500


def test_a_clock_that_may_be_wrong_puts_no_date_on_record_and_the_charge_waits_for_the_right_one() -> None:
    one = dated("2026-06-01 12:00:00")
    one.wall_error = 0.0
    one.scan()
    assert not any(isinstance(fact, Intended) for fact in one.facts)
    one.wall_error = None
    one.now += datetime(2027, 1, 1, 12, tzinfo=UTC).timestamp() - one.at.wall  # as E-GUMA's answer says
    assert changes(one) == []
    one.answer(balance(5_000))
    assert changes(one) == ["now holds: from 2027-01-01 00:00 on"]


@pytest.mark.parametrize(
    ("wall", "price"), [("2026-11-30 23:59", 2_500), ("2026-12-01 00:00", 900), ("2026-12-31 23:59", 900)]
)
def test_a_rule_holds_in_its_season_alone(wall: str, price: int) -> None:
    one = gate()
    season = Season(LocalMoment(Day("2026-12-01")), NEW_YEAR)
    tariff = Tariff((PriceRule(Terms.PRICE, Cents(900), season=season),))
    one.gate.policy = replace(one.gate.policy, tariff=tariff)
    one.now += datetime.fromisoformat(wall).replace(tzinfo=UTC).timestamp() - one.at.wall
    assert prices_asked(one) == price
