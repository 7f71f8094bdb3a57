import asyncio
import threading
from collections.abc import Iterator

import pytest

from gate_controller.devices.errors import DeviceError
from gate_controller.devices.passage import QUIET_SECONDS, PassageSensor
from tests.rig.pins import Pins, mock_pins
from tests.rig.waiting import until

PIN = 23


@pytest.fixture
def pins() -> Iterator[Pins]:
    with mock_pins() as board:
        yield board


async def test_each_person_is_one_passage(pins: Pins) -> None:
    passages: list[int] = []
    sensor = PassageSensor(PIN, active_low=True, on_passage=lambda: passages.append(1))

    for person in range(1, 3):
        pins.pin(PIN).drive_low()
        await until(lambda person=person: len(passages) == person)  # type: ignore[misc]  # a default binds it
        pins.pin(PIN).drive_high()
        await asyncio.sleep(QUIET_SECONDS * 1.5)  # the sensor's own time: people are apart

    sensor.close()
    assert len(passages) == 2


async def test_a_bouncing_contact_is_one_passage(pins: Pins) -> None:
    passages: list[int] = []
    sensor = PassageSensor(PIN, active_low=True, on_passage=lambda: passages.append(1))

    for _ in range(5):
        pins.pin(PIN).drive_low()
        pins.pin(PIN).drive_high()
    await until(lambda: bool(passages))
    await asyncio.sleep(0)

    sensor.close()
    assert len(passages) == 1


async def test_a_sensor_that_gives_a_high_level_is_read_with_active_low_off(pins: Pins) -> None:
    passages: list[int] = []
    sensor = PassageSensor(PIN, active_low=False, on_passage=lambda: passages.append(1))
    assert pins.pin(PIN).pull == "down"

    pins.pin(PIN).drive_high()
    await until(lambda: bool(passages))

    sensor.close()
    assert len(passages) == 1


async def test_an_edge_from_another_thread_is_told_in_the_loop(pins: Pins) -> None:
    told_in: list[threading.Thread] = []
    sensor = PassageSensor(PIN, active_low=True, on_passage=lambda: told_in.append(threading.current_thread()))

    await asyncio.to_thread(pins.pin(PIN).drive_low)
    await until(lambda: bool(told_in))

    sensor.close()
    assert told_in == [threading.current_thread()]


@pytest.mark.usefixtures("pins")
async def test_a_pin_in_use_is_an_error_that_names_the_sensor() -> None:
    sensor = PassageSensor(PIN, active_low=True, on_passage=lambda: None)

    with pytest.raises(DeviceError, match="passage sensor on GPIO23: the pin is used twice"):
        PassageSensor(PIN, active_low=True, on_passage=lambda: None)

    sensor.close()
