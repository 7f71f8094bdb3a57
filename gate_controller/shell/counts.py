"""
What a gate has done since its start, in numbers: verdicts by kind, how long E-GUMA and the way to the relay took.

Plain counters, for monitoring. Whoever counts does so after the step that a visitor waits for; nothing is written.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import field
from enum import StrEnum
from typing import Final, Self

from gate_controller.admission.words.calls import CallFailed
from gate_controller.admission.words.frozen import slotted
from gate_controller.admission.words.messages import MessageKind


class ScanVerdict(StrEnum):
    """What a scan came to."""

    ADMITTED = "admitted"
    REFUSED = "refused"
    REPEATED = "repeated"
    """The same code again while, or just after, it was admitted."""
    UNCLEAR = "unclear"
    """Whether it was charged is being looked up."""


VERDICTS: Final[Mapping[MessageKind, ScanVerdict | None]] = {
    MessageKind.IDLE: None,
    MessageKind.CHECK_BALANCE: None,
    MessageKind.OTHER_PRICE: None,
    MessageKind.CHECKING: None,
    MessageKind.ONE_MOMENT: None,
    MessageKind.ADMITTED: ScanVerdict.ADMITTED,
    MessageKind.ADMITTED_ON_CREDIT: ScanVerdict.ADMITTED,
    MessageKind.LET_IN: None,
    MessageKind.NOBODY_PASSED: None,
    MessageKind.ALREADY_ADMITTED: ScanVerdict.REPEATED,
    MessageKind.SCAN_AGAIN_LATER: ScanVerdict.REPEATED,
    MessageKind.NOT_A_VOUCHER: ScanVerdict.REFUSED,
    MessageKind.NOT_REDEEMABLE: ScanVerdict.REFUSED,
    MessageKind.BALANCE_TOO_LOW: ScanVerdict.REFUSED,
    MessageKind.MORE_NEEDED: None,
    MessageKind.MORE_LAPSED: ScanVerdict.REFUSED,
    MessageKind.GIVEN_BACK: ScanVerdict.REFUSED,
    MessageKind.BALANCE_TOLD: None,
    MessageKind.BALANCE_NOT_REDEEMABLE: None,
    MessageKind.WRONG_CURRENCY: ScanVerdict.REFUSED,
    MessageKind.REFUSED_BY_EGUMA: ScanVerdict.REFUSED,
    MessageKind.UNREACHABLE: ScanVerdict.REFUSED,
    MessageKind.ADMITTED_FREE: ScanVerdict.ADMITTED,
    MessageKind.FREE_AGAIN_LATER: ScanVerdict.REPEATED,
    MessageKind.FREE_UNUSED: None,
    MessageKind.FREE_USED_UP: ScanVerdict.REFUSED,
    MessageKind.HOUSE_REFUSES: ScanVerdict.REFUSED,
    MessageKind.POSITION_VOUCHER: ScanVerdict.REFUSED,
    MessageKind.EXPIRED: ScanVerdict.REFUSED,
    MessageKind.SEE_STAFF: ScanVerdict.REFUSED,
    MessageKind.OUTAGE_STAFF: None,
    MessageKind.OUTAGE_FREE: None,
    MessageKind.AT_THE_DESK: ScanVerdict.REFUSED,
    MessageKind.BEING_CHECKED: ScanVerdict.UNCLEAR,
    MessageKind.NOT_CHARGED_AFTER_ALL: ScanVerdict.REFUSED,
    MessageKind.REFUND_UNDER_WAY: ScanVerdict.REFUSED,
    MessageKind.CHARGE_CANCELLED: ScanVerdict.REFUSED,
    MessageKind.PAID_BUT_SHUT: ScanVerdict.REFUSED,
    MessageKind.PAID_NOT_NEEDED: ScanVerdict.REFUSED,
    MessageKind.LANE_BUSY: ScanVerdict.REFUSED,
    MessageKind.REFUSED_OUT_OF_SERVICE: ScanVerdict.REFUSED,
    MessageKind.OUT_OF_SERVICE: None,
    MessageKind.TICKET_ADMITTED: ScanVerdict.ADMITTED,
    MessageKind.TICKET_OUT: ScanVerdict.ADMITTED,
    MessageKind.TICKET_NOT_FOUND: ScanVerdict.REFUSED,
    MessageKind.TICKET_DELETED: ScanVerdict.REFUSED,
    MessageKind.TICKET_ALREADY_IN: ScanVerdict.REFUSED,
    MessageKind.TICKET_NOT_IN: ScanVerdict.REFUSED,
    MessageKind.TICKET_REFUSED: ScanVerdict.REFUSED,
    MessageKind.TICKET_BEING_CHECKED: ScanVerdict.UNCLEAR,
    MessageKind.TICKET_SCAN_AGAIN: ScanVerdict.REFUSED,
    MessageKind.TICKET_KEPT: None,
    MessageKind.TICKET_SHUT: ScanVerdict.REFUSED,
    MessageKind.WAY_OUT: ScanVerdict.REFUSED,
    MessageKind.HOUSE_FULL: ScanVerdict.REFUSED,
}
"""What each message says of the scan that it answers; None: it answers none, or another one will."""

EGUMA_SECONDS: Final = (0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0)
RELAY_SECONDS: Final = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0)
"""Upper bounds: a scan takes E-GUMA's two answers, 0.2 to 0.6 s over the internet, and a few ms; 5 s are promised."""


@slotted
class Durations:
    """How many took how long."""

    bounds: tuple[float, ...]
    counts: list[int] = field(init=False)
    """One for each bound, up to which it counts what was above the one before; the last for what was longer."""
    total: float = 0.0

    def __post_init__(self) -> None:
        """Begin with none."""
        self.counts = [0] * (len(self.bounds) + 1)

    def add(self, seconds: float) -> None:
        """Count one."""
        self.counts[bisect_left(self.bounds, seconds)] += 1
        self.total += seconds


class Counts:
    """The counters of one gate."""

    def __init__(self) -> None:
        self.messages: Counter[MessageKind] = Counter()
        """What visitors were told."""
        self.eguma: defaultdict[tuple[str, str], Durations] = defaultdict(lambda: Durations(EGUMA_SECONDS))
        """Calls by what was asked (`balance`, `redeem`, …) and what came of it (`answered`, or a `CallFault`)."""
        self.scan_to_relay = Durations(RELAY_SECONDS)

    def told(self, kind: MessageKind) -> None:
        """Count a message to a visitor."""
        self.messages[kind] += 1

    def asked(self, what: str, outcome: object, seconds: float) -> None:
        """Count a call to E-GUMA."""
        ended = outcome.fault.name.lower() if isinstance(outcome, CallFailed) else "answered"
        self.eguma[what, ended].add(seconds)

    def opened(self, seconds: float) -> None:
        """Count an opening, so long after its scan."""
        self.scan_to_relay.add(seconds)

    def copy(self) -> Self:
        """Return them as they are now, for another thread."""
        return deepcopy(self)
