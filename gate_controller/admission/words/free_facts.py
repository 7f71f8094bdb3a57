"""Facts about free entries: somebody let in against nothing, by a rule of the house or in an outage of E-GUMA."""

from enum import StrEnum

from gate_controller.admission.words.codes import Code, VoucherCode
from gate_controller.admission.words.facts import Fact, Standing
from gate_controller.admission.words.frozen import frozen
from gate_controller.admission.words.ids import NOBODY, AttemptId, Incident
from gate_controller.admission.words.money import Cents, Currency


class FreeGrounds(StrEnum):
    """Why nothing is charged; the words that programs read."""

    RULE = "rule"
    """A rule of the house, once for each voucher and day."""
    OUTAGE = "outage"
    """E-GUMA could not be reached, and the house lets people in then."""


@frozen
class FreeEntry(Fact):
    """Somebody may go in, and nothing was, is or will be charged for it: the relay may move from here on."""

    leaves = Standing.UNFINISHED
    incident: Incident
    code: Code
    """As it was scanned."""
    grounds: FreeGrounds
    worth: Cents
    """What the admission would have cost."""
    currency: Currency
    voucher_code: VoucherCode = VoucherCode("")
    """Empty where Balance could not say."""
    balance: Cents | None = None
    """What is on the voucher, and stays there; None where Balance could not say."""
    product_id: str = ""
    note: str = ""
    """E-GUMA's note on a voucher that is redeemable: for staff."""
    outage: AttemptId = NOBODY
    """The outage in which it was; empty where it was none."""
    by: str = ""
    order: str = ""
    """Who has had him let in from the desk, and by which order, as in `Intended`."""


@frozen
class FreeEntryUnused(Fact):
    """Nobody went in on the free entry: it counts for nothing, and there is nothing to give back."""

    leaves = Standing.CLOSED
    why: str
