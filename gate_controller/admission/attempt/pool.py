"""
The pool: several vouchers that pay one admission together, where the house takes that.

Rules: a balance below the price is held, and nothing is charged before the sum is there. Then each voucher is charged
what it contributes, one after the other, each on disk before the next, and the last one opens the gate. If one is not
charged, what the others were charged is given back at once: a contribution alone opens nothing.
"""

from dataclasses import replace
from typing import TYPE_CHECKING, Self

from gate_controller.admission.attempt.states import (
    Admitting,
    Contributed,
    InDoubt,
    Intending,
    Ready,
    Recording,
    Redeeming,
    Releasing,
)
from gate_controller.admission.words.codes import Code, VoucherCode
from gate_controller.admission.words.events import AttemptEvent, ContributionDue, Instant, PoolFailed, PoolPaid
from gate_controller.admission.words.frozen import frozen
from gate_controller.admission.words.ids import NO_ORDER, OrderId
from gate_controller.admission.words.messages import MessageKind, MoneyFate
from gate_controller.admission.words.money import Cents

if TYPE_CHECKING:
    from gate_controller.admission.attempt.attempt import Attempt

MORE_SECONDS = 20.0
"""How long the lane is kept for another voucher after the newest one."""


@frozen
class Held:
    """A voucher that is to pay a part, and of which nothing has been charged."""

    code: Code
    """As it was scanned."""
    voucher_code: VoucherCode
    balance: Cents
    by: str = ""
    order: OrderId = NO_ORDER
    """Who has it pay from the desk, and by which order; empty for a scan at the gate."""
    product_id: str = ""
    note: str = ""


@frozen
class Collection:
    """The vouchers held so far for an admission whose price they do not reach. Times are monotonic."""

    price: Cents
    held: tuple[Held, ...] = ()
    lapses: float = 0.0

    @property
    def sum(self) -> Cents:
        """What is on the vouchers held, in cents."""
        return Cents(sum(one.balance for one in self.held))

    @property
    def missing(self) -> Cents:
        """What is to come from others, in cents; more than nothing."""
        return Cents(self.price - self.sum)

    @property
    def codes(self) -> frozenset[str]:
        """What the vouchers held are called, on their scans and by E-GUMA."""
        return frozenset({str(one.code) for one in self.held} | {str(one.voucher_code) for one in self.held})

    def with_one_more(self, one: Held, now: float) -> Self:
        """Return it with one more voucher held."""
        return replace(self, held=(*self.held, one), lapses=now + MORE_SECONDS)


@frozen
class Pool:
    """The attempts that pay one admission together, in the order of their charges; the last opens the gate."""

    payers: "tuple[Attempt, ...]"
    price: Cents

    @property
    def visitor_at(self) -> "Attempt | None":
        """The payer whose verdict the visitor waits for; None: he has been told."""
        return next((payer for payer in self.payers if payer.verdict_due is not None), None)

    def told(self, kind: MessageKind) -> MessageKind:
        """Return what the visitor is told in place of what one payer alone would tell him."""
        is_charged = any(isinstance(payer.state, Contributed) for payer in self.payers)
        fate = kind.telling.fate
        if fate is MoneyFate.CREDIT or (is_charged and fate is MoneyFate.NOT_CHARGED):
            return MessageKind.GIVEN_BACK
        return kind

    def next_step(self, at: Instant) -> AttemptEvent | None:
        """Return what is to be told to a payer that waits for the others; None: nothing, or none waits."""
        waiting = [payer for payer in self.payers if isinstance(payer.state, Ready | Contributed)]
        others = [payer for payer in self.payers if not isinstance(payer.state, Ready | Contributed)]
        if not waiting or any(isinstance(payer.state, Releasing | Admitting) for payer in others):
            return None
        if not all(_is_under_way(payer) for payer in others):
            return PoolFailed(at, waiting[0].id)
        if others:
            return None
        ready = next((payer for payer in waiting if isinstance(payer.state, Ready)), None)
        return PoolPaid(at, self.payers[-1].id) if ready is None else ContributionDue(at, ready.id)


def _is_under_way(payer: "Attempt") -> bool:
    """Whether it may still be charged in the visitor's time."""
    return payer.verdict_due is not None and isinstance(payer.state, Intending | Redeeming | InDoubt | Recording)
