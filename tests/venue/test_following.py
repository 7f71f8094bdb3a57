"""What a house counts of its gates' events is what the gates' own closings come to, whatever has happened there."""

import json
import sqlite3
from collections.abc import Iterable

import pytest

from gate_controller.admission.words.facts import Fact
from gate_controller.journal import closings, codec, rows, schema
from gate_controller.journal.closings import BookedKind, ClosedTo
from gate_controller.journal.numbered import events_after
from gate_controller.venue.following import INSIDE, FollowedAttempt
from gate_controller.venue.told import read_events
from tests.rig.schedule import random_schedule
from tests.rig.world import World

NOT_OF_EVENTS = {BookedKind.OPEN_ITEM, BookedKind.UNFINISHED, BookedKind.CHARGED_OF_PRODUCT}
"""What is not counted from one event after the other: it stands on the wall, or is in the gate's own closing alone."""
Counts = dict[tuple[str, str], tuple[int, int]]


def journal(attempts: Iterable[Iterable[Fact]]) -> sqlite3.Connection:
    """Return a journal with these facts, in the order of their attempts."""
    db = sqlite3.connect(":memory:", isolation_level=None)
    schema.migrate(db)
    db.executemany("INSERT INTO meta VALUES (?, ?)", [(rows.TAG, "TAG0"), (rows.NAME, "a-journal")])
    for facts in attempts:
        for fact in facts:
            row = int(fact.attempt.removeprefix("TAG0")), fact.n, type(fact).__name__, fact.at, codec.encode(fact)
            db.execute("INSERT INTO fact (attempt, n, kind, at, body) VALUES (?, ?, ?, ?, ?)", row)
    return db


def by_the_gate(db: sqlite3.Connection) -> Counts:
    counted = closings.count(db, "2026-11-26", 0.0, 1e12, ClosedTo("", 0.0, 0, 0))
    lines = (line for line in counted.lines if line.entry not in NOT_OF_EVENTS and (line.times or line.amount_cents))
    return {(line.entry.value, line.reason): (line.times, line.amount_cents) for line in lines}


def by_the_house(db: sqlite3.Connection) -> Counts:
    told = events_after(db, 0, 10**6, 10**6)
    packed = json.dumps(
        {"gate": "g", "journal": told.journal, "after": 0, "events": told.events, "newest": told.newest}
    )
    attempts: dict[str, FollowedAttempt] = {}
    found: Counts = {}
    for event in read_events("g", packed.encode(), 0.0).events:
        attempt = attempts.setdefault(event.incident, FollowedAttempt(1, event.incident))
        for line in attempt.take(event, 1):
            times, cents = found.get((line.entry, line.reason), (0, 0))
            # A free admission's amount is what it would have cost: it is in no sum, at the gate either.
            found[line.entry, line.reason] = times + line.times, cents + line.cents
    return {key: counts for key, counts in found.items() if key[0] != INSIDE and counts != (0, 0)}


@pytest.mark.parametrize("first", range(0, 60, 15))
def test_a_house_counts_what_its_gates_count(first: int) -> None:
    kinds = set()
    for seed in range(first, first + 15):
        world = World(random_schedule(seed))
        world.run()
        db = journal(world.disk.facts(attempt) for attempt in world.disk.attempts)
        gate = by_the_gate(db)
        assert by_the_house(db) == gate, f"seed {seed}"
        kinds |= {entry for entry, _ in gate}
        db.close()
    assert {"admitted_on_charge", "charged", "refused"} <= kinds
