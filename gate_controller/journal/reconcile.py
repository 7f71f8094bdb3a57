"""
A day of the journal against E-GUMA's list of redemptions: every difference, named.

Charges are matched by voucher code and amount, and counted. One that was given back may be listed or not (eguma-api.md
leaves it open), so neither is a difference; nor is whether one of which a part is back is listed as it was or with what
is left of it. Near midnight two clocks may put a charge on two days: the caller fetches a little more than the day on
both sides, and only what lies well inside must have its match.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Final

from gate_controller.admission.attempt.evidence import learn_user
from gate_controller.admission.words.calls import ListedRedemption
from gate_controller.admission.words.codes import VoucherCode
from gate_controller.admission.words.frozen import frozen
from gate_controller.admission.words.money import Cents

MARGIN_SECONDS: Final = 600.0
"""How far two clocks may be apart before a charge near midnight is missed on one side."""


@frozen
class Charge:
    """One charge, of the journal or of the list. `inside` is whether it lies in the day itself, not in its margins."""

    voucher_code: str
    amount_cents: int
    at: str
    inside: bool
    incident: str = ""
    """The journal's name for it; empty for an entry of the list."""
    user: str = ""
    """E-GUMA's user; empty for a charge of the journal."""
    refunded: bool = False
    left_cents: int | None = None
    """What is left of it, where parts of it were given back."""


@frozen
class Difference:
    """One thing that the journal and E-GUMA do not agree on."""

    what: str
    charge: Charge


def differences(journal: Iterable[Charge], listed: Iterable[Charge]) -> list[Difference]:
    """Return what stands on one side only."""
    ours, theirs = list(journal), list(listed)
    left = Counter((entry.voucher_code, entry.amount_cents) for entry in theirs)
    missing: list[Difference] = []
    # Charges that must be listed take their entries first; those that may be listed take what is left.
    for charge in sorted(ours, key=lambda charge: (charge.refunded, not charge.inside)):
        listed_as = [charge.amount_cents, *([] if charge.left_cents is None else [charge.left_cents])]
        key = next((key for amount in listed_as if left[key := (charge.voucher_code, amount)] > 0), None)
        if key is not None:
            left[key] -= 1
        elif charge.inside and not charge.refunded:
            missing.append(Difference("charged by the journal, not in E-GUMA's list", charge))
    unknown: list[Difference] = []
    for entry in sorted(theirs, key=lambda entry: entry.inside):
        key = (entry.voucher_code, entry.amount_cents)
        if left[key] > 0 and entry.inside:
            left[key] -= 1
            unknown.append(Difference("in E-GUMA's list, unknown to the journal", entry))
    return sorted(missing + unknown, key=lambda difference: difference.charge.at)


def own_user_in(listed: Iterable[ListedRedemption], ours: Iterable[Charge]) -> str | None:
    """Return whose key this gate has, by a day's list; None where it does not tell."""
    # Each once: a day with a difference has fewer entries than charges, and still tells whose they are.
    charges = {(VoucherCode(charge.voucher_code), Cents(charge.amount_cents)) for charge in ours}
    return learn_user(listed, charges, at_least=1)
