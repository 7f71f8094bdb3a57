"""What `hardware/README.md` tells a technician to connect is what the default settings drive."""

import re
from pathlib import Path

import pytest
from gpiozero.pins.mock import MockFactory

from gate_controller.settings import Settings

README = (Path(__file__).parents[1] / "hardware" / "README.md").read_text(encoding="utf-8")
TABLE = {
    setting: (int(bcm), int(header))
    for setting, bcm, header in re.findall(r"^\|[^|]*\| `([a-z_.]+)` \| (\d+) \| (\d+) \|", README, re.MULTILINE)
}
"""Setting -> BCM number and position on the header, as the page's table of pins has them."""


def default_pins() -> dict[str, int]:
    """Every pin that is in use when nothing is set, by the setting that names it."""
    found = {}
    for section, field in Settings.model_fields.items():
        for name, leaf in getattr(field.annotation, "model_fields", {}).items():
            if (name == "pin" or name.endswith("_pin")) and leaf.default is not None:
                found[f"{section}.{name}"] = leaf.default
    return found


@pytest.fixture(scope="module")
def header() -> dict[int, int]:
    """BCM number -> position on the 40-pin header, as gpiozero knows it."""
    board = MockFactory().board_info
    return {bcm: pin.number for bcm in range(2, 28) for _, pin in board.find_pin(f"GPIO{bcm}")}


def test_the_page_names_every_pin_in_use_by_default() -> None:
    assert {setting: bcm for setting, (bcm, _) in TABLE.items()} == default_pins()


def test_the_page_knows_where_each_pin_is_on_the_header(header: dict[int, int]) -> None:
    assert dict(TABLE.values()) == {bcm: header[bcm] for bcm, _ in TABLE.values()}


def test_the_diagram_shows_the_pins_of_the_table() -> None:
    drawn = {(int(bcm), int(position)) for bcm, position in re.findall(r"GPIO(\d+) \(pin (\d+)\)", README)}
    assert drawn == set(TABLE.values())


def test_the_boot_lines_keep_the_default_relay_pin_off() -> None:
    relay, _ = TABLE["relay.pin"]
    assert set(re.findall(r"gpio=(\d+)=op,d[lh]", README)) == {str(relay)}
    assert f"pinctrl get {relay}`" in README
