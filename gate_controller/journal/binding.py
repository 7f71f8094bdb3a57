"""
Whose journal it is: it knows the machine that it was written on.

A card that was copied into another machine, or another gate's, brings credits and refunds with it that the first gate
may go on with; a backup that is put back, some that this gate has gone on with. On another machine, and from a backup,
the journal takes a new tag, and what was unfinished is left to a person (design.md, "After a crash or a power cut")
until it is adopted. A gate that is renamed, a key that is rolled and a corrupt journal that is set aside change nothing
of that.
"""

from enum import Enum, auto

from gate_controller.admission.gate.errands import voucher_in
from gate_controller.admission.words.codes import VoucherCode
from gate_controller.admission.words.facts import Adopted, Standing, is_foreign
from gate_controller.journal.rows import MACHINE, NO_MACHINE
from gate_controller.journal.store import LOST_UNTIL, Store


class Bound(Enum):
    """Where a journal belongs, as far as that can be told."""

    HERE = auto()
    NOWHERE = auto()
    """It is new, or older than the memory of machines."""
    ELSEWHERE = auto()
    """It was written on another machine, or is a backup."""


def bound(store: Store, machine: str) -> Bound:
    """Return where a journal belongs. Raises `JournalError`."""
    known = store.remembered(MACHINE)
    if known == machine or (not machine and known != NO_MACHINE):
        return Bound.HERE
    return Bound.ELSEWHERE if known else Bound.NOWHERE


def take_over(store: Store, machine: str, now: float) -> Bound:
    """
    Return where the journal of a gate that starts belongs; one from elsewhere has a new tag then. `now` is the wall
    clock: up to it a backup may lack charges. Raises `JournalError`.
    """
    where = bound(store, machine)
    if where is Bound.ELSEWHERE:
        if store.remembered(MACHINE) == NO_MACHINE:
            store.remember(LOST_UNTIL, str(now))
        store.take_new_tag()
    return where


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
    under_way = {voucher_in(facts) for facts in store.pending(Standing.UNFINISHED)}
    adopted = []
    under_way.discard(VoucherCode(""))  # what is about no voucher, such as a regime, stands in nobody's way
    for facts in store.pending(Standing.OPEN):
        if is_foreign(facts) and voucher_in(facts) not in under_way - {
            VoucherCode("")
        }:  # two of one voucher would blur their evidence
            under_way.add(voucher_in(facts))
            adopted.append(Adopted(facts[-1].attempt, facts[-1].n + 1, at, by=by))
    if adopted:
        store.append(adopted)
    bind(store, machine)
    return len(adopted)
