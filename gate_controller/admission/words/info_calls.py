"""The call that asks E-GUMA what a voucher is called and until when it is valid."""

from gate_controller.admission.words.calls import Call, CallFailed
from gate_controller.admission.words.codes import VoucherCode
from gate_controller.admission.words.events import AttemptEvent
from gate_controller.admission.words.frozen import frozen
from gate_controller.admission.words.local_time import Day
from gate_controller.admission.words.money import Cents


@frozen
class AskInfo(Call):
    """Ask what a voucher is, again after faults, until `deadline` (monotonic): `InfoAnswered`."""

    voucher_code: VoucherCode
    deadline: float
    urgent: bool
    """Whether a visitor is waiting for it."""


@frozen
class VoucherInfo:
    """What a voucher is, for people: nothing about money is decided by it. What the answer lacks is empty or None."""

    voucher_code: VoucherCode
    name: str = ""
    description: str = ""
    is_redeemed: bool | None = None
    balance: Cents | None = None
    valid_until: float | None = None
    """Seconds since 1970; E-GUMA says it in local time."""
    valid_day: Day | None = None
    """The last day on which it is valid, by E-GUMA's calendar."""


@frozen
class InfoAnswered(AttemptEvent):
    """`AskInfo` ended."""

    outcome: VoucherInfo | CallFailed
