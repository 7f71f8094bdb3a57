"""What tests of a whole gate stand on: the simulator in this event loop, and a board of mock pins."""

import logging
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


BOOTED = Path(__file__).parent / "system"
"""Tests that boot whole systems take minutes, root and some programs: `make test-system` runs them."""


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave those out of every other run."""
    named = any(Path(argument.partition("::")[0]).absolute().is_relative_to(BOOTED) for argument in config.args)
    return True if collection_path == BOOTED and not named else None


@pytest.fixture(autouse=True)
def _log_as_before() -> Iterator[None]:
    """A command that is carried out in this process says from which level on its log is; the next test has its own."""
    root = logging.getLogger()
    level = root.level
    yield
    root.setLevel(level)


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
