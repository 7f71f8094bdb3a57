"""
One lane, one person: who is being served, who waits, who was admitted last, and whose money is still on its way.

Every scan gets its answer here: what is no voucher, a repeat, a busy lane and a gate out of service at once; else an
attempt begins, or the one that still has this voucher's money goes on. What an attempt does then stands in
`transitions.py`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import field, replace
from math import ceil

from gate_controller.admission.attempt import consulting, recovery, refund, serving, ticket_serving
from gate_controller.admission.attempt.attempt import Attempt
from gate_controller.admission.attempt.pool import MORE_SECONDS, Collection, Pool
from gate_controller.admission.attempt.shown import worst
from gate_controller.admission.attempt.states import (
    Admitting,
    Auditing,
    Checking,
    Closed,
    Consulting,
    InDoubt,
    Refunding,
    RefundWaiting,
    Releasing,
    put_off,
)
from gate_controller.admission.attempt.ticket_states import ChaseWaiting, TicketInDoubt
from gate_controller.admission.attempt.transitions import handle
from gate_controller.admission.attempt.turn import Turn
from gate_controller.admission.gate.next_scan import NextScan, price_for
from gate_controller.admission.gate.party import Party
from gate_controller.admission.gate.presentations import Presentation, Presentations
from gate_controller.admission.gate.unserved import tell_of_money, told_unserved
from gate_controller.admission.gate.ways import faults_before, objection_to_way
from gate_controller.admission.words.calls import Balance, BalanceAnswered
from gate_controller.admission.words.codes import Code, NotAVoucher, VoucherCode, is_ticket_number, mask, read_code
from gate_controller.admission.words.events import (
    AdmitOrdered,
    AttemptEvent,
    Event,
    Opened,
    PassageSensed,
    Purpose,
    RelayFailed,
    Rescanned,
    TimePassed,
    WriteFailed,
    Written,
)
from gate_controller.admission.words.facts import Fact, StrayPassage
from gate_controller.admission.words.free_facts import FreeGrounds
from gate_controller.admission.words.frozen import frozen, slotted
from gate_controller.admission.words.ids import NO_ORDER, AttemptId, Incident
from gate_controller.admission.words.messages import Fault, MessageKind
from gate_controller.admission.words.money import Cents
from gate_controller.admission.words.policy import WAIT_LAPSES_SECONDS
from gate_controller.admission.words.service_cards import purpose_of_card

# Unfinished attempts of the last run are looked up this far apart: about what one look-up takes on a slow network.
RECOVERY_STEP_SECONDS = 0.5

# A passage this soon after the one that used the admission is somebody following through.
TAILGATE_SECONDS = 5.0


@frozen
class _Waiting:
    code: Code
    lapses: float
    purpose: Purpose | None


@frozen
class _LastAdmitted:
    attempt: AttemptId
    codes: frozenset[str]
    at: float
    passed: float | None = None
    free: FreeGrounds | None = None
    """Why nothing was charged; None where it was."""

    @property
    def told(self) -> MessageKind:
        """What the same code is told while the gate is open for it."""
        return MessageKind.ALREADY_ADMITTED if self.free is None else MessageKind.ADMITTED_FREE

    @property
    def told_afterwards(self) -> MessageKind:
        """What it is told just after that, or while it still lies there."""
        match self.free:
            case None:
                return MessageKind.SCAN_AGAIN_LATER
            case FreeGrounds.OUTAGE:
                return MessageKind.FREE_AGAIN_LATER
            case FreeGrounds.RULE:
                return MessageKind.FREE_USED_UP


@slotted
class Visitors:
    """Everybody with whose scan or money the gate has work. Times are monotonic."""

    unfinished: dict[AttemptId, Attempt] = field(default_factory=dict)
    lane: Attempt | None = None
    """Who is being served, or for whom the gate is open."""
    waiting: _Waiting | None = None
    """The one scan that waits for the lane."""
    collection: Collection | None = None
    """The vouchers that are held towards the price of one admission: the lane is kept for the next one."""
    party: Party | None = None
    """Whom staff have had admitted from the desk, and are having."""
    next_scan: NextScan = field(default_factory=NextScan)
    _last: _LastAdmitted | None = None
    _presentations: Presentations = field(default_factory=Presentations)

    @property
    def await_verdict(self) -> bool:
        """Whether the display belongs to a visitor who still waits for his verdict."""
        return self.lane is not None and self.lane.verdict_due is not None

    def is_taken(self, turn: Turn) -> bool:
        """Whether somebody is being served, or the gate is still open or closing for somebody."""
        return self.is_lane_taken(turn) or turn.collection is not None

    def is_lane_taken(self, turn: Turn) -> bool:
        """Whether another scan has to wait, or whoever is admitted from the desk is not all through."""
        is_free = self.lane is None and turn.at.mono >= turn.movement.until
        return not is_free or (self.party is not None and not self.party.is_over)

    def of_voucher(self, voucher_code: VoucherCode) -> Attempt | None:
        """Return the attempt that still has this voucher's money, or this ticket, on its way, if there is one."""
        if not voucher_code:
            return None
        # One that is only audited has come to its end: whoever holds the voucher is served as always.
        ways = (a for a in self.unfinished.values() if not isinstance(a.state, Auditing))
        return next((a for a in ways if voucher_code in {a.voucher_code, a.ticket_number}), None)

    # -- scans

    def scanned(self, frame: bytes, turn: Turn) -> None:
        """Take a scan."""
        code = read_code(frame, takes_tickets=turn.policy.takes_tickets)
        if isinstance(code, NotAVoucher):
            if (purpose := purpose_of_card(frame, turn.policy)) is not None:
                self._card_held(purpose, turn)
                return
            turn.note(f"verdict=refused reason=not_a_voucher why={code.why!r}")
            # Junk behind a voucher's code must not take from its visitor what he is being told.
            if not self.await_verdict and not self.is_open and not turn.shown.tells_of_money(turn.at.mono):
                turn.show(MessageKind.NOT_A_VOUCHER)
            return
        if self.next_scan.chosen is not None and self.next_scan.is_for_balance:
            self._presentations.consulted(code, turn.at.mono, turn.policy)
        elif self._is_repeat(code, turn) or self._is_held(code, turn):
            return
        faults = faults_before(code, turn) if turn.policy.is_way_out else turn.faults.keys()
        if Fault.STOPPING in faults or (faults and not self.await_verdict):
            self._refuse_out_of_service(code, turn)
        elif self.waiting is not None or self.is_lane_taken(turn):
            self._wait(code, turn)
        else:
            self._start_scan(code, turn, self._purpose())

    def _purpose(self) -> Purpose | None:
        return None if self.next_scan.chosen is None else self.next_scan.taken()

    def _card_held(self, purpose: Purpose, turn: Turn) -> None:
        if self._presentations.begins(purpose.value, turn.at.mono, turn.policy):
            self.press(purpose, "service card", turn)

    def press(self, purpose: Purpose, by: str, turn: Turn) -> None:
        """Take a button's press, or a service card: what the next scan is for."""
        self.next_scan.pressed(purpose, by, turn, is_taken=self.is_wanted(turn))

    def is_wanted(self, turn: Turn) -> bool:
        """Whether somebody has the lane, or waits for it: whoever scans next is not the one that it is chosen for."""
        has_party = self.party is not None and not self.party.is_over
        return self.waiting is not None or has_party or self.is_taken(turn)

    def serve_next(self, turn: Turn) -> None:
        """Take the scan that waits for the lane."""
        if self.waiting is None:
            return
        waited, self.waiting = self.waiting, None
        if faults_before(waited.code, turn):
            self._refuse_out_of_service(waited.code, turn)
        else:
            self._start_scan(waited.code, turn, waited.purpose)

    def admit(self, order: AdmitOrdered, turn: Turn) -> Incident:
        """Serve the first of those whom staff have admitted; return by what he is looked up."""
        most = None if order.most is None else Cents(order.most // order.persons)
        self.party = Party(order.code, order.by, order.id, order.persons, most)
        return self._serve(self.party, turn)

    def go_on_with_party(self, turn: Turn, *, is_free: bool) -> None:
        """The lane is free, and `is_free` says whether the gate is at rest: serve the next of a party, if one waits."""
        if self.party is None or self.party.is_over:
            return
        if turn.faults or self.keeps_out(self.party.code, turn):
            self.party = self.party.stopped()
        elif is_free:
            self._serve(self.party, turn)

    def keeps_out(self, code: Code, turn: Turn) -> bool:
        """Whether the house is full for whoever holds a code: who has paid already goes in."""
        return turn.is_full and self.of_voucher(VoucherCode(code)) is None

    def _serve(self, party: Party, turn: Turn) -> Incident:
        served = self._start(party.code, turn, party)
        self.party = party.with_one_more(served.id)
        return served.incident

    def stop(self, turn: Turn) -> None:
        """Refuse whoever waits, at once; who has the lane is served to the end."""
        if self.party is not None:
            self.party = self.party.stopped()
        if self.waiting is not None:
            code, self.waiting = self.waiting.code, None
            self._refuse_out_of_service(code, turn)
        if self.lane is None:
            self.end_collection(turn, MessageKind.REFUSED_OUT_OF_SERVICE, Fault.STOPPING)

    def end_collection(self, turn: Turn, kind: MessageKind, fault: Fault | None = None) -> None:
        """Hold no voucher any more: nothing was charged, and the visitor is told why it comes to nothing."""
        if turn.collection is None:
            return
        price, turn.collection = turn.collection.price, None
        turn.note(f"collection=ended reason={kind.name.lower()}")
        # Whoever is being checked is told by himself, and so was one whose earlier charge the same step has kept.
        if self.lane is None and not turn.shown.tells_of_a_charge(turn.at.mono):
            turn.show(kind, fault=fault, price=price)

    def let_lapse(self, turn: Turn) -> None:
        """Refuse a scan that has waited for the lane too long, and end what has waited too long for another voucher."""
        if turn.collection is not None and self.lane is None and turn.at.mono >= turn.collection.lapses:
            self.end_collection(turn, MessageKind.MORE_LAPSED)
        if self.waiting is None or turn.at.mono < self.waiting.lapses:
            return
        code, self.waiting = self.waiting.code, None
        turn.note(f"verdict=refused reason=lane_busy voucher={mask(code)}")
        if not self.await_verdict:
            self._refuse_unserved(MessageKind.LANE_BUSY, code, turn)

    @property
    def is_open(self) -> bool:
        """Whether the gate is open for an admission."""
        return self.lane is not None and isinstance(self.lane.state, Releasing | Admitting)

    def _is_repeat(self, code: Code, turn: Turn) -> bool:
        """Whether a scan is no new wish: its own attempt runs, it still lies there, or its admission was just now."""
        now, lane, last = turn.at.mono, self.lane, self._last
        presented = self._presentations.read(code, now, turn.policy)
        if lane is not None and lane.verdict_due is not None and code in lane.codes:
            turn.note(f"scan=repeated voucher={mask(code)}", is_detail=True)
            return True
        known = self.of_voucher(VoucherCode(code))
        if presented.is_consulted or presented.told is not None:
            turn.note(f"scan=repeated voucher={mask(code)} why='it has not been taken away'", is_detail=True)
            if lane is None:
                self._tell_still_there(code, known, presented, turn)
            return True
        if last is None or code not in last.codes:
            return False
        if known is not None and (lane is None or known not in lane.payers):
            return False
        is_open = self.is_open and lane is not None and lane.id == last.attempt
        is_before_passage = is_open and turn.policy.passage_seconds is not None
        if not is_before_passage and now >= last.at + turn.policy.repeat_seconds:
            return False
        turn.note(f"verdict=refused reason=already_admitted voucher={mask(code)}")
        if is_open and lane is not None and lane.ticket_number is not None:
            turn.show(told_unserved(lane) or MessageKind.TICKET_ADMITTED)
        elif is_open:
            turn.show(last.told)
        elif not self.await_verdict:
            self._tell_to_wait(code, last.told_afterwards, presented, turn)
        return True

    def _is_held(self, code: Code, turn: Turn) -> bool:
        """Whether a scan is that of a voucher which is held already."""
        if turn.collection is None or code not in turn.collection.codes:
            return False
        turn.note(f"scan=repeated voucher={mask(code)} why='it is held already'", is_detail=True)
        if self.lane is None:
            turn.show_missing(turn.collection)
        return True

    def _tell_still_there(self, code: Code, known: Attempt | None, presented: Presentation, turn: Turn) -> None:
        """Tell of a code that still lies before the scanner what is true, each as long as it is shown once."""
        if tell_of_money(known, turn, is_reread=True):
            return
        told = presented.told
        if presented.is_consulted:
            told = MessageKind.NOT_A_VOUCHER if is_ticket_number(code) else MessageKind.BALANCE_TOLD
            if not turn.shown.tells_of_money(turn.at.mono):
                turn.show(told)
            return
        if is_ticket_number(code):
            told = MessageKind.TICKET_ALREADY_IN
        if told is not None and not turn.shown.is_telling(told, turn.at.mono):
            self._tell_to_wait(code, told, presented, turn)

    def _tell_to_wait(self, code: Code, told: MessageKind, presented: Presentation, turn: Turn) -> None:
        if is_ticket_number(code):
            turn.show(MessageKind.TICKET_NOT_IN if turn.policy.is_way_out else MessageKind.TICKET_ALREADY_IN)
            return
        until = presented.lasts_until
        if self._last is not None and code in self._last.codes:
            until = max(until, self._last.at + turn.policy.repeat_seconds)
        turn.show(told, seconds=max(2, ceil(until - turn.at.mono)))

    def _refuse_out_of_service(self, code: Code, turn: Turn) -> None:
        fault = worst(turn.faults)
        turn.note(f"verdict=refused reason=out_of_service fault={fault.name.lower()} voucher={mask(code)}")
        self._refuse_unserved(MessageKind.REFUSED_OUT_OF_SERVICE, code, turn, fault)

    def _refuse_unserved(self, kind: MessageKind, code: Code, turn: Turn, fault: Fault | None = None) -> None:
        """Refuse a scan that gets no attempt; not with "not charged" while its voucher's money is on its way."""
        known = self.of_voucher(VoucherCode(code))
        told = told_unserved(known) if known is not None else None
        if known is None or told is None:
            turn.show(kind, fault=fault)
        else:
            turn.show(told, incident=known.incident, fault=fault, price=known.price)

    def _wait(self, code: Code, turn: Turn) -> None:
        if self.waiting is None or self.waiting.code != code:
            if self.waiting is not None:
                turn.note(f"verdict=refused reason=lane_busy voucher={mask(self.waiting.code)}")
            self.waiting = _Waiting(code, turn.at.mono + WAIT_LAPSES_SECONDS, self._purpose())
        turn.show(MessageKind.ONE_MOMENT)

    def _start_scan(self, code: Code, turn: Turn, purpose: Purpose | None) -> None:
        """Serve a scan, unless the way that it would begin is not its visitor's."""
        known = self.of_voucher(VoucherCode(code))
        has_ways = turn.is_full or turn.policy.takes_tickets or turn.policy.is_way_out
        objection = objection_to_way(code, turn, purpose) if has_ways and known is None else None
        if objection is not None:
            turn.note(f"verdict=refused reason={objection.name.lower()} voucher={mask(code)}")
            turn.show(objection)
        elif purpose is None:
            self._start(code, turn)
        elif purpose is not Purpose.BALANCE:
            self._start(code, turn, price=price_for(purpose, turn.policy, turn.at.wall))
        elif not tell_of_money(known, turn):
            consulting.begin(self._take_lane(code, turn), turn)

    def _start(self, code: Code, turn: Turn, party: Party | None = None, price: Cents | None = None) -> Attempt:
        known = self.of_voucher(VoucherCode(code))
        if known is None:
            return self._begin(code, turn, party=party, price=price)
        known.serve(turn)
        known.code, known.chosen_price = code, price
        known.by, known.order = ("", NO_ORDER) if party is None else (party.by, party.order)
        self._resume(known, turn)
        return known

    def _begin(
        self,
        code: Code,
        turn: Turn,
        since: float | None = None,
        party: Party | None = None,
        price: Cents | None = None,
    ) -> Attempt:
        attempt = self._take_lane(code, turn)
        if party is not None:
            attempt.by, attempt.order, attempt.most = party.by, party.order, party.most
        if turn.policy.takes_tickets and is_ticket_number(code):
            ticket_serving.begin(attempt, turn, since)
        else:
            serving.begin(attempt, turn, since, price)
        return attempt

    def _take_lane(self, code: Code, turn: Turn) -> Attempt:
        self.lane = Attempt(*turn.names.next(), code)
        self.unfinished[self.lane.id] = self.lane
        return self.lane

    def _resume(self, attempt: Attempt, turn: Turn) -> None:
        self.lane = attempt
        self._take(attempt, Rescanned(turn.at, attempt.id), turn)

    # -- what attempts wait for

    def recover(self, histories: Iterable[Sequence[Fact]], turn: Turn, *, is_foreign: bool = False) -> None:
        """Take up the attempts of the journal with which the gate has still work, each with its facts in order."""
        for place, facts in enumerate(facts for facts in histories if recovery.is_resumed(facts)):
            attempt = recovery.take_up(facts, turn, is_foreign=is_foreign)
            if isinstance(attempt.state, InDoubt | RefundWaiting | TicketInDoubt | ChaseWaiting):
                # One after the other: they share a connection, and each has only so long for its answer.
                attempt.state = put_off(attempt.state, place * RECOVERY_STEP_SECONDS)
            if not isinstance(attempt.state, Closed):
                self.unfinished[attempt.id] = attempt

    def answered(self, event: AttemptEvent, turn: Turn) -> None:
        """Take what E-GUMA or the relay says about an attempt; one that is finished does not care any more."""
        attempt = self.unfinished.get(event.attempt)
        if attempt is None:
            if isinstance(event, RelayFailed):  # nobody's admission: an exit, staff's order, a hold
                turn.fault(Fault.RELAY, event.why)
            return
        if isinstance(event, BalanceAnswered) and isinstance(attempt.state, Consulting):
            # A ShortCode may be a voucher whose money is on its way.
            known = self.of_voucher(event.outcome.voucher_code) if isinstance(event.outcome, Balance) else None
            if tell_of_money(known, turn):
                self.drop(attempt)
                self.lane = None
                return
        if isinstance(event, BalanceAnswered) and isinstance(attempt.state, Checking):
            known = self.of_voucher(event.outcome.voucher_code) if isinstance(event.outcome, Balance) else None
            if known is not None:
                self._hand_over(attempt, known, turn)
                return
            if isinstance(event.outcome, Balance) and event.outcome.voucher_code in attempt.state.crossed:
                # It may be from before the cancellation: as the balance before the charge it would hide the charge.
                attempt.state = replace(attempt.state, crossed=frozenset())
                turn.note(f"balance=asked_again incident={attempt.incident} why='a refund came between'")
                serving.ask_balance(attempt, turn)
                return
        is_admitted = isinstance(event, Opened) and isinstance(attempt.state, Releasing)
        self._take(attempt, event, turn)
        if is_admitted:
            turn.collection = None
            if self.party is not None:
                self.party = self.party.with_admission(attempt.id)
            grounds = attempt.free.grounds if attempt.free is not None else None
            self._last = _LastAdmitted(attempt.id, attempt.codes, turn.at.mono, free=grounds)
            self._presentations.admitted(attempt.codes, self._last.told_afterwards)

    def write_ended(self, attempt_id: AttemptId, event: Written | WriteFailed, turn: Turn) -> None:
        """Take the end of a write that an attempt waits for."""
        if (attempt := self.unfinished.get(attempt_id)) is not None:
            self._take(attempt, event, turn)

    def time_passed(self, event: TimePassed, turn: Turn) -> None:
        """Let every attempt whose moment has come do what it has to do by itself."""
        for attempt in tuple(self.unfinished.values()):
            if attempt.is_due(turn):
                self._take(attempt, event, turn)

    def _take(self, attempt: Attempt, event: Event, turn: Turn) -> None:
        was_refund = isinstance(attempt.state, Refunding)
        handle(attempt, event, turn)
        if isinstance(attempt.state, Refunding) is not was_refund:
            self.crosses(attempt.voucher_code)
        if isinstance(attempt.state, Closed):
            self.unfinished.pop(attempt.id, None)
            self._forget_unused(attempt)
        if attempt is self.lane and attempt.verdict_due is None and not attempt.holds_lane:
            self.lane = None
            if turn.collection is not None:
                # Whatever came of that scan, its visitor may look for another voucher.
                turn.collection = replace(turn.collection, lapses=turn.at.mono + MORE_SECONDS)
        if attempt.pool is not None:
            self._pay_on(attempt.pool, turn)
        if turn.anew == attempt.id:
            self._go_on(attempt, turn)

    def _forget_unused(self, attempt: Attempt) -> None:
        """Nobody went in on a free entry, be it that the gate opened: it is no admission any more."""
        last = self._last
        if last is not None and last.attempt == attempt.id and last.free is not None and attempt.free is None:
            self._last = None
            self._presentations.admitted(last.codes, MessageKind.FREE_UNUSED)

    def _pay_on(self, pool: Pool, turn: Turn) -> None:
        """Tell those that pay one admission together what follows from where the others stand."""
        for payer in pool.payers:
            if isinstance(payer.state, Closed):
                self.unfinished.pop(payer.id, None)
            else:
                self.unfinished.setdefault(payer.id, payer)
        if (event := pool.next_step(turn.at)) is not None:
            self._take(self.unfinished[event.attempt], event, turn)
        if pool.visitor_at is not None:
            self.lane = pool.visitor_at

    def begin_refund(self, attempt: Attempt, turn: Turn, by: str, reason: str) -> None:
        """Give a charge back because a person wants it."""
        self.unfinished[attempt.id] = attempt
        refund.begin(attempt, turn, by, reason)
        self.crosses(attempt.voucher_code)

    def drop(self, attempt: Attempt) -> None:
        """End the gate's work with an attempt because a person has settled it."""
        attempt.close()
        del self.unfinished[attempt.id]

    def crosses(self, voucher_code: VoucherCode) -> None:
        """A refund or an errand of a voucher begins or ends: what Balance says of it may be from before."""
        if self.lane is not None and isinstance(self.lane.state, Checking):
            self.lane.state = replace(self.lane.state, crossed=self.lane.state.crossed | {voucher_code})

    def _hand_over(self, attempt: Attempt, known: Attempt, turn: Turn) -> None:
        """A ShortCode turned out to be a voucher whose earlier charge is not finished: that one comes first."""
        known.begun, known.verdict_due, known.code = attempt.begun, attempt.verdict_due, attempt.code
        known.chosen_price = attempt.chosen_price
        serving.handed_over(attempt, known, turn)
        del self.unfinished[attempt.id]
        if self.party is not None:
            self.party = self.party.followed_by(attempt.id, known.id)
        self._resume(known, turn)

    def _go_on(self, attempt: Attempt, turn: Turn) -> None:
        """An earlier attempt charged nothing, as has just been found: serve its visitor anew."""
        turn.anew = None
        if turn.faults.keys() - {Fault.STOPPING}:  # a gate that stops serves him to the end
            self._refuse_out_of_service(Code(attempt.voucher_code or attempt.code), turn)
        else:
            # By the code in the visitor's hand, so that the scanner's reading it twice is a repeat and no other person.
            party = self.party if self.party is not None and self.party.attempts[-1:] == (attempt.id,) else None
            anew = self._begin(attempt.code, turn, attempt.begun, party, attempt.chosen_price)
            if party is not None:
                self.party = party.followed_by(attempt.id, anew.id)

    # -- passages

    def passed(self, event: PassageSensed, turn: Turn) -> bool:
        """Say whether a passage is that of the visitor for whom the gate is open."""
        if self.lane is None or not isinstance(self.lane.state, Admitting):
            return False
        self._take(self.lane, event, turn)
        if self._last is not None:
            self._last = replace(self._last, passed=turn.at.mono)
        return True

    def stray(self, turn: Turn) -> None:
        """Record that somebody went through without an admission."""
        last = self._last
        follows = last is not None and last.passed is not None and turn.at.mono < last.passed + TAILGATE_SECONDS
        after = last.attempt if last is not None and follows else ""
        attempt_id, incident = turn.names.next()
        turn.write(StrayPassage(attempt_id, 0, turn.at.wall, incident, after))
        turn.note(f"passage=stray tailgating={'yes' if follows else 'no'} incident={incident}", alarm=True)
