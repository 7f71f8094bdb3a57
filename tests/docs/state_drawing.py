"""
Draws Mermaid's state diagrams for the site, as SVG: Mermaid itself would have to be fetched from elsewhere.

States stand in rows, as far down as they are from the first; an arrow goes down, or up where it leads back. What an
arrow is for stands in the table below each diagram. Arrows to the last state are left out where many states have one: a
second frame around a state says that it may end there.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from html import escape
from itertools import pairwise
from typing import Final

_ARROW = re.compile(r"^ *(\[\*\]|[\w-]+) --> (\[\*\]|[\w-]+)", re.MULTILINE)
_OUTSIDE: Final = "[*]"
_LETTER, _PADDING, _HIGH, _GAP, _ROW = 7.6, 22.0, 30.0, 26.0, 74.0
"""How wide a letter is at most, what is beside a name, how high a state is, what is between two, and between rows."""
_MANY: Final = 4
"""From so many arrows on those to the last state are left out."""

_TIP: Final = (
    '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
    '<path d="M0 0 8 4 0 8z"/></marker></defs>'
)

Arrow = tuple[str, str]


def drawing(source: str) -> str:
    """Return a diagram as an SVG element, without an empty line in it."""
    found = [(arrow[1], arrow[2]) for arrow in _ARROW.finditer(source)]
    firsts = [to for begin, to in found if begin == _OUTSIDE]
    lasts = {begin for begin, to in found if to == _OUTSIDE}
    arrows = [(begin, to) for begin, to in found if _OUTSIDE not in {begin, to}]
    ending = {begin for begin, to in arrows if to in lasts}
    if len(ending) >= _MANY:
        arrows = [(begin, to) for begin, to in arrows if to not in lasts]
    else:
        ending = set()
    rows = _rows(firsts, arrows)
    order, chains = _ordered(rows, arrows)
    places = _placed(order)
    return _svg(places, chains, rows, firsts, ending)


def _rows(firsts: Sequence[str], arrows: Sequence[Arrow]) -> dict[str, int]:
    """Return how far each state is from the first ones, by its longest way without going back."""
    after: defaultdict[str, list[str]] = defaultdict(list)
    for begin, to in arrows:
        after[begin].append(to)
    rows: dict[str, int] = {}

    def visit(state: str, row: int, way: tuple[str, ...]) -> None:
        if rows.get(state, -1) >= row:
            return
        rows[state] = row
        for to in after[state]:
            if to not in way:
                visit(to, row + 1, (*way, state))

    for first in firsts:
        visit(first, 0, ())
    return rows


def _ordered(rows: Mapping[str, int], arrows: Sequence[Arrow]) -> tuple[list[list[str]], list[list[str]]]:
    """Return the states of each row from left to right, with bends of long arrows among them, and each arrow's way."""
    order: list[list[str]] = [[] for _ in range(max(rows.values()) + 1)]
    for state, row in rows.items():
        order[row].append(state)
    chains: list[list[str]] = []
    for begin, to in arrows:
        if begin == to:
            continue
        step = 1 if rows[to] > rows[begin] else -1
        bends = [f"{begin}>{to}@{row}" for row in range(rows[begin] + step, rows[to], step)]
        for bend in bends:
            order[int(bend.rpartition("@")[2])].append(bend)
        chains.append([begin, *bends, to])
    near: defaultdict[str, list[str]] = defaultdict(list)
    for chain in chains:
        for one, other in pairwise(chain):
            near[one].append(other)
            near[other].append(one)
    for sweep in range(12):
        for line in order if sweep % 2 == 0 else reversed(order):
            at = {each: place / len(row) for row in order for place, each in enumerate(row)}
            line.sort(key=lambda each: sum(at[other] for other in near[each]) / len(near[each]) if near[each] else 0.5)
    return order, chains


def _wide(state: str) -> float:
    return 10.0 if "@" in state else len(state) * _LETTER + _PADDING


def _placed(order: Sequence[Sequence[str]]) -> dict[str, tuple[float, float]]:
    """Return the middle of each state and bend; every row stands in the middle."""
    widths = [sum(map(_wide, row)) + _GAP * (len(row) - 1) for row in order]
    places: dict[str, tuple[float, float]] = {}
    for number, row in enumerate(order):
        x = (max(widths) - widths[number]) / 2
        for state in row:
            places[state] = (x + _wide(state) / 2, number * _ROW + _HIGH)
            x += _wide(state) + _GAP
    return places


def _svg(
    places: Mapping[str, tuple[float, float]],
    chains: Sequence[Sequence[str]],
    rows: Mapping[str, int],
    firsts: Sequence[str],
    ending: set[str],
) -> str:
    wide = max(x + _wide(state) / 2 for state, (x, _) in places.items())
    high = max(y for _, y in places.values()) + _HIGH
    size = f'viewBox="-4 -4 {wide + 8:.0f} {high + 8:.0f}" width="{wide + 8:.0f}"'
    parts = [f'<div class="states"><svg {size} role="img">', _TIP]
    parts += [_way(chain, places, back=rows[chain[-1]] <= rows[chain[0]]) for chain in chains]
    for state in rows:
        (x, y), width = places[state], _wide(state)
        kind = ' class="first"' if state in firsts else ""
        parts += [
            f'<rect x="{x - width / 2 + inner:.0f}" y="{y - _HIGH / 2 + inner:.0f}" width="{width - 2 * inner:.0f}"'
            f' height="{_HIGH - 2 * inner:.0f}" rx="6"{kind}/>'
            for inner in ((0.0, 3.0) if state in ending else (0.0,))
        ]
        parts.append(f'<text x="{x:.0f}" y="{y + 4:.0f}">{escape(state)}</text>')
    return "\n".join([*parts, "</svg></div>"])


def _way(chain: Sequence[str], places: Mapping[str, tuple[float, float]], *, back: bool) -> str:
    """Draw an arrow from state to state through its bends."""
    up = -1 if back else 1
    points = [places[state] for state in chain]
    (x, y), (last_x, last_y) = points[0], points[-1]
    points[0], points[-1] = (x, y + up * _HIGH / 2), (last_x, last_y - up * _HIGH / 2)
    path = f"M{points[0][0]:.0f} {points[0][1]:.0f}"
    for (from_x, from_y), (to_x, to_y) in pairwise(points):
        half = (to_y - from_y) / 2
        path += f"C{from_x:.0f} {from_y + half:.0f} {to_x:.0f} {to_y - half:.0f} {to_x:.0f} {to_y:.0f}"
    kind = ' class="back"' if back else ""
    return f'<path d="{path}"{kind} marker-end="url(#tip)"/>'
