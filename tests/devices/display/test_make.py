import errno
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from gate_controller.admission.words.messages import Signal, Symbol
from gate_controller.devices.display.card import Card, Face
from gate_controller.devices.display.make import make_panel
from gate_controller.devices.display.mounting import Mounting
from gate_controller.devices.display.typesetting.canvas import Canvas
from gate_controller.devices.display.typesetting.characters import CharacterGrid
from gate_controller.devices.errors import DeviceError
from gate_controller.devices.gpio import Output
from tests.rig.fake_displays import FakeHd44780, FakeOled, FakeSh1106
from tests.rig.fake_i2c import FakeI2C
from tests.rig.fake_spi import FakeSPI
from tests.rig.pins import Pins

CARD = Card(Symbol.TICK, Signal.ADMITTED, (Face("Welcome", "Please go through", "charged CHF 25.00"),))
DC, RESET = 24, 25


def same(one: Image.Image, other: Image.Image) -> bool:
    return one.size == other.size and one.convert("RGB").tobytes() == other.convert("RGB").tobytes()


@pytest.mark.parametrize(
    ("driver", "display", "first_column"),
    [("ssd1306", FakeOled(), 0), ("ssd1309", FakeOled(), 0), ("sh1106", FakeSh1106(), 2)],
)
def test_an_oled_is_128_by_64_at_0x3c_if_nothing_else_is_said(
    driver: str, display: FakeOled, first_column: int
) -> None:
    panel = make_panel(Mounting(driver), open_bus=FakeI2C({0x3C: display}).open)
    page, *_ = panel.pages(CARD)
    panel.show(page, shift=(0, 0))
    assert same(display.seen(first_column=first_column), Canvas(128, 64, "1").draw(page))


def test_an_oled_that_is_turned_is_laid_out_as_it_is_seen() -> None:
    display = FakeOled()
    panel = make_panel(Mounting("ssd1306", address=0x3D, rotate=2), open_bus=FakeI2C({0x3D: display}).open)
    page, *_ = panel.pages(CARD)
    panel.show(page, shift=(0, 0))
    assert same(display.seen(), Canvas(128, 64, "1").draw(page).rotate(180))


def test_an_oled_on_spi_gets_its_commands_and_data(pins: Pins) -> None:
    bus = FakeSPI(lambda: pins.is_high(DC), width=128, height=64)
    sent = []
    bus.writebytes2 = lambda values: sent.append((pins.is_high(DC), len(values)))  # type: ignore[method-assign]
    panel = make_panel(Mounting("sh1106", interface="spi", dc_pin=DC, reset_pin=RESET), make_spi=lambda: bus)
    sent.clear()
    panel.show(panel.pages(CARD)[0], shift=(0, 0))
    assert sent == [(False, 3), (True, 128)] * 8
    assert bus.max_speed_hz == 8_000_000


@pytest.mark.parametrize(("driver", "size"), [("st7735", (160, 128)), ("st7789", (240, 240)), ("ili9341", (320, 240))])
def test_a_colour_display_has_its_usual_size(pins: Pins, driver: str, size: tuple[int, int]) -> None:
    bus = FakeSPI(lambda: pins.is_high(DC), width=size[0], height=size[1])
    panel = make_panel(Mounting(driver, interface="spi", dc_pin=DC), make_spi=lambda: bus)
    page, *_ = panel.pages(CARD)
    panel.show(page, shift=(0, 0))
    assert same(bus.image, Canvas(*size, "RGB").draw(page))
    panel.close()


@pytest.mark.parametrize(
    ("wanted", "size"),
    [({}, (16, 2)), ({"width": 20}, (20, 4)), ({"height": 4}, (20, 4)), ({"width": 16, "height": 4}, (16, 4))],
)
def test_a_character_display_has_its_usual_size_at_0x27(wanted: dict[str, Any], size: tuple[int, int]) -> None:
    display = FakeHd44780(*size)
    panel = make_panel(Mounting("hd44780", **wanted), open_bus=FakeI2C({0x27: display}).open)
    page, *_ = panel.pages(CARD)
    panel.show(page, shift=(0, 0))
    rows = CharacterGrid(*size, "a00").draw(page)
    assert tuple(row.decode("ascii", "replace") for row in display.shows()) == rows


def test_an_image_is_320_by_240_if_nothing_else_is_said(tmp_path: Path) -> None:
    panel = make_panel(Mounting("image", image_file=tmp_path / "display.png"))
    page, *_ = panel.pages(CARD)
    panel.show(page, shift=(0, 0))
    with Image.open(tmp_path / "display.png") as image:
        assert same(image, Canvas(320, 240, "RGB").draw(page))


@pytest.mark.parametrize(
    ("wanted", "text"),
    [
        ({"driver": "vfd"}, r"display\.driver is vfd, which is not known: choose from image, ssd1306"),
        ({"driver": "image"}, r"set display\.image_file"),
        ({"driver": "st7735"}, r"which has SPI only: set display\.interface to spi"),
        ({"driver": "hd44780", "interface": "spi"}, r"which has I2C only: set display\.interface to i2c"),
        ({"driver": "hd44780", "reset_pin": 5}, r"display\.reset_pin is 5, and hd44780 has no reset: leave it out"),
        ({"driver": "hd44780", "rotate": 1}, r"display\.rotate is 1, .* cannot be turned: leave it out"),
        ({"driver": "hd44780", "dc_pin": 24}, r"display\.dc_pin is 24, and hd44780 is on I2C: leave it out$"),
        ({"driver": "ssd1306", "column_offset": 0}, r"is 0, and ssd1306 begins at the first column: leave it out"),
        ({"driver": "sh1106", "column_offset": 5}, r"132 columns in all: set .*\.column_offset to one from 0 to 4"),
        ({"driver": "hd44780", "width": 17}, r"not come in 17 x 2 characters: .* to one of 16 x 2, 20 x 4, 16 x 4"),
        ({"driver": "ssd1306", "interface": "spi"}, r"set display\.dc_pin"),
        ({"driver": "ssd1306", "interface": "spi", "dc_pin": 24, "address": 0x3C}, "is 0x3c, and SPI has no addresses"),
        ({"driver": "ssd1306", "dc_pin": 24}, r"leave it out, or set display\.interface to spi"),
        (
            {"driver": "ssd1306", "width": 100},
            "does not come in 100 x 64 pixels: set .* to one of 128 x 64, 128 x 32",
        ),
        ({"driver": "st7789", "interface": "spi", "dc_pin": 24, "width": 480}, "does not come in 480 x 240 pixels"),
    ],
)
def test_what_cannot_be_says_what_to_set(wanted: dict[str, Any], text: str) -> None:
    line = FakeI2C({0x3C: FakeOled(), 0x27: FakeHd44780(16, 2)})
    with pytest.raises(DeviceError, match=text):
        make_panel(Mounting(**wanted), open_bus=line.open)
    assert line.opened == 0


def test_a_st7789_is_taken_in_any_size_that_its_memory_has_room_for(pins: Pins) -> None:
    bus = FakeSPI(lambda: pins.is_high(DC), width=240, height=135)
    mounting = Mounting("st7789", interface="spi", dc_pin=DC, width=240, height=135)
    panel = make_panel(mounting, make_spi=lambda: bus)
    page, *_ = panel.pages(CARD)
    panel.show(page, shift=(0, 0))
    assert same(bus.image, Canvas(240, 135, "RGB").draw(page))
    panel.close()


@pytest.mark.parametrize("driver", ["ssd1306", "sh1106", "hd44780"])
def test_a_display_that_does_not_answer_leaves_no_bus_open(driver: str) -> None:
    line = FakeI2C({})
    with pytest.raises(DeviceError, match="does not answer: check its power and wires"):
        make_panel(Mounting(driver), open_bus=line.open)
    assert (line.openings, line.opened) == (1, 0)


def test_a_colour_display_that_takes_nothing_leaves_bus_and_pins_free(pins: Pins) -> None:
    bus = FakeSPI(lambda: pins.is_high(DC), width=160, height=128)
    bus.error = errno.EIO
    with pytest.raises(DeviceError, match="does not send"):
        make_panel(Mounting("st7735", interface="spi", dc_pin=DC, reset_pin=RESET), make_spi=lambda: bus)
    assert not bus.is_open
    assert not pins.is_output(DC)
    assert not pins.is_output(RESET)


@pytest.mark.usefixtures("pins")
def test_a_reset_pin_that_cannot_be_had_leaves_no_bus_open() -> None:
    line = FakeI2C({0x3C: FakeOled()})
    held = Output(RESET, name="lamp")
    with pytest.raises(DeviceError, match="the pin is used twice"):
        make_panel(Mounting("ssd1306", reset_pin=RESET), open_bus=line.open)
    assert (line.openings, line.opened) == (1, 0)
    held.close()


def test_the_real_bus_says_how_to_turn_it_on() -> None:
    with pytest.raises(DeviceError, match=r"/dev/i2c-20 is not there: turn I2C on"):
        make_panel(Mounting("ssd1306", bus=20))


@pytest.mark.parametrize(
    ("without", "wanted", "text"),
    [
        ("PIL", {"driver": "ssd1306"}, "pip install 'gate-controller[oled]'"),
        ("smbus2", {"driver": "ssd1306"}, "pip install 'gate-controller[oled]'"),
        ("PIL", {"driver": "st7735", "interface": "spi", "dc_pin": 24}, "pip install 'gate-controller[colour]'"),
        ("spidev", {"driver": "st7735", "interface": "spi", "dc_pin": 24}, "pip install spidev"),
        ("smbus2", {"driver": "hd44780"}, "pip install 'gate-controller[lcd]'"),
        ("PIL", {"driver": "image", "image_file": Path("display.png")}, "pip install 'gate-controller[image]'"),
    ],
)
def test_a_library_that_is_missing_is_named_with_what_to_install(
    without: str, wanted: dict[str, object], text: str
) -> None:
    script = f"""
        import sys
        from pathlib import Path, PosixPath

        from gpiozero import Device
        from gpiozero.pins.mock import MockFactory

        import gate_controller.devices.display.player
        import gate_controller.settings
        from gate_controller.devices.display.make import make_panel
        from gate_controller.devices.display.mounting import Mounting
        from gate_controller.devices.errors import DeviceError

        loaded = [name for name in ("PIL", "smbus2", "spidev") if name in sys.modules]
        assert not loaded, loaded

        class Missing:
            def find_spec(self, name, path=None, target=None):
                if name == {without!r} or name.startswith({without + "."!r}):
                    raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

        class Bus:
            def __init__(self, *_): pass
            def open(self, *_): pass
            def close(self): pass
            def i2c_rdwr(self, *_): pass
            def writebytes2(self, _): pass

        sys.meta_path.insert(0, Missing())
        Device.pin_factory = MockFactory()
        spi = {{}} if {without == "spidev"} else {{"make_spi": Bus}}
        try:
            make_panel(Mounting(**{wanted!r}), open_bus=Bus, **spi)
        except DeviceError as error:
            print(error)
    """
    ended = subprocess.run(  # noqa: S603 - this test's own script
        [sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.stderr == ""
    assert text in ended.stdout
