"""The chart of a day: admissions and refusals per quarter hour, as bars that a browser draws from SVG."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

QUARTERS: Final = 96
_HIGH: Final = 94.0
_STEP: Final = 8
_BAR: Final = 6
_LEAST_HOURS: Final = 4
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
class Chart:
    """The bars of a day from its first busy hour to its last, and the hours below them."""

    width: int
    bars: tuple[Bar, ...]
    hours: tuple[int, ...]


def chart(admitted: Mapping[int, int], refused: Mapping[int, int], titled: "Titles") -> Chart | None:
    """Return the chart of a day, whose counts are by quarter hour from 0 to 95; None where nobody came."""
    busy = sorted({quarter for counts in (admitted, refused) for quarter, count in counts.items() if count})
    if not busy:
        return None
    first, last = busy[0] // 4, busy[-1] // 4 + 1
    if last - first < _LEAST_HOURS:
        last = min(24, first + _LEAST_HOURS)
        first = last - _LEAST_HOURS
    most = max(admitted.get(q, 0) + refused.get(q, 0) for q in busy)
    unit = (_HIGH - _GAP) / most
    bars = []
    for quarter in busy:
        x = (quarter - 4 * first) * _STEP + (_STEP - _BAR) // 2
        yes, no = admitted.get(quarter, 0), refused.get(quarter, 0)
        title = titled(quarter, yes, no)
        if yes:
            bars.append(Bar("yes", x, round(95 - yes * unit, 1), round(yes * unit, 1), title))
        if no:
            top = 95 - yes * unit - (_GAP if yes else 0) - no * unit
            bars.append(Bar("no", x, round(top, 1), round(no * unit, 1), title))
    step = max(1, (last - first) // 6)
    return Chart((last - first) * 4 * _STEP, tuple(bars), tuple(range(first, last + 1, step)))


class Titles:
    """What a bar says to whoever points at it or hears it read."""

    def __init__(self, form: str) -> None:
        """`form` has the fields `{clock}`, `{admitted}` and `{refused}`."""
        self._form = form

    def __call__(self, quarter: int, admitted: int, refused: int) -> str:
        clock = f"{quarter // 4:02}:{quarter % 4 * 15:02}"
        return self._form.format(clock=clock, admitted=admitted, refused=refused)
