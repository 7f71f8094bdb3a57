"""
The pages about days: a list of them, and one day, with its closing, beside E-GUMA's list, as CSV and on paper.

What is closed is shown as it was written; of another day the figures so far. Only staff close.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from gate_controller.admission.words.money import Cents, Currency
from gate_controller.desk.control_socket import ControlError
from gate_controller.desk.day_closings import DAYS
from gate_controller.desk.moments import date_of
from gate_controller.shell.fittings import PRINTER
from gate_controller.texts import Language, format_amount
from gate_controller.texts.sayings import saying
from gate_controller.texts.slip import NO_MONEY, day_words, difference_words, entry_words
from gate_controller.web import views
from gate_controller.web.audience import language_of
from gate_controller.web.house import House
from gate_controller.web.people import Role
from gate_controller.web.resources import Resource, house_of, person_of
from gate_controller.web.templating import page
from gate_controller.web.visits import day_view, moment_of

_BOM: Final = "\ufeff"
"""Without it Excel takes UTF-8 for the letters of the computer's own code page."""


@dataclass(frozen=True, slots=True)
class DayRow:
    """One day of the list."""

    date: str
    words: str
    signal: str
    symbol: str
    stands: str
    came_to: str


@dataclass(frozen=True, slots=True)
class ClosingView:
    """The closing of a day, in words."""

    closed: str
    entries: Sequence[tuple[str, int, str]]
    """What, how often, and the amount; empty where it has none."""
    sums: Sequence[tuple[str, str]]
    remarks: Sequence[str]
    beside: str
    """What E-GUMA's list says of the day."""
    differences: Sequence[tuple[str, str, str, str]]
    """When, which, how much, and what."""


async def _list(request: Request) -> Response:
    house, language = house_of(request), language_of(request)
    before = request.query_params.get("before") or None
    try:
        days = await house.ask("days", before=before, limit=DAYS + 1)
    except ControlError as error:
        return await page(request, "none.html", 503, words=saying(str(error), language))
    rows = [_row(house, day, language) for day in days[:DAYS]]
    earlier = days[DAYS - 1]["date"] if len(days) > DAYS else ""
    return await page(request, "days.html", rows=rows, earlier=earlier, is_first=before is None)


def _row(house: House, day: Mapping[str, Any], language: Language) -> DayRow:
    t = views.says(language)
    if day["closed_at"] is not None:
        signal, symbol, stands = "admitted", "tick", t("closed")
    elif not day["is_over"]:
        signal, symbol, stands = "other", "clock", t("goes on")
    elif day["is_due"]:
        signal, symbol, stands = "checking", "question", t("not closed yet")
    else:
        signal, symbol, stands = "other", "clock", t("nothing to close")
    amount = format_amount(Cents(day["revenue_cents"]), house.texts.currency, language)
    came_to = f"{t('{n} admitted').format(n=day['admissions'])}, {amount}"
    return DayRow(day["date"], day_words(day["date"], language), signal, symbol, stands, came_to)


async def _day(request: Request) -> Response:
    house, language = house_of(request), language_of(request)
    t, status, role = views.says(language), house.status(), person_of(request).role
    try:
        told = await house.ask("day", date=request.path_params["date"])
    except ControlError:
        return await page(request, "none.html", 404, words=t("There is no such day."))
    closing, is_over = told["closing"], told["until"] <= status.at
    shown = {
        "date": told["date"],
        "words": day_words(told["date"], language),
        "stands": "" if closing else t("not closed yet") if is_over else t("goes on"),
        "closing": None if closing is None else closing_view(closing, language),
        "day": day_view(house, told, language),
        "can_close": closing is None and is_over and role >= Role.STAFF,
        "can_print": closing is not None and role >= Role.STAFF and PRINTER in status.devices,
        "before": _beside(told["date"], -1),
        "after": _beside(told["date"], 1) if told["date"] < date_of(status.at) else "",
    }
    words = {"script_words": views.script_words(t), **views.clocks(status.at)}
    return await page(request, "day.html", view=words, shown=shown)


def _beside(day: str, days: int) -> str:
    try:
        return (date.fromisoformat(day) + timedelta(days=days)).isoformat()
    except OverflowError:
        return ""


async def _csv(request: Request) -> Response:
    """Return a closing as a table for a spreadsheet."""
    from gate_controller.desk.closing_table import closing_csv  # noqa: PLC0415 - whoever asks for one brings it in

    language = language_of(request)
    try:
        closing = (await house_of(request).ask("day", date=request.path_params["date"]))["closing"]
    except ControlError:
        closing = None
    if closing is None:
        return await page(request, "none.html", 404, words=views.says(language)("There is no such day."))
    table = await asyncio.to_thread(closing_csv, closing)
    name = f"closing-{closing['date']}.csv"
    return Response(
        _BOM + table, media_type="text/csv", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def closing_view(told: Mapping[str, Any], language: Language) -> ClosingView:
    """Return a closing that was written, in words."""
    t, currency, eguma = views.says(language), Currency(told["currency"]), told["eguma"]

    def amount(cents: int) -> str:
        return format_amount(Cents(cents), currency, language)

    remarks = []
    if told["late"]:
        late = t("{n} of it are of earlier days, and were recorded only when those had been closed.")
        remarks.append(late.format(n=told["late"]))
    if told["lacks_charges"]:
        remarks.append(t("Charges of this day may be missing: a part of the journal was lost, or archived before."))
    return ClosingView(
        t("Closed by {name}, {time}").format(
            name=told["closed_by"],
            time=datetime.fromtimestamp(moment_of(told["closed_at"])).astimezone().strftime("%d.%m.%Y %H:%M"),
        ),
        [
            (
                entry_words(each["entry"], each["reason"], language, currency),
                each["times"],
                "" if each["entry"] in NO_MONEY else amount(each["amount_cents"]),
            )
            for each in told["entries"]
            if each["times"]
        ],
        [(t("Charged, less what was given back"), amount(told["revenue_cents"]))],
        [*remarks, *_list_remarks(eguma, t, language)],
        f"{t('Redemptions: {n}').format(n=eguma['listed'])}, {amount(eguma['listed_cents'])}"
        if eguma["is_compared"]
        else "",
        [
            (
                views.day_and_clock(moment_of(one["at"]), moment_of(told["since"])),
                " ".join(part for part in (one["incident"], one["voucher_code"]) if part),
                amount(one["amount_cents"]),
                difference_words(one["what"], language),
            )
            for one in eguma["named"]
        ],
    )


def _list_remarks(eguma: Mapping[str, Any], t: views.Says, language: Language) -> Sequence[str]:
    """Return what there is to say of E-GUMA's list beside the day."""
    if not eguma["is_compared"]:
        why = f" ({saying(eguma['why'], language)})" if eguma["why"] else ""
        return [f"{t('Not compared with E-GUMA’s list.')}{why}"]
    remarks = []
    if eguma["unreadable"]:
        remarks.append(t("{n} entries of the list cannot be read.").format(n=eguma["unreadable"]))
    if not eguma["user"]:
        remarks.append(t("The gate’s own user at E-GUMA is not known: what the list has besides is not shown."))
    differing = eguma["differences"]
    remarks.append(t("Differences: {n}").format(n=differing) if differing else t("No difference."))
    if more := differing - len(eguma["named"]):
        remarks.append(t("{n} more: see gate-controller journal reconcile").format(n=more))
    return remarks


RESOURCES: Final = (
    Resource("/days", _list, Role.VIEWER, is_page=True),
    Resource("/days/{date}.csv", _csv, Role.VIEWER, is_page=True),
    Resource("/days/{date}", _day, Role.VIEWER, is_page=True),
)
"""The pages about days."""
