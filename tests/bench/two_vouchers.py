"""Two vouchers that pay one admission together, measured beside what a single one takes."""

import time
from collections.abc import Iterator
from statistics import mean

from tests.bench.gates import PRICE, ScannedGate
from tests.bench.measures import VOUCHERS, Bench
from tests.bench.table import Row, row_of

_SMALL_CENTS = PRICE // 2
_ASKED_SECONDS = 0.1
"""Until a voucher that is held has been answered, without latency."""


def two_vouchers(bench: Bench) -> Iterator[Row]:
    """Measure the last of two vouchers to the relay, and what they ask in all."""
    alone, together, asked = [], [], []
    with ScannedGate(bench.place("two-vouchers"), more={"admission.several_vouchers": True}) as gate:
        gate.admit(VOUCHERS[0])
        for number in range(bench.extent.doubts):
            alone.append(gate.admit(VOUCHERS[number % 2]))
            small = f"BENCHSMALL{number:02}"
            bench.simulator.put_voucher(small, total_amount_in_cents=_SMALL_CENTS)
            before = len(bench.simulator.requests())
            gate.junk(small)
            time.sleep(_ASKED_SECONDS)
            together.append(gate.admit(VOUCHERS[(number + 1) % 2]))
            asked.append(float(len(bench.simulator.requests()) - before))
    yield Row("two vouchers: requests for an admission", "", 2, mean(asked), goal=4.0, samples=len(asked))
    yield row_of("one voucher of such a house: scan to relay", "ms", 2, [1e3 * seconds for seconds in alone])
    yield row_of("two vouchers: last scan to relay", "ms", 2, [1e3 * seconds for seconds in together])
