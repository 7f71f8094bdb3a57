"""Houses with rules of their own, as the core's tests model them: prices, old vouchers, and outages."""

from dataclasses import dataclass, field
from random import Random
from types import MappingProxyType

from gate_controller.admission.words.local_time import Day, Greenwich
from gate_controller.admission.words.money import Cents
from gate_controller.admission.words.outage_rules import OutageConduct, OutageRules
from gate_controller.admission.words.tariff import PriceRule, Tariff, Terms, TimeOfWeek, VoucherKind

PRODUCTS = {
    "EXACTLY1PAID": "child",
    "NEARLY2PAIDS": "rest",
    "SPATREATMENT": "spa",
    "PLACEVOUCHER": "place",
}
"""Vouchers, and the products they are of."""

EXPIRED = {"EXPIREDGUEST": Day("2020-12-31")}
"""Vouchers that may still be redeemed, and when they expired; every other one is valid for ever."""

MAISON = "MAISONFREE12"

RULES = (
    PriceRule(Terms.REFUSED, products=frozenset({"spa"}), texts=MappingProxyType({"en": "Baths only."})),
    PriceRule(Terms.POSITION, products=frozenset({"place"})),
    PriceRule(Terms.FREE, kind=VoucherKind.MAISON),
    PriceRule(Terms.PRICE, Cents(1_000), products=frozenset({"child"})),
    PriceRule(Terms.WHOLE_BALANCE, products=frozenset({"rest"})),
    PriceRule(Terms.PRICE, Cents(2_000), time=TimeOfWeek(since=22 * 60 + 20, until=60)),
)
"""Schedules begin at 22:13 UTC: the night's price begins soon after."""

NIGHT_ONLY = RULES[-1:]
"""What depends on the time alone."""


@dataclass(frozen=True, slots=True)
class House:
    """What a house has set."""

    rules: tuple[PriceRule, ...] = ()
    refuses_expired: bool = False
    outage: OutageRules = field(default_factory=OutageRules)

    @property
    def tariff(self) -> Tariff:
        """Its rules, by the clock of the records."""
        return Tariff(self.rules)


def day_of(wall: float) -> Day:
    """Return the house's day."""
    return Greenwich().local(wall).day


def random_house(chance: Random) -> House:
    """Return one of all kinds; half of them as every house was before there were rules."""
    if chance.random() < 0.5:
        return House()
    return House(
        chance.choice(((), NIGHT_ONLY, RULES, RULES)),
        chance.random() < 0.3,
        OutageRules(
            chance.choice((*OutageConduct, OutageConduct.FREE)),
            chance.choice((0, 0, 1, 2)),
            Cents(chance.choice((0, 0, 2_500, 6_000))),
        ),
    )
