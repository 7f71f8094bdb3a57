"""
The calls to E-GUMA: for each the command that asks, how it can end as far as money is concerned, and the event that
says so.
"""

from enum import Enum, auto

from gate_controller.admission.words.codes import Code, VoucherCode
from gate_controller.admission.words.commands import Command
from gate_controller.admission.words.events import AttemptEvent
from gate_controller.admission.words.frozen import frozen
from gate_controller.admission.words.ids import AttemptId
from gate_controller.admission.words.money import Cents


@frozen
class Call(Command):
    """Something to be asked of E-GUMA for an attempt."""

    attempt: AttemptId


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


@frozen
class CallFailed:
    """A call that brought no result. `text` is E-GUMA's where it is REFUSED, else says what happened, for the log."""

    fault: CallFault
    text: str = ""


@frozen
class AskBalance(Call):
    """Ask E-GUMA, again after faults, until `deadline` (monotonic): `BalanceAnswered`."""

    code: Code | VoucherCode
    deadline: float
    urgent: bool
    """Whether a visitor is waiting for it."""


@frozen
class Balance:
    """What E-GUMA says of a voucher."""

    voucher_code: VoucherCode
    is_redeemable: bool
    balance: Cents
    message: str = ""
    currency: str | None = None
    """None where the API's edition does not tell."""
    is_balance_told: bool = True
    """Whether the answer holds a balance: that of a code which is no voucher may not."""
    total: Cents | None = None
    """What was put on it in all; None where the API does not tell. For people alone."""
    product_id: str = ""
    """Which of the merchant's products it is; empty where the API's edition does not tell."""


BalanceOutcome = Balance | CallFailed


@frozen
class BalanceAnswered(AttemptEvent):
    """`AskBalance` ended."""

    outcome: BalanceOutcome


@frozen
class Redeem(Call):
    """Charge once; again only while surely nothing was sent, until `deadline` (monotonic): `RedeemAnswered`."""

    voucher_code: VoucherCode
    amount: Cents
    reference: str
    deadline: float


@frozen
class Redemption:
    """A charge, confirmed."""

    token: str
    balance_after: Cents


RedeemOutcome = Redemption | CallFailed


@frozen
class RedeemAnswered(AttemptEvent):
    """`Redeem` ended."""

    outcome: RedeemOutcome


@frozen
class Cancel(Call):
    """Give the whole amount back, one try, until `deadline` (monotonic): `CancelAnswered`."""

    voucher_code: VoucherCode
    token: str
    amount: Cents
    deadline: float


@frozen
class Cancelled:
    """A charge given back, confirmed."""

    balance_after: Cents


CancelOutcome = Cancelled | CallFailed


@frozen
class CancelAnswered(AttemptEvent):
    """`Cancel` ended."""

    outcome: CancelOutcome


@frozen
class AskRedemptions(Call):
    """Fetch E-GUMA's list around `since` (wall clock), until `deadline` (monotonic): `RedemptionsAnswered`."""

    voucher_code: VoucherCode
    amount: Cents
    """What the charge in question comes to: charges of the journal are laid beside the list at this amount only."""
    since: float
    deadline: float
    urgent: bool


@frozen
class ListedRedemption:
    """One entry of E-GUMA's list of redemptions."""

    voucher_code: VoucherCode | None
    """None where it cannot be read: the entry may be any voucher's."""
    amount: Cents | None
    """None where it cannot be read."""
    user: str
    at: float = 0.0
    """When, by the list's own clock in whole seconds, whatever its zone: it tells entries apart, and nothing else."""


@frozen
class Redemptions:
    """E-GUMA's list around an attempt, and what this gate's journal knows of the same voucher in that time."""

    listed: tuple[ListedRedemption, ...]
    own_user: str | None
    """The user whose key this gate has, where it is known."""
    known_surely: int
    """Charges of this voucher and amount that the journal holds and the list surely covers, without cancelled ones."""
    known_at_most: int
    """The same with the cancelled ones, and those that may fall just inside the list's window."""


RedemptionsOutcome = Redemptions | CallFailed


@frozen
class RedemptionsAnswered(AttemptEvent):
    """`AskRedemptions` ended."""

    outcome: RedemptionsOutcome
