"""A gate has no clock of its own: whatever it believes, E-GUMA's Date header puts it right."""

from pathlib import Path

import pytest

from gate_controller.admission.messages import MessageKind
from gate_controller.eguma.simulator import Simulator
from gate_controller.eguma.simulator.faults import Endpoint, Fault, FaultKind
from tests.rig.whole_gate import PRICE, running_gate

YEAR = 365 * 86_400.0


@pytest.mark.parametrize(
    "offset", [-3 * YEAR, -7200.0, 7200.0, 3 * YEAR], ids=["years behind", "-2h", "+2h", "years ahead"]
)
async def test_a_lost_redemption_is_found_whatever_the_clocks_say(tmp_path: Path, offset: float) -> None:
    async with Simulator(clock_offset_seconds=offset) as simulator:
        user = next(iter(simulator._keys.values())).id
        async with running_gate(tmp_path, simulator=simulator, eguma__user_id=user) as gate:
            simulator.faults.add(Fault(FaultKind.RESET, Endpoint.REDEEM, effect=True))
            # Without the balance only the list can tell.
            simulator.faults.add(Fault(FaultKind.STATUS, Endpoint.BALANCE, skip=1, times=None, status=500))

            message, _ = await gate.verdict("L4FU5LQTKJR3")

            assert message.kind is MessageKind.ADMITTED
            assert gate.charged == PRICE
            assert gate.records[0].evidence == "list"
