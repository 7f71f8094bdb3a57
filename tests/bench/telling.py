"""
What telling a broker costs a gate, and taking orders by it: on the way from scan to relay, and in memory.

Each is taken beside a gate without a broker, in turns; the broker is a real Mosquitto.
"""

import asyncio
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gate_controller.settings.provisioning.venue_keys import key_line
from tests.bench.gates import ScannedGate, environ
from tests.bench.measures import VOUCHERS, Bench, in_turns
from tests.bench.process import Process
from tests.bench.table import Row, row_of
from tests.rig.mosquitto import RealBroker

ORDERS_A_SECOND = 100
_MIB = 2**20
_GATE = "bench"
_REACHED_SECONDS = 6.0
"""After its start until a gate has told its broker of itself: it has the first seconds for itself."""


def telling(bench: Bench) -> Iterator[Row]:
    """Measure a gate that tells a broker, and one that is flooded by it, beside one without."""
    place = bench.place("told")
    broker = RealBroker(place.state.parent)
    asyncio.run(broker.start())
    try:
        with ExitStack() as stack:
            keys = place.state.parent / "order.keys"
            public = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
            keys.write_text(key_line(public, "venue") + "\n")
            without = stack.enter_context(ScannedGate(bench.place("untold"), more={"id": "untold"}))
            gate = stack.enter_context(ScannedGate(place, more=_settings(broker, keys)))
            time.sleep(_REACHED_SECONDS)
            codes = VOUCHERS[:2]
            turns = {"with": lambda: gate.admit(codes[0]), "without": lambda: without.admit(codes[1])}
            seconds = in_turns(turns, bench.extent.rounds)
            yield row_of("scan to relay without a broker", "ms", 2, [1e3 * s for s in seconds["without"]])
            more = [1e3 * (w - o) for w, o in zip(seconds["with"], seconds["without"], strict=True)]
            yield row_of("… more where a broker is told, and orders are taken", "ms", 2, more, goal=0.3)
            memory = (gate.process.resident_bytes() - without.process.resident_bytes()) / _MIB
            yield Row("resident, more than without a broker", "MiB", 1, memory, goal=10.0)
            command = [sys.executable, "-m", "tests.bench.telling_load", str(broker.port), _GATE, str(ORDERS_A_SECOND)]
            stack.enter_context(Process(command, environ=environ()))
            seconds = in_turns(turns, bench.extent.rounds)
            more = [1e3 * (w - o) for w, o in zip(seconds["with"], seconds["without"], strict=True)]
            yield row_of(f"… more while {ORDERS_A_SECOND} forged orders a second come", "ms", 2, more)
    finally:
        broker.kill()


def _settings(broker: RealBroker, keys: Path) -> dict[str, object]:
    return {
        "id": _GATE,
        "mqtt.host": "127.0.0.1",
        "mqtt.port": broker.port,
        "mqtt.tls": "false",
        "mqtt.order_keys_file": keys,
    }
