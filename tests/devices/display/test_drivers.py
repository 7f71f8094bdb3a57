import errno
import time
from pathlib import Path

import pytest
from PIL import Image
from typing_extensions import override

from gate_controller.devices.display.drivers import DRIVERS
from gate_controller.devices.display.make import make_panel
from gate_controller.devices.display.mounting import Mounting
from gate_controller.devices.display.panel import Panel, Pictures
from gate_controller.devices.display.panels.i2c import I2CDevice, I2CLink
from gate_controller.devices.display.panels.spi import SPILink
from gate_controller.devices.display.panels.turning import Turned
from gate_controller.devices.display.typesetting.canvas import Canvas
from gate_controller.devices.display.typesetting.page import Page
from gate_controller.devices.errors import DeviceError
from tests.rig.fake_displays import FakeHd44780, FakeOled, FakeSh1106
from tests.rig.fake_i2c import FakeI2C
from tests.rig.fake_spi import FakeSPI
from tests.rig.pages import NoisyPictures, a_card, a_page
from tests.rig.pins import Pins
from tests.rig.supplies import Supplied, panel_of

DC, RESET = 24, 25
STILL = (0, 0)


def noise(size: tuple[int, int], mode: str, rotate: int = 0) -> Pictures:
    """Return pictures for a display of this size that is turned by so many quarters."""
    width, height = size[::-1] if rotate % 2 else size
    pictures = NoisyPictures(width, height, mode)
    return Turned(pictures, rotate) if rotate else pictures


def oled_on(line: FakeI2C, *, driver: str = "ssd1306", size: tuple[int, int] = (128, 64), rotate: int = 0) -> Panel:
    device = I2CDevice(bus=1, address=0x3C, name=driver, open_bus=line.open)
    link = I2CLink(device, reset_pin=None)
    return panel_of(driver, Supplied(size, with_pictures=noise(size, "1", rotate), on_link=link))


def same(one: Image.Image, other: Image.Image) -> bool:
    return one.size == other.size and one.convert("RGB").tobytes() == other.convert("RGB").tobytes()


# OLEDs


@pytest.mark.parametrize("driver", ["ssd1306", "ssd1309"])
def test_an_ssd1306_shows_the_picture_bit_by_bit(driver: str) -> None:
    display = FakeOled()
    panel = oled_on(FakeI2C({0x3C: display}), driver=driver)
    for number in (1, 2):
        panel.show(a_page(number), shift=STILL)
        assert same(display.seen(), NoisyPictures(128, 64, "1").draw(a_page(number)))


def test_a_sh1106_shows_the_picture_in_the_middle_of_its_132_columns() -> None:
    display = FakeSh1106()
    panel = oled_on(FakeI2C({0x3C: display}), driver="sh1106")
    for number in (1, 2):
        panel.show(a_page(number), shift=STILL)
        assert same(display.seen(first_column=2), NoisyPictures(128, 64, "1").draw(a_page(number)))


@pytest.mark.parametrize("column", [0, 4])
def test_a_sh1106_whose_glass_begins_at_another_column_shows_the_whole_picture_there(column: int) -> None:
    display = FakeSh1106()
    mounting = Mounting("sh1106", column_offset=column)
    panel = make_panel(mounting, open_bus=FakeI2C({0x3C: display}).open)
    (page, *_) = panel.pages(a_card("Welcome"))
    panel.show(page, shift=STILL)
    assert same(display.seen(first_column=column), Canvas(128, 64, "1").draw(page))


def test_a_lower_ssd1306_shows_it_from_the_first_row() -> None:
    display = FakeOled()
    panel = oled_on(FakeI2C({0x3C: display}), size=(128, 32))
    panel.show(a_page(1), shift=STILL)
    assert same(display.seen(128, 32), NoisyPictures(128, 32, "1").draw(a_page(1)))


@pytest.mark.parametrize(("rotate", "degrees"), [(1, -90), (2, 180), (3, 90)])
def test_the_picture_is_turned_clockwise_by_quarters(rotate: int, degrees: int) -> None:
    display = FakeOled()
    panel = oled_on(FakeI2C({0x3C: display}), rotate=rotate)
    panel.show(a_page(1), shift=STILL)
    upright = NoisyPictures(*((64, 128) if rotate % 2 else (128, 64)), "1").draw(a_page(1))
    assert same(display.seen(), upright.rotate(degrees, expand=True))


def test_the_picture_is_shifted() -> None:
    display = FakeOled()
    panel = oled_on(FakeI2C({0x3C: display}))
    panel.show(a_page(1), shift=(1, -2))
    assert same(display.seen(), NoisyPictures(128, 64, "1").draw(a_page(1), shift=(1, -2)))


@pytest.mark.parametrize(("driver", "display"), [("ssd1306", FakeOled()), ("sh1106", FakeSh1106())])
def test_an_oled_is_on_and_blank_when_it_is_made_and_off_when_closed(driver: str, display: FakeOled) -> None:
    line = FakeI2C({0x3C: display})
    panel = oled_on(line, driver=driver)
    was_on = display.is_on
    assert was_on
    assert display.seen(first_column=2 if driver == "sh1106" else 0).getbbox() is None
    panel.close()
    assert not display.is_on
    assert line.opened == 0


def test_an_oled_is_dimmed_and_stays_so_when_it_is_started_again() -> None:
    display = FakeOled()
    panel = oled_on(FakeI2C({0x3C: display}))
    bright = display.contrast
    panel.dim(True)
    dim = display.contrast
    panel.refresh()
    assert display.contrast == dim < bright
    panel.dim(False)
    assert display.contrast == bright


def test_starting_an_oled_again_keeps_the_picture() -> None:
    display = FakeOled()
    panel = oled_on(FakeI2C({0x3C: display}))
    panel.show(a_page(1), shift=STILL)
    before = display.seen()
    panel.refresh()
    assert display.is_on
    assert same(display.seen(), before)


def test_a_picture_of_an_ssd1306_is_one_transfer_of_data() -> None:
    line = FakeI2C({0x3C: FakeOled()})
    panel = oled_on(line)
    line.sent.clear()
    panel.show(a_page(1), shift=STILL)
    assert [len(data) for _, data in line.sent] == [7, 1025]


def test_a_picture_on_a_bus_of_400_kilohertz_takes_less_than_60_milliseconds() -> None:
    line = FakeI2C({0x3C: FakeOled()}, hertz=400_000)
    panel = oled_on(line)
    taken = []
    for number in range(1, 11):
        start = time.monotonic()
        panel.show(a_page(number), shift=STILL)
        taken.append(time.monotonic() - start)
    assert 0.023 <= min(taken) < 0.060


# The bus


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (errno.ENOENT, r"/dev/i2c-1 is not there: turn I2C on \(raspi-config, or dtparam=i2c_arm=on"),
        (errno.EACCES, "add the user to the group i2c"),
        (errno.EMFILE, r"/dev/i2c-1 cannot be opened: set display\.bus"),
    ],
)
def test_a_bus_that_cannot_be_opened_says_what_to_do(error: int, text: str) -> None:
    line = FakeI2C({0x3C: FakeOled()})
    line.open_error = error
    with pytest.raises(DeviceError, match=text):
        oled_on(line)


@pytest.mark.parametrize("error", [errno.EREMOTEIO, errno.EIO, errno.ENXIO])
def test_a_display_that_does_not_answer_says_what_to_do(error: int) -> None:
    line = FakeI2C({0x3C: FakeOled()})
    panel = oled_on(line)
    line.error = error
    with pytest.raises(DeviceError, match="ssd1306 at 0x3c on /dev/i2c-1 does not answer: check its power and wires"):
        panel.show(a_page(1), shift=STILL)


def test_a_bus_that_is_held_says_so() -> None:
    line = FakeI2C({0x3C: FakeOled()})
    panel = oled_on(line)
    line.error = errno.ETIMEDOUT
    with pytest.raises(DeviceError, match="something holds the bus: take its power away"):
        panel.show(a_page(1), shift=STILL)


def test_a_display_that_does_not_answer_gives_the_bus_back_when_closed() -> None:
    line = FakeI2C({0x3C: FakeOled()})
    panel = oled_on(line)
    line.pull()
    with pytest.raises(DeviceError):
        panel.close()
    assert line.opened == 0


# Character displays


class Rows:
    """Letters that are given as they are to be shown."""

    def __init__(self, *rows: str, glyphs: dict[int, tuple[int, ...]] | None = None) -> None:
        self.rows = rows
        self.glyphs = glyphs or {}

    def pages(self, _card: object) -> tuple[Page, ...]:
        return (a_page(1),)

    def draw(self, _page: Page) -> tuple[str, ...]:
        return self.rows


ARROW = (0b00100, 0b01110, 0b11111, 0b00100, 0b00100, 0b00100, 0b00100, 0b00000)
E_ACUTE = (0b00010, 0b00100, 0b01110, 0b10001, 0b11111, 0b10000, 0b01110, 0b00000)


def characters_on(line: FakeI2C, letters: Rows, size: tuple[int, int] = (16, 2)) -> Panel:
    device = I2CDevice(bus=1, address=0x27, name="hd44780", open_bus=line.open)
    return panel_of("hd44780", Supplied(size, with_characters=letters, on_device=device))


def test_a_character_display_is_lit_and_blank_when_it_is_made_and_dark_when_closed() -> None:
    display = FakeHd44780(16, 2)
    line = FakeI2C({0x27: display})
    panel = characters_on(line, Rows("Willkommen      ", "CHF 25.00       "))
    was = (display.is_on, display.is_lit)
    assert was == (True, True)
    assert display.shows() == (b" " * 16,) * 2
    panel.show(a_page(1), shift=STILL)
    panel.close()
    assert display.shows() == (b" " * 16,) * 2
    assert not display.is_lit
    assert line.opened == 0


def test_a_display_of_two_rows_shows_them() -> None:
    display = FakeHd44780(16, 2)
    panel = characters_on(FakeI2C({0x27: display}), Rows("Willkommen      ", "CHF 25.00       "))
    panel.show(a_page(1), shift=STILL)
    assert display.shows() == (b"Willkommen      ", b"CHF 25.00       ")


def test_a_display_of_four_rows_shows_them() -> None:
    rows = ("Welcome".ljust(20), "x" * 20, "Balance too low".ljust(20), "0123456789abcdefghij")
    display = FakeHd44780(20, 4)
    characters_on(FakeI2C({0x27: display}), Rows(*rows), (20, 4)).show(a_page(1), shift=STILL)
    assert display.shows() == tuple(row.encode() for row in rows)


def test_letters_of_the_rom_are_sent_in_its_own_code() -> None:
    display = FakeHd44780(16, 2)
    panel = characters_on(FakeI2C({0x27: display}), Rows("für ä ö → °      "[:16], " " * 16))
    panel.show(a_page(1), shift=STILL)
    assert display.shows()[0] == b"f\xf5r \xe1 \xef \x7e \xdf".ljust(16)


def test_glyphs_are_loaded_and_shown() -> None:
    display = FakeHd44780(16, 2)
    letters = Rows("caf\x01            ", "\x00               ", glyphs={0: ARROW, 1: E_ACUTE})
    characters_on(FakeI2C({0x27: display}), letters).show(a_page(1), shift=STILL)
    assert display.shows() == (b"caf\x01".ljust(16), b"\x00".ljust(16))
    assert (display.glyph(0), display.glyph(1)) == (ARROW, E_ACUTE)


def test_glyphs_that_change_are_loaded_again_and_no_others() -> None:
    line = FakeI2C({0x27: (display := FakeHd44780(16, 2))})
    letters = Rows("\x00\x01".ljust(16), " " * 16, glyphs={0: ARROW, 1: E_ACUTE})
    panel = characters_on(line, letters)
    panel.show(a_page(1), shift=STILL)
    before = len(line.sent)
    letters.glyphs = {0: E_ACUTE, 1: E_ACUTE}
    panel.show(a_page(2), shift=STILL)
    assert (display.glyph(0), display.glyph(1)) == (E_ACUTE, E_ACUTE)
    assert len(line.sent) - before == 10  # its address, eight rows, and the cursor back


def test_only_characters_that_changed_are_written() -> None:
    display = FakeHd44780(16, 2)
    letters = Rows("CHF 25.00       ", "Danke           ")
    panel = characters_on(FakeI2C({0x27: display}), letters)
    panel.show(a_page(1), shift=STILL)
    display.written = 0
    letters.rows = ("CHF 15.00       ", "Danke!          ")
    panel.show(a_page(2), shift=STILL)
    assert display.shows() == (b"CHF 15.00       ", b"Danke!          ")
    assert display.written == 2


@pytest.mark.parametrize("garbled", range(3))
def test_a_refresh_mends_what_noise_did_to_a_character_display(garbled: int) -> None:
    display = FakeHd44780(16, 2)
    letters = Rows("caf\x01            ", "CHF 25.00       ", glyphs={1: E_ACUTE})
    panel = characters_on(FakeI2C({0x27: display}), letters)
    panel.show(a_page(1), shift=STILL)
    for _ in range(garbled):
        display.garble()
    panel.refresh()
    assert display.shows() == (b" " * 16,) * 2
    panel.show(a_page(1), shift=STILL)
    assert display.shows() == (b"caf\x01".ljust(16), b"CHF 25.00       ")
    assert display.glyph(1) == E_ACUTE


@pytest.mark.parametrize("half", [*range(16), None])
def test_a_refresh_brings_a_character_display_into_step_whatever_it_heard_last(half: int | None) -> None:
    display = FakeHd44780(16, 2)
    panel = characters_on(FakeI2C({0x27: display}), Rows("Willkommen      ", "CHF 25.00       "))
    display.half, display.is_wide = half, half is None
    panel.refresh()
    panel.show(a_page(1), shift=STILL)
    assert display.shows() == (b"Willkommen      ", b"CHF 25.00       ")
    assert display.is_on


def test_a_full_character_display_is_written_in_less_than_100_milliseconds_at_100_kilohertz() -> None:
    display = FakeHd44780(20, 4)
    panel = characters_on(FakeI2C({0x27: display}, hertz=100_000), Rows(*["0123456789abcdefghij"] * 4), (20, 4))
    start = time.monotonic()
    panel.show(a_page(1), shift=STILL)
    taken = time.monotonic() - start
    assert display.shows() == (b"0123456789abcdefghij",) * 4
    assert 0.05 <= taken < 0.5  # 65 ms, when nobody else wants the processor


# Colour


COLOUR = [(driver, size) for driver in ("st7735", "st7789", "ili9341") for size in DRIVERS[driver].sizes]


def lcd_on(bus: FakeSPI, *, driver: str, size: tuple[int, int], rotate: int = 0) -> Panel:
    link = SPILink(dc_pin=DC, reset_pin=RESET, speed_hz=8_000_000, name=driver, make_bus=lambda: bus)
    return panel_of(driver, Supplied(size, with_pictures=noise(size, "RGB", rotate), on_link=link))


def spi(pins: Pins, size: tuple[int, int]) -> FakeSPI:
    return FakeSPI(lambda: pins.is_high(DC), width=size[0], height=size[1])


@pytest.mark.parametrize(("driver", "size"), COLOUR)
def test_a_colour_display_shows_the_picture(pins: Pins, driver: str, size: tuple[int, int]) -> None:
    bus = spi(pins, size)
    panel = lcd_on(bus, driver=driver, size=size)
    assert bus.is_on
    assert bus.image.getbbox() is None
    for number in (1, 2):
        panel.show(a_page(number), shift=STILL)
        assert same(bus.image, NoisyPictures(*size, "RGB").draw(a_page(number)))


def test_a_colour_display_is_turned(pins: Pins) -> None:
    bus = spi(pins, (160, 128))
    lcd_on(bus, driver="st7735", size=(160, 128), rotate=1).show(a_page(1), shift=STILL)
    assert same(bus.image, NoisyPictures(128, 160, "RGB").draw(a_page(1)).rotate(-90, expand=True))


def test_a_colour_display_gets_only_what_changed(pins: Pins) -> None:
    class Square(NoisyPictures):
        @override
        def draw(self, page: Page, *, shift: tuple[int, int] = STILL) -> Image.Image:
            image = super().draw(a_page(1), shift=shift)
            image.paste("red", (10, 20, 10 + 5 * page.number, 27))
            return image

    bus = spi(pins, (160, 128))
    link = SPILink(dc_pin=DC, reset_pin=None, speed_hz=8_000_000, name="st7735", make_bus=lambda: bus)
    pictures = Square(160, 128, "RGB")
    panel = panel_of("st7735", Supplied((160, 128), with_pictures=pictures, on_link=link))
    panel.show(a_page(1), shift=STILL)
    before = bus.sent
    panel.show(a_page(1), shift=STILL)
    assert bus.sent == before
    panel.show(a_page(2), shift=STILL)
    assert bus.sent - before == 3 * 5 * 7
    assert same(bus.image, pictures.draw(a_page(2)))
    panel.refresh()
    panel.show(a_page(2), shift=STILL)
    assert bus.sent - before == 3 * (5 * 7 + 160 * 128)


def test_a_colour_display_is_reset_by_its_pin_and_gives_its_pins_back(pins: Pins) -> None:
    bus = spi(pins, (160, 128))
    panel = lcd_on(bus, driver="st7735", size=(160, 128))
    assert [edge.high for edge in pins.edges(RESET)][-2:] == [False, True]
    panel.close()
    assert not bus.is_on
    assert not bus.is_open
    assert bus.image.getbbox() is None
    assert not pins.is_output(DC)
    assert not pins.is_output(RESET)


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (errno.ENOENT, r"/dev/spidev0\.0 is not there: turn SPI on \(raspi-config, or dtparam=spi=on"),
        (errno.EACCES, "add the user to the group spi"),
    ],
)
def test_an_spi_that_cannot_be_opened_says_what_to_do(pins: Pins, error: int, text: str) -> None:
    bus = spi(pins, (160, 128))
    bus.open_error = error
    with pytest.raises(DeviceError, match=text):
        lcd_on(bus, driver="st7735", size=(160, 128))
    assert not pins.is_output(DC)


def test_an_spi_that_fails_gives_all_back_when_closed(pins: Pins) -> None:
    bus = spi(pins, (160, 128))
    panel = lcd_on(bus, driver="st7735", size=(160, 128))
    bus.error = errno.EIO
    with pytest.raises(DeviceError, match=r"st7735: /dev/spidev0\.0 does not send"):
        panel.show(a_page(1), shift=STILL)
    with pytest.raises(DeviceError):
        panel.close()
    assert not bus.is_open
    assert not pins.is_output(DC)


# A file


def image_at(path: Path) -> Panel:
    mounting = Mounting("image", image_file=path)
    return panel_of("image", Supplied((32, 24), with_pictures=NoisyPictures(32, 24, "RGB"), mounting=mounting))


def identity(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_ino, status.st_mtime_ns


def test_a_file_holds_the_picture_and_nothing_else_is_left_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "display.png"
    panel = image_at(path)
    panel.show(a_page(1), shift=(1, 1))
    with Image.open(path) as image:
        assert same(image, NoisyPictures(32, 24, "RGB").draw(a_page(1)))
    assert [file.name for file in tmp_path.iterdir()] == ["display.png"]


def test_a_file_is_written_only_when_its_picture_changes(tmp_path: Path) -> None:
    path = tmp_path / "display.png"
    panel = image_at(path)
    panel.show(a_page(1), shift=STILL)
    before = identity(path)
    panel.show(a_page(1), shift=(1, 0))
    panel.dim(True)
    assert identity(path) == before
    panel.show(a_page(2), shift=STILL)
    assert identity(path) != before


def test_a_reader_never_finds_half_a_picture(tmp_path: Path) -> None:
    path = tmp_path / "display.png"
    panel = image_at(path)
    with path.open("rb") as reader:
        first = reader.read(20)
        panel.show(a_page(1), shift=STILL)
        rest = reader.read()
    assert (first + rest).endswith(b"IEND\xaeB`\x82")


def test_a_closed_file_tells_nobody_to_scan(tmp_path: Path) -> None:
    path = tmp_path / "display.png"
    panel = image_at(path)
    panel.show(a_page(1), shift=STILL)
    panel.close()
    with Image.open(path) as image:
        assert image.getbbox() is None


def test_a_file_that_cannot_be_written_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(DeviceError, match=r"display\.png cannot be written: make its directory"):
        image_at(tmp_path / "nowhere" / "display.png")


# All of them


def pages_of(panel: Panel) -> tuple[Page, ...]:
    return panel.pages(a_card("Welcome"))


def test_every_panel_returns_the_pages_of_a_card(pins: Pins, tmp_path: Path) -> None:
    assert pages_of(oled_on(FakeI2C({0x3C: FakeOled()}))) == (a_page(1),)
    assert pages_of(lcd_on(spi(pins, (160, 128)), driver="st7735", size=(160, 128))) == (a_page(1),)
    assert pages_of(characters_on(FakeI2C({0x27: FakeHd44780(16, 2)}), Rows("", ""))) == (a_page(1),)
    assert pages_of(image_at(tmp_path / "display.png")) == (a_page(1),)
