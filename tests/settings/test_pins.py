"""Which pins can be named."""

import pytest

from tests.rig.settings import loaded, mistakes


@pytest.mark.parametrize("pin", ["28", "-1", "40", "99999999999999"])
def test_a_pin_that_is_not_on_the_header_is_refused(pin: str) -> None:
    [line] = mistakes(GATE_RELAY__PIN=pin)

    assert line == (
        f"relay.pin is {pin}, which is no GPIO of the 40-pin header: environment GATE_RELAY__PIN: "
        "give a BCM number from 2 to 27, as digits: GPIO17 is 17"
    ) or line.startswith(f"relay.pin is {pin}, which is no BCM number: environment GATE_RELAY__PIN: ")


@pytest.mark.parametrize("pin", ["BOARD11", "GPIO17", "BCM17", "J8:11", "WPI0", "17.0", "0x11", "", "none"])
def test_what_is_no_number_is_told_to_use_bcm_numbers(pin: str) -> None:
    [line] = mistakes(GATE_RELAY__PIN=pin)

    assert line.startswith("relay.pin is ")
    assert "give a BCM number from 2 to 27" in line


@pytest.mark.parametrize("pin", ["0", "1"])
def test_the_pins_of_the_eeprom_are_refused_with_the_reason(pin: str) -> None:
    [line] = mistakes(GATE_LAMPS__RED_PIN=pin)

    assert "reserved for the EEPROM of add-on boards (HATs)" in line


def test_a_pin_used_twice_is_one_mistake_that_names_both_settings_and_origins() -> None:
    assert mistakes(GATE_RELAY__PIN="22") == (
        (
            "relay.pin and lamps.green_pin are both 22: environment GATE_RELAY__PIN and default: "
            "give each its own pin: set GATE_RELAY__PIN or GATE_LAMPS__GREEN_PIN to another BCM number"
        ),
    )


def test_a_pin_used_three_times_is_one_mistake_that_names_all_three() -> None:
    [line] = mistakes("buzzer.pin=17", "passage.pin=17")

    assert line.startswith("relay.pin, buzzer.pin and passage.pin are all 17: default, argument and argument: ")


def test_a_lamp_turned_off_frees_its_pin() -> None:
    assert loaded("relay.pin=22", "lamps.green_pin=none").settings.relay.pin == 22


def test_pins_used_twice_are_reported_beside_other_mistakes() -> None:
    lines = mistakes("relay.pin=22", "admission.price_cents=0", "lamps.red_pin=99")

    assert [line.partition(" ")[0] for line in lines] == ["admission.price_cents", "lamps.red_pin", "relay.pin"]
