"""Visits for the pages: one row each, the story of one, the open items, the day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gate_controller.shell.status import GateStatus
from gate_controller.texts import Language
from gate_controller.web import views
from gate_controller.web.chart import Bar, Titles, chart
from gate_controller.web.house import House


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit, as a row of a list."""

    at: str
    clock: str
    signal: str
    symbol: str
    title: str
    detail: str
    voucher: str
    incident: str


@dataclass(frozen=True, slots=True)
class Action:
    """What can be done about an open item: its name in the API, and in words."""

    do: str
    words: str


@dataclass(frozen=True, slots=True)
class Need:
    """Something that needs a person."""

    title: str
    detail: str
    incident: str = ""
    can: Sequence[Action] = ()


@dataclass(frozen=True, slots=True)
class Day:
    """The day in figures."""

    admitted: int
    refused: int
    charged: str
    currency: str
    width: int
    bars: Sequence[Bar]
    hours: Sequence[int]
    alt: str
    reasons: Sequence[tuple[str, int]]


def visits_view(
    house: House, records: Sequence[Mapping[str, Any]], language: Language, *, now: float, dated: bool = False
) -> Sequence[Visit]:
    """Return records as rows."""
    del house, language
    return [
        Visit(
            record["begun"],
            _clock(record["begun"], now, dated=dated),
            "admitted" if record["admitted"] else "refused" if record["stands"] == "refused" else "checking",
            "tick" if record["admitted"] else "cross",
            record["stands"].capitalize(),
            record["reason"],
            record["voucher_code"],
            record["incident"],
        )
        for record in records
    ]


def _clock(iso: str, now: float, *, dated: bool) -> str:
    moment = datetime.fromisoformat(iso).timestamp()
    return views.day_and_clock(moment, now) if dated else views.clock(moment)


def needs_view(
    house: House, status: GateStatus, open_items: Sequence[Mapping[str, Any]], language: Language
) -> Sequence[Need]:
    """Return what needs a person: why the gate takes no scans, and the open items."""
    t = views.says(language)
    faults = [
        Need(
            t("Out of service"),
            f"{fault.why} ({t('since {time}').format(time=views.day_and_clock(fault.since, status.at))})",
        )
        for fault in status.faults
        if fault.what not in {"held_by_staff", "locked", "withdrawn", "starting"}
    ]
    items = [
        Need(
            f"{views.amount(house, item['amount_cents'], language)}: {item['stands']}",
            item["reason"],
            item["incident"],
            (
                Action("let-in", t("Let in")),
                Action("refund", t("Give the money back")),
                Action("settle", t("Settle with a reason")),
            ),
        )
        for item in open_items
    ]
    return [*faults, *items]


def day_view(house: House, day: Mapping[str, Any], language: Language) -> Day:
    """Return the day in figures and as a chart."""
    t = views.says(language)
    admitted = {int(q): n for q, n in day.get("admitted_by_quarter", {}).items()}
    refused = {int(q): n for q, n in day.get("refused_by_quarter", {}).items()}
    drawn = chart(admitted, refused, Titles(t("{clock}: {admitted} admitted, {refused} refused")))
    total = day.get("charged_cents", 0)
    return Day(
        sum(admitted.values()),
        sum(refused.values()),
        f"{total // 100}",
        house.texts.currency.value,
        drawn.width if drawn else 0,
        drawn.bars if drawn else (),
        drawn.hours if drawn else (),
        t("Admissions and refusals per quarter hour"),
        (),
    )


def story_view(house: House, told: Mapping[str, Any], language: Language, *, now: float) -> Any:
    """Return an attempt's story."""
    del house, language, now
    return told
