"""
What the journal's facts come to, counted by SQLite from the facts themselves: how often each, and for how much.

Each asks a connection; whoever asks explains what SQLite raises (`failures.explained`).
"""

import sqlite3

from gate_controller.admission.words.frozen import frozen
from gate_controller.admission.words.money import Cents

HANDED_OVER = "its voucher's money is on its way in "
"""How the reason begins of an attempt that served nobody: an earlier one of its voucher did."""

NOT_CHARGED = "not_charged"
"""What a visitor is counted under who was told "not charged" once the charge had been on its way."""

NOT_TAKEN = "ticket_not_taken"
"""What a ticket is counted under that was refused for a reason of the gate's own."""

TICKET_REASONS = frozenset(
    {"ticket_not_found", "ticket_deleted", "ticket_already_in", "ticket_not_in", "ticket_refused"}
)
"""The others: names of `MessageKind`."""

# ruff: noqa: S608 - the questions are put together of what stands in this file

PRICE = "(SELECT json_extract(b.body, '$.price') FROM fact b WHERE b.attempt = fact.attempt AND b.n = 0)"
"""What the attempt of a fact charges."""

MOVED = (
    "CASE kind "
    f"WHEN 'Redeemed' THEN {PRICE} "
    # Of a charge of which parts are back already the rest was given back.
    f"WHEN 'Refunded' THEN {PRICE} - coalesce((SELECT sum(json_extract(v.body, '$.amount')) FROM fact v "
    "WHERE v.attempt = fact.attempt AND v.kind = 'PartVoided' AND v.n < fact.n), 0) "
    "WHEN 'PartVoided' THEN json_extract(body, '$.amount') END"
)
"""What a fact moved of a voucher's money, in cents; NULL where it moved none."""

IS_FIRST = (
    "(kind <> 'Redeemed' OR NOT EXISTS (SELECT 1 FROM fact e "
    "WHERE e.attempt = fact.attempt AND e.kind = 'Redeemed' AND e.n < fact.n))"
)
"""A charge that could not be recorded at once, and was found again, may be told twice: it is one."""

# All in SQLite, which counts a day of thousands in milliseconds without holding up the loop.
_COUNT = (
    "SELECT kind, CAST((at - :since) / :step AS INTEGER) AS place, "
    "CASE WHEN kind IN ('Refused', 'NotCharged', 'TicketNotTaken') THEN json_extract(body, '$.reason') "
    "ELSE '' END AS reason, "
    f"count(*), coalesce(sum({MOVED}), 0) "
    "FROM fact WHERE seq > :after AND seq <= :to AND at >= :since AND at < :until "
    "AND kind IN ('Released', 'Passed', 'Settled', 'Refused', 'NotCharged', 'Redeemed', 'Refunded', 'PartVoided', "
    "'TicketNotTaken') "
    "AND (kind <> 'Settled' OR json_extract(body, '$.let_in')) "
    "AND (kind <> 'NotCharged' OR instr(json_extract(body, '$.reason'), :but) <> 1) "
    f"AND {IS_FIRST} GROUP BY kind, place, reason"
)


@frozen
class CountedFacts:
    """How often something happened in one step of a span, by the kind of fact that tells it."""

    kind: str
    place: int
    """Which step of the span."""
    reason: str
    """Of what was refused or not charged."""
    times: int
    cents: Cents
    """What was charged or given back in all."""


def counted_in_steps(
    db: sqlite3.Connection, after: int, to: int, since: float, until: float, step: float
) -> list[CountedFacts]:
    """
    Return how often what of [since, until) came to disk after number `after`, up to number `to`, by steps of `step`
    seconds.
    """
    values = {"after": after, "to": to, "since": since, "until": until, "step": step, "but": HANDED_OVER}
    return [CountedFacts(*row) for row in db.execute(_COUNT, values)]
