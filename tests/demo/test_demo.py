"""The demo as people run it: without a terminal, in a terminal, and as README shows it."""

import os
import pty
import re
import select
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROGRAM = Path(sys.executable).with_name("gate-controller")


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(PROGRAM), "demo", *arguments]
    return subprocess.run(  # noqa: S603 - the command is ours
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False
    )


class Terminal:
    """A terminal of 80 by 24 in which the demo runs."""

    def __init__(self, master: int, process: "subprocess.Popen[bytes]") -> None:
        self.master = master
        self.process = process
        self.output = ""

    def wait_for(self, pattern: str, seconds: float = 15.0) -> None:
        end = time.monotonic() + seconds
        while not re.search(pattern, self.output):
            left = end - time.monotonic()
            assert left > 0, f"{pattern!r} did not show up in {self.output[-3000:]!r}"
            if select.select([self.master], [], [], min(left, 0.1))[0]:
                self.output += os.read(self.master, 65536).decode(errors="replace")

    def type(self, text: str) -> None:
        self.output = ""
        os.write(self.master, text.encode())


@contextmanager
def in_terminal(*arguments: str) -> Iterator[Terminal]:
    master, slave = pty.openpty()
    termios.tcsetwinsize(slave, (24, 80))
    command = [str(PROGRAM), "demo", *arguments]
    process = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave)  # noqa: S603 - the command is ours
    try:
        yield Terminal(master, process)
    finally:
        process.kill()
        process.wait()
        os.close(master)
        os.close(slave)


def test_readme_shows_what_the_demo_prints() -> None:
    readme = (ROOT / "README.md").read_text()
    shown = re.search(r"```\n\$ make demo ARGS=\"(.*)\"\n(.*?)```", readme, re.DOTALL)
    assert shown is not None

    answer = run(*shown.group(1).split())

    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.replace("\u00a0", " ") == shown.group(2)


def test_without_a_terminal_and_without_codes_it_scans_some_by_itself_and_ends() -> None:
    answer = run("--language", "de")

    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.count("> scan") == 3
    assert "Willkommen" in answer.stdout
    assert answer.stderr == ""


def test_an_unknown_language_is_an_error_that_names_the_known_ones() -> None:
    answer = run("--language", "xx")

    assert answer.returncode == 2
    assert "de, fr, it, en" in answer.stderr


def test_in_a_terminal_a_number_and_a_typed_code_are_scanned_and_q_quits() -> None:
    with in_terminal("--language", "en") as terminal:
        terminal.wait_for("Scan here")
        terminal.type("1\r")
        terminal.wait_for("CHF.25.00 charged, CHF.475.00 left")
        terminal.type("hello\r")
        terminal.wait_for("reason=not_a_voucher")
        terminal.type("q")
        terminal.wait_for(re.escape("\x1b[?1049l"))
        assert terminal.process.wait(10) == 0


@pytest.mark.parametrize("key", ["\x03", "\x04"])
def test_ctrl_c_and_ctrl_d_give_the_terminal_back(key: str) -> None:
    with in_terminal() as terminal:
        before = termios.tcgetattr(terminal.master)
        terminal.wait_for("Scan here")
        terminal.type(key)
        terminal.wait_for(re.escape("\x1b[?25h\x1b[?1049l"))
        assert terminal.process.wait(10) == 0
        assert termios.tcgetattr(terminal.master)[3] == before[3] or before[3] == 0


def test_the_screen_fits_into_80_by_24() -> None:
    with in_terminal("--language", "fr") as terminal:
        terminal.wait_for("quit")
        frame = terminal.output.split("\x1b[H")[1]
        lines = [re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", line) for line in frame.split("\r\n")]

        assert len(lines) == 24
        assert max(map(len, lines)) <= 80
