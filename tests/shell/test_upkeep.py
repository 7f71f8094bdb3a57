"""What a gate does while nobody is there."""

from pathlib import Path

import pytest

from gate_controller.admission.words.frozen import frozen
from gate_controller.admission.words.messages import MessageKind
from gate_controller.shell import upkeep
from gate_controller.simulator import Simulator
from tests.rig.gate import running_gate
from tests.rig.pins import Pins
from tests.rig.waiting import until


async def test_a_gate_at_rest_makes_what_its_first_visitor_would_wait_for(
    state_dir: Path, pins: Pins, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "CALM_SECONDS", 0.0)

    @frozen
    class _Unused:
        first: int

    async with running_gate(state_dir, pins, simulator) as gate:
        await until(lambda: _Unused.__dict__["__init__"].__closure__ is None)
        assert (await gate.admit()).message.kind is MessageKind.ADMITTED
