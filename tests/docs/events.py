"""The events that the log tells of, read off the code: what each line begins with, and how severe it is."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "technician" / "events.md"
LEVELS = {"info": "info", "warning": "warning", "error": "error", "critical": "critical", "exception": "error"}
ALONE = {"stopped gate=%s": "stopped"}
"""A line whose first word says all."""
VERDICTS = ("verdict=admitted", "verdict=refused")
# Not the gate's log: what a command says, what only those read who debug, and the demo, which passes lines on.
VENUE = "venue/"
NOT_THE_GATES = ("cli/", "demo/", VENUE)
VENUE_PAGE = ROOT / "docs" / "venue.md"


def events(*, of_venue: bool = False) -> dict[str, set[str]]:
    """Return the levels of each event, by its name: the first word of its line, such as `journal=corrupt`."""
    found: dict[str, set[str]] = defaultdict(set)
    for file in sorted((ROOT / "gate_controller").rglob("*.py")):
        path = file.relative_to(ROOT / "gate_controller").as_posix()
        if not path.startswith(VENUE) if of_venue else path.startswith(NOT_THE_GATES):
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            for text, levels in _said(node):
                name = _name(text, f"{file.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}")
                for each in VERDICTS if name == "verdict={}" else (name,):
                    found[each] |= levels
    return dict(found)


def _said(node: ast.AST) -> Iterator[tuple[str, set[str]]]:
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return
    owner, verb = ast.unparse(node.func.value), node.func.attr
    if owner == "turn" and verb == "note":
        alarm = next((word.value for word in node.keywords if word.arg == "alarm"), None)
        always = isinstance(alarm, ast.Constant) and bool(alarm.value)
        usual = "debug" if any(word.arg == "is_detail" for word in node.keywords) else "info"
        yield _text(node.args[0]), {"warning"} if always else {usual} if alarm is None else {usual, "warning"}
    elif owner == "_log" and verb in LEVELS:
        yield _text(node.args[0]), {LEVELS[verb]}
    elif owner == "_log" and verb == "log":
        names = {
            each.attr.lower() for each in ast.walk(node) if isinstance(each, ast.Attribute) and each.attr.isupper()
        }
        for each in ast.walk(node):
            if isinstance(each, ast.Constant) and isinstance(each.value, str) and "=" in each.value:
                yield each.value, names - {"debug"}


def _text(node: ast.expr) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)  # type: ignore[misc]  # its constants are texts
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _name(text: str, where: str) -> str:
    if text in ALONE:
        return ALONE[text]
    first = re.match(r"[a-z_]+=([a-z_]+|\{\})", text)
    assert first is not None, f"{where}: {text!r} does not begin with the name of an event, such as journal=corrupt"
    return first[0]


def told(page: Path = PAGE) -> dict[str, set[str]]:
    """Return the levels of each event by a page."""
    rows = re.findall(r"^\| `([a-z_]+=[^`]+|[a-z]+)` \| ([a-z, ]+) \|", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {name: set(levels.split(", ")) for name, levels in rows}
