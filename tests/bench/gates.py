"""
The gates that are measured, as processes with a pseudo-terminal for a scanner: the real one, and the naive one.

A scan's time runs from just before its bytes go to the scanner's line until the relay's pin is on. Both moments are
read from the system's monotonic clock, which is one for all processes.
"""

import os
import select
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Self

from gate_controller.shell.policies import PULSE_MARGIN_SECONDS
from tests.bench.process import Process
from tests.rig.scanner import PtyScanner
from tests.rig.simulator import KEY

RELAY, RED = 17, 27
PRICE = 100
PULSE_SECONDS = 0.01
"""The shortest pulse that can be set, so that many admissions fit into a minute."""

FREE_SECONDS = PULSE_SECONDS + PULSE_MARGIN_SECONDS + 0.005
"""After this the lane is free and what follows an admission is done."""

GAP_SECONDS = 0.02
PAUSE_SECONDS = 3 * GAP_SECONDS
"""From one scan to the next at least: what comes without a pause (`scanner.gap_seconds`) is dropped as no scan."""

REST_SECONDS = 2.1
"""A presentation lasts for 2 s after its reading, and a refusal is readable for 1.5 s."""

SCAN_SECONDS = 6.0
"""The longest a scan may take: a verdict is promised within 5."""

_USER = "0a7a3c1e-0000-4000-8000-00000000000"


def key_of_gate(number: int) -> Mapping[str, object]:
    """
    Return the settings of a gate with the key of the simulator's gate 1, 2 or 3: one of its own where its doubts are
    measured. Else E-GUMA's list holds charges that its journal lacks, and it has to ask for the balance as well.
    """
    return {"eguma.api_key": f"demo-key-gate-{number}", "eguma.user_id": f"{_USER}{number}"}


class NotServed(RuntimeError):
    """A scan did not come to what it should; the text says what the gate said."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a gate works: the API it asks and the directory that holds its state."""

    url: str
    state: Path


def gate_environ(place: Place, port: str, more: Mapping[str, object] = MappingProxyType({})) -> dict[str, str]:
    """
    Return the environment of a gate that admits one visitor right after the other; `more` are settings.

    In it and not on the command line, as under systemd: a bare `run` brings no framework for command lines in.
    """
    settings = {
        "state_dir": place.state,
        "eguma.base_url": place.url,
        # Without its user it asks for the list a minute after its first charge: here, for thousands of charges at once.
        **key_of_gate(1),
        "admission.price_cents": PRICE,
        "admission.hold_seconds": 0,
        "admission.repeat_seconds": 0,
        "relay.pin": RELAY,
        "relay.pulse_seconds": PULSE_SECONDS,
        "scanner.port": port,
        "scanner.gap_seconds": GAP_SECONDS,
        "web.port": 0,
        **more,
    }
    return {**environ(), **{f"GATE_{name.upper().replace('.', '__')}": str(value) for name, value in settings.items()}}


def environ() -> dict[str, str]:
    """Return the environment of a gate: ours, without whatever configures another gate."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("GATE_")}
    return {**ours, "GPIOZERO_PIN_FACTORY": "mock"}


class PlainGate:
    """`gate-controller run` as everybody starts it; nobody scans."""

    def __init__(
        self,
        place: Place,
        more: Mapping[str, object] = MappingProxyType({}),
        program: Sequence[str] = (str(Path(sys.executable).with_name("gate-controller")),),
    ) -> None:
        self._scanner = PtyScanner()
        try:
            self.process = Process([*program, "run"], environ=gate_environ(place, self._scanner.port, more))
        except BaseException:
            self._scanner.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.end()
        self._scanner.close()


class ScannedGate:
    """A gate that takes scans and tells when its relay or its red lamp is on: the real one, or the naive one."""

    turned_on = 0.0
    """When the newest of them was turned on (monotonic)."""

    def __init__(
        self,
        place: Place,
        *,
        naive: bool = False,
        hanging_display: bool = False,
        environment: Mapping[str, str] = MappingProxyType({}),
        more: Mapping[str, object] = MappingProxyType({}),
    ) -> None:
        """`environment` is added to that of its process; `more` are settings of the real one."""
        self._scanner = PtyScanner()
        self._scanned_at = 0.0
        self._moments, telling = os.pipe()
        port = self._scanner.port
        pins = f"{RELAY},{RED}"
        if naive:
            program = ["-m", "tests.bench.naive", str(RELAY), str(telling), port, place.url, KEY, str(PRICE)]
            words, settings = [*program, str(PULSE_SECONDS)], environ()
        elif hanging_display:
            words = ["-m", "tests.bench.display", "hangs", pins, str(telling), "run"]
            settings = gate_environ(place, port, {"display.driver": "ssd1306"})
        else:
            words, settings = ["-m", "tests.bench.pins", pins, str(telling), "run"], gate_environ(place, port, more)
        try:
            self.process = Process([sys.executable, *words], environ={**settings, **environment}, pass_fds=[telling])
        except BaseException:
            self._close()
            raise
        finally:
            os.close(telling)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.end()
        self._close()

    def admit(self, code: str) -> float:
        """Scan a code, wait for the relay and then for the free lane; return the seconds from scan to relay."""
        seconds = self._scan(code, {RELAY})
        time.sleep(max(0.0, self.turned_on + FREE_SECONDS - time.monotonic()))
        return seconds

    def verdict(self, code: str) -> float:
        """Scan a code; return the seconds from scan to relay or red lamp."""
        return self._scan(code, {RELAY, RED})

    def junk(self, frame: str) -> None:
        """Scan what is no voucher: whoever is just being told something sees nothing of it."""
        self._type(frame)
        time.sleep(FREE_SECONDS)

    def rests(self) -> None:
        """Wait until what was told could be read, and no code that was held there is taken for held there still."""
        time.sleep(REST_SECONDS)

    def _type(self, code: str) -> float:
        """Let the scanner send a code once it has paused; return when it did."""
        time.sleep(max(0.0, self._scanned_at + PAUSE_SECONDS - time.monotonic()))
        self._scanned_at = time.monotonic()
        self._scanner.type(code.encode() + b"\r\n")
        return self._scanned_at

    def _scan(self, code: str, pins: set[int]) -> float:
        while select.select([self._moments], [], [], 0)[0]:  # the red lamp of a gate that was starting
            if not os.read(self._moments, 100):
                raise RuntimeError("the gate ended before a scan")
        began = self._type(code)
        self.turned_on = self._first_on(pins)
        return self.turned_on - began

    def _first_on(self, pins: set[int]) -> float:
        """Wait for one of these pins to be turned on; return when (monotonic). An earlier visitor's lamp may blink."""
        deadline = time.monotonic() + SCAN_SECONDS
        while select.select([self._moments], [], [], max(0.0, deadline - time.monotonic()))[0]:
            told = os.read(self._moments, 1000)
            if not told:
                raise RuntimeError("the gate ended after a scan")
            for line in told.splitlines():
                name, moment = line.split()
                if int(name.removeprefix(b"GPIO")) in pins:
                    return int(moment) / 1e9
        raise NotServed(f"no pin of {pins} within {SCAN_SECONDS} s of a scan: {self.process.last_words()}")

    def _close(self) -> None:
        os.close(self._moments)
        self._scanner.close()
