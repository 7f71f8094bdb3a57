"""
The installed gate in an emulated machine that is on: its unit, its journal, and what the kernel recorded of its lines.

All times are the machine's own, from its kernel's record: they say nothing of how busy the machine around it was.
"""

import json
import re
from collections.abc import Sequence
from typing import Any

from tests.pi.image import RELAY
from tests.pi.machine import Machine
from tests.pi.report import Row, tell

UNIT = "gate-controller.service"
RECORD = "trace_clock=boot trace_event=gpio:gpio_value"
"""For the kernel's command line: every level that a line is given is recorded from the first moment on."""
PULSE_SECONDS = 0.5
PATIENCE_SECONDS = 600
"""The longest wait for anything that a gate does: seconds on a quiet machine, minutes on one that is full."""

_RECORDED = "/sys/kernel/tracing"


class BootedGate:
    """The gate, from its first start at the boot on."""

    def __init__(self, machine: Machine, *, chip: str, scanner: str) -> None:
        """`chip`: the label of the lines' chip; `scanner`: the name of its line's interrupt."""
        self.machine = machine
        label = machine.does(f"grep -l {chip} /sys/class/gpio/*/label").split()[0]
        self._relay = int(machine.does(f"cat {label.removesuffix('label')}base")) + RELAY
        interrupts = f"{_RECORDED}/events/irq/irq_handler_entry"
        machine.does(f"echo 'name == \"{scanner}\"' >{interrupts}/filter && echo 1 >{interrupts}/enable")

    def ready(self) -> None:
        """Wait until it takes scans."""
        try:
            # Joins the start that is under way, if one is. Asking again and again would take what the gate needs.
            self.machine.does(f"systemctl start {UNIT}", PATIENCE_SECONDS)
        except Exception:
            tell(self.machine.does(f"journalctl --boot --unit {UNIT} --no-pager --output=short-monotonic"))
            raise

    def start(self, *before: str) -> tuple[float, float]:
        """Stop it, do something, start it; return the seconds from exec to ready, and QEMU's processor time of it."""
        self.machine.does(f"systemctl stop {UNIT}", PATIENCE_SECONDS)
        for script in before:
            self.machine.does(script, PATIENCE_SECONDS)
        began = self.machine.cpu_seconds()
        self.machine.does(f"systemctl start {UNIT}", PATIENCE_SECONDS)
        return self.start_seconds(), self.machine.cpu_seconds() - began

    def start_seconds(self) -> float:
        """Return how long its newest start took from exec to ready, by systemd's clock."""
        began, ready = "ExecMainStartTimestampMonotonic", "ActiveEnterTimestampMonotonic"
        shown = self.machine.shows(UNIT, began, ready)
        return (int(shown[ready]) - int(shown[began])) / 1e6

    def kill(self) -> int:
        """End it as `kill -9` does; return how often it had been restarted before."""
        restarts = self.restarts()
        self.machine.does(f"systemctl kill --kill-whom=main --signal=KILL {UNIT}")
        return restarts

    def restarts(self) -> int:
        """Return how often systemd has restarted it."""
        return int(self.machine.shows(UNIT, "NRestarts")["NRestarts"])

    def pulses(self) -> list[tuple[float, float]]:
        """Return when the relay's line went high since the boot, and for how long; one that still is, for ever."""
        pulses: list[tuple[float, float]] = []
        up: float | None = None
        for at, level in self.levels():
            if level == 1 and up is None:
                up = at
            elif level == 0 and up is not None:
                pulses.append((up, at - up))
                up = None
        return pulses if up is None else [*pulses, (up, float("inf"))]

    def levels(self) -> list[tuple[float, int]]:
        """Return the levels that the relay's line was given since the boot, and when."""
        found = re.findall(rf"\s([0-9.]+): gpio_value: {self._relay} set ([01])", self._record())
        return [(float(at), int(level)) for at, level in found]

    def pulsed(self, count: int) -> None:
        """Wait until the relay has been pulsed so often since the boot, and is at rest again."""

        def is_over() -> bool:
            pulses = self.pulses()
            return len(pulses) >= count and pulses[-1][1] < PATIENCE_SECONDS

        self.machine.until(f"the relay's pulse number {count} is over", is_over, PATIENCE_SECONDS)

    def scan_to_relay(self) -> list[float]:
        """Return for each pulse the seconds from the last byte before it on the scanner's line."""
        bytes_at = [float(at) for at in re.findall(r"\s([0-9.]+): irq_handler_entry:", self._record())]
        found = [(up, [at for at in bytes_at if at < up]) for up, _ in self.pulses()]
        return [up - before[-1] for up, before in found if before]

    def newest(self) -> dict[str, Any]:
        """Return the newest attempt in the journal."""
        said = self.machine.does("gate-controller journal list --json", PATIENCE_SECONDS)
        attempts: list[dict[str, Any]] = json.loads(said)
        return attempts[0]

    def _record(self) -> str:
        return self.machine.does(f"cat {_RECORDED}/trace")


def lengths(what: str, pulses: Sequence[tuple[float, float]]) -> Row:
    """Return the row that tells how long pulses were."""
    told = ", ".join(f"{length:.3f}" for _, length in pulses) + " s"
    # One that is cut short may not move a turnstile, one that lasts lets two in.
    fine = all(PULSE_SECONDS - 0.01 <= length <= PULSE_SECONDS + 0.2 for _, length in pulses)
    return Row(what, f"{PULSE_SECONDS} s", told, bool(pulses) and fine)
