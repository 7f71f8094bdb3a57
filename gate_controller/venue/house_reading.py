"""What is asked of the venue's store, each as one question: returns plain values, and changes nothing."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, bindparam, case, func, or_, select, update

from gate_controller.admission.words.codes import mask, voucher_code
from gate_controller.admission.words.ids import is_incident, read_incident
from gate_controller.journal.records import moment
from gate_controller.venue.following import INSIDE, Booked
from gate_controller.venue.known_gate import GateFigures, KnownGate
from gate_controller.venue.tables import ATTEMPT, COUNTED, DAY_CLOSED, EVENT, GATE, JOURNAL
from gate_controller.venue.tiles import HouseItem

PLACES: Final = 2**40
"""A gate's events have places: those of its earlier journals are below those of its later ones."""
_LAST_FOUR: Final = 4

_COUNT_COLUMNS: Final = (COUNTED.c.entry, COUNTED.c.reason, COUNTED.c.currency, COUNTED.c.times, COUNTED.c.cents)


SAVE_GATE: Final = (
    update(GATE)
    .where(GATE.c.gate_id == bindparam("of"))
    .values(heard_at=bindparam("heard"), status=bindparam("said"), about=bindparam("itself"))
)


def saved_row(gate: KnownGate) -> dict[str, Any]:
    """Return what `SAVE_GATE` writes of a gate."""
    said, itself = (json.dumps(value) for value in (gate.status, gate.about))
    return {"of": gate.gate_id, "heard": gate.heard_at, "said": said, "itself": itself}


def object_of(text: str) -> dict[str, Any]:
    """Return what was saved of a gate."""
    value = json.loads(text)
    return value if isinstance(value, dict) else {}


def all_gates(db: Connection) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return the rows of all gates."""
    return db.execute(select(GATE).order_by(GATE.c.id)).all()


def all_journals(db: Connection) -> Sequence[Row[str, str, int, int]]:
    """Return gate's id, name, have and newest of all journals, a gate's latest last."""
    asked = select(GATE.c.gate_id, JOURNAL.c.name, JOURNAL.c.have, JOURNAL.c.newest)
    return db.execute(asked.join(GATE, GATE.c.id == JOURNAL.c.gate).order_by(JOURNAL.c.id)).all()


def counted_of(db: Connection, day: str) -> list[tuple[str, int, Booked]]:
    """Return what is counted of a day: gate, hour, and how much."""
    asked = select(GATE.c.gate_id, COUNTED.c.hour, *_COUNT_COLUMNS)
    asked = asked.join(GATE, GATE.c.id == COUNTED.c.gate).where(COUNTED.c.day == day)
    return [(gate_id, hour, Booked(*rest)) for gate_id, hour, *rest in db.execute(asked)]


def counted_between(db: Connection, after: str, to: str) -> list[tuple[str, int, Booked]]:
    """Return what is counted of the days after one, up to another: gate, how often of it late, and how much in all."""
    late = func.sum(case((COUNTED.c.hour < 0, COUNTED.c.times), else_=0))
    asked = (
        select(GATE.c.gate_id, late, COUNTED.c.entry, COUNTED.c.reason, COUNTED.c.currency)
        .add_columns(func.sum(COUNTED.c.times), func.sum(COUNTED.c.cents))
        .join(GATE, GATE.c.id == COUNTED.c.gate)
        .where(COUNTED.c.day > after, COUNTED.c.day <= to, COUNTED.c.entry != INSIDE)
        .group_by(GATE.c.gate_id, COUNTED.c.entry, COUNTED.c.reason, COUNTED.c.currency)
        .order_by(GATE.c.gate_id, COUNTED.c.entry, COUNTED.c.reason)
    )
    return [
        (gate_id, int(late), Booked(entry, reason, currency, int(times), int(cents)))
        for gate_id, late, entry, reason, currency, times, cents in db.execute(asked)
    ]


def figures_of(counted: Iterable[tuple[str, int, Booked]]) -> dict[str, GateFigures]:
    """Return what is counted of each gate."""
    found: dict[str, GateFigures] = {}
    for gate_id, _, line in counted:
        found.setdefault(gate_id, GateFigures()).add(line)
    return found


def open_items(db: Connection, limit: int, before: int | None) -> tuple[list[HouseItem], int | None]:
    """Return open items, the newest received first, and what the next page begins with."""
    asked = _items().where(ATTEMPT.c.opened.is_not(None)).order_by(ATTEMPT.c.opened.desc()).limit(limit)
    if before is not None:
        asked = asked.where(ATTEMPT.c.opened < before)
    rows = db.execute(asked).all()
    return [_item(row) for row in rows], rows[-1].opened if len(rows) == limit else None


def found_by(db: Connection, text: str, limit: int, voucher_hash: str | None) -> list[HouseItem]:
    """Return attempts by what a person typed: an incident code, a voucher's or a ticket's code, or its last four."""
    code = voucher_code(text)
    ways: list[ColumnElement[bool]] = []
    if is_incident(text):
        ways.append(ATTEMPT.c.incident == read_incident(text))
    if len(code) > _LAST_FOUR and not is_incident(text):
        hashed = ATTEMPT.c.voucher_hash == voucher_hash
        by_four = and_(ATTEMPT.c.voucher == mask(code), ATTEMPT.c.voucher_hash.is_(None))
        ways.append(or_(hashed, by_four) if voucher_hash else ATTEMPT.c.voucher == mask(code))
    elif len(code) == _LAST_FOUR:
        ways.append(ATTEMPT.c.voucher == f"…{code}")
    if not ways:
        return []
    asked = _items().where(or_(*ways)).order_by(ATTEMPT.c.at.desc()).limit(limit)
    return [_item(row) for row in db.execute(asked)]


def events_of(db: Connection, gate_id: str, limit: int, before: int | None) -> list[dict[str, Any]]:
    """Return a gate's events, the newest first; `before`: the place of one, or a number of its newest journal."""
    journals = db.execute(
        select(JOURNAL.c.id, JOURNAL.c.name)
        .join(GATE, GATE.c.id == JOURNAL.c.gate)
        .where(GATE.c.gate_id == gate_id)
        .order_by(JOURNAL.c.id.desc())
    ).all()
    found: list[dict[str, Any]] = []
    for age, (row, name) in enumerate(journals):
        rank = len(journals) - age
        asked = select(EVENT).where(EVENT.c.journal == row).order_by(EVENT.c.number.desc()).limit(limit - len(found))
        if before is not None and before < PLACES and age == 0:
            asked = asked.where(EVENT.c.number < before)
        elif before is not None and before >= PLACES:
            if rank > before // PLACES:
                continue
            if rank == before // PLACES:
                asked = asked.where(EVENT.c.number < before % PLACES)
        found += [_event(one, gate_id, name, rank * PLACES) for one in db.execute(asked)]
        if len(found) >= limit:
            break
    return found


def story_of(db: Connection, gate_id: str, incident: str) -> list[dict[str, Any]]:
    """Return all events of one attempt, in order."""
    asked = (
        select(EVENT, JOURNAL.c.name)
        .join(JOURNAL, JOURNAL.c.id == EVENT.c.journal)
        .join(GATE, GATE.c.id == JOURNAL.c.gate)
        .where(GATE.c.gate_id == gate_id, EVENT.c.incident == read_incident(incident))
        .order_by(EVENT.c.journal, EVENT.c.number)
    )
    return [_event(row, gate_id, row.name, 0) for row in db.execute(asked)]


def closing_of_house(db: Connection, day: str) -> dict[str, Any] | None:
    """Return what was written when a day was closed; None where it has not been."""
    body = db.execute(select(DAY_CLOSED.c.body).where(DAY_CLOSED.c.day == day)).scalar()
    return json.loads(body) if body is not None else None


def closings_of_house(db: Connection, limit: int) -> list[dict[str, Any]]:
    """Return closed days, the newest first."""
    asked = select(DAY_CLOSED.c.body).order_by(DAY_CLOSED.c.day.desc()).limit(limit)
    return [json.loads(body) for body in db.execute(asked).scalars()]


def _items() -> Select[Any]:
    return (
        select(ATTEMPT, GATE.c.gate_id)
        .join(JOURNAL, JOURNAL.c.id == ATTEMPT.c.journal)
        .join(GATE, GATE.c.id == JOURNAL.c.gate)
    )


def _item(row: Row[Any]) -> HouseItem:
    return HouseItem(
        gate_id=row.gate_id,
        incident=row.incident,
        number=row.number,
        at=row.at,
        stands=row.stands,
        is_open=row.opened is not None,
        reason=row.reason,
        voucher=row.voucher,
        amount=row.price,
        currency=row.currency,
    )


def _event(row: Row[Any], gate_id: str, journal: str, places: int) -> dict[str, Any]:
    body: Mapping[str, Any] = json.loads(row.body)
    if "\\ud" in row.body:  # half a character is kept as it was told, and no page can show it
        body = json.loads(json.dumps(body, ensure_ascii=False).encode(errors="replace"))
    place = {"place": places + row.number} if places else {}
    named = {"gate": gate_id, "journal": journal, "number": row.number, **place, "incident": row.incident}
    # What is known here comes last: a gate is believed about itself alone, and not about where its events stand.
    return {**body, **named, "at": moment(row.at), "fact": row.fact, "received": row.received}
