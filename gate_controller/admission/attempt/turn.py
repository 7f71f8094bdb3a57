"""
One turn of the core: an event is being handled.

Each verb says once what has been decided: it adds the command, and tells the part of the gate's memory that has to
know. Nothing is read back from the commands.
"""

from collections.abc import Mapping
from dataclasses import field, replace

from gate_controller.admission.attempt.free_days import FreeDays
from gate_controller.admission.attempt.movement import Movement
from gate_controller.admission.attempt.outage import Outage
from gate_controller.admission.attempt.pool import Collection
from gate_controller.admission.attempt.sensing import Sensing
from gate_controller.admission.attempt.shown import Shown, in_staffs_words
from gate_controller.admission.attempt.writes import Writes
from gate_controller.admission.words.calls import Call
from gate_controller.admission.words.codes import VoucherCode
from gate_controller.admission.words.commands import (
    Answer,
    Command,
    HoldOpen,
    LetGo,
    Note,
    Release,
    SensorAils,
    Show,
    Shut,
    Way,
)
from gate_controller.admission.words.events import Instant
from gate_controller.admission.words.facts import Fact, RegimeBegun
from gate_controller.admission.words.frozen import slotted
from gate_controller.admission.words.ids import NO_INCIDENT, AttemptId, Incident, Numbering, OrderId
from gate_controller.admission.words.local_time import Day
from gate_controller.admission.words.messages import HOLDS, Fault, Message, MessageKind
from gate_controller.admission.words.money import Cents
from gate_controller.admission.words.policy import Policy


@slotted
class Turn:
    """What the handling of one event brings about."""

    policy: Policy
    at: Instant
    names: Numbering
    writes: Writes
    movement: Movement
    shown: Shown
    faults: Mapping[Fault, str]
    """Why the gate is out of service just now; empty while it takes scans."""
    barred: Fault | None = None
    """Why nobody may be charged any more just now, not even who has been scanned; None: nothing bars it."""
    sensing: Sensing = field(default_factory=Sensing)
    regime: RegimeBegun | None = None
    """What staff have ordered for a while."""
    at_desk: frozenset[VoucherCode] = frozenset()
    """Vouchers on which an errand of staff's is under way: nobody is charged on them meanwhile."""
    collection: Collection | None = None
    """The vouchers that are held towards the price of one admission."""
    is_full: bool = False
    """Whether as many people are inside as may be."""
    commands: list[Command] = field(default_factory=list)
    wrote: list[Fact] = field(default_factory=list)
    """What has come to be in this turn, be it that a failing journal takes it later."""
    raised: list[tuple[Fault, str]] = field(default_factory=list)
    cleared: list[Fault] = field(default_factory=list)
    outage: Outage = field(default_factory=Outage)
    free_days: FreeDays = field(default_factory=FreeDays)
    anew: AttemptId | None = None
    """The attempt that charged nothing after all, whose visitor waits for a new one."""

    @property
    def price(self) -> Cents:
        """What most vouchers pay now."""
        policy = self.policy
        return policy.tariff.price_of_now(policy.price, self.at.wall) if not policy.tariff.is_plain else policy.price

    # -- E-GUMA, disk and log

    def ask(self, call: Call) -> None:
        """Ask E-GUMA."""
        self.commands.append(call)

    def write(self, *facts: Fact, waiting: AttemptId | None = None, synced: bool = True) -> None:
        """Put facts on disk; `waiting` is the attempt whose next step depends on them."""
        self.wrote += facts
        command = self.writes.begin(facts, waiting, synced=synced)
        if command is not None:
            self.commands.append(command)

    def try_journal(self) -> None:
        """Find out whether a journal that fails works again, by writing what it did not take."""
        self.commands.append(self.writes.try_again())

    def write_backlog(self) -> None:
        """Put on disk what came up while the journal was tried again."""
        if (late := self.writes.take_backlog()) and (command := self.writes.begin(late, None)) is not None:
            self.commands.append(command)

    def note(self, text: str, *, alarm: bool = False, is_detail: bool = False) -> None:
        """Tell the log."""
        self.commands.append(Note(text, alarm, is_detail))

    # -- people

    def serve_anew(self, attempt: AttemptId) -> None:
        """Nothing is charged after all, and its visitor waits: a new attempt serves him in the rest of his time."""
        self.anew = attempt

    def answer(
        self,
        order: OrderId,
        objection: str = "",
        *,
        is_put_off: bool = False,
        has_failed: bool = False,
        incident: Incident = NO_INCIDENT,
    ) -> None:
        """Tell whoever gave an order that it is carried out, or why not."""
        self.commands.append(Answer(order, objection, is_put_off, has_failed, incident))

    def show(
        self,
        kind: MessageKind,
        *,
        balance: Cents | None = None,
        eguma_text: str = "",
        incident: str = "",
        fault: Fault | None = None,
        price: Cents | None = None,
        seconds: int | None = None,
        total: Cents | None = None,
        since: float | None = None,
        valid_day: Day | None = None,
        house_texts: tuple[tuple[str, str], ...] = (),
    ) -> None:
        """Tell the visitor; `price` where it is not that of now. At a gate held open, lamps go on saying so."""
        price = self.price if price is None else price
        fault = self.barred if fault is None and self.is_held_open else fault
        message = Message(kind, price, balance, eguma_text, incident, fault, seconds, total=total, since=since)
        if valid_day is not None or house_texts:
            message = replace(message, valid_day=valid_day, house_texts=house_texts)
        if self.regime is not None:
            message = in_staffs_words(message, self.regime)
        self.shown.tells(message, self.at.mono, self.policy)
        self.commands.append(Show(message))

    def show_missing(self, collection: Collection) -> None:
        """Tell the visitor what is held, and what is missing."""
        self.show(MessageKind.MORE_NEEDED, balance=collection.sum, price=collection.missing)

    def rest(self, invitation: Message | None = None) -> None:
        """
        Show how the gate is, unless a scan still has something to say. `invitation` is what a gate in service tells
        whoever comes next, where that is not to be admitted at the price.
        """
        kind = self.outage.at_rest(self.policy.outage, self.price) if self.outage.id else MessageKind.IDLE
        at_rest = invitation or Message(kind, self.price)
        message = self.shown.rests(at_rest, self.faults, self.regime, self.at.mono, self.collection)
        if message is not None:
            self.commands.append(Show(message))

    # -- the gate

    def release(self, attempt: AttemptId) -> None:
        """Let an attempt's visitor in."""
        if self.policy.passage_seconds is not None:
            self.sensing.opens_for_visitor(self.at.mono, self.policy)
        self.movement.released(self.at.mono, self.policy)
        self.commands.append(Release(attempt))

    def let_through(self, attempt: AttemptId, way: Way) -> None:
        """Let somebody in or out who has no voucher; `attempt` is the name under which it is recorded."""
        self.sensing.opens(self.at.mono, self.policy)
        self.movement.let_through(self.at.mono, self.policy, way)
        self.commands.append(Release(attempt, way))

    def tell_of_sensor(self) -> None:
        """Tell what ails the passage sensor, or ails it no more, once."""
        if (why := self.sensing.news()) is not None:
            self.commands.append(SensorAils(why))

    def shut(self) -> None:
        """Close what stays open for one person, unless somebody else is in it: then it is closed later."""
        if self.movement.shut(self.at.mono, self.policy):
            self.commands.append(Shut())

    def hold_open(self) -> None:
        """Open for everybody."""
        self.commands.append(HoldOpen())

    def let_go(self) -> None:
        """Hold the gate open no more."""
        self.movement.let_go(self.at.mono, self.policy)
        self.commands.append(LetGo())

    def end_hold(self, ended: Fault) -> None:
        """What has held the gate open does no more; it is let go, unless something else holds it."""
        self.clear(ended)
        if not (HOLDS & self.faults.keys()) - {ended}:
            self.let_go()

    @property
    def is_held_open(self) -> bool:
        """Whether the gate stands open for everybody."""
        return self.barred in HOLDS

    @property
    def came_between(self) -> str:
        """What bars the visitor's way just now, in words for the books."""
        return f"{self.barred.name.lower().replace('_', ' ')} came between" if self.barred is not None else ""

    # -- faults, which hold from the turn's end on

    def fault(self, fault: Fault, why: str) -> None:
        """Put the gate out of service."""
        self.raised.append((fault, why))

    def clear(self, fault: Fault) -> None:
        """This fault holds no more."""
        self.cleared.append(fault)
