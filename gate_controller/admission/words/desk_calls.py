"""
The calls to E-GUMA that staff have the gate make: a voucher topped up, a depot voucher sold or taken back, a charge
given back in part. For each the command that asks, how it can end, and the event that says so.
"""

from gate_controller.admission.words.calls import Call, CallFailed
from gate_controller.admission.words.codes import VoucherCode
from gate_controller.admission.words.events import AttemptEvent
from gate_controller.admission.words.frozen import frozen
from gate_controller.admission.words.money import Cents


@frozen
class TopUp(Call):
    """Put an amount on a voucher, once; again only while surely nothing was sent, until `deadline`: `ToppedUp`."""

    voucher_code: VoucherCode
    amount: Cents
    payment_id: str
    """Names the visitor's payment, for E-GUMA's books; may be empty."""
    deadline: float


@frozen
class NewBalance:
    """A voucher's balance after a change, confirmed."""

    balance_after: Cents


@frozen
class ToppedUp(AttemptEvent):
    """`TopUp` ended."""

    outcome: NewBalance | CallFailed


@frozen
class AskActivation(Call):
    """Ask whether a depot voucher can be sold, again after faults, until `deadline`: `ActivationAnswered`."""

    voucher_code: VoucherCode
    deadline: float


@frozen
class Activation:
    """What E-GUMA says of a depot voucher that is to be sold."""

    voucher_code: VoucherCode
    can_be_activated: bool
    is_amount_free: bool
    """Whether the seller says the amount; else it is E-GUMA's."""
    amount: Cents | None
    """What it is worth, where that is fixed."""
    message: str = ""
    currency: str | None = None
    product_id: str = ""


@frozen
class ActivationAnswered(AttemptEvent):
    """`AskActivation` ended."""

    outcome: Activation | CallFailed


@frozen
class Activate(Call):
    """Sell a depot voucher, once; again only while surely nothing was sent, until `deadline`: `Activated`."""

    voucher_code: VoucherCode
    amount: Cents | None
    """What the seller says; None where E-GUMA does."""
    deadline: float


@frozen
class NewAmount:
    """What a depot voucher is, or was, worth, confirmed; None where the answer does not say."""

    amount: Cents | None


@frozen
class Activated(AttemptEvent):
    """`Activate` ended."""

    outcome: NewAmount | CallFailed


@frozen
class AskDeactivation(Call):
    """Ask whether a depot voucher can be taken back, again after faults, until `deadline`: `DeactivationAnswered`."""

    voucher_code: VoucherCode
    deadline: float


@frozen
class Deactivation:
    """What E-GUMA says of a depot voucher that is to be taken back."""

    voucher_code: VoucherCode
    can_be_deactivated: bool
    amount: Cents | None
    message: str = ""


@frozen
class DeactivationAnswered(AttemptEvent):
    """`AskDeactivation` ended."""

    outcome: Deactivation | CallFailed


@frozen
class Deactivate(Call):
    """Take a sold depot voucher back, once; again only while surely nothing was sent: `Deactivated`."""

    voucher_code: VoucherCode
    reason: str
    deadline: float


@frozen
class Deactivated(AttemptEvent):
    """`Deactivate` ended."""

    outcome: NewAmount | CallFailed


@frozen
class CancelPart(Call):
    """
    Give a part of a charge back, one try, until `deadline` (monotonic): `PartCancelled`.

    Unlike a cancellation of all that is left it takes effect again when it is sent again.
    """

    voucher_code: VoucherCode
    token: str
    amount: Cents
    deadline: float


@frozen
class PartCancelled(AttemptEvent):
    """`CancelPart` ended."""

    outcome: NewBalance | CallFailed
