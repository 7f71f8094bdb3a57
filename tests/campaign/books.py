"""Comparing the journal of a gate that was treated badly with E-GUMA's books."""

from collections import Counter
from pathlib import Path

from gate_controller.journal.reader import Reader
from gate_controller.journal.records import Record
from gate_controller.simulator import Simulator


def all_records(directory: Path) -> list[Record]:
    """Return every attempt of a journal."""
    reader = Reader(directory)
    records: list[Record] = []
    while page := reader.page(before=records[-1].number if records else None):
        records += page
    return records


def at_rest(directory: Path) -> bool:
    """Whether the gate has nothing left to settle."""
    return all(told.standing != "unfinished" for told in all_records(directory))


def differences(directory: Path, simulator: Simulator) -> list[str]:
    """Return what the journal and E-GUMA's books do not agree on, by the reference number of each charge."""
    wrong = list(Reader(directory).verify())
    charged: Counter[str] = Counter()
    standing: Counter[str] = Counter()
    for redemption in simulator.ledger.redemptions():
        reference = redemption.reference_number or ""
        charged[reference] += 1
        standing[reference] += redemption.left > 0
    known = {told.reference_number: told for told in all_records(directory) if told.reference_number}
    for reference, times in charged.items():
        if times > 1:
            wrong.append(f"promise 2: {reference} was charged {times} times")
        if reference not in known:
            wrong.append(f"promise 4: {reference} was charged, and the journal does not know it")
    for reference, told in known.items():
        due = 1 if told.stands in {"admitted", "part given back"} else 0
        if told.stands != "open item" and standing[reference] != due:
            wrong.append(
                f"promise 3: {told.incident} stands as {told.stands}, E-GUMA has {standing[reference]} charges"
            )
    return wrong
