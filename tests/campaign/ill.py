"""
The real process on a disk that falls ill: syncs that fail, no room, a file system that has turned read-only, all of it.

The illness comes at the first, second, … write or sync of an admission. The visitor has to be told in time; then the
gate is killed, or the disk is healed and the gate has to go on by itself; in the end the books are compared.
"""

import tempfile
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

from gate_controller.simulator import Simulator
from gate_controller.simulator.misbehaviour import Endpoint, FaultKind, Misbehaviour
from tests.campaign import books
from tests.campaign.kill import HEALED, SETTINGS, heal_and_compare
from tests.rig.gate import GOOD
from tests.rig.gate_process import gate_process
from tests.rig.scanner import PtyScanner
from tests.rig.sick_disk import Fate, Illness, program
from tests.rig.waiting import until

CALLS = {Illness.SYNC_FAILS: 4, Illness.FULL: 12, Illness.READ_ONLY: 12, Illness.DEAD: 14}
"""How many calls of an admission each illness can begin at: three commits, each of some writes and one sync."""

VERDICT_SECONDS = 2.0
"""The verdict time of `SETTINGS`, and the rest for a busy machine."""

LOST_ANSWER = Misbehaviour(FaultKind.RESET, Endpoint.REDEEM, effect=True)


CASES: tuple[tuple[Fate, Misbehaviour | None, bool], ...] = tuple(
    (Fate(illness, skip), outcome, lives)
    for illness, calls in CALLS.items()
    for skip in range(calls)
    # A gate that lives on tries its journal again after five seconds: those cases are few.
    for outcome, lives in ((None, skip % 8 == 1), (LOST_ANSWER, False))
)
"""What falls ill from which call on, what becomes of Redeem, and whether the gate is healed instead of killed."""


async def campaign(first: int = 0, rounds: int = len(CASES)) -> dict[str, Any]:
    """Play so many cases from the first one on: fall ill during an admission; then die, or be healed and go on."""
    violations: list[Any] = []
    ends: Counter[str] = Counter()
    cases = CASES[first : first + rounds]
    for number, (fate, outcome, lives) in enumerate(cases, start=first):
        end, wrong = await _fall_ill(fate, outcome, lives=lives)
        ends[end] += 1
        where = f"{fate}, {'healed' if lives else 'killed'}, {'answer lost' if outcome else 'answered'}"
        replay = f"python -m tests.campaign ill --seed {number} --rounds 1"
        violations += [{"what": line, "where": where, "replay": replay} for line in wrong]
    return {"tried": len(cases), "ends": dict(ends.most_common()), "violations": violations}


async def _fall_ill(fate: Fate, outcome: Misbehaviour | None, *, lives: bool) -> tuple[str, list[str]]:
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder, PtyScanner() as scanner:
        directory, file = Path(folder) / "state", Path(folder) / "fate"
        settings = HEALED if lives else SETTINGS
        async with Simulator() as simulator:
            if outcome is not None:
                simulator.faults.add(replace(outcome))
            with gate_process(directory, simulator, scanner, program=program(file), **settings) as gate:
                await gate.ready()
                fate.write(file)
                scanner.type(GOOD.encode() + b"\r")
                try:
                    await until(lambda: "verdict=" in gate.log or not gate.lives, seconds=VERDICT_SECONDS)
                except TimeoutError:
                    return "none", [f"promise 5: no verdict within {VERDICT_SECONDS} s"]
                end = _reason(gate.log)
                if lives:
                    Fate().write(file)
                    await until(lambda: not gate.lives or books.at_rest(directory), seconds=60)
                await gate.kill()
            simulator.faults.clear()
            return end, await heal_and_compare(simulator, scanner, directory)


def _reason(log: str) -> str:
    _, _, said = log.partition("reason=")
    return said.split()[0] if said else "ended"
