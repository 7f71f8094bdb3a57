"""
An outage: E-GUMA cannot be reached, and the house has said what becomes of visitors meanwhile.

It begins when a visitor's Balance could not be answered, and ends by itself when E-GUMA answers anything again. While
it lasts E-GUMA is asked for each visitor all the same, and now and then without one. What it has given away is counted
by the journal: a restart goes on with it.
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from gate_controller.admission.attempt.free_days import was_used
from gate_controller.admission.words.calls import AskBalance, CallFailed, CallFault
from gate_controller.admission.words.events import Event
from gate_controller.admission.words.facts import Fact, Occurred, Occurrence
from gate_controller.admission.words.free_facts import FreeEntry
from gate_controller.admission.words.frozen import slotted
from gate_controller.admission.words.ids import NOBODY, AttemptId
from gate_controller.admission.words.messages import MessageKind
from gate_controller.admission.words.money import Cents
from gate_controller.admission.words.outage_rules import (
    OUTAGE_PROBE_CODE,
    OUTAGE_PROBE_LASTS_SECONDS,
    OUTAGE_PROBE_SECONDS,
    OutageConduct,
    OutageRules,
)

if TYPE_CHECKING:
    from gate_controller.admission.attempt.turn import Turn

_UNREACHED = frozenset({CallFault.NOT_SENT, CallFault.UNKNOWN})


def is_answer(event: Event) -> bool:
    """Whether an event brings a word of E-GUMA's own."""
    if not hasattr(event, "outcome"):
        return False
    outcome = event.outcome
    return not (isinstance(outcome, CallFailed) and outcome.fault in _UNREACHED)


@slotted
class Outage:
    """The outage that is on, if one is, and what it has given away."""

    id: AttemptId = NOBODY
    """Names it in the journal; empty while there is none."""
    since: float = 0.0
    """Wall clock."""
    persons: int = 0
    """Who was let in free of charge, or is about to be."""
    cents: Cents = Cents(0)
    """What they would have paid."""
    probe_at: float | None = None
    """Monotonic time at which E-GUMA is asked without a visitor."""

    @property
    def is_on(self) -> bool:
        """Whether E-GUMA is known to be out of reach, in a house that has said what becomes of that."""
        return bool(self.id)

    def begins(self, turn: "Turn") -> None:
        """A visitor's Balance could not be answered."""
        rules = turn.policy.outage
        if self.is_on or rules.conduct is OutageConduct.CLOSED:
            return
        self.id, incident = turn.names.next()
        self.since, self.persons, self.cents = turn.at.wall, 0, Cents(0)
        self.probe_at = turn.at.mono + OUTAGE_PROBE_SECONDS
        fact = Occurred(self.id, 0, turn.at.wall, incident, Occurrence.OUTAGE, reason=rules.conduct.value)
        turn.write(fact)
        turn.note(f"outage=begun conduct={rules.conduct.value} incident={incident}", alarm=True)

    def ends(self, turn: "Turn") -> None:
        """E-GUMA has answered something."""
        if not self.is_on:
            return
        attempt, incident = turn.names.next()
        turn.write(Occurred(attempt, 0, turn.at.wall, incident, Occurrence.OUTAGE_ENDED))
        turn.note(f"outage=ended persons={self.persons} cents={self.cents} seconds={turn.at.wall - self.since:.0f}")
        self.id, self.probe_at = NOBODY, None

    def gives(self, worth: Cents) -> None:
        """Somebody is about to be let in free of charge."""
        self.persons, self.cents = self.persons + 1, Cents(self.cents + worth)

    def takes_back(self, outage: AttemptId, worth: Cents) -> None:
        """He was not, after all; `outage` is the one that was on."""
        if outage == self.id:
            self.persons, self.cents = self.persons - 1, Cents(self.cents - worth)

    def has_room(self, rules: OutageRules, worth: Cents) -> bool:
        """Whether somebody else may go in free of charge."""
        return rules.has_room(self.persons, self.cents, worth)

    def at_rest(self, rules: OutageRules, price: Cents) -> MessageKind:
        """Return what an idle display says; as always where the limits are used up."""
        if self.is_on and rules.conduct is OutageConduct.STAFF_ONLY:
            return MessageKind.OUTAGE_STAFF
        if self.is_on and rules.conduct is OutageConduct.FREE and self.has_room(rules, price):
            return MessageKind.OUTAGE_FREE
        return MessageKind.IDLE

    def time_passed(self, turn: "Turn") -> None:
        """Ask E-GUMA when that is due."""
        if self.probe_at is None or turn.at.mono < self.probe_at:
            return
        self.probe_at = turn.at.mono + OUTAGE_PROBE_SECONDS
        turn.ask(AskBalance(NOBODY, OUTAGE_PROBE_CODE, turn.at.mono + OUTAGE_PROBE_LASTS_SECONDS, urgent=False))

    def recall(self, histories: Iterable[Sequence[Fact]], turn: "Turn") -> None:
        """Go on with an outage that the journal holds without its end; each history in order, the oldest first."""
        histories = tuple(histories)
        told = [facts[0] for facts in histories if isinstance(facts[0], Occurred)]
        outages = [fact for fact in told if fact.what in {Occurrence.OUTAGE, Occurrence.OUTAGE_ENDED}]
        if not outages or outages[-1].what is Occurrence.OUTAGE_ENDED:
            return
        self.id, self.since, self.probe_at = outages[-1].attempt, outages[-1].at, turn.at.mono
        for facts in histories:
            free = next((fact for fact in facts if isinstance(fact, FreeEntry)), None)
            if free is not None and free.outage == self.id and was_used(facts):
                self.gives(free.worth)
