"""
An emulated PC with simulated GPIO lines: the installed gate as its unit runs it, under a booted systemd.

Unmodified gpiozero and lgpio drive the lines; what these did is read from the kernel. The scanner is a serial line,
E-GUMA the project's simulator on this machine, and the disk loses in a power cut what was not flushed.
"""

import contextlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.bench.gates import PlainGate
from tests.bench.measures import QUICK, bench_in
from tests.pi.booted import PATIENCE_SECONDS, RECORD, BootedGate, lengths
from tests.pi.image import EXIT_BUTTON, RELAY, disk_image, first_root, installed_root, package_for
from tests.pi.machine import SPEED, Machine, disk, sockets
from tests.pi.materials import pc_kernel
from tests.pi.report import Row, load, within
from tests.rig.simulator import SimulatorProcess

GOOD = "L4FU5LQTKJR3"
PRICE = 2500
FRAME = GOOD.encode() + b"\r"
STARTS = 3
START_GOAL = 6.0
_LINES = "/sys/devices/platform/gpio-sim.0/gpiochip*"
# lpc_ich: the PC's own GPIO lines, which would be the first chip.
_APPEND = f"console=ttyS0 quiet net.ifnames=0 module_blacklist=lpc_ich rig.agent=/dev/virtio-ports/rig {RECORD}"


@dataclass(frozen=True, slots=True)
class Rig:
    """What the checks of the PC share."""

    simulator: SimulatorProcess
    place: Path
    kernel: Path
    initramfs: Path
    disk: Path

    @contextlib.contextmanager
    def on(self) -> Iterator[BootedGate]:
        """Turn the machine on."""
        port = self.simulator.base_url.rpartition(":")[2]
        command: list[str | Path] = [
            *("qemu-system-x86_64", "-machine", "q35", *SPEED, "-cpu", "max", "-smp", "1", "-m", "512"),
            *("-display", "none", "-nodefaults", "-no-user-config", "-no-reboot", *sockets()),
            *("-kernel", self.kernel, "-initrd", self.initramfs, "-append", f"{_APPEND} rig.eguma={port}"),
            *("-serial", "chardev:console", "-serial", "chardev:scanner"),
            *("-drive", f"file=nbd:unix:{self.disk},format=raw,if=none,id=disk"),
            *("-device", "virtio-blk-pci,drive=disk", "-device", "virtio-rng-pci"),
            *("-device", "virtio-serial-pci", "-device", "virtserialport,chardev=agent,name=rig"),
            *("-netdev", "user,id=net", "-device", "virtio-net-pci,netdev=net"),
        ]
        with Machine(self.place, *command) as machine:
            yield BootedGate(machine, chip="pinctrl-sim", scanner="ttyS1")

    @property
    def charged(self) -> int:
        """What E-GUMA's books say was charged in all, less what was given back."""
        net: int = self.simulator.ledger()["net_redeemed_in_cents"]
        return net


def pc(cache: Path) -> Iterator[Row]:
    """Check the gate on it; yields rows while it goes on."""
    with contextlib.ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gate-pc-")))
        with within(3600, "what the PC is made of"):
            kernel = pc_kernel(cache)
            package = package_for("amd64", place)
            image = disk_image(cache, installed_root(cache, package), kernel)
            initramfs = first_root(cache, kernel)
        simulator = stack.enter_context(SimulatorProcess())
        simulator.put_voucher(GOOD, total_amount_in_cents=100_000)
        rig = Rig(simulator, place, kernel.image, initramfs, stack.enter_context(disk(place, image)))
        with rig.on() as gate:
            yield from _at_boot(gate)
            yield from _scan(rig, gate)
            yield from _edge(gate)
            yield from _kill_in_the_pulse(rig, gate)
            yield from _active_low(gate)
            yield from _starts(gate, place)
            charged = _cut_in_a_charge(rig, gate)
        yield from _after_the_cut(rig, charged)


def _at_boot(gate: BootedGate) -> Iterator[Row]:
    with within(1200, "the gate at boot"):
        gate.ready()
        yield Row("boot: exec to ready, beside all else", "", f"{gate.start_seconds():.1f} s (load {load()})")
        seen = len(gate.pulses())
        yield Row("boot: pulses of the relay", "0", str(seen), seen == 0)


def _scan(rig: Rig, gate: BootedGate) -> Iterator[Row]:
    with within(1200, "scans on ttyS1"):
        charged = rig.charged
        for count in range(1, 4):
            gate.machine.scan(FRAME)
            gate.pulsed(count)
        pulses, charges = gate.pulses(), (rig.charged - charged) / PRICE
        seen = f"{len(pulses)}, {charges:g}"
        yield Row("three scans on ttyS1: pulses, charges", "3, 3", seen, (len(pulses), charges) == (3, 3))
        yield lengths("their length", pulses)
        yield Row("scan to relay", "", ", ".join(f"{each:.2f}" for each in gate.scan_to_relay()) + " s")


def _edge(gate: BootedGate) -> Iterator[Row]:
    with within(600, "the exit button"):
        before = len(gate.pulses())
        _pull(gate, EXIT_BUTTON, "down")
        gate.pulsed(before + 1)
        _pull(gate, EXIT_BUTTON, "up")
        pulses = gate.pulses()[before:]
        yield Row("the exit button pressed: pulses", "1", str(len(pulses)), len(pulses) == 1)
        yield lengths("its length", pulses)


def _kill_in_the_pulse(rig: Rig, gate: BootedGate) -> Iterator[Row]:
    with within(1200, "kill -9 in the pulse"):
        charged, count = rig.charged, len(gate.pulses())
        gate.machine.scan(FRAME)
        gate.machine.until("the relay is pulsed", lambda: len(gate.pulses()) > count, PATIENCE_SECONDS)
        restarts = gate.kill()
        gate.machine.until("restarted", lambda: gate.restarts() > restarts, PATIENCE_SECONDS)
        gate.ready()
        seen = (_level(gate, RELAY), len(gate.pulses()) - count)
        yield Row("kill -9 in a pulse: level after it, pulses", "0, 1", f"{seen[0]}, {seen[1]}", seen == (0, 1))
        more = rig.charged - charged
        yield Row("... charged", str(PRICE), str(more), more == PRICE)


def _active_low(gate: BootedGate) -> Iterator[Row]:
    """Relay boards that a low level pulls have opened many a garage at each start."""
    drop_in = "/run/systemd/system/gate-controller.service.d"
    setting = "[Service]\\nEnvironment=GATE_RELAY__ACTIVE_HIGH=false\\n"
    with within(1200, "a relay that a low level pulls"):
        count = len(gate.levels())
        change = f"mkdir -p {drop_in} && printf '{setting}' >{drop_in}/low.conf && systemctl daemon-reload"
        gate.start(change)
        gate.machine.does(f"systemctl stop gate-controller && rm {drop_in}/low.conf && systemctl daemon-reload")
        # Before it, the gate that was stopped has brought its own relay to rest, which is low.
        seen = [level for _, level in gate.levels()[count:]]
        low = seen[seen.index(1) :].count(0) if 1 in seen else -1
        yield Row("a relay that a low level pulls: pulls in start and stop", "0", str(low), low == 0)


def _starts(gate: BootedGate, place: Path) -> Iterator[Row]:
    with within(1800, "starts of the gate"):
        # As after a boot: nothing of the program is in memory.
        starts = [gate.start("sync; echo 3 >/proc/sys/vm/drop_caches") for _ in range(STARTS)]
        seconds, cpu = median(start[0] for start in starts), median(start[1] for start in starts)
        goal = f"at most {START_GOAL:.0f} s"
        yield Row("exec to ready, nothing in memory", goal, f"{seconds:.1f} s", seconds <= START_GOAL)
    with within(300, "starts on this machine"), bench_in(place, QUICK) as bench:
        here = []
        for _ in range(STARTS):
            with PlainGate(bench.place("starts")) as plain:
                here.append(plain.process.cpu_seconds())
    told = f"{cpu:.1f} s and {median(here):.2f} s, {cpu / median(here):.0f} times (load {load()})"
    yield Row("its processor time: emulated, and on this machine itself", "", told)


def _cut_in_a_charge(rig: Rig, gate: BootedGate) -> int:
    """Cut the power while E-GUMA has charged and the answer is still out; return what was charged by then."""
    with within(600, "a charge without an answer"):
        before = rig.charged
        rig.simulator.fault("hang", "redeem", effect=True)
        gate.machine.does("cd /root && echo kept >kept && sync")
        gate.machine.scan(FRAME)
        gate.machine.until("charged", lambda: rig.charged == before + PRICE, PATIENCE_SECONDS)
        # Of two files one is flushed: the disk has to lose the other, or the cut proves nothing. The gate's own sync
        # may take along that it is there, and not what is in it.
        gate.machine.does("cd /root && echo lost >lost")
        return rig.charged


def _after_the_cut(rig: Rig, charged: int) -> Iterator[Row]:
    rig.simulator.clear_faults()
    with within(2400, "the boot after the power cut"), rig.on() as gate:
        told = rig.place / "lost"
        lost = told.read_text(encoding="ascii").split()[-1] if told.exists() else "0"
        files = gate.machine.does("cd /root && cat kept lost 2>/dev/null || true").split()
        seen = f"{' '.join(files)}; {lost} blocks lost"
        yield Row("power cut: which file is whole, of kept and lost", "kept", seen, files == ["kept"])
        gate.ready()
        gate.machine.until("settled", lambda: "credit" in str(gate.newest()), PATIENCE_SECONDS)
        settled, pulses = gate.newest()["stands"], len(gate.pulses())
        yield Row("... the attempt that it cut off, pulses", "a credit, 0", f"{settled}, {pulses}", pulses == 0)
        gate.machine.scan(FRAME)
        gate.pulsed(1)
        count, more = len(gate.pulses()), rig.charged - charged
        seen = f"{count}, {more}"
        yield Row("... scanned again: pulses, charged besides", "1, 0", seen, (count, more) == (1, 0))


def _level(gate: BootedGate, line: int) -> int:
    # As the other end of the wire has it.
    return int(gate.machine.does(f"cat {_LINES}/sim_gpio{line}/value"))


def _pull(gate: BootedGate, line: int, way: str) -> None:
    gate.machine.does(f"echo pull-{way} >$(echo {_LINES}/sim_gpio{line}/pull)")
