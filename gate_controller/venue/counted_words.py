"""
What a gate's words may make of a house's counts: a row for each reason and currency that is known, and a few besides.

Reasons and currencies come from gates, each makes rows that stay for good, and a gate that lies has new ones without
end. Those that this version knows count as they are, whatever their number; of others so many on a day of a gate, for a
newer gate has some of its own. What comes beyond is counted without its word.
"""

from typing import Final

from sqlalchemy import Connection, select

from gate_controller.admission.words.free_facts import FreeGrounds
from gate_controller.admission.words.messages import MessageKind
from gate_controller.admission.words.money import Currency
from gate_controller.journal.counting import NOT_CHARGED, NOT_TAKEN, TICKET_REASONS
from gate_controller.venue.following import Booked
from gate_controller.venue.tables import COUNTED

MOST_STRANGE: Final = 60
"""Pairs of reason and currency that this version does not know, on one day of one gate."""
TOO_MANY: Final = "its reasons and currencies are too many: what comes beyond is counted without them"

_REASONS: Final = frozenset(
    {
        "",
        NOT_CHARGED,
        NOT_TAKEN,
        *TICKET_REASONS,
        *(name.lower() for name in MessageKind.__members__),
        *(grounds.value for grounds in FreeGrounds),
    }
)
_CURRENCIES: Final = frozenset({"", *(currency.value for currency in Currency)})
_MOST_DAYS: Final = 2_000
"""Days of gates whose strange words are remembered; others are looked up when they are needed."""


class CountedWords:
    """The words of what is counted, as the store will have them once the transaction is over."""

    def __init__(self) -> None:
        self._strange: dict[tuple[str, int], set[tuple[str, str]]] = {}
        self.exceeded: set[int] = set()
        """Gates of which something was counted without its words, since whoever asks has cleared this."""

    def bounded(self, db: Connection, day: str, gate: int, line: Booked) -> Booked:
        """Return a line as it is counted on a day of a gate: without reason and currency where those are too many."""
        if line.reason in _REASONS and line.currency in _CURRENCIES:
            return line
        known, words = self._known(db, day, gate), (line.reason, line.currency)
        if words in known:
            return line
        if len(known) >= MOST_STRANGE:
            self.exceeded.add(gate)
            return line._replace(reason="", currency="")
        known.add(words)
        return line

    def _known(self, db: Connection, day: str, gate: int) -> set[tuple[str, str]]:
        found = self._strange.get((day, gate))
        if found is None:
            if len(self._strange) >= _MOST_DAYS:
                self._strange.clear()
            asked = select(COUNTED.c.reason, COUNTED.c.currency).distinct()
            rows = db.execute(asked.where(COUNTED.c.day == day, COUNTED.c.gate == gate))
            found = self._strange[day, gate] = {
                (reason, currency) for reason, currency in rows if not (reason in _REASONS and currency in _CURRENCIES)
            }
        return found
