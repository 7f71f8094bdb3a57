"""A short, seeded part of the campaign; the whole is `make campaign`."""

from tests.campaign import core, disk, kill


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


async def test_a_gate_that_dies_around_each_step_of_an_admission_loses_no_money() -> None:
    report = await kill.at_every_point(1, outcomes=kill.OUTCOMES[:1])

    assert report["violations"] == []
    assert report["tried"] == len(kill.KILL_POINTS)


async def test_a_torn_journal_is_opened_or_set_aside() -> None:
    report = await disk.campaign(seed=1)

    assert report["violations"] == []
    assert report["set aside"] > 0
    assert report["whole"] > 0
