"""Dashboard, rules and page of metrics: held against what a real gate tells, and by Prometheus's own tool."""

import json
import re
from pathlib import Path

import pytest

from gate_controller.shell.watching_machine import MachineStatus
from gate_controller.simulator import Simulator
from tests.docs.monitored import (
    MONITORING,
    Samples,
    expressions,
    families_of,
    not_told,
    promtool,
    samples_of,
)
from tests.rig.gate import GOOD
from tests.rig.page import gate_with_page
from tests.rig.pins import Pins
from tests.rig.waiting import until

KINDS = ("gate", "venue")

MACHINE = MachineStatus(0.5, True, 45.0, False, False, False, is_clock_sure=True)
"""A Raspberry Pi, which can tell everything."""


def rules_of(kind: str) -> Path:
    return MONITORING / f"{kind}-alerts.yml"


def asked_of(kind: str) -> dict[str, str]:
    return expressions(rules_of(kind), MONITORING / f"{kind}-dashboard.json")


@pytest.mark.parametrize("kind", KINDS)
def test_the_rules_are_rules_and_say_what_they_should(kind: str) -> None:
    told = promtool("check", "rules", "--lint=all", "--lint-fatal", rules_of(kind))
    assert f"{rules_of(kind).read_text().count('- alert:')} rules found" in told
    promtool("test", "rules", MONITORING / f"{kind}-alerts-test.yml")


@pytest.mark.parametrize("kind", KINDS)
def test_everything_that_the_dashboard_asks_can_be_asked(kind: str, tmp_path: Path) -> None:
    rules = [{"record": f"asked:{number}", "expr": each} for number, each in enumerate(asked_of(kind).values())]
    asked = tmp_path / "asked.yml"
    asked.write_text(json.dumps({"groups": [{"name": "asked", "rules": rules}]}))  # JSON is YAML
    promtool("check", "rules", asked)


@pytest.mark.parametrize("kind", KINDS)
def test_every_rule_says_what_to_do(kind: str) -> None:
    for rule in rules_of(kind).read_text().split("- alert:")[1:]:
        name = rule.split()[0]
        assert re.search(r"severity: (page|ticket)\n", rule), name
        assert re.search(r'summary: ".+"\n', rule), name
        assert re.search(r'description: ".+"\n', rule), name
        assert re.search(r"for: \d+[mh]\n", rule), name


@pytest.fixture
async def told(state_dir: Path, pins: Pins, simulator: Simulator) -> Samples:
    """What a gate tells: its samples by name, each with its labels and their values."""
    async with gate_with_page(state_dir, pins, simulator) as (gate, client):
        gate.app.board.machine = lambda: MACHINE
        gate.scan(GOOD)
        await gate.stand("admitted")
        await until(lambda: gate.app.gate.lane is None)
        return samples_of((await client.get("/metrics")).text)


async def test_whatever_is_asked_a_gate_tells(told: Samples) -> None:
    asked = asked_of("gate")
    assert len(asked) > 30
    assert not_told(asked, told, ("gate_",)) == []


async def test_the_page_has_every_metric_and_no_other(told: Samples) -> None:
    named = set(re.findall(r"`(gate_\w+)`", (MONITORING / "README.md").read_text()))
    assert named == families_of(told, "gate_")
