"""
What is measured, and how often: each function runs one part of the bench and returns its rows.

Rules: values that are compared are taken in turns within one run, so that whatever else the machine does meets all of
them; the first ones are dropped, while caches and connections warm up.
"""

import json
import os
import random
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gate_controller.admission.words.codes import Code, VoucherCode
from gate_controller.admission.words.facts import Intended
from gate_controller.admission.words.ids import AttemptId, Incident
from gate_controller.admission.words.money import Cents, Currency
from gate_controller.devices.rest_plan import LGPIO, Resting, RestPlan, leave
from gate_controller.journal.store import FILE_NAME, Store
from tests.bench.bare import BareRequests
from tests.bench.gates import PRICE, NotServed, Place, PlainGate, ScannedGate, key_of_gate
from tests.bench.table import Row, row_of
from tests.bench.transports import ClientRequests
from tests.rig.command import PROGRAM
from tests.rig.notes import FakePi
from tests.rig.simulator import SimulatorControl, SimulatorProcess

# One for each: of two charges of one voucher, alike in the list, the balance has to tell as well, by one more request.
DOUBTED = [f"BENCHD0UBT{first}{second}" for first in "23456789" for second in "2345"]
TROUBLES = {
    "hangs": ("BENCHHANG2TF", {"kind": "hang"}),
    "drips its answer to Redeem": ("BENCHDR1PX5N", {"kind": "drip", "endpoint": "redeem"}),
    "takes Redeem and resets": ("BENCHRESETW9", {"kind": "reset", "endpoint": "redeem"}),
    "hangs in Redeem": ("BENCHREDEEM4", {"kind": "hang", "endpoint": "redeem"}),
}
"""What E-GUMA does until the visitor's time is up, and the voucher that meets it."""

_OTHER_EVERY = 10
_PROVING = 2
_UNKNOWN = "NOSUCHVOUCHR"
_OTHERS: tuple[tuple[str, dict[str, Any] | None], ...] = (
    ("BENCHREDEEM5", {"kind": "reset", "endpoint": "redeem", "effect": True}),
    ("https://example.org/", None),
    ("BENCHBALANC6", {"kind": "html", "endpoint": "balance"}),
    ("BENCHREDEEM7", {"kind": "broken_json", "endpoint": "redeem"}),
    (_UNKNOWN, None),
    ("BENCHBALANC8", {"kind": "truncated", "endpoint": "balance"}),
)
"""What is scanned between good vouchers: one that meets a fault of E-GUMA and is admitted all the same, or junk."""

VOUCHERS = ("BENCHREALG8T", "BENCHNAXV3GT", "BENCHBAREQ2X", "BENCHTRANSP7", "BENCHPR1CED6")
_BY_PRODUCT = {"prices": json.dumps([{"products": ["5b0e7a4c-value-voucher"], "price_cents": PRICE}])}
"""A price for what the simulator's vouchers are of: Redeem waits for the sync of an intent behind Balance."""
_WARM_UP = 10

# A refusal stays readable for this long before the next visitor is served (`READING_SECONDS`), and a bit.
_READ_SECONDS = 2.0
_MIB = 2**20
_KIB = 2**10
_LATENCY = 0.05


@dataclass(frozen=True, slots=True)
class Extent:
    """How much is measured."""

    starts: int
    rounds: int
    slow_rounds: int
    shown: int
    doubts: int
    admissions: int
    warm_up: int
    idle_seconds: float


FULL = Extent(
    starts=11, rounds=150, slow_rounds=50, shown=100, doubts=30, admissions=2000, warm_up=300, idle_seconds=60.0
)
QUICK = Extent(starts=3, rounds=40, slow_rounds=10, shown=15, doubts=5, admissions=100, warm_up=50, idle_seconds=8.0)


@dataclass(frozen=True, slots=True)
class Bench:
    """One run: how much, where files go, and the simulator that all ask."""

    extent: Extent
    directory: Path
    simulator: SimulatorControl

    def place(self, name: str) -> Place:
        """Return a place for a gate, with a state directory of its own."""
        return Place(self.simulator.base_url, self.directory / name)


@contextmanager
def bench_in(directory: Path, extent: Extent) -> Iterator[Bench]:
    """Start the simulator in a process of its own, with vouchers that last for the whole run."""
    with SimulatorProcess() as simulator:
        met = [code for code, fault in (*TROUBLES.values(), *_OTHERS) if fault is not None]
        for code in (*VOUCHERS, *DOUBTED, *met):
            simulator.put_voucher(code, total_amount_in_cents=100_000_000)
        yield Bench(extent, directory, simulator)


def starts(bench: Bench) -> list[Row]:
    """Measure exec to ready, with a journal that is already there but for the first time, and the way to rest."""
    seconds = []
    for _ in range(bench.extent.starts):
        with PlainGate(bench.place("starts")) as gate:
            seconds.append(gate.process.ready_after)
    return [
        row_of("exec to ready", "s", 2, seconds, goal=1.0),
        row_of("relay safe: exec to safe level", "s", 3, _rests(bench), goal=0.12),
    ]


def _rests(bench: Bench) -> list[float]:
    """Return how long `relay safe` takes to bring a relay to rest by the plan of a gate, on a fake Raspberry Pi."""
    pi = FakePi(bench.directory / "notes")
    leave(RestPlan(LGPIO, 0, (Resting("relay", 17, is_high=False, is_relay=True),)), str(bench.directory))
    environ = {"PATH": os.environ["PATH"], **pi.environment(RUNTIME_DIRECTORY=str(bench.directory))}
    seconds = []
    for _ in range(bench.extent.starts):
        pi.forget()
        began = time.monotonic()
        subprocess.run([PROGRAM, "relay", "safe"], env=environ, check=True)  # noqa: S603 - our own program
        seconds.append(next(call.at for call in pi.calls if call.call == "output") - began)
    return seconds


def scans(bench: Bench) -> Iterator[Row]:
    """Measure scan to relay of both gates, the two requests bare and by httpx's client, and a commit, in turns."""
    gate_code, naive_code, bare_code, client_code, priced_code = VOUCHERS
    url = bench.simulator.base_url
    with ExitStack() as stack:
        gate = stack.enter_context(ScannedGate(bench.place("gate")))
        priced = stack.enter_context(ScannedGate(bench.place("priced"), more=_BY_PRODUCT))
        naive = stack.enter_context(ScannedGate(bench.place("naive"), naive=True))
        bare = stack.enter_context(BareRequests(url, bare_code))
        as_the_gate = stack.enter_context(ClientRequests(url, client_code, as_the_gate=True))
        as_everybody = stack.enter_context(ClientRequests(url, client_code, as_the_gate=False))
        commits = stack.enter_context(_commits(bench.directory / "commits"))
        works = {
            "bare": bare.pair,
            "gate": lambda: gate.admit(gate_code),
            "priced": lambda: priced.admit(priced_code),
            "naive": lambda: naive.admit(naive_code),
            "commit": commits,
        }
        fast = in_turns(
            {**works, "as the gate": as_the_gate.pair, "as everybody": as_everybody.pair}, bench.extent.rounds
        )
        yield from _fast_rows(fast)
        bench.simulator.settings(latency_seconds=_LATENCY)
        slow = in_turns(works, bench.extent.slow_rounds)
        bench.simulator.settings(latency_seconds=0.0)
        yield from _slow_rows(slow)
        yield row_of("one commit, synced", "ms", 2, [1e3 * s for s in fast["commit"]])


def in_turns(works: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, list[float]]:
    """Return what each work has measured, one after the other in an order of chance, without the warm-up."""
    seconds: dict[str, list[float]] = {name: [] for name in works}
    order = list(works)
    for number in range(_WARM_UP + rounds):
        random.shuffle(order)
        for name in order:
            value = works[name]()
            if number >= _WARM_UP:
                seconds[name].append(value)
    return seconds


def _fast_rows(seconds: dict[str, list[float]]) -> Iterator[Row]:
    bare, gate, naive = seconds["bare"], seconds["gate"], seconds["naive"]
    yield row_of("two bare warm requests", "ms", 2, [1e3 * b for b in bare])
    yield row_of("scan to relay", "ms", 2, [1e3 * g for g in gate])
    yield row_of(
        "scan to relay less the two requests", "ms", 2, _each(lambda g, b: 1e3 * (g - b), gate, bare), goal=4.0
    )
    yield row_of("… of the naive gate", "ms", 2, _each(lambda n, b: 1e3 * (n - b), naive, bare))
    yield row_of("scan to relay / that of the naive gate", "", 2, _each(lambda g, n: g / n, gate, naive), goal=1.0)
    later = [p - g - c for p, g, c in zip(seconds["priced"], gate, seconds["commit"], strict=True)]
    what = "a product with its own price: scan to relay, less that of a gate without rules and a commit"
    yield row_of(what, "ms", 2, [1e3 * seconds for seconds in later], goal=2.0)
    # What is gone past for speed is worth its code while it saves a tenth of what the gate adds to the two requests.
    saved = _each(lambda h, o: h - o, seconds["as everybody"], seconds["as the gate"])
    own = _each(lambda g, b: g - b, gate, bare)
    what = "scan to relay less the two requests / with httpx and tenacity as everybody has them"
    yield row_of(what, "", 2, _each(lambda o, s: o / (o + s), own, saved), goal=0.9)


def _slow_rows(seconds: dict[str, list[float]]) -> Iterator[Row]:
    bare, gate, naive = seconds["bare"], seconds["gate"], seconds["naive"]
    label = f"{1e3 * _LATENCY:.0f} ms latency"
    yield row_of(f"{label}: two bare warm requests", "ms", 1, [1e3 * b for b in bare])
    yield row_of(f"{label}: scan to relay / the two requests", "", 3, _each(lambda g, b: g / b, gate, bare), goal=1.04)
    yield row_of(f"{label}: … of the naive gate", "", 3, _each(lambda n, b: n / b, naive, bare))


def _each(function: Callable[[float, float], float], first: list[float], second: list[float]) -> list[float]:
    return [function(a, b) for a, b in zip(first, second, strict=True)]


@contextmanager
def _commits(directory: Path) -> Iterator[Callable[[], float]]:
    store = Store(directory)
    number = 0

    def commit() -> float:
        nonlocal number
        number += 1
        code = VoucherCode(VOUCHERS[0])
        reference = f"bench-{store.numbering.tag}{number}"
        attempt = AttemptId(f"{store.numbering.tag}{number}")
        price = Cents(PRICE)
        fact = Intended(attempt, 0, time.time(), Incident("0000"), Code(code), price, Currency.CHF, reference)
        began = time.monotonic_ns()
        store.append([fact])
        seconds = (time.monotonic_ns() - began) / 1e9
        store.checkpoint_if_due()
        return seconds

    try:
        yield commit
    finally:
        store.close()


def doubts(bench: Bench) -> Iterator[Row]:
    """Measure a found redemption's way to the relay, and how long a visitor waits whatever E-GUMA does."""
    simulator, found, whole = bench.simulator, [], []
    with ScannedGate(bench.place("doubts"), more=key_of_gate(2)) as gate:
        # Two charges that are listed prove whose key it has, as every gate's have on its first day.
        for voucher in DOUBTED[-_PROVING:]:
            gate.admit(voucher)
        for voucher in DOUBTED[: bench.extent.doubts]:
            simulator.fault("reset", "redeem", effect=True)
            whole.append(gate.admit(voucher))
            answered = next(r["at"] for r in reversed(simulator.requests()) if "redemptions" in r["path"])
            # The simulator's moment is on the wall clock; without latency, it answers at once.
            found.append(gate.turned_on - (answered - time.time() + time.monotonic()))
        yield row_of("answer to Redeem lost: list answered to relay", "ms", 2, [1e3 * s for s in found], goal=300.0)
        yield row_of("answer to Redeem lost: scan to relay", "ms", 2, [1e3 * s for s in whole])
        for what, (code, fault) in TROUBLES.items():
            simulator.fault(times=None, **fault)
            seconds = gate.verdict(code)
            simulator.clear_faults()
            yield Row(f"E-GUMA {what}: scan to verdict", "s", 2, seconds, goal=5.0)
            time.sleep(_READ_SECONDS)


def endurance(bench: Bench) -> Iterator[Row]:
    """Measure many scans in a row, a tenth with faults and junk, and beside them a gate at which nothing happens."""
    with PlainGate(bench.place("idle")) as idle, ScannedGate(bench.place("many"), more=key_of_gate(3)) as busy:
        yield _mib("resident after the start", idle.process.resident_bytes(), goal=60.0)
        at_rest = _Rest(idle, bench.directory / "idle")
        yield from _many_scans(busy, bench)
        yield from at_rest.rows(bench.extent.idle_seconds)


def _many_scans(gate: ScannedGate, bench: Bench) -> Iterator[Row]:
    process, extent, log = gate.process, bench.extent, bench.directory / "many" / f"{FILE_NAME}-wal"
    unserved = sum(not _served(gate, bench.simulator, number) for number in range(extent.warm_up))
    resident, descriptors, written = process.resident_bytes(), process.open_descriptors(), process.written_bytes()
    logged = []
    for number in range(extent.admissions):
        unserved += not _served(gate, bench.simulator, extent.warm_up + number)
        logged.append(log.stat().st_size)
    yield Row("visitors who were not served", "", 0, unserved, goal=0)
    count = extent.admissions
    each = (process.written_bytes() - written) / count / _KIB
    grown = (process.resident_bytes() - resident) / _MIB
    more = process.open_descriptors() - descriptors
    what = f"{count:,} scans, a tenth with faults or junk"
    yield _mib(f"resident after {extent.warm_up + count:,} scans", process.resident_bytes(), goal=60.0)
    yield Row(f"memory growth over {what}", "MiB", 2, grown, goal=1.5, below=True)
    yield Row(f"longest log over {what}", "MB", 2, max(logged) / 1e6, goal=2.0, below=True)
    # After a fault either of the two connections may be closed, at the one count or at the other.
    yield Row(f"descriptors more after {count:,} scans", "", 0, more, goal=2)
    yield Row("written to disk per scan", "KiB", 1, each, samples=count)
    found = []
    for voucher in DOUBTED[: extent.doubts]:
        bench.simulator.fault("reset", "redeem", effect=True)
        found.append(1e3 * gate.admit(voucher))
    yield row_of(f"answer to Redeem lost after {extent.warm_up + count:,} scans: scan to relay", "ms", 2, found)


def _served(gate: ScannedGate, simulator: SimulatorControl, number: int) -> bool:
    """
    Scan a good voucher, or, every tenth time, something else; return whether it came to what it should.

    On a machine with other work it may not: the relay's thread comes too late for pulses as short as these.
    """
    nth, is_good = divmod(number, _OTHER_EVERY)
    # Two in turns: while the lane is still taken, the same code again would be a repeat, and be ignored.
    code, fault = (VOUCHERS[number % 2], None) if is_good else _OTHERS[nth % len(_OTHERS)]
    if fault is not None:
        simulator.fault(**fault)
    try:
        if is_good or fault is not None:
            gate.admit(code)
        elif code == _UNKNOWN:
            gate.verdict(code)
        else:
            gate.junk(code)
    except NotServed:
        return False
    return True


def _mib(what: str, size: int, goal: float) -> Row:
    return Row(what, "MiB", 1, size / _MIB, goal=goal)


class _Rest:
    """A gate at which nothing happens, from now on."""

    SETTLE_SECONDS = 8.0
    """The first request to E-GUMA and what else belongs to the start, such as what it makes ready once it rests."""

    def __init__(self, gate: PlainGate, state: Path) -> None:
        time.sleep(self.SETTLE_SECONDS)
        self._process, self._state = gate.process, state
        self._began = time.monotonic()
        self._cpu, self._written, self._files = self._process.cpu_seconds(), self._process.written_bytes(), self._look()

    def rows(self, seconds: float) -> Iterator[Row]:
        """Wait until it has rested for so long at least; return what it used meanwhile."""
        time.sleep(max(0.0, self._began + seconds - time.monotonic()))
        took = time.monotonic() - self._began
        share = 100 * (self._process.cpu_seconds() - self._cpu) / took
        after = self._look()
        changed = sum(after.get(name) != self._files.get(name) for name in after.keys() | self._files.keys())
        yield Row(f"idle for {took:.0f} s: CPU of one core", "%", 2, share, goal=0.5, below=True)
        written = self._process.written_bytes() - self._written
        yield Row(f"idle for {took:.0f} s: bytes written to disk", "B", 0, written, goal=0)
        yield Row(f"idle for {took:.0f} s: files changed", "", 0, changed, goal=0)

    def _look(self) -> dict[str, tuple[int, int]]:
        looks = ((path.name, path.stat()) for path in self._state.iterdir())
        return {name: (stat.st_mtime_ns, stat.st_size) for name, stat in looks}
