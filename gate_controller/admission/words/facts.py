"""
What the journal holds: facts about attempts, only ever added.

Each fact says what it leaves the attempt as: unfinished (the gate has work to do), open (a person has), or closed.
The last fact of an attempt decides. `recovery.py` turns the facts of unfinished attempts into attempts again.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import ClassVar

from gate_controller.admission.words.codes import Code, VoucherCode
from gate_controller.admission.words.frozen import frozen
from gate_controller.admission.words.ids import NOBODY, AttemptId, Incident
from gate_controller.admission.words.money import Cents, Currency


class Standing(StrEnum):
    """Who still has work with an attempt."""

    UNFINISHED = "unfinished"
    OPEN = "open"
    CLOSED = "closed"


class Evidence(StrEnum):
    """How a redemption is known."""

    ANSWER = "answer"
    """Redeem was answered with a token."""
    LIST = "list"
    """Found in E-GUMA's list of redemptions; there is no token."""
    BALANCE = "balance"
    """The balance dropped by the price or more; there is no token."""
    UNSURE = "unsure"
    """The balance dropped, but something else may explain it; the visitor is let in and staff are told."""


@frozen
class Fact:
    """One thing that is so, for ever. `at` is wall clock, in seconds since 1970, corrected by E-GUMA's where known."""

    leaves: ClassVar[Standing]
    attempt: AttemptId
    n: int
    """The fact's place among the facts of its attempt, from 0: writing a fact again changes nothing."""
    at: float


@frozen
class Refused(Fact):
    """A verdict with no charge and no intent of one; E-GUMA's words where it gave any."""

    leaves = Standing.CLOSED
    incident: Incident
    code: Code
    reason: str
    text: str = ""
    balance: Cents | None = None


@frozen
class Intended(Fact):
    """The price is to be charged to a scanned code, should Balance allow it: written while it is being asked."""

    leaves = Standing.UNFINISHED
    incident: Incident
    code: Code
    price: Cents
    currency: Currency
    reference: str
    boot: str = ""
    """The machine's boot in which it was written; empty where it could not be told."""
    is_dated: bool = True
    """Whether the wall clock was sure by then."""
    voucher_code: VoucherCode = VoucherCode("")
    balance_before: Cents | None = None
    """These two are written here, and not as `Approved`, where the intent is written after Balance has answered."""
    leader: AttemptId = NOBODY
    """Of several vouchers that pay one admission: the attempt that opens the gate; the price is this one's part."""
    by: str = ""
    """Who has had him let in from the desk; empty for a scan at the gate."""
    order: str = ""
    """What names that person's order: given again, it charges nobody a second time."""
    product_id: str = ""
    note: str = ""
    """As in `Approved`, where that is not written."""


@frozen
class Approved(Fact):
    """Balance allows the charge: Redeem may be sent from here on."""

    leaves = Standing.UNFINISHED
    voucher_code: VoucherCode
    balance_before: Cents
    product_id: str = ""
    """What E-GUMA calls the product of the voucher; empty where it does not say."""
    note: str = ""
    """E-GUMA's note on a voucher that is redeemable: for staff, never for visitors."""


@frozen
class NotCharged(Fact):
    """The intended charge did not take place."""

    leaves = Standing.CLOSED
    reason: str
    text: str = ""


@frozen
class Doubted(Fact):
    """Redeem was sent and its fate is unknown."""

    leaves = Standing.UNFINISHED
    why: str


@frozen
class Redeemed(Fact):
    """The price was charged."""

    leaves = Standing.UNFINISHED
    evidence: Evidence
    token: str | None = None
    balance_after: Cents | None = None


@frozen
class Released(Fact):
    """The relay was pulsed against this charge. Without a sensor to say otherwise the visitor was admitted."""

    leaves = Standing.CLOSED
    why: str = ""
    """Why the sensor that is fitted could not say otherwise; empty where none is."""
    order: str = ""
    """What names the order of the person who had him let in from the desk."""


@frozen
class PaidAlong(Fact):
    """The relay was pulsed against this charge and those of others, for one person: `leader` tells of him."""

    leaves = Standing.CLOSED
    leader: AttemptId


@frozen
class ReleasedToSensor(Fact):
    """The relay was pulsed, and a passage sensor will tell whether somebody went through."""

    leaves = Standing.UNFINISHED
    unverified: bool = False
    """On a charge that nobody could prove after a crash."""
    order: str = ""
    """As in `Released`."""


@frozen
class Passed(Fact):
    """Somebody went through."""

    leaves = Standing.CLOSED


@frozen
class CreditOpened(Fact):
    """The charge is unused: until `until` (wall clock) the same voucher code opens the gate without another."""

    leaves = Standing.UNFINISHED
    why: str
    until: float


@frozen
class RefundBegun(Fact):
    """The cancellation may be sent from here on; its fate is unknown until `Refunded` or `OpenItem`."""

    leaves = Standing.UNFINISHED
    by: str = ""
    """The person who ordered it; empty where the gate does it by itself."""
    reason: str = ""
    """Why, in that person's words."""
    balance: Cents | None = None
    """What was on the voucher before the first cancellation; None where nobody could say."""


@frozen
class Refunded(Fact):
    """The charge was given back. `how` says what proves it."""

    leaves = Standing.CLOSED
    how: str


@frozen
class OpenItem(Fact):
    """The fate of the money needs a person."""

    leaves = Standing.OPEN
    reason: str
    repeats: bool = False
    """The gate goes on trying to give the charge back, until E-GUMA accepts or a person settles the item."""
    is_foreign: bool = False
    """It was unfinished in a journal that came from another machine: `Adopted` gives it back to the gate."""
    perhaps_back: bool = False
    """A cancellation whose answer was lost may have given the charge back."""


@frozen
class Adopted(Fact):
    """A person said that the journal which came from another machine is this gate's: it goes on where it stood."""

    leaves = Standing.UNFINISHED
    by: str


@frozen
class SecondChargeFeared(Fact):
    """More than the price had gone when the charge was answered: the request may have been sent twice on the way."""

    leaves = Standing.UNFINISHED


@frozen
class SecondChargeRuledOut(Fact):
    """It was charged once; `how` says what proves it."""

    leaves = Standing.CLOSED
    how: str


UNSURE = "let in on a charge that something else may explain"
UNVERIFIED = "let in after a crash, without proof that the charge had not been given back before it"


@frozen
class Settled(Fact):
    """A person settled the open item."""

    leaves = Standing.CLOSED
    by: str
    reason: str
    let_in: bool = False
    """Its visitor was let in on that charge."""


@frozen
class StrayPassage(Fact):
    """
    Somebody went through without an admission of their own.

    `after` is the attempt on whose admission they may have followed; empty where there was none just before.
    """

    leaves = Standing.CLOSED
    incident: Incident
    after: str = ""


class Occurrence(StrEnum):
    """What happens at a gate besides admissions; the words that staff read."""

    EXIT = "exit opened"
    OPENED_BY_STAFF = "opened by staff"
    NOT_RELEASED = "could not be opened"
    """The relay failed: what was to be opened before, by staff or the exit button, was not."""
    FIRE = "fire alarm"
    FIRE_ENDED = "fire alarm ended"
    HELD_OPEN = "held open"
    HELD_OPEN_ENDED = "no longer held open"
    CLOSED = "closed by key"
    CLOSED_ENDED = "key turned back"
    TAMPERED = "housing opened"
    TAMPERED_ENDED = "housing shut"
    BLOCKED = "gate blocked"
    FORCED = "open without a release"
    STAYED_SHUT = "did not open"
    STAYED_OPEN = "did not shut"
    OUTAGE = "E-GUMA out of reach"
    """What becomes of visitors meanwhile is its reason: one of `OutageConduct`."""
    OUTAGE_ENDED = "E-GUMA answers again"
    PRICES = "prices changed"


@frozen
class Occurred(Fact):
    """Something that bears on no money happened: the gate was opened for somebody else, held open, or tampered with."""

    leaves = Standing.CLOSED
    incident: Incident
    what: Occurrence
    by: str = ""
    """The person or the input."""
    reason: str = ""
    order: str = ""
    """What names the person's order: given again, it opens nothing a second time."""


@frozen
class PricesChanged(Occurred):
    """Admissions cost something else from here on; what, its reason tells. Whoever is in the lane pays as he began."""

    prices: str = ""
    """The whole price list, as `PriceRecord` writes it: the journal remembers the newest one."""


class Regime(StrEnum):
    """What staff order for a while; the words that staff read."""

    HELD_OPEN = "held open by staff"
    LOCKED = "locked by staff"
    OUT_OF_SERVICE = "put out of service"


@frozen
class RegimeBegun(Fact):
    """From here on the gate is as a person has ordered, across restarts too, until a moment or until `RegimeEnded`."""

    leaves = Standing.UNFINISHED
    incident: Incident
    regime: Regime
    by: str
    reason: str = ""
    until: float | None = None
    """When it ends by itself (wall clock); None: when a person says so."""
    text: str = ""
    """What the visitor is told besides, in staff's own words."""
    order: str = ""


@frozen
class RegimeEnded(Fact):
    """The gate is as it is without an order again. `by` is the person who ended it; empty where nobody did."""

    leaves = Standing.CLOSED
    by: str = ""
    why: str = ""
    order: str = ""
    """What names the order that ended it, or that it could not carry out; empty where it ended otherwise."""


def approval(facts: Iterable[Fact]) -> Approved | None:
    """Return what Balance said of an attempt whose charge it allowed, from its facts; None where that is not known."""
    for fact in facts:
        if isinstance(fact, Approved):
            return fact
        if isinstance(fact, Intended) and fact.balance_before is not None:
            said = fact.voucher_code, fact.balance_before, fact.product_id, fact.note
            return Approved(fact.attempt, fact.n, fact.at, *said)
    return None


def voucher_of(facts: Iterable[Fact]) -> VoucherCode:
    """Return whose money an attempt is about, from its facts; empty where it has no intent."""
    facts = tuple(facts)
    if (approved := approval(facts)) is not None:
        return approved.voucher_code
    # Had Balance returned another code, that would be on disk before Redeem was sent: it is synced.
    return next((VoucherCode(fact.code) for fact in facts if isinstance(fact, Intended)), VoucherCode(""))


def is_foreign(facts: Sequence[Fact]) -> bool:
    """Whether an attempt is left to a person because its journal came from another machine."""
    return isinstance(facts[-1], OpenItem) and facts[-1].is_foreign
