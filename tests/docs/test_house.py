"""The house: every name once, and no room at the top but those that the design names."""

import ast
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "gate_controller"
FILES = sorted(PACKAGE.rglob("*.py"))


def test_no_two_classes_have_the_same_name() -> None:
    places: defaultdict[str, list[str]] = defaultdict(list)
    for file in FILES:
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.ClassDef):
                places[node.name.lstrip("_")].append(f"{file.relative_to(ROOT)}:{node.lineno}")
    assert len(places) > 200
    assert {name: found for name, found in places.items() if len(found) > 1} == {}


def test_no_two_files_have_the_same_name() -> None:
    places: defaultdict[str, list[str]] = defaultdict(list)
    for file in FILES:
        if not file.name.startswith("__"):
            places[file.name].append(str(file.relative_to(ROOT)))
    assert len(places) > 150
    assert {name: found for name, found in places.items() if len(found) > 1} == {}


def test_the_top_of_the_package_holds_the_rooms_of_the_design_and_no_other() -> None:
    section = (ROOT / "docs" / "design.md").read_text().split("| room | what is in it |", 1)[1].split("\n\n", 1)[0]
    named = {part.strip("`/ ") for line in section.splitlines()[2:] for part in line.split("|")[1].split(",")}
    found = {
        path.name
        for path in PACKAGE.iterdir()
        if (path.is_dir() or path.suffix == ".py") and not path.name.startswith("__")
    }
    assert found == named
