"""How many people are inside; each case is one that counters of other houses have got wrong."""

from gate_controller.admission.gate.occupancy import Occupancy
from gate_controller.admission.words.facts import Fact, Occurred, Occurrence, PaidAlong, Passed, Released
from gate_controller.admission.words.ids import AttemptId, Incident
from gate_controller.admission.words.ticket_facts import OccupancySet, TicketLetOut
from tests.rig.facts import NOON

LEADER, OTHER, THIRD = AttemptId("ABCD1"), AttemptId("ABCD2"), AttemptId("ABCD3")


def inside(*facts: Fact, before: int = 0) -> int:
    """Count facts, from so many on."""
    counted = Occupancy(before)
    counted.take(facts)
    return counted.inside


def occurred(what: Occurrence, attempt: AttemptId = THIRD) -> Occurred:
    return Occurred(attempt, 0, NOON, Incident("7K3QM"), what, "Anna")


def test_more_who_leave_than_were_counted_leave_nobody_inside_and_the_next_one_counts() -> None:
    """Lyr3x/Roode#133, saimj7/People-Counting-in-Real-Time#19: a number below nobody, or one that stays behind."""
    out = occurred(Occurrence.EXIT)
    assert inside(out, out, TicketLetOut(OTHER, 1, NOON)) == 0
    assert inside(out, out, Released(LEADER, 1, NOON)) == 1


def test_one_person_who_is_let_in_on_several_vouchers_is_one() -> None:
    """HiEventsDev/Hi.Events#889: more were checked in than people had come."""
    assert inside(Released(LEADER, 3, NOON), PaidAlong(OTHER, 3, NOON, LEADER), PaidAlong(THIRD, 3, NOON, LEADER)) == 1


def test_whoever_goes_out_and_comes_in_again_on_the_same_ticket_is_one() -> None:
    """The same: a ticket that is taken at two entrances."""
    again = Released(OTHER, 2, NOON)
    assert inside(Passed(LEADER, 3, NOON), occurred(Occurrence.EXIT), again) == 1


def test_an_opening_that_the_relay_could_not_carry_out_lets_nobody_in_or_out() -> None:
    failed = occurred(Occurrence.NOT_RELEASED)
    assert inside(occurred(Occurrence.OPENED_BY_STAFF), failed, before=4) == 4
    assert inside(occurred(Occurrence.EXIT), failed, before=4) == 4
    assert inside(occurred(Occurrence.EXIT), failed, before=0) == 0


def test_what_a_person_has_counted_holds_whatever_was_counted_before() -> None:
    """SparkDevNetwork/Rock#6735: what had been there earlier still counted against the limit."""
    counted = Occupancy(900)
    counted.take((OccupancySet(OTHER, 0, NOON, Incident("7K3QM"), 3, "Anna"), Released(LEADER, 1, NOON)))
    assert counted.inside == 4
    assert counted.is_full(4)
    assert not counted.is_full(5)
    assert not counted.is_full(0)
