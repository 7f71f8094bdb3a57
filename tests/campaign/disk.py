"""
Files of the journal, torn off anywhere, as a dying disk leaves them.

A torn journal is opened by the rules of a start: whole, or set aside with its unfinished attempts saved, but never a
traceback, and never a charge forgotten that the file still holds.
"""

import random
import shutil
import tempfile
from pathlib import Path
from typing import Any

from gate_controller.admission.words.codes import Code, VoucherCode
from gate_controller.admission.words.facts import Approved, Evidence, Fact, Intended, Redeemed, Released, Standing
from gate_controller.admission.words.ids import AttemptId, IncidentCodes
from gate_controller.admission.words.money import Cents, Currency
from gate_controller.journal import archive
from gate_controller.journal.failures import CorruptJournal, JournalError
from gate_controller.journal.reader import Reader
from gate_controller.journal.store import FILE_NAME, Store

ATTEMPTS = 120
CUTS = 60


def _facts(tag: str, number: int) -> list[Fact]:
    attempt = AttemptId(f"{tag}{number}")
    intended = Intended(
        attempt,
        0,
        1.7e9 + number,
        incident=IncidentCodes().of(number),
        code=Code("L4FU5LQTKJR3"),
        price=Cents(2500),
        currency=Currency.CHF,
        reference=f"gate1{attempt}",
    )
    approved = Approved(attempt, 1, 1.7e9 + number, VoucherCode("L4FU5LQTKJR3"), Cents(50_000))
    redeemed = Redeemed(attempt, 2, 1.7e9 + number, evidence=Evidence.ANSWER, token=f"token-{number}")
    facts: list[Fact] = [intended, approved, redeemed]
    return facts if number % 10 == 0 else [*facts, Released(attempt, 3, 1.7e9 + number)]


def write_journal(directory: Path) -> None:
    """Write a journal with closed and unfinished attempts, part of it still in the write-ahead log."""
    store = Store(directory)
    for number in range(1, ATTEMPTS + 1):
        for fact in _facts(store.numbering.tag, number):
            store.append([fact])
        if number == ATTEMPTS // 2:
            store._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    # Closed as by a power cut: the log stays.
    for name in (FILE_NAME, f"{FILE_NAME}-wal"):
        shutil.copy2(directory / name, directory / f"cut-{name}")
    store.close()


def open_torn(directory: Path) -> str:
    """Open a torn journal as a start would; return what became of it."""
    try:
        _begin(directory)
    except CorruptJournal:
        # The gate ends with this, and its next start finds the note and sets the journal aside.
        archive.note_damage(directory)
        archive.set_aside(directory)
        _begin(directory)
        return "set aside"
    return "whole"


def _begin(directory: Path) -> None:
    store = Store(directory)
    try:
        store.pending(Standing.UNFINISHED)
        attempt = AttemptId(f"{store.numbering.tag}{store.numbering.last + 1}")
        store.append([Released(attempt, 0, 1.8e9)])
    finally:
        store.close()


async def campaign(seed: int) -> dict[str, Any]:
    """Cut the files of a journal at many places, and open what is left."""
    chance = random.Random(seed)  # noqa: S311 - places to cut, not secrets
    violations: list[Any] = []
    outcomes: dict[str, int] = {}
    with tempfile.TemporaryDirectory() as folder:
        origin = Path(folder) / "origin"
        origin.mkdir()
        write_journal(origin)
        for number in range(CUTS):
            torn = Path(folder) / f"torn-{number}"
            torn.mkdir()
            name = chance.choice((FILE_NAME, f"{FILE_NAME}-wal"))
            for each in (FILE_NAME, f"{FILE_NAME}-wal"):
                shutil.copy2(origin / f"cut-{each}", torn / each)
            size = (torn / name).stat().st_size
            cut = chance.randrange(size)
            with (torn / name).open("r+b") as file:
                file.truncate(cut)
            try:
                outcome = open_torn(torn)
            except JournalError as error:
                outcome = "refused"
                violations.append({"what": str(error), "where": f"{name} cut at {cut} of {size}"})
            if outcome == "whole" and name.endswith("-wal"):
                faults = Reader(torn).verify()
                # The attempt written by open_torn begins with its release; nothing else may be wrong.
                others = [line for line in faults if "begins with Released" not in line]
                violations += [{"what": line, "where": f"{name} cut at {cut}"} for line in others]
            outcomes[outcome] = outcomes.get(outcome, 0) + 1
    return {"tried": CUTS, **outcomes, "violations": violations}
