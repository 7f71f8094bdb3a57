"""What the pages of `hardware/` tell a technician to connect is what the settings drive, and every page is found."""

import re
from pathlib import Path

import pytest
from gpiozero.pins.mock import MockFactory

from gate_controller.settings import Settings

HARDWARE = Path(__file__).parents[1] / "hardware"
PAGES = {page.name: page.read_text(encoding="utf-8") for page in sorted(HARDWARE.glob("*.md"))}
README = PAGES["README.md"]
TABLE = {
    setting: (int(bcm), int(header), chosen_by)
    for setting, bcm, header, chosen_by in re.findall(
        r"^\|[^|]*\| `([a-z_.]+)` \| (\d+) \| (\d+) \| (default|suggested) \|", README, re.MULTILINE
    )
}
"""Setting -> BCM number, position on the header and who chose it, as the page's table of pins has them."""

RELAYS = {"relay.pin", "drive.close_pin", "drive.exit_pin"}
SPI_PINS = {"display.dc_pin", "display.reset_pin"}
HAT_EEPROM, I2C, SPI, CONSOLE = {0, 1}, {2, 3}, {8, 9, 10, 11}, {14, 15}
PULLED_UP_FROM_POWER_ON = set(range(9))


def pins(*, unset: bool) -> dict[str, int | None]:
    """Every setting that names a pin, with its default; either those that have one, or those that have none."""
    found = {}
    for section, field in Settings.model_fields.items():
        for name, leaf in getattr(field.annotation, "model_fields", {}).items():
            if (name == "pin" or name.endswith("_pin")) and (leaf.default is None) == unset:
                found[f"{section}.{name}"] = leaf.default
    return found


def in_table(chosen_by: str) -> dict[str, int | None]:
    return {setting: bcm for setting, (bcm, _, who) in TABLE.items() if who == chosen_by}


@pytest.fixture(scope="module")
def header() -> dict[int, int]:
    """BCM number -> position on the 40-pin header, as gpiozero knows it."""
    board = MockFactory().board_info
    return {bcm: pin.number for bcm in range(2, 28) for _, pin in board.find_pin(f"GPIO{bcm}")}


def test_the_table_has_every_pin_in_use_by_default() -> None:
    assert in_table("default") == pins(unset=False)


def test_the_table_suggests_a_pin_for_every_other_setting_that_takes_one() -> None:
    assert in_table("suggested").keys() == pins(unset=True).keys()


def test_all_pins_of_the_table_can_be_used_together() -> None:
    used = [bcm for bcm, _, _ in TABLE.values()]
    assert len(used) == len(set(used))
    assert not set(used) & (HAT_EEPROM | I2C | SPI | CONSOLE)


@pytest.mark.parametrize("setting", [*sorted(RELAYS), "buzzer.pin", "lamps.green_pin"])
def test_nothing_that_acts_when_high_is_where_the_pi_pulls_up_from_power_on(setting: str) -> None:
    assert TABLE[setting][0] not in PULLED_UP_FROM_POWER_ON


def test_the_table_knows_where_each_pin_is_on_the_header(header: dict[int, int]) -> None:
    assert {bcm: position for bcm, position, _ in TABLE.values()} == {bcm: header[bcm] for bcm, _, _ in TABLE.values()}


@pytest.mark.parametrize("bcm", sorted(I2C | SPI))
def test_the_page_knows_where_the_buses_are(bcm: int, header: dict[int, int]) -> None:
    assert re.search(rf"GPIO{bcm}\s+\([^)]*pin {header[bcm]}\)", README)


@pytest.mark.parametrize("function", ["GND", "3V3", "5V"])
def test_the_page_knows_where_ground_and_supply_are(function: str) -> None:
    line = re.search(r"^Ground is on header pins (.*); 3.3 V on (.*); 5 V on (.*)\.$", README, re.MULTILINE)
    assert line is not None
    told = dict(zip(("GND", "3V3", "5V"), line.groups(), strict=True))[function]
    pins = MockFactory().board_info.headers["J8"].pins.values()
    assert {int(n) for n in re.findall(r"\d+", told)} == {pin.number for pin in pins if pin.name == function}


@pytest.mark.parametrize("page", [name for name, text in PAGES.items() if re.search(r"gpio=\d", text)])
def test_boot_lines_keep_relays_off_and_touch_nothing_else(page: str) -> None:
    named = {int(bcm) for bcm in re.findall(r"gpio=(\d+)=op,d[lh]", PAGES[page])}
    assert TABLE["relay.pin"][0] in named
    assert named <= {TABLE[setting][0] for setting in RELAYS}


def test_the_page_on_safe_states_has_a_boot_line_for_each_relay_and_the_pin_to_look_at() -> None:
    text = PAGES["safe-by-wire.md"]
    for setting in RELAYS:
        assert f"gpio={TABLE[setting][0]}=op,dl" in text
    assert f"pinctrl get {TABLE['relay.pin'][0]}`" in text
    for line in ("dtparam=strict_gpiod", "dtparam=watchdog=on"):
        assert f"\n    {line}\n" in text


def test_every_page_can_be_reached_from_the_first() -> None:
    reached, new = set(), {"README.md"}
    while new:
        reached |= new
        linked = {Path(target).name for page in new for target in re.findall(r"\]\(([^)#\s]+\.md)", PAGES[page])}
        new = (linked & PAGES.keys()) - reached
    assert reached == PAGES.keys()


PIN_VOLTS, SUPPLY_VOLTS, TRANSISTOR_VOLTS = 3.3, 5.0, 0.8
"""What a pin gives, what header pin 2 gives, and what a ULN2803 keeps at some milliamperes (its data sheet)."""
SEEN_MILLIAMPERES, PIN_MILLIAMPERES = 3.0, 8.0
"""From how much on an LED is seen indoors, and what a pin of any Raspberry Pi gives (hardware/README.md, "Pins")."""


@pytest.mark.parametrize(
    ("led", "volts", "way", "ohms", "milliamperes"),
    re.findall(r"^  \| (.*) \| ([\d.]+) V \| (.*) \| (\d+) Ω \| ([\d.]+) mA \|$", PAGES["wiring.md"], re.MULTILINE),
)
def test_each_led_gets_a_current_that_is_seen_and_that_a_pin_can_give(
    led: str, volts: str, way: str, ohms: str, milliamperes: str
) -> None:
    fed_by = PIN_VOLTS if way.startswith("pin ") else SUPPLY_VOLTS - TRANSISTOR_VOLTS
    current = 1000 * (fed_by - float(volts)) / int(ohms)
    assert current == pytest.approx(float(milliamperes), abs=0.1), led
    assert current >= SEEN_MILLIAMPERES
    assert not way.startswith("pin ") or current <= PIN_MILLIAMPERES


def test_the_pages_have_leds_for_pins_and_those_that_a_pin_leaves_dark() -> None:
    rows = re.findall(r"^  \| .* \| ([\d.]+) V \| (pin|5 V) → ", PAGES["wiring.md"], re.MULTILINE)
    assert rows == [("2.1", "pin"), ("3.1", "5 V")]
    resistors = re.search(r"^\| resistors \| (.*) \| \|$", PAGES["bom.md"], re.MULTILINE)
    assert resistors is not None
    assert all(f"{ohms} Ω" in resistors[1] for ohms in re.findall(r"\| (\d+) Ω \|", PAGES["wiring.md"]))
