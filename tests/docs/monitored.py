"""What the dashboards and rules of docs/monitoring ask of Prometheus, and Prometheus's own tool."""

import json
import re
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

MONITORING = Path(__file__).parents[2] / "docs" / "monitoring"

OF_PROMETHEUS = {"up"}
"""Told by Prometheus itself, of each that it asks."""
ITS_LABELS = {"instance", "job"}

SELECTOR = re.compile(r"\b([a-z][a-z_]*[a-z])(?:\{([^}]*)\}|(?=\[| [<>=]| /|$|\)))")
MATCHER = re.compile(r'(\w+)(=~|!=|!~|=)"([^"]*)"')

Samples = Mapping[str, Mapping[str, set[str]]]
"""By its name, a metric's labels with their values."""


def expressions(rules: Path, dashboard: Path) -> dict[str, str]:
    """Return everything that is asked of Prometheus, by where it stands, as Prometheus gets it."""
    found = re.findall(r"alert: (\w+)\n(?:\s+#.*\n)*\s+expr: (?:>-\n((?:\s{10,}.*\n)+)|(.*)\n)", rules.read_text())
    asked = {f"alert {name}": " ".join((folded or line).split()) for name, folded, line in found}
    for panel in json.loads(dashboard.read_text())["panels"]:
        for target in panel["targets"]:
            asked[f"panel {panel['title']} {target['refId']}"] = target["expr"]
    plain = {"$__rate_interval": "5m", "$instance": ".*", "$gate": ".*"}
    for name, value in plain.items():
        asked = {where: each.replace(name, value) for where, each in asked.items()}
    return asked


def samples_of(text: str) -> Samples:
    """Return what a page of metrics tells."""
    samples: dict[str, dict[str, set[str]]] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = samples.setdefault(sample.name, defaultdict(set))
            for label, value in sample.labels.items():
                labels[label].add(value)
    return samples


def families_of(told: Samples, prefix: str) -> set[str]:
    """Return the names of what is told, without the ends of histograms."""
    return {re.sub("_(bucket|count|sum)$", "", name) for name in told if name.startswith(prefix)}


def not_told(asked: Mapping[str, str], told: Samples, prefixes: tuple[str, ...]) -> list[str]:
    """Return what is asked and not told: names, and values of labels."""
    wrong = []
    for where, expression in asked.items():
        found = [
            (name, labels)
            for name, labels in SELECTOR.findall(expression)
            if name.startswith(prefixes) or name in OF_PROMETHEUS
        ]
        if not found:
            wrong.append(f"{where}: asks for nothing that is known")
        for name, matchers in found:
            if name in OF_PROMETHEUS:
                continue
            if name not in told:
                wrong.append(f"{where}: {name}")
                continue
            for label, how, value in MATCHER.findall(matchers):
                if label in ITS_LABELS or how.startswith("!"):
                    continue
                if not any(re.fullmatch(value, each) for each in told[name][label]):
                    wrong.append(f"{where}: {name} with {label}={value}")
    return wrong


def promtool(*arguments: object) -> str:
    """Run promtool; return what it says. Fails where it is missing, or finds something wrong."""
    program = shutil.which("promtool")
    assert program, "promtool is missing: install it (Debian: apt-get install prometheus)"
    ran = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, check=False)  # noqa: S603 - Prometheus's own tool
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout
