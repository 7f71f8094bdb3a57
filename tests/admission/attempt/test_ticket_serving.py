"""Somebody with a ticket: checked in with one request, let in, and never twice on one check-in."""

from typing import Any

import pytest

from gate_controller.admission.words.calls import CallFailed
from gate_controller.admission.words.codes import TicketNumber
from gate_controller.admission.words.events import Contact, FaultCleared, RegimeOrdered
from gate_controller.admission.words.facts import Regime
from gate_controller.admission.words.messages import Fault, MessageKind, MoneyFate
from gate_controller.admission.words.ticket_calls import (
    CheckIn,
    TicketInfo,
    TicketRefusal,
    TicketRefusalCode,
    TicketTaken,
)
from gate_controller.admission.words.ticket_facts import TicketEntered, TicketEvidence, TicketIntended
from tests.rig.core import LOST, NO_KEY, NOT_SENT, REFUSED, WALL, Core, core

TICKET = "1000000000000000042"
TAKEN = TicketTaken("a product")
IN_ALREADY = TicketRefusal(TicketRefusalCode.ALREADY_CHECKED_IN, "Das Ticket wurde bereits eingecheckt.")
ENTRY = ["TicketIntended", "TicketEntered", "Released"]


def gate(*, sensor: bool = False, **policies: Any) -> Core:
    return core(sensor=sensor, takes_tickets=True, **policies)


def info(one: Core, since: float | None = 0.0, *, is_in: bool = True) -> TicketInfo:
    """A ticket that was checked in so many seconds from now; None: E-GUMA does not say when."""
    at = None if since is None or not is_in else float(int(WALL + one.now + since))
    return TicketInfo(TicketNumber(TICKET), is_in, at)


def in_doubt(*, sensor: bool = False, **policies: Any) -> Core:
    one = gate(sensor=sensor, **policies)
    one.scan(TICKET)
    one.answer(LOST)
    assert one.asks == ["AskTicket"]
    return one


# -- what is a ticket


def test_a_house_without_tickets_refuses_one_on_the_spot() -> None:
    one = core()
    one.scan(TICKET)
    assert (one.told(), one.asks, one.facts) == (MessageKind.NOT_A_VOUCHER, [], [])


@pytest.mark.parametrize("frame", [f"]C0{TICKET}", f"]Q2\\000026{TICKET}", f"\x02{TICKET}\x03", f" {TICKET}\t"])
def test_what_scanners_put_around_a_ticket_is_dropped(frame: str) -> None:
    one = gate()
    one.scan(frame)
    assert [(command.ticket_number) for command in one.asked if isinstance(command, CheckIn)] == [TICKET]


@pytest.mark.parametrize("frame", [TICKET[:-1], f"{TICKET}1", f"A{TICKET[1:]}", f"{TICKET[:9]} {TICKET[10:]}"])
def test_what_is_nearly_a_ticket_is_none(frame: str) -> None:
    one = gate()
    one.scan(frame)
    assert (one.told(), one.asks) == (MessageKind.NOT_A_VOUCHER, [])


# -- the way in


def test_a_ticket_opens_the_gate_with_one_request() -> None:
    one = gate()
    one.scan(TICKET)
    assert one.asks == ["CheckIn"]
    one.answer(TAKEN)
    assert (one.told(), one.shown[-1].fate, one.pulses) == (MessageKind.TICKET_ADMITTED, MoneyFate.TICKET, 1)
    one.after(10.0)
    assert (one.story, one.asks, one.gate.visitors.unfinished) == (ENTRY, [], {})


def test_nothing_is_asked_before_the_intent_is_on_disk_and_nothing_opens_before_the_entry_is() -> None:
    one = gate()
    one.disk = "hangs"
    one.scan(TICKET)
    assert one.asks == []
    one.disk_answers(hangs_again=True)
    assert one.asks == ["CheckIn"]
    one.answer(TAKEN)
    assert one.pulses == 0
    one.disk_answers()
    assert (one.pulses, one.told()) == (1, MessageKind.TICKET_ADMITTED)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (TicketRefusalCode.NOT_FOUND, MessageKind.TICKET_NOT_FOUND),
        (TicketRefusalCode.DELETED, MessageKind.TICKET_DELETED),
        (TicketRefusalCode.NOT_CHECKED_IN, MessageKind.TICKET_NOT_IN),
        (TicketRefusalCode.OTHER, MessageKind.TICKET_REFUSED),
    ],
)
def test_each_no_of_e_guma_has_its_message_and_charges_nothing(code: TicketRefusalCode, kind: MessageKind) -> None:
    one = gate()
    one.scan(TICKET)
    one.answer(TicketRefusal(code, "Nein."))
    assert (one.told(), one.shown[-1].fate, one.pulses, one.asks) == (kind, MoneyFate.NOT_CHARGED, 0, [])
    assert one.shown[-1].eguma_text == "Nein."
    assert one.story == ["TicketIntended", "TicketNotTaken"]


@pytest.mark.parametrize(
    ("failed", "kind"),
    [
        (NOT_SENT, MessageKind.UNREACHABLE),
        (REFUSED, MessageKind.TICKET_REFUSED),
        (NO_KEY, MessageKind.REFUSED_OUT_OF_SERVICE),
    ],
)
def test_a_check_in_that_surely_did_nothing_ends_at_once(failed: CallFailed, kind: MessageKind) -> None:
    one = gate()
    one.scan(TICKET)
    one.answer(failed)
    assert (one.told(), one.asks, one.story) == (kind, [], ["TicketIntended", "TicketNotTaken"])


def test_a_disk_that_takes_no_intent_checks_nobody_in() -> None:
    one = gate()
    one.disk = "fails"
    one.scan(TICKET)
    assert (one.told(), one.asks, one.pulses) == (MessageKind.REFUSED_OUT_OF_SERVICE, [], 0)


def test_a_disk_that_takes_no_entry_opens_for_nobody_and_forgets_nothing() -> None:
    one = gate()
    one.scan(TICKET)
    one.disk = "fails"
    one.answer(TAKEN)
    assert (one.told(), one.pulses) == (MessageKind.TICKET_BEING_CHECKED, 0)
    one.disk = "works"
    one.after(6.0)
    assert one.asks == ["AskTicket"]
    one.answer(info(one, -6.0))
    assert one.story[-2:] == ["TicketEntered", "EntryKept"]
    one.scan(TICKET)
    assert (one.told(), one.pulses) == (MessageKind.TICKET_ADMITTED, 1)


def test_an_order_that_comes_between_intent_and_request_checks_nobody_in() -> None:
    one = gate()
    one.disk = "hangs"
    one.scan(TICKET)
    one.contact(Contact.FIRE)
    one.disk_answers()
    assert one.asks == []
    assert one.told() is MessageKind.REFUSED_OUT_OF_SERVICE


# -- the same ticket again


def test_a_ticket_that_still_lies_there_is_no_second_wish() -> None:
    one = gate()
    one.scan(TICKET)
    one.scan(TICKET)
    assert one.asks == ["CheckIn"]
    one.answer(TAKEN)
    for _ in range(12):
        one.scan(TICKET)
        one.after(1.0)
    assert (one.pulses, one.asks, one.told()) == (1, [], MessageKind.TICKET_ALREADY_IN)


def test_a_ticket_that_was_used_says_since_when() -> None:
    one = gate()
    one.scan(TICKET)
    one.answer(IN_ALREADY)
    assert one.asks == ["AskTicket"]
    one.answer(info(one, -3_600.0))
    assert (one.told(), one.pulses, one.asks) == (MessageKind.TICKET_ALREADY_IN, 0, [])
    assert one.shown[-1].since == pytest.approx(WALL + one.now - 3_600.0, abs=1.0)
    assert one.story == ["TicketIntended", "TicketNotTaken"]


def test_a_ticket_that_was_checked_in_in_the_very_same_second_is_refused_and_left_to_a_person() -> None:
    """Two gates asked at once, or one request that came twice: E-GUMA said no, so nobody goes in on it by itself."""
    one = gate()
    one.scan(TICKET)
    one.answer(IN_ALREADY, info(one))
    assert (one.told(), one.pulses, one.story[-1]) == (MessageKind.TICKET_ALREADY_IN, 0, "OpenItem")


def test_within_the_time_of_re_entry_a_ticket_goes_in_again_with_two_requests() -> None:
    one = gate(reentry_seconds=1_800.0)
    one.scan(TICKET)
    one.answer(IN_ALREADY, info(one, -1_700.0))
    assert (one.told(), one.pulses) == (MessageKind.TICKET_ADMITTED, 1)
    assert [fact.known_by for fact in one.facts if isinstance(fact, TicketEntered)] == [TicketEvidence.REENTRY]
    one.after(1.0)
    one.scan(TICKET)
    assert (one.pulses, one.asks) == (1, [])


def test_after_the_time_of_re_entry_it_does_not() -> None:
    one = gate(reentry_seconds=1_800.0)
    one.scan(TICKET)
    one.answer(IN_ALREADY, info(one, -1_900.0))
    assert (one.told(), one.pulses) == (MessageKind.TICKET_ALREADY_IN, 0)


def test_a_look_up_that_fails_after_a_no_is_repeated_behind_the_visitor() -> None:
    one = gate()
    one.scan(TICKET)
    one.answer(IN_ALREADY)
    for _ in range(20):
        if one.asks:
            one.answer(LOST)
        one.after(0.3)
    assert one.told() is MessageKind.TICKET_BEING_CHECKED
    one.after(60.0)
    one.answer(info(one, -3_600.0))
    assert one.story == ["TicketIntended", "TicketNotTaken"]


# -- the lost answer


def test_a_lost_answer_is_looked_up_and_never_sent_again() -> None:
    one = in_doubt()
    one.answer(info(one))
    assert (one.told(), one.pulses) == (MessageKind.TICKET_ADMITTED, 1)
    assert one.story == ["TicketIntended", "TicketDoubted", "TicketEntered", "Released"]


def test_a_check_in_from_before_the_intent_is_not_ours() -> None:
    one = in_doubt()
    one.answer(info(one, -60.0))
    assert one.pulses == 0
    one.after(5.0)
    assert one.told() is MessageKind.TICKET_BEING_CHECKED
    while one.now < 1_000.0 + 130.0:
        if one.asks:
            one.answer(info(one, 940.0 - one.now))
        one.after(1.0)
    assert (one.story[-1], one.pulses) == ("TicketNotTaken", 0)


def test_a_ticket_that_is_not_checked_in_after_the_settling_time_was_not() -> None:
    one = in_doubt()
    while one.now < 1_000.0 + 150.0:
        if one.asks:
            one.answer(info(one, is_in=False))
        one.after(1.0)
    assert one.story == ["TicketIntended", "TicketDoubted", "TicketNotTaken"]
    one.scan(TICKET)
    assert one.asks == ["CheckIn"]


def test_an_entry_found_late_opens_once_without_a_request() -> None:
    one = in_doubt()
    one.after(5.0)
    assert one.told() is MessageKind.TICKET_BEING_CHECKED
    one.answer(LOST)
    one.after(2.0)
    one.answer(info(one, -7.0))
    assert one.story[-1] == "EntryKept"
    one.scan(TICKET)
    assert (one.told(), one.pulses, one.asks) == (MessageKind.TICKET_ADMITTED, 1, [])
    one.after(10.0)
    one.scan(TICKET)
    assert one.asks == ["CheckIn"]


def test_whoever_comes_back_meanwhile_is_looked_up_at_once() -> None:
    one = in_doubt()
    one.after(5.0)
    one.answer(LOST)
    one.scan(TICKET)
    assert one.asks == ["AskTicket"]
    one.answer(info(one, -5.0))
    assert (one.told(), one.pulses) == (MessageKind.TICKET_ADMITTED, 1)


def test_an_answer_that_comes_late_is_taken() -> None:
    one = gate()
    one.scan(TICKET)
    one.after(5.0)
    assert (one.told(), one.asks) == (MessageKind.TICKET_BEING_CHECKED, ["CheckIn", "AskTicket"])
    one.answer(TAKEN)
    assert one.story == ["TicketIntended", "TicketDoubted", "TicketEntered", "EntryKept"]


def test_a_no_that_comes_late_is_looked_up_behind_it_once() -> None:
    one = gate()
    one.scan(TICKET)
    one.after(5.0)
    assert one.asks == ["CheckIn", "AskTicket"]
    one.answer(IN_ALREADY)
    for _ in range(5):
        if one.asks:
            one.answer(info(one, -3_600.0))
    assert (one.asks, one.story[-1]) == ([], "TicketNotTaken")


def test_where_the_clock_was_not_sure_the_visitor_goes_in_and_a_person_looks() -> None:
    one = gate()
    one.wall_error = -1e6
    one.scan(TICKET)
    one.answer(LOST)
    one.wall_error = None
    one.answer(info(one))
    assert (one.told(), one.pulses, one.story[-2:]) == (MessageKind.TICKET_ADMITTED, 1, ["Released", "OpenItem"])


@pytest.mark.parametrize("since", [None, -2.0])
def test_a_moment_that_tells_nothing_lets_in_and_leaves_an_open_item(since: float | None) -> None:
    one = in_doubt()
    one.answer(info(one, since))
    assert (one.pulses, one.story[-1]) == (1, "OpenItem")


def test_what_e_guma_will_not_tell_after_the_settling_time_needs_a_person() -> None:
    one = in_doubt()
    while one.now < 1_000.0 + 250.0:
        if one.asks:
            one.answer(REFUSED)
        one.after(1.0)
    assert (one.story[-1], one.pulses) == ("OpenItem", 0)


# -- the entry that nobody used


def kept(**policies: Any) -> Core:
    one = gate(sensor=True, **policies)
    one.scan(TICKET)
    one.answer(TAKEN)
    one.after(8.0)
    assert (one.told(), one.story[-1]) == (MessageKind.TICKET_KEPT, "EntryKept")
    return one


def test_nobody_passed_so_the_same_ticket_opens_once_more_without_a_request() -> None:
    one = kept()
    one.scan(TICKET)
    assert (one.told(), one.pulses, one.asks) == (MessageKind.TICKET_ADMITTED, 2, [])
    one.somebody_passes()
    assert (one.story[-1], one.gate.visitors.unfinished) == ("Passed", {})


def test_an_entry_that_lapses_stays_checked_in() -> None:
    one = kept()
    one.after(600.0)
    assert (one.story[-1], one.asks) == ("EntryLapsed", [])


def test_where_the_house_wants_it_it_is_undone_by_a_check_out() -> None:
    one = kept(undoes_entries=True)
    one.after(600.0)
    assert (one.story[-1], one.asks) == ("EntryUndoBegun", ["CheckOut"])
    one.scan(TICKET)
    assert (one.told(), one.pulses) == (MessageKind.TICKET_BEING_CHECKED, 1)
    one.answer(TAKEN)
    assert (one.story[-1], one.gate.visitors.unfinished) == ("EntryUndone", {})


def test_an_undo_whose_answer_was_lost_is_looked_up_before_it_is_repeated() -> None:
    one = kept(undoes_entries=True)
    one.after(600.0)
    one.answer(LOST)
    one.after(1.0)
    assert one.asks == ["AskTicket"]
    one.answer(info(one, is_in=False))
    assert one.story[-1] == "EntryUndone"


def test_an_undo_that_did_nothing_is_sent_again_after_the_settling_time() -> None:
    one = kept(undoes_entries=True)
    one.after(600.0)
    one.answer(LOST)
    since = one.now
    while one.asks != ["CheckOut"] and one.now < since + 300.0:
        if one.asks:
            one.answer(info(one, -700.0))
        one.after(1.0)
    assert one.now > since + 120.0
    one.answer(TAKEN)
    assert one.story[-1] == "EntryUndone"


def test_an_undo_that_e_guma_refuses_is_an_open_item() -> None:
    one = kept(undoes_entries=True)
    one.after(600.0)
    one.answer(TicketRefusal(TicketRefusalCode.DELETED, "Das Ticket wurde gelöscht."))
    assert one.story[-1] == "OpenItem"


def test_a_relay_that_fails_keeps_the_entry() -> None:
    one = gate()
    one.relay_works = False
    one.scan(TICKET)
    one.answer(TAKEN)
    assert (one.told(), one.story[-1]) == (MessageKind.TICKET_SHUT, "EntryKept")


def test_a_gate_that_is_held_open_meanwhile_keeps_the_entry() -> None:
    one = gate()
    one.scan(TICKET)
    one.contact(Contact.FIRE)
    one.answer(TAKEN)
    assert (one.story[-1], one.pulses) == ("EntryKept", 0)


# -- after a crash


def test_an_entry_without_a_release_is_kept_after_a_crash() -> None:
    one = gate()
    one.scan(TICKET)
    one.relay_works = False
    one.answer(TAKEN)
    one.facts = [fact for fact in one.facts if isinstance(fact, TicketIntended | TicketEntered)]
    again = one.restarts()
    assert again.story[-1] == "EntryKept"
    again.scan(TICKET)
    assert (again.pulses, again.asks) == (1, [])


def test_an_intent_alone_is_looked_up_after_a_crash_and_found_is_kept() -> None:
    one = gate()
    one.scan(TICKET)
    again = one.restarts()
    again.after(0.5)
    assert again.asks == ["AskTicket"]
    again.answer(info(again, -3.0))
    assert again.story == ["TicketIntended", "TicketEntered", "EntryKept"]


def test_an_undo_that_was_begun_is_looked_up_after_a_crash() -> None:
    one = kept(undoes_entries=True)
    one.after(600.0)
    again = one.restarts()
    again.after(0.5)
    assert again.asks == ["AskTicket"]
    again.answer(info(again, -600.0))
    again.after(200.0)
    assert "CheckOut" not in again.asks
    again.answer(info(again, is_in=False))
    assert again.story[-1] == "EntryUndone"


def test_a_ticket_s_attempt_of_another_machine_is_left_to_a_person() -> None:
    one = in_doubt()
    again = one.restarts(is_foreign=True)
    assert (again.story[-1], again.asks) == ("OpenItem", [])


# -- the way out


def leaving(**policies: Any) -> Core:
    return gate(is_way_out=True, **policies)


def test_a_ticket_is_checked_out_on_a_lane_that_leads_out() -> None:
    one = leaving()
    one.scan(TICKET)
    assert one.asks == ["CheckOut"]
    one.answer(TAKEN)
    assert (one.told(), one.pulses) == (MessageKind.TICKET_OUT, 1)
    assert one.story == ["TicketIntended", "TicketLetOut", "TicketLeft"]
    one.after(10.0)
    assert one.gate.visitors.unfinished == {}


def test_a_voucher_is_told_that_this_is_the_way_out() -> None:
    one = leaving()
    one.scan()
    assert (one.told(), one.asks, one.facts) == (MessageKind.WAY_OUT, [], [])


@pytest.mark.parametrize("failed", [LOST, NOT_SENT, NO_KEY, REFUSED])
def test_whoever_wants_out_is_let_out_whatever_becomes_of_the_request(failed: CallFailed) -> None:
    one = leaving()
    one.scan(TICKET)
    one.answer(failed)
    assert (one.told(), one.pulses, one.story) == (MessageKind.TICKET_OUT, 1, ["TicketIntended", "TicketLetOut"])
    one.after(3.0)
    assert one.asks == ["AskTicket"]
    one.answer(info(one, is_in=False))
    assert one.story[-1] == "TicketLeft"


def test_a_check_out_that_did_nothing_is_sent_again_behind_him() -> None:
    one = leaving()
    one.scan(TICKET)
    one.after(5.0)
    assert (one.told(), one.pulses) == (MessageKind.TICKET_OUT, 1)
    one.asked.clear()
    while one.asks != ["CheckOut"] and one.now < 1_400.0:
        if one.asks:
            one.answer(info(one, -900.0))
        one.after(1.0)
    one.answer(TAKEN)
    assert one.story[-1] == "TicketLeft"


def test_whoever_came_in_again_since_has_been_out() -> None:
    one = leaving()
    one.scan(TICKET)
    one.answer(LOST)
    one.after(30.0)
    one.answer(info(one, -1.0))
    assert one.story[-1] == "TicketLeft"


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (TicketRefusalCode.NOT_FOUND, MessageKind.TICKET_NOT_FOUND),
        (TicketRefusalCode.DELETED, MessageKind.TICKET_DELETED),
        (TicketRefusalCode.NOT_CHECKED_IN, MessageKind.TICKET_NOT_IN),
    ],
)
def test_a_ticket_of_nobody_inside_lets_nobody_out(code: TicketRefusalCode, kind: MessageKind) -> None:
    one = leaving()
    one.scan(TICKET)
    one.answer(TicketRefusal(code, ""))
    assert (one.told(), one.pulses, one.story[-1]) == (kind, 0, "TicketNotTaken")


@pytest.mark.parametrize("regime", [Regime.LOCKED, Regime.OUT_OF_SERVICE])
def test_nobody_is_kept_in_by_what_staff_have_ordered(regime: Regime) -> None:
    one = leaving()
    one.order(RegimeOrdered, regime, "evening", WALL + one.now + 3_600.0 if regime is Regime.LOCKED else None)
    one.scan(TICKET)
    one.answer(TAKEN)
    assert one.pulses == 1


def test_a_disk_that_takes_nothing_keeps_nobody_in() -> None:
    one = leaving()
    one.disk = "fails"
    one.scan(TICKET)
    assert (one.told(), one.pulses) == (MessageKind.TICKET_OUT, 1)


def test_a_relay_that_fails_on_the_way_out_opens_later_without_a_request() -> None:
    one = leaving()
    one.relay_works = False
    one.scan(TICKET)
    one.answer(TAKEN)
    assert one.told() is MessageKind.TICKET_SHUT
    one.relay_works = True
    one.after(1.0)
    one.happens(FaultCleared(one.at, Fault.RELAY))
    one.scan(TICKET)
    assert (one.told(), one.pulses, one.asks) == (MessageKind.TICKET_OUT, 1, [])


def test_a_crash_on_the_way_out_lets_him_out_by_the_same_ticket() -> None:
    one = leaving()
    one.scan(TICKET)
    again = one.restarts()
    again.scan(TICKET)
    assert (again.pulses, again.asks) == (1, [])
    again.after(5.0)
    again.answer(info(again, is_in=False))
    assert again.story[-1] == "TicketLeft"


# -- what gates of other houses have got wrong


def test_a_ticket_that_was_deleted_since_its_check_in_does_not_go_in_again() -> None:
    """SandeepVashishtha/Eventra#12578: that it was checked in was looked at before whether it is good."""
    one = gate(reentry_seconds=1_800.0)
    one.scan(TICKET)
    one.answer(TicketRefusal(TicketRefusalCode.DELETED, "Das Ticket wurde gelöscht."))
    assert (one.told(), one.pulses, one.asks) == (MessageKind.TICKET_DELETED, 0, [])


def test_a_scanner_that_reads_a_ticket_many_times_in_a_moment_asks_once() -> None:
    """pretix/pretixscan-android#70: a hardware scanner's second reading was told that it was used already."""
    one = gate()
    for _ in range(5):
        one.scan(TICKET)
        one.after(0.1)
    assert one.asks == ["CheckIn"]
    one.answer(TAKEN)
    one.scan(TICKET)
    assert (one.pulses, one.asks, one.told()) == (1, [], MessageKind.TICKET_ADMITTED)
