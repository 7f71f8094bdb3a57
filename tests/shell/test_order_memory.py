"""What a gate remembers of its orders: whatever happens to the file, nothing is carried out twice."""

import asyncio
import json
import resource
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gate_controller.admission.words.events import Instant
from gate_controller.shell import order_memory
from gate_controller.shell.order_answers import Fate, OrderAnswer
from gate_controller.shell.order_intake import CameTo, OrderIntake
from gate_controller.shell.order_memory import MEMORY_FILE, OrderMemory
from gate_controller.shell.order_trust import OrderTrust
from gate_controller.shell.signed_orders import VenueOrder, read_order, signed_order
from tests.rig.ordering import Orderer
from tests.rig.waiting import until

NOW = 1_800_000_000.0
KEY = Ed25519PrivateKey.generate()
ORDER = VenueOrder("o-1", "east", "release", "Anna", NOW, NOW + 30, "a pram")


@dataclass
class House:
    """A gate's side of orders without a gate: what it carries out is only counted."""

    folder: Path
    venue: Orderer = field(init=False)
    done: list[str] = field(default_factory=list)
    at: Instant = field(default_factory=lambda: Instant(0.0, NOW))
    carries: Callable[[VenueOrder], CameTo] = lambda _: CameTo(Fate.DONE, "done", "opened")

    def __post_init__(self) -> None:
        self.venue = Orderer("east", self.folder / "order.keys")
        self.starts()

    def starts(self) -> None:
        """Begin a run."""
        self.intake = OrderIntake(
            "east",
            OrderTrust(self.venue.file),
            OrderMemory(self.folder),
            now=lambda: self.at,
            carry_out=self._carry_out,
            recall=self._recall,
        )

    async def _carry_out(self, order: VenueOrder) -> CameTo:
        self.done.append(order.id)
        await asyncio.sleep(0)
        return self.carries(order)

    async def _recall(self, order: VenueOrder) -> CameTo:
        return CameTo(Fate.UNKNOWN, f"{order.do}: nobody knows")

    async def give(self, order: VenueOrder) -> OrderAnswer | None:
        """Give an order."""
        return await self.intake.take(signed_order(order, self.venue.key))


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


async def test_an_order_is_on_disk_before_it_is_carried_out_and_its_answer_before_it_is_given(house: House) -> None:
    lines: list[list[str]] = []

    def look(_: VenueOrder) -> CameTo:
        lines.append((house.folder / MEMORY_FILE).read_text().splitlines())
        return CameTo(Fate.DONE, "done\nas said", "opened")

    house.carries = look
    answer = await house.give(ORDER)
    assert answer == OrderAnswer("east", "o-1", Fate.DONE, "done as said", "opened", NOW)
    [[_, begun]] = lines
    assert json.loads(begun) == {"begun": ORDER.text()}
    assert len((house.folder / MEMORY_FILE).read_text().splitlines()) == 3
    assert (house.folder / MEMORY_FILE).stat().st_mode & 0o777 == 0o600
    house.starts()
    assert await house.give(ORDER) == answer
    assert house.done == ["o-1"]


async def test_a_file_cut_off_anywhere_lets_nothing_be_done_twice(house: House) -> None:
    await house.give(ORDER)
    whole = (house.folder / MEMORY_FILE).read_bytes()
    line = whole.index(b"\n", whole.index(b"begun"))
    for end in {*range(0, len(whole), 11), line - 1, line, line + 1, line + 2, len(whole) - 1, len(whole)}:
        (house.folder / MEMORY_FILE).write_bytes(whole[:end])
        house.done, before = [], line + 1
        house.starts()
        answer = await house.give(ORDER)
        assert answer is not None
        if end < before:  # its beginning was not on disk, so that nothing was done
            assert (house.done, answer.outcome) == (["o-1"], Fate.DONE)
        else:
            assert house.done == []
            assert answer.outcome is (Fate.DONE if end == len(whole) else Fate.UNKNOWN)


async def test_a_damaged_file_refuses_what_was_ordered_before_this_start(house: House) -> None:
    await house.give(ORDER)
    (house.folder / MEMORY_FILE).write_text('{"begun": "what is this"}\n')
    house.starts()
    answer = await house.give(ORDER)
    assert answer is not None
    assert (answer.outcome, house.done) == (Fate.UNKNOWN, ["o-1"])
    house.at = Instant(0.0, NOW + 100)
    fresh = replace(ORDER, id="o-2", issued=NOW + 100, expires=NOW + 130)
    answer = await house.give(fresh)
    assert answer is not None
    assert answer.outcome is Fate.DONE
    house.starts()  # it says for good until when it may have forgotten something
    answer = await house.give(replace(ORDER, id="o-3", issued=NOW + 1, expires=NOW + 200))
    assert answer is not None
    assert answer.outcome is Fate.UNKNOWN


async def test_what_is_forgotten_is_not_obeyed_and_the_file_stays_small(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(order_memory, "MOST_KEPT", most := 10)
    memory = OrderMemory(house.folder)
    for n in range(8 * most):
        order = replace(ORDER, id=f"o-{n}", issued=NOW + n / 100)
        memory.begin(read_order(signed_order(order, KEY)))
        memory.end(OrderAnswer("east", order.id, Fate.DONE, "", at=NOW))
    assert (house.folder / MEMORY_FILE).stat().st_size < 400 * 4 * most
    newest = replace(ORDER, id=f"o-{8 * most - 1}", issued=NOW + (8 * most - 1) / 100)
    for again in (replace(ORDER, id="o-0"), replace(ORDER, id="never-seen", issued=NOW + 0.5), newest):
        answer = await house.give(again)
        assert answer is not None
        assert answer.outcome is (Fate.DONE if again is newest else Fate.UNKNOWN)
    assert house.done == []
    answer = await house.give(replace(ORDER, id="late", issued=NOW + 20, expires=NOW + 40))
    assert answer is not None
    assert answer.outcome is Fate.DONE


@contextmanager
def no_file_longer_than(most: int) -> Iterator[None]:
    """Inside, a write that makes a file longer fails (EFBIG), as on a full disk; what is there stays writable."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)


async def test_a_full_disk_refuses_and_what_was_refused_is_not_done_later_nor_by_the_next_run(house: House) -> None:
    await house.give(replace(ORDER, id="o-0", issued=NOW - 5))
    with no_file_longer_than((house.folder / MEMORY_FILE).stat().st_size):
        answer = await house.give(ORDER)
    assert answer is not None
    assert answer.outcome is Fate.REFUSED
    assert "see to its disk" in answer.text
    assert await house.give(ORDER) == answer
    house.starts()
    answer = await house.give(ORDER)
    assert answer is not None
    assert answer.outcome is Fate.UNKNOWN
    assert house.done == ["o-0"]
    answer = await house.give(replace(ORDER, id="o-2", issued=NOW + 1))
    assert answer is not None
    assert answer.outcome is Fate.DONE


async def test_what_was_refused_on_a_full_disk_is_not_done_by_the_next_run_though_the_file_was_written_anew(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(order_memory, "MOST_KEPT", 2)
    await house.give(replace(ORDER, id="o-0", issued=NOW - 5))
    with no_file_longer_than((house.folder / MEMORY_FILE).stat().st_size):
        answer = await house.give(replace(ORDER, issued=NOW + 3))
    assert answer is not None
    assert answer.outcome is Fate.REFUSED
    later = [replace(ORDER, id=f"later-{n}", issued=NOW + 1 + n / 10) for n in range(8)]
    for order in later:
        await house.give(order)
    house.starts()
    answer = await house.give(replace(ORDER, issued=NOW + 3))
    assert answer is not None
    assert answer.outcome is not Fate.DONE
    assert "o-1" not in house.done


async def test_where_a_full_disk_has_no_line_to_write_over_an_order_is_not_said_to_be_refused(house: House) -> None:
    with no_file_longer_than(10):
        answer = await house.give(ORDER)
    assert answer is not None
    assert answer.outcome is Fate.UNKNOWN
    assert "see to its disk" in answer.text
    assert await house.give(ORDER) == answer
    assert house.done == []


@pytest.mark.parametrize(("at", "issued"), [(Instant(0.0, NOW), NOW + 1e8), (Instant(0.0, NOW, is_sure=False), NOW)])
async def test_by_a_clock_that_may_be_wrong_nothing_is_forgotten_for_years(
    house: House, at: Instant, issued: float
) -> None:
    await house.give(replace(ORDER, id="o-0", issued=NOW - 5))
    house.at = at
    with no_file_longer_than((house.folder / MEMORY_FILE).stat().st_size):
        answer = await house.give(replace(ORDER, issued=issued, expires=issued + 30))
    assert answer is not None
    assert answer.outcome is Fate.UNKNOWN
    house.at = Instant(0.0, NOW)
    house.starts()
    answer = await house.give(replace(ORDER, id="o-2", issued=NOW + 1))
    assert answer is not None
    assert answer.outcome is Fate.DONE


async def test_of_two_that_come_at_once_one_is_carried_out_and_both_are_answered(house: House) -> None:
    answers = await asyncio.gather(*(house.give(ORDER) for _ in range(8)))
    assert len(set(answers)) == 1
    assert house.done == ["o-1"]


async def test_an_order_that_expires_while_the_disk_is_slow_is_not_carried_out(house: House) -> None:
    moments = iter([NOW, NOW, NOW + 31, NOW + 31, NOW + 31])
    intake = OrderIntake(
        "east",
        OrderTrust(house.venue.file),
        OrderMemory(house.folder),
        now=lambda: Instant(0.0, next(moments)),
        carry_out=house._carry_out,
        recall=house._recall,
    )
    answer = await intake.take(signed_order(ORDER, house.venue.key))
    assert answer is not None
    assert answer.outcome is Fate.REFUSED
    assert "expired" in answer.text
    assert house.done == []


async def test_what_fails_without_anybody_having_foreseen_it_is_unknown(house: House) -> None:
    def fail(_: VenueOrder) -> CameTo:
        raise ZeroDivisionError

    house.carries = fail
    answer = await house.give(ORDER)
    assert answer is not None
    assert answer.outcome is Fate.UNKNOWN
    assert await house.give(ORDER) == answer


async def test_orders_are_looked_at_at_a_pace(house: House, caplog: pytest.LogCaptureFixture) -> None:
    answers = [await house.intake.take(b"{}") for _ in range(100)]
    assert answers.count(None) >= 60
    begun = time.monotonic()
    while (answer := await house.give(ORDER)) is None:
        assert time.monotonic() - begun < 5
        await asyncio.sleep(0.05)
    assert answer.outcome is Fate.DONE
    assert len([1 for record in caplog.records if "signed_order=refused" in record.getMessage()]) <= 11


async def test_an_order_that_is_being_carried_out_is_ended_before_the_gate_is(house: House) -> None:
    task = asyncio.create_task(house.give(ORDER))
    await until(lambda: bool(house.done))
    await house.intake.end()
    answer = await task
    assert answer is not None
    assert answer.outcome is Fate.DONE
