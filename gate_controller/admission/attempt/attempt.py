"""
One attempt: what is known of it, and the few things every state does alike.

What it does when something happens stands in one table, in `transitions.py`.
"""

from dataclasses import dataclass, field
from enum import Enum
from typing import Any, TypeVar

from gate_controller.admission.attempt.evidence import ListSays
from gate_controller.admission.attempt.turn import Turn
from gate_controller.admission.words.codes import Code, VoucherCode, mask
from gate_controller.admission.words.facts import CreditOpened, Evidence, Fact, OpenItem, Redeemed
from gate_controller.admission.words.ids import AttemptId, Incident
from gate_controller.admission.words.messages import Fault, MessageKind, MoneyFate, Signal
from gate_controller.admission.words.money import Cents
from gate_controller.admission.words.outcomes import CallFailed

F = TypeVar("F", bound=Fact)


class State(Enum):
    """Where an attempt stands."""

    CHECKING = "checking"
    """Balance is being asked."""
    INTENDING = "intending"
    """The intent is on its way to disk."""
    REDEEMING = "redeeming"
    """Redeem has been sent."""
    RECORDING = "recording"
    """The redemption is on its way to disk."""
    RELEASING = "releasing"
    """The relay is being pulsed."""
    RELEASED = "released"
    """The gate is open for this person, or was a moment ago."""
    IN_DOUBT = "in doubt"
    """Redeem was sent and its fate is being looked up."""
    CREDIT = "credit"
    """Charged and unused: the same voucher opens the gate once without a charge."""
    WEIGHING = "weighing"
    """The balance is being asked before the first cancellation, so that a refusal can be judged later."""
    REFUNDING = "refunding"
    """The charge is being given back, until E-GUMA accepts."""
    AUDITING = "auditing"
    """Used or given back, and looked up whether it was charged a second time."""
    CLOSED = "closed"
    """The gate has no more work with it."""


@dataclass(slots=True)
class Attempt:
    """One scan on its way to a verdict, and its money on its way to an end."""

    id: AttemptId
    incident: Incident
    code: Code
    """As it was scanned the last time: a ShortCode is another than the voucher code."""
    state: State = State.CHECKING
    begun: float = 0.0
    """Monotonic time of the scan that is being served; a later scan of the same voucher begins anew."""
    begun_wall: float = 0.0
    """Wall clock of the intent: around this moment E-GUMA's list is asked for the charge."""
    facts: int = 0
    """How many facts the attempt has so far."""
    verdict_due: float | None = None
    """Monotonic time by which the visitor must know; None when nobody waits for this attempt's verdict."""
    timer: float | None = None
    """Monotonic time at which the state has something to do by itself."""

    voucher_code: VoucherCode = VoucherCode("")
    price: Cents | None = None
    """What was or is to be charged; the gate's price may be another after a restart. None before the decision."""
    balance_before: Cents = Cents(0)
    evidence: Evidence | None = None
    """How the charge is known; None while it is not."""
    token: str | None = None
    balance_after: Cents | None = None

    refused: CallFailed | None = None
    """What E-GUMA refused Redeem with after Balance had said yes, while a look-up after it has not told yet."""
    refused_at: float = 0.0
    """Monotonic time of that refusal: what was asked before says nothing of it."""
    looking: int = 0
    """How many look-ups are out whose answers will come."""
    list_says: ListSays = ListSays.NOTHING
    """What the newest list told."""
    others_took: frozenset[Cents] = frozenset()
    """The amounts that it shows of other users: one of exactly a difference explains it."""
    attends: bool = False
    """The visitor of this very charge has not gone since Redeem was sent, if he still waits."""
    tries: int = 0
    looked_at: float = 0.0
    """Monotonic time at which the newest look-up began."""
    settle_at: float = 0.0
    """Monotonic time from which a look-up without a trace means: not charged."""
    unproven: bool = False
    """Read from the journal after a crash: what was done about the charge just before may not have been recorded."""
    unverified: bool = False
    """Released on an unproven charge, because nobody could be asked: a person has to look."""
    on_credit: bool = False
    weighed: Cents | None = None
    """What was on the voucher before the first cancellation, where it was asked."""
    refund_by: str = ""
    """Who ordered the refund; empty where the gate does it by itself."""
    refund_since: float | None = None
    """Wall clock at which the refund was recorded."""
    is_open_item: bool = False
    """The refund is an open item as well, because it has not been accepted for too long."""
    crossed: set[VoucherCode] = field(default_factory=set)
    """Vouchers of which a refund began or ended while Balance was being asked: its answer may be from before."""
    until: float | None = None
    """Wall clock at which a credit read back from the journal ends; None once a clock that is sure has told when."""
    lapses: float = 0.0
    """Monotonic time at which such a credit ends, whatever a clock that is sure may still say."""
    refund_recorded: bool = False
    """`RefundBegun` is on disk (or cannot be, because the journal fails): the cancellation may be sent."""
    goes_on: bool = False
    """Nothing is charged after all, and its visitor waits: a new attempt serves him in the rest of his time."""
    refusal_asked: bool = False
    """The balance has been asked what a refused cancellation means; an earlier look-up's answer says nothing of it."""
    refund_unknown: bool = False
    """A cancellation's answer was lost, so a refusal of the next may mean that it had worked."""

    @property
    def holds_lane(self) -> bool:
        """Whether another visitor has to wait for this attempt."""
        return self.verdict_due is not None or self.state in {State.RELEASING, State.RELEASED}

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
            self.goes_on, self.verdict_due = True, None
        else:
            self.verdict(turn, MessageKind.NOT_CHARGED_AFTER_ALL)

    def close(self) -> None:
        """End the gate's work with this attempt."""
        self.state, self.timer, self.looking = State.CLOSED, None, 0

    def record(self, turn: Turn, evidence: Evidence, token: str | None, balance_after: Cents | None) -> None:
        """Put a charge on disk; the relay waits for it."""
        self.state, self.timer, self.looking = State.RECORDING, None, 0
        self.evidence, self.token, self.balance_after = evidence, token, balance_after
        fact = self.fact(Redeemed, turn, evidence=evidence, token=token, balance_after=balance_after)
        turn.write(fact, waiting=self.id)

    def release(self, turn: Turn) -> None:
        """Open the gate against a charge that is on disk; keep the charge where the way is free or blocked by now."""
        if turn.is_held_open or turn.barred is Fault.BLOCKED:
            # Where the way is free, the charge is not needed, and its visitor must not be told to wait.
            kind = MessageKind.PAID_NOT_NEEDED if turn.is_held_open else MessageKind.PAID_BUT_SHUT
            self.verdict(turn, kind, balance=self.balance_after, fault=turn.barred)
            self.open_credit(turn, turn.came_between)
            return
        self.state, self.timer = State.RELEASING, None
        turn.release(self.id)

    def open_credit(self, turn: Turn, why: str) -> None:
        """Keep the unused charge for this voucher, for a limited time."""
        seconds = turn.policy.credit_seconds
        self.state, self.timer, self.on_credit, self.until = State.CREDIT, turn.at.mono + seconds, False, None
        turn.write(self.fact(CreditOpened, turn, why=why, until=turn.at.wall + seconds))
        turn.note(f"credit=opened incident={self.incident} why={why!r}", alarm=True)

    def hand_to_staff(self, turn: Turn, reason: str) -> None:
        """Make the attempt an open item: a person decides, the gate is done."""
        turn.write(self.fact(OpenItem, turn, reason=reason))
        turn.note(f"open_item incident={self.incident} reason={reason!r}", alarm=True)
        self.close()
