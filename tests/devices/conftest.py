from collections.abc import Iterator

import pytest

from tests.rig.pins import Pins, mock_pins
from tests.rig.scanner import PtyScanner


@pytest.fixture
def pins() -> Iterator[Pins]:
    with mock_pins() as pins:
        yield pins


@pytest.fixture
def plugged() -> Iterator[PtyScanner]:
    with PtyScanner() as scanner:
        yield scanner
