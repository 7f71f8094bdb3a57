"""Codes and enrolled gates in the venue's store."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Column, Connection, Double, LargeBinary, Row, String, Table, Text, delete, select, update
from typing_extensions import override

from gate_controller.venue.enrolment import EnrolledGate, EnrolmentBook, KeptCode
from gate_controller.venue.event_store import EventStore
from gate_controller.venue.tables import GATE, METADATA, insert_or
from gate_controller.venue.venue_house import VenueHouse

JOIN_CODE: Final = Table(
    "join_code",
    METADATA,
    Column("name", String, primary_key=True),
    Column("key", LargeBinary, nullable=False),
    Column("gate_id", String, nullable=False),
    Column("gate_name", Text, nullable=False),
    Column("in_group", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("issued", Double, nullable=False),
    Column("expires", Double, nullable=False),
    Column("used_at", Double),
    Column("used_by", String, nullable=False),
    Column("used_for", String, nullable=False),
    Column("answer", LargeBinary, nullable=False),
)


class StoredEnrolments(EnrolmentBook):
    """The book of enrolments. Each method may raise `StoreGone`."""

    def __init__(self, store: EventStore, house: VenueHouse) -> None:
        self._store = store
        self._house = house

    @override
    async def code(self, name: str) -> KeptCode | None:
        def found(db: Connection) -> KeptCode | None:
            row = db.execute(select(JOIN_CODE).where(JOIN_CODE.c.name == name)).one_or_none()
            return None if row is None else _read(row)

        return await self._store.read(found)

    @override
    async def codes(self) -> Sequence[KeptCode]:
        def found(db: Connection) -> Sequence[KeptCode]:
            return [_read(row) for row in db.execute(select(JOIN_CODE).order_by(JOIN_CODE.c.issued.desc()))]

        return await self._store.read(found)

    @override
    async def keep_code(self, code: KeptCode) -> None:
        await self._store.write(lambda db: db.execute(insert_or(db, JOIN_CODE).values(**_row(code))), for_good=True)

    @override
    async def drop_codes(self, *, name: str = "", issued_before: float = 0.0) -> None:
        gone = (JOIN_CODE.c.name == name) | (JOIN_CODE.c.issued < issued_before)
        await self._store.write(lambda db: db.execute(delete(JOIN_CODE).where(gone)), for_good=True)

    @override
    async def use_code(self, code: KeptCode, gate: EnrolledGate) -> bool:
        def used(db: Connection) -> bool:
            one = (JOIN_CODE.c.name == code.name) & JOIN_CODE.c.used_at.is_(None)
            if not db.execute(update(JOIN_CODE).where(one).values(**_row(code))).rowcount:
                return False
            row = {"gate_id": gate.gate_id, "added_at": gate.enrolled_at}
            db.execute(insert_or(db, GATE).values(**row).on_conflict_do_nothing())
            is_it = GATE.c.gate_id == gate.gate_id
            changed = {"name": gate.name, "in_group": gate.group, "revoked_at": None, "revoked_by": ""}
            db.execute(update(GATE).where(is_it).values(**changed))
            return True

        if not await self._store.write(used, for_good=True):
            return False
        # The same once more, for the house in memory: whoever dies here reads it from the store.
        await self._house.enrol(gate.gate_id, name=gate.name, group=gate.group)
        return True

    @override
    async def enrolled(self, gate_id: str) -> EnrolledGate | None:
        def found(db: Connection) -> EnrolledGate | None:
            row = db.execute(select(GATE).where(GATE.c.gate_id == gate_id)).one_or_none()
            if row is None:
                return None
            return EnrolledGate(row.gate_id, row.name, row.in_group, row.added_at, row.revoked_at is not None)

        return await self._store.read(found)

    @override
    async def mark_revoked(self, gate_id: str, by: str) -> None:
        await self._house.revoke(gate_id, by)


def _read(row: Row[tuple[object, ...]]) -> KeptCode:
    return KeptCode(
        name=row.name,
        key=row.key,
        gate_id=row.gate_id,
        gate_name=row.gate_name,
        gate_group=row.in_group,
        by=row.made_by,
        issued=row.issued,
        expires=row.expires,
        used_at=row.used_at,
        used_by=row.used_by,
        used_for=row.used_for,
        answer=row.answer,
    )


def _row(code: KeptCode) -> dict[str, object]:
    return {
        "name": code.name,
        "key": code.key,
        "gate_id": code.gate_id,
        "gate_name": code.gate_name,
        "in_group": code.gate_group,
        "made_by": code.by,
        "issued": code.issued,
        "expires": code.expires,
        "used_at": code.used_at,
        "used_by": code.used_by,
        "used_for": code.used_for,
        "answer": code.answer,
    }
