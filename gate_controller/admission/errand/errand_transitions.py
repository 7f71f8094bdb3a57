"""
Every transition of an errand, in one table, by the rules of that of attempts (`attempt/transitions.py`).

The diagram in `docs/architecture.md` is drawn from this table.
"""

from collections.abc import Callable
from typing import Any

from gate_controller.admission.attempt.turn import Turn
from gate_controller.admission.errand import carrying_out
from gate_controller.admission.errand import errand_states as s
from gate_controller.admission.errand.errand import Errand
from gate_controller.admission.errand.errand_states import ErrandState
from gate_controller.admission.words.calls import BalanceAnswered
from gate_controller.admission.words.desk_calls import (
    Activated,
    ActivationAnswered,
    Deactivated,
    DeactivationAnswered,
    PartCancelled,
    ToppedUp,
)
from gate_controller.admission.words.events import Event, TimePassed, WriteFailed, Written
from gate_controller.admission.words.frozen import frozen
from gate_controller.admission.words.ticket_calls import CheckedIn, CheckedOut, TicketAnswered

ErrandHandler = Callable[[Errand, Any, Any, Turn], None]


@frozen
class ErrandTransition:
    """What an event does, and where it may lead besides staying."""

    handler: ErrandHandler
    to: frozenset[type[ErrandState]]


def _to(handler: ErrandHandler, *states: type[ErrandState]) -> ErrandTransition:
    return ErrandTransition(handler, frozenset(states))


_LOOKS = (BalanceAnswered, ActivationAnswered, DeactivationAnswered, TicketAnswered)
_ACTS = (ToppedUp, PartCancelled, Activated, Deactivated, CheckedIn, CheckedOut)

ERRAND_TRANSITIONS: dict[tuple[type[ErrandState], type[Event]], ErrandTransition] = {
    **{(s.Enquiring, event): _to(carrying_out.enquired, s.Committing, s.Over) for event in _LOOKS},
    (s.Committing, Written): _to(carrying_out.committed, s.Acting, s.Over),
    (s.Committing, WriteFailed): _to(carrying_out.not_committed, s.Over),
    **{(s.Acting, event): _to(carrying_out.acted, s.Wondering, s.Over) for event in _ACTS},
    **{(s.Wondering, event): _to(carrying_out.looked, s.Over) for event in _LOOKS},
    (s.Wondering, TimePassed): _to(carrying_out.look_again),
}


def handle_errand(errand: Errand, event: Event, turn: Turn) -> None:
    """Let an errand take an event."""
    state = errand.state
    transition = ERRAND_TRANSITIONS.get((type(state), type(event)))
    if transition is None:
        return
    transition.handler(errand, state, event, turn)
    after = type(errand.state)
    if after is not type(state) and after not in transition.to:
        raise AssertionError(f"{type(event).__name__} led from {state.name} to {after.name}")
