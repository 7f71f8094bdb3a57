"""What a gate is told once: its prices, its rules and its times. All times are in seconds."""

from dataclasses import field
from typing import Self

from gate_controller.admission.words.frozen import frozen
from gate_controller.admission.words.money import Cents, Currency
from gate_controller.admission.words.outage_rules import OutageRules
from gate_controller.admission.words.tariff import Tariff


@frozen
class Policy:
    """The settings that decisions depend on (design.md, "Settings")."""

    gate_id: str
    price: Cents
    currency: Currency
    second_price: Cents | None = None
    """What a scan is charged for which somebody has chosen it; None: there is none."""
    balance_card: str = field(default="", repr=False)
    """The house's own code that does what the balance button does, upper case; empty: there is none."""
    price_card: str = field(default="", repr=False)
    """The same for the price button. Whoever knows one gets in for less, so neither is shown or logged."""
    boot: str = ""
    """Names the time since this machine was started; empty where that cannot be told."""
    verdict_seconds: float = 5.0
    credit_seconds: float = 600.0
    repeat_seconds: float = 5.0
    settle_seconds: float = 120.0
    hold_seconds: float = 3.0
    pulse_seconds: float = 0.5
    """How long the relay needs for one opening; nobody else is served before it is at rest again."""
    gap_seconds: float = 0.2
    """How long it is at rest between two pulses that follow each other."""
    passage_seconds: float | None = None
    """How long to wait for the passage sensor; None: no sensor is fitted."""
    ignore_seconds: float = 0.2
    """For so long after a release what the passage sensor begins to see is nobody, unless it lasts."""
    stuck_seconds: float = 20.0
    """What the passage sensor sees for longer is no person: it is stuck."""
    exit_has_own_relay: bool = False
    """Whether letting somebody out leaves the way in free."""
    stays_open_seconds: float = 0.0
    """How long a gate that has to be shut is open for somebody whom staff let in; 0: it shuts by itself."""
    closing_seconds: float = 0.0
    """How long the gate needs to close; nobody else is served before it has."""
    fire_resumes: bool = True
    """Whether a fire contact that closes again ends its alarm; else a person has to."""
    key_opens: bool = False
    """Whether the service key holds the gate open; else it closes it."""
    takes_several: bool = False
    """Whether several vouchers may pay one admission together."""
    show_seconds: float = 5.0
    """How long a verdict stays on the display when nobody else comes."""
    takes_tickets: bool = False
    is_way_out: bool = False
    """Whether the lane leads out: tickets are checked out there, and no voucher is taken."""
    reentry_seconds: float = 0.0
    """For so long after its check-in a ticket that is checked in goes in again; 0: it does not."""
    undoes_entries: bool = False
    """Whether a check-in that nobody used is undone by a check-out once it lapses."""
    most_inside: int = 0
    """How many people may be inside; 0: as many as come."""
    tariff: Tariff = Tariff()
    """What costs another price than `price`."""
    refuses_expired: bool = False
    """Whether a voucher is refused that has expired, though E-GUMA would still redeem it."""
    outage: OutageRules = OutageRules()
    price_list: tuple[tuple[str, str], ...] = ()
    """What all of that says of prices, as the house has written it: each setting and its value."""

    budget: "TimeBudget" = field(init=False, repr=False, compare=False)
    """How `verdict_seconds` are shared out."""

    def __post_init__(self) -> None:
        """Share out the time of every visitor, once."""
        object.__setattr__(self, "budget", TimeBudget.of(self.verdict_seconds))

    def usual_price(self, wall: float) -> Cents:
        """Return the usual price at a moment of the wall clock."""
        return self.tariff.usual(self.price, wall) if self.tariff.changes else self.price

    def second_choice(self, wall: float) -> Cents | None:
        """Return the price of the second choice at a moment of the wall clock; None: there is none."""
        return self.tariff.second(self.second_price, wall) if self.tariff.changes else self.second_price

    @property
    def open_seconds(self) -> float:
        """How long a release lets somebody through."""
        return self.hold_seconds if self.passage_seconds is None else self.passage_seconds


@frozen
class TimeBudget:
    """
    How a visitor's time is shared out: in seconds after his scan, by when each step has to be over.

    Redeem keeps more than a second of five for itself, so a slow Balance cannot push it into an unknown outcome; what
    is left after Redeem serves the look-up; the last three hundredths are for drawing the verdict.
    """

    go_on: float
    """A look-up that ends an earlier doubt until here leaves Balance its half."""
    balance_in_outage: float
    """E-GUMA was out of reach a moment ago: most of the time nobody answers."""
    balance: float
    redeem_begins: float
    redeem: float
    verdict: float

    @classmethod
    def of(cls, seconds: float) -> Self:
        """Share out the time until the verdict."""
        return cls(0.30 * seconds, 0.30 * seconds, 0.60 * seconds, 0.70 * seconds, 0.85 * seconds, 0.97 * seconds)


WAIT_LAPSES_SECONDS = 10.0
"""How long a scan waits for the lane (design.md, "One lane, one person")."""

PURPOSE_SECONDS = 10.0
"""How long a purpose that somebody has chosen waits for its scan (design.md, "What the next scan is for")."""

LOOKUP_SECONDS = 3.0
"""How long one look-up request may take: a list that takes longer has not helped."""

CANCEL_SECONDS = 10.0
"""How long one cancellation may take. Nobody waits for it, and a lost answer costs a repetition."""

REFUND_PATIENCE_SECONDS = 24 * 3600.0
"""How long a refund is tried before a person is told; the gate goes on all the same."""

UNSEEN_RELEASES = 3
"""
After so many releases in a row without anybody before the passage sensor it is taken for dead: that many visitors do
not turn away, and each of them would get a credit.
"""

CHATTER_CHANGES, CHATTER_SECONDS = 20, 5.0
"""A passage sensor that sees somebody so often in so many seconds chatters: people are half a second apart at least."""

JOURNAL_RETRY_SECONDS = 5.0
"""How often a journal that could not be written is tried again."""


def lookup_pause(tries: int, *, urgent: bool) -> float:
    """Return the seconds until look-up number `tries` + 1: short while the visitor waits, then doubling to a minute."""
    return 0.3 if urgent else min(60.0, 2.0 ** min(tries, 6))


def refund_pause(tries: int) -> float:
    """Return the seconds until a refund is tried again: doubling from one second to five minutes."""
    return min(300.0, 2.0 ** min(tries, 9))
