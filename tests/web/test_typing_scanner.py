"""A scanner that takes itself for an American keyboard, at computers that are set to another."""

import pytest

from gate_controller.desk.typed_codes import read_typed
from gate_controller.web.typing_scanner import as_scanned, other_reading

CODE = "ZY4FQ5WMA.3K"
"""With every letter and digit that another keyboard has elsewhere, as far as twelve characters go."""

_SWISS = str.maketrans("yzYZ-]", "zyZY'¨")
_GERMAN = str.maketrans("yzYZ-]", "zyZYß+")
# Lower case, as with Caps Lock on; and as scanners type it.
_FRENCH = str.maketrans("1234567890-qawzQAWZmM.]", "&é\"'(-è_çà)aqzwAQZW,?;$")


@pytest.mark.parametrize("keyboard", [_SWISS, _GERMAN, _FRENCH], ids=["swiss", "german", "french"])
@pytest.mark.parametrize("form", ["{}-{}-{}", "]C0{}-{}-{}", "]Q3{}-{}-{}"])
def test_a_code_is_the_same_whatever_keyboard_the_computer_has(keyboard: dict[int, int], form: str) -> None:
    printed = form.format(CODE[:4], CODE[4:8], CODE[8:])
    assert read_typed(as_scanned(printed)) == CODE
    assert read_typed(as_scanned(printed.translate(keyboard))) == CODE


def test_digits_of_a_french_keyboard_show_it_without_any_dash() -> None:
    assert read_typed(as_scanned(CODE.translate(_FRENCH))) == CODE


def test_where_nothing_shows_at_which_keyboard_it_was_scanned_both_readings_are_had() -> None:
    scanned = CODE.translate(_SWISS)
    assert as_scanned(scanned) == scanned
    assert other_reading(scanned) == CODE
    assert other_reading("L4FU5LQTKJR3") is None
