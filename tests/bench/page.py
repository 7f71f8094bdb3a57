"""
What the staff's page costs a gate: on the way from scan to relay, in memory, and at the start.

Each is taken beside a gate without a page, in turns. Whoever looks at the page is a process of its own
(`page_load.py`), which works beside both.
"""

import random
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack

from tests.bench.gates import PlainGate, ScannedGate, environ
from tests.bench.measures import VOUCHERS, Bench, in_turns
from tests.bench.process import Process
from tests.bench.table import Row, row_of
from tests.rig.page import free_port

STREAMS, REQUESTS = 20, 50
_MIB = 2**20
_LOADED: dict[str, tuple[Mapping[str, object], str]] = {
    "page": ({}, "http"),
    "page over TLS": ({"web.host": "0.0.0.0"}, "https"),  # noqa: S104 - only there the gate makes a certificate
}


def page(bench: Bench) -> Iterator[Row]:
    """Measure a gate with its page beside one without: scans while many look at it, memory, and the start."""
    for name, (settings, scheme) in _LOADED.items():
        yield from _looked_at(bench, name, settings, scheme)
    seconds: dict[str, list[float]] = {"with": [], "without": []}
    for _ in range(bench.extent.starts):
        for name in random.sample(sorted(seconds), 2):
            port = free_port() if name == "with" else 0
            with PlainGate(bench.place(f"start {name}"), {"web.port": port}) as gate:
                seconds[name].append(gate.process.ready_after)
    ratios = [w / o for w, o in zip(seconds["with"], seconds["without"], strict=True)]
    yield row_of("exec to ready with the page / without", "", 2, ratios, goal=1.05)


def _looked_at(bench: Bench, name: str, settings: Mapping[str, object], scheme: str) -> Iterator[Row]:
    port = free_port()
    origin = f"{scheme}://127.0.0.1:{port}"
    with ExitStack() as stack:
        without = stack.enter_context(ScannedGate(bench.place(f"no {name}")))
        gate = stack.enter_context(ScannedGate(bench.place(name), more={"web.port": port, **settings}))
        bare = gate.process.resident_bytes()
        stack.enter_context(_load(origin, 1, 0))
        looked = gate.process.resident_bytes()
        stack.enter_context(_load(origin, STREAMS, REQUESTS))
        codes = VOUCHERS[:2]
        seconds = in_turns(
            {"with": lambda: gate.admit(codes[0]), "without": lambda: without.admit(codes[1])}, bench.extent.rounds
        )
        more = [1e3 * (w - o) for w, o in zip(seconds["with"], seconds["without"], strict=True)]
        how = f"{STREAMS} streams, {REQUESTS} requests a second"
        yield row_of(f"scan to relay without the {name}", "ms", 2, [1e3 * s for s in seconds["without"]])
        yield row_of(f"scan to relay with the {name}, {how}", "ms", 2, [1e3 * s for s in seconds["with"]])
        yield row_of(f"… more than without the {name}", "ms", 2, more, goal=1.0)
        yield Row(f"resident before the {name} is asked for", "MiB", 1, bare / _MIB)
        yield Row(f"resident with the {name}", "MiB", 1, looked / _MIB, goal=None if settings else 80.0)
        all_of_it = gate.process.resident_bytes() / _MIB
        yield Row(f"resident with the {name}, {how}", "MiB", 1, all_of_it, goal=90.0)


def _load(origin: str, streams: int, requests: int) -> Process:
    command = [sys.executable, "-m", "tests.bench.page_load", origin, str(streams), str(requests)]
    return Process(command, environ=environ())
