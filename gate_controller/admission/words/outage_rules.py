"""What the house wants done about visitors while E-GUMA cannot be reached."""

from enum import StrEnum
from typing import Final

from gate_controller.admission.words.codes import Code
from gate_controller.admission.words.frozen import frozen
from gate_controller.admission.words.money import Cents


class OutageConduct(StrEnum):
    """What becomes of visitors whose voucher cannot be checked; the words of the settings."""

    CLOSED = "closed"
    """Each is refused: "cannot be checked"."""
    STAFF_ONLY = "staff_only"
    """Each is sent to the staff."""
    FREE = "free"
    """Each is let in without a charge, now and later, up to the limits."""


@frozen
class OutageRules:
    """The conduct, and how much of it one outage may see."""

    conduct: OutageConduct = OutageConduct.CLOSED
    most_persons: int = 0
    """0: without a limit."""
    most_cents: Cents = Cents(0)
    """What they would have paid; 0: without a limit."""

    def has_room(self, persons: int, cents: Cents, worth: Cents) -> bool:
        """Whether somebody may go in free whose admission is worth so much, after so many who were."""
        return (not self.most_persons or persons < self.most_persons) and (
            not self.most_cents or cents + worth <= self.most_cents
        )


OUTAGE_PROBE_CODE: Final = Code("000000000000")
"""Well formed, so that E-GUMA looks it up, and never handed out; were it, reading a balance changes nothing."""

OUTAGE_PROBE_SECONDS: Final = 20.0
"""How often E-GUMA is asked in an outage without a visitor: so soon after its return visitors are charged again."""

OUTAGE_PROBE_LASTS_SECONDS: Final = 5.0
"""How long such a question may take."""
