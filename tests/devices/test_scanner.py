"""A real pseudo-terminal, a real event loop, and the gate's own scanner class between them."""

import asyncio
import fcntl
import logging
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from gate_controller.devices.scanner import SerialScanner
from tests.devices.scanned import CODE, OTHER_CODE, TEXTS, codes
from tests.rig.listening import LONG_GAP_SECONDS, Heard, running
from tests.rig.scanner import PtyScanner
from tests.rig.waiting import until

PAUSE = 0.12
"""Seconds that are a pause for sure, and no stillness."""


@asynccontextmanager
async def listening(port: str, *, baud: int = 9600, gap_seconds: float = 0.05) -> AsyncIterator[Heard]:
    gate = Heard()
    scanner = SerialScanner(
        port=port, baud=baud, on_frame=gate.on_frame, on_change=gate.on_change, gap_seconds=gap_seconds
    )
    async with running(gate, scanner):
        yield gate


def open_descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


async def test_a_scan_arrives_as_one_frame(plugged: PtyScanner) -> None:
    async with listening(plugged.port) as gate:
        await gate.until_it_listens()
        plugged.type(CODE + b"\r\n")
        assert await gate.until_frames(1) == [CODE]


async def test_the_port_is_named_when_scans_are_taken(plugged: PtyScanner) -> None:
    async with listening(plugged.port) as gate:
        await gate.until_it_listens()
        assert gate.changes == [(True, plugged.port)]


async def test_a_silent_gap_ends_a_scan(plugged: PtyScanner) -> None:
    async with listening(plugged.port) as gate:
        await gate.until_it_listens()
        plugged.type(CODE)
        assert await gate.until_frames(1) == [CODE]


async def test_a_voucher_with_an_end_waits_for_no_silence(plugged: PtyScanner) -> None:
    async with listening(plugged.port, gap_seconds=3) as gate:
        await gate.until_it_listens()
        began = time.monotonic()
        plugged.type(CODE + b"\r")
        await gate.until_frames(1)
        assert time.monotonic() - began < 2.5


async def test_of_two_scans_in_one_read_the_first_is_a_scan(plugged: PtyScanner) -> None:
    async with listening(plugged.port) as gate:
        await gate.until_it_listens()
        plugged.type(CODE + b"\r" + OTHER_CODE + b"\r")
        await asyncio.sleep(PAUSE)
        plugged.type(CODE + b"\r")
        assert await gate.until_frames(2) == [CODE, CODE]


async def test_no_line_of_a_text_is_a_scan() -> None:
    async def scanned(text: bytes) -> None:
        with PtyScanner() as scanner:
            async with listening(scanner.port) as gate:
                await gate.until_it_hears_short_codes()
                for start in range(0, len(text), 100):
                    scanner.type(text[start : start + 100])
                    await until(lambda: scanner.unread == 0)
                await asyncio.sleep(0.7)  # a stillness, after which a ShortCode would come through
                scanner.type(CODE + b"\r")
                refused, scan = await gate.until_frames(2)
                assert codes([refused]) == [], text
                assert scan == CODE, text

    # All of them wait for the same stillness, each at a scanner of its own.
    await asyncio.gather(*map(scanned, TEXTS))


@pytest.mark.parametrize("junk", [b"\x00", b"\x03", b"\t", b"\x00\x03\t \x7f", b"\r", b"\n\x00"])
async def test_control_bytes_behind_a_code_are_no_scan(plugged: PtyScanner, junk: bytes) -> None:
    async with listening(plugged.port) as gate:
        await gate.until_it_listens()
        for pause in (0, 0.02, PAUSE):
            gate.frames.clear()
            plugged.type(CODE + b"\r")
            if pause:
                await asyncio.sleep(pause)
            plugged.type(junk)
            await asyncio.sleep(PAUSE)
            assert gate.frames == [CODE]


async def test_the_rest_of_a_code_that_a_radio_held_back_is_no_short_code(plugged: PtyScanner) -> None:
    async with listening(plugged.port) as gate:
        await gate.until_it_listens()
        plugged.type(CODE[:10])
        await asyncio.sleep(0.06)
        plugged.type(b"42\r")
        await asyncio.sleep(0.7)
        assert "42" not in codes(gate.frames)
        plugged.type(CODE + b"\r")
        await asyncio.sleep(PAUSE)
        gate.frames.clear()
        plugged.type(CODE[:10])
        await asyncio.sleep(0.06)
        plugged.type(CODE[10:] + b"\r")
        assert await gate.until_frames(1) == [CODE]


async def test_a_short_code_is_a_scan_after_a_stillness(plugged: PtyScanner) -> None:
    async with listening(plugged.port) as gate:
        await gate.until_it_hears_short_codes()
        plugged.type(b"42\r")
        await asyncio.sleep(0.3)
        assert gate.frames == []
        assert await gate.until_frames(1) == [b"42"]


async def test_a_loop_that_stands_still_is_no_stillness(plugged: PtyScanner) -> None:
    async with listening(plugged.port) as gate:
        await gate.until_it_hears_short_codes()
        plugged.type(b"Grosse Gasse\n")
        await gate.until_frames(1)
        plugged.type(b"28\n")
        time.sleep(0.8)  # noqa: ASYNC251 - both are in the kernel long before the loop goes on
        await asyncio.sleep(0.7)
        assert gate.frames == [b"Grosse Gasse"]


async def test_what_is_dropped_is_logged_once_and_masked(plugged: PtyScanner, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    async with listening(plugged.port) as gate:
        await gate.until_it_listens()
        plugged.type(CODE + b"\r" + OTHER_CODE + b"\r28\rMuster\r")
        await until(lambda: bool(caplog.messages))
        await asyncio.sleep(PAUSE)
    assert caplog.messages == ["scan=dropped why='it came without a pause behind a first line' lines=3 first='…EF56'"]


async def test_5000_bytes_without_an_end_are_one_scan_and_the_next_one_works(plugged: PtyScanner) -> None:
    async with listening(plugged.port) as gate:
        await gate.until_it_listens()
        plugged.type(b"x" * 5000)
        await gate.until_frames(1)
        plugged.type(b"\r")
        await asyncio.sleep(PAUSE)
        plugged.type(CODE + b"\r")
        assert await gate.until_frames(2) == [b"x" * 65, CODE]


async def test_control_bytes_arrive_as_they_are(plugged: PtyScanner) -> None:
    async with listening(plugged.port) as gate:
        await gate.until_it_listens()
        plugged.type(b"A\x00\x03\x04\x11\x13\x1a\x7f\xff\r")
        assert await gate.until_frames(1) == [b"A\x00\x03\x04\x11\x13\x1a\x7f\xff"]


async def test_a_late_loop_does_not_cut_a_scan_in_two(plugged: PtyScanner) -> None:
    async with listening(plugged.port) as gate:
        await gate.until_it_listens()
        plugged.type(CODE[:6])
        await asyncio.sleep(0.01)  # read, and the gap's timer runs
        time.sleep(0.02)  # noqa: ASYNC251 - the loop stands still, the rest of the scan arrives in time
        plugged.type(CODE[6:] + b"\r")
        time.sleep(0.1)  # noqa: ASYNC251 - the loop stands still for longer than the gap
        assert await gate.until_frames(1) == [CODE]


async def test_bytes_that_arrive_after_the_loop_has_looked_count_before_the_gap(plugged: PtyScanner) -> None:
    async with listening(plugged.port) as gate:
        await gate.until_it_listens()
        plugged.type(CODE[:6])
        await asyncio.sleep(0.01)  # read, and the gap's timer runs

        def type_the_rest() -> None:
            plugged.type(CODE[6:] + b"\r")
            time.sleep(0.01)  # until the kernel has handed the bytes to the other end

        # Due before the gap's timer, and found overdue in the same round of the loop: the reader is not ready in
        # that round, although the bytes are there when the gap's turn comes.
        asyncio.get_running_loop().call_later(0.02, type_the_rest)
        time.sleep(0.1)  # noqa: ASYNC251 - the loop stands still until both are overdue
        assert await gate.until_frames(1) == [CODE]


async def test_bytes_from_before_the_port_was_open_are_no_scan(plugged: PtyScanner) -> None:
    plugged.type(CODE + b"\r")
    async with listening(plugged.port) as gate:
        await gate.until_it_hears_short_codes()
        plugged.type(b"12\r")
        assert await gate.until_frames(1) == [b"12"]


async def test_the_tail_of_a_scan_in_progress_is_no_scan(plugged: PtyScanner) -> None:
    async with listening(plugged.port) as gate:
        # The port is open as soon as it is locked, and the rest of somebody's scan comes in.
        probe = os.open(plugged.port, os.O_RDWR | os.O_NOCTTY)
        try:
            await until(lambda: is_locked(probe))
        finally:
            os.close(probe)
        plugged.type(b"12\r")
        await gate.until_it_listens()
        plugged.type(CODE + b"\r")
        assert await gate.until_frames(1) == [CODE]


def is_locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    fcntl.flock(descriptor, fcntl.LOCK_UN)
    return False


async def test_a_line_that_never_falls_silent_is_not_listened_to(plugged: PtyScanner) -> None:
    async with listening(plugged.port, gap_seconds=LONG_GAP_SECONDS) as gate:
        babble = asyncio.create_task(babble_on(plugged))
        try:
            text = await gate.until_it_does_not_listen()
        finally:
            babble.cancel()
        assert text == (
            f"scanner {plugged.port} sends without pause: wrong baud rate? set scanner.baud to the scanner's"
        )
        await gate.until_it_listens()
        assert gate.frames == []


async def babble_on(scanner: PtyScanner) -> None:
    while True:
        scanner.type(b"\x9f\r12\r")
        await asyncio.sleep(0.01)


async def test_unplugging_is_told_and_replugging_brings_the_scanner_back(plugged: PtyScanner) -> None:
    async with listening(plugged.port) as gate:
        await gate.until_it_listens()
        plugged.unplug()
        assert "was unplugged or switched off: plug it in again" in await gate.until_it_does_not_listen()
        plugged.replug()
        await gate.until_it_listens()
        plugged.type(CODE + b"\r")
        assert await gate.until_frames(1) == [CODE]


async def test_a_scan_cut_off_by_unplugging_is_dropped(plugged: PtyScanner) -> None:
    async with listening(plugged.port) as gate:
        await gate.until_it_listens()
        plugged.type(b"12")
        plugged.unplug()
        await gate.until_it_does_not_listen()
        plugged.replug()
        await gate.until_it_listens()
        plugged.type(b"34\r")  # a tail that the scanner kept
        await asyncio.sleep(0.7)
        plugged.type(b"56\r")
        assert await gate.until_frames(1) == [b"56"]


async def test_each_text_is_told_once_however_often_the_port_is_tried(plugged: PtyScanner) -> None:
    plugged.unplug()
    async with listening(plugged.port) as gate:
        text = await gate.until_it_does_not_listen()
        assert text.startswith(f"scanner {plugged.port} is not there: plug it in")
        with pytest.raises(TimeoutError):
            await gate.until(lambda: len(gate.changes) > 1, seconds=0.8)  # three more tries


async def test_an_unplugged_scanner_costs_no_cpu(plugged: PtyScanner) -> None:
    async with listening(plugged.port) as gate:
        await gate.until_it_listens()
        plugged.unplug()
        await gate.until_it_does_not_listen()
        started, used = time.monotonic(), time.process_time()
        with pytest.raises(TimeoutError):
            await gate.until(lambda: gate.listens, seconds=0.5)
        # A reader left on the dead descriptor would take all of it.
        assert time.process_time() - used < 0.5 * (time.monotonic() - started)


async def test_a_port_held_by_another_program_is_told_with_a_remedy(plugged: PtyScanner) -> None:
    other = os.open(plugged.port, os.O_RDWR | os.O_NOCTTY)
    try:
        fcntl.flock(other, fcntl.LOCK_EX)
        async with listening(plugged.port) as gate:
            text = await gate.until_it_does_not_listen()
            assert text == (
                f"scanner {plugged.port} is held by another program (ModemManager?): stop it, or set scanner.port"
            )
            fcntl.flock(other, fcntl.LOCK_UN)
            await gate.until_it_listens()
    finally:
        os.close(other)


async def test_a_file_is_not_taken_for_a_scanner(tmp_path: Path) -> None:
    file = tmp_path / "scanner"
    file.touch()
    async with listening(str(file)) as gate:
        assert "is not a serial port: set scanner.port" in await gate.until_it_does_not_listen()


async def test_an_impossible_baud_rate_is_told(plugged: PtyScanner) -> None:
    async with listening(plugged.port, baud=-1) as gate:
        assert "cannot work at -1 baud: set scanner.baud" in await gate.until_it_does_not_listen()


async def test_stopping_closes_the_port(plugged: PtyScanner) -> None:
    async with listening(plugged.port) as gate:
        await gate.until_it_listens()
        while_open = open_descriptors()
    assert open_descriptors() < while_open


async def test_stopping_while_the_port_is_being_opened_leaks_nothing(plugged: PtyScanner) -> None:
    async with listening(plugged.port) as gate:
        await gate.until_it_listens()  # the thread that opens ports is there from here on
    before = open_descriptors()
    async with listening(plugged.port):
        await asyncio.sleep(0)
    await until(lambda: open_descriptors() == before)


async def test_a_receiver_that_fails_ends_the_scanner_with_its_error(plugged: PtyScanner) -> None:
    listens = asyncio.Event()

    def refuse(frame: bytes) -> None:
        raise OSError(f"nobody takes {frame!r}")

    scanner = SerialScanner(port=plugged.port, baud=9600, on_frame=refuse, on_change=lambda _on, _text: listens.set())
    task = asyncio.create_task(scanner.run())
    async with asyncio.timeout(5):
        await listens.wait()
        plugged.type(CODE + b"\r")
        with pytest.raises(OSError, match="nobody takes"):
            await task
