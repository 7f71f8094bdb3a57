"""
Free entries: the gate opens against a fact that is on disk, and nothing is charged, now or later.

Each function that takes a state is one entry of the table in `transitions.py`. Whatever goes wrong (no disk, no relay,
nobody passes, the process dies) there is nothing to refund: the free entry counts for nothing.
"""

from gate_controller.admission.attempt.attempt import Attempt
from gate_controller.admission.attempt.states import Claim, Granting
from gate_controller.admission.attempt.turn import Turn
from gate_controller.admission.words.calls import Balance
from gate_controller.admission.words.events import TimePassed, WriteFailed, Written
from gate_controller.admission.words.free_facts import FreeEntry, FreeEntryUnused, FreeGrounds
from gate_controller.admission.words.ids import NOBODY
from gate_controller.admission.words.messages import Fault, MessageKind


def offer(a: Attempt, turn: Turn, balance: Balance | None = None) -> None:
    """Put a free entry on disk: by rule where Balance has been answered, else because of the outage."""
    a.price = turn.price if a.chosen_price is None else a.chosen_price
    a.begun_wall = turn.at.wall
    grounds = FreeGrounds.OUTAGE if balance is None else FreeGrounds.RULE
    if balance is None:
        turn.outage.gives(a.price)
    fact = a.fact(
        FreeEntry,
        turn,
        incident=a.incident,
        code=a.code,
        grounds=grounds,
        worth=a.price,
        currency=turn.policy.currency,
        voucher_code=a.voucher_code,
        balance=None if balance is None else balance.balance,
        product_id="" if balance is None else balance.product_id,
        note="" if balance is None else balance.message,
        outage=turn.outage.id if balance is None else NOBODY,
        by=a.by,
        order=a.order,
    )
    a.free = fact
    a.state = Granting()
    turn.write(fact, waiting=a.id)


def is_used_up(a: Attempt, turn: Turn) -> bool:
    """Whether somebody has gone in on its voucher by rule today: that is once a day."""
    return turn.free_days.is_used(a.voucher_code, turn.policy.tariff.day(turn.at.wall))


def granted(a: Attempt, state: Granting, event: Written, turn: Turn) -> None:
    """Open. A power cut from here on leaves a free entry that nobody used, or one that was."""
    if turn.writes.failing:
        _refuse(a, turn, MessageKind.REFUSED_OUT_OF_SERVICE, "the journal fails", Fault.JOURNAL)
    elif turn.barred is not None:
        _refuse(a, turn, MessageKind.REFUSED_OUT_OF_SERVICE, turn.came_between, turn.barred)
    else:
        a.release(turn, Claim.FREE)


def not_granted(a: Attempt, state: Granting, event: WriteFailed, turn: Turn) -> None:
    """Open for nobody against what is not on disk. Should it be there after all, the fact after it closes it."""
    why = "the free entry could not be written"
    _refuse(a, turn, MessageKind.REFUSED_OUT_OF_SERVICE, why, Fault.JOURNAL)


def granting_took_too_long(a: Attempt, state: Granting, event: TimePassed, turn: Turn) -> None:
    """The disk hangs, and the visitor must know something now."""
    if a.is_late(turn):
        _refuse(a, turn, MessageKind.UNREACHABLE, "the free entry took too long to write")


def relay_failed(a: Attempt, turn: Turn, why: str) -> None:
    """The gate does not open: nothing was charged, and nothing is owed."""
    _refuse(a, turn, MessageKind.REFUSED_OUT_OF_SERVICE, f"the relay failed: {why}", Fault.RELAY)


def used(a: Attempt, turn: Turn) -> None:
    """Somebody went in on it, or counts as if."""
    if a.free is not None and a.free.grounds is FreeGrounds.RULE:
        turn.free_days.used(a.voucher_code, turn.policy.tariff.day(a.free.at))


def unused(a: Attempt, turn: Turn, why: str) -> None:
    """Nobody went in on it."""
    if a.free is not None and a.free.outage:
        turn.outage.takes_back(a.free.outage, a.free.worth)
    a.free = None
    turn.write(a.fact(FreeEntryUnused, turn, why=why))
    turn.note(f"free_entry=unused incident={a.incident} why={why!r}")
    a.close()


def _refuse(a: Attempt, turn: Turn, kind: MessageKind, why: str, fault: Fault | None = None) -> None:
    if a.verdict_due is not None:
        a.verdict(turn, kind, fault=fault)
    unused(a, turn, why)
