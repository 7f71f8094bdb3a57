"""Tickets beside vouchers at the same gate: one request each, from scan to relay."""

from collections.abc import Iterator
from statistics import mean

from tests.bench.gates import ScannedGate
from tests.bench.measures import VOUCHERS, Bench
from tests.bench.table import Row, row_of

_FIRST = 3_000_000_000_000_000_000


def tickets(bench: Bench) -> Iterator[Row]:
    """Measure a ticket's scan to the relay and what it asks, and a voucher's in such a house."""
    alone, checked_in, asked = [], [], []
    with ScannedGate(bench.place("tickets"), more={"tickets.taken": True}) as gate:
        gate.admit(VOUCHERS[0])
        for number in range(bench.extent.doubts):
            alone.append(gate.admit(VOUCHERS[number % 2]))
            ticket = str(_FIRST + number)
            bench.simulator.put_ticket(ticket)
            before = len(bench.simulator.requests())
            checked_in.append(gate.admit(ticket))
            asked.append(float(len(bench.simulator.requests()) - before))
    yield Row("ticket: requests for an admission", "", 2, mean(asked), goal=1.0, samples=len(asked))
    yield row_of("one voucher of such a house: scan to relay", "ms", 2, [1e3 * seconds for seconds in alone])
    yield row_of("ticket: scan to relay", "ms", 2, [1e3 * seconds for seconds in checked_in])
