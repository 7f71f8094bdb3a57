"""
The campaign: `make campaign`, or one part of it by `python -m tests.campaign PART`.

Parts: `core` (random schedules of the modelled world, the bytes on its scanner's line among them), `kill` (the real
process, killed at random moments), `points` (the process dies before and after each commit, request and pulse), `ill`
(the disk fails, fills up or turns read-only at each write and sync of an admission), `disk` (files of the journal cut
off anywhere), `venue` (broker, venue and gates are killed while visitors pass and orders are given). Each prints what
it tried and what it found; a failing schedule prints the command that replays it.
"""

import argparse
import asyncio
import json
import sys
import time
from pathlib import Path
from textwrap import indent
from typing import TYPE_CHECKING, Any

from tests.campaign import core, disk, house, ill, kill

if TYPE_CHECKING:
    from collections.abc import Callable

Report = dict[str, Any]


def main() -> int:
    """Run the parts that were asked for, print the report, return 1 if anything was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.campaign", description=__doc__)
    parser.add_argument(
        "part", nargs="?", choices=["all", "core", "kill", "points", "ill", "disk", "venue"], default="all"
    )
    parser.add_argument(
        "--rounds", type=int, help="how many (schedules of core 10000, of kill and venue 200, of ill all)"
    )
    parser.add_argument("--seed", type=int, default=0, help="where to begin")
    parser.add_argument("--trace", action="store_true", help="with core: tell all that happens at the first seed")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the report there as well")
    chosen = parser.parse_args()
    if chosen.trace:
        print(core.story(chosen.seed))
    parts: dict[str, Callable[[], Report]] = {
        "core": lambda: core.campaign(chosen.rounds or 10_000, chosen.seed),
        "points": lambda: asyncio.run(kill.at_every_point()),
        "kill": lambda: asyncio.run(kill.at_random(chosen.rounds or 200, chosen.seed)),
        "ill": lambda: asyncio.run(ill.campaign(chosen.seed, chosen.rounds or len(ill.CASES))),
        "venue": lambda: asyncio.run(house.campaign(chosen.rounds or 200, chosen.seed)),
        "disk": lambda: asyncio.run(disk.campaign(chosen.seed)),
    }
    reports = {}
    for name, play in parts.items():
        if chosen.part in {"all", name}:
            began = time.monotonic()
            report = play()
            report["seconds"] = round(time.monotonic() - began, 1)
            reports[name] = report
            _print(name, report)
    if chosen.json:
        chosen.json.write_text(json.dumps(reports, indent=2))
    return 1 if any(report["violations"] for report in reports.values()) else 0


def _print(name: str, report: Report) -> None:
    numbers = {key: value for key, value in report.items() if key != "violations"}
    print(f"{name:<8}{numbers}  violations: {len(report['violations'])}", flush=True)
    for violation in report["violations"]:
        for key, value in violation.items():
            lines = "\n".join(value) if isinstance(value, list) else str(value)
            print(f"  {key}: {indent(lines, ' ' * 4).lstrip()}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
