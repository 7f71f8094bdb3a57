"""
What a person at the venue may order: open the gate, hold it open, lock it, end that, see to an open item or a charge.

Whether it is carried out is decided here and nowhere else, and each order is answered: it is done (or has begun), it
makes no sense, or only the moment is bad, and whoever gave it may give it again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import field

from gate_controller.admission.attempt import recovery, refund
from gate_controller.admission.attempt.attempt import Attempt
from gate_controller.admission.attempt.shown import worst
from gate_controller.admission.attempt.states import Auditing, Credit, Refunding
from gate_controller.admission.attempt.turn import Turn
from gate_controller.admission.errand.carrying_out import MORE_THAN_ALLOWED
from gate_controller.admission.gate.contacts import Contacts
from gate_controller.admission.gate.errands import Errands, is_errand, voucher_in
from gate_controller.admission.gate.next_scan import objection_to_purpose
from gate_controller.admission.gate.owed import objection_to_letting_in
from gate_controller.admission.gate.party import MOST_PERSONS
from gate_controller.admission.gate.regimes import Regimes, objection_to
from gate_controller.admission.gate.visitors import Visitors
from gate_controller.admission.gate.voids import objection_to_giving_back
from gate_controller.admission.words.codes import mask
from gate_controller.admission.words.events import (
    AdmitOrdered,
    AdoptOrdered,
    ErrandOrdered,
    LetInOrdered,
    Opened,
    OpenOrdered,
    Order,
    PurposeOrdered,
    RefundOrdered,
    RegimeOrdered,
    RelayFailed,
    ResumeOrdered,
    SettleOrdered,
)
from gate_controller.admission.words.facts import (
    Adopted,
    CreditOpened,
    Fact,
    OpenItem,
    RefundBegun,
    Regime,
    Settled,
    Standing,
    is_foreign,
)
from gate_controller.admission.words.frozen import slotted
from gate_controller.admission.words.ids import NOBODY, AttemptId
from gate_controller.admission.words.messages import HOLDS, Fault

_TAKEN = "somebody is being served: wait until the lane is free"

# Whoever gave the order had not seen it: what he decided on may not be so any more, as where two press at once.
_MORE = "the journal holds more of it by now"


@slotted
class Orders:
    """Takes orders, and remembers those whose answer waits for the relay."""

    _opening: dict[AttemptId, OpenOrdered | LetInOrdered | RegimeOrdered] = field(default_factory=dict)
    """Orders to open, each by the name under which the opening is recorded; to hold open by nobody's."""

    def given(
        self, order: Order, turn: Turn, visitors: Visitors, contacts: Contacts, regimes: Regimes, errands: Errands
    ) -> None:
        """Carry an order out, or say why not."""
        match order:
            case OpenOrdered():
                self._open(order, turn, visitors, contacts)
            case LetInOrdered():
                self._let_in(order, turn, visitors, contacts)
            case AdmitOrdered():
                _admit(order, turn, visitors)
            case RegimeOrdered():
                self._rule(order, turn, regimes)
            case ResumeOrdered():
                _resume(order, turn, contacts, regimes)
            case SettleOrdered():
                _settle(order, turn, visitors, errands)
            case RefundOrdered():
                _refund(order, turn, visitors, errands)
            case AdoptOrdered():
                _adopt(order, turn, visitors, errands)
            case ErrandOrdered():
                errands.ordered(order, turn, visitors)
            case PurposeOrdered():
                _choose(order, turn, visitors)
            case _:
                raise TypeError(f"not an order: {order!r}")

    def moved(
        self, event: Opened | RelayFailed, turn: Turn, visitors: Visitors, regimes: Regimes, errands: Errands
    ) -> None:
        """Answer the order that the relay has just carried out, or could not, if it was one."""
        order = self._opening.pop(event.attempt, None)
        if order is None:
            return
        if isinstance(event, RelayFailed):
            if isinstance(order, RegimeOrdered):
                regimes.end(turn, why=f"it did not open: {event.why}", order=order.id)
            turn.answer(order.id, f"it did not open: {event.why}", has_failed=True)
        elif isinstance(order, LetInOrdered):
            # Not before the relay has moved: whoever was not let in is still owed it. A power cut between the two
            # leaves the item open, and beside it the record of the opening.
            _end_item(order, turn, visitors, errands)
        else:
            turn.answer(order.id)

    def _open(self, order: OpenOrdered, turn: Turn, visitors: Visitors, contacts: Contacts) -> None:
        if objection := _objection_to_opening(turn.faults, is_taken=visitors.is_taken(turn)):
            turn.answer(order.id, objection)
        else:
            self._opening[contacts.let_in(order.by, order.reason, order.id, turn)] = order

    def _let_in(self, order: LetInOrdered, turn: Turn, visitors: Visitors, contacts: Contacts) -> None:
        if turn.writes.knows_more(order.facts[-1]):
            turn.answer(order.id, _MORE, is_put_off=True)
        elif objection := objection_to_letting_in(order.facts, visitors.unfinished.get(order.facts[-1].attempt)):
            turn.answer(order.id, objection)
        elif why := _keeps_item_open(order.facts[-1], turn, visitors):
            turn.answer(order.id, why, is_put_off=True)
        elif objection := _objection_to_opening(turn.faults, is_taken=visitors.is_taken(turn)):
            turn.answer(order.id, objection)
        else:
            self._opening[contacts.let_in(order.by, order.reason, order.id, turn)] = order

    def _rule(self, order: RegimeOrdered, turn: Turn, regimes: Regimes) -> None:
        if objection := objection_to(order, turn.faults, turn.at.wall):
            turn.answer(order.id, objection)
            return
        regimes.begin(order, turn)
        if order.regime is Regime.HELD_OPEN:
            self._opening[NOBODY] = order  # answered when the relay has moved
        else:
            turn.answer(order.id)


def _objection_to_opening(faults: Mapping[Fault, str], *, is_taken: bool) -> str:
    if is_taken:
        return _TAKEN
    for fault in (Fault.RELAY, Fault.BLOCKED):
        if fault in faults:
            return f"it cannot open: {faults[fault]}"
    return "it stands open already" if HOLDS & faults.keys() else ""


def _admit(order: AdmitOrdered, turn: Turn, visitors: Visitors) -> None:
    if turn.faults:
        turn.answer(order.id, f"it takes no scans: {turn.faults[worst(turn.faults)]}")
    elif not 0 < order.persons <= MOST_PERSONS:
        turn.answer(order.id, f"it can be told to admit 1 to {MOST_PERSONS} persons at a time")
    elif order.most is not None and turn.policy.tariff.dearest(turn.policy.price) * order.persons > order.most:
        turn.answer(order.id, MORE_THAN_ALLOWED)
    elif visitors.is_lane_taken(turn) or visitors.waiting is not None:
        turn.answer(order.id, _TAKEN, is_put_off=True)
    elif turn.policy.is_way_out:
        turn.answer(order.id, "this lane leads out: nobody is admitted at it")
    elif visitors.keeps_out(order.code, turn):
        turn.answer(order.id, "as many people are inside as may be: wait until some have left", is_put_off=True)
    else:
        turn.note(f"admission=ordered by={order.by!r} voucher={mask(order.code)} persons={order.persons}")
        turn.answer(order.id, incident=visitors.admit(order, turn))


def _choose(order: PurposeOrdered, turn: Turn, visitors: Visitors) -> None:
    if objection := objection_to_purpose(order.purpose, turn, is_taken=visitors.is_wanted(turn)):
        turn.answer(order.id, objection)
    else:
        visitors.next_scan.choose(order.purpose, order.by, turn)
        turn.answer(order.id)


def _resume(order: ResumeOrdered, turn: Turn, contacts: Contacts, regimes: Regimes) -> None:
    has_ended = regimes.end(turn, order.by, order=order.id)
    if contacts.waits_for_staff:
        contacts.end_fire(turn, order.by, order.id)
        turn.answer(order.id)
    elif has_ended:
        turn.answer(order.id)
    elif Fault.FIRE in turn.faults:
        turn.answer(order.id, "the fire contact still reports an alarm: it has to close first")
    else:
        turn.answer(order.id, "there is no alarm, and nothing holds by order: nothing to resume from")


def _settle(order: SettleOrdered, turn: Turn, visitors: Visitors, errands: Errands) -> None:
    if turn.writes.knows_more(order.facts[-1]):
        turn.answer(order.id, _MORE, is_put_off=True)
    elif order.facts[-1].leaves is not Standing.OPEN:
        turn.answer(order.id, "is not an open item: there is nothing to settle")
    elif why := _keeps_item_open(order.facts[-1], turn, visitors):
        turn.answer(order.id, why, is_put_off=True)
    else:
        _end_item(order, turn, visitors, errands)


def _end_item(order: SettleOrdered | LetInOrdered, turn: Turn, visitors: Visitors, errands: Errands) -> None:
    last = order.facts[-1]
    errands.end_foreign(last.attempt)
    # A power cut before this is on disk finds the item as it was, and whoever ordered it sees no end of it.
    if (known := visitors.unfinished.get(last.attempt)) is not None:
        visitors.drop(known)
    turn.write(Settled(last.attempt, last.n + 1, turn.at.wall, order.by, order.reason, isinstance(order, LetInOrdered)))
    turn.note(f"open_item=settled attempt={last.attempt} by={order.by!r} reason={order.reason!r}")
    turn.answer(order.id)


def _keeps_item_open(last: Fact, turn: Turn, visitors: Visitors) -> str:
    """Return why an open item cannot be settled at this moment; empty where it can."""
    known = visitors.unfinished.get(last.attempt)
    is_repeated = known is not None and isinstance(known.state, Refunding) and known.state.refund.is_open_item
    if known is not None and is_repeated and refund.is_out(known):
        return "a cancellation of it is under way, and may be accepted"
    if (known is not None and not is_repeated) or turn.writes.holds(last.attempt):
        return "the gate has still work with it"
    return ""


def possible(facts: Sequence[Fact]) -> tuple[str, ...]:
    """
    Return which orders make sense for an attempt by what is on disk: `let_in`, `refund`, `settle`.

    The moment may still be bad for one: then it is answered so.
    """
    last, can = facts[-1], []
    if not objection_to_letting_in(facts):
        can.append("let_in")
    is_under_way = isinstance(last, OpenItem) and last.repeats
    is_under_way = is_under_way or (last.leaves is Standing.UNFINISHED and not isinstance(last, CreditOpened))
    if not objection_to_giving_back(facts) and not is_under_way and recovery.remembered(facts) is not None:
        can.append("refund")
    if last.leaves is Standing.OPEN:
        can.append("settle")
    return tuple(can)


def _adopt(order: AdoptOrdered, turn: Turn, visitors: Visitors, errands: Errands) -> None:
    foreign = [facts for facts in order.histories if is_foreign(facts)]
    if any(turn.writes.holds(facts[-1].attempt) or turn.writes.knows_more(facts[-1]) for facts in foreign):
        turn.answer(order.id, "the journal is still being written", is_put_off=True)
        return
    for facts in foreign:
        if errands.in_the_way(voucher_in(facts), visitors) is not None:
            continue  # two attempts of one voucher would blur each other's evidence: it stays an open item till then
        errands.end_foreign(facts[-1].attempt)
        # A power cut before this is on disk finds the open item as it was.
        adopted = Adopted(facts[-1].attempt, facts[-1].n + 1, turn.at.wall, by=order.by)
        turn.write(adopted)
        (errands if is_errand(facts) else visitors).recover([(*facts, adopted)], turn)
    turn.note(f"journal=adopted by={order.by!r}")
    turn.answer(order.id)


def _refund(order: RefundOrdered, turn: Turn, visitors: Visitors, errands: Errands) -> None:
    known = visitors.unfinished.get(order.facts[-1].attempt)
    charged = known if known is not None else recovery.remembered(order.facts)
    if turn.writes.knows_more(order.facts[-1]):
        turn.answer(order.id, _MORE, is_put_off=True)
    elif objection := objection_to_giving_back(order.facts):
        turn.answer(order.id, objection)
    elif charged is None:
        turn.answer(order.id, "has no record of what was intended")
    elif (other := errands.foreign_of(charged.voucher_code)) is not None and other != charged.incident:
        turn.answer(order.id, f"{other}, of the same voucher, is not settled yet", is_put_off=True)
    elif why := _puts_refund_off(order.facts, charged, turn, visitors):
        turn.answer(order.id, why, is_put_off=True)
    else:
        turn.note(f"refund=ordered incident={charged.incident} by={order.by!r}")
        visitors.begin_refund(charged, turn, order.by, order.reason)
        turn.answer(order.id)


def _puts_refund_off(  # noqa: PLR0911 - one line for each reason
    facts: Sequence[Fact], charged: Attempt, turn: Turn, visitors: Visitors
) -> str:
    """Return why a charge cannot be given back at this moment; empty where it can."""
    is_unfinished = charged.id in visitors.unfinished
    if turn.writes.failing:
        return "the journal cannot be written just now"
    if charged.holds_lane if is_unfinished else turn.writes.holds(charged.id):
        return "its visitor is being served"
    if charged.voucher_code in turn.at_desk:
        return "staff have something done to its voucher just now"
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
