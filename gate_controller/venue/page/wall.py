"""
The wall of tiles as it is now, rendered once for all who look at it in the same language, and told as what has changed.

Whoever follows gets the tiles that have changed since what he has seen: one who is slow gets fewer, larger steps, and
nothing waits for him. Times are told once in a beat, so that a tile is sent only when something else of it is another.
"""

import asyncio
import json
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from markupsafe import Markup
from starlette.requests import Request

from gate_controller.texts import Language
from gate_controller.venue.page.house_parts import HouseParts, PartsSeen
from gate_controller.venue.page.shown_house import ShownHouse
from gate_controller.venue.page.store_reading import StoreReading
from gate_controller.venue.page.tile_views import CALM, KnownLooks, TileLook, since_now
from gate_controller.venue.tiles import GateTile, Presence
from gate_controller.web import views
from gate_controller.web.templating import environment

MOST_PLACES: Final = 100_000
"""More gates than a house has: urgency and place are one number in the page."""


@dataclass(frozen=True, slots=True)
class WallSection:
    """The gates of one group, or those that need somebody."""

    group: str
    tiles: Markup
    number: int


@dataclass(frozen=True, slots=True)
class WallSeen:
    """The wall at one moment, for a page that begins."""

    token: str
    """Names the moment: what changes after it is told to whoever follows with this."""
    needing: WallSection
    groups: Sequence[WallSection]
    parts: PartsSeen


@dataclass(slots=True)
class Wall:
    """What all live pages of a house share, from its beginning until `close`."""

    house: ShownHouse
    _run: str = field(default_factory=lambda: secrets.token_hex(4))
    _version: int = 1
    _tiles: dict[str, GateTile] = field(default_factory=dict)
    _places: dict[str, int] = field(default_factory=dict)
    """Where each gate stands in the house's order."""
    _changed: dict[str, int] = field(default_factory=dict)
    """When each gate changed last, as a running number."""
    _rendered: dict[Language, dict[str, tuple[GateTile, int, str]]] = field(default_factory=dict)
    _encoded: dict[tuple[Language, bool, int], tuple[int, bytes]] = field(default_factory=dict)
    _followers: set[asyncio.Event] = field(default_factory=set)
    _busy: asyncio.Lock = field(default_factory=asyncio.Lock)
    _day: str = ""
    _looks: KnownLooks = field(default_factory=KnownLooks)
    _reading: StoreReading = field(init=False)
    _parts: HouseParts = field(init=False)
    _unfollow: Callable[[], None] = field(init=False)

    def __post_init__(self) -> None:
        """Follow the house."""
        self._reading = StoreReading(self.house, lambda: self._told(frozenset()))
        self._parts = HouseParts(self.house, self._looks, self._reading)
        self._read_all()
        self._unfollow = self.house.view.follow(self._told)

    def close(self) -> None:
        """Follow the house no more."""
        self._unfollow()
        self._reading.close()

    @property
    def tiles(self) -> Sequence[GateTile]:
        """Return every gate that is shown, in the house's order."""
        return tuple(self._tiles.values())

    @property
    def version(self) -> int:
        """Return the running number of the last change."""
        return self._version

    @property
    def followers(self) -> int:
        """How many follow the wall."""
        return len(self._followers)

    def join(self) -> tuple[asyncio.Event, Callable[[], None]]:
        """Return what is set after each change, and what ends that."""
        told = asyncio.Event()
        self._followers.add(told)
        return told, lambda: self._followers.discard(told)

    def seen_by(self, token: str) -> int:
        """Return up to which change a page has seen; 0, nothing, where that was another run."""
        run, _, number = token.partition("-")
        is_known = run == self._run and number.isascii() and number.isdecimal() and len(number) < 16  # noqa: PLR2004 - a running number
        return min(int(number), self._version) if is_known else 0

    def token(self, version: int) -> str:
        """Return the name of a moment of this run."""
        return f"{self._run}-{version}"

    def changed_since(self, gate_id: str, seen: int) -> bool:
        """Whether a gate has changed since."""
        return self._changed.get(gate_id, 0) > seen

    def gone_since(self, seen: int) -> Sequence[str]:
        """Return the gates that are not shown any more since."""
        return [gate for gate, number in tuple(self._changed.items()) if number > seen and gate not in self._tiles]

    def look_at_calendar(self) -> None:
        """Take note of a new day: what began before it has a date from then on, and the day's sums begin anew."""
        day = views.day(self.house.view.now())
        if day != self._day:
            self._day, is_first = day, not self._day
            self._rendered.clear()
            if not is_first:
                self._told(frozenset(self._tiles))

    def _read_all(self) -> None:
        before, places = self._tiles, self._places
        self._tiles = {tile.gate_id: tile for tile in self.house.shown()}
        self._places = {gate_id: place for place, gate_id in enumerate(self._tiles)}
        for gate_id in before.keys() | self._tiles.keys():
            stays = before.get(gate_id) == self._tiles.get(gate_id) and places.get(gate_id) == self._places.get(gate_id)
            if not stays:
                self._changed[gate_id] = self._version

    def _told(self, gates: frozenset[str]) -> None:
        self._version += 1
        if not gates <= self._tiles.keys():
            self._read_all()  # one that is new has its place among the others
        for gate_id in gates:
            tile = self.house.view.tile(gate_id)
            if tile is None or tile.presence is Presence.REVOKED:
                self._tiles.pop(gate_id, None)
            elif gate_id in self._tiles:
                self._tiles[gate_id] = tile
            self._changed[gate_id] = self._version
        for told in tuple(self._followers):
            told.set()

    async def seen(self, language: Language, *, may_act: bool) -> WallSeen:
        """Return the wall as it is now, whole."""
        async with self._busy:
            self.look_at_calendar()
            version, tiles = self._version, self.tiles
            parts = await self._parts.seen(tiles, language, may_act=may_act)
            rendered = await asyncio.to_thread(self._render, tiles, language)
        needing = sorted((html for html in rendered if html[0] < MOST_PLACES * CALM), key=lambda each: each[0])
        groups: dict[str, list[str]] = {}
        for tile, (rank, html) in zip(tiles, rendered, strict=True):
            of_group = groups.setdefault(tile.group, [])
            if rank >= MOST_PLACES * CALM:
                of_group.append(html)
        return WallSeen(
            self.token(version),
            _section("", [html for _, html in needing]),
            [_section(group, htmls) for group, htmls in groups.items()],
            parts,
        )

    async def news(self, seen: int, language: Language, *, may_act: bool) -> tuple[int, bytes]:
        """Return the number of the last change, and what is told to a page that has seen those up to another one."""
        async with self._busy:
            version = self._version
            if (known := self._encoded.get((language, may_act, seen))) is not None and known[0] == version:
                return known
            tiles = self.tiles
            parts = await self._parts.seen(tiles, language, may_act=may_act)
            told = await asyncio.to_thread(self._news, tiles, parts, seen, language)
            if len(self._encoded) > 16:  # noqa: PLR2004 - languages, roles, and pages that lag a step or two behind
                self._encoded.clear()
            self._encoded[language, may_act, seen] = version, told
            return version, told

    def _news(self, tiles: Sequence[GateTile], parts: PartsSeen, seen: int, language: Language) -> bytes:
        changed = [tile for tile in tiles if self._changed.get(tile.gate_id, 0) > seen]
        rendered = self._render(changed, language)
        told = {
            **views.clocks(self.house.view.now()),
            "tab": parts.tab,
            "tiles": {tile.gate_id: html for tile, (_, html) in zip(changed, rendered, strict=True)},
            "gone": self.gone_since(seen),
            "parts": parts.html,
            "all": seen == 0,
            "names": [tile.gate_id for tile in tiles] if seen == 0 else [],
        }
        return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()

    def _render(self, tiles: Sequence[GateTile], language: Language) -> Sequence[tuple[int, str]]:
        """Return the rank and the HTML of tiles: 30 µs each that has not been rendered so before."""
        known, t, now = self._rendered.setdefault(language, {}), views.says(language), self.house.view.now()
        template = environment(self.house.templates).get_template("_tile.html")
        given = []
        for tile, look in zip(tiles, self._looks.of(tiles, language), strict=True):
            rank = look.urgency * MOST_PLACES + self._places.get(tile.gate_id, 0)
            before = known.get(tile.gate_id)
            if before is None or before[0] is not tile or before[1] != rank:
                since, since_said = since_now(look, now, t)
                html = template.render(
                    tile=look, rank=rank, since=since, since_said=since_said, find=_found_by(look), t=t
                )
                known[tile.gate_id] = before = tile, rank, html
            given.append((rank, before[2]))
        return given


def _section(group: str, htmls: Sequence[str]) -> WallSection:
    return WallSection(group, Markup("").join(Markup(html) for html in htmls), len(htmls))  # noqa: S704 - rendered by templates that escape


def _found_by(look: TileLook) -> str:
    return f"{look.name} {look.gate_id} {look.group}".casefold()


def wall_of(request: Request) -> Wall:
    """Return the wall of this site."""
    wall: Wall = request.app.state.wall
    return wall
