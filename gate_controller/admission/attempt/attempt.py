"""
One attempt: what is known of it, and the few things every state does alike.

What it does when something happens stands in one table, in `transitions.py`.
"""

from dataclasses import dataclass, field
from typing import Any, TypeVar

from gate_controller.admission.attempt.states import (
    Admitting,
    AttemptState,
    Checking,
    Claim,
    Closed,
    Credit,
    InDoubt,
    Recording,
    Releasing,
    Timed,
)
from gate_controller.admission.attempt.turn import Turn
from gate_controller.admission.words.codes import Code, VoucherCode, mask
from gate_controller.admission.words.facts import CreditOpened, Evidence, Fact, OpenItem, Redeemed, RefundBegun
from gate_controller.admission.words.ids import AttemptId, Incident
from gate_controller.admission.words.messages import Fault, MessageKind, MoneyFate, Signal
from gate_controller.admission.words.money import Cents

F = TypeVar("F", bound=Fact)


@dataclass(slots=True)
class Attempt:
    """One scan on its way to a verdict, and its money on its way to an end."""

    id: AttemptId
    incident: Incident
    code: Code
    """As it was scanned the last time: a ShortCode is another than the voucher code."""
    state: AttemptState = field(default_factory=Checking)
    begun: float = 0.0
    """Monotonic time of the scan that is being served; a later scan of the same voucher begins anew."""
    begun_wall: float = 0.0
    """Wall clock of the intent: around this moment E-GUMA's list is asked for the charge."""
    facts: int = 0
    """How many facts the attempt has so far."""
    verdict_due: float | None = None
    """Monotonic time by which the visitor must know; None when nobody waits for this attempt's verdict."""
    is_read_back: bool = False
    """Taken up from the journal: what was done about its charge just before the end may not have been recorded."""

    voucher_code: VoucherCode = VoucherCode("")
    price: Cents | None = None
    """What was or is to be charged; the gate's price may be another after a restart. None before the decision."""
    balance_before: Cents | None = None
    """What was on it before the charge; None where a power cut took that."""
    evidence: Evidence | None = None
    """How the charge is known; None while it is not."""
    token: str | None = None
    balance_after: Cents | None = None

    is_used_here: bool = False
    """Somebody went in on its charge at this machine: by then no cancellation of it had been sent."""
    voided: Cents = Cents(0)
    """What has been given back of the charge in parts."""
    refund_begun: RefundBegun | None = None
    """The newest record of a refund of it in the journal, where there is one."""

    @property
    def timer(self) -> float | None:
        """Monotonic time at which its state has something to do by itself; None where it waits for an answer."""
        return self.state.timer if isinstance(self.state, Timed) else None

    @property
    def holds_lane(self) -> bool:
        """Whether another visitor has to wait for this attempt."""
        return self.verdict_due is not None or isinstance(self.state, Releasing | Admitting)

    def serve(self, turn: Turn, since: float | None = None) -> None:
        """Begin the visitor's time budget; `since` (monotonic) is when he scanned, if that was not now."""
        self.begun = turn.at.mono if since is None else since
        self.verdict_due = turn.policy.share(self.begun, turn.policy.VERDICT_SHARE)

    def is_due(self, turn: Turn) -> bool:
        """Whether its visitor must be told something now, or its state has something to do by itself."""
        return self.is_late(turn) or (self.timer is not None and turn.at.mono >= self.timer)

    def is_late(self, turn: Turn) -> bool:
        """Whether the visitor who waits must now be told something, whatever is known."""
        return self.verdict_due is not None and turn.at.mono >= self.verdict_due

    def charge(self, turn: Turn) -> Cents:
        """Return what this attempt charges, in cents."""
        return turn.policy.price if self.price is None else self.price

    def standing_charge(self, turn: Turn) -> Cents:
        """Return what is left of the charge to give back, in cents."""
        return Cents(self.charge(turn) - self.voided)

    def fact(self, kind: type[F], turn: Turn, **fields: Any) -> F:
        """Return the next fact of this attempt."""
        self.facts += 1
        return kind(self.id, self.facts - 1, turn.at.wall, **fields)

    def verdict(
        self,
        turn: Turn,
        kind: MessageKind,
        *,
        balance: Cents | None = None,
        eguma_text: str = "",
        fault: Fault | None = None,
    ) -> None:
        """Tell the visitor how it ended; from here on nobody waits for this attempt."""
        self.verdict_due = None
        turn.show(kind, balance=balance, eguma_text=eguma_text, incident=self.incident, fault=fault, price=self.price)
        word = "admitted" if kind.telling.signal is Signal.ADMITTED else "refused"
        turn.note(
            f"verdict={word} reason={kind.name.lower()} incident={self.incident} "
            f"voucher={mask(self.voucher_code or self.code)} seconds={turn.at.mono - self.begun:.3f}",
            alarm=kind.telling.fate in {MoneyFate.BEING_CHECKED, MoneyFate.CREDIT},
        )

    def not_charged_after_all(self, turn: Turn) -> None:
        """Serve a visitor who waits by a new attempt, or have him scan again where too little time is left for one."""
        if self.verdict_due is None:
            return
        if turn.at.mono <= turn.policy.share(self.begun, turn.policy.GO_ON_SHARE):
            self.verdict_due = None
            turn.serve_anew(self.id)
        else:
            self.verdict(turn, MessageKind.NOT_CHARGED_AFTER_ALL)

    def close(self) -> None:
        """End the gate's work with this attempt."""
        self.state = Closed()

    def record(self, turn: Turn, evidence: Evidence, balance_after: Cents | None, otherwise: InDoubt | str) -> None:
        """Put a charge on disk, found by a look-up or answered with a token; the relay waits for it."""
        self.state = Recording(otherwise=otherwise)
        self.token = otherwise if isinstance(otherwise, str) else None
        self.evidence, self.balance_after = evidence, balance_after
        fact = self.fact(Redeemed, turn, evidence=evidence, token=self.token, balance_after=balance_after)
        turn.write(fact, waiting=self.id)

    def release(self, turn: Turn, claim: Claim) -> None:
        """Open the gate against a charge that is on disk; keep the charge where the way is free or blocked by now."""
        if turn.is_held_open or turn.barred is Fault.BLOCKED:
            # Where the way is free, the charge is not needed, and its visitor must not be told to wait.
            kind = MessageKind.PAID_NOT_NEEDED if turn.is_held_open else MessageKind.PAID_BUT_SHUT
            self.verdict(turn, kind, balance=self.balance_after, fault=turn.barred)
            self.open_credit(turn, turn.came_between, claim)
            return
        self.state = Releasing(claim=claim)
        turn.release(self.id)

    def open_credit(self, turn: Turn, why: str, claim: Claim = Claim.CHARGE) -> None:
        """Keep the unused charge for this voucher, for a limited time. `claim` is on what the gate was opened."""
        seconds = turn.policy.credit_seconds
        # Where a power cut took the balance before, the list has decided alone, and no balance can prove more.
        is_alone = self.evidence is Evidence.LIST and self.balance_before is None
        is_proven = claim is not Claim.CHARGE or not self.is_read_back or is_alone
        self.state = Credit(timer=turn.at.mono + seconds, is_proven=is_proven)
        turn.write(self.fact(CreditOpened, turn, why=why, until=turn.at.wall + seconds))
        turn.note(f"credit=opened incident={self.incident} why={why!r}", alarm=True)

    def hand_to_staff(self, turn: Turn, reason: str, *, is_foreign: bool = False, perhaps_back: bool = False) -> None:
        """Make the attempt an open item: a person decides, the gate is done."""
        turn.write(self.fact(OpenItem, turn, reason=reason, is_foreign=is_foreign, perhaps_back=perhaps_back))
        turn.note(f"open_item incident={self.incident} reason={reason!r}", alarm=True)
        self.close()
