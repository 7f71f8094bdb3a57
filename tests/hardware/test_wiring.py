"""Each wiring diagram connects the pins that its settings name, all of them, and is drawn from its present source."""

from pathlib import Path

import pytest
from gpiozero.pins.mock import MockFactory

from gate_controller.settings import Settings, value_of
from gate_controller.settings.models import FIELDS
from tests.hardware import wiring
from tests.rig.settings import loaded

EXAMPLES = {example.stem: example for example in sorted((wiring.HARDWARE / "examples").glob("*.toml"))}
BASIC = "basic"
"""The diagram that goes with the default settings, and so has no example."""

# The kinds of gate leave the lamps to the basic diagram; the colour display stands beside the whole of it.
LEFT_TO_THE_BASIC_DIAGRAM = {
    "tripod": {"lamps"},
    "barrier": {"lamps"},
    "motor": {"lamps"},
    "maglock": {"lamps"},
    "spi-display": {"lamps", "relay"},
}
BUSES = {
    "i2c": {"I2C data": 2, "I2C clock": 3},
    "spi": {"SPI select": 8, "SPI data": 10, "SPI clock": 11},
}
SUPPLY = {"ground": "GND", "3.3 V": "3V3", "5 V": "5V"}

each_diagram = pytest.mark.parametrize("source", wiring.SOURCES, ids=lambda source: source.stem)


def settings_of(name: str, directory: Path) -> Settings:
    """Load the settings that go with a diagram."""
    nothing_set = directory / "gate.toml"
    nothing_set.touch()
    return loaded(config=EXAMPLES.get(name, nothing_set), STATE_DIRECTORY=str(directory / "state")).settings


@pytest.mark.parametrize("name", EXAMPLES)
def test_each_example_loads_without_a_fault_and_is_a_few_lines(name: str, tmp_path: Path) -> None:
    settings_of(name, tmp_path)
    lines = EXAMPLES[name].read_text(encoding="utf-8").splitlines()
    assert len(lines) < 40
    assert f"# Wiring: ../wiring/{name}.svg" in lines


def test_each_diagram_has_an_example_and_each_example_a_diagram() -> None:
    assert {source.stem for source in wiring.SOURCES} == {*EXAMPLES, BASIC}


@pytest.mark.parametrize("name", ["tripod", "barrier", "motor", "maglock"])
def test_each_kind_of_gate_has_a_way_out(name: str, tmp_path: Path) -> None:
    assert settings_of(name, tmp_path).exit_button.pin is not None


def test_the_examples_have_every_kind_of_drive(tmp_path: Path) -> None:
    kinds = {settings_of(name, tmp_path).drive.kind for name in EXAMPLES}
    assert kinds == {"pulse", "hold", "motor", "maglock"}


def test_the_full_diagram_has_every_pin_but_those_of_other_gates_and_displays_and_of_further_buttons(
    tmp_path: Path,
) -> None:
    settings = settings_of("full", tmp_path)
    unset = {name for name in FIELDS if name.endswith("pin") and value_of(settings, name) is None}
    buttons = {"balance_button.pin", "price_button.pin"}  # wired as the exit button is
    assert unset == {"drive.close_pin", "display.dc_pin", "display.reset_pin", *buttons}


@each_diagram
def test_the_diagram_has_the_pins_of_its_settings(source: Path, tmp_path: Path) -> None:
    settings = settings_of(source.stem, tmp_path)
    left_out = LEFT_TO_THE_BASIC_DIAGRAM.get(source.stem, set())
    expected = {
        name: value_of(settings, name)
        for name in FIELDS
        if name.endswith("pin") and value_of(settings, name) is not None and name.partition(".")[0] not in left_out
    }
    if settings.display.driver != "none":
        expected |= BUSES[settings.display.interface]
    drawn = {pin.use: pin.bcm for pin in wiring.header_pins(source) if pin.bcm is not None}
    assert drawn == expected


@each_diagram
def test_each_pin_is_where_the_header_has_it(source: Path) -> None:
    header = MockFactory().board_info.headers["J8"].pins
    names = {position: pin.name for position, pin in header.items()}
    for pin in wiring.header_pins(source):
        expected = f"GPIO{pin.bcm}" if pin.bcm is not None else SUPPLY[pin.use]
        assert names[pin.position] == expected, pin


@each_diagram
def test_each_pin_has_exactly_one_wire(source: Path) -> None:
    assert sorted(wiring.connected_positions(source)) == sorted(pin.position for pin in wiring.header_pins(source))


@each_diagram
def test_each_svg_is_drawn_from_the_source_as_it_is(source: Path) -> None:
    told = wiring.drawn_from(source.with_suffix(".svg"))
    assert told == (source.name, wiring.source_hash(source)), "draw it anew: python -m tests.hardware.wiring"


def test_no_diagram_is_left_without_its_source() -> None:
    assert sorted((wiring.HARDWARE / "wiring").glob("*.svg")) == [
        source.with_suffix(".svg") for source in wiring.SOURCES
    ]


@each_diagram
def test_every_label_of_the_source_is_in_the_svg(source: Path) -> None:
    svg = source.with_suffix(".svg").read_text(encoding="utf-8")
    for pin in wiring.header_pins(source):
        assert f">{pin.label}</text>" in svg.replace("&#45;", "-").replace("&#160;", " ")
