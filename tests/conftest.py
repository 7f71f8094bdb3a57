"""What tests of a whole gate stand on: the simulator in this event loop, and a board of mock pins."""

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import pytest_asyncio

from gate_controller.simulator import Simulator
from tests.rig.browser import kept_browser
from tests.rig.pins import Pins, mock_pins
from tests.rig.scanner import PtyScanner
from tests.rig.simulator import running_simulator
from tests.rig.waiting import until

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
async def _simulator_alone() -> AsyncIterator[Simulator]:
    async with running_simulator() as simulator:
        yield simulator


@pytest_asyncio.fixture(loop_scope="session")
async def _simulator_beside_a_browser() -> AsyncIterator[Simulator]:
    async with running_simulator() as simulator:
        yield simulator


@pytest.fixture
def simulator(request: pytest.FixtureRequest) -> Simulator:
    """Return a simulator in the test's own event loop."""
    is_shared = "one_browser" in request.fixturenames
    found = request.getfixturevalue("_simulator_beside_a_browser" if is_shared else "_simulator_alone")
    assert isinstance(found, Simulator)
    return found


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def _kept_browser() -> AsyncIterator[None]:
    async with kept_browser():
        yield


@pytest_asyncio.fixture(loop_scope="session")
async def one_browser(_kept_browser: None) -> AsyncIterator[None]:
    """What a test has begun in the event loop of all that share the browser ends with it: see `IN_ONE_BROWSER`."""
    before = asyncio.all_tasks()

    def left() -> set[asyncio.Task[Any]]:
        return asyncio.all_tasks() - before - {asyncio.current_task()}

    yield
    try:
        await until(lambda: not left(), seconds=5)
    except TimeoutError:
        running = left()
        told = "\n".join(sorted(map(repr, running)))
        for task in running:
            task.cancel()
        await asyncio.wait(running, timeout=5)
        pytest.fail(f"left running:\n{told}")


@pytest.fixture
def state_dir(tmp_path: Path) -> Path:
    return tmp_path / "state"
