"""A short, seeded part of the campaign; the whole is `make campaign`."""

import pytest

from tests.campaign import core, disk, house, ill, kill
from tests.rig.sick_disk import Illness


def test_the_core_keeps_its_promises_on_any_number_of_processors() -> None:
    rounds = core.CHUNK + 50

    report = core.campaign(rounds, seed=7_000_000, processes=2)

    assert report["violations"] == []
    assert report["charges"] > 100
    assert report == core.campaign(rounds, seed=7_000_000, processes=1)


async def test_a_gate_killed_at_random_moments_loses_no_money() -> None:
    report = await kill.at_random(6, seed=3)

    assert report["violations"] == []
    assert report["charges"] > 0


@pytest.mark.parametrize("point", kill.KILL_POINTS)
async def test_a_gate_that_dies_around_each_step_of_an_admission_loses_no_money(point: str) -> None:
    report = await kill.at_every_point(1, outcomes=slice(1), points=[point], ways=["one voucher"])

    assert report["violations"] == []
    assert report["tried"] == 1


async def test_a_gate_that_dies_between_two_charges_of_one_admission_loses_no_money() -> None:
    report = await kill.at_every_point(1, outcomes=slice(1), points=["after pulse"], ways=["two vouchers"])

    assert report["violations"] == []
    assert report["tried"] == 1


async def test_a_gate_that_dies_with_a_ticket_lets_it_in_once_and_forgets_it_never() -> None:
    report = await kill.at_every_point(1, outcomes=slice(1), points=["after request", "after pulse"], ways=["a ticket"])

    assert report["violations"] == []
    assert report["tried"] == 2


async def test_a_house_whose_parts_are_killed_loses_no_event_and_does_no_order_twice_or_late() -> None:
    report = await house.campaign(3, seed=5)

    assert report["violations"] == []
    assert report["events"]["east"] > 0


FIRST_CASE = {
    illness: next(n for n, (fate, _, _) in enumerate(ill.CASES) if fate.illness is illness) for illness in Illness
}


@pytest.mark.parametrize("illness", Illness)
async def test_a_disk_that_falls_ill_before_the_charge_takes_no_money(illness: Illness) -> None:
    report = await ill.campaign(FIRST_CASE[illness], 1)

    assert report["violations"] == []
    assert report["ends"] == {"refused_out_of_service": 1}


@pytest.mark.parametrize(("case", "end"), [(2, "charge_cancelled"), (3, "being_checked")])
async def test_a_disk_that_falls_ill_after_the_charge_loses_none(case: int, end: str) -> None:
    """The second sync is the redemption's: what it does not take is cancelled, or looked up where no answer came."""
    report = await ill.campaign(FIRST_CASE[Illness.SYNC_FAILS] + case, 1)

    assert report["violations"] == []
    assert report["ends"] == {end: 1}


async def test_a_torn_journal_is_opened_or_set_aside() -> None:
    report = await disk.campaign(seed=1)

    assert report["violations"] == []
    assert report["set aside"] > 0
    assert report["whole"] > 0
