"""
Writes the table of display drivers into docs/displays.md: `python -m tests.docs.displays`.

The page is compared with what the drivers declare by `test_displays.py`, so that it can't fall behind.
"""

from pathlib import Path

from gate_controller.devices.display.driver import Driver
from gate_controller.devices.display.drivers import DRIVERS

PAGE = Path(__file__).parents[2] / "docs" / "displays.md"
BEGIN, END = "<!-- drivers: from what they declare -->", "<!-- end of drivers -->"

HEAD = """\
| `display.driver` | what it is | sizes, the usual one first | connected by | to install |
| --- | --- | --- | --- | --- |
"""


def table() -> str:
    """Return a row for each driver."""
    return HEAD + "".join(map(_row, DRIVERS.values()))


def drawn(page: str) -> str:
    """Return the page with its table made anew."""
    before, rest = page.split(BEGIN)
    after = rest.split(END)[1]
    return f"{before}{BEGIN}\n{table()}{END}{after}"


def _row(driver: Driver) -> str:
    sizes = ", ".join(f"{width}x{height}" for width, height in driver.sizes)
    if driver.most is not None:
        sizes += f", any up to {driver.most[0]}x{driver.most[1]}"
    ways = {"i2c": f"I2C at 0x{driver.address or 0:02x}", "spi": "SPI"}
    connected = " or ".join(ways[interface] for interface in driver.interfaces) or "-"
    return f"| `{driver.name}` | {driver.kind} | {sizes} | {connected} | `gate-controller[{driver.extra}]` |\n"


if __name__ == "__main__":
    PAGE.write_text(drawn(PAGE.read_text()))
