"""A venue's settings in writing: the table of docs/venue.md, printed by the code."""

from gate_controller.settings.reference import as_text
from gate_controller.venue.venue_loading import VENUE_FIELDS, venue_variable

_OF_THE_MACHINE = {"state_dir": "`$STATE_DIRECTORY`, else `venue-state`"}


def venue_table() -> str:
    """Return every setting of a venue as a Markdown table: its variable, default and meaning."""
    rows = [("setting", "variable", "default", "meaning"), ("---",) * 4]
    for name, info in VENUE_FIELDS.items():
        text = as_text(info.default)
        default = _OF_THE_MACHINE.get(name) or (f"`{text}`" if text else "empty")
        rows.append((f"`{name}`", f"`{venue_variable(name)}`", default, info.description or ""))
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)
