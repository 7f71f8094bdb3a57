"""
One errand: what staff have the gate do at E-GUMA besides admissions, and the few things every state does alike.

A top-up, a depot voucher sold or taken back, a charge given back in part: each changes something at E-GUMA when it is
sent, and again when it is sent again. So it is asked first, put on disk, sent once, and looked up where its answer is
lost (design.md, "What staff have done at E-GUMA").
"""

from dataclasses import field
from typing import Any, TypeVar

from gate_controller.admission.attempt.turn import Turn
from gate_controller.admission.errand.errand_states import Enquiring, ErrandState, Over, Wondering
from gate_controller.admission.words.codes import VoucherCode, mask
from gate_controller.admission.words.errand_facts import (
    ErrandBegun,
    ErrandDone,
    ErrandKind,
    ErrandNotDone,
    ErrandRefused,
    PartVoided,
)
from gate_controller.admission.words.facts import Fact, OpenItem
from gate_controller.admission.words.frozen import frozen, slotted
from gate_controller.admission.words.ids import NO_ORDER, NOBODY, AttemptId, Incident, OrderId
from gate_controller.admission.words.money import Cents, Currency

F = TypeVar("F", bound=Fact)


@frozen(kw_only=True)
class ErrandWish:
    """What a person wants done, and what names it."""

    kind: ErrandKind
    voucher_code: VoucherCode
    amount: Cents | None
    """What that person says; None where E-GUMA does."""
    by: str
    most: Cents | None = None
    """What that person may move at a time; None: without a limit."""
    reason: str = ""
    order: OrderId = NO_ORDER
    payment_id: str = ""
    charge: AttemptId = NOBODY
    """The attempt of whose charge a part is given back, the number of its next fact, and its redeem token."""
    place: int = 0
    token: str = ""


@slotted
class Errand:
    """Something that a person wants done at E-GUMA, on its way to an end."""

    id: AttemptId
    incident: Incident
    wish: ErrandWish
    voucher_code: VoucherCode
    """As E-GUMA names it, once it has been asked: a ShortCode is another."""
    currency: Currency
    amount: Cents | None = None
    """What it comes to, once that is known."""
    before: Cents | None = None
    """What was on the voucher before it."""
    says_amount: bool = True
    state: ErrandState = field(default_factory=Enquiring)
    facts: int = 0

    @property
    def timer(self) -> float | None:
        """Monotonic time at which it has something to do by itself; None where it waits for an answer."""
        return self.state.timer if isinstance(self.state, Wondering) else None

    def fact(self, kind: type[F], turn: Turn, **fields: Any) -> F:
        """Return the next fact of this errand."""
        self.facts += 1
        return kind(self.id, self.facts - 1, turn.at.wall, **fields)

    def refuse(self, turn: Turn, why: str, text: str = "") -> None:
        """End it before it was begun: nothing has changed at E-GUMA."""
        wish = self.wish
        refused = self.fact(
            ErrandRefused,
            turn,
            incident=self.incident,
            errand=wish.kind,
            voucher_code=self.voucher_code,
            by=wish.by,
            why=why,
            text=text,
            amount=wish.amount,
            reason=wish.reason,
        )
        turn.write(refused)
        self._end(turn, f"refused why={why!r}")

    def begun(self, turn: Turn) -> ErrandBegun:
        """Return the record without which nothing is sent."""
        wish = self.wish
        return self.fact(
            ErrandBegun,
            turn,
            incident=self.incident,
            errand=wish.kind,
            voucher_code=self.voucher_code,
            amount=self.amount,
            currency=self.currency,
            by=wish.by,
            reason=wish.reason,
            order=wish.order,
            before=self.before,
            says_amount=self.says_amount,
            payment_id=wish.payment_id,
            charge=wish.charge,
            place=wish.place,
            token=wish.token,
        )

    def done(self, turn: Turn, how: str, balance_after: Cents | None, doubt: str = "") -> None:
        """It took effect; `doubt` is why a person should look at it all the same."""
        facts: list[Fact] = [self.fact(ErrandDone, turn, how=how, balance_after=balance_after)]
        if self.wish.charge:
            # In the same commit: a charge never seems whole of which a part is back.
            facts.append(self._part_voided(turn, self.amount or Cents(0)))
        if doubt:
            facts.append(self.fact(OpenItem, turn, reason=doubt))
        turn.write(*facts)
        self._end(turn, f"done how={how!r}", alarm=bool(doubt))

    def _part_voided(self, turn: Turn, amount: Cents) -> PartVoided:
        wish = self.wish
        return PartVoided(
            wish.charge, wish.place, turn.at.wall, amount, by=wish.by, reason=wish.reason, errand_incident=self.incident
        )

    def not_done(self, turn: Turn, why: str, text: str = "") -> None:
        """It took no effect."""
        turn.write(self.fact(ErrandNotDone, turn, why=why, text=text))
        self._end(turn, f"not_done why={why!r}")

    def hand_to_staff(self, turn: Turn, reason: str, *, is_foreign: bool = False) -> None:
        """Make it an open item: a person decides, the gate is done."""
        facts: list[Fact] = [self.fact(OpenItem, turn, reason=reason, is_foreign=is_foreign)]
        if self.wish.charge and not is_foreign:
            # The charge may be listed with less from here on, and its refund may be refused: nobody knows how much.
            facts.append(self._part_voided(turn, Cents(0)))
        turn.write(*facts)
        self._end(turn, f"open_item reason={reason!r}", alarm=True)

    def _end(self, turn: Turn, how: str, *, alarm: bool = False) -> None:
        kind = self.wish.kind.value
        turn.note(
            f"errand=ended what={kind!r} incident={self.incident} voucher={mask(self.voucher_code)} how={how}",
            alarm=alarm,
        )
        self.state = Over()
