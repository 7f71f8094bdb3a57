"""
The journal's facts as numbered events, in the order in which they came to disk, for whoever follows a gate from afar.

The numbers of a journal have no gap, and none is given twice; so whoever has events up to a number asks for those after
it, and misses none whatever was lost on the way. Attempts that were archived are gone, and how many facts that were is
said. Another journal (a new one, another machine's copy) has another name, and its numbers say nothing about these.
"""

import sqlite3
from collections.abc import Callable, Mapping
from typing import Any, Final

from gate_controller.admission.words.codes import Code, is_short_code, is_ticket_number
from gate_controller.admission.words.facts import Fact
from gate_controller.admission.words.frozen import frozen
from gate_controller.journal import codec, rows
from gate_controller.journal.records import facts_as_dicts

MOST_EVENTS: Final = 500
"""In one answer: some 100 KiB, and a few milliseconds of a thread that no visitor waits for."""


@frozen
class NumberedEvents:
    """Events after a number, the oldest first, as anybody may see them: codes are masked."""

    journal: str
    """The name of the journal whose numbers these are."""
    after: int
    events: tuple[dict[str, Any], ...]
    """Each with its `number` and `incident`, and the fact as an attempt's story has it."""
    archived: int
    """How many of the numbers from `after` to the last of these are in the archive, and not told any more."""
    newest: int
    """The number of the newest event that there is."""


def events_after(
    db: sqlite3.Connection, after: int, most: int, newest: int, hashed: Callable[[str], str] | None = None
) -> NumberedEvents:
    """
    Return the events after a number, at most so many, up to the `newest` that a power cut does not take. With `hashed`
    each that names a voucher has what that makes of its code as `voucher_hash`.
    """
    named, codes = rows.tags(db), rows.incident_codes(db)
    found = db.execute(
        "SELECT seq, attempt, n, kind, at, body FROM fact WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?",
        (after, newest, most),
    ).fetchall()
    facts = [codec.decode(named.attempt(number), *row) for _, number, *row in found]
    told = facts_as_dicts(facts, full=False)
    events = tuple(
        {"number": seq, "incident": codes.of(number), **plain, **_named(fact, hashed)}
        for (seq, number, *_), fact, plain in zip(found, facts, told, strict=True)
    )
    return NumberedEvents(
        rows.remembered(db, rows.NAME) or "", after, events, found[-1][0] - after - len(found) if found else 0, newest
    )


def _named(fact: Fact, hashed: Callable[[str], str] | None) -> Mapping[str, str]:
    if hashed is None:
        return {}
    # What was scanned names a voucher where it is the printed code; E-GUMA's answer names it for certain.
    code = str(getattr(fact, "voucher_code", "") or getattr(fact, "code", ""))
    names_none = not code or is_short_code(Code(code)) or is_ticket_number(code)
    return {} if names_none else {"voucher_hash": hashed(code)}
