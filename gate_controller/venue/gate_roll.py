"""
The gates of a house in memory, and their tiles: made when asked for, and kept until something changes.

Gates of one group are meant to be alike: whoever runs another version or other settings than most of them stands out.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from gate_controller.venue.known_gate import KnownGate
from gate_controller.venue.tiles import GateTile, Presence

_COMPARED: Final = ("version", "settings")
_Most = tuple[str | None, str | None]


class GateRoll:
    """Every gate that is known, by its id."""

    def __init__(self, wall: Callable[[], float], stale_after: float) -> None:
        """`stale_after`: seconds without a word after which a gate is stale."""
        self._wall = wall
        self._stale_after = stale_after
        self._gates: dict[str, KnownGate] = {}
        self._tiles: dict[str, GateTile] = {}
        self._order: list[str] | None = None
        self._alike: dict[str, tuple[str, str, str]] = {}
        """Group, version and settings of each gate, as they were compared."""
        self._most: dict[str, _Most] = {}

    def __len__(self) -> int:
        return len(self._gates)

    def __iter__(self) -> Iterator[KnownGate]:
        return iter(self._gates.values())

    def get(self, gate_id: str) -> KnownGate | None:
        """Return a gate."""
        return self._gates.get(gate_id)

    def add(self, gate: KnownGate) -> None:
        """Add a gate."""
        self._gates[gate.gate_id] = gate
        self.changed(gate)

    def changed(self, gate: KnownGate) -> frozenset[str]:
        """Take note that a gate changed, and return the gates whose tile that may change."""
        self._tiles.pop(gate.gate_id, None)
        group = "" if gate.revoked_at is not None else gate.group
        alike = group, gate.version, gate.settings
        before = self._alike.get(gate.gate_id)
        if before == alike:
            return frozenset({gate.gate_id})
        self._alike[gate.gate_id] = alike
        self._order = None
        touched = {gate.gate_id}
        for name in {alike[0], before[0] if before else ""} - {""}:
            members = [gate_id for gate_id, (group, *_) in self._alike.items() if group == name]
            most = _most_of([self._alike[gate_id] for gate_id in members])
            if self._most.get(name) != most:
                self._most[name] = most
                touched.update(members)
        for gate_id in touched:
            self._tiles.pop(gate_id, None)
        return frozenset(touched)

    def renamed(self) -> None:
        """Take note that a gate has another name: the order is another."""
        self._order = None

    def tile(self, gate_id: str) -> GateTile | None:
        """Return a gate's tile."""
        if (tile := self._tiles.get(gate_id)) is not None:
            return tile
        if (gate := self._gates.get(gate_id)) is None:
            return None
        tile = self._tiles[gate_id] = gate.tile(self._wall(), self._stale_after, self._differs(gate))
        return tile

    def tiles(self) -> list[GateTile]:
        """Return the tiles of all gates but those that are revoked, in the house's order: by name, numbers by size."""
        if self._order is None:
            named = {gate.gate_id: gate.name or str(gate.about.get("name") or gate.gate_id) for gate in self}
            self._order = sorted(named, key=lambda gate_id: (_natural(named[gate_id]), gate_id))
        found = (self.tile(gate_id) for gate_id in self._order)
        return [tile for tile in found if tile is not None and tile.presence is not Presence.REVOKED]

    def look(self) -> frozenset[str]:
        """Look at the clock: return the gates whose presence is another than their tile says."""
        now, found = self._wall(), set()
        for gate in self:
            if gate.trouble and gate.trouble_until <= now:
                gate.trouble = ""
                self._tiles.pop(gate.gate_id, None)
                found.add(gate.gate_id)
        for gate_id, tile in tuple(self._tiles.items()):
            gate = self._gates[gate_id]
            if gate.presence(now, self._stale_after) is not tile.presence:
                del self._tiles[gate_id]
                found.add(gate_id)
        return frozenset(found)

    def _differs(self, gate: KnownGate) -> tuple[str, ...]:
        if not gate.group or (most := self._most.get(gate.group)) is None:
            return ()
        own = gate.version, gate.settings
        compared = zip(_COMPARED, own, most, strict=True)
        return tuple(what for what, value, usual in compared if value and usual is not None and value != usual)


def _most_of(members: Iterable[tuple[str, str, str]]) -> _Most:
    """Return version and settings of most; empty where no value has most, and None where they are not known."""
    found: list[str | None] = []
    for place in (1, 2):
        counted = Counter(member[place] for member in members if member[place])
        if not counted:
            found.append(None)
            continue
        value, times = counted.most_common(1)[0]
        found.append(value if 2 * times > counted.total() else "")
    return found[0], found[1]


def _natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """Sort "Gate 2" before "Gate 10"."""
    parts = re.findall(r"[0-9]{1,9}|[^0-9]+", text.casefold())
    return tuple((0, int(part), "") if part.isdigit() and part.isascii() else (1, 0, part) for part in parts)
