import tomllib
from pathlib import Path

import pytest

from gate_controller.devices.display.driver import Driver
from gate_controller.devices.display.drivers import DRIVERS
from tests.docs.displays import PAGE, drawn

PYPROJECT = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())
EXTRAS: dict[str, list[str]] = PYPROJECT["project"]["optional-dependencies"]


def test_the_page_has_the_drivers_that_there_are() -> None:
    page = PAGE.read_text()

    assert page == drawn(page), "make it anew: python -m tests.docs.displays"


@pytest.mark.parametrize("driver", DRIVERS.values(), ids=DRIVERS.keys())
def test_the_package_has_the_extra_that_a_driver_asks_for(driver: Driver) -> None:
    brought = " ".join(EXTRAS[driver.extra])

    assert ("pillow" in brought) is (driver.unit == "pixels")
    assert driver.interfaces[:1] != ("i2c",) or "smbus2" in brought
    assert driver.interfaces != ("spi",) or "spidev" in brought
