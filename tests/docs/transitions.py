"""
Draws the table of transitions into docs/architecture.md: `python -m tests.docs.transitions`.

The page is compared with the code by `test_architecture.py`, so that it can't fall behind.
"""

from pathlib import Path

from gate_controller.admission.attempt.states import STATES, AttemptState, Checking, Closed
from gate_controller.admission.attempt.transitions import TRANSITIONS

PAGE = Path(__file__).parents[2] / "docs" / "architecture.md"
BEGIN, END = "<!-- transitions: drawn from the code -->", "<!-- end of transitions -->"


def diagram() -> str:
    """Return the table as a Mermaid state diagram, one arrow for each pair of states."""
    lines = ["```mermaid", "stateDiagram-v2", f"    [*] --> {_name(Checking)}"]
    arrows: dict[tuple[type[AttemptState], type[AttemptState]], list[str]] = {}
    for (state, event), transition in TRANSITIONS.items():
        for target in sorted(transition.to, key=STATES.index):
            arrows.setdefault((state, target), []).append(event.__name__)
    lines += [f"    {_name(a)} --> {_name(b)}: {', '.join(events)}" for (a, b), events in arrows.items()]
    return "\n".join([*lines, f"    {_name(Closed)} --> [*]", "```"])


def table() -> str:
    """Return the table with what each entry does, in the words of its docstring."""
    lines = ["| state | event | may lead to | what it does |", "| --- | --- | --- | --- |"]
    for (state, event), transition in TRANSITIONS.items():
        to = ", ".join(other.name for other in STATES if other in transition.to) or "itself"
        does = (transition.handler.__doc__ or "").strip().splitlines()[0]
        lines.append(f"| {state.name} | `{event.__name__}` | {to} | {does} |")
    return "\n".join(lines)


def drawn(page: str) -> str:
    """Return the page with its drawn part made anew."""
    before, rest = page.split(BEGIN)
    after = rest.split(END)[1]
    return f"{before}{BEGIN}\n{diagram()}\n\n{table()}\n{END}{after}"


def _name(state: type[AttemptState]) -> str:
    return state.name.replace(" ", "_")


if __name__ == "__main__":
    PAGE.write_text(drawn(PAGE.read_text()))
