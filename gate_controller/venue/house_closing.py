"""
The closing of a day of the house: what all its gates did and moved of vouchers' money, written down once.

Rules, as at a gate: each event is counted by one closing, days are closed in their order, and what has been written is
never changed. What a gate tells later counts for the first day that is open, and is said to be late. Which gates had
not told all by then stands in it.
"""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, func, insert, select

from gate_controller.journal.closings import BookedKind
from gate_controller.journal.records import moment
from gate_controller.venue.following import ADMITTED, Booked
from gate_controller.venue.house_reading import closing_of_house, counted_between
from gate_controller.venue.tables import DAY_CLOSED


class NotClosed(Exception):
    """The day was not closed; the message says why, and what to do."""


def close(
    db: Connection, day: str, *, by: str, now: float, names: Mapping[str, str], complete: Mapping[str, bool]
) -> dict[str, Any]:
    """Close a day that is over, or return its closing where that has been done. Raises `NotClosed`."""
    if (closed := closing_of_house(db, day)) is not None:
        return closed
    last = db.execute(select(func.max(DAY_CLOSED.c.day))).scalar() or ""
    if day < last:
        raise NotClosed(f"{day} was not closed before {last} was: what it came to is in that closing")
    gates: dict[str, list[dict[str, Any]]] = {}
    lines: dict[tuple[str, str, str], list[int]] = {}
    late = 0
    for gate_id, told_late, line in counted_between(db, last, day):
        late += told_late
        gates.setdefault(gate_id, []).append(_entry(line))
        sums = lines.setdefault((line.entry, line.reason, line.currency), [0, 0])
        sums[0] += line.times
        sums[1] += line.cents
    everything = [Booked(*key, *sums) for key, sums in sorted(lines.items())]
    body = {
        "day": day,
        "after": last,
        "closed_at": moment(now),
        "closed_by": by,
        "admitted": sum(line.times for line in everything if line.entry in ADMITTED),
        "refused": sum(line.times for line in everything if line.entry == BookedKind.REFUSED.value),
        "money": _money(everything),
        "entries": [_entry(line) for line in everything],
        "late": late,
        "gates": [
            {
                "gate": gate_id,
                "name": names.get(gate_id, gate_id),
                "is_complete": complete.get(gate_id, False),
                "entries": gates.get(gate_id, []),
            }
            for gate_id in sorted({*gates, *complete})
        ],
    }
    text = json.dumps(body, ensure_ascii=False)
    db.execute(insert(DAY_CLOSED).values(day=day, closed_at=now, closed_by=by, body=text))
    return body


def _entry(line: Booked) -> dict[str, Any]:
    return {
        "entry": line.entry,
        "reason": line.reason,
        "currency": line.currency,
        "times": line.times,
        "amount_cents": line.cents,
    }


def _money(lines: list[Booked]) -> list[dict[str, Any]]:
    """Return what was moved, by currency: what vouchers paid is what was charged and stands."""
    found = []
    for currency in sorted({line.currency for line in lines if line.currency}):
        charged, refunded, voided, topped_up, sold, taken_back = (
            sum(line.cents for line in lines if line.currency == currency and line.entry == kind.value)
            for kind in (
                BookedKind.CHARGED,
                BookedKind.REFUNDED,
                BookedKind.VOIDED_IN_PART,
                BookedKind.TOPPED_UP,
                BookedKind.SOLD,
                BookedKind.TAKEN_BACK,
            )
        )
        found.append(
            {
                "currency": currency,
                "charged_cents": charged,
                "refunded_cents": refunded,
                "voided_cents": voided,
                "revenue_cents": charged - refunded - voided,
                "topped_up_cents": topped_up,
                "sold_cents": sold,
                "taken_back_cents": taken_back,
            }
        )
    return found
