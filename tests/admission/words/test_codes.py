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
        b"]Q2\\000026L4FU5LQTKJR3",
        b"\\000026L4FU5LQTKJR3",
        b"]d4\\000003\\000026L4FU5LQTKJR3",
        b"L4FU5LQTKJR3\x00",
        b"]Q1\x02L4FU5LQTKJR3\x03",
        b"\x02]Q1L4FU5LQTKJR3\x03\x00",
        b"L4FU5LQTKJR3\t",
        b"\x1dL4FU5LQTKJR3\x1d",
        b"\x16\x02 ]C0 \x02 L4FU5LQTKJR3 \x03\x04\x7f",
    ],
)
def test_every_way_to_write_a_voucher_is_the_same_code(frame: bytes) -> None:
    assert read_code(frame) == Code("L4FU5LQTKJR3")


CODE_IDS = ["D", "j", "T", "#", "P01", "s", "Q", "QR", "q", "P00", "w", "u", "X", "r", "z", "Az"]
"""Zebra's, Honeywell's, Datalogic's, Newland's and Netum's for what a voucher is printed or shown in."""


@pytest.mark.parametrize("code_id", CODE_IDS)
def test_a_code_id_is_dropped_before_a_voucher_alone(code_id: str) -> None:
    assert read_code(f"{code_id}L4FU5LQTKJR3".encode()) == Code("L4FU5LQTKJR3")
    assert read_code(f"\x02{code_id}L4FU-5LQT-KJR3\x03".encode()) == Code("L4FU5LQTKJR3")
    assert isinstance(read_code(f"{code_id}42".encode()), NotAVoucher)
    assert isinstance(read_code(f"{code_id}{code_id}L4FU5LQTKJR3".encode()), NotAVoucher)


def test_a_code_of_12_that_begins_like_a_code_id_is_whole() -> None:
    assert read_code(b"DX5LQTKJR3AB") == Code("DX5LQTKJR3AB")
    assert read_code(b"P01LQTKJR3AB") == Code("P01LQTKJR3AB")


@pytest.mark.parametrize("frame", [b"42", b" 42 ", b"\x0242\x03", b"42\x00", b"]Q142", b"]C042", b"]Q2\\00002642"])
def test_two_digits_are_a_short_code(frame: bytes) -> None:
    assert read_code(frame) == Code("42")


@pytest.mark.parametrize(
    "frame",
    [
        pytest.param(b"X28", id="a letter in front"),
        pytest.param(b"28X", id="a letter behind"),
        pytest.param(b"2-8", id="two house numbers"),
        pytest.param(b"-28", id="a temperature"),
        pytest.param(b"28-", id="a dash behind"),
        pytest.param(b"2 8", id="a blank between"),
        pytest.param(b"2\x008", id="a NUL between"),
        pytest.param(b"2\x008\x00", id="UTF-16"),
        pytest.param(b"28\r9", id="the beginning of two lines"),
        pytest.param(b"]E128", id="the supplement of a magazine's EAN"),
        pytest.param(b"]I028", id="an interleaved 2 of 5, read in part"),
        pytest.param(b"]28", id="half an AIM prefix"),
        pytest.param(b"]Q28", id="an AIM prefix and one digit"),
        pytest.param(b"\\00028", id="half an ECI prefix"),
        pytest.param("٢٨".encode(), id="other digits"),
        pytest.param("２８".encode(), id="wide digits"),
        pytest.param(b".28", id="a dot"),
        pytest.param(b"+28", id="a sign"),
        pytest.param(b"028", id="three digits"),
    ],
)
def test_two_digits_with_anything_beside_them_are_no_short_code(frame: bytes) -> None:
    assert isinstance(read_code(frame), NotAVoucher)


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
        b"]E04006381333931",
        b"d4006381333931",
        b"A4006381333931",
        b"F4006381333931",
        b"D123456789012",
        b"SC02XL0KZJG5J",
        b"AL4FU5LQTKJR3",
        b"1L4FU5LQTKJR3",
        b"Datenschutz12",
        b"jl4fu5lqtkjr3",
        b"RR123456785CH",
        b"00-1A-2B-3C-4D-5E",
        b"00:1A:2B:3C:4D:5E",
        b"D00-1A-2B-3C-4D-5E",
        b"D001A-2B3C4D5E",
        b"]C0DL4FU5LQTKJR3",
        b"]C101034531200000111719112510ABCD1234",
        b"\x1d0103453120000011",
        b"\\000026",
        b"]Q2\\000026",
        b"]Q1",
        b"\\000026https://example.org/",
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


@given(st.text("0123456789", min_size=13, max_size=13))
def test_no_13_digits_are_a_code(digits: str) -> None:
    assert isinstance(read_code(digits.encode()), NotAVoucher)


@given(st.from_regex(r"[A-Z][0-9A-Z]{12}", fullmatch=True).filter(lambda text: text[0] not in "DTQX"))
def test_no_13_characters_that_begin_with_another_letter_are_a_code(text: str) -> None:
    assert isinstance(read_code(text.encode()), NotAVoucher)


@given(st.from_regex(r"[\x20-\x7e]{0,6}[0-9]{2}", fullmatch=True).filter(lambda text: text.strip() != text[-2:]))
def test_whatever_visible_stands_before_two_digits_they_are_a_short_code_only_behind_a_prefix(text: str) -> None:
    code = read_code(text.encode())
    assert isinstance(code, NotAVoucher) or text.strip()[:2] in {"]C", "]Q", "]d", "]L", "]z"}


def test_only_the_last_four_characters_of_a_code_are_shown() -> None:
    assert mask("L4FU5LQTKJR3") == "…KJR3"
    assert mask("42") == "…"


def test_a_voucher_code_is_kept_without_dashes_and_blanks() -> None:
    assert voucher_code(" l4fu-5lqt-kjr3 ") == "L4FU5LQTKJR3"
