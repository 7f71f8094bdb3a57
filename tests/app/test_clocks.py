"""A gate has no clock of its own: whatever it believes, E-GUMA's Date header puts it right."""

from pathlib import Path

import pytest

from gate_controller.admission.words.messages import MessageKind
from gate_controller.simulator import Endpoint, FaultKind
from tests.rig.gate import EXPIRED, GOOD, PRICE, fault, running_gate
from tests.rig.pins import Pins
from tests.rig.simulator import running_simulator

YEAR = 365 * 86_400.0


@pytest.mark.parametrize(
    "offset", [-3 * YEAR, -7200.0, 7200.0, 3 * YEAR], ids=["years behind", "-2h", "+2h", "years ahead"]
)
async def test_a_lost_redemption_is_found_whatever_the_clocks_say(state_dir: Path, pins: Pins, offset: float) -> None:
    async with (
        running_simulator(clock_offset_seconds=offset) as simulator,
        running_gate(state_dir, pins, simulator) as gate,
    ):
        await gate.admit(EXPIRED)  # proves under which user this key charges
        simulator.faults.add(fault(FaultKind.RESET, effect=True))
        # Without the balance only the list can tell.
        simulator.faults.add(fault(FaultKind.STATUS, Endpoint.BALANCE, skip=1, times=None, status=500))

        gate.scan(GOOD)
        verdict = await gate.verdict()

        assert verdict.kind is MessageKind.ADMITTED
        assert gate.charged == 2 * PRICE
        assert gate.records[0].evidence == "list"
