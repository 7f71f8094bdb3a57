"""
What the next scan is for, measured: a balance that is told, and an admission at the second price.

Both begin with a service card, down the same line as the voucher.
"""

from collections.abc import Iterator
from statistics import mean

from tests.bench.gates import PRICE, ScannedGate
from tests.bench.measures import VOUCHERS, Bench
from tests.bench.table import Row, row_of

_BALANCE_CARD, _PRICE_CARD = "bench-card-7q2m9x4k", "bench-card-3f8r1t6w"
_UNKNOWN = "NOSUCHVOUCHR"


def next_scans(bench: Bench) -> Iterator[Row]:
    """Measure the answer to a balance by the red lamp of a voucher that is none, and the second price to the relay."""
    more = {
        "service_cards.balance": _BALANCE_CARD,
        "service_cards.price": _PRICE_CARD,
        "admission.second_price_cents": PRICE // 2,
        "display.verdict_seconds": 0.1,
    }
    told, asked, admitted = [], [], []
    with ScannedGate(bench.place("next-scans"), more=more) as gate:
        gate.admit(VOUCHERS[0])
        for _ in range(bench.extent.doubts):
            before = len(bench.simulator.requests())
            gate.junk(_BALANCE_CARD)
            told.append(gate.verdict(_UNKNOWN))
            asked.append(float(len(bench.simulator.requests()) - before))
            gate.rests()
            gate.junk(_PRICE_CARD)
            admitted.append(gate.admit(VOUCHERS[0]))
            gate.rests()
    yield Row("balance: requests for each", "", 2, mean(asked), goal=1.0, samples=len(asked))
    yield row_of("balance: scan to answer", "ms", 2, [1e3 * seconds for seconds in told])
    yield row_of("second price: scan to relay", "ms", 2, [1e3 * seconds for seconds in admitted])
