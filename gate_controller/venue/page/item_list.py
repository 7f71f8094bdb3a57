"""
The page of open items of all gates, and how it follows them: each list is read once for all who look at it.

Whoever follows is told which items stand on his page, in their order, and those of them that are new or another. A page
has a hundred items at most, whatever number there is; no gate is asked for anything.
"""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from gate_controller.desk.control_socket import ControlError
from gate_controller.journal.records import Record
from gate_controller.texts import Language
from gate_controller.venue.page.asking_store import read
from gate_controller.venue.page.gate_stories import KnownAttempts
from gate_controller.venue.page.item_views import ItemRow, item_rows
from gate_controller.venue.page.page_words import history_away, names_of, number_of, words_for
from gate_controller.venue.page.shown_house import ShownHouse
from gate_controller.venue.page.tile_views import open_words
from gate_controller.venue.page.wall import wall_of
from gate_controller.venue.page.wall_steps import beat, steps_of
from gate_controller.venue.tiles import HouseItem
from gate_controller.web import views
from gate_controller.web.audience import language_of
from gate_controller.web.people import Role
from gate_controller.web.resources import Resource, person_of
from gate_controller.web.templating import environment, page

ITEMS_OF_A_PAGE: Final = 100
READ_SECONDS: Final = 1.0
"""Between two looks into the store for the same list."""
_MOST_LISTS: Final = 20


_Html = Mapping[str, str]
"""Rows of a page, by what names each."""


@dataclass(frozen=True, slots=True, eq=False)
class _KnownList:
    """One page of open items, as it was read."""

    items: Sequence[tuple[HouseItem, Record | None]]
    more: int | None
    version: int
    read_at: float


@dataclass(slots=True)
class ItemLists:
    """The lists that are looked at. In the loop."""

    house: ShownHouse
    attempts: KnownAttempts
    _known: dict[int | None, _KnownList] = field(default_factory=dict)
    _rendered: dict[tuple[int | None, Language, bool], tuple[object, _Html]] = field(default_factory=dict)
    _busy: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def seen(self, before: int | None, *, may_wait: bool = False) -> _KnownList:
        """
        Return a page of open items. `may_wait`: it is asked for again and again. Raises `JournalAway` where the store
        cannot be read.
        """
        if may_wait and (known := self._known.get(before)) is not None and not self._is_new(known):
            await asyncio.sleep(max(0.0, known.read_at + READ_SECONDS - time.monotonic()))
        async with self._busy:
            known = self._known.get(before)
            if known is None or not self._is_new(known):
                version = self.house.view.items_version()
                items, more = await read(self.house.view.open_items(limit=ITEMS_OF_A_PAGE, before=before))
                known = _KnownList(await read(self.attempts.of(items)), more, version, time.monotonic())
                if len(self._known) >= _MOST_LISTS:
                    self._known.clear()
                self._known[before] = known
            return known

    def _is_new(self, known: _KnownList) -> bool:
        """Whether a list is as the store has it, which nobody can say of one that takes nothing."""
        return known.version == self.house.view.items_version() and not self.house.view.is_store_reached()

    async def rows(self, known: _KnownList, language: Language) -> Sequence[ItemRow]:
        """Return the items of a list in words."""
        house = self.house
        return await asyncio.to_thread(item_rows, known.items, names_of(house), house.view.now(), language)

    async def html(self, before: int | None, known: _KnownList, language: Language, *, may_act: bool) -> _Html:
        """Return the items of a list as rows of the page, by what names each."""
        view, names = self.house.view, names_of(self.house)
        made_for = known, tuple(names.get(item.gate_id, "") for item, _ in known.items), views.day(view.now())
        key = before, language, may_act
        if (found := self._rendered.get(key)) is None or found[0] != made_for:
            rows = await self.rows(known, language)
            html = await asyncio.to_thread(_rows_rendered, self.house, rows, language, may_act=may_act)
            if len(self._rendered) >= _MOST_LISTS:
                self._rendered.clear()
            found = self._rendered[key] = made_for, html
        return found[1]

    def seen_last(self, before: int | None) -> _KnownList:
        """Return a page of open items as it was read last; an empty one where it was not."""
        return self._known.get(before) or _KnownList((), None, -1, 0.0)

    def around(self, known: _KnownList, before: int | None, away: str, language: Language) -> Mapping[str, Any]:
        """Return what stands round the items. `away`: why these are not all; it has the gates named that have some."""
        t, tiles = views.says(language), self.house.shown()
        having = [tile for tile in tiles if tile.open_items]
        return {
            # By the gates' own word, for whom nothing has to be counted here.
            "number": max(len(known.items), sum(tile.open_items for tile in having)),
            "more": known.more,
            "before": before,
            "is_first": before is None,
            "away": away,
            "gates": [(tile.gate_id, tile.name, open_words(tile, language, t)) for tile in having] if away else (),
        }


def item_lists_of(request: Request) -> ItemLists:
    """Return the lists of this site."""
    lists: ItemLists = request.app.state.item_lists
    return lists


async def _items(request: Request) -> Response:
    lists, before = item_lists_of(request), number_of(request)
    try:
        known, away = await lists.seen(before), ""
    except ControlError:
        known, away = lists.seen_last(before), history_away(lists.house, language_of(request))
    rows, view = await lists.rows(known, language_of(request)), words_for(request)
    around = lists.around(known, before, away, language_of(request))
    return await page(request, "items.html", view=view, may_act=view["may_act"], items=rows, **around)


async def item_events(request: Request) -> AsyncIterator[bytes]:
    """Follow a page of open items."""
    wall, lists, language = wall_of(request), item_lists_of(request), language_of(request)
    before, may_act = number_of(request), views.may_act(person_of(request))
    told: _Html = {}
    seen: object = None
    async with contextlib.aclosing(steps_of(request)) as steps:
        async for _ in steps:
            try:
                known, away = await lists.seen(before, may_wait=True), ""
            except ControlError:
                known, away = lists.seen_last(before), history_away(lists.house, language)
            html = await lists.html(before, known, language, may_act=may_act)
            around = lists.around(known, before, away, language)
            parts = _parts(lists.house, {**around, "items": known.items}, language)
            if (html, parts) == seen:
                yield beat(wall)
                continue
            news = {
                **views.clocks(lists.house.view.now()),
                "tab": f"{views.says(language)('Open items')} · {lists.house.name}",
                "order": list(html),
                "rows": {key: row for key, row in html.items() if told.get(key) != row},
                "parts": parts,
            }
            told, seen = html, (html, parts)
            yield b"event: items\ndata: %s\n\n" % json.dumps(news, ensure_ascii=False, separators=(",", ":")).encode()


def _parts(house: ShownHouse, around: Mapping[str, Any], language: Language) -> _Html:
    known, templates = {**around, "t": views.says(language)}, environment(house.templates)
    return {name: templates.get_template(f"_items_{name}.html").render(known).strip() for name in ("head", "foot")}


def _rows_rendered(house: ShownHouse, rows: Sequence[ItemRow], language: Language, *, may_act: bool) -> _Html:
    known = {"t": views.says(language), "may_act": may_act, "lang": language.value}
    template = environment(house.templates).get_template("_house_item.html")
    return {row.key: template.render(known, item=row).strip() for row in rows}


ITEM_PAGE: Final = Resource("/items", _items, Role.VIEWER, is_page=True)
