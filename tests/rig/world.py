"""
The pure core in a modelled world: E-GUMA, the network, the disk, the clocks, the relay and the people.

`play` runs a schedule (`schedule.py`), then lets everything heal and runs on until the gate has nothing left to do, and
returns what it saw; `promises.py` says what must be so, on the way and at the end. Nothing here is random.
"""

import heapq
import traceback
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import count
from typing import Any

from gate_controller.admission.attempt.evidence import learn_user
from gate_controller.admission.gate.gate import Gate
from gate_controller.admission.gate.occupancy import COUNTED
from gate_controller.admission.gate.price_record import first_list
from gate_controller.admission.words import commands as do
from gate_controller.admission.words import events as on
from gate_controller.admission.words.calls import (
    AskBalance,
    AskRedemptions,
    BalanceAnswered,
    CallFailed,
    Cancel,
    CancelAnswered,
    Redeem,
    RedeemAnswered,
    Redemptions,
    RedemptionsAnswered,
)
from gate_controller.admission.words.codes import Code, read_code
from gate_controller.admission.words.desk_calls import (
    Activate,
    AskActivation,
    AskDeactivation,
    CancelPart,
    Deactivate,
    TopUp,
)
from gate_controller.admission.words.facts import Intended, PricesChanged
from gate_controller.admission.words.ids import NOBODY, AttemptId, Numbering, OrderId
from gate_controller.admission.words.info_calls import AskInfo, InfoAnswered
from gate_controller.admission.words.messages import Fault
from gate_controller.admission.words.money import Cents, Currency
from gate_controller.admission.words.policy import Policy
from gate_controller.admission.words.revision import RevisionOrdered
from gate_controller.admission.words.ticket_calls import AskTicket, CheckIn, CheckOut
from tests.rig import steps as plan
from tests.rig.modelled_desk import ModelledDesk
from tests.rig.modelled_disk import Disk, UnderWay
from tests.rig.modelled_network import Network
from tests.rig.modelled_sensor import Sensor
from tests.rig.modelled_server import OWN_USER, TILL_USER, ListHabit, Server
from tests.rig.modelled_tickets import REENTRY_SECONDS, TicketDesk
from tests.rig.promises import Pulse, Watch
from tests.rig.scanner_lines import ScannerLine
from tests.rig.schedule import Schedule
from tests.rig.steps import Call

GATE_ID, TAG = "gate1", "TAG0"
EPOCH = 1_700_000_000.0
STOP_SECONDS = 6.0  # as in app.py
MENDING_SECONDS = 5.0
HEALTHY_SECONDS = 2 * 3600.0
# As in runner.py and eguma/api.py: how far around an attempt the list is asked, and counted in the journal.
MARGIN, BEHIND_UTC, AHEAD_OF_UTC = 24 * 3600.0, 12 * 3600.0, 14 * 3600.0


class _PowerIsCut(Exception):
    """The process dies here."""


@dataclass(slots=True)
class Outcome:
    """What a schedule came to."""

    schedule: Schedule
    violations: list[str] = field(default_factory=list)
    trace: list[str] = field(default_factory=list)
    admissions: int = 0
    equations: int = 0
    """Whether the books were added up, and came out even: not where an excuse was counted."""
    contributions: int = 0
    """Charges beside the one that opened the gate, where several vouchers paid for one admission."""
    charges: int = 0
    refunds: int = 0
    open_items: int = 0
    power_cuts: int = 0
    readings: int = 0
    """How often the scanner read something that it sent as bytes."""
    dropped_lines: int = 0
    met: set[object] = field(default_factory=set)
    """The kinds of event and fact, the messages and the evidence that came up."""
    commands: int = 0
    events: int = 0
    unrecorded_pulses: int = 0
    """Power cuts between a pulse and its record: the one place where a visitor may enter twice (design.md)."""
    misread_drops: int = 0
    """Another till's redemption taken for the charge in doubt, where the list was no help (design.md)."""
    free_entries: int = 0
    hidden_charges: int = 0
    """Another till gave back what the lost charge had taken, and the list was no help: "not charged" (design.md)."""
    errands: int = 0
    mistaken_errands: int = 0
    """Another till moved the same amount while an errand's fate was looked up by the balance (docs/money.md)."""
    ticket_entries: int = 0
    ticket_exits: int = 0
    mistaken_entries: int = 0
    """What another gate did to a ticket in the seconds of a lost answer, taken for this gate's (design.md)."""
    forgotten_cancels: int = 0
    """
    Cancelled on a failing disk, crashed, and the charge seemed to stand: another till had taken the same amount, or the
    cancellation took effect only later (docs/money.md).
    """


def play(schedule: Schedule, *, tracing: bool = False) -> Outcome:
    """Run a schedule to its end and return what it came to."""
    return World(schedule, tracing=tracing).run()


class World:
    """One schedule under way."""

    def __init__(self, schedule: Schedule, *, tracing: bool = False) -> None:
        self.setup = schedule.setup
        self.outcome = Outcome(schedule)
        self.now = 0.0
        self.up = True
        self.server = Server(schedule.setup.habits)
        self.disk = Disk()
        self.desk = ModelledDesk(self)
        self.ticket_desk = TicketDesk(self, EPOCH)
        self.watch = Watch(self)
        self._tracing = tracing
        self._agenda: list[tuple[float, int, int, Callable[[], None]]] = []
        self._agenda_places = count()
        self._order_names = count()
        self._life = 0
        self._boot = 0
        self._network = Network(self)
        self._is_healed = False
        self._relay_works = True
        self._scanner_works = True
        self._turns_away = 0
        self._line = ScannerLine(self, self.setup.scanner)
        self._sensor = Sensor(self, is_fitted=self.setup.sensor)
        self._active: set[on.Contact] = set()
        self._cut: plan.PowerCut | None = None
        self._commands_left = 0
        self._price = plan.PRICE
        self._user, self._till_user = OWN_USER, TILL_USER
        # A user is learnt from a list, or not at all.
        shows = self.setup.habits.list not in {ListHabit.EMPTY, ListHabit.REFUSED}
        self._known_user = OWN_USER if self.setup.own_user_known and shows else None
        self._charged_after = 0
        self._wall_error = 0.0
        self._clock_known = True
        self._mono_zero = -1_000.0
        self._mending: set[Fault] = set()
        self._inbox: deque[on.Event] = deque()
        self.gate = self._new_gate(0)
        self._first_prices = first_list(self.gate.policy)
        self.gate.recover(self.instant(), (), prices=self._first_prices)

    # -- time

    def instant(self) -> on.Instant:
        """Return this moment on the gate's two clocks."""
        return on.Instant(self.now - self._mono_zero, EPOCH + self.now + self._wall_error, is_sure=self._clock_known)

    def later(self, seconds: float, happens: Callable[[], None], *, outlives: bool = False) -> None:
        """Let something happen; what does not outlive the process is lost with it."""
        life = -1 if outlives else self._life
        heapq.heappush(self._agenda, (self.now + max(seconds, 0.0), next(self._agenda_places), life, happens))

    def run(self) -> Outcome:
        """Play all steps, heal, come to rest, check the books."""
        self._report_contacts()
        time = 0.0
        for step in self.outcome.schedule.steps:
            time += step.after
            self.later(time, lambda step=step: self._step(step), outlives=True)  # type: ignore[misc]  # bound early
        self._run_until(time + 1.0)
        self._heal()
        self._run_until(self.now + HEALTHY_SECONDS)
        self.watch.at_rest()
        self.outcome.readings, self.outcome.dropped_lines = self._line.readings, self._line.dropped
        return self.outcome

    def reference(self, attempt: AttemptId) -> str:
        """Return what names an attempt at E-GUMA."""
        return f"{GATE_ID}{attempt}"

    def was_doubled(self, attempt: AttemptId) -> bool:
        """Whether the charge of this attempt was sent twice on the way."""
        return self.reference(attempt) in self._network.doubled

    def was_sent_twice(self, name: str) -> bool:
        """Whether the call of this name was sent twice on the way."""
        return name in self._network.doubled

    def effects_under_way(self, attempt: AttemptId) -> bool:
        """Whether a charge for this attempt will still take effect at E-GUMA."""
        return self.reference(attempt) in self._network.effects

    def _run_until(self, end: float) -> None:
        while not self.outcome.violations:
            due = self._agenda[0][0] if self._agenda else None
            wake = self._wake()
            upcoming = min((at for at in (due, wake) if at is not None), default=end)
            if upcoming > end:
                break
            self.now = max(self.now, upcoming)
            if due is not None and due <= self.now:
                _, _, life, happens = heapq.heappop(self._agenda)
                if life in {-1, self._life}:
                    happens()
            elif wake is not None:
                moment, asked = self.instant(), self.gate.wake_at or 0.0
                # Sums of two clocks' times are off by a rounding: never before the moment asked for.
                self.post(on.TimePassed(replace(moment, mono=max(moment.mono, asked))))
                again = self.gate.wake_at
                if self.up and again is not None and again <= max(moment.mono, asked):
                    self.watch.wrong(f"spins: wants to wake at {again}, and it is {self.instant().mono}")
            else:
                break
        self.now = max(self.now, end)

    def _wake(self) -> float | None:
        wake = self.gate.wake_at if self.up else None
        return None if wake is None else wake + self._mono_zero + self.setup.lateness

    def _heal(self) -> None:
        self._network.heal()
        self.disk.fates.clear()
        self._relay_works = True
        self._sensor.heal()
        self._active.clear()
        for contact in on.Contact:
            self.post(on.ContactChanged(self.instant(), contact, active=False))
        self._order(on.ResumeOrdered)
        self.post(on.DayBegan(self.instant()))
        self._cut = None
        self._is_healed = True
        self._plug_scanner(works=True)
        self.tell("all is well from here on")

    # -- steps

    def _step(self, step: plan.Step) -> None:  # noqa: C901, PLR0912, PLR0915 - one line for each kind of step
        self.tell(f"STEP {step}")
        match step:
            case plan.Scan(_, frame):
                self.watch.presented.wished(str(read_code(frame, takes_tickets=self.setup.takes_tickets)))
                self.scan(frame)
            case plan.Holds():
                self._line.hold(step)
            case plan.Noise():
                self._line.noise(step)
            case plan.Network():
                self._network.foretell(step)
            case plan.OutOfReach(_, seconds):
                self._network.out_of_reach(seconds)
            case plan.DiskTrouble(_, fate, seconds, writes):
                self.disk.fates.extend([(fate, seconds)] * writes)
            case plan.RelayTrouble(_, works):
                self._relay_works = works
            case plan.ScannerTrouble(_, works):
                self._plug_scanner(works=works)
            case plan.NobodyPasses():
                self._turns_away += 1
            case plan.StrayPassage():
                self._sensor.stray_passage()
            case plan.NoisyRelay(_, seconds):
                self._sensor.noise.append(seconds)
            case plan.SensorSticks():
                self._sensor.stick(step)
            case plan.ContactChanges(_, contact, active):
                (self._active.add if active else self._active.discard)(contact)
                self.post(on.ContactChanged(self.instant(), contact, active))
            case plan.StaffOpen():
                self._order(on.OpenOrdered, "school class")
            case plan.StaffResume():
                self._order(on.ResumeOrdered)
            case plan.TillRedeems(_, code, amount):
                self.server.redeem(code, amount, "", at=self.now, user=self._till_user)
            case plan.TillGivesBack(_, code):
                self.server.till_gives_back(code, at=self.now)
            case plan.OtherGateChecks(_, number, is_entry):
                tickets = self.ticket_desk.tickets
                (tickets.check_in if is_entry else tickets.check_out)(number, "", self.now)
            case plan.Reprices(_, price):
                self._price = price
                self._order(RevisionOrdered, self._policy(), "gate.toml")
            case plan.StaffCount(_, inside):
                self._order(on.OccupancyOrdered, inside)
            case plan.WallClockJumps(_, by):
                self._wall_error += by
            case plan.StaffRefunds(_, which):
                self._refund(which)
            case plan.StaffSettles(_, which):
                items = sorted(self.disk.open_items())
                if self.up and items:
                    self._settle(items[which % len(items)])
            case plan.StaffLetIn(_, which):
                items = sorted(self.disk.open_items())
                if self.up and items:
                    self._let_in(items[which % len(items)])
            case plan.StaffRule(_, regime, seconds):
                until = None if seconds is None else self.instant().wall + seconds
                self._order(on.RegimeOrdered, regime, "a school", until)
            case plan.StaffAdmits(_, code, persons):
                self._order(on.AdmitOrdered, Code(code), persons)
            case plan.StaffErrand():
                if self.up and (fields := self.desk.order(step)) is not None:
                    self._order(on.ErrandOrdered, *fields)
            case plan.StaffChooses(_, purpose):
                self._order(on.PurposeOrdered, purpose)
            case plan.StaffAdopt():
                self._order(on.AdoptOrdered, tuple(self.disk.facts(a) for a in sorted(self.disk.open_items())))
            case plan.Stop():
                self._stop(step)
            case plan.PowerCut():
                self._cut, self._commands_left = step, step.commands
                if self.up and step.commands == 0:
                    self._die()
            case _:
                raise TypeError(step)

    def scan(self, frame: bytes) -> None:
        """Let the gate take a scan."""
        if self.up:
            self.watch.scanned(frame)
            self.post(on.Scanned(self.instant(), frame))
            self.watch.scan_taken()

    def _refund(self, which: int) -> None:
        intended = [a for a in self.disk.attempts if self.disk.has(a, Intended)]
        if self.up and intended:
            facts = self.disk.facts(intended[which % len(intended)])
            self.watch.refund_ordered.add(facts[0].attempt)
            self._order(on.RefundOrdered, facts)

    def _settle(self, attempt: AttemptId) -> None:
        self.watch.settled.add(attempt)
        self._order(on.SettleOrdered, self.disk.facts(attempt), "looked at")

    def _let_in(self, attempt: AttemptId) -> None:
        self.watch.settled.add(attempt)
        self._order(on.LetInOrdered, self.disk.facts(attempt), "stood outside")

    def _order(self, kind: type[on.Order], *fields: Any) -> None:
        order = kind(self.instant(), OrderId(str(next(self._order_names))), "Anna", *fields)
        if self.up:
            self.watch.ordered(order.id)
            self.post(order)
            self.watch.order_handled(order.id)

    def _plug_scanner(self, *, works: bool) -> None:
        if works and not self._scanner_works:
            self.post(on.FaultCleared(self.instant(), Fault.SCANNER))
        elif not works:
            self.post(on.FaultRaised(self.instant(), Fault.SCANNER, "unplugged"))
        self._scanner_works = works
        self._line.plug(works=works)

    # -- the shell, as in runner.py

    def post(self, event: on.Event) -> None:
        """Let the gate handle an event, and what follows from it."""
        if not self.up:
            return
        self._inbox.append(event)
        if len(self._inbox) > 1:
            return
        try:
            while self._inbox:
                self.outcome.events += 1
                self.outcome.met.add(type(self._inbox[0]))
                if self._tracing:
                    self.tell(f"event {self._inbox[0]}")
                shows = self.watch.shows
                self._carry_out(self.gate.handle(self._inbox[0]))
                self._inbox.popleft()
                self.watch.handled(shows)
        except _PowerIsCut:
            self._die()
            return
        except Exception:  # noqa: BLE001 - whatever it is, it is what we look for
            self.watch.wrong(f"the core raised: {traceback.format_exc()}")
        self._mend()

    def _carry_out(self, commands: tuple[do.Command, ...]) -> None:
        for command in commands:
            if isinstance(command, do.Answer):
                self.watch.answered(command.order)
                continue  # it changes nothing that a power cut could leave behind
            if self._cut is not None:
                if self._commands_left == 0:
                    raise _PowerIsCut
                self._commands_left -= 1
            self.outcome.commands += 1
            if self._tracing:
                self.tell(f"  {command}")
            self.watch.commanded(command)
            self._start(command)

    def _start(self, command: do.Command) -> None:  # noqa: PLR0912 - one case for each kind of command
        match command:
            case AskBalance():
                self._call(
                    Call.BALANCE,
                    command.deadline,
                    lambda: self.server.balance(command.code),
                    lambda told: BalanceAnswered(self.instant(), command.attempt, told),
                )
            case Redeem(attempt, code, amount, reference, deadline):
                user = self._user
                self._call(
                    Call.REDEEM,
                    deadline,
                    lambda: self.server.redeem(code, amount, reference, at=self.now, user=user),
                    lambda told: RedeemAnswered(self.instant(), attempt, told),
                    reference,
                )
            case Cancel(attempt, code, token, amount, deadline):
                self._call(
                    Call.CANCEL,
                    deadline,
                    lambda: self.server.cancel(code, token, amount),
                    lambda told: CancelAnswered(self.instant(), attempt, told),
                )
            case AskInfo():
                self._call(
                    Call.INFO,
                    command.deadline,
                    lambda: self.server.info(command.voucher_code),
                    lambda told: InfoAnswered(self.instant(), command.attempt, told),
                )
            case AskRedemptions():
                self._ask_list(command)
            case TopUp() | CancelPart() | AskActivation() | Activate() | AskDeactivation() | Deactivate():
                self.desk.call(command)
            case CheckIn() | CheckOut() | AskTicket():
                self.ticket_desk.call(command)
            case do.Write(ticket, facts, synced):
                write = self.disk.write(ticket, facts, self.now, synced=synced)
                self.later(write.ends - self.now, lambda: self._written(write))
            case do.Release(attempt) if self.watch.is_of_no_admission(attempt):
                self._inbox.append(on.Opened(self.instant(), attempt))
            case do.Release(attempt):
                self._pulse(attempt)
            case do.HoldOpen():
                moved = on.Opened if self._relay_works else partial(on.RelayFailed, why="stuck")
                self.post(moved(self.instant(), NOBODY))
            case do.LetGo() | do.Shut():
                pass
            case do.Show() | do.Note() | do.SensorAils() | do.Revised():
                pass
            case _:
                raise TypeError(command)

    def _written(self, write: UnderWay) -> None:
        worked = self.disk.end(write)
        if worked:
            self.post(on.Written(self.instant(), write.ticket))
        else:
            self.watch.write_failed |= {fact.attempt for fact in write.facts}
            self.post(on.WriteFailed(self.instant(), write.ticket, "disk full"))

    def _pulse(self, attempt: AttemptId) -> None:
        if not self._relay_works:
            self._inbox.append(on.RelayFailed(self.instant(), attempt, "stuck"))
            return
        passes = not self.setup.sensor or self._turns_away == 0
        if not passes:
            self._turns_away -= 1
        pulse = Pulse(attempt, self.now, passes=passes)
        self.watch.pulsed(pulse)
        self._inbox.append(on.Opened(self.instant(), attempt))
        if self.setup.sensor:
            self._sensor.released(pulse)

    def _mend(self) -> None:
        """Do what the shell does about faults: prove the key again, open the relay anew."""
        for fault in (Fault.KEY, Fault.RELAY):
            if self.up and fault in self.gate.faults and fault not in self._mending:
                self._mending.add(fault)
                self.later(MENDING_SECONDS, lambda fault=fault: self._try_mending(fault))  # type: ignore[misc]

    def _try_mending(self, fault: Fault) -> None:
        self._mending.discard(fault)
        if fault is Fault.RELAY and not self._relay_works:
            self._mend()
        else:
            self.post(on.FaultCleared(self.instant(), fault))

    # -- E-GUMA

    def _call(
        self,
        call: Call,
        deadline: float,
        effect: Callable[[], Any],
        event: Callable[[Any], on.Event],
        reference: str = "",
    ) -> None:
        self._network.call(call, deadline - self.instant().mono, effect, event, reference)

    def desk_call(
        self,
        call: Call,
        deadline: float,
        effect: Callable[[], Any],
        event: Callable[[Any], on.Event],
        reference: str,
    ) -> None:
        """Carry a call of staff's out."""
        self._call(call, deadline, effect, event, reference)

    def answered(self) -> None:
        """E-GUMA has answered, and its Date header puts the gate's wall clock right."""
        if not self._clock_known:
            self._clock_known, self._wall_error = True, 0.0

    def _ask_list(self, command: AskRedemptions) -> None:
        begin = command.since - MARGIN
        end = self.instant().wall

        def ask() -> Any:
            listed = self.server.listed(begin - BEHIND_UTC - EPOCH, end + AHEAD_OF_UTC - EPOCH, now=self.now)
            if isinstance(listed, CallFailed):
                return listed
            if self._known_user is None:
                charges = self.disk.charges(after=self._charged_after)
                self._known_user = learn_user(listed, charges, at_least=2)
            count_charges = self.disk.count_charges
            what, but = (command.voucher_code, command.amount), command.attempt
            surely = count_charges(*what, begin + AHEAD_OF_UTC, but=but, at_most=False)
            most = count_charges(*what, begin - AHEAD_OF_UTC, but=but, at_most=True)
            return Redemptions(listed, self._known_user, surely, most)

        self._call(
            Call.LIST, command.deadline, ask, lambda told: RedemptionsAnswered(self.instant(), command.attempt, told)
        )

    # -- power

    def _new_gate(self, last: int) -> Gate:
        return Gate(self._policy(), Numbering(TAG, last))

    def _policy(self) -> Policy:
        return Policy(
            GATE_ID,
            Cents(self._price),
            Currency.CHF,
            second_price=Cents(plan.SECOND_PRICE),
            balance_card=plan.BALANCE_CARD.decode(),
            price_card=plan.PRICE_CARD.decode(),
            passage_seconds=8.0 if self.setup.sensor else None,
            boot=f"boot {self._boot}",
            fire_resumes=not self.setup.holds,
            key_opens=self.setup.holds,
            takes_several=self.setup.several,
            takes_tickets=self.setup.takes_tickets,
            is_way_out=self.setup.is_way_out,
            reentry_seconds=REENTRY_SECONDS if self.setup.reentry else 0.0,
            undoes_entries=self.setup.undo,
            most_inside=self.setup.most_inside,
            tariff=self.setup.house.tariff,
            refuses_expired=self.setup.house.refuses_expired,
            outage=self.setup.house.outage,
            price_list=(("admission.price_cents", str(self._price)),),
        )

    def _prices_on_record(self) -> str:
        facts = (fact for attempt in self.disk.attempts for fact in self.disk.facts(attempt))
        told = [fact for fact in facts if isinstance(fact, PricesChanged)]
        newest = max(told, key=lambda fact: int(fact.attempt[len(TAG) :]), default=None)
        return self._first_prices if newest is None else newest.prices

    def _stop(self, stop: plan.Stop) -> None:
        self.post(on.Stopping(self.instant()))
        self.later(STOP_SECONDS, lambda: self._end(stop))

    def _end(self, stop: plan.Stop) -> None:
        if self.up:
            self._cut = plan.PowerCut(0.0, kept=len(self.disk.under_way), down=stop.down)
            self._die()

    def _die(self) -> None:
        cut, self._cut = self._cut, None
        assert cut is not None
        self.tell("KILLED" if cut.kill else "POWER CUT")
        self.outcome.power_cuts += 1
        self._boot += not cut.kill
        self.disk.dies(cut.kept, power=not cut.kill)
        self.watch.power_cut()
        self._line.dies()
        self.up = False
        self._life += 1
        self._inbox.clear()
        self._mending.clear()
        self.later(cut.down, lambda: self._restart(cut), outlives=True)

    def _restart(self, cut: plan.PowerCut) -> None:
        self.up = True
        self._mono_zero = self.now - 50.0
        self._price = cut.price or self._price
        if cut.swaps_keys:
            self._user, self._till_user, self._known_user = self._till_user, self._user, None
            self._charged_after = max((int(attempt[len(TAG) :]) for attempt in self.disk.attempts), default=0)
        if cut.clock:
            self._wall_error, self._clock_known = cut.clock, False
        last = max((int(attempt[len(TAG) :]) for attempt in self.disk.attempts), default=0)
        self.gate = self._new_gate(last)
        self._line.opens()
        self._report_contacts()
        if not self.up:
            return  # the power was cut before the journal could be read
        unfinished = self.disk.not_closed()
        self.tell(f"START with {len(unfinished)} unfinished attempts, price {self._price}")
        # A kill alone moves no card.
        is_foreign = cut.moves and not cut.kill
        told: dict[str, Any] = {"recent": self.disk.recent(), "prices": self._prices_on_record()}
        commands = self.gate.recover(self.instant(), unfinished, is_foreign=is_foreign, **told)
        self.watch.recovered(commands)
        try:
            self._carry_out(commands)
        except _PowerIsCut:
            self._die()
            return
        if not self._scanner_works:
            self._plug_scanner(works=False)
        facts = [fact for attempt in self.disk.attempts for fact in self.disk.facts(attempt)]
        counted = (fact for fact in facts if isinstance(fact, COUNTED))
        self.post(on.DayRecalled(self.instant(), tuple(sorted(counted, key=lambda fact: fact.at))))
        if self._is_healed:
            self._order(on.ResumeOrdered)  # of what staff had ordered before it

    def _report_contacts(self) -> None:
        """Let each contact say how it is, as at a start: before the journal can be read."""
        names, self.gate.numbering = self.gate.numbering, Numbering("")
        for contact in on.Contact:
            self.post(on.ContactChanged(self.instant(), contact, contact in self._active))
        self._sensor.report()
        self.gate.numbering = names

    def tell(self, line: str) -> None:
        """Note a line for whoever wants to see how it came about."""
        if self._tracing:
            self.outcome.trace.append(f"{self.now:10.3f} {line}")
