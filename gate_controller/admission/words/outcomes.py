"""How a call to E-GUMA can end, as far as money is concerned."""

from dataclasses import dataclass
from enum import Enum, auto

from gate_controller.admission.words.codes import VoucherCode
from gate_controller.admission.words.money import Cents


class CallFault(Enum):
    """What a call that brought no result tells about its effect."""

    REFUSED = auto()
    """Answered with a 4xx: no effect; E-GUMA's text says why."""
    KEY_NOT_ACCEPTED = auto()
    """Answered with 401: no effect, and none to be had with this key."""
    NOT_SENT = auto()
    """Surely never reached E-GUMA: no effect."""
    UNKNOWN = auto()
    """Anything else: it may have taken effect, or may still do so."""


@dataclass(frozen=True, slots=True)
class CallFailed:
    """A call that brought no result. `text` is E-GUMA's where it is REFUSED, else says what happened, for the log."""

    fault: CallFault
    text: str = ""


@dataclass(frozen=True, slots=True)
class Balance:
    """What E-GUMA says of a voucher."""

    voucher_code: VoucherCode
    is_redeemable: bool
    balance: Cents
    message: str = ""
    currency: str | None = None
    """None where the API's edition does not tell."""


@dataclass(frozen=True, slots=True)
class Redemption:
    """A charge, confirmed."""

    token: str
    balance_after: Cents


@dataclass(frozen=True, slots=True)
class Cancelled:
    """A charge given back, confirmed."""

    balance_after: Cents


@dataclass(frozen=True, slots=True)
class ListedRedemption:
    """One entry of E-GUMA's list of redemptions."""

    voucher_code: VoucherCode | None
    """None where it cannot be read: the entry may be any voucher's."""
    amount: Cents | None
    """None where it cannot be read."""
    user: str
    at: float = 0.0
    """When, by the list's own clock in whole seconds, whatever its zone: it tells entries apart, and nothing else."""


@dataclass(frozen=True, slots=True)
class Redemptions:
    """E-GUMA's list around an attempt, and what this gate's journal knows of the same voucher in that time."""

    listed: tuple[ListedRedemption, ...]
    own_user: str | None
    """The user whose key this gate has, where it is known."""
    known_surely: int
    """Charges of this voucher and amount that the journal holds and the list surely covers, without cancelled ones."""
    known_at_most: int
    """The same with the cancelled ones, and those that may fall just inside the list's window."""


BalanceOutcome = Balance | CallFailed
RedeemOutcome = Redemption | CallFailed
CancelOutcome = Cancelled | CallFailed
RedemptionsOutcome = Redemptions | CallFailed
