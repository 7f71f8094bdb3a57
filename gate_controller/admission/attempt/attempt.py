"""
One attempt: what is known of it, and the few things every state does alike.

What it does when something happens stands in one table, in `transitions.py`.
"""

from dataclasses import field
from typing import Any, TypeVar

from gate_controller.admission.attempt.pool import Pool
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
from gate_controller.admission.words.codes import Code, TicketNumber, VoucherCode, mask
from gate_controller.admission.words.facts import (
    CreditOpened,
    Evidence,
    Fact,
    Intended,
    OpenItem,
    Redeemed,
    RefundBegun,
)
from gate_controller.admission.words.free_facts import FreeEntry
from gate_controller.admission.words.frozen import slotted
from gate_controller.admission.words.ids import NO_ORDER, NOBODY, AttemptId, Incident, OrderId
from gate_controller.admission.words.local_time import Day
from gate_controller.admission.words.messages import Fault, MessageKind, MoneyFate, Signal
from gate_controller.admission.words.money import Cents
from gate_controller.admission.words.ticket_facts import TicketEvidence

F = TypeVar("F", bound=Fact)

# The next turn of the loop: whatever else follows from the same event comes first.
_CONTRIBUTION_SECONDS = 0.1


@slotted
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

    by: str = ""
    """Who has had him let in from the desk; empty for a scan at the gate."""
    order: OrderId = NO_ORDER
    most: Cents | None = None
    """What whoever that is may have charged for him; None: without a limit."""
    reference: str = ""
    """What names its charge at E-GUMA, once it is intended."""
    voucher_code: VoucherCode = VoucherCode("")
    price: Cents | None = None
    """What was or is to be charged; the gate's price may be another after a restart. None before the decision."""
    balance_before: Cents | None = None
    """What was on it before the charge; None where a power cut took that."""
    evidence: Evidence | None = None
    """How the charge is known; None while it is not."""
    token: str | None = None
    balance_after: Cents | None = None

    leader: AttemptId = NOBODY
    """Of several vouchers that pay one admission: the attempt that opens the gate, whose charge is the last."""
    pool: Pool | None = None
    """Those that pay together, unless a crash has ended that."""

    is_used_here: bool = False
    """Somebody went in on its charge at this machine: by then no cancellation of it had been sent."""
    voided: Cents = Cents(0)
    """What has been given back of the charge in parts."""
    refund_begun: RefundBegun | None = None
    """The newest record of a refund of it in the journal, where there is one."""
    product_id: str = ""
    note: str = ""
    """What Balance says of its voucher besides: for the records alone."""
    chosen_price: Cents | None = None
    """What somebody has chosen for its newest scan in place of the price: rules that name a price give way to it."""
    free: FreeEntry | None = None
    """The record of its free entry, where it is that and somebody goes in on it: then nothing is charged."""

    ticket_number: TicketNumber | None = None
    """The ticket that is to be checked in or out; None: the attempt is a voucher's."""
    is_entry: bool = True
    """Whether its visitor wants in; else out."""
    is_dated: bool = True
    """Whether the wall clock was sure when its ticket's intent was written."""
    known_by: TicketEvidence | None = None
    """How the check-in is known; None while it is not."""

    @property
    def payers(self) -> "tuple[Attempt, ...]":
        """The attempts whose charges together are for one admission; mostly this one alone."""
        return (self,) if self.pool is None else self.pool.payers

    @property
    def codes(self) -> frozenset[str]:
        """What its vouchers are called, on their scans and by E-GUMA."""
        return frozenset(str(code) for payer in self.payers for code in (payer.code, payer.voucher_code) if code)

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
        self.verdict_due = self.begun + turn.policy.budget.verdict

    def is_due(self, turn: Turn) -> bool:
        """Whether its visitor must be told something now, or its state has something to do by itself."""
        return self.is_late(turn) or (self.timer is not None and turn.at.mono >= self.timer)

    def is_late(self, turn: Turn) -> bool:
        """Whether the visitor who waits must now be told something, whatever is known."""
        return self.verdict_due is not None and turn.at.mono >= self.verdict_due

    def charge(self, turn: Turn) -> Cents:
        """Return what this attempt charges, in cents."""
        return turn.price if self.price is None else self.price

    def standing_charge(self, turn: Turn) -> Cents:
        """Return what is left of the charge to give back, in cents."""
        return Cents(self.charge(turn) - self.voided)

    def intended(self, turn: Turn) -> Intended:
        """Return the record of what it is to charge, with what is known of it by now, and name the charge."""
        policy = turn.policy
        # E-GUMA documents letters and digits only (eguma-api.md): a dash that it refused would refuse every visitor.
        self.reference = "".join(filter(str.isalnum, f"{policy.gate_id}{self.id}"))
        return self.fact(
            Intended,
            turn,
            incident=self.incident,
            code=self.code,
            price=self.charge(turn),
            currency=policy.currency,
            reference=self.reference,
            boot=policy.boot,
            is_dated=turn.at.is_sure,
            voucher_code=self.voucher_code,
            balance_before=self.balance_before,
            leader=self.leader,
            by=self.by,
            order=self.order,
            product_id=self.product_id,
            note=self.note,
        )

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
        since: float | None = None,
        valid_day: Day | None = None,
        house_texts: tuple[tuple[str, str], ...] = (),
    ) -> None:
        """Tell the visitor how it ended; from here on nobody waits for this attempt."""
        self.verdict_due = None
        price = self.price
        if self.pool is not None:
            kind, price = self.pool.told(kind), self.pool.price
        turn.show(
            kind,
            balance=balance,
            eguma_text=eguma_text,
            incident=self.incident,
            fault=fault,
            price=price,
            since=since,
            valid_day=valid_day,
            house_texts=house_texts,
        )
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
        if self.pool is None and turn.at.mono <= self.begun + turn.policy.budget.go_on:
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
            # Whoever has a free entry was refused before: nothing came between that and this, in the same turn.
            kind = MessageKind.PAID_NOT_NEEDED if turn.is_held_open else MessageKind.PAID_BUT_SHUT
            self.verdict(turn, kind, balance=self.balance_after, fault=turn.barred)
            self.open_credits(turn, turn.came_between, claim)
            return
        self.state = Releasing(claim=claim)
        turn.release(self.id)

    def open_credits(self, turn: Turn, why: str, claim: Claim) -> None:
        """Keep the unused charges of all that pay: in one commit, or a crash would take one of them for used."""
        turn.write(*[payer._kept(turn, why, claim) for payer in self.payers])  # noqa: SLF001 - of the same class

    def open_credit(self, turn: Turn, why: str, claim: Claim = Claim.CHARGE) -> None:
        """
        Keep the unused charge for this voucher, for a limited time. `claim` is on what the gate was opened.

        One that paid a part of an admission opens none: it lapses at once, and is given back.
        """
        turn.write(self._kept(turn, why, claim))

    def _kept(self, turn: Turn, why: str, claim: Claim) -> CreditOpened:
        seconds = _CONTRIBUTION_SECONDS if self.leader else turn.policy.credit_seconds
        # Where a power cut took the balance before, the list has decided alone, and no balance can prove more.
        is_alone = self.evidence is Evidence.LIST and self.balance_before is None
        is_proven = claim is not Claim.CHARGE or not self.is_read_back or is_alone
        self.state = Credit(timer=turn.at.mono + seconds, is_proven=is_proven)
        turn.note(f"credit=opened incident={self.incident} why={why!r}", alarm=True)
        return self.fact(CreditOpened, turn, why=why, until=turn.at.wall + seconds)

    def hand_to_staff(self, turn: Turn, reason: str, *, is_foreign: bool = False, perhaps_back: bool = False) -> None:
        """Make the attempt an open item: a person decides, the gate is done."""
        turn.write(self.fact(OpenItem, turn, reason=reason, is_foreign=is_foreign, perhaps_back=perhaps_back))
        turn.note(f"open_item=opened incident={self.incident} reason={reason!r}", alarm=True)
        self.close()
