"""
What a version of this program writes into a journal, so that another version can tell whether it can read that.

An older version that meets a table, a fact or a value which it does not know does not start, rather than forget money.
Unknown fields of known facts are passed over, so they are not looked at here.
"""

from collections.abc import Collection
from contextlib import closing
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from sqlite3 import connect
from typing import get_type_hints

from gate_controller.admission.words.fact_kinds import KINDS
from gate_controller.journal.failures import explained
from gate_controller.journal.schema import MIGRATIONS


@dataclass(frozen=True, slots=True)
class Dialect:
    """The tables that a version knows, and the facts that it may write."""

    tables: int
    """How many steps the tables have gone (the `user_version` of the file)."""
    words: frozenset[str]
    """Kinds of facts, and the values of fields that take one of a closed list: `Evidence=listed`. Without blanks."""

    def unknown(self, tables: int, words: Collection[str]) -> list[str]:
        """Return what a journal of those tables and words holds that this dialect cannot read, in words for people."""
        said = [f"its tables ({tables}, known are {self.tables})"] if tables > self.tables else []
        return said + sorted(set(words) - self.words)


def own_dialect() -> Dialect:
    """Return the dialect of this version."""
    words = set(KINDS)
    for kind in KINDS.values():
        for hint in get_type_hints(kind).values():
            for part in (hint, *getattr(hint, "__args__", ())):
                if isinstance(part, type) and issubclass(part, Enum):
                    words |= {f"{part.__name__}={member.value}".replace(" ", "_") for member in part}
    return Dialect(len(MIGRATIONS), frozenset(words))


def spoken_in(journal: Path) -> tuple[int, frozenset[str]]:
    """
    Return the tables and the kinds of facts that a journal really holds; none of a file that is not there.

    Raises `JournalError`.
    """
    if not journal.exists():
        return 0, frozenset()
    with explained(journal), closing(connect(f"{journal.absolute().as_uri()}?mode=ro", uri=True)) as db:
        tables = int(db.execute("PRAGMA user_version").fetchone()[0])
        kinds = db.execute("SELECT DISTINCT kind FROM fact").fetchall() if tables else []
    return tables, frozenset(str(kind) for (kind,) in kinds)
