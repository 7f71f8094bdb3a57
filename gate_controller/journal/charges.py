"""
What the journal's file knows of charges, as look-ups ask for it: intents, and what came of them.

Each asks a connection; whoever asks explains what SQLite raises (`failures.explained`).
"""

import sqlite3
from collections import Counter

from gate_controller.admission.attempt.evidence import entries_of
from gate_controller.admission.words.codes import VoucherCode
from gate_controller.admission.words.facts import voucher_of
from gate_controller.admission.words.money import Cents
from gate_controller.journal import codec, rows
from gate_controller.journal.reconcile import MARGIN_SECONDS, Charge
from gate_controller.journal.records import moment

LOOKED_BACK = 120_000
"""
Facts looked at for questions about the last day or two, the newest: more than a gate writes in that time, with one
admission of six facts every 9 s.

In the order in which they came to disk: a gap of numbers (a corrupt journal set aside) costs nothing, and neither do
the years before.
"""

_LEFT = (
    "json_extract(i.body, '$.price') - coalesce((SELECT sum(json_extract(v.body, '$.amount')) FROM fact v "
    "WHERE v.attempt = i.attempt AND v.kind = 'PartVoided'), 0)"
)
"""What is left of the charge of an intent, once parts of it were given back."""


# ruff: noqa: S608 - the questions are put together of what stands in this file
# Of thousands of intents few name the voucher: those are found by their text, and only they are read.
_INTENTS_OF = (
    "WITH named AS (SELECT DISTINCT attempt FROM fact NOT INDEXED WHERE seq > (SELECT max(seq) FROM fact) - ? "
    "AND kind IN ('Intended', 'Approved') AND instr(body, ?)) "
    "SELECT i.attempt, coalesce(a.at, i.at) FROM named CROSS JOIN fact i ON i.attempt = named.attempt "
    "LEFT JOIN fact a ON a.attempt = i.attempt AND a.kind = 'Approved' "
    "WHERE i.kind = 'Intended' AND coalesce(a.at, i.at) >= ? AND i.attempt <> ? "
    # Whether a charge is listed with what is left of it, or as it was, is undocumented.
    "AND ? IN (json_extract(i.body, '$.price'), " + _LEFT + ") AND ? IN (json_extract(a.body, '$.voucher_code'), "
    "json_extract(i.body, '$.voucher_code'), json_extract(i.body, '$.code'))"
)

_EXPLAINED = (
    "SELECT coalesce(json_extract(a.body, '$.voucher_code'), json_extract(i.body, '$.voucher_code'), "
    "json_extract(i.body, '$.code')), json_extract(i.body, '$.price'), " + _LEFT + ", 1 + EXISTS "
    "(SELECT 1 FROM fact s WHERE s.attempt = i.attempt AND s.kind = 'SecondChargeFeared') "
    "FROM fact i NOT INDEXED LEFT JOIN fact a ON a.attempt = i.attempt AND a.kind = 'Approved' "
    "WHERE i.seq > (SELECT max(seq) FROM fact) - ? AND i.kind = 'Intended' AND coalesce(a.at, i.at) >= ?"
)


_CHARGED = (
    "SELECT coalesce(json_extract(a.body, '$.voucher_code'), json_extract(i.body, '$.voucher_code'), "
    "json_extract(i.body, '$.code')), json_extract(i.body, '$.price'), " + _LEFT + ", min(r.at), r.attempt, "
    "EXISTS (SELECT 1 FROM fact b WHERE b.attempt = r.attempt AND b.kind = 'Refunded') "
    "FROM fact r JOIN fact i ON i.attempt = r.attempt AND i.kind = 'Intended' "
    "LEFT JOIN fact a ON a.attempt = r.attempt AND a.kind = 'Approved' "
    "WHERE r.seq > ? AND r.kind = 'Redeemed' AND r.at >= ? AND r.at < ? GROUP BY r.attempt"
)


def charges_since(db: sqlite3.Connection, moment: float, after: int) -> list[tuple[VoucherCode, Cents]]:
    """Return voucher code and price of every charge since a moment that was answered with a token and stands."""
    found = db.execute(
        "SELECT coalesce(json_extract(a.body, '$.voucher_code'), json_extract(i.body, '$.voucher_code'), "
        "json_extract(i.body, '$.code')), json_extract(i.body, '$.price') "
        "FROM fact r NOT INDEXED JOIN fact i ON i.attempt = r.attempt AND i.kind = 'Intended' "
        "LEFT JOIN fact a ON a.attempt = r.attempt AND a.kind = 'Approved' "
        "WHERE r.seq > (SELECT max(seq) FROM fact) - ? AND r.attempt > ? AND r.kind = 'Redeemed' AND r.at >= ? "
        "AND json_extract(r.body, '$.token') IS NOT NULL "
        "AND NOT EXISTS (SELECT 1 FROM fact b "
        "WHERE b.attempt = r.attempt AND b.kind IN ('RefundBegun', 'Refunded', 'PartVoided'))",
        (LOOKED_BACK, after, moment),
    )
    return [(VoucherCode(code), Cents(price)) for code, price in found]


def charges_around(db: sqlite3.Connection, since: float, until: float, after: int) -> list[Charge]:
    """
    Return what was charged in [since, until), and within the margins around it, and came to disk after a number: to lay
    beside E-GUMA's list.
    """
    codes = rows.incident_codes(db)
    found = db.execute(_CHARGED, (after, since - MARGIN_SECONDS, until + MARGIN_SECONDS))
    return [
        Charge(
            code,
            price,
            moment(at),
            inside=since <= at < until,
            incident=codes.of(number),
            refunded=bool(is_refunded),
            left_cents=left if left != price else None,
        )
        for code, price, left, at, number, is_refunded in found
    ]


def entries_since(
    db: sqlite3.Connection, named: rows.Tags, voucher_code: str, amount: Cents, since: tuple[float, float], but: int
) -> tuple[int, int]:
    """
    Return how many entries a voucher's charges make in E-GUMA's list, without one attempt's: surely since the first
    moment, at most since the second, which is no later.
    """
    surely_since, maybe_since = since
    surely = at_most = 0
    named_as = codec.as_text(voucher_code)
    maybe = db.execute(_INTENTS_OF, (LOOKED_BACK, named_as, maybe_since, but, amount, voucher_code))
    for number, at in maybe.fetchall():
        facts = rows.facts_of(db, named, number)
        if voucher_of(facts) == voucher_code:
            least, most = entries_of(facts)
            surely, at_most = surely + (least if at >= surely_since else 0), at_most + most
    return surely, at_most


def explained_since(db: sqlite3.Connection, moment: float) -> Counter[tuple[VoucherCode | None, Cents | None]]:
    """Count by voucher and amount the entries that intents since a moment may make in E-GUMA's list."""
    intents = db.execute(_EXPLAINED, (LOOKED_BACK, moment))
    found: Counter[tuple[VoucherCode | None, Cents | None]] = Counter()
    for code, price, left, most in intents:
        for amount in {price, left}:
            found[VoucherCode(code), Cents(amount)] += most
    return found
