"""A short, seeded part of the campaign; the whole is `make campaign`."""

from tests.campaign import disk, kill
from tests.campaign.__main__ import core


def test_the_core_keeps_its_promises_in_random_schedules() -> None:
    report = core(500, seed=7_000_000)

    assert report["violations"] == []
    assert report["events"] > 5_000


async def test_a_gate_killed_at_random_moments_loses_no_money() -> None:
    report = await kill.at_random(6, seed=3)

    assert report["violations"] == []
    assert report["charges"] > 0


async def test_a_gate_that_dies_around_each_step_of_an_admission_loses_no_money() -> None:
    report = await kill.at_every_point(1, outcomes=kill.OUTCOMES[:1])

    assert report["violations"] == []
    assert report["tried"] == len(kill.KILL_POINTS)


async def test_a_torn_journal_is_opened_or_set_aside() -> None:
    report = await disk.campaign(seed=1)

    assert report["violations"] == []
    assert report["set aside"] > 0
    assert report["whole"] > 0
