"""
What a new setting costs, counted on a copy of the project: its field, and the table that is made of it.

What uses the setting comes on top: `shell/fittings.py` makes devices of settings, `shell/policies.py` tells the core.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.rig.command import STYLE, environment

ROOT = Path(__file__).parents[2]
SECTION = '''class RelaySection(Section, frozen=True):
    """The relay that opens the gate."""
'''
FIELDS = """
    rest_seconds: Annotated[float, ReadBy(read.seconds(0, 60))] = Field(
        default=1.5, description="how long the relay rests between two pulses"
    )
    coil: Annotated[str, ReadBy(read.one_of(("plain", "latching")))] = Field(
        default="plain", description="what holds the contact"
    )
    second_pin: OptionalPin = Field(default=None, description="BCM number; a relay that follows the first")
"""
ROWS = [
    (
        "| `relay.rest_seconds` | `GATE_RELAY__REST_SECONDS` | `1.5` | how long the relay rests between two pulses "
        "| give seconds from 0 to 60 | after a restart |"
    ),
    (
        "| `relay.coil` | `GATE_RELAY__COIL` | `plain` | what holds the contact | choose from plain, latching "
        "| after a restart |"
    ),
    (
        "| `relay.second_pin` | `GATE_RELAY__SECOND_PIN` | `none` | BCM number; a relay that follows the first "
        "| give a BCM number from 2 to 27, as digits: GPIO17 is 17; or none to turn it off | after a restart |"
    ),
]


def texts(root: Path) -> dict[str, str]:
    """Return every source file and page, by its path."""
    paths = [*(root / "gate_controller").rglob("*.py"), *(root / "docs").rglob("*.md")]
    return {str(path.relative_to(root)): path.read_text() for path in paths}


def python(copy: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a module of the copy: with `-m` the working directory goes before what is installed."""
    return subprocess.run(  # noqa: S603 - the program is the one under test
        [sys.executable, "-B", "-m", *arguments],
        cwd=copy,
        env=environment(**variables),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a copy of the project with new fields in a section, and the table made anew."""
    for name in ("gate_controller", "docs", "tests/docs"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    sections = tmp_path / "gate_controller" / "settings" / "sections.py"
    assert SECTION in sections.read_text()
    sections.write_text(sections.read_text().replace(SECTION, SECTION + FIELDS))
    assert python(tmp_path, "tests.docs.settings_table").stderr == ""
    return tmp_path


def test_a_new_setting_is_its_field_and_a_row_of_the_table_and_no_other_file(copy: Path) -> None:
    before, after = texts(ROOT), texts(copy)

    assert {name for name in after if after[name] != before.get(name)} == {
        "gate_controller/settings/sections.py",
        "docs/settings.md",
    }
    page, rows = before["docs/settings.md"].splitlines(), after["docs/settings.md"].splitlines()
    assert [row for row in rows if row not in page] == ROWS
    assert [row for row in rows if row not in ROWS] == page


def test_a_new_setting_can_be_set_shown_and_mistaken_like_any_other(copy: Path) -> None:
    (copy / "gate.toml").write_text('[relay]\ncoil = "Latching"\n')

    done = python(copy, "gate_controller", "config", "--json", GATE_RELAY__REST_SECONDS="2")
    shown = json.loads(done.stdout)
    assert shown["relay.rest_seconds"] == {"value": "2", "origin": "environment GATE_RELAY__REST_SECONDS"}
    assert shown["relay.coil"] == {"value": "latching", "origin": "gate.toml"}
    assert shown["relay.second_pin"] == {"value": "none", "origin": "default"}

    done = python(copy, "gate_controller", "config", "--set", "relay.second_pin=22", "--set", "relay.rest_second=2")
    misspelt, shared = done.stderr.splitlines()
    assert misspelt.startswith(f"{STYLE}error: relay.rest_second is no setting: ")
    assert "did you mean relay.rest_seconds?" in misspelt
    assert shared.startswith(f"{STYLE}error: relay.second_pin and lamps.green_pin are both 22: argument and default: ")
    assert "set GATE_RELAY__SECOND_PIN or GATE_LAMPS__GREEN_PIN" in shared
