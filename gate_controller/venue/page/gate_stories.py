"""
What gates have told becomes attempts again: the same facts as in their journals, with the same words as on their pages.

Codes came masked, and stay so. A fact of a newer gate than this venue is passed over: its attempt is told by the rest.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from gate_controller.admission.words.facts import Fact
from gate_controller.admission.words.money import Currency
from gate_controller.desk.telling import told, told_whole
from gate_controller.journal import codec
from gate_controller.journal.records import Record, record
from gate_controller.texts import Language
from gate_controller.venue.house_view import HouseView
from gate_controller.venue.tiles import HouseItem
from gate_controller.web.visits import moment_of

MOST_KNOWN: Final = 500
"""Attempts that are kept as they were read, for lists that are shown again and again."""


def facts_of(events: Sequence[Mapping[str, Any]]) -> list[Fact]:
    """Return the facts of one attempt, from its events in order."""
    facts: list[Fact] = []
    for event in events:
        try:
            moment = moment_of(str(event["at"]))
            body = json.dumps({name: value for name, value in event.items() if name not in {"at", "fact"}})
            facts.append(codec.decode(str(event.get("incident", "")), len(facts), event["fact"], moment, body))
        except (codec.DamagedRow, ValueError, KeyError):
            continue
    return facts


def record_of(events: Sequence[Mapping[str, Any]], incident: str) -> Record | None:
    """Return an attempt from its events in order; None where nothing of them can be read."""
    facts = facts_of(events)
    return record(0, incident, facts) if facts else None


def told_of(known: Record, language: Language, currency: str, *, whole: bool = False) -> Mapping[str, Any]:
    """Return an attempt with its words, and its story where it is wanted whole."""
    tell = told_whole if whole else told
    try:
        return tell(known, {"language": language.value}, currency_of(known.currency or currency))
    except (ValueError, KeyError, AttributeError, TypeError, IndexError):  # its beginning is missing here
        return tell(known, {}, currency_of(currency)) | {"summary": "", "happened": "", "story": []}


def currency_of(said: str) -> Currency:
    """Return a currency; of a gate that has not said its own yet, the country's."""
    return Currency(said) if said in {each.value for each in Currency} else Currency.CHF


@dataclass(slots=True)
class KnownAttempts:
    """Attempts as they were read last, by gate, incident and the number of the newest event."""

    view: HouseView
    _known: dict[tuple[str, str, int], Record | None] = field(default_factory=dict)

    async def of(self, items: Sequence[HouseItem]) -> Sequence[tuple[HouseItem, Record | None]]:
        """Return items with their attempts; None where its events are not here."""
        return [(item, await self._of(item)) for item in items]

    async def _of(self, item: HouseItem) -> Record | None:
        key = item.gate_id, item.incident, item.number
        if key not in self._known:
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            self._known[key] = record_of(await self.view.story(item.gate_id, item.incident), item.incident)
        return self._known[key]
