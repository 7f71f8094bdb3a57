"""How one scanner's bytes become frames: ends, pauses, pieces, and what is dropped unseen."""

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gate_controller.admission.words.codes import MAX_FRAME, NotAVoucher, read_code
from gate_controller.devices.framing import Dropped, Framer, Why
from tests.devices.scanned import ADDRESS, CODE, GAP, OTHER_CODE, STILLNESS, TEXTS, Line, knowing

ENDS = [b"\r", b"\n", b"\r\n", b"\n\r", b"\r\r", b"\r\r\n", b"\r\n\r\n", b"\r\n\n\r"]

# Bytes that make framing hard: terminators next to each other, and runs about as long as the longest frame.
LINES = st.lists(
    st.one_of(
        st.sampled_from([b"\r", b"\n", b"\r\n", b"A", b"28", b"\x00", b"\xff", CODE]),
        st.integers(MAX_FRAME - 2, MAX_FRAME + 3).map(lambda length: b"x" * length),
        st.binary(max_size=8),
    ),
    max_size=12,
).map(b"".join)


# -- a voucher, however it ends


@pytest.mark.parametrize("end", ENDS)
def test_a_voucher_with_an_end_is_a_frame_at_once(end: bytes) -> None:
    line = Line().send(CODE + end)
    assert line.frames == [CODE]
    line.wait()
    assert line.frames == [CODE]
    assert line.dropped == []


def test_a_voucher_without_an_end_is_a_frame_after_a_pause() -> None:
    line = Line().send(CODE).pause(0.9 * GAP)
    assert line.frames == []
    assert line.pause(0.1 * GAP + 1e-9).frames == [CODE]
    assert line.wait().frames == [CODE]


@pytest.mark.parametrize("late", [0.06, 0.4, 0.7, 30])
@pytest.mark.parametrize("end", ENDS)
def test_an_end_that_comes_late_is_no_frame_of_its_own(end: bytes, late: float) -> None:
    line = Line().send(CODE, end, pause=late).pause(STILLNESS).send(CODE + end)
    assert line.frames == [CODE, CODE]


@pytest.mark.parametrize("before", [b"\r", b"\n", b"\r\n", b"\x02", b"\x00\x00", b" ", b"\x16\x02", b"\t\r"])
def test_what_scanners_send_before_a_code_is_no_frame(before: bytes) -> None:
    assert Line().send(before + CODE + b"\r").wait().scans == ["L4FU5LQTKJR3"]


@pytest.mark.parametrize("pause", [0, 0.02, 0.06, 0.6, 20])
@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n", b""])
@pytest.mark.parametrize("junk", [b"\x00", b"\x03", b"\t", b"\x04", b"\x00\x03\t \x7f", b"\x1d\x1e\x1c", b"\x1a" * 300])
def test_control_characters_alone_are_no_frame(junk: bytes, end: bytes, pause: float) -> None:
    line = Line().send(CODE + end, junk, pause=pause).wait()
    assert line.scans == ["L4FU5LQTKJR3"]
    assert len(line.frames) == 1
    assert line.send(CODE + end).wait().scans == ["L4FU5LQTKJR3"] * 2


@pytest.mark.parametrize("junk", [b"\r", b"\n", b"\x00\r", b"\x03\r\n", b"\t\r\n\x00", b" \r"])
@pytest.mark.parametrize("pause", [0, 0.02, 0.06, 0.4])
def test_an_empty_line_just_after_a_code_is_no_frame(junk: bytes, pause: float) -> None:
    assert Line().send(CODE + b"\r", junk, pause=pause).wait().frames == [CODE]


@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n", b"\r\r\n\n", b"   \r", b"\x00\x00\r"])
def test_an_empty_line_that_stands_alone_is_refused_after_a_pause(end: bytes) -> None:
    assert Line().send(end).pause(GAP).frames == [b""]


def test_two_vouchers_with_a_pause_between_them_are_two_frames() -> None:
    assert Line().send(CODE + b"\r", OTHER_CODE + b"\r", pause=GAP).frames == [CODE, OTHER_CODE]
    assert Line().send(CODE, OTHER_CODE, pause=0.3).wait().frames == [CODE, OTHER_CODE]


def test_two_vouchers_without_a_pause_are_one() -> None:
    line = Line().send(CODE + b"\r" + OTHER_CODE + b"\r").wait()
    assert line.frames == [CODE]
    assert line.dropped == [Dropped(Why.BEHIND_ANOTHER, 1, "…EF56")]


# -- what is no voucher


def test_the_longest_frame_is_whole() -> None:
    assert Line().send(b"x" * MAX_FRAME + b"\r").frames == [b"x" * MAX_FRAME]


def test_a_frame_too_long_is_handed_over_before_it_ends() -> None:
    assert Line().send(b"x" * (MAX_FRAME + 1)).frames == [b"x" * (MAX_FRAME + 1)]


def test_5000_bytes_without_an_end_are_one_frame_cut_short() -> None:
    line = Line().send(b"x" * 5000).wait()
    assert line.frames == [b"x" * (MAX_FRAME + 1)]
    assert line.send(b"\r" + CODE + b"\r").frames[1:] == [CODE]


@pytest.mark.parametrize("line", [Line(), knowing()])
def test_a_byte_that_is_no_text_is_refused_before_its_line_ends(line: Line) -> None:
    assert line.send("Grü".encode()).frames == [b"Gr\xc3"]
    assert line.send(b"ezi\r" + b"28\r").wait().frames == [b"Gr\xc3"]


def test_no_voucher_without_an_end_is_refused_after_a_pause() -> None:
    assert Line().send(b"4006381333931").pause(GAP).frames == [b"4006381333931"]


# -- a ShortCode stands alone


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n", "", "\r\x00", "\x03\r"])
def test_a_short_code_is_a_scan_once_it_has_stood_alone(end: str) -> None:
    line = Line().send(b"42" + end.encode()).pause(0.9 * STILLNESS)
    assert line.frames == []
    assert line.pause(STILLNESS).scans == ["42"]
    assert line.wait().scans == ["42"]


@pytest.mark.parametrize("after", [0.0, 0.02, 0.06, 0.2, 0.45])
@pytest.mark.parametrize("before", [CODE + b"\r", b"9400\r", b"Grosse Gasse\n", b"x" * 70, CODE, b"\xff", b"07\r"])
def test_two_digits_soon_after_something_else_are_no_scan(before: bytes, after: float) -> None:
    assert "42" not in Line().send(before, b"42\r", pause=after).wait().scans


@pytest.mark.parametrize("after", [0.0, 0.02, 0.06, 0.2, 0.45])
@pytest.mark.parametrize("behind", [CODE + b"\r", b"9400\r", b"x", b"\xff", b"07\r", b"07", b"FU5LQTKJR3\r"])
@pytest.mark.parametrize("end", [b"", b"\r"])
def test_two_digits_with_something_soon_behind_them_are_no_scan(end: bytes, behind: bytes, after: float) -> None:
    assert "42" not in Line().send(b"42" + end, behind, pause=after).wait().scans


@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n"])
def test_a_text_that_begins_with_two_digits_is_refused_with_its_second_line(end: bytes) -> None:
    line = Line().send(b"28" + end + b"9400" + end)
    assert [read_code(frame) for frame in line.frames] == [NotAVoucher("7 characters that no voucher code has")]
    line.send(b"42" + end).wait()
    assert len(line.frames) == 1


@pytest.mark.parametrize("end", [b"", b"\r"])
@pytest.mark.parametrize("behind", [b"07\r", b"FU5LQTKJR3", b"000123"])
def test_whoever_held_two_digits_there_that_do_not_stand_alone_is_refused(end: bytes, behind: bytes) -> None:
    line = Line().send(b"42" + end, behind, pause=0.2).wait()
    assert len(line.frames) == 1
    assert line.scans == []


def test_ends_that_come_late_make_no_silence_around_two_digits() -> None:
    line = Line().send(b"\r").send(b"\n28").pause(0.25).send(b"\r").pause(0.25).send(b"\n07\r\n").wait()
    assert line.scans == []


@pytest.mark.parametrize("between", [b"\r", b"\n", b"\x00", b" ", b"\r\n"])
@pytest.mark.parametrize("end", [b"", b"\r"])
def test_what_is_no_line_is_no_silence_behind_a_short_code(end: bytes, between: bytes) -> None:
    for line in (Line(), knowing()):
        assert line.send(b"28" + end, between, b"9400\r", pause=0.3).wait().scans == []
    assert Line().send(b"28" + end, between, pause=0.3).wait().scans == ["28"]


def test_a_short_code_gives_way_to_a_voucher_soon_after_it() -> None:
    line = Line().send(b"42\r", CODE + b"\r", pause=0.2)
    assert line.frames == [CODE]
    assert line.wait().frames == [CODE]


@pytest.mark.parametrize("every", [0.1, 0.3, 0.49, 0.5, 0.51, 0.75, 1.0])
@pytest.mark.parametrize("end", [b"\r", b"\r\n", b""])
def test_a_short_code_that_the_scanner_reads_again_and_again_comes_through_all_the_time(
    end: bytes, every: float
) -> None:
    line = Line()
    heard: list[float] = []
    for _ in range(20):
        count = len(line.frames)
        line.send(b"42" + end).pause(every)
        if len(line.frames) > count:
            heard.append(line.now)
    assert set(line.frames) == {b"42"}
    assert heard[0] <= 100 + STILLNESS + 2 * every
    # The gate tells a presentation by codes that keep coming at least every 2 s.
    assert max(later - earlier for earlier, later in pairwise(heard)) <= STILLNESS + 2 * every


def test_a_short_code_just_after_the_port_was_heard_is_its_tail() -> None:
    line = Line(Framer(GAP, torn=True, since=100.0))
    assert line.pause(GAP).send(b"42\r").wait().frames == []
    assert line.send(b"42\r").wait().frames == [b"42"]


@pytest.mark.parametrize("torn", [False, True])
@pytest.mark.parametrize("rest", [b"42", b"42\r", b"\r42\r", b"\x00\r\n42\r\n"])
def test_two_digits_soon_after_the_port_was_opened_have_no_silence_before_them(rest: bytes, torn: bool) -> None:
    """What came before them went to nobody: a radio's first piece, or the first lines of a QR-bill."""
    line = Line(Framer(GAP, torn=torn, since=100.0)).pause(0.9 * STILLNESS)
    assert line.send(rest).wait().scans == []
    assert line.send(b"42\r").wait().send(b"42\r").wait().scans[-1:] == ["42"]


def test_two_digits_are_a_scan_half_a_second_after_the_port_was_opened() -> None:
    line = Line(Framer(GAP, since=100.0)).pause(STILLNESS + 1e-9)
    assert line.send(b"42\r").wait().frames == [b"42"]


def test_a_short_code_after_a_hang_up_in_the_middle_of_a_code_is_its_tail() -> None:
    line = Line(Framer(GAP, torn=True))
    assert line.send(b"42\r").wait().frames == []
    assert line.send(b"42\r").wait().frames == [b"42"]


# -- pieces


def test_a_scanner_that_sends_ends_is_known_by_a_voucher() -> None:
    line = knowing().send(CODE[:10], b"42\r", pause=0.06).wait()
    assert line.frames == [b"L4FU5LQTKJ42"]


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("pause", [0.06, 0.2, 0.45])
def test_pieces_are_joined_where_the_scanner_sends_ends(end: bytes, pause: float) -> None:
    line = knowing(end).send(*(bytes([byte]) for byte in CODE), pause=pause).send(end)
    assert line.frames == [CODE]
    assert line.wait().frames == [CODE]
    assert line.dropped == []


def test_a_piece_whose_end_is_missing_is_dropped_with_its_tail() -> None:
    line = knowing().send(CODE[:10], b"42\r", pause=0.7).wait()
    assert line.frames == []
    assert [dropped.why for dropped in line.dropped] == [Why.NO_END, Why.TAIL]
    assert line.send(b"42\r").wait().frames == [b"42"]


def test_a_voucher_in_place_of_a_tail_is_dropped_with_the_piece_before_it() -> None:
    line = knowing().send(CODE[:5], CODE + b"\r", CODE + b"\r", pause=1)
    assert line.frames == [CODE]
    assert [dropped.masked for dropped in line.dropped] == ["", "…KJR3"]


def test_a_tail_is_waited_for_5_seconds_and_two_digits_are_one_however_late() -> None:
    assert knowing().send(b"#", CODE + b"\r", pause=5.1).frames == [CODE]
    assert knowing().send(b"#", b"42\r", pause=3600).wait().frames == []


@pytest.mark.parametrize("pause", [0.06, 0.4, 0.7])
def test_the_rest_of_a_first_scan_is_no_short_code(pause: float) -> None:
    assert "42" not in Line().send(CODE[:10], b"42\r", pause=pause).wait().scans


@pytest.mark.parametrize("pause", [0.06, 0.2, 0.45])
def test_a_first_scan_in_pieces_is_refused_and_then_read(pause: float) -> None:
    line = Line().send(*(bytes([byte]) for byte in CODE + b"\r"), pause=pause)
    assert line.frames == [b"L", CODE]
    line.wait().send(*(bytes([byte]) for byte in CODE + b"\r"), pause=pause)
    assert line.frames == [b"L", CODE, CODE]


@pytest.mark.parametrize("text", TEXTS)
def test_a_scanner_without_ends_is_not_thought_to_send_them_for_a_text_that_has_some(text: bytes) -> None:
    line = Line().send(CODE).wait().send(text).wait()
    line.frames.clear()
    line.send(CODE).pause(GAP)
    assert line.frames == [CODE]


def test_a_scanner_without_ends_is_not_thought_to_send_them_for_a_text_that_begins_with_a_voucher() -> None:
    line = Line().send(CODE + b"\r\n42\r\n43").wait()
    assert line.send(CODE).pause(GAP).frames == [CODE, CODE]
    assert line.wait().send(b"42").wait().scans[-1] == "42"


def test_a_voucher_without_an_end_is_served_and_none_is_expected_from_there_on() -> None:
    line = knowing().send(CODE).pause(0.9 * STILLNESS)
    assert line.frames == []
    assert line.pause(0.1 * STILLNESS + 1e-9).frames == [CODE]
    assert line.wait().send(CODE).pause(GAP).frames == [CODE, CODE]


def test_a_scanner_that_sends_no_ends_any_more_is_known_even_behind_a_piece() -> None:
    line = knowing().send(b"4006381333931", CODE, CODE, pause=1).pause(GAP)
    assert line.frames == [CODE, CODE]


def test_keys_that_move_and_type_nothing_are_no_silence() -> None:
    line = Line().send(b"L4FU5L")
    for _ in range(5):
        line.pause(0.8 * GAP).send(b"")
    assert line.send(b"QTKJR3\r").frames == [CODE]


# -- how it is told


def test_what_is_dropped_of_a_text_is_told_once() -> None:
    line = Line().send(ADDRESS).wait()
    assert line.frames == [b"Grosse Gasse"]
    assert line.dropped == [Dropped(Why.BEHIND_ANOTHER, 2, "…")]


def test_in_stillness_there_is_nothing_to_wait_for() -> None:
    line = Line()
    assert line.framer.wake_at is None
    line.send(CODE)
    assert line.framer.wake_at == pytest.approx(line.now + GAP)
    line.wait()
    assert line.framer.wake_at is None


# -- whatever comes


@given(data=LINES, cuts=st.lists(st.integers(0, 400), max_size=10))
@example(data=b"A\r\nB\n\r\r\nC", cuts=[2, 6, 8])
def test_how_bytes_are_cut_into_reads_changes_nothing(data: bytes, cuts: list[int]) -> None:
    ends = sorted({min(cut, len(data)) for cut in cuts} | {0, len(data)})
    reads = [data[start:end] for start, end in pairwise(ends)]
    in_pieces, whole = Line().send(*reads).wait(), Line().send(data).wait()
    assert (in_pieces.frames, in_pieces.dropped) == (whole.frames, whole.dropped)


@given(pieces=st.lists(st.tuples(LINES, st.floats(0, 2)), max_size=12))
def test_no_frame_is_longer_than_one_byte_too_many_and_something_is_always_waited_for(
    pieces: list[tuple[bytes, float]],
) -> None:
    line = Line()
    for data, pause in pieces:
        line.send(data).pause(pause)
        assert line.framer.wake_at is None or line.framer.wake_at > line.now
    assert all(len(frame) <= MAX_FRAME + 1 for frame in line.frames)
    assert line.wait().framer.wake_at is None


@given(noise=st.lists(st.tuples(LINES, st.floats(0, 2)), max_size=8), end=st.sampled_from([b"\r", b"\n", b"\r\n", b""]))
def test_after_whatever_came_a_voucher_is_read_at_its_second_scan_at_the_latest(
    noise: list[tuple[bytes, float]], end: bytes
) -> None:
    line = Line()
    for data, pause in noise:
        line.send(data).pause(pause)
    line.pause(1)
    line.frames.clear()
    line.send(OTHER_CODE + end).pause(1).send(OTHER_CODE + end).wait()
    assert OTHER_CODE.decode() in line.scans
