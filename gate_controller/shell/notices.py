"""
What one receiver is told next: the difference between how things are and what he has been told.

Nothing is queued. Whoever could not be reached for a day is told once what needs somebody now, and of each kind of
concern the newest that came and went meanwhile; so the network's return brings no storm.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from gate_controller.admission.words.events import Instant
from gate_controller.admission.words.ids import AttemptId, Incident
from gate_controller.shell.concerns import Concern, Spell

OPEN_ITEM: Final = "open_item"
"""What a notice about an open item is about, beside the concerns."""

MOST_ITEMS: Final = 20
"""Open items that one delivery tells of; how many more there are, it says."""


class NoticeState(StrEnum):
    """What a notice says of what it is about; the words that receivers' programs read."""

    BEGUN = "begun"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Hearing:
    """What a receiver has been told of one kind of concern."""

    number: int
    """The spell's."""
    since: float
    """Since when that was (wall clock)."""
    is_over: bool


@dataclass(frozen=True, slots=True)
class Unheard:
    """What a receiver is to be told."""

    spells: tuple[Spell, ...]
    fresh: frozenset[AttemptId]
    """Attempts that need a person, and of which he has not been told."""
    settled: Mapping[AttemptId, Incident]
    """Those of which he has, and that need nobody any more."""

    def __bool__(self) -> bool:
        return bool(self.spells or self.fresh or self.settled)


@dataclass(slots=True)
class Told:
    """What one receiver has been told, and keeps in mind across restarts."""

    concerns: dict[Concern, Hearing] = field(default_factory=dict)
    items: dict[AttemptId, Incident] = field(default_factory=dict)

    def due(self, spells: Mapping[Concern, Spell], open_items: frozenset[AttemptId] | None) -> Unheard:
        """Return what he is to be told now; `open_items` is None while nobody knows them."""
        told = tuple(spell for spell in spells.values() if self._is_due(spell))
        if open_items is None:
            return Unheard(told, frozenset(), {})
        settled = {attempt: incident for attempt, incident in self.items.items() if attempt not in open_items}
        return Unheard(told, open_items - self.items.keys(), settled)

    def _is_due(self, spell: Spell) -> bool:
        heard = self.concerns.get(spell.concern)
        if heard is None or heard.number != spell.number:
            return spell.is_seen  # of what another receiver was told before a restart, only if it is still so
        return spell.until is not None and not heard.is_over

    def hear(self, due: Unheard, items: Mapping[AttemptId, Incident], at: Instant) -> None:
        """Take note that he has been told; `items` are the open ones among that."""
        for spell in due.spells:
            since = wall_of(spell.since, at)
            self.concerns[spell.concern] = Hearing(spell.number, since, spell.until is not None)
        self.items.update(items)
        for attempt in due.settled:
            self.items.pop(attempt, None)

    @property
    def standing(self) -> dict[Concern, float]:
        """What he has been told and is not over, each since a moment (wall clock)."""
        return {concern: heard.since for concern, heard in self.concerns.items() if not heard.is_over}


def wall_of(mono: float, at: Instant) -> float:
    """Return a monotonic moment by the wall clock, as that is now."""
    return at.wall - (at.mono - mono)


def written(heard: Mapping[str, Told]) -> str:
    """Return what receivers have been told, by their marks, as the journal remembers it."""
    return json.dumps({mark: {"concerns": each.standing, "items": each.items} for mark, each in heard.items()})


def read(text: str | None) -> dict[str, Told]:
    """Return what an earlier run has told; what cannot be read counts as not told."""
    try:
        found: dict[str, Any] = json.loads(text or "{}")
        return {
            mark: Told(
                {
                    Concern(name): Hearing(0, float(since), is_over=False)
                    for name, since in each["concerns"].items()
                    if name in set(Concern)
                },
                {AttemptId(attempt): Incident(incident) for attempt, incident in each["items"].items()},
            )
            for mark, each in found.items()
        }
    except (ValueError, TypeError, KeyError, AttributeError):
        return {}
