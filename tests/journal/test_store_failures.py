"""What a failing or damaged disk does to the journal: nothing half-written, and failures in words with a remedy."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gate_controller.admission.words.facts import Fact, Standing
from gate_controller.journal.failures import CorruptJournal, JournalError, explained
from gate_controller.journal.store import FILE_NAME, Store
from tests.rig.disk import forced_read_only, full_disk
from tests.rig.facts import admission


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def store(directory: Path) -> Iterator[Store]:
    with closing(Store(directory)) as store:
        yield store


def test_a_disk_without_room_is_a_failure_and_nothing_is_half_written(store: Store, directory: Path) -> None:
    store.append(admission(1))
    with full_disk(directory), pytest.raises(JournalError, match="check the disk"):
        store.append(admission(2))
    assert store.facts_of(2) == ()


@pytest.mark.parametrize("facts", [admission(1), ()])
def test_a_file_system_that_was_forced_read_only_is_noticed_with_the_first_commit(
    store: Store, monkeypatch: pytest.MonkeyPatch, facts: tuple[Fact, ...]
) -> None:
    store.append(admission(9))
    with forced_read_only(monkeypatch), pytest.raises(JournalError, match=r"has become read-only: .*: look for its"):
        store.append(facts)
    store.append(facts)


def test_a_proof_finds_out_that_the_disk_is_full(store: Store, directory: Path) -> None:
    store.append(())
    with full_disk(directory), pytest.raises(JournalError):
        store.append(())


def test_a_file_that_is_no_database_names_itself_and_the_remedy(directory: Path) -> None:
    directory.mkdir()
    (directory / FILE_NAME).write_bytes(b"no database" * 1000)
    with pytest.raises(CorruptJournal, match=f"journal {directory / FILE_NAME} cannot be used: .*: keep the file"):
        Store(directory)


def test_a_file_cut_or_overwritten_anywhere_gives_all_its_facts_or_a_failure_in_words(
    tmp_path: Path, directory: Path
) -> None:
    store = Store(directory)
    for number in range(1, 60):
        store.append(admission(number))
    store.close()
    whole = (directory / FILE_NAME).read_bytes()
    outcomes = set()
    for at in range(0, len(whole), 1500):
        for name, damaged in (("cut", whole[:at]), ("over", whole[:at] + b"\xa5" * 1000 + whole[at + 1000 :])):
            place = tmp_path / f"{name}-{at}"
            place.mkdir()
            (place / FILE_NAME).write_bytes(damaged)
            outcomes.add(read_all(place))
    assert outcomes <= {"facts", "JournalError", "CorruptJournal"}
    assert "CorruptJournal" in outcomes


def read_all(directory: Path) -> str:
    """Return how reading every attempt ended; anything but facts or a failure in words is raised."""
    try:
        with closing(Store(directory)) as store:
            for number in range(1, 60):
                store.facts_of(number)
            store.pending(Standing.UNFINISHED)
    except JournalError as error:
        return type(error).__name__ if str(directory) in str(error) else f"which file? {error}"
    return "facts"


@pytest.mark.parametrize(
    ("prepare", "remedy"),
    [
        ("PRAGMA max_page_count = 1", "make room on the disk"),
        ("PRAGMA query_only = ON", "check that the disk is mounted for writing and that state_dir is the gate's own"),
    ],
)
def test_what_sqlite_says_comes_with_a_remedy(tmp_path: Path, prepare: str, remedy: str) -> None:
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute(prepare)
        with pytest.raises(JournalError, match=remedy), explained(tmp_path):
            db.execute("CREATE TABLE fact (body TEXT)")


def test_a_directory_that_cannot_be_made_names_the_setting() -> None:
    with pytest.raises(JournalError, match=r"journal /proc/gate-controller/.* cannot be used: .*: check state_dir"):
        Store(Path("/proc/gate-controller"))
