"""
E-GUMA's API on this machine, with books of its own and faults on command: for demos, tests and measurements.

Imports nothing of the project but the words for money: an independent witness of what a gate did.
"""

from gate_controller.simulator.clock import local_text
from gate_controller.simulator.ledger import Ledger, Redemption, Refused
from gate_controller.simulator.misbehaviour import Endpoint, Fault, FaultKind, FaultScript
from gate_controller.simulator.server import KEYS, Simulator
from gate_controller.simulator.settings import Settings
from gate_controller.simulator.vouchers import SAMPLES, Condition, Sample, User, Voucher, dashed

__all__ = [
    "KEYS",
    "SAMPLES",
    "Condition",
    "Endpoint",
    "Fault",
    "FaultKind",
    "FaultScript",
    "Ledger",
    "Redemption",
    "Refused",
    "Sample",
    "Settings",
    "Simulator",
    "User",
    "Voucher",
    "dashed",
    "local_text",
]
