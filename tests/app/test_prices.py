"""The house's prices, free entries and outages at a whole gate: real HTTP, a real journal, a relay's pin."""

import json
from pathlib import Path
from typing import Any

import pytest

from gate_controller.admission.words.facts import Approved, Intended
from gate_controller.admission.words.free_facts import FreeEntry, FreeGrounds
from gate_controller.admission.words.messages import MessageKind
from gate_controller.simulator import Endpoint, FaultKind, Simulator
from tests.rig.gate import EXPIRED, GOOD, LOW, PRICE, fault, running_gate
from tests.rig.pins import Pins
from tests.rig.waiting import until

MAISON, PACKAGE, POSITIONS, NOTED = "MSN5YF9HLX3C", "PKG8BT4RWQ2J", "PSN6WQ9TFK2D", "NTE4XC6QJM8R"
VALUE, MAISONS, PLACES = "5b0e7a4c-value-voucher", "5b0e7a4c-maison", "5b0e7a4c-positions"


def rules(*tables: dict[str, Any]) -> str:
    return json.dumps(tables)


CHILDREN = rules({"products": [VALUE], "price_cents": 1_000})


async def test_a_product_is_charged_its_own_price_with_two_requests(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator, prices=CHILDREN) as gate:
        before = gate.requests()
        admitted = await gate.admit()
        assert "CHF 10.00 charged. CHF 490.00 left." in admitted.words
        assert (gate.charged, len(gate.pulses), gate.requests() - before) == (1_000, 1, 2)
        await gate.tells(["Intended", "Redeemed", "Released"])
        assert gate.books_agree()
        [record] = gate.records
        assert (record.amount_cents, record.product_id) == (1_000, VALUE)


@pytest.mark.parametrize("kind", [FaultKind.RESET, FaultKind.BROKEN_JSON])
async def test_a_lost_answer_is_found_in_the_list_at_that_price(
    state_dir: Path, pins: Pins, simulator: Simulator, kind: FaultKind
) -> None:
    async with running_gate(state_dir, pins, simulator, prices=CHILDREN, admission__verdict_seconds=5) as gate:
        await gate.admit()
        simulator.faults.add(fault(kind, effect=True))
        await gate.admit()
        assert (gate.charged, len(gate.pulses)) == (2_000, 2)
        assert gate.books_agree()


async def test_the_whole_balance_is_taken_and_the_rest_is_nothing(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator, prices=rules({"whole_balance": True})) as gate:
        admitted = await gate.admit(LOW)
        assert (admitted.message.price, admitted.message.balance, gate.charged) == (500, 0, 500)


async def test_maison_and_package_vouchers_open_once_a_day_also_behind_a_restart(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    free = rules({"kind": "maison", "free": True}, {"kind": "package", "free": True})
    async with running_gate(state_dir, pins, simulator, prices=free) as gate:
        for code in (MAISON, PACKAGE):
            gate.scan(code)
            assert "Not charged." in (await gate.shows(MessageKind.ADMITTED_FREE)).words
            await gate.lane_is_free()
        gate.scan(MAISON)
        await gate.shows(MessageKind.FREE_USED_UP)
        await gate.lane_is_free()
        assert (len(gate.pulses), gate.charged, gate.requests("redeem")) == (2, 0, 0)
    async with running_gate(state_dir, pins, simulator, prices=free) as gate:
        gate.scan(MAISON)
        await gate.shows(MessageKind.FREE_USED_UP)
        await gate.lane_is_free()
        assert len(gate.pulses) == 2
        await gate.tells(["FreeEntry", "Released"], ["FreeEntry", "Released"], ["Refused"], ["Refused"])


async def test_what_the_house_does_not_take_is_refused_in_its_own_words(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    no = rules({"products": [VALUE], "refuse": {"en": "Please go to the baths.", "de": "Bitte ins Bad."}})
    async with running_gate(state_dir, pins, simulator, prices=no) as gate:
        gate.scan(GOOD)
        assert "Please go to the baths." in (await gate.shows(MessageKind.HOUSE_REFUSES)).words
        assert gate.charged == 0


async def test_a_position_voucher_is_sent_to_the_staff(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with running_gate(state_dir, pins, simulator, prices=rules({"products": [PLACES], "position": True})) as gate:
        simulator.change_behaviour(positions_redeemable=True)
        gate.scan(POSITIONS)
        assert "Staff redeem it for you" in (await gate.shows(MessageKind.POSITION_VOUCHER)).words
        assert gate.requests("redeem") == 0


async def test_an_expired_voucher_is_refused_only_where_the_house_wants_that(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator, admission__expired="refuse") as gate:
        gate.scan(EXPIRED)
        refused = await gate.shows(MessageKind.EXPIRED)
        assert "The voucher was valid until 31.12." in refused.words
        await gate.lane_is_free()
        await gate.admit()
        assert gate.requests("info") == 2
    async with running_gate(state_dir, pins, simulator) as gate:
        await gate.admit(EXPIRED)
        assert gate.requests("info") == 2


async def test_an_info_that_hangs_costs_no_visitor_without_a_note_his_admission(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    settings: dict[str, Any] = {"admission__expired": "refuse", "admission__verdict_seconds": 2}
    async with running_gate(state_dir, pins, simulator, **settings) as gate:
        simulator.faults.add(fault(FaultKind.HANG, Endpoint.INFO, times=None))
        await gate.admit()
        gate.scan(EXPIRED)
        await gate.shows(MessageKind.UNREACHABLE)
        assert gate.charged == PRICE


async def test_a_note_of_the_back_office_is_with_the_attempt_and_on_no_display(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        await gate.admit(NOTED)
        [facts] = gate.facts()
        [approved] = [fact for fact in facts if isinstance(fact, Approved)]
        assert approved.note.startswith("Stammgast")
        assert not any("Stammgast" in shown.words for shown in gate.shown)
        assert isinstance(facts[0], Intended)


async def test_in_an_outage_the_house_lets_in_free_up_to_its_limit_and_charges_again_by_itself(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    settings: dict[str, Any] = {"outage__policy": "free", "outage__most_persons": 1}
    async with running_gate(state_dir, pins, simulator, **settings) as gate:
        simulator.faults.add(fault(FaultKind.RESET, Endpoint.BALANCE, times=None))
        gate.scan(GOOD)
        await gate.shows(MessageKind.ADMITTED_FREE)
        await gate.lane_is_free()
        status = (await gate.asked("status"))["outage"]
        assert (status["policy"], status["persons"], status["cents"]) == ("free", 1, PRICE)
        assert status["is_used_up"]
        gate.scan(LOW)
        await gate.shows(MessageKind.UNREACHABLE)
        await gate.lane_is_free()
        simulator.faults.clear()
        await gate.admit()
        assert (await gate.asked("status"))["outage"] is None
        assert (len(gate.pulses), gate.charged) == (2, PRICE)
        free = [fact for facts in gate.facts() for fact in facts if isinstance(fact, FreeEntry)]
        assert [fact.grounds for fact in free] == [FreeGrounds.OUTAGE]
        await until(lambda: "E-GUMA answers again" in gate.stands)


async def test_an_outage_goes_on_over_a_restart_with_what_it_has_given(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    settings: dict[str, Any] = {"outage__policy": "free", "outage__most_persons": 2}
    simulator.faults.add(fault(FaultKind.RESET, Endpoint.BALANCE, times=None))
    async with running_gate(state_dir, pins, simulator, **settings) as gate:
        gate.scan(GOOD)
        await gate.shows(MessageKind.ADMITTED_FREE)
        await gate.lane_is_free()
    async with running_gate(state_dir, pins, simulator, **settings) as gate:
        assert (await gate.asked("status"))["outage"]["persons"] == 1
        gate.scan(GOOD)
        await gate.shows(MessageKind.ADMITTED_FREE)
        await gate.lane_is_free()
        gate.scan(GOOD)
        await gate.shows(MessageKind.UNREACHABLE)
        assert (len(gate.pulses), gate.charged, gate.requests("redeem")) == (2, 0, 0)


async def test_staff_only_sends_everybody_to_the_staff_and_says_so_at_rest(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator, outage__policy="staff_only") as gate:
        simulator.faults.add(fault(FaultKind.RESET, Endpoint.BALANCE, times=None))
        gate.scan(GOOD)
        assert "Please see the staff." in (await gate.shows(MessageKind.SEE_STAFF)).words
        await gate.shows(MessageKind.OUTAGE_STAFF)
        assert gate.pulses == []
