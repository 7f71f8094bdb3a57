"""What a venue knows of its gates, as its page, its API and its metrics read it: plain values, made in one place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Presence(StrEnum):
    """How sure it is that a gate is as its newest status says."""

    LIVE = "live"
    STALE = "stale"
    """Nothing was heard for two heartbeats, whatever its last will says."""
    OFFLINE = "offline"
    """Its last will, or itself, says that it is gone."""
    UNHEARD = "unheard"
    """It has been enrolled, and has never spoken."""
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class GateTile:
    """One gate at one moment. Times are the venue's own clock, in seconds since 1970; amounts are cents."""

    gate_id: str
    name: str
    """What people call it; its id where nobody has named it."""
    group: str
    """Gates of one group are meant to be alike; empty: in none."""
    presence: Presence
    heard_at: float | None
    """When its newest status came; None: never."""
    since: float | None
    """Since when it is as it is."""
    state: str
    """What it does about a scan, in `GateState`'s words; empty: never heard."""
    needs: tuple[str, ...]
    """What somebody should look at, in the gate's words."""
    faults: tuple[str, ...]
    """Why it takes no scans."""
    lane: str
    """What is going on in its lane: `free`, or where the attempt stands."""
    open_items: int
    open_cents: int
    in_doubt: int
    inside: int
    """How many are inside by this gate's own count."""
    is_way_out: bool
    admitted: int
    """Today, by the events that are here."""
    refused: int
    charged: int
    currency: str
    missing: int
    """Events that it has and the venue has not, yet."""
    version: str
    settings: str
    """Fingerprint of the settings that gates of a group share."""
    differs: tuple[str, ...]
    """In what it stands out from its group: `version`, `settings`."""
    page: str
    """The address of its own page; empty: it has none."""
    clock_off: float
    """By how many seconds its clock is ahead of the venue's; behind where below nothing."""


@dataclass(frozen=True, slots=True)
class GateDay:
    """One gate's part of a day. Amounts are cents of its currency."""

    gate_id: str
    admitted: int
    refused: int
    charged: int
    refunded: int
    currency: str
    is_complete: bool
    """Whether no event of that day is missing here."""


@dataclass(frozen=True, slots=True)
class HouseTotals:
    """All gates of a house on one day of its own time zone. Amounts are cents by currency."""

    day: str
    """As `2026-11-26`."""
    admitted: int
    refused: int
    charged: Mapping[str, int]
    refunded: Mapping[str, int]
    inside: int
    """Over all entrances and exits."""
    most_inside: int
    """The house's limit; 0: none."""
    hours: Sequence[tuple[int, int, int]]
    """Hour of the day, admitted, refused; those with anything in them, in order."""
    by_gate: Sequence["GateDay"]


@dataclass(frozen=True, slots=True)
class HouseItem:
    """An attempt at one of the gates, as far as it is known here: an open item, or what a search found."""

    gate_id: str
    incident: str
    number: int
    """The number of its newest event."""
    at: float
    """When that happened, by the gate's clock."""
    stands: str
    """As in the journal's words (`STANDS`)."""
    is_open: bool
    """Whether it needs a person."""
    reason: str
    voucher: str
    """Masked."""
    amount: int
    currency: str


@dataclass(frozen=True, slots=True)
class OrderOutcome:
    """What became of an order to one gate."""

    order_id: str
    gate_id: str
    do: str
    by: str
    reason: str
    given_at: float
    outcome: str
    """`sent`, then `done`, `refused`, or `unanswered` (it may have been done: the gate's events tell)."""
    text: str
    """The gate's words."""
    answered_at: float | None
