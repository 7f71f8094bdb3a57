"""
The errands that staff have ordered: which may begin, and which are on their way.

One thing at a time moves on a voucher, for its balance is the evidence about all of them: an errand waits until no
attempt of its voucher is unfinished, and while it is under way nobody is charged or given back on it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import field

from gate_controller.admission.attempt.turn import Turn
from gate_controller.admission.errand import carrying_out, errand_recovery
from gate_controller.admission.errand.errand import Errand, ErrandWish
from gate_controller.admission.errand.errand_states import Enquiring, Over, Wondering
from gate_controller.admission.errand.errand_transitions import handle_errand
from gate_controller.admission.gate.visitors import Visitors
from gate_controller.admission.gate.voids import objection_to_part
from gate_controller.admission.words.calls import Balance
from gate_controller.admission.words.codes import VoucherCode
from gate_controller.admission.words.desk_calls import Activation, Deactivation
from gate_controller.admission.words.errand_facts import ErrandBegun, ErrandKind
from gate_controller.admission.words.events import AttemptEvent, ErrandOrdered, Event, TimePassed, WriteFailed, Written
from gate_controller.admission.words.facts import Fact, Redeemed, Standing, voucher_of
from gate_controller.admission.words.facts import is_foreign as left_by_another
from gate_controller.admission.words.frozen import slotted
from gate_controller.admission.words.ids import NO_INCIDENT, AttemptId, Incident
from gate_controller.admission.words.messages import Fault
from gate_controller.admission.words.ticket_facts import TicketIntended

_MORE = "the journal holds more of it by now"


@slotted
class Errands:
    """What is on its way at E-GUMA because a person wants it."""

    unfinished: dict[AttemptId, Errand] = field(default_factory=dict)
    _foreign: dict[AttemptId, tuple[VoucherCode, Incident]] = field(default_factory=dict)
    """What another machine left unfinished, until it is adopted or settled: it may go on there, or here."""

    @property
    def vouchers(self) -> frozenset[VoucherCode]:
        """The vouchers on which one is under way."""
        return frozenset(errand.voucher_code for errand in self.unfinished.values())

    @property
    def wake_at(self) -> float | None:
        """Monotonic time at which one has something to do by itself."""
        return min((e.timer for e in self.unfinished.values() if e.timer is not None), default=None)

    def ordered(self, order: ErrandOrdered, turn: Turn, visitors: Visitors) -> None:
        """Begin what is ordered, or say why not."""
        wish = _wish_of(order)
        if order.facts and turn.writes.knows_more(order.facts[-1]):
            turn.answer(order.id, _MORE, is_put_off=True)
        elif objection := _objection_to(order, turn):
            turn.answer(order.id, objection)
        elif why := self._puts_off(wish.voucher_code, order, turn, visitors):
            turn.answer(order.id, why, is_put_off=True)
        else:
            attempt, incident = turn.names.next()
            errand = Errand(attempt, incident, wish, wish.voucher_code, turn.policy.currency)
            self.unfinished[attempt] = errand
            turn.answer(order.id, incident=incident)
            carrying_out.begin(errand, turn)

    def _puts_off(self, voucher_code: VoucherCode, order: ErrandOrdered, turn: Turn, visitors: Visitors) -> str:
        if turn.writes.failing:
            return "the journal cannot be written just now"
        if order.facts and (order.facts[0].attempt in visitors.unfinished or turn.writes.holds(order.facts[0].attempt)):
            return "the gate has still work with it"
        other = self.in_the_way(voucher_code, visitors) or self.foreign_of(voucher_code)
        return f"{other}, of the same voucher, is not settled yet" if other else ""

    def in_the_way(self, voucher_code: VoucherCode, visitors: Visitors, but: Errand | None = None) -> Incident | None:
        """Return what has this voucher's money on its way already, if anything has."""
        if not voucher_code:
            return None
        if (attempt := visitors.of_voucher(voucher_code)) is not None:
            return attempt.incident
        others = (e for e in self.unfinished.values() if e is not but and e.voucher_code == voucher_code)
        return next((e.incident for e in others), None)

    def foreign_of(self, voucher_code: VoucherCode) -> Incident | None:
        """Return what another machine left unfinished of a voucher, until somebody has said what becomes of it."""
        left = (incident for code, incident in self._foreign.values() if code == voucher_code)
        return next(left, None) if voucher_code else None

    def note_foreign(self, facts: Sequence[Fact]) -> None:
        """Another machine left this: nothing that staff order moves on its voucher for the time being."""
        self._foreign[facts[-1].attempt] = voucher_in(facts), getattr(facts[0], "incident", NO_INCIDENT)

    def end_foreign(self, attempt: AttemptId) -> None:
        """Somebody has: it is adopted, or settled."""
        self._foreign.pop(attempt, None)

    def answered(self, event: AttemptEvent, turn: Turn, visitors: Visitors) -> None:
        """Take what E-GUMA says about an unfinished errand."""
        errand = self.unfinished[event.attempt]
        named = _named_in(event) if isinstance(errand.state, Enquiring) else VoucherCode("")
        if (
            other := self.in_the_way(named, visitors, errand) or self.foreign_of(named)
        ) is not None:  # a ShortCode, whose voucher only E-GUMA has told
            errand.refuse(turn, f"{other}, of the same voucher, is not settled yet")
            self._ended(errand, visitors)
        else:
            self._take(errand, event, turn, visitors)

    def write_ended(self, attempt: AttemptId, event: Written | WriteFailed, turn: Turn, visitors: Visitors) -> None:
        """Take the end of a write that an unfinished errand waits for."""
        self._take(self.unfinished[attempt], event, turn, visitors)

    def time_passed(self, event: TimePassed, turn: Turn, visitors: Visitors) -> None:
        """Let every errand whose moment has come look again."""
        for errand in tuple(self.unfinished.values()):
            if errand.timer is not None and turn.at.mono >= errand.timer:
                self._take(errand, event, turn, visitors)

    def _take(self, errand: Errand, event: Event, turn: Turn, visitors: Visitors) -> None:
        handle_errand(errand, event, turn)
        if isinstance(errand.state, Over):
            self._ended(errand, visitors)

    def _ended(self, errand: Errand, visitors: Visitors) -> None:
        del self.unfinished[errand.id]
        visitors.crosses(errand.voucher_code)

    def recover(self, histories: Iterable[Sequence[Fact]], turn: Turn, *, is_foreign: bool = False) -> None:
        """
        Take up the errands of the journal whose fate is not known, and note what is foreign; each history in order.

        Those of attempts are among them: of these only what another machine left is noted.
        """
        for facts in histories:
            is_unfinished = facts[-1].leaves is Standing.UNFINISHED
            if (is_foreign and is_unfinished) or left_by_another(facts):
                self.note_foreign(facts)
            if is_errand(facts) and is_unfinished:
                errand = errand_recovery.take_up(facts, turn, is_foreign=is_foreign)
                if isinstance(errand.state, Wondering):
                    self.unfinished[errand.id] = errand


def is_errand(facts: Sequence[Fact]) -> bool:
    """Whether facts tell of an errand, and not of an attempt."""
    return isinstance(facts[0], ErrandBegun)


def _named_in(event: AttemptEvent) -> VoucherCode:
    """Return the voucher that E-GUMA's answer is about; empty where it names none."""
    outcome = getattr(event, "outcome", None)
    return outcome.voucher_code if isinstance(outcome, Balance | Activation | Deactivation) else VoucherCode("")


def voucher_in(facts: Sequence[Fact]) -> VoucherCode:
    """Return whose money, or which ticket, an errand or attempt is about; empty where it has no beginning."""
    match facts[0]:
        case ErrandBegun(voucher_code=voucher_code):
            return voucher_code
        case TicketIntended(ticket_number=number):
            return VoucherCode(number)
        case _:
            return voucher_of(facts)


def _wish_of(order: ErrandOrdered) -> ErrandWish:
    charge = order.facts[-1] if order.facts else None
    tokens = [fact.token for fact in order.facts if isinstance(fact, Redeemed) and fact.token]
    return ErrandWish(
        kind=order.errand,
        voucher_code=voucher_of(order.facts) if charge is not None else order.voucher_code,
        amount=order.amount,
        by=order.by,
        most=order.most,
        reason=order.reason,
        order=order.id,
        payment_id=order.payment_id,
        charge=charge.attempt if charge is not None else AttemptId(""),
        place=charge.n + 1 if charge is not None else 0,
        token=tokens[-1] if tokens else "",
    )


def _objection_to(order: ErrandOrdered, turn: Turn) -> str:
    if Fault.STOPPING in turn.faults:
        return "the gate is being stopped"
    if not turn.names.tag:  # it has not read its journal: what it holds of this voucher is not known yet
        return "the gate is still starting: try again in a moment"
    if order.amount is not None and order.amount <= 0:
        return "the amount has to be more than nothing"
    if order.errand is ErrandKind.PART_VOID:
        return objection_to_part(order.facts, order.amount)
    if order.errand is ErrandKind.TOP_UP and order.amount is None:
        return "a top-up needs an amount"
    return ""
