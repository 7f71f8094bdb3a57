"""
The five promises of a gate, checked by somebody who sees everything: E-GUMA's books, the disk, the relay, the screen.

`Watch` looks at each command as it is carried out, and at the books when all has come to rest. What design.md allows is
counted, not forgiven in silence.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from gate_controller.admission.attempt.states import Admitting, Auditing, Claim, Releasing
from gate_controller.admission.words import commands as do
from gate_controller.admission.words.calls import Cancel, Redeem
from gate_controller.admission.words.codes import read_code
from gate_controller.admission.words.facts import (
    Approved,
    CreditOpened,
    Doubted,
    Evidence,
    Fact,
    Intended,
    NotCharged,
    Occurred,
    Passed,
    PricesChanged,
    Redeemed,
    RefundBegun,
    Refunded,
    Released,
    ReleasedToSensor,
    Settled,
    approval,
    voucher_of,
)
from gate_controller.admission.words.free_facts import FreeEntry
from gate_controller.admission.words.ids import FIRST_SHIFTED, AttemptId, Incident, IncidentCodes, OrderId
from gate_controller.admission.words.messages import Fault, Message, MessageKind, MoneyFate
from tests.rig import equation
from tests.rig.free_watch import FreeWatch, free_entry_of
from tests.rig.presented import Presented
from tests.rig.steps import PRICE, SECOND_PRICE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.rig.modelled_server import Charge
    from tests.rig.world import World

GRACE_SECONDS = 0.05


_TOLD_AGAIN = {MessageKind.ALREADY_ADMITTED, MessageKind.SCAN_AGAIN_LATER, MessageKind.FREE_AGAIN_LATER}
"""What somebody is told whose admission was just now: nobody's verdict."""


def _releases(facts: Iterable[Fact]) -> int:
    """Return how many releases the journal holds; what a sensor could not tell of is closed by a second fact."""
    kinds = [type(fact) for fact in facts if isinstance(fact, ReleasedToSensor | Released)]
    return len(kinds) - sum(pair == (ReleasedToSensor, Released) for pair in pairwise(kinds))


@dataclass(slots=True)
class Pulse:
    """The relay moved for an attempt. Whether it came to a use lies between `least` and `most`."""

    attempt: AttemptId
    at: float
    passes: bool
    is_unseen: bool = False
    """The sensor has stuck: the gate may take that for a use or not, whoever passes (design.md, "Where it errs")."""
    settled: bool = False
    least: int = 0
    most: int = 0


class Watch:
    """Looks on; every broken promise is a line of the outcome."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.redeems: set[AttemptId] = set()
        self.intended_at: dict[AttemptId, float] = {}
        self.pulses: list[Pulse] = []
        self.settled: set[AttemptId] = set()
        """Open items a person took charge of."""
        self.refund_ordered: set[AttemptId] = set()
        """Attempts whose charge a person wanted given back, used or not."""
        self.write_failed: set[AttemptId] = set()
        self.unrecorded_cancels: set[AttemptId] = set()
        self.prices = {PRICE}
        """Every usual price that is on record."""
        """Attempts given back at once because the disk failed: a power cut forgets that Cancel was sent."""
        self._torn: set[AttemptId] = set()
        """What was to pay an admission together with others when the gate died."""
        self._ordered: set[AttemptId] = set()
        """Releases that a person or an input has ordered."""
        self._unanswered: set[OrderId] = set()
        self._recorded_before: dict[AttemptId, int] = {}
        self._due: float | None = None
        self._frame: bytes | None = None
        self._was_open = False
        self._had_waiting = False
        self._shows = 0
        self._waited = False
        self.free = FreeWatch(world)
        self.presented = Presented(lambda: world.now, self.wrong, takes_tickets=world.setup.takes_tickets)

    def wrong(self, line: str) -> None:
        """Note a broken promise."""
        self.world.tell(f"VIOLATION {line}")
        self.world.outcome.violations.append(line)

    # -- on the way

    def scanned(self, frame: bytes) -> None:
        """A scan is about to be handled."""
        self._frame, self._shows = frame, 0
        self._was_open = self.lane_is_released()
        self._had_waiting = self.world.gate.visitors.waiting is not None
        self.presented.read(frame, is_for_balance=self.world.gate.visitors.next_scan.is_for_balance)

    def scan_taken(self) -> None:
        """It has been handled: something was shown, or another visitor is waiting for his verdict."""
        gate = self.world.gate
        lane, mono = gate.lane, self.world.instant().mono
        # Junk and a code that still lies there leave a visitor what he is being told.
        is_told = self.lane_is_released() or gate._shown.tells_of_money(mono) or self.presented.is_card(self._frame)
        if self.world.up and not self._shows and not is_told and (lane is None or lane.verdict_due is None):
            self.wrong(f"promise 5: the scan {self._frame!r} got nothing")
        if self.world.up and self._frame is not None:
            # What is shown in the same breath to whoever waited for the lane is his, and no answer to what was read.
            is_anothers = self._had_waiting and gate.visitors.waiting is None
            self.presented.taken(self._frame, 0 if is_anothers else self._shows, is_open=self._was_open)
        self._frame = None

    def handled(self, shows_before: int) -> None:
        """An event has been handled: nobody waits longer than he was promised, or is dropped without a word."""
        now, gate = self.world.now, self.world.gate
        mono = self.world.instant().mono
        waits = gate.visitors.waiting is not None
        if self._waited and not waits and gate.lane is None and self._shows == shows_before:
            self.wrong("promise 5: whoever waited for the lane was dropped without a word")
        self._waited = waits
        if waits and Fault.STOPPING in gate.faults:
            self.wrong("stopping: somebody still waits for the lane")
        late = self.world.setup.lateness + GRACE_SECONDS
        if self._due is not None and now > self._due + late:
            self.wrong(f"promise 5: no verdict by {self._due:.3f}")
        if gate.visitors.waiting is not None and mono > gate.visitors.waiting.lapses + late:
            self.wrong("promise 5: a scan waits for the lane for over 10 s")

    def _look_at_price(self, fact: Fact) -> None:
        setup = self.world.setup
        if isinstance(fact, PricesChanged):
            self.prices.add(int(json.loads(fact.prices)["admission.price_cents"]))
        has_others = setup.several or bool(setup.house.tariff.rules)
        if isinstance(fact, Intended) and not has_others and fact.price not in self.prices | {SECOND_PRICE}:
            self.wrong(f"promise 4: {fact.price} is to be charged, and no record says that it is the price")

    @property
    def shows(self) -> int:
        """How many messages were shown since the newest scan."""
        return self._shows

    def ordered(self, order: OrderId) -> None:
        """A person is about to give an order."""
        self._unanswered.add(order)

    def answered(self, order: OrderId) -> None:
        """The gate says what becomes of an order."""
        if order not in self._unanswered:
            self.wrong(f"order {order} is answered, and nobody waits for it")
        self._unanswered.discard(order)

    def order_handled(self, order: OrderId) -> None:
        """The gate has handled an order: whoever gave it is not left without a word."""
        if order in self._unanswered:
            self.wrong(f"order {order} got no answer")

    def lane_is_released(self) -> bool:
        """Whether a passage now would be the visitor's own."""
        lane = self.world.gate.lane
        return lane is not None and isinstance(lane.state, Admitting)

    def commanded(self, command: do.Command) -> None:  # noqa: PLR0912 - one case for each kind of command
        """Look at a command before it is carried out."""
        self.world.desk.commanded(command)
        self.world.ticket_desk.commanded(command)
        match command:
            case Redeem():
                self._redeem(command)
            case do.Release(attempt):
                self._release(attempt)
            case do.HoldOpen():
                if not self.world.gate.is_held_open:
                    self.wrong("promise 1: the gate is held open, and nothing holds it")
            case Cancel(attempt):
                if not self._has(attempt, RefundBegun):
                    self.unrecorded_cancels.add(attempt)
                    if attempt not in self.write_failed:
                        self.wrong(f"promise 4: {attempt} is cancelled, and RefundBegun is not on disk")
            case do.Write(_, facts):
                for fact in facts:
                    self.world.outcome.met |= {type(fact), getattr(fact, "evidence", None)}
                    self.world.ticket_desk.written(fact)
                    if isinstance(fact, Settled) and fact.let_in:
                        self._let_in(fact.attempt)
                    self._look_at_price(fact)
                    if isinstance(fact, Occurred):
                        self._ordered.add(fact.attempt)
                    if isinstance(fact, Intended | FreeEntry):
                        if fact.attempt not in self.intended_at and not fact.by:
                            self.presented.intended(fact.code, is_held=bool(getattr(fact, "leader", "")))
                        self.intended_at.setdefault(fact.attempt, self.world.now)
            case do.Show(message):
                self._shows += self.presented.shown(message)
                self.world.outcome.met.add(message.kind)
                self._shown(message)
            case _:
                pass

    def _redeem(self, command: Redeem) -> None:
        attempt, disk = command.attempt, self.world.disk
        if attempt in self.redeems:
            self.wrong(f"promise 2: Redeem is sent twice for {attempt}")
        self.redeems.add(attempt)
        if self.world.desk.is_under_way(command.voucher_code):
            self.wrong(f"promise 2: Redeem for {attempt} while an errand of the same voucher is under way")
        if not disk.is_synced(attempt, Intended) or approval(disk.facts(attempt)) is None:
            self.wrong(f"promise 4: Redeem for {attempt} without its intent on disk")
        [price] = [fact.price for fact in disk.facts(attempt) if isinstance(fact, Intended)]
        if command.amount != price or not price:
            self.wrong(f"promise 2: Redeem for {attempt} is sent over {command.amount}, and its intent says {price}")
        for other in disk.attempts:
            facts = disk.facts(other)
            same = voucher_of(facts) == command.voucher_code
            if same and other != attempt and isinstance(self._newest(other), Intended | Approved | Doubted):
                self.wrong(f"promise 2: Redeem for {attempt} while {other} of the same voucher is in doubt")

    def _newest(self, attempt: AttemptId) -> Fact:
        known = list(self.world.disk.facts(attempt))
        known += [fact for write in self.world.disk.under_way for fact in write.facts if fact.attempt == attempt]
        return max(known, key=lambda fact: fact.n)

    def is_of_no_admission(self, attempt: AttemptId) -> bool:
        """Whether a release is a person's or an input's command, which the journal holds, or is being told, as well."""
        backlog = self.world.gate._writes.backlog  # of a failing journal: told as soon as it works again
        waits = any(isinstance(fact, Occurred) and fact.attempt == attempt for fact in backlog)
        return waits or attempt in self._ordered or self._has(attempt, Occurred)

    def _release(self, attempt: AttemptId) -> None:
        if self.is_of_no_admission(attempt) or self.free.released(attempt):
            return
        if (may := self.world.ticket_desk.may_release(attempt)) is not None:
            if not may:
                self.wrong(f"promise 1: the relay moves for {attempt} without an entry on disk")
            return
        for payer in self._payers(attempt):
            if not self._has(payer, Redeemed):
                self.wrong(f"promise 1: the relay moves for {attempt} without a redemption of {payer} on disk")
            if self._has(payer, Refunded):
                self.wrong(f"promise 1: the relay moves for {attempt}, and {payer} was refunded")

    def _payers(self, attempt: AttemptId) -> list[AttemptId]:
        """Return whose charges pay one admission: of several, those that name the one that opens."""
        intents = ((other, self._intent_of(other)) for other in self.world.disk.attempts)
        along = [other for other, intent in intents if intent is not None and intent.leader == attempt]
        return along or [attempt]

    def _intent_of(self, attempt: AttemptId) -> Intended | None:
        intent = self.world.disk.facts(attempt)[0]
        return intent if isinstance(intent, Intended) else None

    def _let_in(self, attempt: AttemptId) -> None:
        if not self._has(attempt, Redeemed):
            self.wrong(f"promise 1: somebody is let in on {attempt}, which holds no charge")
        stands = any(not charge.cancelled for charge in self.charges(attempt))
        # A cancellation that a power cut took, and a list that keeps cancelled charges (docs/money.md).
        is_forgotten = attempt in self.unrecorded_cancels
        if not stands and not is_forgotten and not self._may_be_mistaken(attempt):
            self.wrong(f"promise 1: somebody is let in on {attempt}, and no charge of it stands")
        uses = [fact for fact in self.world.disk.facts(attempt) if isinstance(fact, Released | Passed | CreditOpened)]
        if uses and not isinstance(uses[-1], CreditOpened):
            self.wrong(f"promise 1: somebody is let in on {attempt}, which was used already")

    def _has(self, attempt: AttemptId, kind: type[Fact]) -> bool:
        return self.world.disk.has(attempt, kind)

    def pulsed(self, pulse: Pulse) -> None:
        """The relay moved."""
        self.pulses.append(pulse)
        one = self.world.gate.visitors.unfinished[pulse.attempt]
        party = self.world.gate.visitors.party
        if party is None or pulse.attempt not in party.attempts:  # whom staff admit need present nothing
            self.presented.admitted(one.code)

    def recovered(self, commands: tuple[do.Command, ...]) -> None:
        """The gate has started again."""
        if any(isinstance(command, do.Release | Redeem) for command in commands):
            self.wrong("recovery moves the relay or charges")

    # -- what the visitor reads

    def _shown(self, message: Message) -> None:
        if message.kind is MessageKind.CHECKING and self._due is None:
            self._due = self.world.now + self.world.gate.policy.verdict_seconds
        if message.fate is MoneyFate.NOTHING_YET:
            return
        if message.kind not in _TOLD_AGAIN:
            self._due = None
        number = next(IncidentCodes().numbers(Incident(message.incident), FIRST_SHIFTED - 1), None)
        if number is not None:
            self._check_sentence(message, AttemptId(f"TAG0{number}"))
        elif self._frame is not None and message.fate is MoneyFate.NOT_CHARGED:
            self._check_nothing_under_way(message)

    def _check_sentence(self, message: Message, attempt: AttemptId) -> None:
        charges = self.charges(attempt)
        net = [charge for charge in charges if not charge.cancelled]
        told = f"promise 5: {attempt} is told {message.kind.name}, and "
        # A crash ends what several were to pay together: from then on each is told of its own voucher.
        payers = [attempt] if attempt in self._torn else self._payers(attempt)
        match message.fate:
            case MoneyFate.NOT_CHARGED:
                stands = [charge for payer in payers for charge in self.charges(payer) if not charge.cancelled]
                if stands or any(self.world.effects_under_way(payer) for payer in payers):
                    self.wrong(f"{told}was charged or may yet be")
            case MoneyFate.CANCELLED:
                if len(net) > self.world.was_doubled(attempt) or not charges:
                    self.wrong(f"{told}the money is not back")
            case MoneyFate.CHARGED | MoneyFate.CHARGED_BEFORE | MoneyFate.CREDIT:
                if not net and not self._may_be_none(attempt) and not self._may_be_mistaken(attempt):
                    self.wrong(f"{told}was not charged")
                self._check_amounts(message, attempt, net)
            case MoneyFate.BEING_CHECKED:
                if attempt not in self.intended_at:
                    self.wrong(f"{told}there is nothing to check")
            case _:
                pass

    def _check_amounts(self, message: Message, attempt: AttemptId, net: list[Charge]) -> None:
        told = f"promise 5: {attempt} is told {message.kind.name}, and "
        intents = [intent for payer in self._payers(attempt) if (intent := self._intent_of(payer)) is not None]
        price = sum(intent.price for intent in intents) if len(intents) > 1 else net[0].amount if net else 0
        if net and message.price != price:
            self.wrong(f"{told}the price shown is {message.price}, not {price}")
        left = {None, *(charge.left for charge in net)}
        if net and message.balance not in left and not self._may_be_mistaken(attempt):
            self.wrong(f"{told}{message.balance} left, not {net[0].left}")

    def _check_nothing_under_way(self, message: Message) -> None:
        if self._waited and self.world.gate.visitors.waiting is None:
            return  # whoever waited for the lane is told, by a code of his own; what is being read is a repeat
        code = str(read_code(self._frame or b""))
        for attempt, one in self.world.gate.visitors.unfinished.items():
            if isinstance(one.state, Auditing):
                continue  # used, or given back
            if one.voucher_code == code and any(not charge.cancelled for charge in self.charges(attempt)):
                self.wrong(
                    f"promise 5: {code} is told {message.kind.name}, and {attempt} of it was charged and not used"
                )

    def charges(self, attempt: AttemptId) -> list[Charge]:
        """Return what was charged for an attempt, by E-GUMA's books."""
        return self.world.server.of(self.world.reference(attempt))

    def _till_came(self, voucher_code: str, since: float) -> bool:
        return self.world.server.till_was_here(voucher_code, since)

    def _may_be_none(self, attempt: AttemptId) -> bool:
        """Whether the gate may let the visitor in on a charge that is none; the books have to say so at the end."""
        one = self.world.gate.visitors.unfinished.get(attempt)
        unsure = one is not None and (
            one.evidence is Evidence.UNSURE
            or (isinstance(one.state, Releasing | Admitting) and one.state.claim is Claim.UNVERIFIED)
        )
        return unsure or attempt in self.unrecorded_cancels

    def _hid_the_charge(self, attempt: AttemptId, facts: tuple[Fact, ...]) -> bool:
        """Whether another till gave back to this voucher since: then a balance as before shows nothing."""
        return self.world.server.till_gave_back(voucher_of(facts), self.intended_at[attempt])

    def _may_be_mistaken(self, attempt: AttemptId) -> bool:
        """Whether somebody else redeemed the same voucher since it was scanned: then a drop may be theirs."""
        facts = self.world.disk.facts(attempt)
        intent = facts[0] if facts else None
        return isinstance(intent, Intended) and self._till_came(
            voucher_of(facts), self.intended_at[attempt] - self.world.gate.policy.verdict_seconds
        )

    # -- power cuts

    def power_cut(self) -> None:
        """Say of each pulse of this life what the journal will make of it."""
        self._due, self._waited = None, False
        intents = ((attempt, self._intent_of(attempt)) for attempt in self.world.disk.attempts)
        self._torn |= {attempt for attempt, intent in intents if intent is not None and intent.leader}
        self.presented.forgotten()
        self._unanswered.clear()  # whoever gave an order sees that the gate has gone
        self._ordered.clear()  # names that did not reach the disk are given again
        for attempt in {pulse.attempt for pulse in self.pulses if not pulse.settled}:
            facts = self.world.disk.facts(attempt)
            recorded = _releases(facts) - self._recorded_before.get(attempt, 0)
            pulses = [p for p in self.pulses if p.attempt == attempt and not p.settled]
            for pulse in pulses:
                recorded -= 1
                pulse.settled = True
                if recorded < 0:
                    pulse.least, pulse.most = 0, 1
                    self.world.outcome.unrecorded_pulses += 1
                else:
                    # Released, and nothing to say that nobody passed: admitted (design.md).
                    is_last = pulse is pulses[-1] and isinstance(facts[-1], ReleasedToSensor)
                    self._settle(pulse, is_admitted=is_last)
        for attempt in self.world.disk.attempts:
            self._recorded_before[attempt] = _releases(self.world.disk.facts(attempt))

    def _settle(self, pulse: Pulse, *, is_admitted: bool = False) -> None:
        """Say whether a pulse that is recorded was used: somebody passed, or nothing could say that nobody did."""
        pulse.settled = True
        facts = self.world.disk.facts(pulse.attempt)
        newest = max(other.at for other in self.pulses if other.attempt == pulse.attempt)
        is_admitted = is_admitted or (pulse.at == newest and any(isinstance(fact, Released) for fact in facts))
        pulse.least = pulse.most = int(pulse.passes or is_admitted)
        if pulse.is_unseen and not is_admitted:
            pulse.least, pulse.most = 0, 1

    # -- at rest

    def at_rest(self) -> None:
        """Check the books: everything charged has its end, and E-GUMA's books say the same."""
        world, gate = self.world, self.world.gate
        if world.outcome.violations:
            return
        if gate.visitors.unfinished or gate.faults or gate.lane or self._wakes or world.disk.unfinished():
            left = [(a.id, a.state.name) for a in gate.visitors.unfinished.values()]
            self.wrong(f"promise 3: not at rest: {left}, {gate.faults}, {gate.wake_at}, {world.disk.unfinished()}")
        for pulse in self.pulses:
            if not pulse.settled:
                self._settle(pulse)
        for charge in world.server.charges:
            known = not charge.reference or any(world.reference(a) == charge.reference for a in world.disk.attempts)
            if not known:
                self.wrong(f"promise 4: {charge.reference} was charged, and the journal does not know it")
        for attempt in world.disk.attempts:
            facts = world.disk.facts(attempt)
            if isinstance(facts[0], Intended) and free_entry_of(facts) is None:
                self._check_end(attempt, facts[0], facts)
            elif self.charges(attempt):
                self.wrong(f"promise 4: {attempt} was charged, and its intent is not on disk")
        world.desk.at_rest()
        equation.check(world)
        world.ticket_desk.at_rest()
        self.free.check_books()
        world.outcome.open_items = len(world.disk.open_items())

    @property
    def _wakes(self) -> bool:
        """Whether something is left to do but to look at the price of now."""
        gate = self.world.gate
        return gate.wake_at is not None and (gate.outage.is_on or not gate.policy.tariff.is_timed)

    def _check_end(self, attempt: AttemptId, intent: Intended, facts: tuple[Fact, ...]) -> None:
        outcome, charges = self.world.outcome, self.charges(attempt)
        net = sum(not charge.cancelled for charge in charges)
        pulses = [pulse for pulse in self.pulses if pulse.attempt == (intent.leader or attempt)]
        least, most = sum(pulse.least for pulse in pulses), sum(pulse.most for pulse in pulses)
        if intent.leader in {"", attempt}:
            outcome.admissions += least
        else:
            outcome.contributions += least
        outcome.charges += len(charges)
        outcome.refunds += len(charges) - net
        if len(charges) > 1 + self.world.was_doubled(attempt):
            self.wrong(f"promise 2: {attempt} was charged {len(charges)} times")
        if any((charge.amount, charge.voucher_code) != (intent.price, voucher_of(facts)) for charge in charges):
            self.wrong(f"promise 2: {attempt} was charged another amount or voucher than intended")
        tale = [type(fact).__name__ for fact in facts]
        with_a_person = attempt in self.world.disk.open_items() or attempt in self.settled
        # What follows a refund is the look for a second charge, at most.
        ends = [name for name in tale if not name.startswith("SecondCharge")]
        given_back = attempt in self.refund_ordered and net == 0 and ends[-1] == Refunded.__name__
        if least > 1:
            self.wrong(f"promise 1: {attempt} was used {least} times")
        if with_a_person or given_back or least <= net <= most:
            return
        evidence = next((fact.evidence for fact in reversed(facts) if isinstance(fact, Redeemed)), None)
        uncharged = least == 1 and net == 0
        if uncharged and evidence is Evidence.BALANCE and self._may_be_mistaken(attempt):
            outcome.misread_drops += 1
        elif uncharged and charges and attempt in self.unrecorded_cancels and Refunded.__name__ not in tale:
            outcome.forgotten_cancels += 1
        elif net == 1 and tale[-1] == NotCharged.__name__ and self._hid_the_charge(attempt, facts):
            outcome.hidden_charges += 1
        else:
            self.wrong(f"promise 3: {attempt} has {net} charges and {least} to {most} uses: {tale}")
