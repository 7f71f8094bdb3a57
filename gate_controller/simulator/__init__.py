"""
E-GUMA's API on this machine, with books of its own and faults on command: for demos, tests and measurements.

A house of its own that imports nothing of the rest of the project: an independent witness of what a gate did.
"""

from gate_controller.simulator.behaviour import Behaviour
from gate_controller.simulator.clock import local_text
from gate_controller.simulator.counter_samples import DEPOT_SAMPLES, RARE_SAMPLES, TICKET_SAMPLES
from gate_controller.simulator.ledger import Ledger, LedgerRedemption, LedgerRefusal
from gate_controller.simulator.misbehaviour import Endpoint, FaultKind, FaultScript, Misbehaviour
from gate_controller.simulator.server import KEYS, Simulator
from gate_controller.simulator.vouchers import SAMPLES, Condition, Sample, User, Voucher, dashed

__all__ = [
    "DEPOT_SAMPLES",
    "KEYS",
    "RARE_SAMPLES",
    "SAMPLES",
    "TICKET_SAMPLES",
    "Behaviour",
    "Condition",
    "Endpoint",
    "FaultKind",
    "FaultScript",
    "Ledger",
    "LedgerRedemption",
    "LedgerRefusal",
    "Misbehaviour",
    "Sample",
    "Simulator",
    "User",
    "Voucher",
    "dashed",
    "local_text",
]
