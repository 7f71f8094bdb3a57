"""Each display is sent, byte by byte, what luma and RPLCD sent before their place was taken: `recordings/` has it."""

from itertools import pairwise

import pytest

from gate_controller.devices.display.panels.i2c import I2CDevice
from gate_controller.devices.display.panels.spi import SPILink
from gate_controller.devices.display.typesetting.page import Page
from tests.devices.display import recorded
from tests.devices.display.recorded import Sent
from tests.rig.fake_displays import FakeHd44780
from tests.rig.fake_i2c import FakeI2C
from tests.rig.pages import NoisyPictures, a_page
from tests.rig.pins import Pins
from tests.rig.supplies import Supplied, panel_of

DC = 24
STILL = (0, 0)


def starts(*drivers: str) -> list[tuple[str, str]]:
    return [(driver, size) for driver in drivers for size in recorded.sent(driver)]


def size_of(heading: str) -> tuple[int, int]:
    width, height = map(int, heading.split("x"))
    return width, height


class Listening:
    """A link that notes what is sent."""

    def __init__(self) -> None:
        self.sent: Sent = []

    def command(self, command: bytes) -> None:
        self.sent.append(("command", command))

    def data(self, data: bytes) -> None:
        self.sent.append(("data", data))

    def close(self) -> None:
        pass


@pytest.mark.parametrize(("driver", "size"), starts("ssd1306", "ssd1309", "sh1106"))
def test_an_oled_is_started_as_it_was(driver: str, size: str) -> None:
    link = Listening()
    pictures = NoisyPictures(*size_of(size), "1")
    panel_of(driver, Supplied(size_of(size), with_pictures=pictures, on_link=link))
    assert link.sent == recorded.sent(driver)[size]


class Wire:
    """An SPI bus that notes what is sent, and whether it was data."""

    def __init__(self, pins: Pins) -> None:
        self.max_speed_hz = 0
        self.sent: Sent = []
        self._pins = pins

    def open(self, bus: int, device: int) -> None:
        pass

    def writebytes2(self, values: bytes) -> None:
        self.sent.append(("data" if self._pins.is_high(DC) else "command", values))

    def close(self) -> None:
        pass


@pytest.mark.parametrize(("driver", "size"), starts("st7735", "st7789", "ili9341"))
def test_a_colour_display_is_started_as_it_was(pins: Pins, driver: str, size: str) -> None:
    wire = Wire(pins)
    link = SPILink(dc_pin=DC, reset_pin=None, speed_hz=16_000_000, name=driver, make_bus=lambda: wire)
    pictures = NoisyPictures(*size_of(size), "RGB")
    panel_of(driver, Supplied(size_of(size), with_pictures=pictures, on_link=link))
    assert wire.sent == recorded.sent(driver)[size]


ARROW = (0b00100, 0b01110, 0b11111, 0b00100, 0b00100, 0b00100, 0b00100, 0b00000)
E_ACUTE = (0b00010, 0b00100, 0b01110, 0b10001, 0b11111, 0b10000, 0b01110, 0b00000)
PAGES = {
    "16x2": (
        ("\x00 Willkommen".ljust(16), "CHF 25.00, pay\x01".ljust(16)),
        ("\x00 für alle °".ljust(16), "CHF 15.00, pay\x01".ljust(16)),
    ),
    "20x4": (
        ("\x00 Welcome".ljust(20), "x" * 20, "Balance too low".ljust(20), "0123456789abcdefghij"),
        ("\x00 Welcome".ljust(20), "x" * 20, "Balance too small".ljust(20), "0123456789abcdefghiJ"),
    ),
}


class Rows:
    """Two pages, in the rows of a display."""

    glyphs = {0: ARROW, 1: E_ACUTE}  # noqa: RUF012 - a table

    def __init__(self, size: str) -> None:
        self._pages = PAGES[size]

    def pages(self, _card: object) -> tuple[Page, ...]:
        return (a_page(1), a_page(2))

    def draw(self, page: Page) -> tuple[str, ...]:
        return self._pages[page.number - 1]


def as_by_the_datasheet(start: Sent) -> Sent:
    """
    Return the start without what RPLCD put before its first four half bytes: a half of zeros each, which a display
    that listens on eight lines takes for an instruction of its own. Figure 24 has the halves alone.
    """
    halves = [(kind, sent[3:]) for kind, sent in start[:4] if sent[:3] == b"\x08\x0c\x08"]
    assert len(halves) == 4
    return halves + start[4:]


@pytest.mark.parametrize("size", PAGES)
def test_a_character_display_is_sent_what_it_was(size: str) -> None:
    was = recorded.sent("hd44780")
    line = FakeI2C({0x27: FakeHd44780(*size_of(size))})
    ends = [0]

    device = I2CDevice(bus=1, address=0x27, name="hd44780", open_bus=line.open)
    panel = panel_of("hd44780", Supplied(size_of(size), with_characters=Rows(size), on_device=device))
    ends.append(len(line.sent))
    for number in (1, 2):
        panel.show(a_page(number), shift=STILL)
        ends.append(len(line.sent))
    panel.refresh()
    ends.append(len(line.sent))
    panel.show(a_page(2), shift=STILL)
    ends.append(len(line.sent))
    panel.close()
    ends.append(len(line.sent))

    is_sent = [[("write", sent) for _, sent in line.sent[begin:end]] for begin, end in pairwise(ends)]
    assert is_sent == [
        as_by_the_datasheet(was[f"{size} start"]),
        was[f"{size} first page"],
        was[f"{size} second page"],
        as_by_the_datasheet(was[f"{size} refresh"]),
        was[f"{size} second page again"],
        was[f"{size} close"],
    ]
