"""
A real event loop, the kernel's own events, and the gate's keyboard scanner between them. Where this kernel makes
virtual keyboards, each test runs on one of those as well.
"""

import asyncio
import errno
import os
import re
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate_controller.admission.words.codes import Code, NotAVoucher, read_code
from gate_controller.devices.key_events import Keyboard, KeyboardError
from gate_controller.devices.keyboard_scanner import KeyboardScanner
from tests.rig.keyboard import (
    ALT,
    ALTGR,
    BACKSPACE,
    CAPS_LOCK,
    CTRL,
    ENTER,
    ESCAPE,
    FUNCTION_1,
    KEYPAD,
    KEYPAD_ENTER,
    NUM_LOCK,
    SHIFT,
    XKB,
    Event,
    FifoKeyboard,
    RigKeyboard,
    down,
    held,
    kinds_of_keyboard,
    press,
    recording,
    text,
    up,
)
from tests.rig.listening import LONG_GAP_SECONDS, Heard, running
from tests.rig.waiting import until

CODE, OTHER_CODE = "L4FU5LQTKJR3", "AB12CD34EF56"
PAUSE = 0.12
"""Seconds that are a pause for sure, and no stillness."""
A, J = XKB["us"].letters[0], XKB["us"].letters[9]

RECORDED = [
    ("us", "us", b"L4FU5LQTKJR3"),
    ("de", "de", b"]C1L4FU-5LQT-KYZ3"),
    ("fr", "fr", b"L4FU.5AQZMR3"),
    ("caps", "us", b"L4FU5LQTKJR3"),
]


@pytest.fixture(params=kinds_of_keyboard())
def keyboard(request: pytest.FixtureRequest) -> Iterator[RigKeyboard]:
    with request.param() as keyboard:
        yield keyboard


@asynccontextmanager
async def listening(keyboard: RigKeyboard, *, layout: str = "us", gap_seconds: float = 0.05) -> AsyncIterator[Heard]:
    gate = Heard()
    scanner = KeyboardScanner(
        port=keyboard.port,
        layout=layout,
        on_frame=gate.on_frame,
        on_change=gate.on_change,
        gap_seconds=gap_seconds,
        open_keyboard=keyboard.open,
    )
    async with running(gate, scanner):
        yield gate


async def heard(keyboard: RigKeyboard, events: list[Event], *, layout: str = "us") -> bytes:
    async with listening(keyboard, layout=layout) as gate:
        await gate.until_it_listens()
        await keyboard.type(events)
        (frame,) = await gate.until_frames(1)
        return frame


def open_descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.mark.parametrize(("name", "layout", "frame"), RECORDED)
async def test_a_recorded_scan_arrives_as_one_frame(
    keyboard: RigKeyboard, name: str, layout: str, frame: bytes
) -> None:
    assert await heard(keyboard, recording(name), layout=layout) == frame


@pytest.mark.parametrize(("name", "layout", "frame"), RECORDED)
@settings(max_examples=20)  # each one waits for a gap
@given(cuts=st.sets(st.integers(0, 90)))
def test_how_the_events_were_cut_into_reads_changes_nothing(
    name: str, layout: str, frame: bytes, cuts: set[int]
) -> None:
    asyncio.run(typed_in_pieces(recording(name), sorted(cuts), layout, frame))


async def typed_in_pieces(events: list[Event], cuts: list[int], layout: str, frame: bytes) -> None:
    with FifoKeyboard() as keyboard:
        async with listening(keyboard, layout=layout) as gate:
            await gate.until_it_listens()
            for start, end in zip([0, *cuts], [*cuts, len(events)], strict=True):
                keyboard.report(events[start:end])
                await asyncio.sleep(0)
            assert await gate.until_frames(1) == [frame]


async def test_the_keyboard_is_named_when_scans_are_taken(keyboard: RigKeyboard) -> None:
    async with listening(keyboard) as gate:
        await gate.until_it_listens()
        assert gate.changes == [(True, keyboard.port)]


@pytest.mark.parametrize("enter", [ENTER, KEYPAD_ENTER])
async def test_enter_ends_a_scan(keyboard: RigKeyboard, enter: int) -> None:
    async with listening(keyboard) as gate:
        await gate.until_it_listens()
        for scan in (CODE, OTHER_CODE):
            await keyboard.type([*text(scan), *press(enter)])
            await asyncio.sleep(PAUSE)
        assert gate.frames == [CODE.encode(), OTHER_CODE.encode()]


async def test_enter_and_the_line_feed_that_scanners_type_as_ctrl_j_end_one_scan(keyboard: RigKeyboard) -> None:
    async with listening(keyboard) as gate:
        await gate.until_it_listens()
        await keyboard.type([*text("1\r"), *press(J, while_holding=CTRL)])
        await asyncio.sleep(PAUSE)
        await keyboard.type([*text("2"), *press(J, while_holding=CTRL)])
        assert await gate.until_frames(2) == [b"1", b"2"]


@pytest.mark.parametrize("kind", kinds_of_keyboard())
@pytest.mark.parametrize("enter", [press(ENTER), press(J, while_holding=CTRL)], ids=["Enter", "Ctrl and J"])
async def test_no_line_of_an_address_is_a_short_code(kind: type[RigKeyboard], enter: list[Event]) -> None:
    async def typed(seconds_after_each_line: float) -> None:
        with kind() as keyboard:
            async with listening(keyboard) as gate:
                await gate.until_it_listens()
                for line in ("Grosse", "28", "9400", ""):
                    await keyboard.type([*text(line), *enter])
                    await asyncio.sleep(seconds_after_each_line)
                await asyncio.sleep(0.7)
                assert b"28" not in gate.frames
                await keyboard.type([*text(CODE), *enter])
                await gate.until(lambda: CODE.encode() in gate.frames)

    await asyncio.gather(*map(typed, (0, 0.02, 0.06, 0.2)))


async def test_a_code_typed_with_a_long_key_delay_is_one_scan_once_its_end_is_known(keyboard: RigKeyboard) -> None:
    async with listening(keyboard) as gate:
        await gate.until_it_listens()
        await keyboard.type(text(OTHER_CODE + "\r"))
        await asyncio.sleep(0.6)
        for character in "42" + CODE[2:] + "\r":
            await keyboard.type(text(character))
            await asyncio.sleep(0.06)
        assert gate.frames == [OTHER_CODE.encode(), b"42" + CODE[2:].encode()]


@pytest.mark.parametrize("key", [108, 15, 103, ESCAPE], ids=["down", "tab", "up", "escape"])
async def test_a_key_behind_enter_is_no_scan(keyboard: RigKeyboard, key: int) -> None:
    async with listening(keyboard) as gate:
        await gate.until_it_listens()
        await keyboard.type([*text(CODE + "\r"), *press(key)])
        await asyncio.sleep(PAUSE)
        assert gate.frames == [CODE.encode()]


async def test_tab_ends_a_scan_as_silence_does(keyboard: RigKeyboard) -> None:
    frame = await heard(keyboard, [*text(CODE), *press(15)])
    assert read_code(frame) == Code(CODE)


async def test_a_silent_gap_ends_a_scan(keyboard: RigKeyboard) -> None:
    assert await heard(keyboard, text(CODE)) == CODE.encode()


async def test_keypad_digits_are_digits_with_num_lock_around_them_or_without(keyboard: RigKeyboard) -> None:
    digits = press(*(KEYPAD[digit] for digit in "1234567890"))
    assert await heard(keyboard, [*press(NUM_LOCK), *digits, *press(NUM_LOCK), *press(ENTER)]) == b"1234567890"
    assert await heard(keyboard, digits) == b"1234567890"


async def test_a_key_that_is_held_counts_once(keyboard: RigKeyboard) -> None:
    assert await heard(keyboard, [*down(A), *held(A), *held(A), *held(A), *up(A), *text("1\r")]) == b"a1"


async def test_only_shift_that_is_held_makes_a_capital(keyboard: RigKeyboard) -> None:
    events = [*text("a"), *down(SHIFT), *text("b"), *up(SHIFT), *text("c\r")]
    assert await heard(keyboard, events) == b"aBc"


async def test_caps_lock_turns_letters_and_leaves_digits(keyboard: RigKeyboard) -> None:
    assert await heard(keyboard, [*press(CAPS_LOCK), *text("aB1\r")]) == b"Ab1"


@pytest.mark.parametrize("layout", XKB)
async def test_a_scan_with_an_aim_prefix_is_its_code_in_every_layout(keyboard: RigKeyboard, layout: str) -> None:
    frame = await heard(keyboard, text("]C1ZYAQ-MWLK-4.89\r", layout), layout=layout)
    assert read_code(frame) == Code("ZYAQMWLK4.89")


@pytest.mark.parametrize(
    "spoiler",
    [
        pytest.param(press(FUNCTION_1), id="a function key"),
        pytest.param(press(BACKSPACE), id="backspace"),
        pytest.param(press(ESCAPE), id="escape"),
        pytest.param(press(A, while_holding=ALT), id="a letter under Alt"),
        pytest.param(press(A, while_holding=ALTGR), id="a letter under AltGr, which types nothing here"),
        pytest.param(press(KEYPAD["0"], KEYPAD["6"], KEYPAD["5"], while_holding=ALT), id="an Alt code"),
        pytest.param(press(KEYPAD["7"], while_holding=SHIFT), id="a cursor key"),
    ],
)
@pytest.mark.parametrize("place", [0, 1, 2])
async def test_what_types_no_character_spoils_the_scan_and_leaves_no_other_code_behind(
    keyboard: RigKeyboard, spoiler: list[Event], place: int
) -> None:
    async with listening(keyboard) as gate:
        await gate.until_it_listens()
        await keyboard.type([*text("12"[:place]), *spoiler, *text("12"[place:] + "\r")])
        await asyncio.sleep(PAUSE)
        await keyboard.type(text(CODE + "\r"))
        spoilt, sound = await gate.until_frames(2)
        assert isinstance(read_code(spoilt), NotAVoucher)
        assert sound == CODE.encode()


async def test_a_control_character_spoils_a_scan_that_it_is_in_the_middle_of(keyboard: RigKeyboard) -> None:
    control = press(A, while_holding=CTRL)
    frame = await heard(keyboard, [*text("L4FU5L"), *control, *text("QTKJR3\r")])
    assert isinstance(read_code(frame), NotAVoucher)
    frame = await heard(keyboard, [*control, *text(CODE), *control, *text("\r")])
    assert read_code(frame) == Code(CODE)


async def test_a_letter_with_an_accent_and_a_dead_key_spoil_the_scan(keyboard: RigKeyboard) -> None:
    umlaut, circumflex = 26, 41
    for key in (umlaut, circumflex):
        frame = await heard(keyboard, [*text("1", "de"), *press(key), *text("2\r", "de")], layout="de")
        assert read_code(frame) == NotAVoucher("not ASCII text")


async def test_keys_that_the_kernel_lost_spoil_the_scan_and_not_the_next_one(keyboard: RigKeyboard) -> None:
    async with listening(keyboard) as gate:
        await gate.until_it_listens()
        keyboard.report([*text("1"), *down(SHIFT)])
        keyboard.lose_keys()
        keyboard.report([*up(SHIFT), *text("2\r")])
        await asyncio.sleep(PAUSE)
        await keyboard.type(text(CODE + "\r"))
        spoilt, sound = await gate.until_frames(2)
        assert isinstance(read_code(spoilt), NotAVoucher)
        assert sound == CODE.encode()


async def test_a_scan_that_comes_faster_than_the_loop_reads_is_never_another_code(keyboard: RigKeyboard) -> None:
    async with listening(keyboard) as gate:
        await gate.until_it_listens()
        keyboard.report(text(CODE + "\r"))  # more than the kernel keeps
        (frame,) = await gate.until_frames(1)
        assert frame == CODE.encode() or isinstance(read_code(frame), NotAVoucher)


async def test_a_late_loop_does_not_cut_a_scan_in_two(keyboard: RigKeyboard) -> None:
    async with listening(keyboard, gap_seconds=0.5) as gate:
        await gate.until_it_listens()
        keyboard.report(text("12"))
        await asyncio.sleep(0.1)  # read, and the gap's timer runs
        time.sleep(0.1)  # noqa: ASYNC251 - the loop stands still, the rest of the scan arrives in time
        keyboard.report(text("34\r"))
        time.sleep(0.6)  # noqa: ASYNC251 - the loop stands still for longer than the gap
        assert await gate.until_frames(1) == [b"1234"]


async def test_keys_that_type_nothing_keep_a_slow_scan_together(keyboard: RigKeyboard) -> None:
    async with listening(keyboard, gap_seconds=0.5) as gate:
        await gate.until_it_listens()
        for events in (text("1"), down(SHIFT), press(A), up(SHIFT), text("2\r")):
            keyboard.report(events)
            await asyncio.sleep(0.3)  # from character to character it is more than a gap
        assert gate.frames == [b"1A2"]


async def test_what_was_typed_before_the_keyboard_was_open_is_no_scan(keyboard: RigKeyboard) -> None:
    await keyboard.type(text(CODE + "\r"))
    async with listening(keyboard) as gate:
        await gate.until_it_listens()
        await keyboard.type(text(OTHER_CODE + "\r"))
        assert await gate.until_frames(1) == [OTHER_CODE.encode()]


async def test_the_tail_of_a_scan_in_progress_is_no_scan(keyboard: RigKeyboard) -> None:
    async with listening(keyboard) as gate:
        await until(lambda: keyboard.is_grabbed)
        await keyboard.type(text("12\r"))
        await gate.until_it_listens()
        await keyboard.type(text(CODE + "\r"))
        assert await gate.until_frames(1) == [CODE.encode()]


async def test_a_key_that_went_down_before_the_gate_listened_is_up_when_it_does(keyboard: RigKeyboard) -> None:
    async with listening(keyboard) as gate:
        await until(lambda: keyboard.is_grabbed)
        await keyboard.type([*down(SHIFT), *press(A), *up(SHIFT)])
        await gate.until_it_listens()
        await keyboard.type(text("a\r"))
        assert await gate.until_frames(1) == [b"a"]


async def test_a_keyboard_that_never_falls_silent_is_not_listened_to(keyboard: RigKeyboard) -> None:
    async with listening(keyboard, gap_seconds=LONG_GAP_SECONDS) as gate:
        babble = asyncio.create_task(babble_on(keyboard))
        try:
            told = await gate.until_it_does_not_listen()
        finally:
            babble.cancel()
        assert told == (
            f"scanner {keyboard.port} types without pause: is a key stuck? unplug it and plug it in again, "
            "or set scanner.port"
        )
        await gate.until_it_listens()
        assert gate.frames == []


async def babble_on(keyboard: RigKeyboard) -> None:
    while True:
        keyboard.report(text("12\r"))
        await asyncio.sleep(0.01)


async def test_while_it_is_open_nobody_else_has_the_keyboard(keyboard: RigKeyboard) -> None:
    async with listening(keyboard) as gate:
        await gate.until_it_listens()
        assert keyboard.is_grabbed
    await until(lambda: not keyboard.is_grabbed)


async def test_unplugging_is_told_and_replugging_brings_the_scanner_back(keyboard: RigKeyboard) -> None:
    async with listening(keyboard) as gate:
        await gate.until_it_listens()
        keyboard.unplug()
        told = await gate.until_it_does_not_listen()
        assert told.startswith(f"scanner {keyboard.port} was unplugged or switched off: plug it in again")
        keyboard.replug()
        await gate.until_it_listens()
        await keyboard.type(text(CODE + "\r"))
        assert await gate.until_frames(1) == [CODE.encode()]


async def test_a_scan_and_a_shift_cut_off_by_unplugging_are_dropped(keyboard: RigKeyboard) -> None:
    async with listening(keyboard) as gate:
        await gate.until_it_listens()
        keyboard.report([*text("12"), *down(SHIFT)])
        keyboard.unplug()
        await gate.until_it_does_not_listen()
        keyboard.replug()
        await gate.until_it_listens()
        await keyboard.type(text(CODE + "\r"))
        assert await gate.until_frames(1) == [CODE.encode()]


async def test_each_text_is_told_once_however_often_the_keyboard_is_tried(keyboard: RigKeyboard) -> None:
    keyboard.unplug()
    async with listening(keyboard) as gate:
        assert await gate.until_it_does_not_listen() == (
            f"scanner {keyboard.port} is not there: plug it in, or set scanner.port to its name under /dev/input/by-id"
        )
        with pytest.raises(TimeoutError):
            await gate.until(lambda: len(gate.changes) > 1, seconds=0.8)  # three more tries


async def test_an_unplugged_scanner_costs_no_cpu(keyboard: RigKeyboard) -> None:
    async with listening(keyboard) as gate:
        await gate.until_it_listens()
        keyboard.unplug()
        await gate.until_it_does_not_listen()
        started, used = time.monotonic(), time.process_time()
        with pytest.raises(TimeoutError):
            await gate.until(lambda: gate.listens, seconds=0.5)
        # A reader left on the dead descriptor would take all of it.
        assert time.process_time() - used < 0.5 * (time.monotonic() - started)


async def test_a_keyboard_held_by_another_program_is_told_with_a_remedy(keyboard: RigKeyboard) -> None:
    with ExitStack() as other:
        other.enter_context(keyboard.held_by_another_program())
        async with listening(keyboard) as gate:
            assert await gate.until_it_does_not_listen() == (
                f"scanner {keyboard.port} is held by another program, which has grabbed it: stop it, "
                "or set scanner.port"
            )
            other.close()
            await gate.until_it_listens()


def test_a_mouse_is_not_taken_for_a_scanner() -> None:
    with FifoKeyboard(keys=range(0x110, 0x118)) as mouse:
        before = open_descriptors()
        with pytest.raises(KeyboardError, match=r"is not a keyboard: set scanner\.port to"):
            mouse.open(mouse.port)
        assert open_descriptors() == before


def test_a_file_and_a_directory_are_not_taken_for_a_scanner(tmp_path: Path) -> None:
    file = tmp_path / "scanner"
    file.touch()
    for path in (file, tmp_path, file / "event0"):
        with pytest.raises(KeyboardError, match=re.escape(f"scanner {path} is not a keyboard: set scanner.port")):
            Keyboard.open(str(path))


def test_a_keyboard_that_may_not_be_opened_is_told_with_a_remedy(tmp_path: Path) -> None:
    forbidden = tmp_path / "event0"
    forbidden.touch(mode=0o000)
    with as_nobody(), pytest.raises(KeyboardError, match="may not be opened by this user: add the user to the group"):
        Keyboard.open(str(forbidden))


@contextmanager
def as_nobody() -> Iterator[None]:
    if os.geteuid() != 0:  # this user may not open it as it is
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.parametrize("number", [errno.ENODEV, errno.ENXIO, errno.EIO])
def test_a_keyboard_that_goes_away_while_it_is_opened_is_told_with_a_remedy(number: int, tmp_path: Path) -> None:
    device = tmp_path / "event0"
    device.touch()

    def gone(_descriptor: int, _request: int, _argument: bytes) -> bytes:
        raise OSError(number, os.strerror(number))

    with pytest.raises(KeyboardError, match="does not answer: unplug it and plug it in again"):
        Keyboard.open(str(device), gone)


async def test_stopping_gives_the_keyboard_back(keyboard: RigKeyboard) -> None:
    async with listening(keyboard) as gate:
        await gate.until_it_listens()
        while_open = open_descriptors()
    assert open_descriptors() < while_open


async def test_stopping_while_the_keyboard_is_being_opened_leaks_nothing(keyboard: RigKeyboard) -> None:
    async with listening(keyboard) as gate:
        await gate.until_it_listens()  # the thread that opens keyboards is there from here on
    before = open_descriptors()
    async with listening(keyboard):
        await asyncio.sleep(0)
    await until(lambda: open_descriptors() == before)


async def test_a_receiver_that_fails_ends_the_scanner_with_its_error(keyboard: RigKeyboard) -> None:
    listens = asyncio.Event()

    def refuse(frame: bytes) -> None:
        raise OSError(f"nobody takes {frame!r}")

    scanner = KeyboardScanner(
        port=keyboard.port,
        layout="us",
        on_frame=refuse,
        on_change=lambda _on, _text: listens.set(),
        open_keyboard=keyboard.open,
    )
    task = asyncio.create_task(scanner.run())
    async with asyncio.timeout(5):
        await listens.wait()
        await keyboard.type(text(CODE + "\r"))
        with pytest.raises(OSError, match="nobody takes"):
            await task
