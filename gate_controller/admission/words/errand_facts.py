"""What the journal holds of errands: what staff have the gate do at E-GUMA besides admissions."""

from enum import StrEnum

from gate_controller.admission.words.codes import VoucherCode
from gate_controller.admission.words.facts import Fact, Standing
from gate_controller.admission.words.frozen import frozen
from gate_controller.admission.words.ids import NOBODY, AttemptId, Incident
from gate_controller.admission.words.money import Cents, Currency


class ErrandKind(StrEnum):
    """What staff want done; the words that staff read."""

    PART_VOID = "part given back"
    TOP_UP = "top-up"
    SALE = "sale"
    TAKING_BACK = "taking back"
    """A depot voucher that was sold is worth nothing again."""
    CHECK_IN = "check-in"
    """Of a ticket, whose number stands for the voucher's code: nobody is let in by it."""
    CHECK_OUT = "check-out"


OF_TICKETS = frozenset({ErrandKind.CHECK_IN, ErrandKind.CHECK_OUT})


@frozen
class ErrandRefused(Fact):
    """It was not begun: E-GUMA says that it cannot be done, or could not be asked. Nothing has changed there."""

    leaves = Standing.CLOSED
    incident: Incident
    errand: ErrandKind
    voucher_code: VoucherCode
    by: str
    why: str
    text: str = ""
    """E-GUMA's words, where it gave any."""
    amount: Cents | None = None
    """What was asked for, where the person said it."""
    reason: str = ""


@frozen
class ErrandBegun(Fact):
    """It may be sent from here on, once; its fate is unknown until `ErrandDone`, `ErrandNotDone` or `OpenItem`."""

    leaves = Standing.UNFINISHED
    incident: Incident
    errand: ErrandKind
    voucher_code: VoucherCode
    amount: Cents
    currency: Currency
    by: str
    reason: str = ""
    order: str = ""
    """What names the person's order: given again, it is not carried out a second time."""
    before: Cents | None = None
    """What was on the voucher before it; None for depot vouchers, of which E-GUMA tells no balance."""
    says_amount: bool = True
    """Whether the amount goes with the request; else it is E-GUMA's own."""
    payment_id: str = ""
    charge: AttemptId = NOBODY
    """The attempt of whose charge a part is given back, and the number of its next fact."""
    place: int = 0
    token: str = ""


@frozen
class ErrandDoubted(Fact):
    """It was sent and its fate is unknown."""

    leaves = Standing.UNFINISHED
    why: str


@frozen
class ErrandDone(Fact):
    """It took effect. `how` says what proves it."""

    leaves = Standing.CLOSED
    how: str
    balance_after: Cents | None = None


@frozen
class ErrandNotDone(Fact):
    """It was begun and took no effect."""

    leaves = Standing.CLOSED
    why: str
    text: str = ""
    """E-GUMA's words, where it gave any."""


@frozen
class PartVoided(Fact):
    """Of the charge of this attempt a part was given back, by an errand of its own; the rest stands."""

    leaves = Standing.CLOSED
    amount: Cents
    """0 where nobody can tell whether it was: the errand is an open item."""
    by: str
    reason: str
    errand_incident: Incident
