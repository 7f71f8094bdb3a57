"""Forgets what is old: events of attempts that are at their end, and orders. What days came to stays."""

from typing import Final

from sqlalchemy import Connection, and_, delete, or_, select, tuple_

from gate_controller.venue.tables import ATTEMPT, EVENT, ORDER_GIVEN

AT_A_TIME: Final = 500
"""Events that are looked at in one transaction: what gates tell waits no longer for it than a moment."""


class Pruning:
    """One round through the store, in small steps: each journal from its oldest event on, as far as it is old."""

    def __init__(self, before: float) -> None:
        """`before`: until when what came is old."""
        self._before = before
        self._place = (0, 0)

    def step(self, db: Connection) -> bool:
        """Take one step, and say whether there are more."""
        key = tuple_(EVENT.c.journal, EVENT.c.number)
        asked = select(EVENT.c.journal, EVENT.c.number, EVENT.c.incident, EVENT.c.received)
        rows = db.execute(
            asked.where(key > self._place).order_by(EVENT.c.journal, EVENT.c.number).limit(AT_A_TIME)
        ).all()
        if not rows:
            db.execute(delete(ORDER_GIVEN).where(ORDER_GIVEN.c.given_at < self._before))
            return False
        journal = rows[0].journal
        old = [row for row in rows if row.journal == journal and row.received < self._before]
        is_through = len(old) < len(rows)  # the rest of this journal is younger, or it has no rest
        self._place = (journal, 2**62) if is_through else (journal, old[-1].number)
        incidents = sorted({row.incident for row in old})
        if incidents:
            self._forget(db, journal, incidents)
        return True

    def _forget(self, db: Connection, journal: int, incidents: list[str]) -> None:
        """Forget those of these attempts that nobody has work with, and of which nothing is younger."""
        whose = and_(ATTEMPT.c.journal == journal, ATTEMPT.c.incident.in_(incidents))
        alive = or_(ATTEMPT.c.at >= self._before, ATTEMPT.c.opened.is_not(None), ATTEMPT.c.is_unfinished)
        kept = set(db.execute(select(ATTEMPT.c.incident).where(whose, alive)).scalars())
        gone = [incident for incident in incidents if incident not in kept]
        db.execute(delete(EVENT).where(EVENT.c.journal == journal, EVENT.c.incident.in_(gone)))
        db.execute(delete(ATTEMPT).where(ATTEMPT.c.journal == journal, ATTEMPT.c.incident.in_(gone)))
