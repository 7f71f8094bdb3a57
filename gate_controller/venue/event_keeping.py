"""
Keeps what gates told: each event once, and what the gates' events come to, in one transaction for many gates.

A journal's events are followed in their own order, without a gap: up to its `have`. What comes from beyond a gap is
kept at once, and followed once the gap is filled. Whoever dies anywhere here loses what was not committed, and asks for
it again; a transaction that fails leaves nothing behind in memory either. All of it runs in one thread.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import Connection, bindparam, func, insert, select, tuple_, update

from gate_controller.venue.counted_words import TOO_MANY, CountedWords
from gate_controller.venue.following import BEGINNINGS, INSIDE, Booked, FollowedAttempt, counted_inside
from gate_controller.venue.house_days import HouseDays
from gate_controller.venue.tables import ATTEMPT, COUNTED, DAY_CLOSED, EVENT, GATE, JOURNAL, insert_or
from gate_controller.venue.told import GateEvent, GateTelling

MOST_JOURNALS: Final = 50
"""Of one gate: a new one comes with a new card or a restored backup, not each day."""
MOST_BEYOND: Final = 500
"""Events beyond a gap that a journal's place remembers; the others are asked for again."""
MOST_BODY_BEYOND: Final = 4096
"""Characters of one of those: a gate that lies has long ones, and fifty journals."""
MOST_ATTEMPTS: Final = 20_000
"""Attempts that are remembered, so that their next events need no look at the store."""
LATE: Final = -1
"""The hour of what was told once its own day had been closed."""

_encode = json.JSONEncoder(separators=(",", ":")).encode  # ASCII: half a character in a text stays what it is
_COLUMNS: Final = tuple(column.name for column in fields(FollowedAttempt))
_AT_A_TIME: Final = 400
_FIND_ATTEMPTS: Final = select(*(ATTEMPT.c[name] for name in _COLUMNS)).where(
    tuple_(ATTEMPT.c.journal, ATTEMPT.c.incident).in_(bindparam("keys", expanding=True))
)
_MOVE_JOURNAL: Final = (
    update(JOURNAL)
    .where(JOURNAL.c.id == bindparam("row"))
    .values(have=bindparam("to"), newest=bindparam("told"), archived=bindparam("gone"))
)
_Key = tuple[str, int, int, str, str, str]
"""Day, gate, hour, entry, reason, currency."""


@dataclass(slots=True)
class JournalPlace:
    """Up to where a journal's events are here."""

    row: int
    gate: int
    have: int
    newest: int
    archived: int
    beyond: dict[int, GateEvent] = field(default_factory=dict)
    """What came from beyond a gap, by its number."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of events that were told: how a gate's journal stands, and what is new of its days."""

    gate_id: str
    journal: str
    have: int
    newest: int
    booked: tuple[tuple[str, Booked], ...]
    """Each with its day."""
    touches_items: bool = False
    """Whether an open item has come, has something new, or has been seen to."""
    why_not: str = ""
    """Why they were not kept, where they were not."""
    overdone: str = ""
    """What no gate has to tell so, where it did; it was kept all the same."""


class EventKeeper:
    """
    The one writer of events. Whatever a method raises, nothing of it has been kept.

    What it remembers counts once `committed` says so: until then the next one begins from what the store holds.
    """

    def __init__(self, days: HouseDays) -> None:
        self._days = days
        self.forget()

    def forget(self) -> None:
        """Remember nothing of the store: somebody else has written."""
        self._is_pending = False
        self._gates: dict[str, int] = {}
        self._places: dict[tuple[str, str], JournalPlace] = {}
        self._attempts: dict[tuple[int, str], FollowedAttempt] = {}
        self._next_open = 0
        self._closed_to = ""
        """The last day that is closed."""
        self._is_recalled = False
        self._words = CountedWords()

    def recall(self, db: Connection) -> None:
        """Recall the gates and how their journals stand; asked for by itself, it changes nothing."""
        self._gates = {row.gate_id: row.id for row in db.execute(select(GATE.c.gate_id, GATE.c.id))}
        self._places = {
            (gate_id, name): JournalPlace(row, gate, have, newest, archived)
            for gate_id, row, gate, name, have, newest, archived in db.execute(
                select(GATE.c.gate_id, JOURNAL.c.id, JOURNAL.c.gate, JOURNAL.c.name, JOURNAL.c.have, JOURNAL.c.newest)
                .add_columns(JOURNAL.c.archived)
                .join(GATE, GATE.c.id == JOURNAL.c.gate)
                .order_by(JOURNAL.c.id)
            )
        }
        self._next_open = (db.execute(select(func.max(ATTEMPT.c.opened))).scalar() or 0) + 1
        self._closed_to = db.execute(select(func.max(DAY_CLOSED.c.day))).scalar() or ""
        self._is_recalled = True

    def keep(self, db: Connection, told: Sequence[GateTelling]) -> list[Kept]:
        """Keep what was told, in the transaction of `db`. Call `committed` once that is so."""
        if self._is_pending:  # the last transaction failed, or whoever waited for it is gone
            self.forget()
        self._is_pending = True
        if not self._is_recalled or any(one.gate_id not in self._gates for one in told):
            self.recall(db)
        self._begin_journals(db, told)
        self._recall_attempts(db, told)
        writing, kept = _Writing(db), []
        self._words.exceeded.clear()
        for one in told:
            place = self._places.get((one.gate_id, one.journal))
            if place is None:
                why = "its journals are too many" if one.gate_id in self._gates else "it is no gate of this house"
                kept.append(Kept(one.gate_id, one.journal, 0, 0, (), why_not=why))
                continue
            writing.places[place.row] = place
            booked: list[tuple[str, Booked]] = []
            for event in _next_of(place, one, writing.events):
                booked += self._follow(place, event, one.received, writing)
            overdone = TOO_MANY if place.gate in self._words.exceeded else ""
            touches, lines = place.row in writing.of_items, tuple(booked)
            kept.append(Kept(one.gate_id, one.journal, place.have, place.newest, lines, touches, overdone=overdone))
        writing.write()
        while len(self._attempts) > MOST_ATTEMPTS:
            del self._attempts[next(iter(self._attempts))]
        return kept

    def committed(self) -> None:
        """Take note that what was kept last is in the store."""
        self._is_pending = False

    def _follow(
        self, place: JournalPlace, event: GateEvent, received: float, writing: "_Writing"
    ) -> list[tuple[str, Booked]]:
        key = place.row, event.incident
        attempt = self._attempts.get(key)
        if attempt is None:
            attempt = self._attempts[key] = FollowedAttempt(*key)
        writing.attempts[key], was_open = attempt, attempt.opened is not None
        lines = list(attempt.take(event, self._next_open))
        if attempt.opened == self._next_open:
            self._next_open += 1
        if was_open or attempt.opened is not None:
            writing.of_items.add(place.row)
        day, hour = self._days.place(self._days.counted_at(event.at, received))
        if day <= self._closed_to:  # its day is closed: it counts for the first that is not
            day, hour = day_after(self._closed_to), LATE
        if (people := counted_inside(event)) is not None:
            lines.append(Booked(INSIDE, "", "", people - writing.inside(day, place.gate), 0))
        lines = [self._words.bounded(writing.db, day, place.gate, line) for line in lines]
        for line in lines:
            writing.count(day, place.gate, LATE if line.entry == INSIDE else hour, line)
        return [(day, line) for line in lines]

    def _begin_journals(self, db: Connection, told: Sequence[GateTelling]) -> None:
        for one in told:
            gate = self._gates.get(one.gate_id)
            if gate is None or (one.gate_id, one.journal) in self._places:
                continue
            if sum(gate_id == one.gate_id for gate_id, _ in self._places) >= MOST_JOURNALS:
                continue
            row = db.execute(
                insert(JOURNAL).values(gate=gate, name=one.journal, since=one.received).returning(JOURNAL.c.id)
            ).scalar_one()
            self._places[one.gate_id, one.journal] = JournalPlace(row, gate, 0, 0, 0)

    def _recall_attempts(self, db: Connection, told: Sequence[GateTelling]) -> None:
        """Recall the attempts that began before this, and of which there is something new."""
        wanted: set[tuple[int, str]] = set()
        begun: set[tuple[int, str]] = set()
        for one in told:
            if (place := self._places.get((one.gate_id, one.journal))) is None:
                continue
            for event in (*one.events, *place.beyond.values()):
                key = place.row, event.incident
                if event.number <= place.have or key in self._attempts:
                    continue
                if event.fact in BEGINNINGS:
                    begun.add(key)
                elif key not in begun:
                    wanted.add(key)
        keys = sorted(wanted)
        for start in range(0, len(keys), _AT_A_TIME):
            some = keys[start : start + _AT_A_TIME]
            for row in db.execute(_FIND_ATTEMPTS, {"keys": some}):
                found = FollowedAttempt(*row)
                self._attempts[found.journal, found.incident] = found


class _Writing:
    """What one transaction writes."""

    def __init__(self, db: Connection) -> None:
        self.db = db
        self.events: list[dict[str, Any]] = []
        self.attempts: dict[tuple[int, str], FollowedAttempt] = {}
        self.places: dict[int, JournalPlace] = {}
        self.of_items: set[int] = set()
        """Journals that have told something of open items."""
        self._counted: dict[_Key, list[int]] = {}

    def count(self, day: str, gate: int, hour: int, line: Booked) -> None:
        """Count what an event adds."""
        counted = self._counted.setdefault((day, gate, hour, line.entry, line.reason, line.currency), [0, 0])
        counted[0] += line.times
        counted[1] += line.cents

    def inside(self, day: str, gate: int) -> int:
        """Return how many people are counted inside by a gate on a day, up to here."""
        key = day, gate, LATE, INSIDE, "", ""
        columns = (COUNTED.c.day, COUNTED.c.gate, COUNTED.c.hour, COUNTED.c.entry)
        asked = select(COUNTED.c.times).where(*(column == value for column, value in zip(columns, key, strict=False)))
        return int(self.db.execute(asked).scalar() or 0) + self._counted.get(key, [0, 0])[0]

    def write(self) -> None:
        """Write it all."""
        db = self.db
        if self.events:
            db.execute(insert_or(db, EVENT).on_conflict_do_nothing(), self.events)
        if self.attempts:
            added = insert_or(db, ATTEMPT)
            changed = {name: added.excluded[name] for name in _COLUMNS[2:]}
            rows = [{name: getattr(attempt, name) for name in _COLUMNS} for attempt in self.attempts.values()]
            db.execute(added.on_conflict_do_update(index_elements=_COLUMNS[:2], set_=changed), rows)
        if self._counted:
            added = insert_or(db, COUNTED)
            sums = {name: COUNTED.c[name] + added.excluded[name] for name in ("times", "cents")}
            names = ("day", "gate", "hour", "entry", "reason", "currency")
            db.execute(
                added.on_conflict_do_update(index_elements=names, set_=sums),
                [
                    {**dict(zip(names, key, strict=True)), "times": times, "cents": cents}
                    for key, (times, cents) in self._counted.items()
                ],
            )
        if self.places:
            db.execute(
                _MOVE_JOURNAL,
                [
                    {"row": place.row, "to": place.have, "told": place.newest, "gone": place.archived}
                    for place in self.places.values()
                ],
            )


def day_after(day: str) -> str:
    """Return the day after a day."""
    return str(date.fromisoformat(day) + timedelta(days=1))


def _next_of(place: JournalPlace, told: GateTelling, rows: list[dict[str, Any]]) -> Iterator[GateEvent]:
    """Yield the events that follow on what is here, in order; `rows` gets all that are not here."""
    place.newest = max(place.newest, told.newest)
    follows = told.after <= place.have
    for event in told.events:
        if event.number <= place.have:
            continue  # told twice
        row = {"journal": place.row, "number": event.number, "at": event.at, "received": told.received}
        body = _encode(event.body)
        rows.append({**row, "incident": event.incident, "fact": event.fact, "body": body})
        if follows:  # between two of them there is nothing but what the gate has archived
            place.archived += event.number - place.have - 1
        elif event.number != place.have + 1:
            if len(place.beyond) < MOST_BEYOND and len(body) <= MOST_BODY_BEYOND:
                place.beyond[event.number] = event
            continue
        place.have = event.number
        yield event
    while (event_beyond := place.beyond.pop(place.have + 1, None)) is not None:
        place.have = event_beyond.number
        yield event_beyond
    if place.beyond:
        for number in [number for number in place.beyond if number <= place.have]:
            del place.beyond[number]
