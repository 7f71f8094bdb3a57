"""
The pages about days of the house: a list, and one day with what each gate had, its closing, and that as CSV.

What is closed is shown as it was written; of another day the figures so far, and which gates have not told all of it.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from gate_controller.admission.words.money import Cents
from gate_controller.desk.closing_table import harmless
from gate_controller.desk.control_socket import ControlError
from gate_controller.desk.moments import date_of, span_of_day
from gate_controller.texts import Language, format_amount
from gate_controller.texts.slip import NO_MONEY, day_words, entry_words
from gate_controller.venue.page.asking_store import date_in, read
from gate_controller.venue.page.day_views import day_shown
from gate_controller.venue.page.gate_stories import currency_of
from gate_controller.venue.page.page_words import names_of, nothing, unread, words_for
from gate_controller.venue.page.shown_house import ShownHouse, shown_house_of
from gate_controller.venue.page.tile_views import money
from gate_controller.venue.tiles import HouseTotals
from gate_controller.web import views
from gate_controller.web.audience import language_of
from gate_controller.web.people import Role
from gate_controller.web.resources import Resource
from gate_controller.web.templating import page
from gate_controller.web.visits import moment_of

DAYS_OF_A_PAGE: Final = 14
_CLOSINGS: Final = 400
_BOM: Final = "\ufeff"
"""Without it Excel takes UTF-8 for the letters of the computer's own code page."""


@dataclass(frozen=True, slots=True)
class HouseDayRow:
    """One day of the list."""

    date: str
    words: str
    signal: str
    symbol: str
    stands: str
    came_to: str


@dataclass(frozen=True, slots=True)
class HouseClosingView:
    """The closing of a day of the house, in words."""

    closed: str
    sums: Sequence[tuple[str, str]]
    entries: Sequence[tuple[str, int, str]]
    remarks: Sequence[str]


async def _list(request: Request) -> Response:
    house, language = shown_house_of(request), language_of(request)
    t, today = views.says(language), date_of(house.view.now())
    asked = request.query_params.get("before", "")
    try:
        last = date.fromisoformat(asked) - timedelta(days=1) if asked else date.fromisoformat(today)
        days = [(last - timedelta(days=back)).isoformat() for back in range(DAYS_OF_A_PAGE)]
    except (ValueError, OverflowError):
        return await nothing(request, "There is no such day.")
    try:
        closed = await _closed_days(house)
        totals = [await read(house.view.totals(day)) for day in days]
    except ControlError:
        return await unread(request)
    rows = [_row(each, closed, today, language, t) for each in totals]
    return await page(request, "house_days.html", rows=rows, earlier=days[-1], is_first=not asked)


async def _closed_days(house: ShownHouse) -> Mapping[str, Mapping[str, Any]]:
    return {str(each["day"]): each for each in await read(house.view.closings(limit=_CLOSINGS))}


def _row(
    totals: HouseTotals, closed: Mapping[str, object], today: str, language: Language, t: views.Says
) -> HouseDayRow:
    if totals.day in closed:
        signal, symbol, stands = "admitted", "tick", t("closed")
    elif totals.day >= today:
        signal, symbol, stands = "other", "clock", t("goes on")
    elif not (totals.admitted or totals.refused or any(totals.charged.values()) or any(totals.refunded.values())):
        signal, symbol, stands = "other", "clock", t("nothing to close")
    else:
        signal, symbol, stands = "checking", "question", t("not closed yet")
    said = [t("{n} admitted").format(n=totals.admitted)]
    said += [money(cents, currency, language) for currency, cents in totals.charged.items() if cents]
    return HouseDayRow(totals.day, day_words(totals.day, language), signal, symbol, stands, ", ".join(said))


async def _day(request: Request) -> Response:
    house, language = shown_house_of(request), language_of(request)
    t, today = views.says(language), date_of(house.view.now())
    try:
        day = date_in(request)
        totals = await read(house.view.totals(day))
        closing = (await _closed_days(house)).get(day)
    except ControlError as error:
        return await (unread(request) if "store" in str(error) else nothing(request, "There is no such day."))
    words = words_for(request)
    is_over = span_of_day(day)[1] <= house.view.now()
    names = names_of(house)
    known = {
        "date": day,
        "words": day_words(day, language),
        "stands": "" if closing else t("not closed yet") if is_over else t("goes on"),
        "closing": closing_of_house_view(closing, language) if closing is not None else None,
        "can_close": closing is None and is_over and words["may_act"],
        "before": _beside(day, -1),
        "after": _beside(day, 1) if day < today else "",
        "gates": [
            (names.get(each.gate_id, each.gate_id), each.gate_id, each.admitted, each.refused,
             money(each.charged - each.refunded, each.currency, language), each.is_complete)
            for each in totals.by_gate
            if each.admitted or each.refused or each.charged or not each.is_complete
        ],
    }  # fmt: skip
    return await page(
        request, "house_day.html", view=words, shown=known, day=day_shown(totals, house.shown(), language)
    )


def _beside(day: str, days: int) -> str:
    try:
        return (date.fromisoformat(day) + timedelta(days=days)).isoformat()
    except OverflowError:
        return ""


def closing_of_house_view(told: Mapping[str, Any], language: Language) -> HouseClosingView:
    """Return a closing that was written, in words."""
    t = views.says(language)
    remarks = []
    if told.get("late"):
        late = t("{n} of it are of earlier days, and were recorded only when those had been closed.")
        remarks.append(late.format(n=told["late"]))
    lacking = [each["name"] for each in told.get("gates", ()) if not each["is_complete"]]
    if lacking:
        remarks.append(t("Not all told by then: {gates}. What they tell later counts later.").format(
            gates=", ".join(lacking[:20]) + ("…" if len(lacking) > 20 else "")  # noqa: PLR2004 - a sentence
        ))  # fmt: skip
    at = moment_of(str(told["closed_at"])) if told.get("closed_at") else 0.0
    return HouseClosingView(
        t("Closed by {name}, {time}").format(
            name=told.get("closed_by", ""), time=f"{views.day(at)} {views.clock(at)}" if at else ""
        ),
        [
            (
                t("Charged, less what was given back"),
                format_amount(Cents(each["revenue_cents"]), currency_of(each["currency"]), language),
            )
            for each in told.get("money", ())
        ],
        [
            (
                entry_words(each["entry"], each["reason"], language, currency_of(each["currency"])),
                each["times"],
                "" if each["entry"] in NO_MONEY else money(each["amount_cents"], each["currency"], language),
            )
            for each in told.get("entries", ())
            if each["times"]
        ],
        remarks,
    )


async def _csv(request: Request) -> Response:
    """Return a closing as a table for a spreadsheet: each gate's lines."""
    try:
        closing = (await _closed_days(shown_house_of(request))).get(date_in(request))
    except ControlError:
        closing = None
    if closing is None:
        return await nothing(request, "There is no such day.")
    name = f"closing-{closing['day']}.csv"
    return Response(
        _BOM + closing_table(closing),
        media_type="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def closing_table(closing: Mapping[str, Any]) -> str:
    """Return a closing as CSV, a line for each gate's each entry."""
    written = io.StringIO()
    table = csv.writer(written)
    table.writerow(("day", "gate", "name", "complete", "entry", "reason", "currency", "times", "amount_cents"))
    for gate in closing.get("gates", ()):
        named = closing["day"], gate["gate"], gate["name"], int(gate["is_complete"])
        for each in gate["entries"]:
            row = (*named, each["entry"], each["reason"], each["currency"], each["times"], each["amount_cents"])
            table.writerow([harmless(value) for value in row])
    return written.getvalue()


DAY_PAGES: Final[Sequence[Resource]] = (
    Resource("/days", _list, Role.VIEWER, is_page=True),
    Resource("/days/{date}.csv", _csv, Role.VIEWER, is_page=True),
    Resource("/days/{date}", _day, Role.VIEWER, is_page=True),
)
