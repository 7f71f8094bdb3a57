"""The demo as people run it: without a terminal, in a terminal, and as README shows it."""

import os
import pty
import re
import select
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from PIL import Image

from gate_controller.admission.words.messages import Signal
from gate_controller.devices.display.typesetting.colours import BY_SIGNAL
from tests.rig.waiting import PATIENCE_SECONDS

ROOT = Path(__file__).parents[2]
PROGRAM = Path(sys.executable).with_name("gate-controller")
GOOD, USED_UP = "L4FU5LQTKJR3", "USD7PV3XK9RA"
GIVEN_BACK = re.escape("\x1b[?25h\x1b[?1049l")


def run(*arguments: str | bytes, directory: Path | None = None, **environ: str) -> subprocess.CompletedProcess[str]:
    command: list[str | bytes] = [str(PROGRAM), "demo", *arguments]
    return subprocess.run(  # noqa: S603 - the command is ours
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=directory,
        env={**os.environ, **environ},
    )


class Terminal:
    """A terminal of 80 by 24 in which the demo runs."""

    def __init__(self, master: int, slave: int, process: "subprocess.Popen[bytes]") -> None:
        self.master = master
        self.slave = slave
        self.process = process
        self.output = ""

    def wait_for(self, pattern: str, seconds: float = PATIENCE_SECONDS) -> None:
        end = time.monotonic() + seconds
        while not re.search(pattern, self.output):
            left = end - time.monotonic()
            assert left > 0, f"{pattern!r} did not show up in {self.output[-3000:]!r}"
            if select.select([self.master], [], [], min(left, 0.1))[0]:
                self.output += os.read(self.master, 65536).decode(errors="replace")

    def type(self, text: str) -> None:
        self.output = ""
        os.write(self.master, text.encode())

    def resize(self, lines: int, columns: int) -> None:
        self.output = ""
        termios.tcsetwinsize(self.master, (lines, columns))
        # The kernel tells only a terminal's own session, and the demo is not in this one's.
        self.process.send_signal(signal.SIGWINCH)

    @property
    def settings(self) -> list[object]:
        return termios.tcgetattr(self.slave)

    def ends(self) -> int:
        """Read what the demo still has to say, so that it can; return its exit code."""
        self.wait_for(GIVEN_BACK)
        return self.process.wait(15)


@contextmanager
def in_terminal(*arguments: str, **environ: str) -> Iterator[Terminal]:
    master, slave = pty.openpty()
    termios.tcsetwinsize(slave, (24, 80))
    command = [str(PROGRAM), "demo", *arguments]
    process = subprocess.Popen(  # noqa: S603 - the command is ours
        command, stdin=slave, stdout=slave, stderr=slave, env={**os.environ, "TERM": "xterm", **environ}
    )
    try:
        yield Terminal(master, slave, process)
    finally:
        if process.poll() is None:
            process.terminate()
        try:
            _drain_until_it_ends(master, process)
        finally:
            process.kill()
            os.close(master)
            os.close(slave)


def _drain_until_it_ends(master: int, process: "subprocess.Popen[bytes]") -> None:
    """Read what the demo still writes: a picture is more than a terminal takes that nobody reads."""
    end = time.monotonic() + PATIENCE_SECONDS
    while process.poll() is None and time.monotonic() < end:
        if select.select([master], [], [], 0.05)[0]:
            os.read(master, 65536)
    process.wait(0)


# -- without a terminal


def test_readme_shows_what_the_demo_prints() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = re.search(r"```\n\$ make demo ARGS=\"(.*)\"\n(.*?)```", readme, re.DOTALL)
    assert shown is not None

    answer = run(*shown.group(1).split())

    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.replace("\u00a0", " ") == shown.group(2)
    assert answer.stderr == ""


def made(*arguments: str) -> str:
    """Return what make would do."""
    # Not as a part of the make that may run this test: that one would say which directory it enters.
    # It looks for a Python that will do wherever it names one, and each look tries all that are here.
    command = ["make", "--no-print-directory", "--dry-run", f"PYTHON={sys.executable}", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True).stdout  # noqa: S603 - ours


def test_make_demo_runs_this_command_with_its_arguments() -> None:
    assert made("demo", "ARGS=--scan CODE").rstrip().endswith("gate-controller demo --scan CODE")


@pytest.mark.parametrize("target", ["demo", "test"])
def test_make_says_what_it_does_before_it_sets_up_and_how_to_go_on_after_it(target: str, tmp_path: Path) -> None:
    before, after = made(target, f"VENV={tmp_path / 'venv'}").split("-m pip install", maxsplit=1)

    assert re.search(r"echo \"Installing into .*: about a minute, once\.", before)
    assert re.search(r"echo \"Installed\. The program is .*venv/bin/gate-controller", after)


def test_without_a_terminal_and_without_codes_it_scans_some_by_itself_and_ends() -> None:
    answer = run("--language", "de")

    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.count("> scan") == 3
    assert "Willkommen" in answer.stdout
    assert answer.stderr == ""


def test_scans_that_are_no_vouchers_are_refused_one_by_one_and_the_next_one_works() -> None:
    bad: list[str | bytes] = [
        "",
        b"\xff",
        "'; DROP TABLE vouchers; --",
        "../../etc/passwd",
        "A" * 5000,
        "Grüezi",
        "a\x1b[2Jb",
    ]

    arguments: list[str | bytes] = []
    for scan in [*bad, "42"]:
        arguments += ["--scan", scan]
    answer = run(*arguments)

    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.count("Not a voucher") == len(bad)
    assert answer.stdout.count("Welcome") == 1
    assert "CHF\u00a025.00 charged in all" in answer.stdout
    assert "\x1b" not in answer.stdout


def test_a_gate_on_this_machine_is_neither_asked_nor_touched(tmp_path: Path) -> None:
    (tmp_path / "gate.toml").write_text('nonsense = "here"')

    answer = run("--scan", GOOD, directory=tmp_path, GATE_ADMISSION__PRICE_CENTS="99", GATE_STATE_DIR=str(tmp_path))

    assert answer.returncode == 0, answer.stderr
    assert "CHF\u00a025.00 charged" in answer.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["gate.toml"]


def test_nothing_of_the_demo_is_left_behind(tmp_path: Path) -> None:
    run("--scan", USED_UP, TMPDIR=str(tmp_path))

    assert list(tmp_path.iterdir()) == []


def test_an_unknown_language_is_an_error_that_names_the_known_ones() -> None:
    answer = run("--language", "xx")

    assert answer.returncode == 2
    assert "de, fr, it, en" in answer.stderr


# -- in a terminal


def test_a_number_and_a_typed_code_are_scanned_and_q_quits() -> None:
    with in_terminal("--language", "en") as terminal:
        terminal.wait_for("Scan here")
        terminal.type("1\r")
        terminal.wait_for("CHF.25.00 charged. CHF.475.00 left")
        terminal.type("hello\r")
        terminal.wait_for("reason=not_a_voucher")
        terminal.type("q")

        assert terminal.ends() == 0


def test_the_letters_of_a_code_are_no_wishes() -> None:
    with in_terminal("--language", "en") as terminal:
        terminal.wait_for("Scan here")
        for letter in GOOD.lower():
            terminal.type(letter)
        terminal.type("\r")

        terminal.wait_for("Welcome")


def test_a_terminal_that_says_it_draws_as_kitty_does_gets_pictures() -> None:
    with in_terminal("--language", "en", TERM="xterm-kitty") as terminal:
        terminal.wait_for(re.escape("\x1b[c"))
        os.write(terminal.master, b"\x1b_Gi=31;OK\x1b\\\x1b[6;20;10t\x1b[?62;c")
        terminal.wait_for(r"\x1b_Ga=T,f=100,")
        terminal.type("q")

        assert terminal.ends() == 0
        assert re.search(r"\x1b_Ga=d,d=I", terminal.output)


def test_a_terminal_with_sixels_gets_those() -> None:
    with in_terminal("--language", "en") as terminal:
        terminal.wait_for(re.escape("\x1b[c"))
        os.write(terminal.master, b"\x1b[?62;4;22c")

        terminal.wait_for(r'\x1bP0;1;0q"1;1;')


def test_keys_typed_while_the_terminal_is_asked_are_not_lost() -> None:
    with in_terminal("--language", "en") as terminal:
        terminal.wait_for(re.escape("\x1b[c"))
        os.write(terminal.master, b"l\x1b[?62;22c\r")

        terminal.wait_for("Hier scannen")


def test_a_terminal_that_answers_nothing_gets_blocks_if_it_has_colours() -> None:
    with in_terminal("--language", "en", TERM="xterm-256color", COLORTERM="") as terminal:
        terminal.wait_for(r"\x1b\[38;5;\d+;48;5;\d+m")


def test_linux_console_is_asked_nothing_and_gets_the_words() -> None:
    with in_terminal("--language", "en", TERM="linux") as terminal:
        terminal.wait_for("Scan here")

        assert "\x1b[c" not in terminal.output
        assert "\x1b_G" not in terminal.output


def test_a_display_of_letters_is_shown_in_any_terminal() -> None:
    with in_terminal("--language", "en", "--display", "20x4", TERM="vt100") as terminal:
        terminal.wait_for("▣ Scan here")


def test_exit_alarm_and_key_have_a_letter_each() -> None:
    with in_terminal("--language", "en") as terminal:
        terminal.wait_for("Scan here")
        terminal.type("e\r")
        terminal.wait_for("OPEN")
        terminal.type("a\r")
        terminal.wait_for("ALARM")
        terminal.wait_for("fire contact is open")
        terminal.type("a\r")
        terminal.wait_for("closed")
        terminal.type("k\r")
        terminal.wait_for("KEY")


def test_the_bell_rings_as_often_as_the_buzzer_sounds() -> None:
    with in_terminal("--language", "en", "--bell") as terminal:
        terminal.wait_for("Scan here")
        terminal.type("hello\r")
        terminal.wait_for("♪ ♪ ♪ refused")

        assert 1 <= terminal.output.count("\a") <= 3


def test_without_the_bell_nothing_rings() -> None:
    with in_terminal("--language", "en") as terminal:
        terminal.wait_for("Scan here")
        terminal.type("hello\r")
        terminal.wait_for("♪ ♪ ♪ refused")

        assert "\a" not in terminal.output


def test_a_refusal_flashes_as_the_lamp_does() -> None:
    with in_terminal("--language", "en") as terminal:
        terminal.wait_for("Scan here")
        terminal.type("hello\r")

        terminal.wait_for("RED(?s:.*)○ red(?s:.*)RED(?s:.*)○ red(?s:.*)RED")


@pytest.mark.parametrize("arguments", [(), ("--scan", USED_UP)])
def test_without_pillow_everything_but_the_picture_is_there(arguments: Sequence[str], tmp_path: Path) -> None:
    _hide_pillow(tmp_path)
    with in_terminal("--language", "en", *arguments, TERM="xterm-256color", PYTHONPATH=str(tmp_path)) as terminal:
        terminal.wait_for("Not charged" if arguments else "pip install 'gate-controller.image.'")
        assert "Traceback" not in terminal.output


def test_without_pillow_a_picture_that_is_asked_for_is_an_error_that_says_what_to_install(tmp_path: Path) -> None:
    _hide_pillow(tmp_path)

    answer = run("--image-file", str(tmp_path / "display.png"), PYTHONPATH=str(tmp_path))

    assert answer.returncode == 2
    assert "pip install 'gate-controller[image]'" in answer.stderr


@pytest.mark.parametrize(("code", "shown"), [(GOOD, Signal.ADMITTED), (USED_UP, Signal.REFUSED)])
def test_the_displays_picture_of_the_last_verdict_stays_in_a_file(code: str, shown: Signal, tmp_path: Path) -> None:
    file = tmp_path / "display.png"

    answer = run("--scan", code, "--image-file", str(file), "--display", "160x128")

    assert answer.returncode == 0, answer.stderr
    with Image.open(file) as image:
        assert image.size == (160, 128)
        assert image.getpixel((0, 0)) == BY_SIGNAL[shown].ground


@pytest.mark.parametrize(
    ("option", "value", "known"), [("--display", "7x7", "320x240"), ("--draw", "by hand", "sixel")]
)
def test_an_unknown_choice_is_an_error_that_names_the_known_ones(option: str, value: str, known: str) -> None:
    answer = run(option, value)

    assert answer.returncode == 2
    assert known in answer.stderr


def test_l_changes_the_language_and_f_lets_things_go_wrong() -> None:
    with in_terminal("--language", "en") as terminal:
        terminal.wait_for("Scan here")
        terminal.type("l\r")
        terminal.wait_for("Hier scannen")
        terminal.type("f\r")
        terminal.wait_for("no network")
        terminal.type("1\r")

        terminal.wait_for("Nicht belastet|Keine Verbindung")


def test_f_twice_goes_on_to_the_second_fault_and_leaves_nothing_to_be_scanned() -> None:
    with in_terminal("--language", "en") as terminal:
        terminal.wait_for("Scan here")
        terminal.type("ff")
        terminal.wait_for("the answer is lost")

        assert not re.search(r"scan>\W*(\[\d*m\W*)*f", terminal.output)


@pytest.mark.parametrize("key", ["\x03", "\x04"])
def test_ctrl_c_and_ctrl_d_give_the_terminal_back(key: str) -> None:
    with in_terminal() as terminal:
        before = terminal.settings
        terminal.wait_for("Scan here")
        assert terminal.settings != before
        terminal.type(key)

        assert terminal.ends() == 0
        assert terminal.settings == before


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_gives_the_terminal_back_and_leaves_nothing_behind(number: signal.Signals, tmp_path: Path) -> None:
    with in_terminal(TMPDIR=str(tmp_path)) as terminal:
        before = terminal.settings
        terminal.wait_for("Scan here")
        terminal.process.send_signal(number)

        assert terminal.ends() == 128 + number
        assert terminal.settings == before
    assert list(tmp_path.iterdir()) == []


def test_quitting_twice_does_not_wait_for_the_visitor_in_the_lane() -> None:
    with in_terminal("--language", "en") as terminal:
        terminal.wait_for("Scan here")
        for trouble in ("no network", "answer is lost", "late, without", "never answers"):
            terminal.type("f\r")
            terminal.wait_for(trouble)
        terminal.type("1\r")
        terminal.wait_for("YELLOW")
        terminal.type("\x03")
        terminal.wait_for("ending")
        asked = time.monotonic()
        terminal.type("\x03")

        assert terminal.ends() == 0
        assert time.monotonic() - asked < 2.5


def test_the_screen_follows_the_size_of_its_terminal() -> None:
    with in_terminal("--language", "fr") as terminal:
        terminal.wait_for("ready gate=demo")
        assert _shape(terminal.output) == (24, 80)
        terminal.resize(12, 60)
        terminal.wait_for("scan>")
        assert _shape(terminal.output) == (12, 60)


def test_a_terminal_that_cannot_place_the_cursor_gets_the_text() -> None:
    with in_terminal("--language", "en", TERM="dumb") as terminal:
        terminal.wait_for("lamps    green")

        assert "\x1b" not in terminal.output


def test_a_back_end_of_gpio_that_does_not_work_is_told_and_not_a_crash() -> None:
    with in_terminal("--language", "en", GPIOZERO_PIN_FACTORY="native") as terminal:
        terminal.wait_for("set GPI")
        terminal.type("q")

        assert terminal.ends() == 0


def _hide_pillow(directory: Path) -> None:
    (directory / "PIL").mkdir()
    (directory / "PIL" / "__init__.py").write_text("raise ImportError('it is hidden', name='PIL')")


def _shape(output: str) -> tuple[int, int]:
    # The first whole screen; what changes after that is written line by line.
    lines = _lines(re.split(r"\x1b\[\d+;1H", output.split("\x1b[H")[1])[0])
    return len(lines), max(map(len, lines))


def _lines(frame: str) -> Sequence[str]:
    return [re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", line).rstrip("\r") for line in frame.split("\r\n")]
