"""
What staff have done at E-GUMA, in the modelled world: top-ups, depot vouchers, charges given back in part; and whoever
watches that nothing of it is lost, or done twice.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from gate_controller.admission.words.calls import CallFailed, CallFault
from gate_controller.admission.words.codes import VoucherCode
from gate_controller.admission.words.desk_calls import (
    Activate,
    Activated,
    Activation,
    ActivationAnswered,
    AskActivation,
    AskDeactivation,
    CancelPart,
    Deactivate,
    Deactivated,
    Deactivation,
    DeactivationAnswered,
    NewAmount,
    NewBalance,
    PartCancelled,
    ToppedUp,
    TopUp,
)
from gate_controller.admission.words.errand_facts import (
    ErrandBegun,
    ErrandDone,
    ErrandDoubted,
    ErrandKind,
    ErrandNotDone,
    PartVoided,
)
from gate_controller.admission.words.facts import Fact, Intended
from gate_controller.admission.words.money import Cents
from tests.rig.steps import Call, StaffErrand

if TYPE_CHECKING:
    from collections.abc import Callable

    from gate_controller.admission.words import events as on
    from gate_controller.admission.words.commands import Command
    from gate_controller.admission.words.ids import AttemptId
    from tests.rig.modelled_server import Server
    from tests.rig.world import World

DEPOT = {"DEPOTFIXED50": 5_000, "DEPOTFREE000": None}
"""Depot vouchers, and what each is worth where that is fixed."""

TOPPED_UP = ("L4FU5LQTKJR3", "EXACTLY1PAID", "UNKNOWNCODE1")

ErrandCall = TopUp | CancelPart | AskActivation | Activate | AskDeactivation | Deactivate


def _refused(why: str) -> CallFailed:
    return CallFailed(CallFault.REFUSED, why)


class ModelledDesk:
    """E-GUMA's books of what staff have done, and the watch over it."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.sold: set[str] = set()
        self.taken_back: set[str] = set()
        self.effects: Counter[AttemptId] = Counter()
        """How often each errand took effect."""
        self._sent: set[AttemptId] = set()
        self.begun_at: dict[AttemptId, float] = {}

    @property
    def _server(self) -> Server:
        return self._world.server

    # -- what staff want

    def order(self, step: StaffErrand) -> tuple[Any, ...] | None:
        """Return the fields of an order; None where there is nothing to give one about."""
        disk = self._world.disk
        match step.errand:
            case ErrandKind.PART_VOID:
                charges = [a for a in disk.attempts if disk.has(a, Intended)]
                if not charges:
                    return None
                facts = disk.facts(charges[step.which % len(charges)])
                return (step.errand, VoucherCode(""), Cents(step.amount), "half of it", "", facts)
            case ErrandKind.TOP_UP:
                code = VoucherCode(TOPPED_UP[step.which % len(TOPPED_UP)])
                return (step.errand, code, Cents(step.amount), "a present", "payment-1")
            case _:
                code = VoucherCode(list(DEPOT)[step.which % len(DEPOT)])
                amount = Cents(step.amount) if DEPOT[code] is None and step.errand is ErrandKind.SALE else None
                return (step.errand, code, amount, "bought")

    # -- E-GUMA

    def call(self, command: ErrandCall) -> None:
        """Carry a call out."""
        world = self._world
        kind, effect, event = self._what(command)
        world.desk_call(kind, command.deadline, effect, event, f"errand {command.attempt}")

    def _what(self, command: ErrandCall) -> tuple[Call, Callable[[], Any], Callable[[Any], on.Event]]:
        at, attempt = self._world.instant, command.attempt
        match command:
            case TopUp():
                return Call.DESK_CHANGE, lambda: self._top_up(command), lambda told: ToppedUp(at(), attempt, told)
            case CancelPart():
                return Call.DESK_CHANGE, lambda: self._void(command), lambda told: PartCancelled(at(), attempt, told)
            case Activate():
                return Call.DESK_CHANGE, lambda: self._sell(command), lambda told: Activated(at(), attempt, told)
            case Deactivate():
                return Call.DESK_CHANGE, lambda: self._take(command), lambda told: Deactivated(at(), attempt, told)
            case AskActivation(_, code):
                return (
                    Call.DESK_LOOK,
                    lambda: self._activation(code),
                    lambda told: ActivationAnswered(at(), attempt, told),
                )
            case AskDeactivation(_, code):
                return (
                    Call.DESK_LOOK,
                    lambda: self._deactivation(code),
                    lambda told: DeactivationAnswered(at(), attempt, told),
                )

    def _top_up(self, command: TopUp) -> NewBalance | CallFailed:
        balances, code = self._server.balances, str(command.voucher_code)
        if code not in balances:
            return _refused("not found")
        balances[code] += command.amount
        self.effects[command.attempt] += 1
        return NewBalance(Cents(balances[code]))

    def _void(self, command: CancelPart) -> NewBalance | CallFailed:
        for charge in self._server.charges:
            if charge.token == command.token and not charge.cancelled:
                if command.amount > charge.amount - charge.voided:
                    return _refused("amount_in_cents is greater than what is left")
                charge.voided += command.amount
                self._server.balances[charge.voucher_code] += command.amount
                self.effects[command.attempt] += 1
                return NewBalance(Cents(self._server.balances[charge.voucher_code]))
        return _refused("no such redemption")

    def _sell(self, command: Activate) -> NewAmount | CallFailed:
        code = str(command.voucher_code)
        if not self._activation(command.voucher_code).can_be_activated:
            return _refused("cannot be activated")
        amount = DEPOT[code] or command.amount or 0
        self.sold.add(code)
        self._server.balances[code] = amount
        self.effects[command.attempt] += 1
        return NewAmount(Cents(amount))

    def _take(self, command: Deactivate) -> NewAmount | CallFailed:
        code = str(command.voucher_code)
        said = self._deactivation(command.voucher_code)
        if not said.can_be_deactivated:
            return _refused("cannot be deactivated")
        self.taken_back.add(code)
        self._server.balances[code] = 0
        self.effects[command.attempt] += 1
        return NewAmount(said.amount)

    def _activation(self, code: VoucherCode) -> Activation:
        can = code in DEPOT and code not in self.sold
        worth = DEPOT.get(code)
        return Activation(
            code, can, can and worth is None, None if worth is None else Cents(worth), "" if can else "no"
        )

    def _deactivation(self, code: VoucherCode) -> Deactivation:
        left = self._server.balances.get(code, 0)
        touched = any(charge.voucher_code == code for charge in self._server.charges)
        can = code in self.sold - self.taken_back and not touched
        return Deactivation(code, can, Cents(left), "" if can else "no")

    # -- the watch

    def commanded(self, command: Command) -> None:
        """Look at a command before it is carried out."""
        world = self._world
        if isinstance(command, TopUp | CancelPart | Activate | Deactivate):
            attempt = command.attempt
            if attempt in self._sent:
                world.watch.wrong(f"promise 2: errand {attempt} is sent twice")
            self._sent.add(attempt)
            self.begun_at[attempt] = world.now
            if not world.disk.is_synced(attempt, ErrandBegun):
                world.watch.wrong(f"promise 4: errand {attempt} is sent without its record on disk")

    def is_under_way(self, voucher_code: str) -> bool:
        """Whether the journal holds an errand of a voucher whose fate is unknown."""
        histories = map(self._world.disk.facts, self._world.disk.attempts)
        return any(
            isinstance(facts[0], ErrandBegun)
            and facts[0].voucher_code == voucher_code
            and isinstance(facts[-1], ErrandBegun | ErrandDoubted)
            and not any(
                isinstance(fact, ErrandDone | ErrandNotDone) and fact.attempt == facts[0].attempt
                for write in self._world.disk.under_way
                for fact in write.facts
            )
            for facts in histories
        )

    def at_rest(self) -> None:
        """Check that the books say of each errand what E-GUMA's say."""
        world = self._world
        if world.gate.errands.unfinished:
            world.watch.wrong(f"promise 3: errands not at rest: {list(world.gate.errands.unfinished)}")
        books = {attempt: world.disk.facts(attempt) for attempt in world.disk.attempts}
        for attempt, facts in books.items():
            if isinstance(facts[0], ErrandBegun):
                self._check(attempt, facts[0], facts)
        for attempt, facts in books.items():  # a till that redeems just a part hides it: told by now
            if isinstance(facts[0], Intended):
                self._check_parts(attempt, facts)
        for attempt in self.effects:
            if not world.disk.has(attempt, ErrandBegun):
                world.watch.wrong(f"promise 4: errand {attempt} took effect, and the journal does not know it")

    def _check(self, attempt: AttemptId, begun: ErrandBegun, facts: tuple[Fact, ...]) -> None:
        times, world = self.effects[attempt], self._world
        with_a_person = attempt in world.disk.open_items() or attempt in world.watch.settled
        world.outcome.errands += 1
        if times > 1 and not with_a_person:
            world.watch.wrong(f"promise 2: errand {attempt} took effect {times} times, and nobody is told")
        if with_a_person:
            return
        is_done = any(isinstance(fact, ErrandDone) for fact in facts)
        if is_done == bool(times):
            return
        if self._till_came(begun, attempt):
            world.outcome.mistaken_errands += 1
        else:
            tale = [type(fact).__name__ for fact in facts]
            world.watch.wrong(f"promise 3: errand {attempt} took effect {times} times, and the journal says {tale}")

    def _till_came(self, begun: ErrandBegun, attempt: AttemptId) -> bool:
        since = self.begun_at.get(attempt, 0.0) - 10.0
        code = str(begun.voucher_code)
        return self._server.till_was_here(code, since) or self._server.till_gave_back(code, since)

    def _check_parts(self, attempt: AttemptId, facts: tuple[Fact, ...]) -> None:
        told = sum(fact.amount for fact in facts if isinstance(fact, PartVoided))
        voided = sum(charge.voided for charge in self._world.watch.charges(attempt))
        if told == voided:
            return
        errands = [
            errand
            for errand in self._world.disk.attempts
            if isinstance(first := self._world.disk.facts(errand)[0], ErrandBegun) and first.charge == attempt
        ]
        disk, watch = self._world.disk, self._world.watch
        if any(errand in disk.open_items() or errand in watch.settled for errand in errands):
            return
        if self._world.outcome.mistaken_errands:
            return
        watch.wrong(f"promise 3: of {attempt} {voided} was given back in parts, and the journal says {told}")
