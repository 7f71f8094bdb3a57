"""
How far a scan travels through the code: `python -m tests.bench.moves`.

Each way is walked once by the real app, with mock pins and the simulator in this process, while every call is counted.
Only files of the gate count, the simulator's left out. A move is a call whose file is another than its caller's;
whatever lies between the two (the loop, a library) is passed over in silence.

The walk begins at a gate at rest: another visitor was served before, with a voucher of his own, nothing is left to do
for him, neither on the display nor in the journal, and what a gate at rest makes ready is there. What a gate still does
for the one before is not on the way of the next. (Two charges of one voucher within a second are one entry of E-GUMA's
list or two: a doubt then asks Balance as well.)
"""

import asyncio
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

import gate_controller
from gate_controller.admission.words.frozen import making_methods
from gate_controller.simulator import FaultKind
from tests.rig.gate import EXPIRED, GOOD, RELAY, GateInProcess, fault, running_gate
from tests.rig.pins import mock_pins
from tests.rig.simulator import running_simulator
from tests.rig.waiting import until

_ROOT = str(Path(gate_controller.__file__).parent)
_WITNESS = str(Path(gate_controller.__file__).parent / "simulator")


# As slow as a near server, so that what the visitor is shown meanwhile is part of the way, as in real life.
LATENCY_SECONDS = 0.03


@dataclass(slots=True)
class Walk:
    """What was called on the way: files, calls, and calls from one file to another."""

    files: set[str] = field(default_factory=set)
    calls: int = 0
    moves: int = 0
    is_on: bool = False

    def __call__(self, frame: FrameType, event: str, _argument: Any) -> None:
        """Count one call; this is what `sys.setprofile` wants."""
        if not self.is_on or event != "call" or not _is_ours(file := frame.f_code.co_filename):
            return
        self.calls += 1
        self.files.add(file.removeprefix(_ROOT + "/"))
        caller = frame.f_back
        if caller is None or caller.f_code.co_filename != file:
            self.moves += 1


def _is_ours(file: str) -> bool:
    return file.startswith(_ROOT) and not file.startswith(_WITNESS)


async def _at_rest(gate: GateInProcess) -> None:
    """Wait until the gate has nothing to do by itself, and nobody to tell anything."""
    app = gate.app
    deque(making_methods(), maxlen=0)
    await until(lambda: app.gate.wake_at is None and not app.board.tells_soon and not app._runner._tasks)
    await gate.scanner_pauses()
    await app._journal.written()


async def _to_the_relay(gate: GateInProcess, walk: Walk) -> None:
    """Scan, and count until the relay's pin is set; the display, the log and the rest of the release come later."""
    pin = gate.pins.pin(RELAY)
    set_state = pin._set_state

    def stop_at_the_relay(value: object) -> None:
        walk.is_on = walk.is_on and not value
        set_state(value)

    pin._set_state = stop_at_the_relay
    walk.is_on = True
    gate.scan(GOOD)
    await until(lambda: not walk.is_on)


async def _good_scan(gate: GateInProcess, walk: Walk) -> None:
    await _to_the_relay(gate, walk)


async def _lost_answer(gate: GateInProcess, walk: Walk) -> None:
    gate.simulator.faults.add(fault(FaultKind.RESET, effect=True))
    await _to_the_relay(gate, walk)


WAYS: dict[str, Callable[[GateInProcess, Walk], Awaitable[None]]] = {
    "a good scan to the relay": _good_scan,
    "a lost answer to Redeem, found, to the relay": _lost_answer,
}


async def walked(way: Callable[[GateInProcess, Walk], Awaitable[None]]) -> Walk:
    """Return what a gate calls on one way, in all its threads, from rest on; another visitor was served before."""
    walk = Walk()
    # Before the gate starts its threads: each takes the counter along.
    threading.setprofile(walk)
    sys.setprofile(walk)
    try:
        with tempfile.TemporaryDirectory() as state, mock_pins() as pins:
            async with (
                running_simulator(latency_seconds=LATENCY_SECONDS) as simulator,
                running_gate(Path(state), pins, simulator) as gate,
            ):
                await gate.admit(EXPIRED)
                await _at_rest(gate)
                gate.app._front._on_text = None  # whose words only tests and the demo follow
                await way(gate, walk)
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
    return walk


def main() -> None:
    """Print a line for each way."""
    for name, way in WAYS.items():
        walk = asyncio.run(walked(way))
        print(f"{name}: {len(walk.files)} files, {walk.moves} moves between files, {walk.calls} calls")
        if "--files" in sys.argv:
            print("  " + "\n  ".join(sorted(walk.files)))


if __name__ == "__main__":
    main()
