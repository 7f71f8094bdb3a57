"""What tests of a whole gate stand on: the simulator in this event loop, and a board of mock pins."""

import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import hypothesis
import pytest

from gate_controller.simulator import Simulator
from tests.rig.pins import Pins, mock_pins
from tests.rig.scanner import PtyScanner
from tests.rig.simulator import running_simulator

# A shell that starts the tests in the background lets them, and all programs that they start, ignore Ctrl-C.
signal.signal(signal.SIGINT, signal.default_int_handler)

# How long one example takes says more of the machine's other work than of what is tested.
hypothesis.settings.register_profile("on any machine", deadline=None)
hypothesis.settings.load_profile("on any machine")


@pytest.fixture
def pins() -> Iterator[Pins]:
    with mock_pins() as pins:
        yield pins


@pytest.fixture
def plugged() -> Iterator[PtyScanner]:
    with PtyScanner() as scanner:
        yield scanner


@pytest.fixture
async def simulator() -> AsyncIterator[Simulator]:
    async with running_simulator() as simulator:
        yield simulator


@pytest.fixture
def state_dir(tmp_path: Path) -> Path:
    return tmp_path / "state"
