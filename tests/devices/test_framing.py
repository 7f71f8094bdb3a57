from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st

from gate_controller.admission.words.codes import MAX_FRAME
from gate_controller.devices.framing import Framer

CODE = b"L4FU5LQTKJR3"

# Bytes that make framing hard: terminators next to each other, and runs about as long as the longest frame.
LINES = st.lists(
    st.one_of(
        st.sampled_from([b"\r", b"\n", b"\r\n", b"A", b"\x00", b"\xff"]),
        st.integers(MAX_FRAME - 2, MAX_FRAME + 3).map(lambda length: b"x" * length),
        st.binary(max_size=8),
    ),
    max_size=12,
).map(b"".join)


def fed(*reads: bytes) -> list[bytes]:
    framer = Framer()
    return [frame for read in reads for frame in framer.feed(read)]


def test_a_frame_ends_in_cr() -> None:
    assert fed(CODE + b"\r") == [CODE]


def test_a_frame_ends_in_lf() -> None:
    assert fed(CODE + b"\n") == [CODE]


def test_cr_lf_ends_one_frame() -> None:
    assert fed(CODE + b"\r\n") == [CODE]


def test_cr_lf_split_across_reads_ends_one_frame() -> None:
    assert fed(CODE + b"\r", b"\n") == [CODE]


def test_a_frame_in_ten_reads_is_one_frame() -> None:
    assert fed(*(bytes([byte]) for byte in CODE + b"\r")) == [CODE]


def test_two_frames_in_one_read_are_two_frames() -> None:
    assert fed(CODE + b"\r" + b"12\r") == [CODE, b"12"]


def test_nothing_between_terminators_is_a_frame() -> None:
    assert fed(b"\r\r\n\n") == [b"", b"", b""]


def test_a_gap_ends_a_frame() -> None:
    framer = Framer()
    assert framer.feed(CODE) == []
    assert framer.gap() == [CODE]


def test_a_gap_between_frames_is_no_frame() -> None:
    framer = Framer()
    framer.feed(CODE + b"\r")
    assert framer.gap() == []


def test_a_terminator_held_back_past_the_gap_is_no_empty_scan() -> None:
    framer = Framer()
    framer.feed(CODE)
    framer.gap()
    assert framer.feed(b"\r\n" + CODE + b"\r") == [CODE]


def test_only_one_terminator_belongs_to_a_frame_that_a_gap_ended() -> None:
    framer = Framer()
    framer.feed(CODE)
    framer.gap()
    assert framer.feed(b"\r\r") == [b""]


def test_the_longest_frame_is_whole() -> None:
    assert fed(b"x" * MAX_FRAME + b"\r") == [b"x" * MAX_FRAME]


def test_a_frame_too_long_is_handed_over_before_it_ends() -> None:
    assert fed(b"x" * (MAX_FRAME + 1)) == [b"x" * (MAX_FRAME + 1)]


def test_5000_bytes_without_an_end_are_one_frame_cut_short() -> None:
    assert fed(b"x" * 5000) == [b"x" * (MAX_FRAME + 1)]


def test_the_tail_of_a_frame_too_long_ends_silently_at_a_terminator() -> None:
    assert fed(b"x" * 5000 + b"\r\n" + CODE + b"\r") == [b"x" * (MAX_FRAME + 1), CODE]


def test_the_tail_of_a_frame_too_long_ends_silently_at_a_gap() -> None:
    framer = Framer()
    framer.feed(b"x" * 5000)
    assert framer.gap() == []
    assert framer.feed(CODE + b"\r") == [CODE]


def test_a_frame_is_pending_from_its_first_byte_to_its_end() -> None:
    framer = Framer()
    pending = [framer.pending]
    for read in (b"x", b"y", b"\r", b"\n"):
        framer.feed(read)
        pending.append(framer.pending)
    assert pending == [False, True, True, False, False]


def test_a_tail_that_is_dropped_is_pending() -> None:
    framer = Framer()
    framer.feed(b"x" * 100)
    assert framer.pending


@given(line=LINES, cuts=st.lists(st.integers(0, 400), max_size=10))
@example(line=b"A\r\nB\n\r\r\nC", cuts=[2, 6, 8])
def test_how_bytes_are_cut_into_reads_changes_nothing(line: bytes, cuts: list[int]) -> None:
    ends = sorted({min(cut, len(line)) for cut in cuts} | {0, len(line)})
    reads = [line[start:end] for start, end in pairwise(ends)]
    assert fed(*reads) == fed(line)


@given(line=LINES)
def test_frames_are_what_stands_between_terminators(line: bytes) -> None:
    parts = line.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    unended = parts.pop()
    expected = [part[: MAX_FRAME + 1] for part in parts]
    if len(unended) > MAX_FRAME:
        expected.append(unended[: MAX_FRAME + 1])
    assert fed(line) == expected


@given(line=st.binary(max_size=500))
def test_no_frame_is_longer_than_one_byte_too_many(line: bytes) -> None:
    assert all(len(frame) <= MAX_FRAME + 1 for frame in fed(line))
