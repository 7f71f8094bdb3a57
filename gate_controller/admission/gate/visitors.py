"""
One lane, one person: who is being served, who waits, who was admitted last, and whose money is still on its way.

Every scan gets its answer here: what is no voucher, a repeat, a busy lane and a gate out of service at once; else an
attempt begins, or the one that still has this voucher's money goes on. What an attempt does then stands in
`transitions.py`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from math import ceil

from gate_controller.admission.attempt import recovery, refund, serving
from gate_controller.admission.attempt.attempt import Attempt
from gate_controller.admission.attempt.shown import worst
from gate_controller.admission.attempt.states import (
    Admitting,
    Auditing,
    Checking,
    Closed,
    Credit,
    InDoubt,
    Refunding,
    RefundWaiting,
    Releasing,
    put_off,
)
from gate_controller.admission.attempt.transitions import handle
from gate_controller.admission.attempt.turn import Turn
from gate_controller.admission.gate.presentations import Presentation, Presentations
from gate_controller.admission.gate.unserved import told_unserved
from gate_controller.admission.words.calls import Balance, BalanceAnswered
from gate_controller.admission.words.codes import Code, NotAVoucher, VoucherCode, mask, read_code
from gate_controller.admission.words.events import (
    AttemptEvent,
    Event,
    Opened,
    PassageSensed,
    RelayFailed,
    Rescanned,
    TimePassed,
    WriteFailed,
    Written,
)
from gate_controller.admission.words.facts import Fact, StrayPassage
from gate_controller.admission.words.ids import AttemptId
from gate_controller.admission.words.messages import Fault, MessageKind
from gate_controller.admission.words.policy import WAIT_LAPSES_SECONDS

# Unfinished attempts of the last run are looked up this far apart: about what one look-up takes on a slow network.
RECOVERY_STEP_SECONDS = 0.5

# A passage this soon after the one that used the admission is somebody following through.
TAILGATE_SECONDS = 5.0


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
class Visitors:
    """Everybody with whose scan or money the gate has work. Times are monotonic."""

    unfinished: dict[AttemptId, Attempt] = field(default_factory=dict)
    lane: Attempt | None = None
    """Who is being served, or for whom the gate is open."""
    waiting: _Waiting | None = None
    """The one scan that waits for the lane."""
    _last: _LastAdmitted | None = None
    _presentations: Presentations = field(default_factory=Presentations)

    @property
    def await_verdict(self) -> bool:
        """Whether the display belongs to a visitor who still waits for his verdict."""
        return self.lane is not None and self.lane.verdict_due is not None

    def is_taken(self, turn: Turn) -> bool:
        """Whether somebody is being served, or the gate is still open or closing for somebody."""
        return self.lane is not None or turn.at.mono < turn.movement.until

    def of_voucher(self, voucher_code: VoucherCode) -> Attempt | None:
        """Return the attempt that still has this voucher's money on its way, if there is one."""
        if not voucher_code:
            return None
        # One that is only audited has come to its end: whoever holds the voucher is served as always.
        ways = (a for a in self.unfinished.values() if not isinstance(a.state, Auditing))
        return next((a for a in ways if a.voucher_code == voucher_code), None)

    # -- scans

    def scanned(self, frame: bytes, turn: Turn) -> None:
        """Take a scan."""
        code = read_code(frame)
        if isinstance(code, NotAVoucher):
            turn.note(f"verdict=refused reason=not_a_voucher why={code.why!r}")
            # Junk behind a voucher's code must not take from its visitor what he is being told.
            if not self.await_verdict and not self.is_open and not turn.shown.tells_of_money(turn.at.mono):
                turn.show(MessageKind.NOT_A_VOUCHER)
            return
        if self._is_repeat(code, turn):
            return
        if Fault.STOPPING in turn.faults or (turn.faults and not self.await_verdict):
            self._refuse_out_of_service(code, turn)
        elif self.waiting is not None or self.is_taken(turn):
            self._wait(code, turn)
        else:
            self._start(code, turn)

    def serve_next(self, turn: Turn) -> None:
        """Take the scan that waits for the lane."""
        if self.waiting is None:
            return
        code, self.waiting = self.waiting.code, None
        if turn.faults:
            self._refuse_out_of_service(code, turn)
        else:
            self._start(code, turn)

    def stop(self, turn: Turn) -> None:
        """Refuse whoever waits, at once; who has the lane is served to the end."""
        if self.waiting is not None:
            code, self.waiting = self.waiting.code, None
            self._refuse_out_of_service(code, turn)

    def let_lapse(self, turn: Turn) -> None:
        """Refuse a scan that has waited for the lane too long."""
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
        if lane is not None and lane.verdict_due is not None and code in {lane.code, lane.voucher_code}:
            turn.note(f"scan=repeated voucher={mask(code)}")
            return True
        known = self.of_voucher(VoucherCode(code))
        if presented.is_admitted:
            turn.note(f"scan=repeated voucher={mask(code)} why='it has not been taken away'")
            if lane is None:
                self._tell_still_there(known, presented, turn)
            return True
        if last is None or code not in last.codes or (known is not None and known is not lane):
            return False
        is_open = self.is_open and lane is not None and lane.id == last.attempt
        is_before_passage = is_open and turn.policy.passage_seconds is not None
        if not is_before_passage and now >= last.at + turn.policy.repeat_seconds:
            return False
        turn.note(f"verdict=refused reason=already_admitted voucher={mask(code)}")
        if is_open:
            turn.show(MessageKind.ALREADY_ADMITTED)
        elif not self.await_verdict:
            self._tell_to_wait(presented, turn)
        return True

    def _tell_still_there(self, known: Attempt | None, presented: Presentation, turn: Turn) -> None:
        """Tell of a code that still lies before the scanner what is true, each as long as it is shown once."""
        told = told_unserved(known) if known is not None else None
        if known is None or told is None:
            if not turn.shown.is_telling(MessageKind.SCAN_AGAIN_LATER, turn.at.mono):
                self._tell_to_wait(presented, turn)
            return
        if isinstance(known.state, Credit) and known.state.is_proven:
            told = MessageKind.NOBODY_PASSED
        if not turn.shown.is_telling(told, turn.at.mono):
            turn.show(told, incident=known.incident, price=known.price)

    def _tell_to_wait(self, presented: Presentation, turn: Turn) -> None:
        until = presented.lasts_until
        if self._last is not None:
            until = max(until, self._last.at + turn.policy.repeat_seconds)
        turn.show(MessageKind.SCAN_AGAIN_LATER, seconds=max(2, ceil(until - turn.at.mono)))

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
            self.waiting = _Waiting(code, turn.at.mono + WAIT_LAPSES_SECONDS)
        turn.show(MessageKind.ONE_MOMENT)

    def _start(self, code: Code, turn: Turn) -> None:
        known = self.of_voucher(VoucherCode(code))
        if known is None:
            self._begin(code, turn)
            return
        known.serve(turn)
        known.code = code
        self._resume(known, turn)

    def _begin(self, code: Code, turn: Turn, since: float | None = None) -> None:
        self.lane = Attempt(*turn.names.next(), code)
        self.unfinished[self.lane.id] = self.lane
        serving.begin(self.lane, turn, since)

    def _resume(self, attempt: Attempt, turn: Turn) -> None:
        self.lane = attempt
        self._take(attempt, Rescanned(turn.at, attempt.id), turn)

    # -- what attempts wait for

    def recover(self, histories: Iterable[Sequence[Fact]], turn: Turn, *, is_foreign: bool = False) -> None:
        """Take up the attempts of the journal with which the gate has still work, each with its facts in order."""
        for place, facts in enumerate(facts for facts in histories if recovery.is_resumed(facts)):
            attempt = recovery.take_up(facts, turn, is_foreign=is_foreign)
            if isinstance(attempt.state, InDoubt | RefundWaiting):
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
            codes = frozenset({str(attempt.code), str(attempt.voucher_code)})
            self._last = _LastAdmitted(attempt.id, codes, turn.at.mono)
            self._presentations.admitted(codes)

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
            del self.unfinished[attempt.id]
        if attempt is self.lane and not attempt.holds_lane:
            self.lane = None
        if turn.anew == attempt.id:
            self._go_on(attempt, turn)

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
        """A refund or an errand of a voucher begins or ends: an answer of Balance under way may be from before."""
        if self.lane is not None and isinstance(self.lane.state, Checking):
            self.lane.state = replace(self.lane.state, crossed=self.lane.state.crossed | {voucher_code})

    def _hand_over(self, attempt: Attempt, known: Attempt, turn: Turn) -> None:
        """A ShortCode turned out to be a voucher whose earlier charge is not finished: that one comes first."""
        known.begun, known.verdict_due, known.code = attempt.begun, attempt.verdict_due, attempt.code
        serving.handed_over(attempt, known, turn)
        del self.unfinished[attempt.id]
        self._resume(known, turn)

    def _go_on(self, attempt: Attempt, turn: Turn) -> None:
        """An earlier attempt charged nothing, as has just been found: serve its visitor anew."""
        turn.anew = None
        if turn.faults.keys() - {Fault.STOPPING}:  # a gate that stops serves him to the end
            self._refuse_out_of_service(Code(attempt.voucher_code), turn)
        else:
            # By the code in the visitor's hand, so that the scanner's reading it twice is a repeat and no other person.
            self._begin(attempt.code, turn, attempt.begun)

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
