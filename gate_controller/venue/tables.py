"""
The venue's tables, for SQLite and PostgreSQL alike, and how an older store becomes a newer one.

`event` holds what gates told, by journal and number, so that what comes twice is kept once. A journal's `have` says up
to which number its events are here *and* counted: `attempt` and `counted` are derived from them in the gate's own
order, in one transaction with `have`, so that whoever dies in between counts nothing twice. Nothing is added to what is
`counted` of a day that is closed: what is told later counts for the first day that is open.
"""

from collections.abc import Callable
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    insert,
    inspect,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite

METADATA: Final = MetaData()

META: Final = Table("meta", METADATA, Column("key", String, primary_key=True), Column("value", Text, nullable=False))

GATE: Final = Table(
    "gate",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("gate_id", String, nullable=False, unique=True),
    Column("name", Text, nullable=False, default=""),
    Column("in_group", Text, nullable=False, default=""),
    Column("added_at", Double, nullable=False),
    Column("heard_at", Double),
    Column("status", Text, nullable=False, default=""),
    Column("about", Text, nullable=False, default=""),
    Column("revoked_at", Double),
    Column("revoked_by", Text, nullable=False, default=""),
)

JOURNAL: Final = Table(
    "journal",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("gate", Integer, ForeignKey("gate.id"), nullable=False),
    Column("name", String, nullable=False),
    Column("have", BigInteger, nullable=False, default=0),
    Column("newest", BigInteger, nullable=False, default=0),
    Column("archived", BigInteger, nullable=False, default=0),
    Column("since", Double, nullable=False),
    UniqueConstraint("gate", "name"),
)

EVENT: Final = Table(
    "event",
    METADATA,
    Column("journal", Integer, primary_key=True, autoincrement=False),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Double, nullable=False),
    Column("received", Double, nullable=False),
    Column("incident", String, nullable=False),
    Column("fact", String, nullable=False),
    Column("body", Text, nullable=False),
    Index("event_of_attempt", "journal", "incident"),
    sqlite_with_rowid=False,
)

ATTEMPT: Final = Table(
    "attempt",
    METADATA,
    Column("journal", Integer, primary_key=True, autoincrement=False),
    Column("incident", String, primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("begun", Double, nullable=False),
    Column("at", Double, nullable=False),
    Column("stands", Text, nullable=False),
    Column("opened", BigInteger),
    Column("is_unfinished", Boolean, nullable=False, default=False),
    Column("reason", Text, nullable=False, default=""),
    Column("voucher", String, nullable=False, default=""),
    Column("voucher_hash", String),
    Column("price", BigInteger, nullable=False, default=0),
    Column("voided", BigInteger, nullable=False, default=0),
    Column("currency", String, nullable=False, default=""),
    Column("charged", Boolean, nullable=False, default=False),
    Column("kind", Text, nullable=False, default=""),
    Column("had_credit", Boolean, nullable=False, default=False),
    Index("attempt_of_incident", "incident"),
    Index("attempt_of_voucher", "voucher"),
    sqlite_with_rowid=False,
)
Index(
    "attempt_of_hash",
    ATTEMPT.c.voucher_hash,
    sqlite_where=ATTEMPT.c.voucher_hash.is_not(None),
    postgresql_where=ATTEMPT.c.voucher_hash.is_not(None),
)
Index(
    "attempt_open",
    ATTEMPT.c.opened,
    sqlite_where=ATTEMPT.c.opened.is_not(None),
    postgresql_where=ATTEMPT.c.opened.is_not(None),
)

COUNTED: Final = Table(
    "counted",
    METADATA,
    Column("day", String, primary_key=True),
    Column("gate", Integer, primary_key=True, autoincrement=False),
    Column("hour", Integer, primary_key=True, autoincrement=False),
    Column("entry", String, primary_key=True),
    Column("reason", String, primary_key=True),
    Column("currency", String, primary_key=True),
    Column("times", BigInteger, nullable=False),
    Column("cents", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

DAY_CLOSED: Final = Table(
    "day_closed",
    METADATA,
    Column("day", String, primary_key=True),
    Column("closed_at", Double, nullable=False),
    Column("closed_by", Text, nullable=False),
    Column("body", Text, nullable=False),
)

ORDER_GIVEN: Final = Table(
    "order_given",
    METADATA,
    Column("order_id", String, primary_key=True),
    Column("gate_id", String, primary_key=True),
    Column("do", String, nullable=False),
    Column("given_by", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("given_at", Double, nullable=False),
    Column("expires", Double, nullable=False),
    Column("outcome", String, nullable=False),
    Column("said", Text, nullable=False, default=""),
    Column("answered_at", Double),
    Index("order_at", "given_at"),
)

_VERSION: Final = "version"
MIGRATIONS: Final[tuple[Callable[[Connection], None], ...]] = ()
"""Each step from version N to N + 1, the first from version 1; steps are never changed, only added."""


class NewerStoreError(Exception):
    """The store was written by a newer version of this program."""


def make_ready(db: Connection) -> None:
    """Make the tables where there are none, or bring older ones to this version, in the transaction of `db`."""
    newest = 1 + len(MIGRATIONS)
    if not inspect(db).has_table(META.name):
        METADATA.create_all(db)
        db.execute(insert(META).values(key=_VERSION, value=str(newest)))
        return
    found = int(db.execute(select(META.c.value).where(META.c.key == _VERSION)).scalar_one())
    if found > newest:
        raise NewerStoreError(f"its version is {found}, this program knows {newest}")
    for step in MIGRATIONS[found - 1 :]:
        step(db)
    METADATA.create_all(db)  # tables that other parts of the venue have added
    db.execute(META.update().where(META.c.key == _VERSION).values(value=str(newest)))


def insert_or(db: Connection, table: Table) -> Any:
    """Return an insert that can say what happens to a row that is there, in the words of the store's kind."""
    return postgresql.insert(table) if db.dialect.name == "postgresql" else sqlite.insert(table)
