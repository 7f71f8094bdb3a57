"""The demo is there to be looked at, not to be a second program beside the gate."""

from collections.abc import Iterable
from pathlib import Path

import gate_controller

PACKAGE = Path(gate_controller.__file__).parent


HOUSE = {"gate_house.py", "house_gate.py"}
"""What starts a house of gates, and draws nothing: its page is the venue's own."""


def lines(files: Iterable[Path]) -> int:
    return sum(len(file.read_text(encoding="utf-8").splitlines()) for file in files)


def test_the_demo_of_a_gate_stays_under_2000_lines_and_that_of_a_house_under_400() -> None:
    files = list((PACKAGE / "demo").glob("*.py"))
    of_house = [file for file in files if file.name in HOUSE]

    assert len(of_house) == len(HOUSE)
    assert lines(file for file in files if file not in of_house) < 2000
    assert lines([*of_house, PACKAGE / "cli" / "demo.py"]) < 400
