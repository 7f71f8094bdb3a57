"""`gate-controller setup`, as a technician goes through it: in a terminal, with answers typed."""

import signal
import stat
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.rig.command import gate_controller
from tests.rig.scanner import PtyScanner
from tests.rig.simulator import KEY, SimulatorProcess
from tests.rig.terminal import Terminal, in_terminal

GOOD, POOR = "L4FU5LQTKJR3", "LWB4HK7T2MNQ"
BARE: Mapping[str, str] = {"GATE_ADMISSION__PRICE_CENTS": "-", "GATE_EGUMA__API_KEY": "-"}
FILE = "etc/gate.toml"

BY_HAND = """\
# The east gate. Ask Anna before you change it.
id = "east"   # by the lake
state_dir = "state"

[eguma]
base_url = "{base_url}"

[scanner]
port = "{port}"

[relay]
pulse_seconds = 0.02  # as short as the turnstile takes
"""


@pytest.fixture(scope="module")
def eguma() -> Iterator[SimulatorProcess]:
    with SimulatorProcess() as process:
        yield process


@pytest.fixture
def file(tmp_path: Path, plugged: PtyScanner, eguma: SimulatorProcess) -> Path:
    path = tmp_path / FILE
    path.parent.mkdir()
    path.write_text(BY_HAND.format(base_url=eguma.base_url, port=plugged.port))
    return path


def house(terminal: Terminal, price: str = "25.-") -> None:
    terminal.says(r"Name of this gate.*\[east\]:")
    terminal.type("\n")
    terminal.says(r"Languages.*\[de,fr,it,en\]:")
    terminal.type("en,de\n")
    terminal.says(r"Currency.*\[CHF\]:")
    terminal.type("\n")
    terminal.says(r"Price of an admission")
    terminal.type(f"{price}\n")


def scanner(terminal: Terminal, plugged: PtyScanner, code: str = GOOD) -> None:
    terminal.says(f"listening at {plugged.port}")
    terminal.says("Scan any voucher now")
    plugged.type(f"{code}\r".encode())
    terminal.says(f"scanned the voucher …{code[-4:]}")


def relay(terminal: Terminal) -> None:
    terminal.says(r"What does the relay move\?(.*\n)*which \[1\]:")
    terminal.type("\n")
    terminal.says(r"Pin of the relay .*\[17\]:")
    terminal.type("5\n")
    terminal.says(r"pull when its pin is high\?.*\[Y/n\]")
    terminal.type("\n")
    terminal.says("Press Enter to release it once")
    terminal.type("\n")
    terminal.says(r"relay on GPIO5: on for 0.02 s\nat rest\nDid the relay click")
    terminal.type("y\n")


def no_more_devices(terminal: Terminal) -> None:
    for question in ("Are lamps fitted", "Is a buzzer fitted"):
        terminal.says(question)
        terminal.type("n\n")
    terminal.says(r"Which display is fitted\?(.*\n)*which \[\d+\]:")
    terminal.type("none\n")
    for question in ("passage sensor", "exit button", "fire contact", "contact of the housing", "key switch"):
        terminal.says(f"Is it fitted.*{question}")
        terminal.type("n\n")


def to_the_key(terminal: Terminal, plugged: PtyScanner) -> None:
    house(terminal)
    scanner(terminal, plugged)
    relay(terminal)
    no_more_devices(terminal)
    terminal.says("Key of this gate at E-GUMA")


def rest(terminal: Terminal, plugged: PtyScanner, key: str = KEY) -> None:
    to_the_key(terminal, plugged)
    terminal.type(f"{key}\n")
    terminal.says("E-GUMA accepts the key")
    terminal.says(r"Code of a voucher.*…KJR3, as scanned\]:")
    terminal.type("\n")
    terminal.says("would open: CHF 25.00 would be charged, CHF 475.00 would be left")
    terminal.says(r"Code of a voucher, or none \[none\]:")
    terminal.type(f"{POOR}\n")
    terminal.says("would stay shut: Balance too low")
    terminal.says(r"Code of a voucher, or none \[none\]:")
    terminal.type("none\n")
    terminal.says("phones and tablets")
    terminal.type("\n")


def test_a_gate_is_set_up_from_the_first_question_to_the_last(
    tmp_path: Path, file: Path, plugged: PtyScanner, eguma: SimulatorProcess
) -> None:
    with in_terminal("setup", "--config", FILE, cwd=tmp_path, **BARE) as terminal:
        rest(terminal, plugged)
        terminal.says(r"\+ price_cents = 2500(.*\n)*.*Write it\?")
        terminal.type("y\n")
        terminal.says(f"written: {FILE}")
        assert terminal.ends() == 0, terminal.said
    text = file.read_text()
    assert text.startswith('# The east gate. Ask Anna before you change it.\nid = "east"   # by the lake\n')
    assert "pulse_seconds = 0.02  # as short as the turnstile takes\n" in text
    assert tomllib.loads(text)["relay"] == {"pulse_seconds": 0.02, "pin": 5}
    assert tomllib.loads(text)["display"] == {"languages": ["en", "de"]}
    assert tomllib.loads(text)["lamps"] == {"green_pin": "none", "red_pin": "none", "yellow_pin": "none"}
    secret = file.with_name("eguma.api_key")
    assert secret.read_text() == f"{KEY}\n"
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert KEY not in terminal.said
    assert GOOD not in terminal.said
    assert eguma.ledger()["net_redeemed_in_cents"] == 0, "a try charged something"
    done = gate_controller("config", "--config", FILE, cwd=tmp_path, **BARE)
    assert done.returncode == 0, done.stderr


def test_gone_through_again_with_enter_alone_it_changes_nothing(tmp_path: Path, file: Path) -> None:
    file.with_name("eguma.api_key").write_text(f"{KEY}\n")
    file.with_name("eguma.api_key").chmod(0o600)
    file.write_text(f'{file.read_text()}[admission]\nprice_cents = 2_500\n[lamps]\nred_pin = ""\n')
    file.write_text(f"{file.read_text()}green_pin = 'none'\nyellow_pin = 'none'\n")
    before = file.read_text(), file.stat().st_mtime_ns
    with in_terminal("setup", "--config", FILE, cwd=tmp_path, **BARE) as terminal:
        terminal.says("Name of this gate")
        while "What changes" not in terminal.said:
            terminal.type("\n")
            terminal.says(r"\]:? $|-- What changes|scan something|Enter to|Scan any")
            if "once more? [Y/n]" in terminal.said[-30:]:
                terminal.type("n")
            if terminal.said.rstrip().endswith("n: go on]"):
                terminal.type("y")
        assert terminal.ends() == 0, terminal.said
    assert "Nothing: all of it is so already" in terminal.said
    assert (file.read_text(), file.stat().st_mtime_ns) == before


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_ended_at_a_question_it_writes_nothing_and_says_so(
    tmp_path: Path, file: Path, plugged: PtyScanner, number: signal.Signals, code: int
) -> None:
    before = file.read_text()
    with in_terminal("setup", "--config", FILE, cwd=tmp_path, **BARE) as terminal:
        to_the_key(terminal, plugged)
        terminal.send(number)
        assert terminal.ends() == code
    assert "setup did not come to its end: nothing was written" in terminal.said
    assert "Traceback" not in terminal.said
    assert file.read_text() == before
    assert sorted(path.name for path in file.parent.iterdir()) == ["gate.toml"]


def test_the_end_of_the_input_writes_nothing(tmp_path: Path, file: Path) -> None:
    with in_terminal("setup", "--config", FILE, cwd=tmp_path, **BARE) as terminal:
        terminal.says("Name of this gate")
        terminal.type("\x04")
        terminal.says("the terminal was closed: setup: nothing was written")
        assert terminal.ends() == 1
    assert file.parent.joinpath("eguma.api_key").exists() is False


@pytest.mark.usefixtures("file")
def test_a_price_that_is_none_is_asked_for_again_and_one_in_cents_is_doubted(tmp_path: Path) -> None:
    with in_terminal("setup", "--config", FILE, cwd=tmp_path, **BARE) as terminal:
        house(terminal, "much")
        terminal.says("much is something which is no amount: give it as on the sign")
        terminal.type("2500\n")
        terminal.says(r"CHF 2.?500.00 for one person. Is that right\? \[y/N\]")
        terminal.type("\n")
        terminal.says("Price of an admission")
        terminal.type("CHF 24,50\n")
        terminal.says("Each admission costs CHF 24.50")


@pytest.mark.usefixtures("file")
def test_a_key_that_e_guma_does_not_know_is_told_and_typed_anew(tmp_path: Path, plugged: PtyScanner) -> None:
    with in_terminal("setup", "--config", FILE, cwd=tmp_path, **BARE) as terminal:
        to_the_key(terminal, plugged)
        terminal.type("k3y-of-somebody-else\n")
        terminal.says("key: E-GUMA does not accept the key")
        terminal.says(r"which \[2\]:")
        terminal.type("\n")
        terminal.says("Key of this gate at E-GUMA")
        terminal.type(f"{KEY}\n")
        terminal.says("E-GUMA accepts the key")
    assert "k3y-of-somebody-else" not in terminal.said


def test_without_a_terminal_it_says_how_answers_are_given(tmp_path: Path) -> None:
    done = gate_controller("setup", "--config", "gate.toml", cwd=tmp_path, **BARE)
    assert done.returncode == 1
    assert "standard input is no terminal: run it in one, or name a file with --answers" in done.stderr


def test_a_file_that_is_no_toml_is_told_before_the_first_question(tmp_path: Path) -> None:
    (tmp_path / "gate.toml").write_text("[relay\n")
    with in_terminal("setup", "--config", "gate.toml", cwd=tmp_path, **BARE) as terminal:
        assert terminal.ends() == 2
    assert "no TOML" in terminal.said
