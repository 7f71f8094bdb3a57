"""The gate's tables against XKB's: what a scanner types in a layout is what the gate reads in it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate_controller.devices.layouts import LAYOUTS
from tests.rig.keyboard import ALTGR, SHIFT, XKB
from tests.rig.settings import choices

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
IN_CODES = LETTERS + LETTERS.lower() + "0123456789.-]"


def typed(layout: str, key: int, holding: int | None) -> str:
    levels = {
        None: LAYOUTS[layout].alone,
        SHIFT: LAYOUTS[layout].with_shift,
        ALTGR: LAYOUTS[layout].with_altgr,
    }
    return levels[holding].get(key, "")


def test_each_layout_that_can_be_set_has_its_table() -> None:
    assert set(LAYOUTS) == set(choices("scanner.layout"))


@pytest.mark.parametrize("layout", LAYOUTS)
@given(code=st.text(IN_CODES, max_size=20))
def test_what_xkb_types_for_a_code_reads_as_that_code(layout: str, code: str) -> None:
    assert "".join(typed(layout, *XKB[layout].stroke(character)) for character in code) == code


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_character_of_a_code_is_typed_by_its_own_key(layout: str) -> None:
    strokes = [XKB[layout].stroke(character) for character in IN_CODES]
    assert len(set(strokes)) == len(IN_CODES)
    assert [typed(layout, *stroke) for stroke in strokes] == list(IN_CODES)


@pytest.mark.parametrize(
    ("layout", "key", "holding", "character"),
    [
        ("us", 21, None, "y"),
        ("uk", 21, None, "y"),
        ("it", 21, None, "y"),
        ("fr", 21, None, "y"),
        ("de", 21, None, "z"),
        ("ch", 21, None, "z"),
        ("de", 44, None, "y"),
        ("fr", 16, None, "a"),
        ("fr", 39, None, "m"),
        ("fr", 2, None, "&"),
        ("fr", 2, SHIFT, "1"),
        ("fr", 7, None, "-"),
        ("fr", 51, SHIFT, "."),
        ("us", 53, None, "/"),
        ("de", 53, None, "-"),
        ("de", 53, SHIFT, "_"),
        ("de", 10, ALTGR, "]"),
        ("ch", 27, ALTGR, "]"),
        ("it", 27, ALTGR, "]"),
        ("fr", 12, ALTGR, "]"),
        ("uk", 3, SHIFT, '"'),
        ("us", 3, SHIFT, "@"),
        ("de", 83, None, ","),
        ("ch", 83, None, "."),
    ],
)
def test_what_is_printed_on_the_key(layout: str, key: int, holding: int | None, character: str) -> None:
    assert typed(layout, key, holding) == character


@pytest.mark.parametrize(
    ("layout", "key"),
    [("de", 41), ("de", 13), ("ch", 13), ("ch", 27), ("fr", 26)],
)
def test_a_dead_key_types_nothing_by_itself(layout: str, key: int) -> None:
    assert typed(layout, key, None) == ""


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_keypad_types_digits_and_under_shift_moves_the_cursor(layout: str) -> None:
    keypad = (82, 79, 80, 81, 75, 76, 77, 71, 72, 73)
    assert "".join(typed(layout, key, None) for key in keypad) == "0123456789"
    assert [typed(layout, key, SHIFT) for key in keypad] == [""] * 10
