"""
What stands round the tiles: the house in one sentence, its open items, its day, who is inside.

What is of the store is as `StoreReading` has it.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from gate_controller.texts import Language
from gate_controller.venue.page.day_views import day_from_memory, day_shown
from gate_controller.venue.page.item_views import item_rows
from gate_controller.venue.page.page_words import history_away
from gate_controller.venue.page.shown_house import ShownHouse
from gate_controller.venue.page.store_reading import StoreReading
from gate_controller.venue.page.tile_views import CALM, KnownLooks, TileLook, money
from gate_controller.venue.tiles import GateTile, HouseTotals, Presence
from gate_controller.web import views
from gate_controller.web.templating import environment
from gate_controller.web.views import Says


@dataclass(frozen=True, slots=True)
class HouseNow:
    """The one large thing: how the house is."""

    signal: str
    symbol: str
    title: str
    details: Sequence[str]
    sums: Sequence[str]
    """The day in a few figures."""


@dataclass(frozen=True, slots=True)
class PartsSeen:
    """The parts of the page, as HTML, and the title of its tab."""

    tab: str
    html: Mapping[str, str]


@dataclass(slots=True)
class HouseParts:
    """The parts of the live page, for all who look at it."""

    house: ShownHouse
    looks: KnownLooks
    reading: StoreReading

    async def seen(self, tiles: Sequence[GateTile], language: Language, *, may_act: bool) -> PartsSeen:
        """Return the parts as they are now."""
        await self.reading.look(tiles)
        return await asyncio.to_thread(self._render, tiles, language, may_act=may_act)

    def _render(self, tiles: Sequence[GateTile], language: Language, *, may_act: bool) -> PartsSeen:
        t, read = views.says(language), self.reading
        names = {tile.gate_id: tile.name for tile in tiles}
        looks = self.looks.of(tiles, language)
        rows = item_rows(read.items, names, self.house.view.now(), language)
        known = {
            "t": t,
            "now": house_now(self.house, tiles, looks, read.totals, language),
            "day": day_shown(read.totals, tiles, language) if read.totals else day_from_memory(tiles, language),
            "items": rows,
            "more": max(0, sum(tile.open_items for tile in tiles) - len(rows)),
            "away": "" if read.is_whole else history_away(self.house, language),
            "may_act": may_act,
            "lang": language.value,
        }
        templates = environment(self.house.templates)
        html = {name: templates.get_template(f"_house_{name}.html").render(known).strip() for name in PARTS}
        needing = sum(look.urgency < CALM for look in looks)
        name = self.house.name
        return PartsSeen(f"({needing}) {name}" if needing else name, html)


PARTS: Final = ("now", "items", "today")


def house_now(
    house: ShownHouse,
    tiles: Sequence[GateTile],
    looks: Sequence[TileLook],
    totals: HouseTotals | None,
    language: Language,
) -> HouseNow:
    """Return how the house is, in one sentence and what belongs to it."""
    t = views.says(language)
    away = sum(tile.presence in {Presence.STALE, Presence.OFFLINE} for tile in tiles)
    broken = sum(look.urgency == 1 for look in looks)
    needing = sum(look.urgency < CALM for look in looks)
    signal, symbol, title = "idle", "tick", t("All {n} gates are well").format(n=len(tiles))
    if len(tiles) == 1:
        title = t("The gate is well")
    if not tiles:
        signal, symbol, title = "idle", "clock", t("No gate has joined yet")
        if house.view.is_store_reached():  # which there are stands there
            title = t("The gates are not known yet")
    elif why := house.view.is_broker_reached():
        signal, symbol, title = "out-of-service", "question", t("No word from any gate")
        return HouseNow(signal, symbol, title, (t("The broker is not reached: {why}").format(why=why),), ())
    elif broken or away:
        signal, symbol, title = "refused", "hand", _counted(t, needing, len(tiles))
    elif needing:
        signal, symbol, title = "checking", "question", _counted(t, needing, len(tiles))
    closed = sum(look.signal == "out-of-service" and look.symbol == "lock" for look in looks)
    if tiles and closed == len(tiles):
        signal, symbol, title = "out-of-service", "lock", t("All gates are closed")
    held = sum(look.signal == "admitted" and look.symbol == "arrow" for look in looks)
    store, refused = house.view.is_store_reached(), house.view.what_broker_refuses()
    if (store or refused) and signal == "idle":
        signal, symbol = "checking", "question"
    details = [
        t("The store is not reached: {why}").format(why=store) if store else "",
        t("The broker does not pass everything on: {why}").format(why=refused) if refused else "",
        t("{n} out of service").format(n=broken) if broken else "",
        t("{n} not heard").format(n=away) if away else "",
        t("{n} closed by staff").format(n=closed) if closed else "",
        t("{n} held open").format(n=held) if held else "",
        _open_said(tiles, language, t),
    ]
    admitted = totals.admitted if totals is not None else sum(tile.admitted for tile in tiles)
    sums = [t("{n} admitted today").format(n=admitted)]
    if totals is not None and totals.most_inside:
        sums.append(t("{n} of {most} people inside").format(n=totals.inside, most=totals.most_inside))
    elif totals is not None and any(tile.is_way_out for tile in tiles):
        sums.append(t("{n} people inside").format(n=totals.inside))
    return HouseNow(signal, symbol, title, [each for each in details if each], sums)


def _counted(t: Says, needing: int, of: int) -> str:
    return (t("1 of {of} gates needs you") if needing == 1 else t("{n} of {of} gates need you")).format(
        n=needing, of=of
    )


def _open_said(tiles: Sequence[GateTile], language: Language, t: Says) -> str:
    number = sum(tile.open_items for tile in tiles)
    if not number:
        return ""
    sums: dict[str, int] = {}
    for tile in tiles:
        if tile.open_items:
            sums[tile.currency] = sums.get(tile.currency, 0) + tile.open_cents
    amount = " + ".join(money(cents, currency, language) for currency, cents in sums.items())
    return (t("1 open item, {amount}.") if number == 1 else t("{n} open items, {amount}.")).format(
        n=number, amount=amount
    )
