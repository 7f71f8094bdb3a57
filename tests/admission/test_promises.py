"""The five promises, after thousands of random schedules of faults, delays, crashes and scans."""

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.campaign.world import print_trace, run_schedule

# The whole campaign is `make campaign`; here every run plays the same schedules, so that a failure stays one.
SCHEDULES = 4000
CHUNK = 500


@pytest.mark.parametrize("first", range(0, SCHEDULES, CHUNK))
def test_the_promises_hold_in_every_schedule(first: int) -> None:
    for seed in range(first, first + CHUNK):
        world = run_schedule(seed)
        if world.violations:
            print_trace(world)
        assert world.violations == [], f"seed {seed}: replay with python -m tests.campaign core --seed {seed}"


@settings(max_examples=300, deadline=None, derandomize=bool(os.environ.get("CI")))
@given(st.integers(1_000_000, 2**40))
def test_the_promises_hold_in_schedules_that_hypothesis_draws(seed: int) -> None:
    assert run_schedule(seed).violations == []


def test_the_schedules_meet_what_they_are_for() -> None:
    """A world in which nothing goes wrong proves nothing: the trace must show each kind of trouble."""
    traces = "\n".join(line for seed in range(1500) for line in run_schedule(seed).trace)

    for trouble in (
        "CRASH",
        "WriteFailed",
        "RelayFailed",
        "Doubted",
        "CreditOpened",
        "RefundBegun",
        "Refunded",
        "OpenItem",
        "AskRedemptions",
        "PassageSensed",
        "Evidence.LIST",
        "Evidence.BALANCE",
        "Evidence.UNSURE",
        "ADMITTED_ON_CREDIT",
        "ALREADY_ADMITTED",
        "ONE_MOMENT",
    ):
        assert trouble in traces, trouble
