"""
The gate: what happens goes to whoever decides about it, and what follows every event is seen to.

`handle` takes an event and returns the commands to carry out, in order; `wake_at` says when it wants `TimePassed`.
Whose turn it is stands in `visitors.py`; what an attempt does with an event in `transitions.py`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import field

from gate_controller.admission.attempt.attempt import Attempt
from gate_controller.admission.attempt.free_days import FreeDays
from gate_controller.admission.attempt.movement import Movement
from gate_controller.admission.attempt.outage import Outage, is_answer
from gate_controller.admission.attempt.sensing import Sensing
from gate_controller.admission.attempt.shown import Shown, worst
from gate_controller.admission.attempt.states import Admitting, Releasing, Timed
from gate_controller.admission.attempt.turn import Turn
from gate_controller.admission.attempt.writes import Writes
from gate_controller.admission.gate.contacts import Contacts
from gate_controller.admission.gate.errands import Errands, is_errand
from gate_controller.admission.gate.next_scan import PURPOSE_BUTTONS
from gate_controller.admission.gate.occupancy import COUNTED, Occupancy
from gate_controller.admission.gate.orders import Orders
from gate_controller.admission.gate.price_record import PriceRecord
from gate_controller.admission.gate.regimes import Regimes
from gate_controller.admission.gate.visitors import Visitors
from gate_controller.admission.words.codes import VoucherCode
from gate_controller.admission.words.commands import Command
from gate_controller.admission.words.events import (
    AttemptEvent,
    ContactChanged,
    DayBegan,
    DayRecalled,
    Event,
    FaultCleared,
    FaultRaised,
    Instant,
    OccupancyOrdered,
    Opened,
    Order,
    PassageSensed,
    RelayFailed,
    Rescanned,
    Scanned,
    SensorChanged,
    SensorFailed,
    Stopping,
    TimePassed,
    WriteFailed,
    Written,
)
from gate_controller.admission.words.facts import Fact, RegimeBegun
from gate_controller.admission.words.frozen import slotted
from gate_controller.admission.words.ids import Numbering
from gate_controller.admission.words.messages import BARRING, HOLDS, Fault, MessageKind
from gate_controller.admission.words.policy import Policy
from gate_controller.admission.words.revision import RevisionOrdered

_NOTHING_AT_DESK: frozenset[VoucherCode] = frozenset()


@slotted
class Gate:
    """A gate's whole memory between events. Times inside are monotonic."""

    policy: Policy
    numbering: Numbering
    faults: dict[Fault, str] = field(default_factory=dict)
    """Why the gate is out of service, each with words for the log; empty while it takes scans."""
    visitors: Visitors = field(default_factory=Visitors)
    contacts: Contacts = field(default_factory=Contacts)
    regimes: Regimes = field(default_factory=Regimes)
    errands: Errands = field(default_factory=Errands)
    occupancy: Occupancy = field(default_factory=Occupancy)
    _orders: Orders = field(default_factory=Orders)
    _writes: Writes = field(default_factory=Writes)
    _movement: Movement = field(default_factory=Movement)
    _shown: Shown = field(default_factory=Shown)
    _sensing: Sensing = field(default_factory=Sensing)
    outage: Outage = field(default_factory=Outage)
    _free_days: FreeDays = field(default_factory=FreeDays)
    _prices: PriceRecord = field(default_factory=PriceRecord)
    _price_until: float | None = None
    """Monotonic time at which the price on the idle display may be another; None: it is always the same."""
    _untold: set[Fault] = field(default_factory=set)
    """Faults of which the log has not been told."""

    @property
    def lane(self) -> Attempt | None:
        """Who is being served, or for whom the gate is open."""
        return self.visitors.lane

    @property
    def is_open(self) -> bool:
        """Whether it is open for an admission, or its own contact says that it still is."""
        lane = self.visitors.lane
        return bool(self._movement.is_open) or (lane is not None and isinstance(lane.state, Releasing | Admitting))

    @property
    def is_held_open(self) -> bool:
        """Whether the gate stands open for everybody."""
        return not HOLDS.isdisjoint(self.faults)

    @property
    def wake_at(self) -> float | None:
        """Monotonic time at which the gate has something to do by itself; None: nothing, however long it takes."""
        visitors = self.visitors
        times = [self._writes.retry_at, *self._movement.due.values()]
        if self.regimes.now is not None:
            times.append(self.regimes.wake_at)
        if self.errands.unfinished:
            times.append(self.errands.wake_at)
        times.append(self.outage.probe_at)
        if self.policy.passage_seconds is not None:
            times.append(self._sensing.wake_at(self.policy))
        for attempt in visitors.unfinished.values():
            state = attempt.state
            times += (attempt.verdict_due, state.timer if isinstance(state, Timed) else None)
        if visitors.waiting is not None:
            times.append(visitors.waiting.lapses)
        if visitors.next_scan.chosen is not None:
            times.append(visitors.next_scan.chosen.lapses)
        if visitors.lane is None:
            if visitors.collection is not None:
                times.append(visitors.collection.lapses)
            is_wanted = visitors.waiting is not None or (visitors.party is not None and not visitors.party.is_over)
            times += (self._shown.until, self._free_at if is_wanted else None, self._price_until)
        return min((time for time in times if time is not None), default=None)

    @property
    def _free_at(self) -> float:
        """When the next visitor may be served, if nobody has the lane."""
        return max(self._shown.readable_until, self._movement.until)

    @property
    def readable_until(self) -> float:
        """Until when a refusal on the display must be left for its visitor to read; monotonic."""
        return self._shown.readable_until

    @property
    def unrecorded(self) -> tuple[Fact, ...]:
        """What a failing journal has not taken: written in a last try before the gate ends."""
        return self._writes.unrecorded()

    def starts_with(self, fault: Fault, why: str) -> None:
        """Hold a fault that every gate starts or ends with: nobody needs to hear of it, nor of its end."""
        self.faults[fault] = why
        self._untold.add(fault)

    def recover(
        self,
        at: Instant,
        histories: Iterable[Sequence[Fact]],
        *,
        is_foreign: bool = False,
        recent: Iterable[Sequence[Fact]] = (),
        prices: str | None = None,
    ) -> tuple[Command, ...]:
        """
        Take up the unfinished attempts of the journal, each with its facts in order. Never moves the relay.

        `is_foreign`: it came from another machine, and a person decides about each. `recent` are the free entries and
        the outages of the last days, the oldest first; `prices` is the price list that the journal remembers.
        """
        turn = self._turn(at)
        histories = tuple(histories)
        orders = [facts for facts in histories if isinstance(facts[0], RegimeBegun)]
        attempts = [facts for facts in histories if not isinstance(facts[0], RegimeBegun) and not is_errand(facts)]
        self.errands.recover(histories, turn, is_foreign=is_foreign)
        self.visitors.recover(attempts, turn, is_foreign=is_foreign)
        recent = tuple(recent)
        self._free_days.recall(recent, self.policy.tariff)
        self.outage.recall(recent, turn)
        self.regimes.recover(orders, turn, is_foreign=is_foreign)
        if prices is not None:
            self._prices.recalled(prices, turn)
        self.contacts.record_early(turn)
        self._faults_changed(turn)
        self.occupancy.take(turn.wrote)
        return tuple(turn.commands)

    def handle(self, event: Event) -> tuple[Command, ...]:  # noqa: C901, PLR0912, PLR0915 - a case for each event
        """Take an event, and return what is to be done about it, in order."""
        turn = self._turn(event.at)
        was_open = self.is_open
        if self.regimes.now is not None:
            self.regimes.follow_clock(event.at)
        if self.policy.tariff.is_dated:
            self._prices.look(turn)
        match event:
            case Scanned():
                self.visitors.scanned(event.frame, turn)
            case TimePassed():
                self._time_passed(event, turn)
            case Written() | WriteFailed():
                self._write_ended(event, turn)
            case Stopping():
                self.starts_with(Fault.STOPPING, "it is being stopped")
                self.visitors.stop(turn)
            case SensorChanged() | SensorFailed():
                self._sensed(event, turn)
            case ContactChanged():
                if self.contacts.changed(event, turn) and (purpose := PURPOSE_BUTTONS.get(event.contact)) is not None:
                    self.visitors.press(purpose, event.contact.value, turn)
            case DayBegan() | DayRecalled() | OccupancyOrdered():
                self.occupancy.told(event, turn)
            case RevisionOrdered():
                self._prices.ordered(event, turn)
            case Order():
                self._orders.given(event, turn, self.visitors, self.contacts, self.regimes, self.errands)
            case FaultRaised(_, fault, why):
                turn.fault(fault, why)
            case FaultCleared(_, fault):
                turn.clear(fault)
                if fault is Fault.RELAY:
                    self.contacts.hold_again(turn)
            case Rescanned() | PassageSensed():
                pass  # the gate itself tells its attempts
            case Opened() | RelayFailed():
                self.contacts.moved(event, turn)
                self._orders.moved(event, turn, self.visitors, self.regimes, self.errands)
                self.visitors.answered(event, turn)
            case AttemptEvent():
                if self.outage.probe_at is not None and is_answer(event):
                    self.outage.ends(turn)
                if event.attempt in self.errands.unfinished:
                    self.errands.answered(event, turn, self.visitors)
                else:
                    self.visitors.answered(event, turn)
            case _:
                raise TypeError(f"not an event: {event!r}")
        if was_open and not self.is_open:
            # Not before its relay is at rest again: a lane may be free sooner.
            self._shown.gate_shuts(self._movement.until - self.policy.closing_seconds)
        # Whoever is served in the same turn comes after those who have just gone in.
        counted = self._count(turn.wrote, turn)
        self._finish(turn)
        self.visitors.collection = turn.collection
        self._count(turn.wrote[counted:], turn)
        return tuple(turn.commands)

    def _count(self, facts: Sequence[Fact], turn: Turn) -> int:
        """Count who has come and gone by these facts, and return how many facts they are."""
        if counted := [fact for fact in facts if isinstance(fact, COUNTED)]:
            self.occupancy.take(counted)
            turn.is_full = self.occupancy.is_full(self.policy.most_inside)
        return len(facts)

    def _turn(self, at: Instant) -> Turn:
        memory = self._writes, self._movement, self._shown
        return Turn(
            self.policy,
            at,
            self.numbering,
            *memory,
            self.faults,
            self._barred,
            self._sensing,
            self.regimes.now,
            self.errands.vouchers if self.errands.unfinished else _NOTHING_AT_DESK,
            self.visitors.collection,
            is_full=self.policy.most_inside > 0 and self.occupancy.is_full(self.policy.most_inside),
            outage=self.outage,
            free_days=self._free_days,
        )

    @property
    def _barred(self) -> Fault | None:
        return next((fault for fault in BARRING if fault in self.faults), None) if self.faults else None

    def _time_passed(self, event: TimePassed, turn: Turn) -> None:
        if self.policy.passage_seconds is not None and self._sensing.time_passed(turn.at.mono, self.policy):
            self._passage(turn)
        self.visitors.time_passed(event, turn)
        if self.errands.unfinished:
            self.errands.time_passed(event, turn, self.visitors)
        if self.outage.probe_at is not None:
            self.outage.time_passed(turn)
        if self._movement.due:
            self.contacts.time_passed(turn)
        self.visitors.let_lapse(turn)
        if self.visitors.next_scan.chosen is not None:
            self.visitors.next_scan.let_lapse(turn)
        if self.regimes.now is not None:
            self.regimes.time_passed(turn)
        if self._writes.retry_at is not None and turn.at.mono >= self._writes.retry_at:
            turn.try_journal()

    # -- the passage sensor

    def _sensed(self, event: SensorChanged | SensorFailed, turn: Turn) -> None:
        if self.policy.passage_seconds is None:
            return
        match event:
            case SensorFailed(_, why):
                self._sensing.failed(why)
            case SensorChanged(_, active, since) if active:
                if self._sensing.sees(since, turn.at.mono, self.policy):
                    self._passage(turn)
            case SensorChanged():
                if self._sensing.sees_nobody():
                    turn.note("passage=none why='it ended in the first instants after a release'", is_detail=True)

    def _passage(self, turn: Turn) -> None:
        # While the gate is held open, the way is free for everybody.
        if self.visitors.passed(PassageSensed(turn.at), turn) or turn.is_held_open or self.contacts.passed(turn):
            self._sensing.was_let_through()
        else:
            self.visitors.stray(turn)

    # -- the journal

    def _write_ended(self, event: Written | WriteFailed, turn: Turn) -> None:
        pending = self._writes.pending.pop(event.ticket, None)
        if pending is None:
            return
        if isinstance(event, WriteFailed):
            self._writes.failed(event.ticket, pending.facts, turn.at.mono)
            turn.fault(Fault.JOURNAL, event.why)
        else:
            self._writes.written(pending)
            if self._writes.failing and self._writes.worked(event.ticket):
                turn.write_backlog()
                self._clear(Fault.JOURNAL, turn)
        if pending.waiting is not None:
            if pending.waiting in self.errands.unfinished:
                self.errands.write_ended(pending.waiting, event, turn, self.visitors)
            else:
                self.visitors.write_ended(pending.waiting, event, turn)

    # -- faults, and what follows every event

    def _finish(self, turn: Turn) -> None:
        if self.policy.passage_seconds is not None:
            turn.tell_of_sensor()
        way_changed = self._faults_changed(turn) if turn.raised or turn.cleared else False
        visitors = self.visitors
        if turn.collection is not None:
            self._look_at_collection(turn)
        if visitors.party is not None and visitors.lane is None:
            visitors.go_on_with_party(turn, is_free=turn.at.mono >= self._free_at)
        is_idle = visitors.lane is None and turn.collection is None and visitors.next_scan.chosen is None
        if is_idle and self._prices.revision is not None:
            self._revise(turn)
        if visitors.waiting is not None and visitors.lane is None and turn.at.mono >= self._free_at:
            visitors.serve_next(turn)
        if way_changed:
            self._shown.way_changed(is_held_open=turn.is_held_open)
        if visitors.next_scan.chosen is not None and self.faults:
            visitors.next_scan.out_of_service(turn)
        # An alarm does not wait until whoever was let in has gone through.
        if visitors.lane is None or (way_changed and not visitors.await_verdict):
            chosen = visitors.next_scan.chosen
            turn.rest(None if chosen is None else visitors.next_scan.invitation(self.policy, turn.at.wall))
            tariff = self.policy.tariff
            within = tariff.changes_within(turn.at.wall) if tariff.is_timed else None
            self._price_until = None if within is None else turn.at.mono + within

    def _revise(self, turn: Turn) -> None:
        """Go by other settings: nobody is being served, and nobody has been told what he will pay."""
        party = self.visitors.party
        if (party is None or party.is_over) and (policy := self._prices.next_policy(turn)) is not None:
            self.policy = turn.policy = policy

    def _look_at_collection(self, turn: Turn) -> None:
        """Hold no voucher any more that could not be charged in the end, or whose balance may be another by now."""
        visitors = self.visitors
        if turn.collection is None:
            return
        if turn.faults and visitors.lane is None:
            visitors.end_collection(turn, MessageKind.REFUSED_OUT_OF_SERVICE, worst(turn.faults))
            return
        for one in turn.collection.held:
            if self.errands.in_the_way(one.voucher_code, visitors) is not None:
                visitors.end_collection(turn, MessageKind.AT_THE_DESK)
                return

    def _faults_changed(self, turn: Turn) -> bool:
        """Take the faults that came and went; say whether the gate stands open for everybody now, or no more."""
        was_held_open = turn.is_held_open
        for fault in turn.cleared:
            self._clear(fault, turn)
        for fault, why in turn.raised:
            self._raise(fault, why, turn)
        turn.barred = self._barred
        return turn.is_held_open is not was_held_open

    def _raise(self, fault: Fault, why: str, turn: Turn) -> None:
        if self.faults.get(fault) != why:
            turn.note(f"fault=raised what={fault.name.lower()} why={why!r}", alarm=True)
            self._untold.discard(fault)
        self.faults[fault] = why
        if fault is Fault.JOURNAL:
            self._writes.distrust(turn.at.mono)

    def _clear(self, fault: Fault, turn: Turn) -> None:
        if self.faults.pop(fault, None) is not None and fault not in self._untold:
            turn.note(f"fault=cleared what={fault.name.lower()}")
        self._untold.discard(fault)
