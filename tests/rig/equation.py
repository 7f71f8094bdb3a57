"""
The equation of the books (design.md, "Five promises about money"), as a whole and by amounts: what E-GUMA has taken and
not given back is what the journal says of admissions, and of items that a person has, or has settled.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate_controller.admission.words.errand_facts import ErrandBegun, PartVoided
from gate_controller.admission.words.facts import (
    CreditOpened,
    Fact,
    Intended,
    PaidAlong,
    Passed,
    Redeemed,
    Refunded,
    Released,
    ReleasedToSensor,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gate_controller.admission.words.ids import AttemptId
    from tests.rig.world import World

_USES = Released | PaidAlong | Passed | ReleasedToSensor


def check(world: World) -> None:
    """Check it, once nothing is unfinished, in a schedule that met nothing of what design.md excuses."""
    outcome = world.outcome
    if outcome.violations or any(
        (
            outcome.unrecorded_pulses,
            outcome.misread_drops,
            outcome.hidden_charges,
            outcome.forgotten_cancels,
            outcome.mistaken_errands,
        )
    ):
        return
    taken = sum(_taken(world, attempt) for attempt in world.disk.attempts)
    booked = sum(_booked(world, attempt) for attempt in world.disk.attempts)
    outcome.equations += 1
    if taken != booked:
        world.watch.wrong(f"the books: E-GUMA has taken {taken} cents, and the journal accounts for {booked}")


def _taken(world: World, attempt: AttemptId) -> int:
    """Return what E-GUMA has taken for an attempt, and not given back."""
    return sum(charge.amount - charge.voided for charge in world.watch.charges(attempt) if not charge.cancelled)


def _booked(world: World, attempt: AttemptId) -> int:
    """Return what the journal says of it."""
    if _is_with_a_person(world, attempt) or any(_is_with_a_person(world, part) for part in _parts_of(world, attempt)):
        return _taken(world, attempt)
    facts = world.disk.facts(attempt)
    intent = next((fact for fact in facts if isinstance(fact, Intended)), None)
    is_charged = any(isinstance(fact, Redeemed) for fact in facts)  # else a free entry may have come of it
    if intent is None or not is_charged or not _was_used(facts):
        return 0
    return intent.price - sum(fact.amount for fact in facts if isinstance(fact, PartVoided))


def _is_with_a_person(world: World, attempt: AttemptId) -> bool:
    return attempt in world.disk.open_items() or attempt in world.watch.settled


def _parts_of(world: World, charge: AttemptId) -> list[AttemptId]:
    """Return the errands that were to give a part of a charge back."""
    firsts = ((errand, world.disk.facts(errand)[0]) for errand in world.disk.attempts)
    return [errand for errand, first in firsts if isinstance(first, ErrandBegun) and first.charge == charge]


def _was_used(facts: Sequence[Fact]) -> bool:
    told = [fact for fact in facts if isinstance(fact, CreditOpened | Refunded | _USES)]
    return bool(told) and isinstance(told[-1], _USES)
