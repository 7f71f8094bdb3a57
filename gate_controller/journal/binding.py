"""
Whose journal it is: it knows the machine that it was written on.

A card that was copied into another machine, or another gate's, brings credits and refunds with it that the first gate
may go on with. On another machine the journal takes a new tag, and what was unfinished is left to a person
(design.md, "After a crash or a power cut") until it is adopted. A gate that is renamed, a key that is rolled and a
corrupt journal that is set aside change nothing of that.
"""

from enum import Enum, auto

from gate_controller.admission.words.facts import Adopted, Standing, is_foreign
from gate_controller.journal.rows import MACHINE
from gate_controller.journal.store import Store


class Bound(Enum):
    """Where a journal belongs, as far as that can be told."""

    HERE = auto()
    NOWHERE = auto()
    """It is new, or older than the memory of machines."""
    ELSEWHERE = auto()


def bound(store: Store, machine: str) -> Bound:
    """Return where a journal belongs. Raises `JournalError`."""
    known = store.remembered(MACHINE)
    if not machine or known == machine:
        return Bound.HERE
    return Bound.NOWHERE if known is None else Bound.ELSEWHERE


def bind(store: Store, machine: str) -> None:
    """
    Remember that a journal is this machine's.

    Not before what was unfinished has been left to a person: a power cut in between finds another machine's again.
    Raises `JournalError`.
    """
    if bound(store, machine) is not Bound.HERE:
        store.remember(MACHINE, machine)


def adopt(store: Store, machine: str, by: str, at: float) -> int:
    """
    Take a journal of a stopped gate for this machine's own; return how many attempts go on at its next start.

    Raises `JournalError`.
    """
    foreign = [facts[-1] for facts in store.pending(Standing.OPEN) if is_foreign(facts)]
    if foreign:
        store.append([Adopted(last.attempt, last.n + 1, at, by=by) for last in foreign])
    bind(store, machine)
    return len(foreign)
