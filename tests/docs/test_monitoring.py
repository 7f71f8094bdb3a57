"""Dashboard, rules and page of metrics: held against what a real gate tells, and by Prometheus's own tool."""

import json
import re
import shutil
import subprocess
from collections import defaultdict
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from gate_controller.shell.watching_machine import MachineStatus
from gate_controller.simulator import Simulator
from tests.rig.gate import GOOD
from tests.rig.page import gate_with_page
from tests.rig.pins import Pins
from tests.rig.waiting import until

MONITORING = Path(__file__).parents[2] / "docs" / "monitoring"
RULES, DASHBOARD = MONITORING / "gate-alerts.yml", MONITORING / "gate-dashboard.json"

OF_PROMETHEUS = {"up"}
"""Told by Prometheus itself, of each gate that it asks."""
ITS_LABELS = {"instance", "job"}

SELECTOR = re.compile(r"\b([a-z][a-z_]*[a-z])(?:\{([^}]*)\}|(?=\[| [<>=]| /|$|\)))")
MATCHER = re.compile(r'(\w+)(=~|!=|!~|=)"([^"]*)"')

MACHINE = MachineStatus(0.5, True, 45.0, False, False, False, is_clock_sure=True)
"""A Raspberry Pi, which can tell everything."""


def expressions() -> dict[str, str]:
    """Return everything that is asked of Prometheus, by where it stands, as Prometheus gets it."""
    rules = re.findall(r"alert: (\w+)\n(?:\s+#.*\n)*\s+expr: (?:>-\n((?:\s{10,}.*\n)+)|(.*)\n)", RULES.read_text())
    asked = {f"alert {name}": " ".join((folded or line).split()) for name, folded, line in rules}
    for panel in json.loads(DASHBOARD.read_text())["panels"]:
        for target in panel["targets"]:
            asked[f"panel {panel['title']} {target['refId']}"] = target["expr"]
    return {where: each.replace("$__rate_interval", "5m").replace("$instance", ".*") for where, each in asked.items()}


def promtool(*arguments: object) -> str:
    """Run promtool; return what it says. Fails where it is missing, or finds something wrong."""
    program = shutil.which("promtool")
    assert program, "promtool is missing: install it (Debian: apt-get install prometheus)"
    ran = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, check=False)  # noqa: S603 - Prometheus's own tool
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def test_the_rules_are_rules_and_say_what_they_should() -> None:
    told = promtool("check", "rules", "--lint=all", "--lint-fatal", RULES)
    assert f"{RULES.read_text().count('- alert:')} rules found" in told
    promtool("test", "rules", MONITORING / "gate-alerts-test.yml")


def test_everything_that_the_dashboard_asks_can_be_asked(tmp_path: Path) -> None:
    rules = [{"record": f"asked:{number}", "expr": each} for number, each in enumerate(expressions().values())]
    asked = tmp_path / "asked.yml"
    asked.write_text(json.dumps({"groups": [{"name": "asked", "rules": rules}]}))  # JSON is YAML
    promtool("check", "rules", asked)


def test_every_rule_says_what_to_do() -> None:
    for rule in RULES.read_text().split("- alert:")[1:]:
        name = rule.split()[0]
        assert re.search(r"severity: (page|ticket)\n", rule), name
        assert re.search(r'summary: ".+"\n', rule), name
        assert re.search(r'description: ".+"\n', rule), name
        assert re.search(r"for: \d+m\n", rule), name


@pytest.fixture
async def told(state_dir: Path, pins: Pins, simulator: Simulator) -> dict[str, dict[str, set[str]]]:
    """What a gate tells: its samples by name, each with its labels and their values."""
    async with gate_with_page(state_dir, pins, simulator) as (gate, client):
        gate.app.board.machine = lambda: MACHINE
        gate.scan(GOOD)
        await gate.stand("admitted")
        await until(lambda: gate.app.gate.lane is None)
        text = (await client.get("/metrics")).text
    samples: dict[str, dict[str, set[str]]] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = samples.setdefault(sample.name, defaultdict(set))
            for label, value in sample.labels.items():
                labels[label].add(value)
    return samples


async def test_whatever_is_asked_a_gate_tells(told: dict[str, dict[str, set[str]]]) -> None:
    asked = expressions()
    assert len(asked) > 30
    for where, expression in asked.items():
        found = [
            (name, labels)
            for name, labels in SELECTOR.findall(expression)
            if name.startswith("gate_") or name in OF_PROMETHEUS
        ]
        assert found, where
        for name, matchers in found:
            if name in OF_PROMETHEUS:
                continue
            assert name in told, where
            for label, _, value in MATCHER.findall(matchers):
                if label not in ITS_LABELS:
                    assert any(re.fullmatch(value, each) for each in told[name][label]), (where, label, value)


async def test_the_page_has_every_metric_and_no_other(told: dict[str, dict[str, set[str]]]) -> None:
    families = {re.sub("_(bucket|count|sum)$", "", name) for name in told if name.startswith("gate_")}
    named = set(re.findall(r"`(gate_\w+)`", (MONITORING / "README.md").read_text()))
    assert named == families
