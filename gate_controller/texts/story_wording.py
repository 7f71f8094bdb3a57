"""
The shape of one language's table of stories: what staff read of an attempt, sentence by sentence.

Placeholders are `str.format` fields: `{voucher}` ("Voucher …KJR3" or "A ShortCode"), `{code}` (the same without the
word), `{price}` and `{balance}` (amounts), `{by}` (a person), `{seconds}`, `{time}`, `{text}` (words of E-GUMA, of a
device or of a person), `{why}` (a reason in this language), `{note}` (E-GUMA's on a voucher), and clauses that are
empty where there is nothing to say: `{left}`, `{reason}`, `{until}`, `{said}`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from gate_controller.admission.words.facts import (
    Adopted,
    Approved,
    CreditOpened,
    Doubted,
    Evidence,
    Fact,
    Intended,
    NotCharged,
    Occurrence,
    OpenItem,
    PaidAlong,
    Passed,
    Redeemed,
    RefundBegun,
    Refunded,
    Refused,
    Regime,
    RegimeEnded,
    Released,
    ReleasedToSensor,
    SecondChargeFeared,
    SecondChargeRuledOut,
    Settled,
    StrayPassage,
)
from gate_controller.admission.words.free_facts import FreeEntryUnused, FreeGrounds
from gate_controller.admission.words.messages import Fault, MessageKind


class Step(Enum):
    """What one sentence of a story tells."""

    REFUSED = auto()
    TURNED_AWAY = auto()
    """Refused after it had been said that it was scanned."""
    SCANNED = auto()
    APPROVED = auto()
    NOTED = auto()
    """What E-GUMA has noted on the voucher, for staff alone."""
    FREE_BY_RULE = auto()
    FREE_IN_OUTAGE = auto()
    FREE_UNUSED = auto()
    NOT_CHARGED = auto()
    DOUBTED = auto()
    CHARGED = auto()
    LISTED = auto()
    """Known to be charged by E-GUMA's list."""
    DROPPED = auto()
    """Known by the balance."""
    TAKEN_AS_CHARGED = auto()
    OPENED = auto()
    OPENED_ON_CREDIT = auto()
    OPENED_UNPROVEN = auto()
    UNWATCHED = auto()
    """Opened, and the sensor could not tell whether somebody went in."""
    PASSED = auto()
    NOBODY_PASSED = auto()
    KEPT = auto()
    """Unused for another reason than that nobody passed."""
    PAID_ALONG = auto()
    """Opened for one person, on this charge and others."""
    PART_UNUSED = auto()
    """Charged as one of several for an admission that did not come about."""
    REFUND_BEGUN = auto()
    REFUND_ORDERED = auto()
    REFUNDED = auto()
    LEFT_TO_PERSON = auto()
    ADOPTED = auto()
    SECOND_CHARGE_FEARED = auto()
    SECOND_CHARGE_RULED_OUT = auto()
    SETTLED = auto()
    LET_IN = auto()
    STRAYED = auto()
    FOLLOWED = auto()
    """Went through behind somebody who had been admitted."""
    REGIME_ENDED = auto()
    REGIME_ENDED_BY = auto()


class Summary(Enum):
    """How an attempt stands, in a line of a list."""

    ADMITTED = auto()
    FREE = auto()
    FREE_UNUSED = auto()
    CHECKING = auto()
    NOT_CHARGED = auto()
    CHARGED = auto()
    CREDIT = auto()
    REFUNDING = auto()
    REFUNDED = auto()
    OPEN = auto()
    SETTLED = auto()
    LET_IN = auto()
    PERHAPS_TWICE = auto()
    CHARGED_ITEM = auto()
    """An open item about a charge that is certain."""
    UNSURE_ITEM = auto()
    """An open item about a charge that is not."""


class Cause(Enum):
    """A reason that the gate itself gives; each value is the pattern of its words in the journal."""

    STOPPED_BEFORE_REDEEM = "the gate stopped before Redeem was sent"
    CANCELLED_BEFORE_STOP = "cancelled before the gate stopped"
    NO_TRACE = "no trace of a charge after the settling time"
    KEY = "key not accepted"
    REFUSED_BY_EGUMA = "refused by E-GUMA"
    JOURNAL_FAILS = "the journal fails"
    INTENT_SLOW = "the intent took too long to write"
    INTENT_UNWRITTEN = "the intent could not be written"
    ELSEWHERE = "its voucher's money is on its way in (.+)"
    NOT_SENT = "not sent: (.+)"
    BARRED = "([a-z ]+) came between"
    REFUSED_AFTER_YES = "refused after Balance had said yes: (.*)"
    NO_ANSWER = "no answer in the visitor's time"
    UNANSWERED = "no answer from E-GUMA .*"
    TORN = "the journal was corrupt: what followed the intent may be lost"
    SEEN_AT_OPENING = "it saw somebody when the gate opened"
    SEEN_ALL_ALONG = "it saw somebody all the time while the gate was open"
    SEEN_NOBODY = "it has seen nobody in ([0-9]+) releases in a row"
    CHATTERS = "it saw somebody ([0-9]+) times within .*: it chatters"
    SEES_SOMEBODY = "it sees somebody, since .*"
    STOPPED_BEFORE_RELEASE = "the gate stopped between the charge and the release"
    STOPPED_BEFORE_OPENING = "the gate stopped before it opened"
    FREE_SLOW = "the free entry took too long to write"
    FREE_UNWRITTEN = "the free entry could not be written"
    CONFIRMED_LATE = "the charge was confirmed after the visitor had been refused"
    RELAY_FAILED = "the relay failed: (.+)"
    ANOTHER_FAILED = "another voucher for the same admission was not charged"
    NOBODY_PASSED = "nobody passed"
    RECORD_MISSING = "the record of what was intended is missing"
    FOREIGN = "the journal came from another machine, .*"
    UNVERIFIED = "let in after a crash, without proof that the charge had not been given back before it"
    UNSURE = "let in on a charge that something else may explain"
    NO_HELP = "a power cut took what was on the voucher before, and E-GUMA's list does not help"
    TOKENLESS = "charged and not used; without a token it cannot be refunded"
    OVERDUE = "E-GUMA has not accepted the refund within a day; the gate goes on trying"
    REFUND_REFUSED = "E-GUMA refused the refund: (.+)"
    REFUND_UNPROVEN = "E-GUMA refused the refund, and the balance does not show that it took place"
    CHARGED_TWICE = "charged twice for one admission: the request was sent a second time on the way"
    MORE_TAKEN = "more than the price was taken, and E-GUMA's list does not tell by whom"
    JOURNAL_LOST = "the journal was corrupt and is kept at (.+): compare its days with .*"
    CONFIRMED = "confirmed by E-GUMA"
    BALANCE_ROSE = "the balance has risen by the price"
    OTHER_USER = "another user took the difference"
    CAME_FROM_ELSEWHERE = "the journal came from another machine"
    REPLACED = "another order came"
    OVER = "its time was up"
    NOT_OPENED = "it did not open: (.+)"
    NOT_ASKED = "E-GUMA could not be asked"
    UNKNOWN_VOUCHER = "E-GUMA knows no such voucher, or does not say what is on it"
    NOT_LOOKED_UP = "whether it took effect cannot be told: E-GUMA does not say how the voucher is"
    SAYS_NO = "E-GUMA says that it cannot be done"
    OTHER_AMOUNT = "E-GUMA says what it is worth, and it is another amount"
    AMOUNT_MISSING = "E-GUMA leaves the amount to the seller: say which"
    AMOUNT_UNKNOWN = "E-GUMA does not say what it is worth"
    OTHER_CURRENCY = "it is in another currency"
    OTHER_VOUCHER = "E-GUMA answered about another voucher"
    MORE_THAN_ALLOWED = "it is more than whoever ordered it may move at a time"
    BUSY = "(.+), of the same voucher, is not settled yet"
    ERRAND_UNWRITTEN = "the journal could not be written"
    UNCHANGED = "nothing has changed at E-GUMA after the settling time"
    SEEN = "the voucher has changed by exactly that"
    SEEN_THOUGH_REFUSED = "the voucher has changed by exactly that, though E-GUMA refused it in the end"
    TWO_EXPLANATIONS = "whether it took effect cannot be told: the voucher has changed by something else"
    OTHER_END = "it took effect, and the voucher is not as it should be after it: it may have been carried out twice"
    REFUSED_AFTER_ALLOWED = "refused after it had been allowed: (.*)"


CHARGED: Final[Mapping[Evidence, Step]] = {
    Evidence.ANSWER: Step.CHARGED,
    Evidence.LIST: Step.LISTED,
    Evidence.BALANCE: Step.DROPPED,
    Evidence.UNSURE: Step.TAKEN_AS_CHARGED,
}

FREE: Final[Mapping[FreeGrounds, Step]] = {
    FreeGrounds.RULE: Step.FREE_BY_RULE,
    FreeGrounds.OUTAGE: Step.FREE_IN_OUTAGE,
}

STEPS: Final[Mapping[type[Fact], Step]] = {
    Refused: Step.REFUSED,
    Intended: Step.SCANNED,
    Approved: Step.APPROVED,
    FreeEntryUnused: Step.FREE_UNUSED,
    NotCharged: Step.NOT_CHARGED,
    Doubted: Step.DOUBTED,
    PaidAlong: Step.PAID_ALONG,
    Released: Step.UNWATCHED,
    ReleasedToSensor: Step.OPENED_UNPROVEN,
    Passed: Step.PASSED,
    CreditOpened: Step.KEPT,
    RefundBegun: Step.REFUND_BEGUN,
    Refunded: Step.REFUNDED,
    OpenItem: Step.LEFT_TO_PERSON,
    Adopted: Step.ADOPTED,
    SecondChargeFeared: Step.SECOND_CHARGE_FEARED,
    SecondChargeRuledOut: Step.SECOND_CHARGE_RULED_OUT,
    Settled: Step.SETTLED,
    StrayPassage: Step.STRAYED,
    RegimeEnded: Step.REGIME_ENDED,
}
"""What a fact tells, unless what it holds says more."""

SUMMARIES: Final[Mapping[type[Fact], Summary]] = {
    PaidAlong: Summary.ADMITTED,
    Released: Summary.ADMITTED,
    ReleasedToSensor: Summary.ADMITTED,
    Passed: Summary.ADMITTED,
    FreeEntryUnused: Summary.FREE_UNUSED,
    NotCharged: Summary.NOT_CHARGED,
    Redeemed: Summary.CHARGED,
    CreditOpened: Summary.CREDIT,
    RefundBegun: Summary.REFUNDING,
    Refunded: Summary.REFUNDED,
    OpenItem: Summary.OPEN,
    Settled: Summary.SETTLED,
}
"""How it stands after its last fact; after any other it is being checked."""


@dataclass(frozen=True, slots=True)
class StoryWording:
    """Everything that stories say in one language. Reasons are clauses, which stand behind a colon."""

    steps: Mapping[Step, str]
    summaries: Mapping[Summary, str]
    """In a few words, without an end."""
    refusals: Mapping[MessageKind, str]
    """Why nothing was charged: a clause, and a summary too."""
    occurrences: Mapping[Occurrence, str]
    """Without an end: each is a sentence and a summary."""
    regimes: Mapping[Regime, str]
    causes: Mapping[Cause, str]
    """What the pattern of each takes out is `{text}`."""
    barred: Mapping[Fault, str]
    """What may come between a charge and its release."""
    voucher: str
    short_code: str
    left: str
    """The clause `{left}`; its field is `{balance}`."""
    reason: str
    """The clause `{reason}`; its field is `{text}`."""
    until: str
    """The clause `{until}`; its field is `{time}`."""
    said: str
    """The clause `{said}`: what visitors read besides; its field is `{text}`."""
    by: str
    """Behind what a person did about an alarm; its field is `{by}`."""
    ended: str
    """Behind what staff had ordered, once it is over."""
    date: str
    """How a day is written; its fields are `{day}`, `{month}` and `{year}`."""
