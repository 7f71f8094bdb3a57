"""
Whatever visitors hold under a scanner, and however its bytes are cut and delayed: only a text's first line is ever a
scan, a ShortCode only where it stands alone, and a voucher always is one.
"""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate_controller.admission.words.codes import read_code
from tests.devices.scanned import ADDRESS, CODE, GAP, MAGAZINE, QR_BILL, TEXTS, Line, knowing

FILLERS = bytes([*range(0x21), 0x7F])

ENDS = st.sampled_from([b"\r", b"\n", b"\r\n", b"\n\r", b"\r\r\n", b"\x00\r", b"\x03\r\n"])
VOUCHERS = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=12, max_size=12)
TWO_DIGITS = st.integers(0, 99).map("{:02}".format)
WORDS = st.one_of(
    st.text(max_size=30).filter(lambda text: not set(text) & set("\r\n")),
    st.integers(0, 10**13).map(str),
    st.sampled_from(
        ["", "SPC", "BEGIN:VCARD", "Grosse Gasse", "Zürich", "]C1010345312000001", "\x1d10ABC", "X28", "2-8"]
    ),
)
LINES = st.one_of(WORDS, TWO_DIGITS, VOUCHERS)


def in_pieces(data: bytes) -> st.SearchStrategy[list[bytes]]:
    """Draw a way to cut bytes into reads."""
    cuts = st.sets(st.integers(1, max(1, len(data) - 1)), max_size=12)
    return cuts.map(lambda places: [data[a:b] for a, b in pairwise([0, *sorted(places), len(data)])])


@st.composite
def texts(draw: st.DrawFn) -> bytes:
    """Draw several lines in some encoding."""
    first = draw(WORDS)
    encoding = draw(st.sampled_from(["utf-8", "latin-1", "utf-16", "utf-16-le", "utf-16-be"]))
    end = draw(ENDS).decode()
    lines = [first, *draw(st.lists(LINES, min_size=1, max_size=8))]
    return (end.join(lines) + draw(st.sampled_from(["", end]))).encode(encoding, errors="replace")


TEXT_IN_PIECES = st.one_of(texts(), st.sampled_from(TEXTS)).flatmap(in_pieces)


def sent(line: Line, pieces: list[bytes], pauses: list[float]) -> Line:
    for number, piece in enumerate(pieces):
        line.send(piece).pause(pauses[number % len(pauses)] if pauses else 0)
    return line.wait()


def short_codes(line: Line, text: bytes) -> list[str]:
    """Return the ShortCodes that were handed out, save from a text that is one, once or again and again."""
    lines = set(re.split(rb"[\x00-\x20\x7f]+", text)) - {b""}
    return [code for code in line.scans if len(code) == 2 and len(lines) > 1]


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("end", [b"", b"\r", b"\r\n"])
def test_no_line_of_a_text_is_a_scan(text: bytes, end: bytes) -> None:
    for line in (Line(), knowing(), knowing(b"\r\n")):
        assert line.send(text + end).wait().scans == []
        assert len(line.frames) == 1
        assert line.send(CODE + b"\r").scans == [CODE.decode()]


@pytest.mark.parametrize("known", [False, True])
@given(pieces=TEXT_IN_PIECES, pauses=st.lists(st.floats(0, 0.9 * GAP), max_size=8))
def test_however_a_text_is_cut_only_its_first_line_can_be_a_scan(
    known: bool, pieces: list[bytes], pauses: list[float]
) -> None:
    line = sent(knowing() if known else Line(), pieces, pauses)
    lines = re.split(rb"[\r\n]", b"".join(pieces))
    first = read_code(next((line for line in lines if line.strip(FILLERS)), b""))
    assert line.scans in ([], [first])
    assert short_codes(line, b"".join(pieces)) == []


@pytest.mark.parametrize("known", [False, True])
@given(pieces=TEXT_IN_PIECES, pauses=st.lists(st.floats(0, 0.49), max_size=8))
def test_whatever_pauses_a_text_has_no_line_of_it_is_a_short_code(
    known: bool, pieces: list[bytes], pauses: list[float]
) -> None:
    line = sent(knowing() if known else Line(), pieces, pauses)
    assert short_codes(line, b"".join(pieces)) == []


@given(pause=st.floats(0.06, 0.49), text=st.sampled_from(TEXTS))
def test_character_by_character_a_text_has_one_first_line(pause: float, text: bytes) -> None:
    for line in (knowing(), Line()):
        first = text.lstrip(b"\r\n")[:200]
        line.send(*(first[at : at + 1] for at in range(len(first))), pause=pause).wait()
        assert line.scans == []
        assert len(line.frames) <= 1 or not text.isascii()


@given(code=VOUCHERS, end=ENDS, pauses=st.lists(st.floats(0, 0.9 * GAP), max_size=8), data=st.data())
def test_however_a_voucher_with_an_end_is_cut_it_is_that_voucher(
    code: str, end: bytes, pauses: list[float], data: st.DataObject
) -> None:
    pieces = data.draw(in_pieces(code.encode() + end))
    assert sent(Line(), pieces, pauses).scans == [code]


@given(code=VOUCHERS, end=ENDS, pauses=st.lists(st.floats(0, 0.49), max_size=8), data=st.data())
def test_with_whatever_pauses_a_voucher_is_that_voucher_where_ends_are_known(
    code: str, end: bytes, pauses: list[float], data: st.DataObject
) -> None:
    pieces = data.draw(in_pieces(code.encode() + end))
    line = sent(knowing(), pieces, pauses)
    assert line.scans == [code]
    assert len(line.frames) == 1


@given(code=VOUCHERS, end=ENDS, pauses=st.lists(st.floats(0, 3), max_size=8), data=st.data())
def test_no_piece_of_a_voucher_is_a_short_code_where_ends_are_known(
    code: str, end: bytes, pauses: list[float], data: st.DataObject
) -> None:
    pieces = data.draw(in_pieces(code.encode() + end))
    assert sent(knowing(), pieces, pauses).scans in ([], [code])


@given(code=VOUCHERS, lines=st.lists(LINES, min_size=1, max_size=6), end=st.sampled_from([b"\r", b"\n", b"\r\n"]))
def test_of_a_text_that_begins_with_a_voucher_it_is_the_scan(code: str, lines: list[str], end: bytes) -> None:
    text = end.join([code.encode(), *(line.encode(errors="replace") for line in lines)])
    line = Line().send(text)
    assert line.scans == [code]
    assert line.wait().scans == [code]


@given(number=st.integers(0, 10**13 - 1), end=st.sampled_from([b"\r", b"\r\n", b""]))
def test_no_ean_is_a_scan(number: int, end: bytes) -> None:
    assert Line().send(f"{number:013}".encode() + end).wait().scans == []


def test_an_address_between_two_vouchers_is_refused_and_nothing_else() -> None:
    line = Line().send(CODE + b"\r", ADDRESS, CODE + b"\r", pause=1)
    assert line.frames == [CODE, b"Grosse Gasse", CODE]


def test_the_digits_beside_a_magazines_ean_are_no_scan_even_alone() -> None:
    assert Line().send(*MAGAZINE.splitlines(keepends=True), pause=2).wait().scans == []


@pytest.mark.parametrize("size", [1, 8, 20, 62, 64], ids="{} bytes".format)
def test_a_qr_bill_in_packets_of_a_radio_or_of_usb_has_no_short_code(size: int) -> None:
    packets = [QR_BILL[at : at + size] for at in range(0, len(QR_BILL), size)]
    for pause in (0.01, 0.06, 0.2, 0.45):
        for line in (Line(), knowing()):
            assert line.send(*packets, pause=pause).wait().scans == []


def test_lines_typed_with_a_delay_after_each_enter_are_no_short_codes() -> None:
    for pause in (0.06, 0.2, 0.45):
        for line in (Line(), knowing()):
            line.send(*QR_BILL.splitlines(keepends=True), pause=pause).wait()
            assert line.scans == []
