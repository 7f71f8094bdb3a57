"""The table of a run: what was measured, against which goal, and whether it was met."""

import math
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any


@dataclass(frozen=True, slots=True)
class Row:
    """One measurement. `p95` None: there is one value. `goal` None: measured beside the others, without a goal."""

    what: str
    unit: str
    digits: int
    median: float
    p95: float | None = None
    goal: float | None = None
    below: bool = False
    """Whether the goal itself is too much already."""
    samples: int = 1

    @property
    def met(self) -> bool | None:
        """Whether the median meets the goal."""
        if self.goal is None:
            return None
        return self.median < self.goal if self.below else self.median <= self.goal


def row_of(what: str, unit: str, digits: int, values: Sequence[float], goal: float | None = None) -> Row:
    """Return the row of repeated measurements."""
    ordered = sorted(values)
    p95 = ordered[math.ceil(0.95 * len(ordered)) - 1]
    return Row(what, unit, digits, median(ordered), p95, goal, samples=len(ordered))


def as_text(title: str, rows: Sequence[Row]) -> str:
    """Return the table for people."""
    lines = [("what", "median", "p95", "goal", "met", "n"), *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(6)]
    text = [title, ""]
    for number, (what, *cells) in enumerate(lines):
        numbers = "  ".join(cell.rjust(width) for cell, width in zip(cells, widths[1:], strict=True))
        text.append(f"{what.ljust(widths[0])}  {numbers}")
        if number == 0:
            text.append("  ".join("-" * width for width in widths))
    return "\n".join(text)


def as_json(title: str, rows: Sequence[Row]) -> dict[str, Any]:
    """Return the table for machines."""
    machine = {"python": platform.python_version(), "machine": platform.machine(), "system": platform.release()}
    return {"title": title, **machine, "rows": [{**asdict(row), "met": row.met} for row in rows]}


def _cells(row: Row) -> tuple[str, ...]:
    def number(value: float) -> str:
        return f"{value:,.{row.digits}f} {row.unit}".rstrip()

    sign = "<" if row.below else "≤"
    return (
        row.what,
        number(row.median),
        "" if row.p95 is None else number(row.p95),
        "" if row.goal is None else f"{sign} {number(row.goal)}",
        {None: "", True: "yes", False: "NO"}[row.met],
        str(row.samples),
    )
