"""What must be so of free entries: on disk before the relay moves, no charge, once a day, within the limits."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from gate_controller.admission.words.facts import Fact, Intended, Redeemed, Refunded, StrayPassage
from gate_controller.admission.words.free_facts import FreeEntry, FreeGrounds
from gate_controller.admission.words.outage_rules import OutageConduct
from tests.rig.houses import day_of

if TYPE_CHECKING:
    from gate_controller.admission.words.codes import VoucherCode
    from gate_controller.admission.words.ids import AttemptId
    from gate_controller.admission.words.local_time import Day
    from tests.rig.world import World


def free_entry_of(facts: tuple[Fact, ...]) -> FreeEntry | None:
    """Return the free entry that an attempt was."""
    return next((fact for fact in facts if isinstance(fact, FreeEntry)), None)


class FreeWatch:
    """Looks on; `World.watch` tells it of releases, and when all is at rest."""

    def __init__(self, world: World) -> None:
        self._world = world

    def released(self, attempt: AttemptId) -> bool:
        """The relay is about to move for an attempt; say whether for a free entry."""
        world = self._world
        free = free_entry_of(world.disk.facts(attempt))
        if free is None:
            return False
        if not world.disk.is_synced(attempt, FreeEntry):
            world.watch.wrong(f"promise 1: the relay moves for {attempt}, and its free entry may be lost")
        if attempt in world.watch.redeems:
            world.watch.wrong(f"promise 3: {attempt} is let in free, and Redeem was sent for it")
        if free.grounds is FreeGrounds.OUTAGE and world.setup.house.outage.conduct is not OutageConduct.FREE:
            world.watch.wrong(f"promise 1: {attempt} is let in free in an outage, and the house does not want that")
        return True

    def check_books(self) -> None:
        """Check that nothing was charged for them, and that there are no more than there may be."""
        world = self._world
        days: Counter[tuple[VoucherCode, Day]] = Counter()
        persons: Counter[AttemptId] = Counter()
        cents: Counter[AttemptId] = Counter()
        for attempt in world.disk.attempts:
            free = free_entry_of(world.disk.facts(attempt))
            if free is None:
                continue
            if world.watch.charges(attempt):
                world.watch.wrong(f"promise 3: {attempt} was let in free, and was charged")
            uses = sum(pulse.least for pulse in world.watch.pulses if pulse.attempt == attempt)
            world.outcome.free_entries += uses
            if uses > 1:
                world.watch.wrong(f"promise 1: the free entry {attempt} was used {uses} times")
            if free.grounds is FreeGrounds.RULE:
                days[free.voucher_code, day_of(free.at)] += uses
            else:
                persons[free.outage] += uses
                cents[free.outage] += uses * free.worth
        self._check_limits(days, persons, cents)
        self._check_equation()

    def _check_limits(
        self,
        days: Counter[tuple[VoucherCode, Day]],
        persons: Counter[AttemptId],
        cents: Counter[AttemptId],
    ) -> None:
        watch, rules = self._world.watch, self._world.setup.house.outage
        for (voucher_code, day), uses in days.items():
            if uses > 1:
                watch.wrong(f"free entry: {voucher_code} was used {uses} times on {day}")
        for outage, uses in persons.items():
            if rules.most_persons and uses > rules.most_persons:
                watch.wrong(f"outage {outage}: {uses} persons, and {rules.most_persons} are allowed")
            if rules.most_cents and cents[outage] > rules.most_cents:
                watch.wrong(f"outage {outage}: {cents[outage]} cents, and {rules.most_cents} are allowed")

    def _check_equation(self) -> None:
        """
        Check the equation of the books (design.md, "Five promises about money").

        What E-GUMA has taken is what the intents say of the charges that stand, besides what a person looks at.
        """
        world = self._world
        outcome = world.outcome
        if outcome.misread_drops or outcome.forgotten_cancels or outcome.hidden_charges or outcome.mistaken_errands:
            return  # counted there
        taken = told = 0
        for attempt in world.disk.attempts:
            facts = world.disk.facts(attempt)
            intent = next((fact for fact in facts if isinstance(fact, Intended)), None)
            if intent is None or attempt in world.disk.open_items() or attempt in world.watch.settled:
                continue
            if isinstance(facts[0], StrayPassage) or world.was_doubled(attempt):
                continue
            taken += sum(charge.amount for charge in world.watch.charges(attempt) if not charge.cancelled)
            kinds = {type(fact) for fact in facts}
            told += intent.price if Redeemed in kinds and Refunded not in kinds else 0
        if taken != told:
            world.watch.wrong(f"books: E-GUMA has taken {taken}, and the intents of what stands say {told}")
