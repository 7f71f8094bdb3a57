"""
The campaign: `make campaign`, or one part of it by `python -m tests.campaign PART`.

Parts: `core` (random schedules of the modelled world), `kill` (the real process, killed at random moments), `points`
(the process dies before and after each commit, request and pulse), `disk` (files of the journal cut off anywhere). Each
prints what it tried and what it found; a failing schedule prints the command that replays it.
"""

import argparse
import asyncio
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.campaign import disk, kill
from tests.campaign.world import print_trace, run_schedule

if TYPE_CHECKING:
    from collections.abc import Callable

Report = dict[str, Any]


def core(rounds: int, seed: int) -> Report:
    """Play random schedules of the modelled world."""
    found = []
    events = 0
    for number in range(seed, seed + rounds):
        world = run_schedule(number)
        events += world.events
        if world.violations:
            replay = f"python -m tests.campaign core --rounds 1 --seed {number} --trace"
            found.append({"seed": number, "violations": world.violations, "replay": replay})
    return {"tried": rounds, "events": events, "violations": found}


def main() -> int:
    """Run the parts that were asked for, print the report, return 1 if anything was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.campaign", description=__doc__)
    parser.add_argument("part", nargs="?", choices=["all", "core", "kill", "points", "disk"], default="all")
    parser.add_argument("--rounds", type=int, help="how many schedules or rounds (core 10000, kill 200)")
    parser.add_argument("--seed", type=int, default=0, help="where to begin")
    parser.add_argument("--trace", action="store_true", help="with core: print every event of the schedule")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the report there as well")
    chosen = parser.parse_args()
    if chosen.trace:
        print_trace(run_schedule(chosen.seed))
    parts: dict[str, Callable[[], Report]] = {
        "core": lambda: core(chosen.rounds or 10_000, chosen.seed),
        "points": lambda: asyncio.run(kill.at_every_point()),
        "kill": lambda: asyncio.run(kill.at_random(chosen.rounds or 200, chosen.seed)),
        "disk": lambda: asyncio.run(disk.campaign(chosen.seed)),
    }
    reports = {}
    for name, play in parts.items():
        if chosen.part in {"all", name}:
            began = time.monotonic()
            report = play()
            report["seconds"] = round(time.monotonic() - began, 1)
            reports[name] = report
            numbers = {key: value for key, value in report.items() if key != "violations"}
            print(f"{name:<8}{numbers}  violations: {len(report['violations'])}", flush=True)
            for violation in report["violations"]:
                print(f"  {violation}", flush=True)
    if chosen.json:
        chosen.json.write_text(json.dumps(reports, indent=2))
    return 1 if any(report["violations"] for report in reports.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
