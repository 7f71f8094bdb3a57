"""
How the simulated account behaves, where the real one is undocumented, slow or differently set.

All of it can be changed while the simulator runs (`POST /_simulator/settings`).
"""

from dataclasses import dataclass

CURRENCIES = ("CHF", "EUR")
"""What an account may be in; it is in one."""


@dataclass(frozen=True, slots=True)
class Behaviour:
    """The behaviour in force. Every default is the plain, documented, undisturbed case."""

    currency: str = "CHF"
    latency_seconds: float = 0.0
    """Added before each answer of the API, after its effect; the control API has none."""
    clock_offset_seconds: float = 0.0
    """How far the server's clock (`Date`, `redeemed_at`) is ahead of this machine's."""
    cancelled_stay_listed: bool = True
    """Whether redemptions that were cancelled stay in the list, with their first amount. Undocumented."""
    redemptions_allowed: bool = True
    """Whether keys may call the list of redemptions. Undocumented; an account may refuse it."""
    list_delay_seconds: float = 0.0
    """How long a redemption takes to appear in the list."""
    older_edition: bool = False
    """Answers as older editions of the API give them: no currency and no product_id, and a
    voucher_document_url.
    """
    dashes_in_answers: bool = False
    """Whether Balance and the others spell codes `L4FU-5LQT-KJR3`; the list of redemptions always does."""
    strict_references: bool = False
    """Whether a reference_number with anything but letters and digits is refused, as "alphanumeric" may be
    read.
    """
    positions_redeemable: bool = True
    """Whether Balance says of a voucher that is redeemed by positions that it can be redeemed. Undocumented."""
    depot_sold_again: bool = True
    """Whether a depot voucher that was taken back can be sold again. Undocumented."""
    depot_unknown_refused: bool = False
    """Whether a status of an unknown depot voucher is a 400, not a plain no. Undocumented."""
    ticket_at_each_position: bool = True
    """Whether a ticket with several check-in positions can be checked in once at each. Undocumented."""
    content_type_required: bool = False
    """Whether a request without `Content-Type: application/json` is refused."""

    def __post_init__(self) -> None:
        """Refuse what no account has."""
        if self.currency not in CURRENCIES:
            raise ValueError(f"currency must be one of {', '.join(CURRENCIES)}, not {self.currency}")
