"""
Whose journal it is: it knows the machine that it was written on.

A card that was copied into another machine, or another gate's, brings credits and refunds with it that the first gate
may go on with. On another machine the journal takes a new tag, and what was unfinished is left to a person
(design.md, "After a crash or a power cut") until it is adopted. A gate that is renamed, a key that is rolled and a
corrupt journal that is set aside change nothing of that.
"""

from enum import Enum, auto

from gate_controller.admission.words.facts import Adopted, Standing, is_foreign, voucher_of
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
        bound(store, machine)  # the first look after a write marks its place in the log's index: not while nobody comes


def adopt(store: Store, machine: str, by: str, at: float) -> int:
    """
    Take a journal of a stopped gate for this machine's own; return how many attempts go on at its next start.

    Another one of a voucher whose money is on its way stays an open item until it is adopted after that. Raises
    `JournalError`.
    """
    under_way = {voucher_of(facts) for facts in store.pending(Standing.UNFINISHED)}
    adopted = []
    for facts in store.pending(Standing.OPEN):
        if is_foreign(facts) and voucher_of(facts) not in under_way:  # two of one voucher would blur their evidence
            under_way.add(voucher_of(facts))
            adopted.append(Adopted(facts[-1].attempt, facts[-1].n + 1, at, by=by))
    if adopted:
        store.append(adopted)
    bind(store, machine)
    return len(adopted)
