"""A day is closed once, when it is over: all of it, nothing twice, and nothing of it changes afterwards."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from gate_controller.admission.words.codes import Code, VoucherCode
from gate_controller.admission.words.errand_facts import ErrandBegun, ErrandDone, ErrandKind, PartVoided
from gate_controller.admission.words.events import Instant
from gate_controller.admission.words.facts import (
    CreditOpened,
    Doubted,
    Fact,
    NotCharged,
    Occurred,
    Occurrence,
    OpenItem,
    RefundBegun,
    Refunded,
    Refused,
    Regime,
    RegimeBegun,
    Released,
    Settled,
)
from gate_controller.admission.words.free_facts import FreeEntry, FreeEntryUnused, FreeGrounds
from gate_controller.admission.words.ids import AttemptId, Incident, IncidentCodes
from gate_controller.admission.words.money import Cents, Currency
from gate_controller.desk.control_socket import AskedWrongly, ControlError
from gate_controller.desk.day_closings import DayClosings
from gate_controller.desk.moments import date_of, span_of_day
from gate_controller.eguma.api import Api
from gate_controller.journal import archive, codec
from gate_controller.journal.reader import Reader
from gate_controller.journal.reconcile import Charge, differences
from gate_controller.journal.store import FILE_NAME, Store
from gate_controller.journal.writer import Journal
from gate_controller.shell.books import Books, OwnUser
from gate_controller.simulator import Endpoint, FaultKind, Simulator
from gate_controller.simulator.clock import local_text
from gate_controller.simulator.vouchers import User
from tests.rig.facts import PRICE, TAG, VOUCHER, admission, approved, intended, redeemed
from tests.rig.gate import USER, fault
from tests.rig.simulator import KEY

HOUR, MINUTE = 3_600.0, 60.0
DAY, NEXT, THIRD = "2026-11-26", "2026-11-27", "2026-11-28"
OURS, A_TILL = User(USER, "Gate 1"), User("a till", "Till")


@pytest.fixture(autouse=True)
def in_zurich(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Europe/Zurich")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def begin() -> float:
    return span_of_day(DAY)[0]


@dataclass
class Office:
    """Somebody at the desk, at a moment, with a real journal and the simulator's list."""

    directory: Path
    journal: Journal
    reader: Reader
    books: Books
    simulator: Simulator
    now: float

    def __post_init__(self) -> None:
        self.closings = DayClosings(
            self.reader,
            self.journal,
            self.books,
            now=lambda: Instant(0.0, self.now),
            currency=lambda: Currency.CHF,
            read=asyncio.to_thread,
            list_seconds=1.0,
        )

    async def put(self, facts: Sequence[Fact]) -> None:
        await self.journal.read(lambda store: store.append(facts))

    async def close(self, day: str = DAY, **more: Any) -> dict[str, Any]:
        return await self.closings.close_day({"date": day, "by": "Anna", **more})

    def list_charge(self, at: float, *, user: User = OURS, amount: int = PRICE) -> None:
        self.simulator.ledger.redeem(VOUCHER, amount, user=user, redeemed_at=local_text(at), made_at=at)


@pytest.fixture
async def office(tmp_path: Path, simulator: Simulator, begin: float) -> AsyncIterator[Office]:
    Store(tmp_path).close()
    journal, reader = Journal(tmp_path), Reader(tmp_path)
    api = Api(simulator.base_url, KEY)
    books = Books(api, journal, OwnUser(journal, configured=None, api_key=""), tell=print)
    office = Office(tmp_path, journal, reader, books, simulator, begin + 30 * HOUR)
    yield office
    await journal.close()
    await api.aclose()


def attempt(number: int) -> AttemptId:
    return AttemptId(f"{TAG}{number}")


def refused(number: int, at: float, reason: str = "balance_too_low") -> Refused:
    return Refused(attempt(number), 0, at, IncidentCodes().of(number), Code(VOUCHER), reason)


def refund(number: int, at: float, n: int = 4) -> list[Fact]:
    return [
        RefundBegun(attempt(number), n, at, by="Anna"),
        Refunded(attempt(number), n + 1, at, how="confirmed by E-GUMA"),
    ]


def part(number: int, at: float, n: int = 4, amount: int = 1_000) -> PartVoided:
    return PartVoided(attempt(number), n, at, Cents(amount), "Anna", "a child", errand_incident=Incident("KRVG1"))


def errand(number: int, at: float, kind: ErrandKind, amount: int) -> list[Fact]:
    code, incident = VoucherCode(VOUCHER), IncidentCodes().of(number)
    begun = ErrandBegun(attempt(number), 0, at, incident, kind, code, Cents(amount), Currency.CHF, "Anna")
    return [begun, ErrandDone(attempt(number), 1, at, how="confirmed by E-GUMA")]


def lines(told: dict[str, Any]) -> dict[str, tuple[int, int]]:
    """Return times and cents of every line that says something, by its name and reason."""
    return {
        f"{one['entry']} {one['reason']}".strip(): (one["times"], one["amount_cents"])
        for one in told["entries"]
        if one["times"]
    }


async def test_everything_of_a_day_has_its_line_and_the_sums_add_up(office: Office, begin: float) -> None:
    noon = begin + 12 * HOUR
    for number in (1, 2):
        await office.put(admission(number, at=noon))
    on_credit = [intended(3, at=noon), approved(3, at=noon), redeemed(3, at=noon)]
    credit = CreditOpened(attempt(3), 3, noon, "nobody passed", noon + 600)
    await office.put([*on_credit, credit, Released(attempt(3), 4, noon)])
    await office.put([refused(4, noon), refused(5, noon), refused(6, noon, "unreachable")])
    await office.put([intended(7, at=noon), NotCharged(attempt(7), 1, noon, "the disk was slow")])
    await office.put([intended(8, at=noon), NotCharged(attempt(8), 1, noon, "its voucher's money is on its way in K")])
    await office.put([part(1, noon), *refund(1, noon, 5)])
    await office.put([part(2, noon, amount=500)])
    by_staff = Occurred(attempt(9), 0, noon, Incident("K"), Occurrence.OPENED_BY_STAFF, "Anna", "a pram")
    stuck = [replace(by_staff, attempt=attempt(19)), replace(by_staff, attempt=attempt(19), n=1)]
    stuck[1] = replace(stuck[1], what=Occurrence.NOT_RELEASED, reason="the relay failed")
    await office.put([by_staff, *stuck, Occurred(attempt(10), 0, noon, Incident("K"), Occurrence.EXIT)])
    await office.put(errand(11, noon, ErrandKind.TOP_UP, 5_000))
    await office.put(errand(12, noon, ErrandKind.SALE, 10_000))
    await office.put(errand(13, noon, ErrandKind.TAKING_BACK, 3_000))
    await office.put(errand(14, noon, ErrandKind.PART_VOID, 500))
    item = OpenItem(attempt(15), 3, noon, "no token")
    await office.put([intended(15, at=noon), approved(15, at=noon), redeemed(15, at=noon), item])
    await office.put([Settled(attempt(15), 4, noon, "Anna", "waited", let_in=True)])
    await office.put([intended(16, at=noon), approved(16, at=noon), redeemed(16, at=noon)])
    await office.put([OpenItem(attempt(16), 3, noon, "no token")])
    await office.put([intended(17, at=noon), approved(17, at=noon), Doubted(attempt(17), 2, noon, "reset")])
    await office.put([RegimeBegun(attempt(18), 0, noon, Incident("K"), Regime.LOCKED, "Anna")])

    told = await office.close()

    assert lines(told) == {
        "admitted_on_charge": (2, 2 * PRICE),
        "admitted_on_credit": (1, PRICE),
        "let_in": (1, PRICE),
        "opened_by_staff": (1, 0),
        "refused balance_too_low": (2, 0),
        "refused unreachable": (1, 0),
        "refused not_charged": (1, 0),
        "charged": (5, 5 * PRICE),
        "refunded": (1, PRICE - 1_000),
        "voided_in_part": (2, 1_500),
        "topped_up": (1, 5_000),
        "sold": (1, 10_000),
        "taken_back": (1, 3_000),
        "open_item": (1, PRICE),
        "unfinished": (1, PRICE),
    }
    assert told["revenue_cents"] == told["charged_cents"] - told["refunded_cents"] - told["voided_cents"]
    assert told["revenue_cents"] == 5 * PRICE - (PRICE - 1_000) - 1_500
    assert (told["date"], told["closed_by"], told["currency"]) == (DAY, "Anna", "CHF")
    assert (told["late"], told["lacks_charges"], told["is_new"]) == (0, False, True)


async def test_free_entries_stand_beside_with_nothing_charged(office: Office, begin: float) -> None:
    noon = begin + 12 * HOUR
    granted = FreeEntry(
        attempt(1),
        0,
        noon,
        IncidentCodes().of(1),
        Code(VOUCHER),
        FreeGrounds.RULE,
        Cents(PRICE),
        Currency.CHF,
    )
    await office.put([granted, Released(attempt(1), 1, noon)])
    in_outage = replace(granted, attempt=attempt(2), n=1, grounds=FreeGrounds.OUTAGE)
    await office.put([intended(2, at=noon), in_outage, Released(attempt(2), 2, noon)])
    unused = replace(granted, attempt=attempt(3))
    await office.put([unused, FreeEntryUnused(attempt(3), 1, noon, why="nobody passed")])
    await office.put(admission(4, at=noon))

    told = await office.close()

    assert lines(told)["admitted_free rule"] == (1, PRICE)
    assert lines(told)["admitted_free outage"] == (1, PRICE)
    assert lines(told)["admitted_on_charge"] == (1, PRICE)
    assert (told["charged_cents"], told["revenue_cents"]) == (PRICE, PRICE)


async def test_charges_are_told_by_product_where_e_guma_names_it(office: Office, begin: float) -> None:
    noon = begin + 12 * HOUR
    await office.put(admission(1, at=noon))
    child = replace(intended(2, at=noon), price=Cents(1_000), voucher_code=VOUCHER, balance_before=Cents(5_000))
    await office.put([replace(child, product_id="child"), replace(redeemed(2, at=noon), n=1)])
    adult = [intended(3, at=noon), replace(approved(3, at=noon), product_id="adult"), redeemed(3, at=noon)]
    await office.put(adult)

    told = await office.close()

    assert lines(told)["charged"] == (3, 2 * PRICE + 1_000)
    assert lines(told)["charged_of_product child"] == (1, 1_000)
    assert lines(told)["charged_of_product adult"] == (1, PRICE)
    assert told["charged_cents"] == 2 * PRICE + 1_000


async def test_a_day_that_is_closed_stays_as_it_was_written(office: Office, begin: float) -> None:
    await office.put(admission(1, at=begin + HOUR))
    first = await office.close()
    await office.put(admission(2, at=begin + 2 * HOUR))
    again = await office.close(by="Berta")
    assert again == {**first, "is_new": False}
    assert again["closed_by"] == "Anna"
    assert await office.closings.closed(DAY) == {name: told for name, told in first.items() if name != "is_new"}


async def test_two_who_close_at_once_close_once(office: Office, begin: float) -> None:
    await office.put(admission(1, at=begin + HOUR))
    both = await asyncio.gather(office.close(), office.close(by="Berta"))
    assert sorted(one["is_new"] for one in both) == [False, True]
    assert both[0]["closed_by"] == both[1]["closed_by"]


async def test_a_correction_books_to_the_day_on_which_it_is_made(office: Office) -> None:
    _, midnight = span_of_day(DAY)
    for number in (1, 2):
        await office.put(admission(number, at=midnight - MINUTE))
    in_doubt = [
        intended(3, at=midnight - 1),
        approved(3, at=midnight - 1),
        Doubted(attempt(3), 2, midnight - 1, "reset"),
    ]
    await office.put(in_doubt)
    first = await office.close()
    assert lines(first)["unfinished"] == (1, PRICE)
    tomorrow = midnight + 10 * HOUR
    await office.put([*refund(1, tomorrow), part(2, tomorrow), replace(redeemed(3, at=midnight + 1), n=3)])
    office.now = midnight + 30 * HOUR
    second = await office.close(NEXT)
    assert lines(first)["charged"] == (2, 2 * PRICE)
    assert (first["refunded_cents"], first["voided_cents"]) == (0, 0)
    assert (second["charged_cents"], second["refunded_cents"], second["voided_cents"]) == (PRICE, PRICE, 1_000)
    assert second["revenue_cents"] == -1_000
    assert await office.close() == {**first, "is_new": False}


async def test_what_comes_to_disk_after_its_day_was_closed_is_in_the_next_closing(office: Office, begin: float) -> None:
    await office.put(admission(1, at=begin + HOUR))
    await office.close()
    await office.put(admission(2, at=begin + 2 * HOUR))  # a failing disk had kept it back
    await office.put(admission(3, at=begin - 400 * 24 * HOUR))  # a board's clock before the network came
    office.now = begin + 80 * HOUR
    second = await office.close(NEXT)
    assert (lines(second)["charged"], second["late"]) == ((2, 2 * PRICE), 4)
    third = await office.close(THIRD)
    assert "charged" not in lines(third)


async def test_each_charge_is_in_one_closing_whatever_midnight_the_disk_and_the_clock_do(
    office: Office, begin: float
) -> None:
    number = 0
    for hours in range(-3, 75, 5):
        for ahead in (0.0, 30 * HOUR, -30 * HOUR):
            number += 1
            at = begin + hours * HOUR
            await office.put(admission(number, at=max(at + ahead, begin)))
        office.now = begin + hours * HOUR
        for day in (DAY, NEXT, THIRD):
            if office.now > span_of_day(day)[1] and await office.closings.closed(day) is None:
                await office.close(day)
    office.now = begin + 100 * 24 * HOUR
    closed = [await office.close(day) for day in (DAY, NEXT, THIRD, "2026-11-29", "2026-11-30", "2026-12-24")]
    assert sum(day["charged_cents"] for day in closed) == number * PRICE


async def test_days_are_closed_in_their_order_and_empty_ones_need_no_closing(office: Office, begin: float) -> None:
    office.now = begin + 10 * 24 * HOUR
    await office.put(admission(1, at=begin + HOUR))
    await office.put(admission(2, at=begin + 25 * HOUR))
    await office.close()
    with pytest.raises(ControlError, match=f"close {NEXT} first"):
        await office.close(THIRD)
    await office.close(NEXT)
    await office.close("2026-11-30")  # nothing was on the two days before it
    with pytest.raises(ControlError, match="2026-11-30 is closed already"):
        await office.close("2026-11-29")


async def test_a_day_is_not_closed_before_it_is_over(office: Office) -> None:
    _, midnight = span_of_day(DAY)
    office.now = midnight - 1
    with pytest.raises(ControlError, match="is not over"):
        await office.close()
    assert not office.simulator.requests
    office.now = midnight
    assert (await office.close())["is_new"]


@pytest.mark.parametrize("said", ["", "yesterday", "2026-02-29", "2026-13-01", None, 26])
async def test_what_is_no_date_is_asked_wrongly(office: Office, said: object) -> None:
    with pytest.raises(AskedWrongly, match="is no date"):
        await office.closings.close_day({"date": said, "by": "Anna"})


async def test_a_date_has_one_name_however_it_is_written(office: Office) -> None:
    assert (await office.close("20261126"))["date"] == DAY
    assert not (await office.close(" 2026-11-26 "))["is_new"]


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25)])
async def test_a_day_on_which_the_clocks_change_is_closed_from_midnight_to_midnight(
    office: Office, day: str, hours: int
) -> None:
    since, until = span_of_day(day)
    assert until - since == hours * HOUR
    for number, at in enumerate((since - 1, since, until - 1, until), start=1):
        await office.put(admission(number, at=at))
        office.list_charge(at)
    office.now = until + HOUR
    told = await office.close(day)
    assert told["charged_cents"] == 2 * PRICE
    assert (told["eguma"]["listed"], told["eguma"]["differences"]) == (2, 0)


async def test_a_list_that_agrees_is_written_beside_the_day(office: Office, begin: float) -> None:
    await office.put(admission(1, at=begin + HOUR))
    office.list_charge(begin + HOUR)
    eguma = (await office.close())["eguma"]
    assert eguma["is_compared"]
    assert (eguma["user"], eguma["listed"], eguma["listed_cents"], eguma["differences"]) == (USER, 1, PRICE, 0)


async def test_back_dated_entries_are_named_and_change_no_sum(office: Office, begin: float) -> None:
    await office.put(admission(1, at=begin + HOUR))
    office.list_charge(begin + HOUR)
    office.list_charge(begin + 2 * HOUR, amount=700)  # by hand, under the gate's user
    office.list_charge(begin + 3 * HOUR, user=A_TILL, amount=800)
    told = await office.close()
    assert told["charged_cents"] == PRICE
    assert told["eguma"]["differences"] == 1
    [one] = told["eguma"]["named"]
    assert (one["what"], one["amount_cents"]) == ("in E-GUMA's list, unknown to the journal", 700)
    assert VOUCHER not in str(told)
    office.list_charge(begin + 4 * HOUR, amount=900)  # back-dated into the closed day
    assert await office.close() == {**told, "is_new": False}


@pytest.mark.parametrize("trouble", ["refused", "an error", "rubbish", "not allowed"])
async def test_without_the_list_the_closing_says_so_and_is_complete(office: Office, begin: float, trouble: str) -> None:
    await office.put(admission(1, at=begin + HOUR))
    match trouble:
        case "refused":
            office.simulator.change_behaviour(redemptions_allowed=False)
        case "an error":
            office.simulator.faults.add(fault(FaultKind.STATUS, Endpoint.REDEMPTIONS, status=403, times=None))
        case "rubbish":
            office.simulator.faults.add(fault(FaultKind.BROKEN_JSON, Endpoint.REDEMPTIONS, times=None))
        case _:
            office.simulator.faults.add(fault(FaultKind.STATUS, Endpoint.REDEMPTIONS, status=401, times=None))
    told = await asyncio.wait_for(office.close(), 60)
    assert told["charged_cents"] == PRICE
    assert not told["eguma"]["is_compared"]
    assert "E-GUMA" in told["eguma"]["why"]


def test_a_charge_of_which_a_part_is_back_may_be_listed_as_it_was_or_with_what_is_left() -> None:
    ours = Charge(VOUCHER, 2_500, "2026-11-26T11:00:00Z", inside=True, incident="KRVG1", left_cents=1_500)
    for amount in (2_500, 1_500):
        assert differences([ours], [Charge(VOUCHER, amount, ours.at, inside=True, user=USER)]) == []
    assert len(differences([ours], [Charge(VOUCHER, 1_000, ours.at, inside=True, user=USER)])) == 2


async def test_what_is_closed_survives_a_journal_that_is_set_aside(office: Office) -> None:
    _, midnight = span_of_day(DAY)
    await office.put([intended(1, at=midnight - 1), approved(1, at=midnight - 1), redeemed(1, at=midnight - 1)])
    await office.put([intended(2, at=midnight + 1), approved(2, at=midnight + 1), redeemed(2, at=midnight + 1)])
    first = await office.close()
    await office.journal.close()

    archive.set_aside(office.directory)

    office = replace(office, journal=Journal(office.directory))
    assert await office.close() == {**first, "is_new": False}
    office.now = midnight + 30 * HOUR
    second = await office.close(NEXT)
    assert (second["charged_cents"], second["late"]) == (PRICE, 0)
    assert second["lacks_charges"]
    assert Reader(office.directory).verify() == []
    await office.journal.close()


async def test_a_day_that_is_closed_so_late_that_it_is_archived_says_what_may_be_missing(
    office: Office, begin: float
) -> None:
    """It was closed as one on which nothing had been, and nobody was told."""
    await office.put(admission(1, at=begin + HOUR))
    await office.put(admission(2, at=begin + 25 * HOUR))
    await office.put(admission(3, at=begin + 49 * HOUR))
    office.now = begin + 40 * 24 * HOUR
    assert await office.journal.prune(begin + 30 * HOUR) == 2
    closed = [await office.close(day) for day in (DAY, NEXT, THIRD)]
    assert [day["lacks_charges"] for day in closed] == [True, True, False]
    assert [day["charged_cents"] for day in closed] == [0, 0, PRICE]


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("America/Havana", "2026-03-08", 23),  # begins at 01:00: there is no midnight
        ("America/Havana", "2026-11-01", 25),  # has two midnights
        ("Africa/Cairo", "2026-04-24", 23),
        ("Africa/Cairo", "2026-10-29", 25),  # goes back to its own last hour
        ("Australia/Lord_Howe", "2026-04-05", 24.5),
    ],
)
async def test_days_follow_each_other_where_the_clocks_change_at_midnight(
    office: Office, monkeypatch: pytest.MonkeyPatch, zone: str, day: str, hours: float
) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    since, until = span_of_day(day)
    assert until - since == hours * HOUR
    assert [date_of(at) for at in (since, until - 1)] == [day, day]
    assert date_of(since - 1) < day < date_of(until)
    for number, at in enumerate((since - 1, since, until - 1, until), start=1):
        await office.put(admission(number, at=at))
    office.now = until + HOUR
    assert (await office.close(day))["charged_cents"] == 2 * PRICE


async def test_a_power_cut_takes_either_all_of_a_closing_or_nothing(office: Office, begin: float) -> None:
    await office.put(admission(1, at=begin + HOUR))
    before = (office.directory / f"{FILE_NAME}-wal").read_bytes()
    written = await office.close()
    del written["is_new"]
    after = (office.directory / f"{FILE_NAME}-wal").read_bytes()
    whole = (office.directory / FILE_NAME).read_bytes()
    for length in (len(before), (len(before) + len(after)) // 2, len(after) - 1, len(after)):
        found = office.directory / f"cut-{length}"
        found.mkdir()
        (found / FILE_NAME).write_bytes(whole)
        (found / f"{FILE_NAME}-wal").write_bytes(after[:length])
        Store(found).close()
        assert Reader(found).closing(DAY) == (None if length < len(after) else written)


async def test_a_day_among_100_000_attempts_is_closed_in_under_a_second(office: Office, begin: float) -> None:
    bodies = [(fact.n, type(fact).__name__, codec.encode(fact)) for fact in admission(1)]
    with closing(sqlite3.connect(office.directory / FILE_NAME)) as db, db:
        db.executemany(
            "INSERT INTO fact (attempt, n, kind, at, body) VALUES (?, ?, ?, ?, ?)",
            (
                (number, n, kind, begin - 19 * 24 * HOUR + number * 20 * 24 * HOUR / 100_000, body)
                for number in range(1, 100_001)
                for n, kind, body in bodies
            ),
        )
    office.now = begin + 26 * HOUR
    done, beats, began = asyncio.create_task(office.close()), 0, time.process_time()
    while not done.done():
        await asyncio.sleep(0.005)
        beats += 1
    took = time.process_time() - began  # of this process alone, whatever else the machine does
    assert (await done)["charged_cents"] == 5_000 * PRICE
    assert took < 1.0, f"{took:.2f} s"
    assert beats > 5, "the loop stood while the day was counted"
