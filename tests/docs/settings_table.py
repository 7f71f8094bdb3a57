"""
Writes the table of all settings into docs/settings.md: `python -m tests.docs.settings_table`.

It is what `gate-controller config --reference` prints; the page is compared with the code by
`tests/settings/test_reference.py`, so that it can't fall behind.
"""

from pathlib import Path

from gate_controller.settings.reference import reference_table

PAGE = Path(__file__).parents[2] / "docs" / "settings.md"
BEGIN, END = "<!-- settings: written by the code -->", "<!-- end of settings -->"


def written(page: str) -> str:
    """Return the page with its table made anew."""
    before, rest = page.split(BEGIN)
    return f"{before}{BEGIN}\n\n{reference_table()}\n{END}{rest.split(END)[1]}"


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text()))
