"""
The gate: one lane, one person; who is being served, who waits, and which attempts still have money on its way.

`handle` takes an event and returns the commands to carry out, in order; `wake_at` says when it wants `TimePassed`. The
gate decides whose turn it is; what an attempt does with an event stands in `transitions.py`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from gate_controller.admission.attempt import recovery, serving
from gate_controller.admission.attempt.attempt import Attempt, State
from gate_controller.admission.attempt.movement import Movement
from gate_controller.admission.attempt.shown import Shown, worst
from gate_controller.admission.attempt.transitions import handle
from gate_controller.admission.attempt.turn import Turn
from gate_controller.admission.attempt.writes import Writes
from gate_controller.admission.gate import orders as staff
from gate_controller.admission.gate.contacts import Contacts, barred_by
from gate_controller.admission.words.codes import Code, NotAVoucher, VoucherCode, mask, read_code
from gate_controller.admission.words.commands import Command
from gate_controller.admission.words.events import (
    AttemptEvent,
    BalanceAnswered,
    ContactChanged,
    Event,
    FaultCleared,
    FaultRaised,
    Instant,
    Opened,
    OpenOrdered,
    PassageSensed,
    RefundOrdered,
    RelayFailed,
    Rescanned,
    ResumeOrdered,
    Scanned,
    SettleOrdered,
    TimePassed,
    WriteFailed,
    Written,
)
from gate_controller.admission.words.facts import Fact, StrayPassage
from gate_controller.admission.words.ids import AttemptId, Numbering
from gate_controller.admission.words.messages import HOLDS, Fault, MessageKind
from gate_controller.admission.words.outcomes import Balance
from gate_controller.admission.words.policy import WAIT_LAPSES_SECONDS, Policy

# Unfinished attempts of the last run are looked up this far apart: about what one look-up takes on a slow network.
RECOVERY_STEP_SECONDS = 0.5

# A passage this soon after the one that used the admission is somebody following through.
TAILGATE_SECONDS = 5.0

_UNSERVED = {
    State.RECORDING: MessageKind.BEING_CHECKED,
    State.RELEASING: MessageKind.ALREADY_ADMITTED,
    State.RELEASED: MessageKind.ALREADY_ADMITTED,
    State.IN_DOUBT: MessageKind.BEING_CHECKED,
    State.CREDIT: MessageKind.PAID_BUT_SHUT,
    State.REFUNDING: MessageKind.REFUND_UNDER_WAY,
}
"""What a scan is told whose voucher has money on its way, and which cannot be served just now."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    code: Code
    lapses: float


@dataclass(frozen=True, slots=True)
class _LastAdmitted:
    attempt: AttemptId
    codes: frozenset[str]
    at: float
    passed: float | None = None


@dataclass(slots=True)
class Gate:
    """A gate's whole memory between events. Times inside are monotonic."""

    policy: Policy
    numbering: Numbering
    faults: dict[Fault, str] = field(default_factory=dict)
    """Why the gate is out of service, each with words for the log; empty while it takes scans."""
    unfinished: dict[AttemptId, Attempt] = field(default_factory=dict)
    lane: Attempt | None = None
    _waiting: _Waiting | None = None
    _last: _LastAdmitted | None = None
    _writes: Writes = field(default_factory=Writes)
    _shown: Shown = field(default_factory=Shown)
    _movement: Movement = field(default_factory=Movement)
    contacts: Contacts = field(default_factory=Contacts)

    @property
    def wake_at(self) -> float | None:
        """Monotonic time at which the gate has something to do by itself; None: nothing, however long it takes."""
        times = [attempt.wake_at for attempt in self.unfinished.values()]
        times += [self._writes.retry_at, *self._movement.due.values()]
        if self._waiting is not None:
            times.append(self._waiting.lapses)
            if self.lane is None:
                times.append(max(self._shown.readable_until, self._movement.until))
        if self.lane is None:
            times.append(self._shown.until)
        return min((time for time in times if time is not None), default=None)

    def is_taken(self, at: Instant) -> bool:
        """Whether somebody is being served, or the gate is still open or closing for somebody."""
        return self.lane is not None or at.mono < self._movement.until

    def recover(self, at: Instant, histories: Iterable[Sequence[Fact]]) -> tuple[Command, ...]:
        """Take up the unfinished attempts of the journal, each with its facts in order. Never moves the relay."""
        turn = self._turn(at)
        for place, facts in enumerate(histories):
            attempt = recovery.take_up(facts, turn)
            if attempt.state in {State.IN_DOUBT, State.REFUNDING} and attempt.timer is not None:
                # One after the other: they share a connection, and each has only so long for its answer.
                attempt.timer += place * RECOVERY_STEP_SECONDS
            if attempt.state is not State.CLOSED:
                self.unfinished[attempt.id] = attempt
        self.contacts.record_early(turn)
        return tuple(turn.commands)

    def handle(self, event: Event) -> tuple[Command, ...]:  # noqa: PLR0912 - one case for each kind of event
        """Take an event, and return what is to be done about it, in order."""
        turn = self._turn(event.at)
        match event:
            case Scanned():
                self._scanned(event.frame, turn)
            case TimePassed():
                self._time_passed(event, turn)
            case Written() | WriteFailed():
                self._write_ended(event, turn)
            case PassageSensed():
                self._passage(event, turn)
            case SettleOrdered(_, facts, by, reason):
                self._settle(facts, by, reason, turn)
            case RefundOrdered(_, facts, by):
                self._refund(facts, by, turn)
            case ContactChanged():
                self.contacts.changed(event, turn)
            case OpenOrdered():
                self.contacts.ordered(event, turn)
            case ResumeOrdered():
                self.contacts.resumed(event, turn)
            case FaultRaised(_, fault, why):
                turn.fault(fault, why)
            case FaultCleared(_, fault):
                turn.clear(fault)
                if fault is Fault.RELAY:
                    self.contacts.hold_again(turn)
            case Rescanned():
                pass  # the gate itself tells its attempts
            case AttemptEvent():
                self._attempt_event(event, turn)
            case _:
                raise TypeError(f"not an event: {event!r}")
        self._finish(turn)
        return tuple(turn.commands)

    def _turn(self, at: Instant) -> Turn:
        barred = barred_by(self.faults)
        return Turn(self.policy, at, self.numbering, self._writes, self._movement, self._shown, barred)

    # -- scans

    def _scanned(self, frame: bytes, turn: Turn) -> None:
        code = read_code(frame)
        if isinstance(code, NotAVoucher):
            turn.note(f"verdict=refused reason=not_a_voucher why={code.why!r}")
            if not self._somebody_waits:
                turn.show(MessageKind.NOT_A_VOUCHER)
            return
        if self._is_repeat(code, turn):
            return
        if self.faults and not self._somebody_waits:
            self._refuse_out_of_service(code, turn)
        elif self._waiting is not None or self.is_taken(turn.at):
            self._wait(code, turn)
        else:
            self._start(code, turn)

    @property
    def _somebody_waits(self) -> bool:
        """Whether the display belongs to a visitor who still waits for his verdict."""
        return self.lane is not None and self.lane.verdict_due is not None

    def _is_repeat(self, code: Code, turn: Turn) -> bool:
        lane, last = self.lane, self._last
        if lane is not None and lane.verdict_due is not None and code in {lane.code, lane.voucher_code}:
            turn.note(f"scan=repeated voucher={mask(code)}")
            return True
        credit = self._of_voucher(VoucherCode(code))
        if last is None or code not in last.codes or (credit is not None and credit is not lane):
            return False
        if turn.at.mono >= last.at + self.policy.repeat_seconds:
            return False
        turn.note(f"verdict=refused reason=already_admitted voucher={mask(code)}")
        if not self._somebody_waits:
            turn.show(MessageKind.ALREADY_ADMITTED)
        return True

    def _refuse_out_of_service(self, code: Code, turn: Turn) -> None:
        fault = worst(self.faults)
        turn.note(f"verdict=refused reason=out_of_service fault={fault.name.lower()} voucher={mask(code)}")
        self._refuse_unserved(MessageKind.REFUSED_OUT_OF_SERVICE, code, turn, fault)

    def _refuse_unserved(self, kind: MessageKind, code: Code, turn: Turn, fault: Fault | None = None) -> None:
        """Refuse a scan that gets no attempt; not with "not charged" while its voucher's money is on its way."""
        known = self._of_voucher(VoucherCode(code))
        told = _told_unserved(known) if known is not None else None
        if known is None or told is None:
            turn.show(kind, fault=fault)
        else:
            turn.show(told, incident=known.incident, fault=fault, price=known.price)

    def _wait(self, code: Code, turn: Turn) -> None:
        if self._waiting is None or self._waiting.code != code:
            if self._waiting is not None:
                turn.note(f"verdict=refused reason=lane_busy voucher={mask(self._waiting.code)}")
            self._waiting = _Waiting(code, turn.at.mono + WAIT_LAPSES_SECONDS)
        turn.show(MessageKind.ONE_MOMENT)

    def _start(self, code: Code, turn: Turn) -> None:
        known = self._of_voucher(VoucherCode(code))
        if known is not None:
            known.serve(turn)
            known.code = code
            self._resume(known, turn)
            return
        self._begin(code, turn)

    def _begin(self, code: Code, turn: Turn, since: float | None = None) -> None:
        self.lane = Attempt(*self.numbering.next(), code)
        self.unfinished[self.lane.id] = self.lane
        serving.begin(self.lane, turn, since)

    def _resume(self, attempt: Attempt, turn: Turn) -> None:
        self.lane = attempt
        handle(attempt, Rescanned(turn.at, attempt.id, attempt.voucher_code), turn)

    def _of_voucher(self, voucher_code: VoucherCode) -> Attempt | None:
        """Return the attempt that still has this voucher's money on its way, if there is one."""
        if not voucher_code:
            return None
        return next((a for a in self.unfinished.values() if a.voucher_code == voucher_code), None)

    def _refund(self, facts: Sequence[Fact], by: str, turn: Turn) -> None:
        """Give a charge back, unless the order comes at a bad moment; whoever gave it may repeat it."""
        attempt_id = facts[-1].attempt
        known = self.unfinished.get(attempt_id)
        if self._writes.failing or (known.holds_lane if known is not None else self._writes.holds(attempt_id)):
            return
        charged = known or recovery.remembered(facts)
        other = self._of_voucher(charged.voucher_code) if charged is not None else None
        if other is not None and other is not known:
            # The balance is evidence about another charge of the same voucher just now: a refund would blur it.
            turn.note(f"refund=put_off attempt={attempt_id} why='{other.id} of the same voucher is unfinished'")
            return
        attempt = staff.refund(facts, known, by, turn)
        if attempt is not None:
            self.unfinished[attempt.id] = attempt

    def _settle(self, facts: Sequence[Fact], by: str, reason: str, turn: Turn) -> None:
        attempt_id = facts[-1].attempt
        if attempt_id not in self.unfinished and not self._writes.holds(attempt_id):
            staff.settle(facts, by, reason, turn)

    # -- what attempts wait for

    def _attempt_event(self, event: AttemptEvent, turn: Turn) -> None:
        attempt = self.unfinished.get(event.attempt)
        if attempt is None:
            if isinstance(event, RelayFailed):  # nobody's admission: an exit, staff's order, a hold
                turn.fault(Fault.RELAY, event.why)
            return
        if isinstance(event, BalanceAnswered) and attempt.state is State.CHECKING:
            known = self._of_voucher(event.outcome.voucher_code) if isinstance(event.outcome, Balance) else None
            if known is not None:
                # A ShortCode turned out to be a voucher whose earlier charge is not finished: that one comes first.
                known.begun, known.verdict_due, known.code = attempt.begun, attempt.verdict_due, attempt.code
                attempt.close()
                attempt.verdict_due = None
                self._resume(known, turn)
                return
        released = isinstance(event, Opened) and attempt.state is State.RELEASING
        handle(attempt, event, turn)
        if attempt.goes_on:
            self._go_on(attempt, turn)
        if released:
            codes = frozenset({str(attempt.code), str(attempt.voucher_code)})
            self._last = _LastAdmitted(attempt.id, codes, turn.at.mono)

    def _go_on(self, attempt: Attempt, turn: Turn) -> None:
        """An earlier attempt charged nothing, as has just been found: serve its visitor anew."""
        attempt.goes_on = False
        if self.faults:
            self._refuse_out_of_service(Code(attempt.voucher_code), turn)
        else:
            # By the code in the visitor's hand, so that the scanner's reading it twice is a repeat and no other person.
            self._begin(attempt.code, turn, attempt.begun)

    def _passage(self, event: PassageSensed, turn: Turn) -> None:
        if self.policy.passage_seconds is None:
            return
        now, last = turn.at.mono, self._last
        if self.lane is not None and self.lane.state is State.RELEASED:
            handle(self.lane, event, turn)
            if last is not None:
                self._last = _LastAdmitted(last.attempt, last.codes, last.at, passed=now)
            return
        if turn.is_held_open:
            return  # the way is free for everybody
        if self.contacts.passed(turn):
            return
        follows = last is not None and last.passed is not None and now < last.passed + TAILGATE_SECONDS
        after = last.attempt if last is not None and follows else ""
        attempt_id, incident = self.numbering.next()
        turn.write(StrayPassage(attempt_id, 0, turn.at.wall, incident, after))
        turn.note(f"passage=stray tailgating={'yes' if follows else 'no'} incident={incident}", alarm=True)

    def _time_passed(self, event: TimePassed, turn: Turn) -> None:
        now = turn.at.mono
        for attempt in tuple(self.unfinished.values()):
            if attempt.wake_at is not None and now >= attempt.wake_at:
                handle(attempt, event, turn)
        self.contacts.time_passed(turn)
        if self._waiting is not None and now >= self._waiting.lapses:
            code, self._waiting = self._waiting.code, None
            turn.note(f"verdict=refused reason=lane_busy voucher={mask(code)}")
            if not self._somebody_waits:
                self._refuse_unserved(MessageKind.LANE_BUSY, code, turn)
        if self._writes.retry_at is not None and now >= self._writes.retry_at:
            turn.try_journal()

    # -- the journal

    def _write_ended(self, event: Written | WriteFailed, turn: Turn) -> None:
        pending = self._writes.pending.pop(event.ticket, None)
        if pending is None:
            return
        if isinstance(event, WriteFailed):
            self._writes.failed(event.ticket, pending.facts, turn.at.mono)
            turn.fault(Fault.JOURNAL, event.why)
        elif self._writes.worked(event.ticket):
            turn.write_backlog()
            self._clear(Fault.JOURNAL, turn)
        waiting = self.unfinished.get(pending.waiting) if pending.waiting is not None else None
        if waiting is not None:
            handle(waiting, event, turn)

    # -- faults, and what follows every event

    def _clear(self, fault: Fault, turn: Turn) -> None:
        if self.faults.pop(fault, None) is not None:
            turn.note(f"fault=cleared what={fault.name.lower()}")

    def _finish(self, turn: Turn) -> None:
        for fault in turn.cleared:
            self._clear(fault, turn)
        for fault, why in turn.raised:
            if self.faults.get(fault) != why:
                turn.note(f"fault=raised what={fault.name.lower()} why={why!r}", alarm=True)
            self.faults[fault] = why
            if fault is Fault.JOURNAL:
                self._writes.distrust(turn.at.mono)
        self._drop_closed()
        free = max(self._shown.readable_until, self._movement.until)
        if self._waiting is not None and self.lane is None and turn.at.mono >= free:
            code, self._waiting = self._waiting.code, None
            if self.faults:
                self._refuse_out_of_service(code, turn)
            else:
                self._start(code, turn)
            self._drop_closed()
        is_held_open = not HOLDS.isdisjoint(self.faults)
        if way_changed := is_held_open is not turn.is_held_open:
            self._shown.way_changed(is_held_open=is_held_open)
        # An alarm does not wait until whoever was let in has gone through.
        if self.lane is None or (way_changed and not self._somebody_waits):
            turn.rest(self.faults)

    def _drop_closed(self) -> None:
        for attempt in [a for a in self.unfinished.values() if a.state is State.CLOSED]:
            del self.unfinished[attempt.id]
        if self.lane is not None and not self.lane.holds_lane:
            self.lane = None


def _told_unserved(a: Attempt) -> MessageKind | None:
    """Return what a scan of its voucher is told that cannot be served just now; None where no money is on its way."""
    if a.state is State.CREDIT and a.unproven:
        return MessageKind.BEING_CHECKED  # it may have been given back before the crash
    return _UNSERVED.get(a.state)
