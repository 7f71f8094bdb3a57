"""
What an admission costs by the house's rules: by the voucher's product, its kind, the date, the day and the time of day.

Rules: the first rule that holds decides; where none does, the usual price. Times are those of the house's zone, which
comes in: where clocks are put forward an hour holds nothing, where they are put back it holds twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum, auto
from types import MappingProxyType
from typing import Final

from gate_controller.admission.words.calls import Balance
from gate_controller.admission.words.events import Instant
from gate_controller.admission.words.frozen import frozen
from gate_controller.admission.words.local_time import MINUTES_OF_DAY, Day, Greenwich, LocalMoment, LocalTime, Zone
from gate_controller.admission.words.money import Cents

LOOK_AGAIN_SECONDS: Final = 900.0
"""How often the price of now is looked at: a clock or a zone may be put right meanwhile."""

_MAISON_LETTER: Final = "M"
"""Codes of complimentary vouchers begin with it (eguma-api.md, "Voucher codes")."""


class VoucherKind(StrEnum):
    """Kinds of voucher that may have nothing on them and are redeemable all the same (eguma-api.md, "Vouchers")."""

    MAISON = "maison"
    """Complimentary."""
    PACKAGE = "package"
    """For a thing, not for an amount: redeemable with a balance of 0."""


class Terms(Enum):
    """What a rule says of an admission."""

    PRICE = auto()
    """It costs another price."""
    FREE = auto()
    """Nothing is charged, once for each voucher and day."""
    WHOLE_BALANCE = auto()
    """It costs all that is on the voucher."""
    REFUSED = auto()
    """The house does not take the voucher, and says why."""
    POSITION = auto()
    """It is redeemed by a named position, which E-GUMA's Redeem cannot name."""


@frozen
class TimeOfWeek:
    """Days of the week, and a span of the day; a span over midnight belongs to the day on which it begins."""

    days: frozenset[int] = frozenset()
    """Monday is 0; empty: every day."""
    since: int = 0
    """In minutes since midnight."""
    until: int = MINUTES_OF_DAY

    @property
    def is_always(self) -> bool:
        """Whether it leaves nothing out."""
        return not self.days and self.since == 0 and self.until == MINUTES_OF_DAY

    def holds(self, local: LocalTime) -> bool:
        """Whether a local time is in it."""
        minute, today = local.minute, local.weekday
        if self.since < self.until:
            return self.since <= minute < self.until and self._is_on(today)
        return (minute >= self.since and self._is_on(today)) or (minute < self.until and self._is_on((today - 1) % 7))

    def _is_on(self, day: int) -> bool:
        return not self.days or day in self.days


_ALWAYS = TimeOfWeek()


@frozen
class Season:
    """A span of the calendar."""

    since: LocalMoment | None = None
    """None: from ever."""
    until: LocalMoment | None = None
    """Its end, which is not in it any more; None: for good."""

    @property
    def is_always(self) -> bool:
        """Whether it leaves nothing out."""
        return self.since is None and self.until is None

    def holds(self, wall: float, zone: Zone) -> bool:
        """Whether a moment of the wall clock is in it."""
        is_begun = self.since is None or zone.wall(self.since) <= wall
        return is_begun and (self.until is None or wall < zone.wall(self.until))


_EVER = Season()


@frozen
class PriceChange:
    """From a moment on the usual price is another."""

    since: LocalMoment
    price: Cents
    second_price: Cents | None = None
    """The price of the second choice from then on; None: as before."""
    has_begun: bool = False
    """It was said when it began: it counts from then on, whatever the clock is set to afterwards."""


@dataclass(frozen=True, slots=True)
class PriceRule:
    """One rule of the house; what it does not name it holds for."""

    terms: Terms
    price: Cents = Cents(0)
    """Of `Terms.PRICE`."""
    texts: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), hash=False)
    """Of `Terms.REFUSED`: what the visitor reads, by language."""
    products: frozenset[str] = frozenset()
    """Product ids of E-GUMA; empty: any."""
    kind: VoucherKind | None = None
    time: TimeOfWeek = _ALWAYS
    season: Season = _EVER

    @property
    def is_of_any_voucher(self) -> bool:
        """Whether it holds whatever voucher it is."""
        return not self.products and self.kind is None

    def holds_for(self, voucher: Balance) -> bool:
        """Whether it holds for a voucher, as far as that goes."""
        if self.products and voucher.product_id not in self.products:
            return False
        match self.kind:
            case VoucherKind.MAISON:
                return voucher.voucher_code.startswith(_MAISON_LETTER)
            case VoucherKind.PACKAGE:
                return voucher.balance == 0
            case None:
                return True


@frozen
class Tariff:
    """The house's rules, in their order, the dates of its prices, and the zone by which it reads clock and calendar."""

    rules: tuple[PriceRule, ...] = ()
    zone: Zone = Greenwich()
    changes: tuple[PriceChange, ...] = ()
    """Of the usual price, the earliest first."""
    # Known from the start, for every event of every visit asks.
    is_plain: bool = field(init=False, repr=False, compare=False)
    """Whether everybody always pays the usual price."""
    is_timed: bool = field(init=False, repr=False, compare=False)
    """Whether anything depends on the time."""
    is_dated: bool = field(init=False, repr=False, compare=False)
    """Whether anything depends on the calendar."""

    def __post_init__(self) -> None:
        """Find out on what its prices depend."""
        is_dated = bool(self.changes) or any(not rule.season.is_always for rule in self.rules)
        object.__setattr__(self, "is_plain", not self.rules and not self.changes)
        object.__setattr__(self, "is_dated", is_dated)
        object.__setattr__(self, "is_timed", is_dated or any(not rule.time.is_always for rule in self.rules))

    def usual(self, usual: Cents, wall: float) -> Cents:
        """Return the usual price at a moment, where it began as `usual`."""
        newest = self._newest(wall)
        return usual if newest is None else newest.price

    def second(self, second: Cents | None, wall: float) -> Cents | None:
        """Return the price of the second choice at a moment, where it began as `second`; None: there is none."""
        if second is None:
            return None
        begun = (one.second_price for one in reversed(self.changes) if self._is_begun(one, wall))
        return next((price for price in begun if price is not None), second)

    def dearest(self, usual: Cents) -> Cents:
        """Return the most that an admission costs, unless it costs all that is on a voucher."""
        return max(usual, *(rule.price for rule in self.rules), *(one.price for one in self.changes), Cents(0))

    def day(self, wall: float) -> Day:
        """Return the house's day of a moment of the wall clock."""
        return self.zone.local(wall).day

    def in_force(self, wall: float) -> tuple[str, ...]:
        """Return what has a date and holds at a moment, in words for the books."""
        newest = self._newest(wall)
        told = [] if newest is None else [f"from {newest.since.written()} on"]
        for place, rule in enumerate(self.rules, start=1):
            if not rule.season.is_always and rule.season.holds(wall, self.zone):
                told.append(f"rule {place}")
        return tuple(told)

    def rule_for(self, voucher: Balance, wall: float) -> PriceRule | None:
        """Return the rule by which a redeemable voucher is taken at a moment; None: at the usual price."""
        if not self.rules:
            return None
        local = self.zone.local(wall)
        return next((rule for rule in self.rules if rule.holds_for(voucher) and self._holds(rule, local, wall)), None)

    def price_before_balance(self, usual: Cents, at: Instant) -> Cents | None:
        """Return what an admission costs whatever voucher it is; None where the voucher has a say, or a wrong clock."""
        if self.is_plain:
            return usual
        if self.is_timed and not at.is_sure:
            return None
        local = self.zone.local(at.wall)
        rule = next((rule for rule in self.rules if self._holds(rule, local, at.wall)), None)
        if rule is None:
            return self.usual(usual, at.wall)
        return rule.price if rule.terms is Terms.PRICE and rule.is_of_any_voucher else None

    def price_of_now(self, usual: Cents, wall: float) -> Cents:
        """Return what most vouchers pay at a moment: what the idle display says."""
        if self.is_plain:
            return usual
        local = self.zone.local(wall)
        rule = next((rule for rule in self.rules if rule.is_of_any_voucher and self._holds(rule, local, wall)), None)
        match rule:
            case PriceRule(terms=Terms.PRICE):
                return rule.price
            case PriceRule(terms=Terms.FREE):
                return Cents(0)
            case _:
                return self.usual(usual, wall)

    def changes_within(self, wall: float) -> float | None:
        """Return in how many seconds the price of now is to be looked at again; None where it is always the same."""
        if not self.is_timed:
            return None
        local = self.zone.local(wall)
        edges = {edge % MINUTES_OF_DAY for rule in self.rules for edge in (0, rule.time.since, rule.time.until)}
        away = [60 * (local.minute + (edge - local.minute - 1) % MINUTES_OF_DAY + 1) - local.seconds for edge in edges]
        dates = (*(one.since for one in self.changes), *(rule.season.since for rule in self.rules))
        ends = (rule.season.until for rule in self.rules)
        away += [self.zone.wall(date) - wall for date in (*dates, *ends) if date is not None]
        return min(LOOK_AGAIN_SECONDS, *(seconds for seconds in away if seconds > 0), LOOK_AGAIN_SECONDS)

    def _holds(self, rule: PriceRule, local: LocalTime, wall: float) -> bool:
        return rule.time.holds(local) and (rule.season.is_always or rule.season.holds(wall, self.zone))

    def _newest(self, wall: float) -> PriceChange | None:
        return next((one for one in reversed(self.changes) if self._is_begun(one, wall)), None)

    def _is_begun(self, change: PriceChange, wall: float) -> bool:
        return change.has_begun or self.zone.wall(change.since) <= wall
