"""
Draws the tables of transitions into docs/architecture.md: `python -m tests.docs.transitions`.

The page is compared with the code by `test_architecture.py`, so that it can't fall behind.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from gate_controller.admission.attempt.states import STATES, Checking, Closed, Consulting
from gate_controller.admission.attempt.ticket_states import TICKET_STATES, TicketIntending
from gate_controller.admission.attempt.transitions import TRANSITIONS
from gate_controller.admission.errand import errand_states
from gate_controller.admission.errand.errand_transitions import ERRAND_TRANSITIONS

PAGE = Path(__file__).parents[2] / "docs" / "architecture.md"
BEGIN, END = "<!-- transitions: drawn from the code -->", "<!-- end of transitions -->"
ERRAND_BEGIN, ERRAND_END = "<!-- errands: drawn from the code -->", "<!-- end of errands -->"

TICKET_BEGIN, TICKET_END = "<!-- tickets: drawn from the code -->", "<!-- end of tickets -->"

OF_TICKETS = (*TICKET_STATES, Closed)
TICKET_ROWS = {row: to for row, to in TRANSITIONS.items() if row[0] in TICKET_STATES}
ROWS = {row: to for row, to in TRANSITIONS.items() if row[0] not in TICKET_STATES}

ERRAND_STATES = (
    errand_states.Enquiring,
    errand_states.Committing,
    errand_states.Acting,
    errand_states.Wondering,
    errand_states.Over,
)


class Named(Protocol):
    """A kind of state."""

    name: str


class Drawn(Protocol):
    """An entry of a table."""

    @property
    def handler(self) -> object:
        """What it does."""

    @property
    def to(self) -> frozenset[type]:
        """Where it may lead."""


Table = Mapping[tuple[type, type], Drawn]


def diagram(transitions: Table, states: Sequence[type], firsts: Sequence[type], last: type) -> str:
    """Return a table as a Mermaid state diagram, one arrow for each pair of states."""
    lines = ["```mermaid", "stateDiagram-v2", *(f"    [*] --> {_name(first)}" for first in firsts)]
    arrows: dict[tuple[type, type], list[str]] = {}
    for (state, event), transition in transitions.items():
        for target in sorted(transition.to, key=states.index):
            arrows.setdefault((state, target), []).append(event.__name__)
    lines += [f"    {_name(a)} --> {_name(b)}: {', '.join(events)}" for (a, b), events in arrows.items()]
    return "\n".join([*lines, f"    {_name(last)} --> [*]", "```"])


def table(transitions: Table, states: Sequence[type]) -> str:
    """Return a table with what each entry does, in the words of its docstring."""
    lines = ["| state | event | may lead to | what it does |", "| --- | --- | --- | --- |"]
    for (state, event), transition in transitions.items():
        to = ", ".join(_said(other) for other in states if other in transition.to) or "itself"
        does = (transition.handler.__doc__ or "").strip().splitlines()[0]
        lines.append(f"| {_said(state)} | `{event.__name__}` | {to} | {does} |")
    return "\n".join(lines)


def drawn(page: str) -> str:
    """Return the page with its drawn parts made anew."""
    attempts = f"{diagram(ROWS, STATES, (Checking, Consulting), Closed)}\n\n{table(ROWS, STATES)}"
    tickets = f"{diagram(TICKET_ROWS, OF_TICKETS, (TicketIntending,), Closed)}\n\n{table(TICKET_ROWS, OF_TICKETS)}"
    page = _put(page, tickets, TICKET_BEGIN, TICKET_END)
    firsts, last = (errand_states.Enquiring,), errand_states.Over
    errands = (
        f"{diagram(ERRAND_TRANSITIONS, ERRAND_STATES, firsts, last)}\n\n{table(ERRAND_TRANSITIONS, ERRAND_STATES)}"
    )
    return _put(_put(page, attempts, BEGIN, END), errands, ERRAND_BEGIN, ERRAND_END)


def _put(page: str, part: str, begin: str, end: str) -> str:
    before, rest = page.split(begin)
    return f"{before}{begin}\n{part}\n{end}{rest.split(end)[1]}"


def _said(state: type) -> str:
    return str(vars(state)["name"])


def _name(state: type) -> str:
    return _said(state).replace(" ", "_")


if __name__ == "__main__":
    PAGE.write_text(drawn(PAGE.read_text()))
