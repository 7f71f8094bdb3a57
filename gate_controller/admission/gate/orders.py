"""
What a person at the venue may order: open the gate, end an alarm, settle an open item, give a charge back.

Whether it is carried out is decided here and nowhere else, and each order is answered: it is done (or has begun), it
makes no sense, or only the moment is bad, and whoever gave it may give it again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gate_controller.admission.attempt import recovery, refund
from gate_controller.admission.attempt.attempt import Attempt
from gate_controller.admission.attempt.states import Auditing, Credit, Refunding
from gate_controller.admission.attempt.turn import Turn
from gate_controller.admission.gate.contacts import Contacts
from gate_controller.admission.gate.visitors import Visitors
from gate_controller.admission.words.events import (
    AdoptOrdered,
    Opened,
    OpenOrdered,
    Order,
    RefundOrdered,
    RelayFailed,
    ResumeOrdered,
    SettleOrdered,
)
from gate_controller.admission.words.facts import (
    Adopted,
    Fact,
    Redeemed,
    RefundBegun,
    Refunded,
    Settled,
    Standing,
    is_foreign,
    voucher_of,
)
from gate_controller.admission.words.ids import AttemptId, OrderId
from gate_controller.admission.words.messages import HOLDS, Fault


@dataclass(slots=True)
class Orders:
    """Takes orders, and remembers those whose answer waits for the relay."""

    _opening: dict[AttemptId, OrderId] = field(default_factory=dict)
    """Orders to open, each by the name under which the opening is recorded."""

    def given(self, order: Order, turn: Turn, visitors: Visitors, contacts: Contacts) -> None:
        """Carry an order out, or say why not."""
        match order:
            case OpenOrdered():
                self._open(order, turn, visitors, contacts)
            case ResumeOrdered():
                _resume(order, turn, contacts)
            case SettleOrdered():
                _settle(order, turn, visitors)
            case RefundOrdered():
                _refund(order, turn, visitors)
            case AdoptOrdered():
                _adopt(order, turn, visitors)
            case _:
                raise TypeError(f"not an order: {order!r}")

    def moved(self, event: Opened | RelayFailed, turn: Turn) -> None:
        """Answer the order that the relay has just carried out, or could not, if it was one."""
        if (order := self._opening.pop(event.attempt, None)) is not None:
            turn.answer(order, f"it did not open: {event.why}" if isinstance(event, RelayFailed) else "")

    def _open(self, order: OpenOrdered, turn: Turn, visitors: Visitors, contacts: Contacts) -> None:
        if objection := _objection_to_opening(turn.faults, is_taken=visitors.is_taken(turn)):
            turn.answer(order.id, objection)
        else:
            self._opening[contacts.let_in(order.by, order.reason, turn)] = order.id


def _objection_to_opening(faults: Mapping[Fault, str], *, is_taken: bool) -> str:
    if is_taken:
        return "somebody is being served: wait until the lane is free"
    for fault in (Fault.RELAY, Fault.BLOCKED):
        if fault in faults:
            return f"it cannot open: {faults[fault]}"
    return "it stands open already" if HOLDS & faults.keys() else ""


def _resume(order: ResumeOrdered, turn: Turn, contacts: Contacts) -> None:
    if contacts.waits_for_staff:
        contacts.end_fire(turn, order.by)
        turn.answer(order.id)
    elif Fault.FIRE in turn.faults:
        turn.answer(order.id, "the fire contact still reports an alarm: it has to close first")
    else:
        turn.answer(order.id, "there is no alarm: nothing to resume from")


def _settle(order: SettleOrdered, turn: Turn, visitors: Visitors) -> None:
    last = order.facts[-1]
    if last.leaves is not Standing.OPEN:
        turn.answer(order.id, "is not an open item: there is nothing to settle")
        return
    known = visitors.unfinished.get(last.attempt)
    is_repeated = known is not None and isinstance(known.state, Refunding) and known.state.refund.is_open_item
    if known is not None and is_repeated and refund.is_out(known):
        turn.answer(order.id, "a cancellation of it is under way, and may be accepted", is_put_off=True)
    elif (known is not None and not is_repeated) or turn.writes.holds(last.attempt):
        turn.answer(order.id, "the gate has still work with it", is_put_off=True)
    else:
        # A power cut before this is on disk finds the item as it was, and whoever ordered it sees no end of it.
        if known is not None:
            visitors.drop(known)
        turn.write(Settled(last.attempt, last.n + 1, turn.at.wall, by=order.by, reason=order.reason))
        turn.note(f"open_item=settled attempt={last.attempt} by={order.by!r} reason={order.reason!r}")
        turn.answer(order.id)


def _adopt(order: AdoptOrdered, turn: Turn, visitors: Visitors) -> None:
    foreign = [facts for facts in order.histories if is_foreign(facts)]
    if any(turn.writes.holds(facts[-1].attempt) for facts in foreign):
        turn.answer(order.id, "the journal is still being written", is_put_off=True)
        return
    for facts in foreign:
        if visitors.of_voucher(voucher_of(facts)) is not None:
            continue  # two attempts of one voucher would blur each other's evidence: it stays an open item till then
        # A power cut before this is on disk finds the open item as it was.
        adopted = Adopted(facts[-1].attempt, facts[-1].n + 1, turn.at.wall, by=order.by)
        turn.write(adopted)
        visitors.recover([(*facts, adopted)], turn)
    turn.note(f"journal=adopted by={order.by!r}")
    turn.answer(order.id)


def _refund(order: RefundOrdered, turn: Turn, visitors: Visitors) -> None:
    known = visitors.unfinished.get(order.facts[-1].attempt)
    charged = known if known is not None else recovery.remembered(order.facts)
    if objection := _objection_to_refund(order.facts):
        turn.answer(order.id, objection)
    elif charged is None:
        turn.answer(order.id, "has no record of what was intended")
    elif why := _puts_refund_off(order.facts, charged, turn, visitors):
        turn.answer(order.id, why, is_put_off=True)
    else:
        turn.note(f"refund=ordered incident={charged.incident} by={order.by!r}")
        visitors.begin_refund(charged, turn, order.by)
        turn.answer(order.id)


def _objection_to_refund(facts: Sequence[Fact]) -> str:
    charges = [fact for fact in facts if isinstance(fact, Redeemed)]
    if not charges:
        return "holds no charge: there is nothing to give back"
    if any(isinstance(fact, Refunded) for fact in facts):
        return "has been given back already"
    if isinstance(facts[-1], Settled):
        return f"was settled by {facts[-1].by} ({facts[-1].reason}): a refund now would give it back twice"
    if all(charge.token is None for charge in charges):
        return "has no redeem token, so E-GUMA cannot cancel it: give it back by hand, then settle it"
    return ""


def _puts_refund_off(facts: Sequence[Fact], charged: Attempt, turn: Turn, visitors: Visitors) -> str:
    """Return why a charge cannot be given back at this moment; empty where it can."""
    is_unfinished = charged.id in visitors.unfinished
    if turn.writes.failing:
        return "the journal cannot be written just now"
    if charged.holds_lane if is_unfinished else turn.writes.holds(charged.id):
        return "its visitor is being served"
    other = visitors.of_voucher(charged.voucher_code)
    if other is not None and other is not charged:
        # The balance is evidence about another charge of the same voucher just now: a refund would blur it.
        turn.note(f"refund=put_off attempt={charged.id} why='{other.id} of the same voucher is unfinished'")
        return f"{other.incident}, of the same voucher, is not settled yet"
    if isinstance(charged.state, Auditing):
        return "a second charge of it is being looked for"
    if isinstance(facts[-1], RefundBegun) or (is_unfinished and not isinstance(charged.state, Credit)):
        return "it is being given back already"
    return ""
