"""
What the visitor sees, measured: how soon after the verdict, and what a display costs a gate, also one that hangs.

The verdict's moment is the relay's edge, which comes before anything is shown. A frame is drawn when its last byte has
left the bus; the one that counts is the last before the display rests.
"""

import os
import select
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

from tests.bench.gates import RELAY, SCAN_SECONDS, Place, PlainGate, ScannedGate, gate_environ
from tests.bench.measures import VOUCHERS, Bench, in_turns
from tests.bench.process import Process
from tests.bench.table import Row, row_of
from tests.rig.scanner import PtyScanner

GREEN = 22

# Longer than the longest pause within a frame and between the frames of one verdict, shorter than it is shown.
_QUIET_SECONDS = 0.1

# A display's first pictures, the first request to E-GUMA, and what a gate makes ready then are no part of its rest.
_SETTLE_SECONDS = 8.0

# "Checking" has just begun to be drawn when the verdict comes: two requests of this and a commit end soon after 10 ms.
_LATENCY = 0.006

_OLED: dict[str, object] = {"display.driver": "ssd1306"}
# "Go through" stands for as long as the gate is open: longer than its frame takes. What follows is another frame.
_OPEN_SECONDS = 0.3
_SHOWN_SHORTLY = {**_OLED, "display.verdict_seconds": _OPEN_SECONDS, "admission.hold_seconds": _OPEN_SECONDS}
_MIB = 2**20


@dataclass(frozen=True, slots=True)
class _Seen:
    """Seconds from the relay's edge to the green lamp's, and to the last byte of the frame."""

    lamp: float
    frame: float


class _ShownGate:
    """A gate with an OLED at its real speed that tells when relay, lamp and bus have done something."""

    def __init__(self, place: Place) -> None:
        self._scanner = PtyScanner()
        self._moments, telling = os.pipe()
        program = [sys.executable, "-m", "tests.bench.display", "slow", f"{RELAY},{GREEN}", str(telling)]
        try:
            settings = gate_environ(place, self._scanner.port, _SHOWN_SHORTLY)
            self._process = Process([*program, "run"], environ=settings, pass_fds=[telling])
        except BaseException:
            self.close()
            raise
        finally:
            os.close(telling)

    def close(self) -> None:
        if hasattr(self, "_process"):
            self._process.end()
        os.close(self._moments)
        self._scanner.close()

    def admit(self, code: str) -> _Seen:
        """Scan a code; return when lamp and display have shown that it was admitted."""
        self._told(_OPEN_SECONDS + _QUIET_SECONDS)  # until the gate is shut behind the one before, and that is shown
        self._scanner.type(code.encode() + b"\r\n")
        told: list[tuple[str, int]] = []
        until = time.monotonic() + SCAN_SECONDS
        while not any(what == f"GPIO{GREEN}" for what, _ in told):
            if time.monotonic() > until:
                raise RuntimeError(f"not admitted within {SCAN_SECONDS} s of a scan: {told}")
            told += self._told(_QUIET_SECONDS)
        relay = next(at for what, at in told if what == f"GPIO{RELAY}")
        lamp = next(at for what, at in told if what == f"GPIO{GREEN}")
        frame = max(at for what, at in told if what == "I2C")
        return _Seen((lamp - relay) / 1e9, (frame - relay) / 1e9)

    def _told(self, quiet: float) -> list[tuple[str, int]]:
        """Return what it has told, until it has been quiet for so long."""
        said = b""
        while select.select([self._moments], [], [], quiet)[0]:
            data = os.read(self._moments, 4096)
            if not data:
                raise RuntimeError("the gate ended")
            said += data
        lines = (line.split() for line in said.decode().splitlines())
        return [(what, int(at)) for what, at in lines]


def front(bench: Bench) -> Iterator[Row]:
    """Measure what is shown after a verdict, and what displays cost."""
    yield from _shown(bench)
    yield from _hanging(bench)
    yield from _at_rest(bench)


def _shown(bench: Bench) -> Iterator[Row]:
    with ExitStack() as stack:
        gate = _ShownGate(bench.place("shown"))
        stack.callback(gate.close)
        for label, latency in (("", 0.0), ("checking being drawn: ", _LATENCY)):
            bench.simulator.settings(latency_seconds=latency)
            stack.callback(bench.simulator.settings, latency_seconds=0.0)
            seen = [gate.admit(VOUCHERS[0]) for _ in range(3 + bench.extent.shown)][3:]
            yield row_of(f"{label}relay to green lamp", "ms", 2, [1e3 * s.lamp for s in seen], goal=20.0)
            what = f"{label}relay to frame, 128x64 I2C at 400 kHz"
            yield row_of(what, "ms", 1, [1e3 * s.frame for s in seen], goal=60.0)


def _hanging(bench: Bench) -> Iterator[Row]:
    with ExitStack() as stack:
        without = stack.enter_context(ScannedGate(bench.place("without")))
        again = stack.enter_context(ScannedGate(bench.place("again")))
        hanging = stack.enter_context(ScannedGate(bench.place("hanging"), hanging_display=True))
        works = {
            "without": lambda: without.admit(VOUCHERS[0]),
            "again": lambda: again.admit(VOUCHERS[1]),
            "hanging": lambda: hanging.admit(VOUCHERS[2]),
        }
        seconds = in_turns(works, bench.extent.rounds)
    yield row_of("no display: scan to relay", "ms", 2, [1e3 * s for s in seconds["without"]])
    yield row_of("a display's bus hangs: scan to relay", "ms", 2, [1e3 * s for s in seconds["hanging"]])
    for what, name, goal in (
        ("… / without a display", "hanging", 1.02),
        ("two without a display: ratio", "again", None),
    ):
        ratios = [a / b for a, b in zip(seconds[name], seconds["without"], strict=True)]
        yield row_of(what, "", 3, ratios, goal=goal)


def _at_rest(bench: Bench) -> Iterator[Row]:
    image = {"display.driver": "image", "display.image_file": bench.directory / "display.png"}
    oled = [sys.executable, "-m", "tests.bench.display", "slow", "", "-1"]
    with ExitStack() as stack:
        gates = {
            "no display": stack.enter_context(PlainGate(bench.place("rest-none"))),
            "image": stack.enter_context(PlainGate(bench.place("rest-image"), image)),
            "oled": stack.enter_context(PlainGate(bench.place("rest-oled"), _OLED, oled)),
        }
        time.sleep(_SETTLE_SECONDS)
        began = time.monotonic()
        used = {name: gate.process.cpu_seconds() for name, gate in gates.items()}
        time.sleep(bench.extent.idle_seconds)
        took = time.monotonic() - began
        for name, gate in gates.items():
            share = 100 * (gate.process.cpu_seconds() - used[name]) / took
            what = f"display {name}" if name != "no display" else name
            goal = None if name == "no display" else 2.0
            yield Row(f"{what}: idle for {took:.0f} s, CPU of one core", "%", 2, share, goal=goal, below=True)
            yield Row(f"{what}: resident after the start", "MiB", 1, gate.process.resident_bytes() / _MIB)
