"""
The unknown redemption: evidence becomes a conclusion (design.md, "The unknown redemption").

It is looked up, never repeated: in E-GUMA's list of redemptions first, then in the balance. Only a look-up that was
answered, after the settling time, and shows no trace, means that nothing was charged.
"""

from collections.abc import Iterable
from enum import Enum, auto

from gate_controller.admission.attempt.attempt import Attempt, State
from gate_controller.admission.attempt.turn import Turn
from gate_controller.admission.words.codes import VoucherCode
from gate_controller.admission.words.commands import AskBalance, AskRedemptions
from gate_controller.admission.words.events import BalanceAnswered, RedemptionsAnswered, Rescanned, TimePassed
from gate_controller.admission.words.facts import Doubted, Evidence, NotCharged
from gate_controller.admission.words.messages import MessageKind
from gate_controller.admission.words.money import Cents
from gate_controller.admission.words.outcomes import Balance, ListedRedemption, Redemptions
from gate_controller.admission.words.policy import LOOKUP_SECONDS, lookup_pause


class ListSays(Enum):
    """What E-GUMA's list of redemptions tells about one charge."""

    THERE = auto()
    ABSENT = auto()
    NOTHING = auto()
    """It cannot decide."""


def read_list(a: Attempt, found: Redemptions, price: Cents) -> ListSays:
    """
    Count the entries that could be this charge against those the journal explains.

    Entries are counted, not matched by their time: the list's times are local, without an offset, and whether cancelled
    redemptions stay listed is undocumented (eguma-api.md).
    """
    mine = sum(
        1
        for entry in found.listed
        if entry.voucher_code == a.voucher_code
        and entry.amount == price
        and (found.own_user is None or entry.user == found.own_user)
    )
    if mine <= found.known_surely:
        return ListSays.ABSENT
    if mine > found.known_at_most and found.own_user is not None:
        return ListSays.THERE
    return ListSays.NOTHING


def learn_user(listed: Iterable[ListedRedemption], charges: Iterable[tuple[VoucherCode, Cents]]) -> str | None:
    """
    Return the user whose key this gate has: the one under whom E-GUMA lists charges the gate knows to be its own.

    None where the list shows none of them, or where they stand under several users.
    """
    users: dict[tuple[VoucherCode, Cents], set[str]] = {}
    for entry in listed:
        users.setdefault((entry.voucher_code, entry.amount), set()).add(entry.user)
    # Only charges that no other user has made as well say anything; they must all say the same.
    told = {user for charge in charges for user in users.get(charge, ()) if len(users[charge]) == 1 and user}
    return told.pop() if len(told) == 1 else None


def begin(a: Attempt, turn: Turn, why: str) -> None:
    """The fate of the charge is unknown from here on."""
    a.state = State.IN_DOUBT
    a.settle_at = turn.at.mono + turn.policy.settle_seconds
    a.tries = 0
    turn.write(a.fact(Doubted, turn, why=why))
    turn.note(f"charge=in_doubt incident={a.incident} why={why!r}", alarm=True)
    look(a, turn)


def look(a: Attempt, turn: Turn) -> None:
    """Start a look-up: the list first."""
    if not a.looking:
        # Of two that are out, the older one's answer may come last: it must not settle anything for the newer.
        a.looked_at = turn.at.mono
    a.looking, a.timer = a.looking + 1, None
    deadline = turn.at.mono + LOOKUP_SECONDS
    urgent = a.verdict_due is not None
    turn.ask(AskRedemptions(a.id, a.voucher_code, a.charge(turn), a.begun_wall, deadline, urgent=urgent))


def look_later(a: Attempt, turn: Turn) -> None:
    """Look again after a pause."""
    urgent = a.verdict_due is not None
    a.timer = turn.at.mono + lookup_pause(a.tries, urgent=urgent)
    if not urgent:
        a.tries += 1


def list_answered(a: Attempt, event: RedemptionsAnswered, turn: Turn) -> None:
    """Found in the list, or ask the balance."""
    if isinstance(event.outcome, Redemptions):
        says = read_list(a, event.outcome, a.charge(turn))
    else:
        says = ListSays.NOTHING
        turn.note(f"lookup=list_failed incident={a.incident} why={event.outcome.text!r}")
    if says is ListSays.THERE and not a.unproven:
        _found(a, turn, Evidence.LIST)
        return
    # Before a crash the charge may have been cancelled for want of a record, and cancelled ones may stay listed: then
    # only the balance tells whether it stands.
    a.listed = says is ListSays.THERE
    # Where the list answered and the charge is not in it, or could be another gate's, a drop has two explanations.
    a.list_denies = isinstance(event.outcome, Redemptions) and (
        says is ListSays.ABSENT or event.outcome.own_user is None
    )
    deadline = turn.at.mono + LOOKUP_SECONDS
    turn.ask(AskBalance(a.id, a.voucher_code, deadline, urgent=a.verdict_due is not None))


def balance_answered(a: Attempt, event: BalanceAnswered, turn: Turn) -> None:
    """A drop of the price or more counts as charged; after the settling time, a balance as before as not charged."""
    a.looking = max(0, a.looking - 1)
    if not isinstance(event.outcome, Balance):
        turn.note(f"lookup=balance_failed incident={a.incident} why={event.outcome.text!r}")
        look_later(a, turn)
    elif a.listed and event.outcome.balance < a.balance_before:
        # Exactly the price less: the charge. Anything else: somebody else redeemed too, and this one may be cancelled.
        as_charged = event.outcome.balance == a.balance_before - a.charge(turn)
        _found(a, turn, Evidence.LIST if as_charged else Evidence.UNSURE, event.outcome.balance)
    elif event.outcome.balance <= a.balance_before - a.charge(turn):
        _found(a, turn, Evidence.UNSURE if a.list_denies else Evidence.BALANCE, event.outcome.balance)
    elif a.looked_at < a.settle_at:
        look_later(a, turn)
    elif a.listed or event.outcome.balance != a.balance_before:
        # Listed: cancelled before the crash for want of a record, or it stands and somebody else raised the balance.
        # Not listed: somebody else was here, and what they did may hide it. Only a balance as before is no trace.
        _found(a, turn, Evidence.UNSURE, event.outcome.balance)
    else:
        turn.write(a.fact(NotCharged, turn, reason="no trace of a charge after the settling time"))
        turn.note(f"charge=settled incident={a.incident} charged=no")
        a.not_charged_after_all(turn)
        a.close()


def _found(a: Attempt, turn: Turn, evidence: Evidence, balance: Cents | None = None) -> None:
    turn.note(f"charge=found incident={a.incident} evidence={evidence}", alarm=evidence is Evidence.UNSURE)
    a.record(turn, evidence, None, balance)


def scanned_again(a: Attempt, event: Rescanned, turn: Turn) -> None:
    """The visitor came back: look at once, on the visitor's connection, whatever look-up is out in the background."""
    turn.show(MessageKind.CHECKING)
    look(a, turn)


def time_passed(a: Attempt, event: TimePassed, turn: Turn) -> None:
    """Tell the visitor in time; look again when due."""
    if a.is_late(turn):
        a.verdict(turn, MessageKind.BEING_CHECKED)
    if a.timer is not None and turn.at.mono >= a.timer:
        look(a, turn)
