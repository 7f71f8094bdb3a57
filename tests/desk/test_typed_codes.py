"""Codes as people type them into a field of the desk, and what a scanner at that desk puts there."""

import pytest

from gate_controller.admission.words.codes import NotAVoucher
from gate_controller.desk.typed_codes import read_typed

CODE = "L4FU5LQTKJR3"


@pytest.mark.parametrize(
    "text",
    [
        CODE,
        "L4FU-5LQT-KJR3",
        "l4fu 5lqt kjr3",
        "  l4fu\u00a05lqt\u202fkjr3\t",
        "L4FU\u20135LQT\u2014KJR3",
        "L4FU \u2010 5LQT \u2212 KJR3",
        "L4-FU-5L-QT-KJ-R3",
        "\uff2c4FU5LQTKJR3",
        "]C0L4FU-5LQT-KJR3",
    ],
)
def test_a_code_is_read_however_it_is_typed(text: str) -> None:
    assert read_typed(text) == CODE


@pytest.mark.parametrize(
    "text", ["", "-", " ", "L4FU-5LQT-KJR", "L4FU-5LQT-KJR34", "L4FU-5LQT-KJRÄ", "2-8", "....", "x" * 99]
)
def test_what_can_be_no_code_is_none(text: str) -> None:
    assert isinstance(read_typed(text), NotAVoucher)


def test_two_digits_are_a_short_code_and_a_dot_is_a_letter() -> None:
    assert read_typed(" 28 ") == "28"
    assert read_typed("MAI.1234.567") == "MAI.1234.567"
