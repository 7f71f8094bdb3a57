"""The demo's lines, read as a terminal does."""

from collections.abc import Sequence

from rich.segment import Segment

from gate_controller.demo.cells import fit
from gate_controller.demo.lines import ScreenLine


def column_of(segment: Segment) -> int | None:
    """Return where a `jump` leads to; None for what is none."""
    return int(segment.text[2:-1]) if segment.is_control else None


def words(lines: Sequence[ScreenLine]) -> list[str]:
    """Return lines as a terminal shows them: what follows a jump stands there."""
    shown = []
    for line in lines:
        text = ""
        for segment in line:
            column = column_of(segment)
            text = text + segment.text if column is None else fit(text, column - 1)
        shown.append(text)
    return shown
