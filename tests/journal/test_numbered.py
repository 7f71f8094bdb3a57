"""Events have numbers without a gap, in the order of the disk, and who asks for what he has missed misses nothing."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from gate_controller.admission.words.facts import Fact, Intended
from gate_controller.journal import archive
from gate_controller.journal.reader import Reader
from gate_controller.journal.store import FILE_NAME, Store
from tests.rig.facts import NOON, VOUCHER, admission, intended


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path)
    yield store
    store.close()


@pytest.fixture
def reader(store: Store) -> Reader:
    return Reader(store.path.parent)


def followed(reader: Reader, store: Store, after: int = 0, most: int = 3) -> list[tuple[int, str]]:
    """Follow as a venue does: page by page, to the newest."""
    seen: list[tuple[int, str]] = []
    while True:
        told = reader.events_after(after, most, store.newest_to_tell)
        seen += [(event["number"], event["fact"]) for event in told.events]
        if not told.events or told.events[-1]["number"] == told.newest:
            return seen
        after = told.events[-1]["number"]


def in_turns(*attempts: Sequence[Fact]) -> list[Fact]:
    return [fact for facts in zip(*attempts, strict=True) for fact in facts]


def test_events_are_numbered_as_they_came_to_disk_without_a_gap(store: Store, reader: Reader) -> None:
    facts = in_turns(admission(1), admission(2))
    for fact in facts:
        store.append([fact])
        store.append([fact])  # the same fact again is none
    assert followed(reader, store) == [(n, type(fact).__name__) for n, fact in enumerate(facts, 1)]
    assert followed(reader, store, after=4) == followed(reader, store)[4:]
    assert followed(reader, store, after=len(facts)) == []


def test_an_event_says_what_anybody_may_know(store: Store, reader: Reader) -> None:
    store.append(admission(1))
    told = reader.events_after(0, 10, store.newest_to_tell)
    assert VOUCHER not in json.dumps(told.events)
    assert told.events[0]["incident"] == reader.page()[0].incident
    assert (told.after, told.archived, told.newest) == (0, 0, len(told.events))


def test_a_fact_that_was_not_synced_is_told_when_it_is(store: Store, reader: Reader) -> None:
    store.append(admission(1))
    store.append([intended(2)], synced=False)
    log = store.path.with_name(f"{FILE_NAME}-wal").stat()
    assert followed(reader, store)[-1][1] == Intended.__name__
    assert store.path.with_name(f"{FILE_NAME}-wal").stat().st_size == log.st_size  # synced, and nothing written
    assert store.newest_to_tell == store.newest


def test_what_was_archived_is_counted_and_the_rest_told(store: Store, reader: Reader) -> None:
    for number in range(1, 6):
        store.append(admission(number, at=NOON + number))
    whole = len(followed(reader, store))
    store.append(admission(6, at=NOON + 1e6))
    archive.prune(store, NOON + 3.5)
    told = reader.events_after(0, 500, store.newest_to_tell)
    assert told.archived == 3 * len(admission(1))
    assert told.events[0]["number"] == told.archived + 1
    assert len(told.events) + told.archived == told.newest == whole + len(admission(6))
    assert reader.events_after(told.archived, 500, told.newest).archived == 0


def test_a_journal_keeps_its_name_and_a_new_or_copied_one_has_another(tmp_path: Path) -> None:
    def name(store: Store) -> str:
        return Reader(store.path.parent).events_after(0, 1, 0).journal

    store = Store(tmp_path / "one")
    first = name(store)
    store.close()
    store = Store(tmp_path / "one")
    assert name(store) == first
    store.take_new_tag()  # as on another machine
    second = name(store)
    store.close()
    other = Store(tmp_path / "other")
    assert len({first, second, name(other)}) == 3
    other.close()


def test_a_journal_from_before_gets_a_name(tmp_path: Path) -> None:
    Store(tmp_path).close()
    with sqlite3.connect(tmp_path / FILE_NAME) as db:
        db.execute("DELETE FROM meta WHERE key = 'journal'")
    db.close()
    store = Store(tmp_path)
    assert len(Reader(tmp_path).events_after(0, 1, 0).journal) == 12
    store.close()


def test_asking_writes_nothing(store: Store, reader: Reader) -> None:
    store.append(admission(1))
    before = {file.name: (file.stat().st_size, file.stat().st_mtime_ns) for file in store.path.parent.iterdir()}
    for _ in range(5):
        followed(reader, store)
    # What readers share with the writer is memory, though it has a name (-shm).
    after = {file.name: (file.stat().st_size, file.stat().st_mtime_ns) for file in store.path.parent.iterdir()}
    assert {name for name in after if after[name] != before.get(name)} <= {f"{FILE_NAME}-shm"}
