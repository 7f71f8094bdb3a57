"""The demo is there to be looked at, not to be a second program beside the gate."""

from pathlib import Path

import gate_controller

PACKAGE = Path(gate_controller.__file__).parent


def test_the_demo_stays_under_2000_lines() -> None:
    files = [*(PACKAGE / "demo").glob("*.py"), PACKAGE / "cli" / "demo.py"]

    assert sum(len(file.read_text(encoding="utf-8").splitlines()) for file in files) < 2000
