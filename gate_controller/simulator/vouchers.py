"""
Vouchers, the users whose keys redeem them, and one sample for each case a gate can meet.

The samples are what a demo lists and a person scans; their codes say what they are (NPD… is not paid).
"""

from dataclasses import dataclass
from enum import Enum


def plain(code: str) -> str:
    """Return a code as the books keep it: upper case, without dashes or blanks around it."""
    return code.strip().upper().replace("-", "")


def dashed(code: str) -> str:
    """Return a code as it is printed and as the list of redemptions spells it: `L4FU-5LQT-KJR3`."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


class Condition(Enum):
    """Whether a voucher may be redeemed at all; the value is what Balance says where it may not."""

    GOOD = ""
    NOT_PAID = "The voucher can not be redeemed, as it has not been paid."
    PRO_FORMA = "The voucher can not be redeemed, as it is a pro-forma voucher."
    DELETED = "The voucher can not be redeemed, as it has been deleted."
    EXPIRED = "The voucher can not be redeemed, as it is expired."


NOT_FOUND = "Der Gutschein wurde nicht gefunden."
USED_UP = "The voucher has been redeemed."


@dataclass(frozen=True, slots=True)
class User:
    """A user of the merchant's account: here a gate or a till. Its key is kept apart from it."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Voucher:
    """One voucher. `currency` None is the account's; `message` comes with Balance, redeemable or not."""

    code: str
    total_amount_in_cents: int
    balance_in_cents: int
    condition: Condition = Condition.GOOD
    message: str = ""
    redeemable_at_zero: bool = False
    """Maison (PR) and package vouchers are redeemable with nothing on them (eguma-api.md, "Vouchers")."""
    is_complimentary: bool = False
    redeemed_by_position: bool = False
    """Used up position by position, which Redeem cannot name (eguma-api.md, "Vouchers")."""
    currency: str | None = None
    name: str = "Gift voucher"
    description: str = ""
    valid_until: str = "2099-12-31T23:59:59"
    product_id: str = "5b0e7a4c-value-voucher"
    derecognized: bool = False

    @property
    def is_redeemable(self) -> bool:
        return self.condition is Condition.GOOD and (self.balance_in_cents > 0 or self.redeemable_at_zero)

    @property
    def balance_message(self) -> str:
        """What Balance says about this voucher: its own message, else the reason why it is not redeemable."""
        if self.message or self.is_redeemable:
            return self.message
        return self.condition.value or USED_UP


@dataclass(frozen=True, slots=True)
class Sample:
    """What a person scans, what it shows, and the voucher behind it; `name` is that in a word or two.

    A `code` other than the voucher's own is a ShortCode for it, one that does not lapse. No voucher: E-GUMA
    does not know the code.
    """

    code: str
    name: str
    title: str
    voucher: Voucher | None


def _sample(name: str, title: str, voucher: Voucher, short_code: str = "") -> Sample:
    return Sample(short_code or voucher.code, name, title, voucher)


_NO_CENTS = 0
_CHF_50, _CHF_100 = 5_000, 10_000
_LONG_MESSAGE = (
    "Grüezi! Bitte an der Kasse melden – « Bon cadeau réservé » für Frau Zoë Ångström-Łukasiewicz "
    "(Tisch 12’345, CHF\u202f1’000.00). Größe: Ⅻ, Ειδική προσφορά, Специальное предложение, "
    "特別なご招待, دعوة خاصة, 🎁 👩\u200d👧. Der Gutschein gilt für alle Gäste des Hauses an jedem Tag "
    "der Saison, auch an Sonn- und Feiertagen, und wird am Eingang eingelöst; über den Restbetrag gibt die "
    "Rezeption gern Auskunft."
)

SAMPLES: tuple[Sample, ...] = (
    _sample("good", "good: 500.00, several admissions", Voucher("L4FU5LQTKJR3", 50_000, 50_000)),
    _sample("low balance", "low balance: 5.00 left of 100.00", Voucher("LWB4HK7T2MNQ", _CHF_100, 500)),
    _sample("used up", "used up", Voucher("USD7PV3XK9RA", _CHF_50, _NO_CENTS)),
    _sample("not paid", "not paid", Voucher("NPD2QX8LFT5W", _CHF_50, _CHF_50, Condition.NOT_PAID)),
    _sample("pro forma", "pro-forma", Voucher("PRF9WJ4CYH6K", _CHF_50, _CHF_50, Condition.PRO_FORMA)),
    _sample("deleted", "deleted", Voucher("DLT3ZR7MBG5X", _CHF_50, _CHF_50, Condition.DELETED)),
    _sample(
        "expired, valid",
        "expired, but still redeemable: 100.00",
        Voucher(
            "EXP6NT2VKD8Q",
            _CHF_100,
            _CHF_100,
            message="The voucher is expired on 31.12.2025. You can still redeem it.",
            valid_until="2025-12-31T23:59:59",
        ),
    ),
    _sample(
        "Maison (PR)",
        "Maison (PR) voucher: redeemable with 0.00",
        Voucher(
            "MSN5YF9HLX3C",
            _NO_CENTS,
            _NO_CENTS,
            redeemable_at_zero=True,
            is_complimentary=True,
            name="Maison voucher",
            product_id="5b0e7a4c-maison",
        ),
    ),
    _sample(
        "package",
        "package voucher: redeemable with 0.00",
        Voucher(
            "PKG8BT4RWQ2J",
            _NO_CENTS,
            _NO_CENTS,
            redeemable_at_zero=True,
            name="Day at the spa",
            description="Admission, towel and a drink",
            product_id="5b0e7a4c-package",
        ),
    ),
    _sample("ShortCode", "ShortCode of a good voucher: 200.00", Voucher("SHC7GK3NVP9D", 20_000, 20_000), "42"),
    _sample(
        "with a note",
        "a note in the message, redeemable: 100.00",
        Voucher("NTE4XC6QJM8R", _CHF_100, _CHF_100, message="Stammgast: bitte herzlich begrüssen."),
    ),
    _sample(
        "long message",
        "a long message in many scripts: 100.00",
        Voucher("UNC9LH2WTF7B", _CHF_100, _CHF_100, message=_LONG_MESSAGE),
    ),
    _sample(
        "odd characters",
        "ShortCode of a code that needs percent-encoding: 100.00",
        Voucher("G5/H 7%Ü#4K+", _CHF_100, _CHF_100),
        "43",
    ),
    _sample("in euros", "in EUR: 100.00", Voucher("EUR3MV8KZQ6T", _CHF_100, _CHF_100, currency="EUR")),
    Sample("NFD2KR6WPX4M", "unknown", "unknown to E-GUMA", None),
)
"""One sample per case of the API's description; amounts are in the account's currency unless the title says
another.
"""
