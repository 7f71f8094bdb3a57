"""Codes as text, and the collector that finds them in all that a scanner sends."""

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate_controller.admission.words.codes import MAX_FRAME
from gate_controller.settings.provisioning.rejections import Rejected, Rejection
from gate_controller.settings.provisioning.scanned_frames import (
    MOST_PARTS,
    PART_BYTES,
    STALE_SECONDS,
    FrameCollector,
    FrameKind,
    ProvisioningFrame,
    is_provisioning,
    parts_of,
    read_frame,
)

SET = b"abcdef"
PART = ProvisioningFrame(FrameKind.PART, SET, bytes(range(150)), 2, 3)
SMALL = ProvisioningFrame(FrameKind.PASSPHRASE, SET, b"sixteen bytes of")


def found(data: bytes, *, chunk: int = 0) -> list[ProvisioningFrame | Rejected]:
    collector = FrameCollector()
    pieces = [data] if not chunk else [data[at : at + chunk] for at in range(0, len(data), chunk)]
    return [outcome for at, piece in enumerate(pieces) for outcome in collector.feed(piece, at * 0.01)]


@pytest.mark.parametrize("frame", [PART, SMALL, ProvisioningFrame(FrameKind.CONFIRMATION, SET, b"eight by")])
def test_a_code_is_read_as_it_was_made_with_whatever_a_scanner_puts_around_it(frame: ProvisioningFrame) -> None:
    text = frame.text().encode()

    assert read_frame(text) == frame
    for sent in (
        text,
        text.lower(),
        b"]Q1" + text + b"\r",
        b"]Q2\\000026" + text + b"\r\n",
        b"\x02" + text + b"\x03",
        b"Q" + text + b"\x00\n",
        b"QR" + text,
        b"\r" + text[:50] + b"\r" + text[50:],  # a radio's pauses and line ends within it
        b"GATE" + text,
        b"GGATE1"[:1] + text,
    ):
        assert found(sent) == [frame]
        assert found(sent, chunk=1) == [frame]


def test_a_code_has_only_characters_of_qr_codes_alphanumeric_mode_that_keyboards_agree_about() -> None:
    characters = set(PART.text() + SMALL.text())

    assert characters <= set("0123456789ABCDEFGHIJKLMNOPQRSTUV")  # no Y and no Z, which QWERTZ swaps


@given(st.binary(max_size=4 * PART_BYTES), st.integers(1, 40))
def test_a_message_comes_back_from_its_parts_however_the_bytes_come(message: bytes, chunk: int) -> None:
    sent = b"\r".join(part.text().encode() for part in parts_of(message or b"\x00", SET))

    came = found(sent, chunk=chunk)

    assert all(isinstance(frame, ProvisioningFrame) for frame in came)
    assert b"".join(frame.content for frame in came if isinstance(frame, ProvisioningFrame)) == (message or b"\x00")


@given(st.data())
def test_one_character_that_is_wrong_or_missing_is_never_another_code(data: st.DataObject) -> None:
    text = SMALL.text()
    place = data.draw(st.integers(5, len(text) - 1))
    wrong = data.draw(st.sampled_from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-:/ ") | st.just(""))
    spoilt = text[:place] + wrong + text[place + 1 :]

    came = found(spoilt.encode())

    assert [frame for frame in came if isinstance(frame, ProvisioningFrame)] in ([], [SMALL] if spoilt == text else [])


@pytest.mark.parametrize("last", sorted(set("0123456789ABCDEFGHIJKLMNOPQRSTUV") - {SMALL.text()[-1]}))
def test_the_last_character_that_is_wrong_is_refused_though_it_says_the_same(last: str) -> None:
    (came,) = found(f"{SMALL.text()[:-1]}{last}".encode())

    assert isinstance(came, Rejected)


@given(st.binary(max_size=3000), st.integers(1, 500))
def test_no_bytes_bring_the_collector_to_fall_or_make_it_keep_more_than_a_code(noise: bytes, chunk: int) -> None:
    collector = FrameCollector()
    for at in range(0, len(noise), chunk):
        for outcome in collector.feed(noise[at : at + chunk], at * 0.01):
            assert isinstance(outcome, Rejected | ProvisioningFrame)

    assert collector.feed(b"\r" + SMALL.text().encode(), 1e9)[-1] == SMALL


def test_a_megabyte_of_garbage_and_of_beginnings_leaves_nothing_behind() -> None:
    collector = FrameCollector()
    garbage = random.Random(7).randbytes(500_000) + b"GATE1" * 100_000  # noqa: S311 - noise
    for at in range(0, len(garbage), 4096):
        collector.feed(garbage[at : at + 4096], at / 4096 * 0.01)

    assert collector.feed(SMALL.text().encode(), 1e6)[-1] == SMALL


def test_a_code_whose_rest_does_not_come_is_told_and_the_next_one_is_read() -> None:
    collector = FrameCollector()
    text = PART.text().encode()
    assert collector.feed(text[:100], 0.0) == []
    assert collector.is_under_way

    late, whole = collector.feed(text, STALE_SECONDS + 0.1)

    assert isinstance(late, Rejected)
    assert late.why is Rejection.DAMAGED
    assert whole == PART


def test_a_code_that_says_it_is_longer_than_any_is_refused_before_it_has_come() -> None:
    [refused] = found(b"GATE1" + b"0VVVV" + b"0" * 10)

    assert isinstance(refused, Rejected)
    assert refused.why is Rejection.TOO_LONG


def test_the_keyboard_layout_is_named_where_a_character_is_none_of_such_a_code() -> None:
    [refused] = found(SMALL.text().encode()[:20] + b"\xff" + b"0" * 8)

    assert isinstance(refused, Rejected)
    assert "scanner.layout" in refused.detail


def test_a_scanner_that_swaps_y_and_z_types_the_same_code() -> None:
    swapped = PART.text().translate(str.maketrans("YZyz", "ZYzy"))

    assert found(swapped.encode()) == [PART]


def test_every_code_is_too_long_for_a_voucher_or_begins_as_none_does() -> None:
    assert len(PART.text()) > MAX_FRAME
    assert is_provisioning(SMALL.text().encode()[: MAX_FRAME + 1])
    assert is_provisioning(b"]Q1gate1")
    assert not is_provisioning(b"L4FU5LQTKJR3")


def test_parts_are_as_few_and_as_even_as_can_be_and_a_message_that_is_too_long_is_told() -> None:
    parts = parts_of(bytes(2 * PART_BYTES + 1), SET)

    assert [(part.number, part.total) for part in parts] == [(1, 3), (2, 3), (3, 3)]
    assert all(abs(len(one.content) - len(other.content)) <= 2 for one, other in pairwise(parts))
    with pytest.raises(ValueError, match="leave users or networks out"):
        parts_of(bytes(MOST_PARTS * PART_BYTES + 1), SET)


def test_a_code_keeps_its_content_to_itself_when_it_is_logged() -> None:
    assert "sixteen" not in repr(SMALL)
