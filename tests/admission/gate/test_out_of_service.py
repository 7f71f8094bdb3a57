"""A gate out of service: what a scan is told, and how a journal that failed is proven again."""

import pytest

from gate_controller.admission.words import events as on
from gate_controller.admission.words.messages import Fault, MessageKind
from tests.rig.core import LOST, OTHER, balance, charged, core, with_credit


def test_a_gate_out_of_service_says_so_to_every_scan_and_asks_nobody() -> None:
    gate = core()
    gate.happens(on.FaultRaised(gate.at, Fault.SCANNER, "unplugged"))

    gate.scan()

    assert gate.told() is MessageKind.REFUSED_OUT_OF_SERVICE
    assert gate.asks == []


def test_out_of_service_a_scan_during_anothers_check_still_gets_its_verdict() -> None:
    gate = core()
    gate.scan()
    gate.happens(on.FaultRaised(gate.at, Fault.RELAY, "stuck"))
    gate.scan(OTHER)
    assert gate.told() is MessageKind.ONE_MOMENT
    gate.answer(LOST)

    gate.after(1.6)

    assert gate.told() is MessageKind.REFUSED_OUT_OF_SERVICE


def test_a_gate_takes_scans_again_when_its_last_fault_is_gone() -> None:
    gate = core()
    gate.happens(on.FaultRaised(gate.at, Fault.SCANNER, "unplugged"))
    gate.happens(on.FaultRaised(gate.at, Fault.RELAY, "stuck"))
    gate.happens(on.FaultCleared(gate.at, Fault.SCANNER))
    assert gate.told() is MessageKind.OUT_OF_SERVICE

    gate.happens(on.FaultCleared(gate.at, Fault.RELAY))

    assert gate.told() is MessageKind.IDLE
    gate.admits()


def test_a_journal_that_works_again_puts_the_gate_back_in_service() -> None:
    gate = core()
    gate.disk = "fails"
    gate.scan()
    gate.answer(balance(4_000))
    gate.after(60.0)
    assert set(gate.gate.faults) == {Fault.JOURNAL}

    gate.disk = "works"
    gate.after(5.0)

    assert not gate.gate.faults
    gate.admits()


def test_what_comes_up_while_the_journal_is_tried_again_is_written_too() -> None:
    gate = core()
    gate.asks_redeem()
    gate.disk = "hangs"
    gate.answer(charged(1_500))
    gate.disk_answers(hangs_again=True)
    gate.disk_answers(works=False)
    gate.disk = "hangs"
    gate.after(5.0)
    gate.scan(OTHER)

    gate.disk_answers()
    gate.after(20.0)

    assert gate.story == ["Intended", "Approved", "Redeemed", "Released"]


def test_facts_of_an_attempt_keep_their_order_through_a_failing_disk() -> None:
    gate = core()
    gate.disk = "hangs"
    gate.scan()
    gate.answer(balance(4_000))
    gate.after(5.0)
    assert len(gate.held) == 3
    gate.disk_answers(works=False)

    gate.disk = "works"
    gate.after(6.0)

    assert [fact.n for fact in gate.facts] == [0, 1, 2]


def test_a_journal_that_could_not_be_read_at_the_start_is_proven_by_a_write() -> None:
    gate = core()
    gate.happens(on.FaultRaised(gate.at, Fault.JOURNAL, "cannot be opened"))
    assert gate.told() is MessageKind.OUT_OF_SERVICE

    gate.after(5.0)

    assert gate.told() is MessageKind.IDLE


@pytest.mark.parametrize("fault", [Fault.RELAY, Fault.KEY])
def test_out_of_service_a_paid_voucher_is_not_told_that_it_was_not_charged(fault: Fault) -> None:
    gate = with_credit()
    gate.happens(on.FaultRaised(gate.at, fault, "broken"))
    gate.after(20.0)

    gate.scan()

    assert gate.told() is MessageKind.PAID_BUT_SHUT
    assert gate.shown[-1].incident


def test_out_of_service_a_voucher_in_doubt_is_told_that_it_is_being_checked() -> None:
    gate = core()
    gate.is_in_doubt()
    gate.after(10.0)
    gate.happens(on.FaultRaised(gate.at, Fault.RELAY, "broken"))

    gate.scan()

    assert gate.told() is MessageKind.BEING_CHECKED


def test_the_log_hears_of_no_fault_that_every_gate_starts_with_but_of_what_becomes_of_it() -> None:
    gate = core()
    gate.gate.starts_with(Fault.STARTING, "starting")
    gate.gate.starts_with(Fault.SCANNER, "not opened yet")
    gate.happens(on.FaultRaised(gate.at, Fault.STARTING, "starting"))
    gate.happens(on.FaultCleared(gate.at, Fault.STARTING))
    assert gate.notes == []

    gate.happens(on.FaultRaised(gate.at, Fault.SCANNER, "no port has a scanner"))
    gate.happens(on.FaultCleared(gate.at, Fault.SCANNER))

    assert gate.notes == ["fault=raised what=scanner why='no port has a scanner'", "fault=cleared what=scanner"]
