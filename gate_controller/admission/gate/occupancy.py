"""
How many people are inside, counted from what the journal holds of a local day.

In: admissions, and whom staff let in. Out: the exit button, and tickets on a lane that leads out. A person sets it
right. Whoever comes and goes while the gate is held open, or behind somebody else, is not counted.
"""

from collections.abc import Iterable
from dataclasses import field

from gate_controller.admission.attempt.turn import Turn
from gate_controller.admission.words.events import DayBegan, DayRecalled, OccupancyOrdered
from gate_controller.admission.words.facts import Fact, Occurred, Occurrence, Passed, Released
from gate_controller.admission.words.frozen import slotted
from gate_controller.admission.words.ids import AttemptId
from gate_controller.admission.words.ticket_facts import OccupancySet, TicketLetOut

_BY_OCCURRENCE = {Occurrence.EXIT: -1, Occurrence.OPENED_BY_STAFF: 1}

COUNTED = (Released, Passed, TicketLetOut, Occurred, OccupancySet)
"""The facts that it is counted from."""


@slotted
class Occupancy:
    """The count. It is never below nobody: whoever came before the day began may go."""

    inside: int = 0
    _opening: dict[AttemptId, int] = field(default_factory=dict)
    """What the newest opening besides admissions changed: its relay may have failed."""
    _is_counted: bool = False
    """Whether a person has said how many there are since the start."""

    def take(self, facts: Iterable[Fact]) -> None:
        """Count facts, in their order."""
        for fact in facts:
            match fact:
                case Released() | Passed():
                    self._change(1)
                case TicketLetOut():
                    self._change(-1)
                case Occurred(what=Occurrence.NOT_RELEASED):
                    self._change(-self._opening.pop(fact.attempt, 0))
                case Occurred() if fact.what in _BY_OCCURRENCE:
                    before = self.inside
                    self._change(_BY_OCCURRENCE[fact.what])
                    self._opening = {fact.attempt: self.inside - before}
                case OccupancySet():
                    self.inside, self._is_counted = fact.inside, True
                case _:
                    pass

    def told(self, event: DayBegan | DayRecalled | OccupancyOrdered, turn: Turn) -> None:
        """
        Take what is told besides openings: another day begins with nobody; of the day before the start its facts are
        added, unless a person has counted since; and a person's count is put on record.
        """
        match event:
            case DayBegan():
                self.inside = 0
            case DayRecalled(_, facts) if not self._is_counted:
                earlier = Occupancy()
                earlier.take(facts)
                self.inside += earlier.inside
            case DayRecalled():
                pass
            case OccupancyOrdered():
                _count_people(event, turn)

    def is_full(self, most: int) -> bool:
        """Whether nobody else may go in; `most` 0: there is no limit."""
        return 0 < most <= self.inside

    def _change(self, people: int) -> None:
        self.inside = max(0, self.inside + people)


def _count_people(order: OccupancyOrdered, turn: Turn) -> None:
    """Put on record how many people a person has counted: from there on is counted."""
    if not turn.names.tag:
        turn.answer(order.id, "the gate is still starting: try again in a moment")
    elif order.inside < 0:
        turn.answer(order.id, "nobody can be less than nobody: give how many people are inside")
    else:
        attempt, incident = turn.names.next()
        turn.write(OccupancySet(attempt, 0, turn.at.wall, incident, order.inside, order.by, order.id))
        turn.note(f"occupancy=set inside={order.inside} by={order.by!r}")
        turn.answer(order.id, incident=incident)
