"""
What is handed over a counter: samples of depot vouchers and tickets, one for each case, and the vouchers that a gate
meets more rarely. `vouchers` has those of the demo.
"""

from dataclasses import dataclass

from gate_controller.simulator.depot import DepotVoucher
from gate_controller.simulator.ticketing import Ticket
from gate_controller.simulator.vouchers import Condition, Sample, Voucher

_CHF_50, _CHF_80, _CHF_100 = 5_000, 8_000, 10_000

RARE_SAMPLES: tuple[Sample, ...] = (
    Sample(
        "PSN6WQ9TFK2D",
        "positions",
        "redeemed by named positions, not by an amount: 80.00",
        Voucher(
            "PSN6WQ9TFK2D",
            _CHF_80,
            _CHF_80,
            redeemed_by_position=True,
            name="Ladies' day",
            description="Massage, lunch",
            product_id="5b0e7a4c-positions",
        ),
    ),
    Sample(
        "EXN7RK4BHV3L",
        "expired",
        "expired, no longer redeemable: 100.00",
        Voucher("EXN7RK4BHV3L", _CHF_100, _CHF_100, Condition.EXPIRED, valid_until="2024-12-31T23:59:59"),
    ),
)


@dataclass(frozen=True, slots=True)
class DepotSample:
    """A depot voucher, and what it shows; None: E-GUMA does not know the code."""

    code: str
    title: str
    voucher: DepotVoucher | None


@dataclass(frozen=True, slots=True)
class TicketSample:
    """A ticket, and what it shows; None: E-GUMA does not know the number."""

    ticket_number: str
    title: str
    ticket: Ticket | None


def _depot(
    code: str, title: str, amount: int | None, sold_for: int | None = None, left: int | None = None
) -> DepotSample:
    return DepotSample(code, title, DepotVoucher(code, amount, sold_for, left))


DEPOT_SAMPLES: tuple[DepotSample, ...] = (
    _depot("DPF4KX7TQ2MR", "not sold, of a fixed amount: 50.00", _CHF_50),
    _depot("DPA8WB3LHN5V", "not sold, of a free amount", None),
    _depot("DPS6QJ9RFT2K", "sold for 50.00, untouched: can be taken back", _CHF_50, _CHF_50),
    _depot("DPR3MV8XCD7H", "sold for 50.00, 20.00 left: can not be taken back", _CHF_50, _CHF_50, 2_000),
    DepotSample("DPN5TG2WKB9Q", "unknown to E-GUMA", None),
)
TICKET_SAMPLES: tuple[TicketSample, ...] = (
    TicketSample("1000000000000000001", "good: 25.00", Ticket("1000000000000000001")),
    TicketSample(
        "1000000000000000002",
        "checked in already",
        Ticket("1000000000000000002", checked_in_at="2025-05-21T10:00:00"),
    ),
    TicketSample("1000000000000000003", "deleted", Ticket("1000000000000000003", is_deleted=True)),
    TicketSample("1000000000000000004", "two check-in positions", Ticket("1000000000000000004", positions=2)),
    TicketSample("1000000000000000009", "unknown to E-GUMA", None),
)
