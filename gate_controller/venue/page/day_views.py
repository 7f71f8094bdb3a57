"""A day of the house as it is shown: its figures, and its hours as bars; of today also from memory alone."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from gate_controller.admission.words.money import Cents, Currency
from gate_controller.texts import Language
from gate_controller.texts.amounts import format_sum
from gate_controller.venue.tiles import GateTile, HouseTotals
from gate_controller.web import views
from gate_controller.web.chart import Bar, Quarter, chart

_HOUR_WIDTH: Final = 30
"""Of a bar: four quarters' places (`chart.py`) less the gap."""


@dataclass(frozen=True, slots=True)
class DayShown:
    """A day of the house in figures, and its hours as bars."""

    admitted: int
    refused: int
    charged: Sequence[tuple[str, str]]
    """Currency and amount."""
    width: int
    bars: Sequence[Bar]
    hours: Sequence[str]
    alt: str
    inside: int
    most_inside: int
    is_full: bool
    counts_people: bool
    incomplete: int
    """Gates of whose day events are missing here."""


def day_shown(totals: HouseTotals, tiles: Sequence[GateTile], language: Language) -> DayShown:
    """Return a day as it is shown."""
    t = views.says(language)
    drawn = chart(_quarters(totals), t("{clock}: {admitted} admitted, {refused} refused"))
    # An hour is one bar, as wide as its four quarters.
    bars = [replace(bar, width=_HOUR_WIDTH) for bar in drawn.bars] if drawn else ()
    charged = [
        (currency, format_sum(Cents(max(0, cents)), Currency(currency), language))
        for currency, cents in totals.charged.items()
        if currency in {each.value for each in Currency}
    ]
    return DayShown(
        totals.admitted,
        totals.refused,
        charged or [(tiles[0].currency if tiles and tiles[0].currency else "CHF", "0.00")],
        drawn.width if drawn else 0,
        bars,
        drawn.hours if drawn else (),
        t("Admissions and refusals per hour"),
        totals.inside,
        totals.most_inside,
        0 < totals.most_inside <= totals.inside,
        bool(totals.most_inside or any(tile.is_way_out for tile in tiles)),
        sum(not each.is_complete for each in totals.by_gate),
    )


def _quarters(totals: HouseTotals) -> Sequence[Quarter]:
    """Return a day's hours as the chart takes them: each with all that it had in its first quarter."""
    hours = {hour: (admitted, refused) for hour, admitted, refused in totals.hours}
    nothing = (0, 0)
    return [
        Quarter(f"{place // 4:02d}:00", *(nothing if place % 4 else hours.get(place // 4, nothing)))
        for place in range(4 * 24)
    ]


def day_from_memory(tiles: Sequence[GateTile], language: Language) -> DayShown:
    """Return today as the gates' tiles have it, without its hours: where the store cannot be read."""
    charged: dict[str, int] = {}
    for tile in tiles:
        charged[tile.currency] = charged.get(tile.currency, 0) + tile.charged
    admitted, refused = sum(tile.admitted for tile in tiles), sum(tile.refused for tile in tiles)
    totals = HouseTotals("", admitted, refused, charged, {}, 0, 0, (), ())
    return replace(day_shown(totals, tiles, language), bars=(), counts_people=False)
