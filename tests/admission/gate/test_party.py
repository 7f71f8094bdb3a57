"""Staff have somebody admitted from the desk: by the rules of a scan, once for each person."""

from gate_controller.admission.words.calls import Redeem
from gate_controller.admission.words.codes import Code
from gate_controller.admission.words.commands import Answer
from gate_controller.admission.words.events import AdmitOrdered, Contact, OpenOrdered, Stopping
from gate_controller.admission.words.facts import Intended, ReleasedToSensor
from gate_controller.admission.words.messages import MessageKind
from gate_controller.admission.words.money import Cents
from tests.rig.core import LOST, OTHER, PRICE, VOUCHER, Core, balance, charged, core, listed, with_credit


def admit(gate: Core, persons: int = 1, code: str = VOUCHER, most: int | None = None) -> Answer:
    return gate.order(AdmitOrdered, Code(code), persons, None if most is None else Cents(most))


def one_is_let_in(gate: Core, left: int) -> None:
    gate.answer(balance(left), charged(left - PRICE))


def test_one_person_is_charged_and_let_in_as_by_a_scan() -> None:
    gate = core()

    answer = admit(gate)
    assert gate.asks == ["AskBalance"]
    one_is_let_in(gate, 9_000)

    assert (gate.told(), gate.pulses, answer.objection) == (MessageKind.ADMITTED, 1, "")
    [intent] = [fact for fact in gate.facts if isinstance(fact, Intended)]
    assert (intent.by, intent.order, intent.incident) == ("Anna", answer.order, answer.incident)


def test_the_gate_opens_once_for_each_person_and_charges_each() -> None:
    gate = core()
    admit(gate, persons=3)

    for left in (9_000, 6_500, 4_000):
        one_is_let_in(gate, left)
        gate.after(4.0)

    assert gate.pulses == 3
    assert gate.asks == []
    assert len({fact.attempt for fact in gate.facts if isinstance(fact, Intended)}) == 3


def test_the_first_who_is_refused_ends_it() -> None:
    gate = core()
    admit(gate, persons=3)
    one_is_let_in(gate, 4_000)
    gate.after(4.0)

    gate.answer(balance(1_500))
    gate.after(30.0)

    assert (gate.pulses, gate.asks) == (1, [])
    assert MessageKind.BALANCE_TOO_LOW in [message.kind for message in gate.shown]


def test_a_doubt_ends_it_and_is_looked_up() -> None:
    gate = core()
    admit(gate, persons=2)
    gate.answer(balance(9_000), LOST)
    gate.after(5.0)

    assert gate.told() is MessageKind.BEING_CHECKED
    assert [ask for ask in gate.asked if isinstance(ask, Redeem)] == []


def test_a_lost_answer_that_is_found_goes_on_with_the_next() -> None:
    gate = core()
    admit(gate, persons=2)
    gate.answer(balance(9_000), LOST, listed(1))
    assert gate.pulses == 1
    gate.after(4.0)

    one_is_let_in(gate, 6_500)

    assert gate.pulses == 2


def test_a_scan_in_between_waits_for_the_last_of_them() -> None:
    gate = core()
    admit(gate, persons=2)
    one_is_let_in(gate, 9_000)
    gate.scan(OTHER)
    assert gate.told() is MessageKind.ONE_MOMENT
    gate.after(3.5)
    assert [ask.code for ask in gate.asked] == [VOUCHER]  # type: ignore[attr-defined]  # they are Balance's
    one_is_let_in(gate, 6_500)
    gate.after(4.0)

    assert [ask.code for ask in gate.asked] == [OTHER]  # type: ignore[attr-defined]


def test_an_order_at_a_lane_that_is_taken_is_put_off() -> None:
    gate = core()
    gate.asks_redeem()

    answer = admit(gate)

    assert (answer.is_put_off, "being served" in answer.objection) == (True, True)
    assert gate.asks == ["Redeem"]


def test_nobody_is_let_in_by_another_order_while_some_are_still_to_come() -> None:
    gate = core()
    admit(gate, persons=2)
    one_is_let_in(gate, 9_000)
    gate.after(2.0)

    assert "being served" in gate.order(OpenOrdered, "a friend").objection
    assert admit(gate).is_put_off


def test_a_gate_out_of_service_says_why_it_admits_nobody() -> None:
    gate = core()
    gate.contact(Contact.SERVICE_KEY)

    answer = admit(gate)

    assert "takes no scans" in answer.objection
    assert gate.asks == []


def test_an_alarm_in_between_ends_it() -> None:
    gate = core()
    admit(gate, persons=3)
    one_is_let_in(gate, 9_000)
    gate.contact(Contact.FIRE)
    gate.after(5.0)
    gate.contact(Contact.FIRE, active=False)
    gate.after(30.0)

    assert gate.asks == []


def test_a_gate_that_stops_serves_the_one_in_the_lane_and_no_other() -> None:
    gate = core()
    admit(gate, persons=3)
    gate.happens(Stopping(gate.at))
    one_is_let_in(gate, 9_000)
    gate.after(30.0)

    assert (gate.pulses, gate.asks) == (1, [])


def test_more_than_its_giver_may_move_is_not_begun() -> None:
    gate = core()

    answer = admit(gate, persons=3, most=2 * PRICE)

    assert "more than" in answer.objection
    assert gate.asks == []
    assert admit(gate, persons=51).objection != ""
    assert admit(gate, persons=0).objection != ""


def test_a_credit_of_the_voucher_is_used_before_anything_is_charged() -> None:
    gate = with_credit()

    answer = admit(gate)

    assert (gate.told(), gate.pulses, gate.asks) == (MessageKind.ADMITTED_ON_CREDIT, 2, [])
    assert answer.incident
    # Its intent is the visitor's own: that it was used by this order stands with its use.
    assert [fact.order for fact in gate.facts if isinstance(fact, ReleasedToSensor)] == ["", answer.order]


def test_the_short_code_of_a_voucher_with_a_credit_goes_on_with_the_next() -> None:
    gate = with_credit()
    admit(gate, persons=2, code="42")
    gate.answer(balance(1_500))
    assert gate.told() is MessageKind.ADMITTED_ON_CREDIT
    gate.somebody_passes()
    gate.after(4.0)

    assert gate.asks == ["AskBalance"]


def test_whoever_comes_back_after_a_doubt_without_a_trace_is_served_anew_in_its_place() -> None:
    gate = core()
    gate.is_in_doubt()
    gate.after(125.0)
    gate.answer(listed(0), balance(4_000))
    admit(gate, persons=2)
    gate.answer(listed(0), balance(4_000))
    assert gate.asks == ["AskBalance"]
    one_is_let_in(gate, 9_000)
    gate.after(4.0)

    assert gate.asks == ["AskBalance"]
