"""The chart of a day: admissions and refusals per quarter hour, as bars that a browser draws from SVG."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_HOUR: Final = 4
"""Quarters."""
_BASE: Final = 95.0
_HIGH: Final = 93.0
_STEP: Final = 8
_BAR: Final = 6
_LEAST_HOURS: Final = 4
_MOST_LABELS: Final = 6
_GAP: Final = 2.0


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar, in units of the chart."""

    kind: str
    """`yes`: admissions, `no`: refusals."""
    x: int
    y: float
    height: float
    title: str
    width: int = _BAR


@dataclass(frozen=True, slots=True)
class Quarter:
    """What a quarter of an hour had; `clock` is when it began, as the gate's time of day."""

    clock: str
    admitted: int
    refused: int


@dataclass(frozen=True, slots=True)
class Chart:
    """The bars of a day from its first busy hour to its last, and the hours below them."""

    width: int
    bars: tuple[Bar, ...]
    hours: tuple[str, ...]


def chart(quarters: Sequence[Quarter], title: str) -> Chart | None:
    """
    Return the chart of a day, from midnight on; None where nobody came.

    `title` is what a bar says to whoever points at it: `{clock}`, `{admitted}`, `{refused}`.
    """
    busy = [place for place, each in enumerate(quarters) if each.admitted or each.refused]
    if not busy:
        return None
    first, last = busy[0] // _HOUR * _HOUR, (busy[-1] // _HOUR + 1) * _HOUR
    last = min(max(last, first + _LEAST_HOURS * _HOUR), len(quarters))
    first = max(0, min(first, last - _LEAST_HOURS * _HOUR))
    unit = (_HIGH - _GAP) / max(quarters[place].admitted + quarters[place].refused for place in busy)
    bars: list[Bar] = []
    for place in busy:
        each, x = quarters[place], (place - first) * _STEP + (_STEP - _BAR) // 2
        said = title.format(clock=each.clock, admitted=each.admitted, refused=each.refused)
        top = _BASE - each.admitted * unit
        if each.admitted:
            bars.append(Bar("yes", x, round(top, 1), round(each.admitted * unit, 1), said))
        if each.refused:
            top -= each.refused * unit + (_GAP if each.admitted else 0)
            bars.append(Bar("no", x, round(top, 1), round(each.refused * unit, 1), said))
    step = max(1, (last - first) // _HOUR // _MOST_LABELS) * _HOUR
    hours = tuple(quarters[place].clock.partition(":")[0] for place in range(first, last, step))
    return Chart((last - first) * _STEP, tuple(bars), hours)
