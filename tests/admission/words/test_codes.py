import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate_controller.admission.words.codes import Code, NotAVoucher, mask, read_code, voucher_code


@pytest.mark.parametrize(
    "frame",
    [
        b"L4FU5LQTKJR3",
        b"L4FU-5LQT-KJR3",
        b"l4fu5lqtkjr3",
        b"  L4FU5LQTKJR3 ",
        b"]C0L4FU5LQTKJR3",
        b"\x02L4FU5LQTKJR3\x03",
    ],
)
def test_every_way_to_write_a_voucher_is_the_same_code(frame: bytes) -> None:
    assert read_code(frame) == Code("L4FU5LQTKJR3")


def test_two_digits_are_a_short_code() -> None:
    assert read_code(b"]Q142") == Code("42")


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"   ",
        b"\x00",
        b"L4FU5LQTKJR\x00",
        b"\xff" * 12,
        "Grüezi mitenand".encode(),
        "L4FU5LQTKJRÄ".encode(),
        b"' OR '1'='1",
        b"1; DROP TABLE",
        b"../../../etc",
        b"............",
        b"https://example.org/voucher/L4FU5LQTKJR3",
        b"4006381333931",
        b"7",
        b"123",
        b"1234567890123456789",
        b"A" * 65,
        b"A" * 5000,
    ],
)
def test_what_cannot_be_a_voucher_is_refused_without_being_repeated(frame: bytes) -> None:
    refused = read_code(frame)

    assert isinstance(refused, NotAVoucher)
    assert refused.why
    assert len(frame) < 5 or frame.decode("latin-1") not in refused.why


@given(st.binary(max_size=100))
def test_any_bytes_are_a_code_or_refused(frame: bytes) -> None:
    code = read_code(frame)

    assert isinstance(code, NotAVoucher) or len(code) in {2, 12}


def test_only_the_last_four_characters_of_a_code_are_shown() -> None:
    assert mask("L4FU5LQTKJR3") == "…KJR3"
    assert mask("42") == "…"


def test_a_voucher_code_is_kept_without_dashes_and_blanks() -> None:
    assert voucher_code(" l4fu-5lqt-kjr3 ") == "L4FU5LQTKJR3"
