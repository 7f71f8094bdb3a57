"""
E-GUMA as the core's tests model it: vouchers, charges, cancellations and the list, in memory and without a network.

It follows eguma-api.md. What that page calls undocumented is a switch in `ServerHabits`. Charges are known by their
reference number, which the real list doesn't show: that is how the promises are checked against the truth.
"""

from dataclasses import dataclass, field
from enum import Enum

from gate_controller.admission.words.calls import (
    Balance,
    CallFailed,
    CallFault,
    Cancelled,
    ListedRedemption,
    Redemption,
)
from gate_controller.admission.words.codes import VoucherCode
from gate_controller.admission.words.info_calls import VoucherInfo
from gate_controller.admission.words.money import Cents
from tests.rig.houses import EXPIRED, MAISON, PRODUCTS

OWN_USER, TILL_USER = "gate", "till"

SHORT_CODES = {"07": "L4FU5LQTKJR3", "08": "EXACTLY1PAID"}
"""ShortCodes of the voucher2mobile app, and the vouchers they stand for."""

VOUCHERS = {
    "L4FU5LQTKJR3": 12_500,
    "EXACTLY1PAID": 2_500,
    "NEARLY2PAIDS": 4_900,
    "LOWBALANCE00": 900,
    "SMALLCHANGE0": 1_000,
    "SMALLCHANGE1": 1_600,
    # A piece of them is somebody else's ShortCode.
    "WINTERGIFT07": 12_500,
    "08SUMMERGIFT": 12_500,
    "SPATREATMENT": 9_000,
    "PLACEVOUCHER": 9_000,
    "EXPIREDGUEST": 12_500,
    MAISON: 0,
}
"""What is on each voucher at the beginning, in cents; the price of most schedules is 2,500."""


class ListHabit(Enum):
    """How the list of redemptions behaves."""

    WORKS = "works"
    REFUSED = "refused"
    """An account may refuse it."""
    EMPTY = "empty"
    LAGS = "lags"
    """A charge shows up only after `LAG_SECONDS`."""


LAG_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class ServerHabits:
    """What the API's documentation leaves open."""

    list: ListHabit = ListHabit.WORKS
    cancelled_stay_listed: bool = True
    currency: str | None = "CHF"
    lists_twice: bool = False
    """Something between gate and E-GUMA shows each entry of the list twice."""


@dataclass(slots=True)
class Charge:
    """One redemption."""

    token: str
    voucher_code: str
    amount: int
    user: str
    reference: str
    at: float
    """True time, in seconds since the schedule began."""
    left: int
    """What it left on the voucher."""
    cancelled: bool = False
    voided: int = 0
    """What has been given back of it in parts."""


@dataclass(slots=True)
class Server:
    """The account's books."""

    habits: ServerHabits = field(default_factory=ServerHabits)
    balances: dict[str, int] = field(default_factory=lambda: dict(VOUCHERS))
    charges: list[Charge] = field(default_factory=list)
    given_back_by_tills: list[tuple[str, float]] = field(default_factory=list)
    """Vouchers, and when (true time)."""

    def balance(self, code: str) -> Balance:
        """Answer Balance: also for a ShortCode, and with 200 for a voucher there isn't."""
        real = SHORT_CODES.get(code, code)
        left = self.balances.get(real)
        if left is None:
            return Balance(VoucherCode(real), is_redeemable=False, balance=Cents(0), message="not found")
        can = left > 0 or real == MAISON
        words = "" if can else "The voucher has been redeemed."
        if real in EXPIRED:
            words = "The voucher is expired on 31.12.2020. You can still redeem it."
        product = PRODUCTS.get(real, "")
        return Balance(VoucherCode(real), can, Cents(left), words, self.habits.currency, product_id=product)

    def info(self, code: str) -> VoucherInfo | CallFailed:
        """Answer Info: also for a voucher there isn't, and not for a ShortCode."""
        if code not in self.balances:
            return CallFailed(CallFault.REFUSED, "not found")
        return VoucherInfo(VoucherCode(code), valid_day=EXPIRED.get(code))

    def redeem(
        self, code: str, amount: int, reference: str, *, at: float, user: str = OWN_USER
    ) -> Redemption | CallFailed:
        """Charge; sent twice, it charges twice."""
        if amount > self.balances.get(code, 0):
            return CallFailed(CallFault.REFUSED, "amount_in_cents is greater than the balance")
        self.balances[code] -= amount
        charge = Charge(f"token-{len(self.charges)}", code, amount, user, reference, at, self.balances[code])
        self.charges.append(charge)
        return Redemption(charge.token, Cents(self.balances[code]))

    def cancel(self, code: str, token: str, amount: int) -> Cancelled | CallFailed:
        """Give a charge back; the whole amount a second time is refused, never applied."""
        for charge in self.charges:
            if charge.token == token and charge.voucher_code == code:
                if charge.cancelled or amount != charge.amount - charge.voided:
                    return CallFailed(CallFault.REFUSED, "amount_in_cents is greater than what is left")
                charge.cancelled = True
                self.balances[code] += amount
                return Cancelled(Cents(self.balances[code]))
        return CallFailed(CallFault.REFUSED, "redeem_token does not name a redemption of this voucher")

    def till_gives_back(self, code: str, *, at: float) -> None:
        """Cancel the newest redemption of a voucher that another till made, if one stands."""
        standing = [c for c in self.charges if c.voucher_code == code and not c.reference and not c.cancelled]
        for charge in standing[-1:]:
            self.cancel(code, charge.token, charge.amount)
            self.given_back_by_tills.append((code, at))

    def listed(self, since: float, until: float, *, now: float) -> tuple[ListedRedemption, ...] | CallFailed:
        """Answer the list: charges made in [since, until], of all users."""
        if self.habits.list is ListHabit.REFUSED:
            return CallFailed(CallFault.REFUSED, "this key may not list redemptions")
        if self.habits.list is ListHabit.EMPTY:
            return ()
        newest = min(until, now - LAG_SECONDS if self.habits.list is ListHabit.LAGS else now)
        times = 2 if self.habits.lists_twice else 1
        return times * tuple(
            ListedRedemption(VoucherCode(charge.voucher_code), Cents(charge.amount), charge.user, float(int(charge.at)))
            for charge in self.charges
            if since <= charge.at <= newest and (self.habits.cancelled_stay_listed or not charge.cancelled)
        )

    def of(self, reference: str) -> list[Charge]:
        """Return every charge made under a reference number: more than one is a double charge."""
        return [charge for charge in self.charges if charge.reference == reference]

    def till_gave_back(self, voucher_code: str, since: float) -> bool:
        """Whether another till gave something back to this voucher since a moment of true time."""
        return any(code == voucher_code and at >= since for code, at in self.given_back_by_tills)

    def till_was_here(self, voucher_code: str, since: float) -> bool:
        """Whether somebody else redeemed this voucher since a moment of true time."""
        return any(c.voucher_code == voucher_code and not c.reference and c.at >= since for c in self.charges)
