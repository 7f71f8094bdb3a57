"""
The core in its modelled world (`tests/rig/world.py`), through random schedules: one for each seed, on every processor.

A schedule is data and its world draws nothing at random, so a seed comes to the same on any machine and in any process.
A schedule that fails is shrunk, and told with the command that replays it.
"""

import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

from tests.rig.schedule import Schedule, any_schedule, shrunk
from tests.rig.world import Outcome, play

COUNTED = (
    "events",
    "admissions",
    "contributions",
    "equations",
    "charges",
    "free_entries",
    "refunds",
    "open_items",
    "power_cuts",
    "readings",
    "dropped_lines",
    # What design.md and docs/money.md excuse, counted:
    "unrecorded_pulses",
    "misread_drops",
    "hidden_charges",
    "forgotten_cancels",
    "errands",
    "mistaken_errands",
    "ticket_entries",
    "ticket_exits",
    "mistaken_entries",
)
"""The numbers of an `Outcome` that are added up."""

CHUNK = 250
"""How many schedules a process plays at a time: a third of a second of work."""

MOST_SHRUNK = 5
"""A core that is thoroughly broken fails in thousands of schedules; so many are shrunk, the others only named."""

Tried = tuple[Counter[str], list[int]]
"""The sums of some schedules, and the seeds of those that failed."""


def fails(schedule: Schedule) -> bool:
    """Whether a promise is broken."""
    return bool(play(schedule).violations)


def least(seed: int) -> Schedule:
    """Return the schedule of a seed; one that fails without the steps that it fails without, too."""
    schedule = any_schedule(seed)
    return shrunk(schedule, fails) if fails(schedule) else schedule


def replay(seed: int) -> str:
    """Return the command that shows how a seed fails."""
    return f"python -m tests.campaign core --rounds 1 --seed {seed} --trace"


def story(seed: int) -> str:
    """Return the least schedule of a seed, everything that happens in it, and the promises it breaks."""
    outcome: Outcome = play(least(seed), tracing=True)
    return "\n".join([str(outcome.schedule), *outcome.trace, *outcome.violations])


def campaign(rounds: int, seed: int, *, processes: int | None = None) -> dict[str, Any]:
    """Play the schedules of so many seeds from `seed` on; on every processor, unless told on how many."""
    chunks = [range(first, min(first + CHUNK, seed + rounds)) for first in range(seed, seed + rounds, CHUNK)]
    sums: Counter[str] = Counter(dict.fromkeys(COUNTED, 0))
    failing: list[int] = []
    for number, (counted, failed) in enumerate(_tried(chunks, processes or len(os.sched_getaffinity(0))), start=1):
        sums.update(counted)
        failing += failed
        _tell_progress(min(number * CHUNK, rounds), rounds, len(failing))
    violations = [_violation(seed, shrink=place < MOST_SHRUNK) for place, seed in enumerate(failing)]
    return {"schedules": rounds, **sums, "violations": violations}


def _tried(chunks: Sequence[range], processes: int) -> Iterator[Tried]:
    workers = min(processes, len(chunks))
    if workers < 2:
        yield from map(_try_each, chunks)
        return
    # In the order of the chunks, whichever is done first. A fork would inherit the threads of whoever calls.
    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        yield from pool.map(_try_each, chunks)


def _try_each(seeds: range) -> Tried:
    sums: Counter[str] = Counter()
    failing = []
    for seed in seeds:
        outcome = play(any_schedule(seed))
        sums.update({name: getattr(outcome, name) for name in COUNTED})
        if outcome.violations:
            failing.append(seed)
    return sums, failing


def _violation(seed: int, *, shrink: bool) -> dict[str, Any]:
    schedule = least(seed) if shrink else any_schedule(seed)
    what = play(schedule).violations
    told = {"schedule": str(schedule)} if shrink else {}
    return {"seed": seed, "what": what, **told, "replay": replay(seed)}


def _tell_progress(done: int, rounds: int, failing: int) -> None:
    if sys.stderr.isatty():
        end = "\n" if done == rounds else ""
        print(f"\rcore    {done} of {rounds} schedules, {failing} failing", end=end, file=sys.stderr, flush=True)
