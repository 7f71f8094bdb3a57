"""One lane, one person: who is served, who waits, what a repeated scan gets, what an idle display shows."""

from dataclasses import replace
from itertools import pairwise

import pytest

from gate_controller.admission.attempt.states import InDoubt
from gate_controller.admission.words import events as on
from gate_controller.admission.words.events import Contact
from gate_controller.admission.words.facts import StrayPassage
from gate_controller.admission.words.messages import MessageKind, Signal
from tests.rig.core import LOST, OTHER, REFUSED, SHORT_CODE, VOUCHER, Core, balance, charged, core, listed

THIRD, LOW = "ZZ99YY88XX77", "LL00WW11LL00"


def test_a_scan_while_another_is_served_waits_for_the_lane() -> None:
    gate = core()
    gate.asks_redeem()

    gate.scan(OTHER)

    assert gate.told() is MessageKind.ONE_MOMENT
    assert gate.asks == ["Redeem"]


def test_the_waiting_scan_is_served_as_soon_as_the_lane_is_free() -> None:
    gate = core()
    gate.asks_redeem()
    gate.scan(OTHER)
    gate.answer(charged(1_500))

    gate.after(3.1)

    assert gate.told() is MessageKind.CHECKING
    assert [getattr(asked, "code", None) for asked in gate.asked] == [OTHER]


def test_a_refusal_stays_readable_before_the_waiting_scan_is_served() -> None:
    gate = core()
    gate.scan()
    gate.scan(OTHER)
    gate.answer(balance(0))
    assert gate.told() is MessageKind.BALANCE_TOO_LOW

    gate.after(1.4)
    assert gate.asks == []
    gate.after(0.2)

    assert gate.asks == ["AskBalance"]


def test_the_latest_waiting_scan_replaces_the_earlier() -> None:
    gate = core()
    gate.asks_redeem()
    gate.scan(OTHER)
    gate.scan(THIRD)
    gate.answer(charged(1_500))

    gate.after(3.1)

    assert [getattr(asked, "code", None) for asked in gate.asked] == [THIRD]


def test_a_wait_lapses_after_ten_seconds() -> None:
    gate = core(sensor=True)
    gate.scan()
    gate.after(2.9)
    gate.scan(OTHER)
    gate.answer(balance(4_000))
    gate.after(1.2)
    gate.answer(charged(1_500))
    assert gate.told() is MessageKind.ADMITTED

    gate.after(8.9)

    assert gate.told() is MessageKind.LANE_BUSY
    assert gate.asks == []


def test_the_same_code_again_while_its_attempt_runs_is_ignored() -> None:
    gate = core()
    gate.scan()

    for _ in range(5):
        gate.scan()

    assert [message.kind for message in gate.shown] == [MessageKind.CHECKING]
    assert gate.asks == ["AskBalance"]


def test_the_printed_code_is_a_repeat_of_the_short_code_being_served() -> None:
    gate = core()
    gate.scan(SHORT_CODE)
    gate.answer(balance(4_000))

    gate.scan(VOUCHER)

    assert gate.asks == ["Redeem"]
    assert gate.told() is MessageKind.CHECKING


def test_the_same_code_just_after_its_admission_is_told_when_to_scan_again_for_another_person() -> None:
    gate = core()
    gate.admits()
    gate.after(4.0)

    gate.scan()

    assert (gate.told(), gate.shown[-1].seconds) == (MessageKind.SCAN_AGAIN_LATER, 2)
    assert gate.asks == []


def test_the_same_code_while_the_gate_is_open_is_told_to_go_through() -> None:
    gate = core()
    gate.admits()
    gate.after(2.5)

    gate.scan()

    assert gate.told() is MessageKind.ALREADY_ADMITTED


def test_nothing_is_green_once_the_gate_is_shut() -> None:
    gate = core()
    gate.admits()
    gate.after(3.1)

    gate.scan()

    assert gate.shown[-1].signal is Signal.REFUSED


def read_every(gate: Core, pause: float, seconds: float, *, code: str = VOUCHER) -> None:
    """Let a scanner read a code that lies there again and again; E-GUMA answers at once, and has plenty."""
    end = gate.now + seconds
    while gate.now < end:
        gate.scan(code)
        while gate.asked:
            match gate.asks[0]:
                case "AskBalance":
                    gate.answer(balance(20_000))
                case "Redeem":
                    gate.answer(charged(17_500))
                case _:
                    raise AssertionError(gate.asks)
        gate.after(pause)


@pytest.mark.parametrize("pause", [0.05, 0.5, 1.0, 1.9])
@pytest.mark.parametrize("code", [VOUCHER, SHORT_CODE])
def test_a_phone_that_lies_on_the_scanner_is_admitted_once(pause: float, code: str) -> None:
    gate = core()

    read_every(gate, pause, 60.0, code=code)

    assert (gate.pulses, gate.story) == (1, ["Intended", "Approved", "Redeemed", "Released"])
    assert MessageKind.SCAN_AGAIN_LATER in [message.kind for message in gate.shown[-2:]]


def test_a_phone_that_lies_on_the_scanner_is_admitted_once_where_passages_are_seen() -> None:
    gate = core(sensor=True)
    read_every(gate, 1.0, 3.0)

    gate.somebody_passes()
    read_every(gate, 1.0, 60.0)

    assert (gate.pulses, gate.story[-1]) == (1, "Passed")


def test_a_phone_that_lies_on_the_scanner_keeps_its_credit_where_nobody_passes() -> None:
    gate = core(sensor=True)

    read_every(gate, 1.0, 60.0)
    assert (gate.pulses, gate.story[-1], gate.told()) == (1, "CreditOpened", MessageKind.NOBODY_PASSED)
    gate.after(2.5)
    gate.scan()

    assert (gate.pulses, gate.told()) == (2, MessageKind.ADMITTED_ON_CREDIT)


def test_it_takes_nothing_from_the_visitor_who_reads_that_he_may_enter() -> None:
    gate = core()

    read_every(gate, 0.9, 1.9)

    assert gate.told() is MessageKind.ADMITTED


def test_it_is_told_once_and_not_at_every_reading() -> None:
    gate = core()

    read_every(gate, 0.2, 7.0)

    assert [message.kind for message in gate.shown].count(MessageKind.SCAN_AGAIN_LATER) == 1


def test_a_family_that_tries_early_gets_in_one_by_one_when_it_waits_as_long_as_it_was_told() -> None:
    gate = core()
    gate.admits(left=20_000)
    for admitted in range(1, 4):
        gate.after(1.5)
        gate.scan()
        gate.after(2.5)
        gate.scan()
        assert gate.told() is MessageKind.SCAN_AGAIN_LATER
        assert gate.shown[-1].seconds is not None
        gate.after(float(gate.shown[-1].seconds))
        assert (gate.pulses, gate.asks) == (admitted, [])

        gate.admits(left=20_000)

    assert gate.pulses == 4


def test_a_family_at_a_passage_sensor_is_told_to_go_through_until_the_first_has_passed() -> None:
    gate = core(sensor=True)
    gate.admits(left=20_000)
    gate.after(6.0)

    gate.scan()
    assert (gate.told(), gate.asks) == (MessageKind.ALREADY_ADMITTED, [])
    gate.somebody_passes()
    gate.after(2.1)
    gate.scan()

    assert gate.asks == ["AskBalance"]


def test_another_code_between_two_readings_of_a_phone_changes_nothing_about_it() -> None:
    gate = core()
    read_every(gate, 1.0, 4.0)
    gate.scan(LOW)
    gate.answer(balance(100, LOW))

    read_every(gate, 1.0, 20.0)

    assert gate.pulses == 1


def test_a_house_that_takes_no_code_for_a_repeat_admits_the_same_again_at_once() -> None:
    gate = core(repeat_seconds=0.0)
    gate.admits(left=20_000)
    gate.after(3.0)

    gate.admits(left=17_500)

    assert gate.pulses == 2


def test_after_the_repeat_time_the_same_code_is_another_person() -> None:
    gate = core()
    gate.admits()
    gate.after(5.1)

    gate.scan()

    assert gate.asks == ["AskBalance"]


def test_a_visitor_whom_nobody_saw_pass_may_scan_again_at_once() -> None:
    gate = core(sensor=True)
    gate.admits()
    gate.after(8.0)

    gate.scan()

    assert gate.told() is MessageKind.ADMITTED_ON_CREDIT


def test_a_short_code_of_a_voucher_in_doubt_runs_the_look_up_first() -> None:
    gate = core()
    gate.is_in_doubt()
    gate.after(10.0)
    gate.asked.clear()

    gate.scan(SHORT_CODE)
    gate.answer(balance(4_000))

    assert gate.asks == ["AskRedemptions"]
    gate.answer(listed(1))
    assert gate.pulses == 1
    assert gate.story.count("Redeemed") == 1
    assert gate.story.count("NotCharged") == 1  # the scan's own intent, which serves nobody


def test_its_visitor_still_gets_a_verdict_in_time() -> None:
    gate = core()
    gate.is_in_doubt()
    gate.after(10.0)
    gate.asked.clear()
    gate.scan(SHORT_CODE)
    gate.after(2.0)
    gate.answer(balance(4_000))

    gate.after(3.0)

    assert gate.told() is MessageKind.BEING_CHECKED


def test_what_is_no_voucher_is_refused_without_asking() -> None:
    gate = core()

    gate.scan(b"https://example.org/menu")

    assert gate.told() is MessageKind.NOT_A_VOUCHER
    assert gate.asks == []


def test_what_is_no_voucher_does_not_take_the_display_from_a_visitor_who_waits() -> None:
    gate = core()
    gate.scan()

    gate.scan(b"\xff\x00")

    assert gate.told() is MessageKind.CHECKING


@pytest.mark.parametrize("junk", [b"\xff\x00", b"\x00", b"\x03", b"\t", b"https://example.org"])
@pytest.mark.parametrize(
    ("seconds", "told"), [(0.0, MessageKind.ADMITTED), (2.9, MessageKind.ADMITTED), (4.9, MessageKind.IDLE)]
)
def test_junk_behind_a_code_takes_nothing_from_its_visitor(junk: bytes, seconds: float, told: MessageKind) -> None:
    gate = core()
    gate.admits()
    gate.after(seconds)

    gate.scan(junk)

    assert gate.told() is told


def test_junk_behind_a_code_that_was_refused_takes_nothing_from_its_visitor() -> None:
    gate = core()
    gate.scan()
    gate.answer(balance(100))

    gate.scan(b"\x00")

    assert gate.told() is MessageKind.BALANCE_TOO_LOW


def test_junk_after_junk_is_told_again() -> None:
    gate = core()
    gate.scan(b"\x00")

    gate.scan(b"\x00")

    assert [message.kind for message in gate.shown] == [MessageKind.NOT_A_VOUCHER] * 2


def test_a_refusal_stays_on_the_display_for_a_while_and_then_it_rests() -> None:
    gate = core()
    gate.scan()
    gate.answer(balance(100))
    gate.after(4.9)
    assert gate.told() is MessageKind.BALANCE_TOO_LOW

    gate.after(0.2)

    assert gate.told() is MessageKind.IDLE
    assert gate.gate.wake_at is None


def test_go_through_goes_when_the_gate_shuts_and_the_green_lamp_with_it() -> None:
    gate = core()
    gate.admits()
    gate.after(2.9)
    assert gate.told() is MessageKind.ADMITTED

    gate.after(0.2)

    assert (gate.told(), gate.shown[-1].signal) == (MessageKind.IDLE, Signal.IDLE)
    assert gate.gate.wake_at is None


def test_go_through_stays_while_the_relay_is_on_though_the_lane_is_free_at_once() -> None:
    gate = core(hold_seconds=0.0, pulse_seconds=0.5)
    gate.admits()
    gate.after(0.4)
    assert gate.told() is MessageKind.ADMITTED

    gate.after(0.2)

    assert gate.told() is MessageKind.IDLE


def test_go_through_goes_as_soon_as_a_gate_that_stays_open_begins_to_close() -> None:
    gate = core(pulse_seconds=0.0, stays_open_seconds=3.0, closing_seconds=2.0)
    gate.admits()
    gate.after(2.9)
    assert gate.told() is MessageKind.ADMITTED

    gate.after(0.2)

    assert gate.told() is MessageKind.IDLE


def test_go_through_goes_with_the_visitor_where_a_sensor_sees_him() -> None:
    gate = core(sensor=True)
    gate.admits()
    gate.after(1.0)

    gate.somebody_passes()

    assert gate.told() is MessageKind.IDLE


def test_go_through_stays_while_the_gate_s_own_contact_says_that_it_is_open() -> None:
    gate = core()
    gate.contact(Contact.IS_OPEN, active=False)
    gate.admits()
    gate.contact(Contact.IS_OPEN, active=True)
    gate.after(4.0)
    assert gate.told() is MessageKind.ADMITTED

    gate.contact(Contact.IS_OPEN, active=False)

    assert gate.told() is MessageKind.IDLE


def test_who_is_told_to_go_through_while_the_gate_is_open_is_told_so_no_longer_than_that() -> None:
    gate = core()
    gate.admits()
    gate.after(2.5)
    gate.scan()
    assert gate.told() is MessageKind.ALREADY_ADMITTED

    gate.after(0.6)

    assert gate.told() is MessageKind.IDLE


def test_an_idle_gate_says_so_once() -> None:
    gate = core()
    gate.admits()
    gate.after(3_600.0)

    kinds = [message.kind for message in gate.shown]

    assert kinds.count(MessageKind.IDLE) == 1
    assert all(a != b for a, b in pairwise(kinds))


def test_two_passages_on_one_admission_are_recorded_as_tailgating() -> None:
    gate = core(sensor=True)
    gate.admits()
    gate.somebody_passes()
    gate.after(1.0)

    gate.somebody_passes()

    stray = gate.facts[-1]
    assert isinstance(stray, StrayPassage)
    assert stray.after == gate.facts[0].attempt


def test_a_passage_without_an_admission_is_recorded_and_charges_nobody() -> None:
    gate = core(sensor=True)

    gate.somebody_passes()

    [stray] = gate.facts
    assert isinstance(stray, StrayPassage)
    assert not stray.after
    assert gate.asks == []


def test_without_a_sensor_a_passage_means_nothing() -> None:
    gate = core()

    gate.somebody_passes()

    assert gate.facts == []


def test_an_opening_that_was_not_asked_for_changes_nothing() -> None:
    gate = core()
    gate.is_in_doubt()
    attempt = gate.only.id

    gate.happens(on.Opened(gate.at, attempt))
    gate.happens(on.RelayFailed(gate.at, attempt, "stuck"))
    gate.happens(on.Rescanned(gate.at, attempt))
    gate.happens(on.Written(gate.at, 99))

    assert gate.asks == ["AskRedemptions"]
    gate.scan()
    assert gate.told() is MessageKind.CHECKING


def test_a_short_code_read_twice_is_a_repeat_while_an_earlier_charge_of_its_voucher_is_looked_up() -> None:
    gate = core(sensor=True)
    gate.is_in_doubt()
    gate.after(5.0)
    gate.answer(REFUSED, LOST)

    gate.scan(SHORT_CODE)
    gate.answer(balance(1_500))
    gate.scan(SHORT_CODE)
    gate.answer(listed(1))
    gate.somebody_passes()
    gate.after(4.0)

    assert (gate.pulses, gate.asks) == (1, [])


def test_a_short_code_read_twice_is_a_repeat_while_its_visitor_is_served_anew() -> None:
    gate = core()
    gate.is_in_doubt()
    gate.after(5.0)
    gate.answer(REFUSED, LOST)
    assert isinstance(gate.only.state, InDoubt)
    gate.only.state = replace(gate.only.state, settle_at=gate.now)

    gate.scan(SHORT_CODE)
    gate.answer(balance(4_000), listed(0), balance(4_000), balance(4_000))
    gate.scan(SHORT_CODE)
    gate.answer(charged(1_500))
    gate.after(4.0)

    assert (gate.pulses, gate.asks) == (1, [])
