"""Attempts of all gates as rows of a list: open items, what a search found, what a gate has told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from gate_controller.journal.records import STANDS, Record
from gate_controller.texts import Language
from gate_controller.texts.sayings import saying
from gate_controller.venue.page.gate_stories import record_of, told_of
from gate_controller.venue.page.tile_views import money
from gate_controller.venue.tiles import HouseItem
from gate_controller.web import views
from gate_controller.web.visits import Action, looks, moment_of

_ACTIONS: Final[Mapping[str, tuple[str, str]]] = {
    "let_in": ("let-in", "Let in"),
    "refund": ("refund", "Give the money back"),
    "settle": ("settle", "Settle with a reason"),
}


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One attempt at one of the gates."""

    gate_id: str
    gate: str
    incident: str
    clock: str
    signal: str
    symbol: str
    title: str
    reason: str
    voucher: str
    can: Sequence[Action]

    @property
    def key(self) -> str:
        """What names it in the house."""
        return f"{self.gate_id}/{self.incident}"


def item_rows(
    items: Sequence[tuple[HouseItem, Record | None]], names: Mapping[str, str], now: float, language: Language
) -> Sequence[ItemRow]:
    """Return attempts as rows; `names` are the gates' by their ids."""
    return [_row(item, known, names, now, language) for item, known in items]


def _row(item: HouseItem, known: Record | None, names: Mapping[str, str], now: float, language: Language) -> ItemRow:
    signal, symbol = looks({"stands": item.stands})
    told = told_of(known, language, item.currency) if known is not None else {}
    amount = money(item.amount, item.currency, language) if item.amount else ""
    title = told.get("happened") or told.get("summary") or _stands(item.stands, language)
    if amount and not told.get("happened"):
        title = f"{title}, {amount}"
    return ItemRow(
        item.gate_id,
        names.get(item.gate_id, item.gate_id),
        item.incident,
        views.short_day_and_clock(item.at, now),
        signal,
        symbol,
        title,
        saying(item.reason, language) if item.reason and not told else "",
        item.voucher,
        item_actions(told.get("can", ("settle",)), language) if item.is_open else (),
    )


def item_actions(can: Sequence[str], language: Language) -> Sequence[Action]:
    """Return what can be done about an attempt, in words."""
    t = views.says(language)
    return [Action(_ACTIONS[do][0], t(_ACTIONS[do][1])) for do in _ACTIONS if do in can]


_STAND_WORDS: Final[Mapping[str, str]] = {
    "refused": "Not let in",
    "begun": "Being checked",
    "in doubt": "Whether it was charged is being checked",
    "not charged": "Not charged after all",
    "charged": "Charged",
    "admitted": "Admitted",
    "released": "The gate opened",
    "credit": "Charged, nobody went in yet",
    "being refunded": "The money is being given back",
    "refunded": "Money given back",
    "open item": "Somebody has to see to it",
    "perhaps charged twice": "Perhaps charged twice",
    "charged once": "Charged once",
    "settled": "Settled",
    "stray passage": "Somebody went through without a scan",
    "ended": "Back to normal",
    "inside counted": "People inside were counted",
    "checked in": "Ticket checked in",
    "checked out": "Ticket checked out",
    "let out": "Let out",
    "held open by staff": "Held open by staff",
    "locked by staff": "Closed by staff",
    "put out of service": "Put out of service by staff",
    "started": "The gate started",
    "stopped": "The gate stopped",
}
"""How attempts stand, by the journal's words; what is not here keeps those."""

_BY_FACT: Final = {kind.__name__: stands for kind, stands in STANDS.items()}


def _stands(stands: str, language: Language) -> str:
    """Return how an attempt stands, as a person reads it."""
    t = views.says(language)
    return t(_STAND_WORDS[stands]) if stands in _STAND_WORDS else stands.capitalize()


@dataclass(frozen=True, slots=True)
class VisitRow:
    """One visit of a gate, or something else that happened there, as a row."""

    clock: str
    signal: str
    symbol: str
    what: str
    about: str
    incident: str
    voucher: str


def visit_rows(
    events: Sequence[Mapping[str, Any]], now: float, currency: str, language: Language
) -> Sequence[VisitRow]:
    """Return a gate's events, the newest first, as rows: one for each visit, where its newest event stands."""
    visits: dict[object, list[Mapping[str, Any]]] = {}
    for event in events:
        visits.setdefault(event.get("incident") or event.get("number"), []).append(event)
    return [_visit_row(list(reversed(told)), now, currency, language) for told in visits.values()]


def _visit_row(told: Sequence[Mapping[str, Any]], now: float, currency: str, language: Language) -> VisitRow:
    last, incident = told[-1], str(told[-1].get("incident") or "")
    known = record_of(told, incident)
    words = told_of(known, language, currency) if known is not None else {}
    stands = words.get("stands") or _BY_FACT.get(str(last.get("fact")), "") or str(last.get("what") or "")
    signal, symbol = looks({"stands": stands})
    what = words.get("summary") or _stands(stands, language) or str(last.get("fact", ""))
    codes = [str(event[name]) for event in told for name in ("voucher_code", "code") if event.get(name)]
    said = [str(last[name]) for name in ("by", "reason") if last.get(name) and str(last[name]) not in what]
    return VisitRow(
        views.short_day_and_clock(moment_of(str(last["at"])), now),
        signal,
        symbol,
        what,
        " · ".join(saying(each, language) for each in said),
        incident,
        codes[0] if codes else "",
    )
