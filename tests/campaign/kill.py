"""
The real process, killed: `kill -9` at random moments under random faults, and at every point between two steps.

The simulator lives in this process and survives; the gate is `gate-controller run`, with a pty as its scanner and its
journal in a folder that stays from life to life.
"""

import asyncio
import contextlib
import os
import random
import signal
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gate_controller.eguma.simulator import Simulator
from gate_controller.eguma.simulator.faults import Endpoint, Fault, FaultKind
from tests.campaign import books
from tests.rig.scanner import PtyScanner
from tests.rig.waiting import until
from tests.rig.whole_gate import GateProcess

VOUCHERS = ("L4FU5LQTKJR3", "UNC9LH2WTF7B", "NTE4XC6QJM8R", "LWB4HK7T2MNQ", "42", "nonsense")
SETTINGS = {
    "eguma__user_id": "0a7a3c1e-0000-4000-8000-000000000001",
    "admission__settle_seconds": "2",
    "admission__verdict_seconds": "1",
    "admission__hold_seconds": "0",
    "relay__pulse_seconds": "0.01",
}
KILL_POINTS = ("before commit", "after commit", "before request", "after request", "before pulse", "after pulse")


def _faults(chance: random.Random) -> list[Fault]:
    kinds = (
        Fault(FaultKind.HANG, Endpoint.REDEEM, effect=chance.random() < 0.5),
        Fault(FaultKind.RESET, Endpoint.REDEEM, effect=chance.random() < 0.5),
        Fault(FaultKind.STATUS, Endpoint.REDEEM, status=502, effect=chance.random() < 0.5),
        Fault(FaultKind.LATE, Endpoint.REDEEM, delay_seconds=chance.uniform(0.1, 1.5)),
        Fault(FaultKind.DELAY, Endpoint.REDEEM, delay_seconds=chance.uniform(0.0, 0.9)),
        Fault(FaultKind.DELAY, Endpoint.BALANCE, delay_seconds=chance.uniform(0.0, 0.5)),
        Fault(FaultKind.STATUS, Endpoint.REDEMPTIONS, status=403, times=3),
        Fault(FaultKind.BROKEN_JSON, Endpoint.REDEEM),
        Fault(FaultKind.RESET, Endpoint.CANCEL_REDEMPTION, effect=chance.random() < 0.5),
    )
    return chance.sample(kinds, chance.randint(0, 3))


async def at_random(rounds: int, seed: int) -> dict[str, Any]:
    """Kill the gate at random moments, round after round, and compare the books at the end."""
    chance = random.Random(seed)  # noqa: S311 - schedules, not secrets
    scans = restarts = 0
    with tempfile.TemporaryDirectory() as folder, PtyScanner() as scanner:
        directory = Path(folder)
        async with Simulator() as simulator:
            for _ in range(rounds):
                for fault in _faults(chance):
                    simulator.faults.add(fault)
                gate = GateProcess(simulator.base_url, scanner.port, directory, **SETTINGS)
                try:
                    await gate.wait_for("(?m)^ready")
                    for _ in range(chance.randint(1, 3)):
                        scanner.type(chance.choice(VOUCHERS).encode() + b"\r")
                        scans += 1
                        await asyncio.sleep(chance.choice((0.0, 0.002, 0.005, 0.01, 0.02, 0.2)))
                finally:
                    gate.kill()
                    gate.close()
                restarts += 1
                simulator.faults.clear()
            wrong = await _heal_and_compare(simulator, scanner, directory)
            charges = sum(1 for _ in simulator.ledger.redemptions())
    violations = [{"what": line, "replay": f"python -m tests.campaign kill --seed {seed}"} for line in wrong]
    return {"tried": restarts, "scans": scans, "charges": charges, "violations": violations}


OUTCOMES = (None, Fault(FaultKind.HANG, Endpoint.REDEEM, effect=True), Fault(FaultKind.RESET, Endpoint.REDEEM))
"""What Redeem does while the gate dies: it answers, takes effect without an answer, or does not take effect."""


async def at_every_point(cycles: int = 9, outcomes: Sequence[Fault | None] = OUTCOMES) -> dict[str, Any]:
    """Let the gate die at its first, second, … commit, request and pulse, before it and after it, and start again."""
    violations: list[Any] = []
    tried = 0
    for outcome in outcomes:
        for point in KILL_POINTS:
            for number in range(1, cycles + 1):
                died, wrong = await _die_at(point, number, outcome)
                tried += died
                where = f"{point} {number}, Redeem {'answers' if outcome is None else outcome.kind.value}"
                violations += [{"what": line, "where": where} for line in wrong]
                if not died:
                    break
    return {"tried": tried, "violations": violations}


async def _die_at(point: str, number: int, outcome: Fault | None) -> tuple[bool, list[str]]:
    with tempfile.TemporaryDirectory() as folder, PtyScanner() as scanner:
        async with Simulator() as simulator:
            if outcome is not None:
                simulator.faults.add(outcome)
            os.environ["MORTAL_POINT"] = f"{point} {number}"
            try:
                gate = GateProcess(simulator.base_url, scanner.port, Path(folder), program="mortal", **SETTINGS)
            finally:
                del os.environ["MORTAL_POINT"]
            try:
                await until(lambda: "\nready" in f"\n{gate.output}" or gate.process.poll() is not None, seconds=10)
                if gate.process.poll() is None:
                    scanner.type(b"L4FU5LQTKJR3\r")
                    await until(lambda: gate.process.poll() is not None or "verdict=" in gate.output, seconds=10)
                    # The last commits come after the verdict; a gate that has done them all does not die any more.
                    with contextlib.suppress(TimeoutError):
                        await until(lambda: gate.process.poll() is not None, seconds=0.3)
                died = gate.process.poll() == -signal.SIGKILL
                if not died and gate.process.poll() is not None:
                    return True, [f"the gate ended by itself: {gate.output}"]
            finally:
                gate.kill()
                gate.close()
            simulator.faults.clear()
            return died, await _heal_and_compare(simulator, scanner, Path(folder)) if died else []


async def _heal_and_compare(simulator: Simulator, scanner: PtyScanner, directory: Path) -> list[str]:
    """Let the gate live in a healthy world until it has settled everything, then compare the books."""
    gate = GateProcess(simulator.base_url, scanner.port, directory, **SETTINGS)
    try:
        await gate.wait_for("(?m)^ready")
        await until(lambda: books.at_rest(directory), seconds=120)
    except TimeoutError:
        stuck = [told for told in books.all_records(directory) if told.standing == "unfinished"]
        return [f"promise 3: {told.incident} is still {told.stands}" for told in stuck]
    finally:
        await gate.stop()
        gate.close()
    return books.differences(directory, simulator)
