"""Which version can read what another one writes."""

from pathlib import Path

from gate_controller.journal.dialect import Dialect, own_dialect, spoken_in
from gate_controller.journal.schema import MIGRATIONS
from gate_controller.journal.store import FILE_NAME, Store


def test_a_version_reads_its_own_dialect_and_every_part_of_it() -> None:
    own = own_dialect()
    assert own.unknown(own.tables, own.words) == []
    assert own.unknown(0, []) == []
    assert {"Intended", "Redeemed", "Released"} <= own.words
    assert any(word.startswith("Evidence=") for word in own.words)
    assert not any(" " in word for word in own.words)  # they stand in one line of a package


def test_newer_tables_facts_and_values_are_named() -> None:
    assert Dialect(2, frozenset({"Intended"})).unknown(3, {"Intended", "Evidence=dreamt", "Donated"}) == [
        "its tables (3, known are 2)",
        "Donated",
        "Evidence=dreamt",
    ]


def test_a_journal_tells_which_tables_and_facts_it_really_has(tmp_path: Path) -> None:
    assert spoken_in(tmp_path / FILE_NAME) == (0, frozenset())
    Store(tmp_path).close()
    assert spoken_in(tmp_path / FILE_NAME) == (len(MIGRATIONS), frozenset())
