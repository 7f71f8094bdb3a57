"""
Writes the tables of all settings into docs/settings.md and docs/venue.md: `python -m tests.docs.settings_table`.

They are what `gate-controller config --reference` and `gate-controller venue check --reference` print; the pages are
compared with the code by `tests/settings/test_reference.py` and `tests/venue/test_venue_loading.py`, so that they can't
fall behind.
"""

from pathlib import Path

from gate_controller.settings.reference import reference_table
from gate_controller.venue.venue_reference import venue_table

PAGE = Path(__file__).parents[2] / "docs" / "settings.md"
VENUE_PAGE = PAGE.with_name("venue.md")
BEGIN, END = "<!-- settings: written by the code -->", "<!-- end of settings -->"


def written(page: str, table: str | None = None) -> str:
    """Return the page with its table made anew."""
    before, rest = page.split(BEGIN)
    return f"{before}{BEGIN}\n\n{reference_table() if table is None else table}\n{END}{rest.split(END)[1]}"


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text()))
    VENUE_PAGE.write_text(written(VENUE_PAGE.read_text(), venue_table()))
