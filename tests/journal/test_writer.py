"""The journal's thread: writes in order, each told once, failures survived, and nothing left behind at the end."""

import asyncio
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gate_controller.admission.words.facts import Fact, Standing
from gate_controller.journal.failures import JournalError
from gate_controller.journal.reader import Reader
from gate_controller.journal.store import FILE_NAME, Store
from gate_controller.journal.writer import Journal
from tests.rig.disk import full_disk
from tests.rig.facts import admission, intended, redeemed, released
from tests.rig.pauses import shorten
from tests.rig.waiting import until


class Writes:
    """Appends, and the answer to each."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self.answers: list[tuple[int, str | None]] = []
        self.threads: set[threading.Thread] = set()
        self.asked = 0

    def append(self, *facts: Fact) -> None:
        number = self.asked
        self.asked += 1

        def done(failure: str | None) -> None:
            self.answers.append((number, failure))
            self.threads.add(threading.current_thread())

        self._journal.append(facts, done)

    async def all_answered(self) -> None:
        await until(lambda: len(self.answers) >= self.asked)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
async def journal(directory: Path) -> AsyncIterator[Journal]:
    journal = Journal(directory)
    yield journal
    await journal.close()


@pytest.fixture
def writes(journal: Journal) -> Writes:
    return Writes(journal)


async def test_writes_are_told_once_each_in_their_order_and_in_the_loop(writes: Writes) -> None:
    for number in range(1, 30):
        writes.append(*admission(number))
    await writes.all_answered()
    assert writes.answers == [(number, None) for number in range(29)]
    assert writes.threads == {threading.current_thread()}


async def test_a_write_is_on_disk_when_it_is_told(journal: Journal, directory: Path) -> None:
    seen: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    journal.append([intended(1)], lambda _: seen.set_result(len(Reader(directory).page())))
    assert await seen == 1


async def test_the_loop_runs_on_while_the_disk_is_slow(journal: Journal, writes: Writes) -> None:
    held = threading.Event()
    reading = asyncio.create_task(journal.read(lambda _: held.wait(5)))
    writes.append(intended(1))
    await asyncio.sleep(0)
    assert writes.answers == []
    held.set()
    assert await reading
    await writes.all_answered()


async def test_the_log_is_copied_into_the_file_while_nobody_finds_the_time_for_it(
    writes: Writes, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shorten(monkeypatch, "MOST_FRAMES", 9)
    sizes = []
    for number in range(1, 31):
        writes.append(*admission(number))
        await writes.all_answered()
        sizes.append((directory / f"{FILE_NAME}-wal").stat().st_size)
    assert max(sizes) < 2 * max(sizes[:6])


async def test_a_question_is_answered_after_the_writes_before_it(journal: Journal, writes: Writes) -> None:
    writes.append(*admission(1))
    assert len(await journal.read(lambda store: store.facts_of(1))) == len(admission(1))


async def test_a_full_disk_is_told_in_words_and_the_next_write_works_again(writes: Writes, directory: Path) -> None:
    writes.append(*admission(1))
    await writes.all_answered()
    with full_disk(directory):
        writes.append(*admission(2))
        await writes.all_answered()
    writes.append(*admission(3))
    await writes.all_answered()
    failure = writes.answers[1][1]
    assert failure is not None
    assert str(directory) in failure
    assert [failure is None for _, failure in writes.answers] == [True, False, True]


async def test_what_failed_can_be_written_again(journal: Journal, writes: Writes, directory: Path) -> None:
    writes.append(intended(1))
    await writes.all_answered()
    with full_disk(directory):
        writes.append(redeemed(1))
        await writes.all_answered()
    writes.append(redeemed(1), released(1))
    await writes.all_answered()
    assert len(await journal.read(lambda store: store.facts_of(1))) == 3


async def test_a_journal_that_cannot_be_opened_is_tried_again_with_every_write(writes: Writes, directory: Path) -> None:
    other = Store(directory)
    writes.append(intended(1))
    await writes.all_answered()
    other.close()
    writes.append(intended(1))
    await writes.all_answered()
    first, second = (failure for _, failure in writes.answers)
    assert first is not None
    assert "another gate-controller is using this journal" in first
    assert second is None


async def test_a_question_to_a_journal_that_cannot_be_opened_is_refused(journal: Journal, directory: Path) -> None:
    other = Store(directory)
    with pytest.raises(JournalError, match="another gate-controller"):
        await journal.read(lambda _: None)
    other.close()


async def test_a_question_that_fails_hurts_only_who_asked(journal: Journal, writes: Writes) -> None:
    with pytest.raises(ZeroDivisionError):
        await journal.read(lambda _: 1 // 0)
    writes.append(intended(1))
    await writes.all_answered()
    assert writes.answers == [(0, None)]


async def test_a_question_nobody_waits_for_any_more_hurts_nobody(journal: Journal, writes: Writes) -> None:
    held = threading.Event()
    reading = asyncio.create_task(journal.read(lambda _: held.wait(5)))
    await asyncio.sleep(0)
    reading.cancel()
    held.set()
    writes.append(intended(1))
    await writes.all_answered()
    assert reading.cancelled()


async def test_close_finishes_what_is_queued_and_lets_others_have_the_file(directory: Path) -> None:
    journal = Journal(directory)
    writes = Writes(journal)
    for number in range(1, 50):
        writes.append(*admission(number))
    writes.append(intended(50))
    await journal.close()
    store = Store(directory)
    assert [len(store.facts_of(number)) for number in (1, 49, 50)] == [4, 4, 1]
    assert len(store.pending(Standing.UNFINISHED)) == 1
    store.close()
    await writes.all_answered()
    assert len(writes.answers) == 50


async def test_upkeep_between_visitors_changes_no_fact(journal: Journal, writes: Writes) -> None:
    for number in range(1, 150):
        writes.append(*admission(number))
        journal.rest()
    await writes.all_answered()
    assert len(await journal.read(lambda store: store.facts_of(149))) == 4
    assert {failure for _, failure in writes.answers} == {None}


async def test_upkeep_of_a_journal_that_was_never_opened_does_nothing(directory: Path) -> None:
    journal = Journal(directory)
    journal.rest()
    await journal.close()
    assert not directory.exists()
