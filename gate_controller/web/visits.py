"""Visits for the pages: one row each, the story of one, the open items, the day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from gate_controller.admission.words.messages import Message, MessageKind
from gate_controller.admission.words.money import Cents
from gate_controller.shell.status import GateStatus
from gate_controller.texts import Language
from gate_controller.texts.amounts import format_sum
from gate_controller.texts.day_phrases import HELD
from gate_controller.texts.sayings import saying
from gate_controller.web import views
from gate_controller.web.allowances import may_order
from gate_controller.web.chart import Bar, Quarter, chart
from gate_controller.web.house import House
from gate_controller.web.people import Role


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit, as a row of a list."""

    at: str
    clock: str
    signal: str
    symbol: str
    title: str
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
    hours: Sequence[str]
    alt: str
    reasons: Sequence[tuple[str, int]]


_LOOKS: Final[Mapping[str, tuple[str, str]]] = {
    "admitted": ("admitted", "tick"),
    "released": ("admitted", "tick"),
    "charged once": ("admitted", "tick"),
    "refused": ("refused", "cross"),
    "not charged": ("refused", "cross"),
    "begun": ("checking", "clock"),
    "charged": ("checking", "clock"),
    "in doubt": ("checking", "question"),
    "perhaps charged twice": ("checking", "question"),
    "open item": ("checking", "question"),
    "credit": ("checking", "clock"),
    "being refunded": ("checking", "clock"),
    "adopted": ("checking", "clock"),
    "checked in": ("checking", "clock"),
    "entry kept": ("checking", "clock"),
    "being checked out": ("checking", "clock"),
    "checked out": ("other", "back"),
    "let out": ("admitted", "tick"),
    "refunded": ("other", "back"),
    "settled": ("other", "tick"),
    "stray passage": ("other", "person"),
}
"""Signal colour and symbol of a visit, by how it stands; what else occurred is somebody's doing."""
_OTHERWISE: Final = ("other", "person")


def looks(record: Mapping[str, Any]) -> tuple[str, str]:
    """Return the signal and the symbol of a visit."""
    return _LOOKS.get(record["stands"], _OTHERWISE)


def visits_view(records: Sequence[Mapping[str, Any]], *, now: float) -> Sequence[Visit]:
    """Return records as rows, each with its day where that is not today's."""
    rows = []
    for record in records:
        begun = moment_of(record["begun"])
        rows.append(
            Visit(
                record["begun"],
                views.short_day_and_clock(begun, now),
                *looks(record),
                record["summary"],
                record["voucher_code"] or record["ticket_number"],
                record["incident"],
            )
        )
    return rows


def moment_of(iso: str) -> float:
    """Return a moment of a record as wall clock."""
    return datetime.fromisoformat(iso).timestamp()


def needs_view(
    house: House, status: GateStatus, open_items: Sequence[Mapping[str, Any]], language: Language, role: Role
) -> Sequence[Need]:
    """Return what needs a person: why the gate takes no scans, then the open items, the newest first."""
    t, now = views.says(language), status.at
    faults = [
        Need(
            f"{t('Out of service')}: {views.part_name(fault.what, t)}",
            f"{saying(fault.why, language)} ({t('since {time}').format(time=views.day_and_clock(fault.since, now))})",
        )
        for fault in status.faults
        if fault.what not in views.BY_ORDER
    ]
    items = [
        Need(
            item["happened"],
            f"{t('incident {incident}').format(incident=item['incident'])}, "
            f"{t('since {time}').format(time=views.day_and_clock(moment_of(item['since']), now))}",
            item["incident"],
            actions(house, item, language, role),
        )
        for item in reversed(open_items)
    ]
    return [*faults, *items]


_ACTIONS: Final[Mapping[str, tuple[str, str]]] = {
    "let_in": ("let-in", "Let in"),
    "refund": ("refund", "Give the money back"),
    "settle": ("settle", "Settle with a reason"),
}


def actions(house: House, record: Mapping[str, Any], language: Language, role: Role) -> Sequence[Action]:
    """Return what somebody of a role can do about an attempt now, as the desk says and the house lets him."""
    t, can = views.says(language), set(record["can"])
    if not may_order(house.desk_rules, role, "refund"):
        can.discard("refund")
    return [Action(_ACTIONS[do][0], t(_ACTIONS[do][1])) for do in _ACTIONS if do in can]


def day_view(house: House, day: Mapping[str, Any], language: Language) -> Day:
    """Return the day in figures and as a chart; a journal that cannot be read has an empty one."""
    t = views.says(language)
    quarters = [
        Quarter(views.clock(each["at"]), each["admissions"], each["refused"]) for each in day.get("quarters", ())
    ]
    drawn = chart(quarters, t("{clock}: {admitted} admitted, {refused} refused"))
    return Day(
        day.get("admissions", 0),
        day.get("refused", 0),
        format_sum(Cents(day.get("revenue_cents", 0)), house.texts.currency, language),
        house.texts.currency.value,
        drawn.width if drawn else 0,
        drawn.bars if drawn else (),
        drawn.hours if drawn else (),
        t("Admissions and refusals per quarter hour"),
        [(_reason(house, reason, language), count) for reason, count in day.get("refusals", {}).items()],
    )


def _reason(house: House, reason: str, language: Language) -> str:
    """Return why visitors were refused, in the words that they read."""
    kind = MessageKind.__members__.get(reason.upper())
    if kind is None:
        return views.says(language)("Not charged after all")
    return HELD[language] if kind is MessageKind.MORE_NEEDED else house.words(Message(kind), language).title


@dataclass(frozen=True, slots=True)
class StoryView:
    """One attempt: how it stands, what happened, and what can be done now."""

    incident: str
    voucher: str
    signal: str
    symbol: str
    title: str
    happened: str
    sentences: Sequence[Mapping[str, str]]
    figures: Sequence[tuple[str, str]]
    can: Sequence[Action]
    facts: Sequence[Mapping[str, Any]]


def story_view(house: House, told: Mapping[str, Any], language: Language, role: Role) -> StoryView:
    """Return an attempt's story, and what somebody of a role can do about it."""
    t, now = views.says(language), house.status().at
    figures = [(t("Incident"), told["incident"])]
    if told["voucher_code"]:
        figures.append((t("Voucher"), told["voucher_code"]))
    if told["ticket_number"]:
        figures.append((t("Ticket"), told["ticket_number"]))
    figures.append((t("Began"), views.day_and_clock(moment_of(told["begun"]), now)))
    for name, words in (
        ("amount_cents", "Amount"),
        ("balance_before_cents", "Balance before"),
        ("balance_after_cents", "Balance after"),
    ):
        if told[name]:
            figures.append((t(words), views.amount(house, told[name], language)))
    signal, symbol = looks(told)
    return StoryView(
        told["incident"],
        told["voucher_code"] or told["ticket_number"],
        signal,
        symbol,
        told["summary"],
        told.get("happened", ""),
        told["story"],
        figures,
        actions(house, told, language, role),
        told["facts"],
    )
