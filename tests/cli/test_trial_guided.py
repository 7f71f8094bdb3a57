"""`gate-controller test all`, as a person goes through it: in a terminal, with answers typed."""

import signal
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.rig.command import gate_controller
from tests.rig.scanner import PtyScanner
from tests.rig.terminal import Terminal, in_terminal

SMALL: Mapping[str, str] = {
    "GATE_ID": "gate-under-test",
    "GATE_RELAY__PULSE_SECONDS": "0.05",
    "GATE_FIRE_CONTACT__PIN": "13",
    "GATE_DISPLAY__DRIVER": "image",
    "GATE_DISPLAY__LANGUAGES": "en",
}
"""A gate with everything but an exit relay and a buzzer."""


def begin(terminal: Terminal) -> None:
    terminal.says("Press Enter to begin")
    terminal.type("\n")


def relay(terminal: Terminal, answer: str = "y") -> None:
    terminal.says("-- relay\nPress Enter to release the gate")
    terminal.type("\n")
    terminal.says(r"relay on GPIO17: on for 0.05 s\nat rest\nDid the gate open for one person, and shut\?")
    terminal.type(f"{answer}\n")


def lamps(terminal: Terminal, answer: str = "y") -> None:
    terminal.says(r"-- lamps\nidle(.*\n)*Did you see every one")
    terminal.type(f"{answer}\n")


def display(terminal: Terminal) -> None:
    terminal.says(r"test picture en\nadmitted\nrefused\nidle\nDid you see every picture")
    terminal.type("y\n")


def scanner(terminal: Terminal, plugged: PtyScanner) -> None:
    terminal.says("scan something, Enter goes on without")
    plugged.type(b"L4FU5LQTKJR3\r")
    terminal.says(r"code …KJR3(.*\n)*Are these the characters on the voucher\?")
    terminal.type("y\n")


def inputs(terminal: Terminal) -> None:
    terminal.says("press Enter again: fire contact")
    terminal.type("\n")
    terminal.says("fire contact +ACTIVE: open")
    terminal.type("\n")
    terminal.says(r"Did each of them tell the truth, before and after\?")
    terminal.type("y\n")


def test_a_gate_on_which_all_is_well_gets_a_report_that_says_so(tmp_path: Path, plugged: PtyScanner) -> None:
    arguments = ("test", "all", "--each=0.1", "--report=report.txt", "--by=Anna")
    with in_terminal(*arguments, cwd=tmp_path, GATE_SCANNER__PORT=plugged.port, **SMALL) as terminal:
        begin(terminal)
        relay(terminal)
        lamps(terminal)
        display(terminal)
        scanner(terminal, plugged)
        inputs(terminal)
        assert terminal.ends() == 0
    report = (tmp_path / "report.txt").read_text()
    assert terminal.said.endswith(report)
    head, body = report.split("\n\n", 1)
    assert "gate        gate-under-test\ntested by   Anna\n" in head
    assert body == (
        "relay       well\n"
        "exit relay  not fitted: drive.exit_pin is not set\n"
        "lamps       well\n"
        "buzzer      not fitted: buzzer.pin is not set\n"
        "display     well\n"
        "scanner     well\n"
        "inputs      well\n"
        "\n"
        "all is well\n"
    )


def test_what_was_not_seen_or_does_not_work_is_in_the_report_and_the_code_is_1(tmp_path: Path) -> None:
    port = str(tmp_path / "no-scanner")
    with in_terminal("test", "all", "--each=0.1", cwd=tmp_path, GATE_SCANNER__PORT=port, **SMALL) as terminal:
        begin(terminal)
        relay(terminal, "perhaps")
        terminal.says("Did the gate open")  # for that was no answer
        terminal.type("r\n")
        terminal.says("Press Enter to release the gate")
        terminal.type("\n")
        terminal.says(r"at rest\nDid the gate open")
        terminal.type("y\n")
        lamps(terminal, "n")
        display(terminal)
        terminal.says("no-scanner is not there")
        terminal.says("It failed")
        terminal.type("n\n")
        inputs(terminal)
        assert terminal.ends() == 1
    assert "relay       well\n" in terminal.said
    assert "lamps       NOT WELL: so said the person who tested it\n" in terminal.said
    assert "scanner     NOT WELL: scanner " in terminal.said
    assert terminal.said.endswith("\nNOT WELL: lamps, scanner\n")


def test_a_scanner_that_stays_silent_is_passed_over_with_enter(tmp_path: Path, plugged: PtyScanner) -> None:
    only = {**SMALL, "GATE_DISPLAY__DRIVER": "none", "GATE_FIRE_CONTACT__PIN": ""}
    with in_terminal("test", "all", "--each=0.1", cwd=tmp_path, GATE_SCANNER__PORT=plugged.port, **only) as terminal:
        begin(terminal)
        relay(terminal)
        lamps(terminal)
        terminal.says("Enter goes on without")
        terminal.type("\n")
        terminal.says("nothing was scanned")
        terminal.says("It failed")
        terminal.type("n\n")
        assert terminal.ends() == 1
    assert "scanner     NOT WELL: nothing was scanned\n" in terminal.said


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_it_ends_when_it_is_told_to_even_while_it_waits_for_an_answer(
    tmp_path: Path, number: signal.Signals, code: int
) -> None:
    with in_terminal("test", "all", cwd=tmp_path, **SMALL) as terminal:
        begin(terminal)
        terminal.says("Press Enter to release the gate")
        terminal.send(number)
        assert terminal.ends() == code
    assert "Traceback" not in terminal.said


def test_the_end_of_the_input_is_no_answer(tmp_path: Path) -> None:
    with in_terminal("test", "all", cwd=tmp_path, **SMALL) as terminal:
        terminal.says("Press Enter to begin")
        terminal.type("\x04")
        terminal.says("the terminal was closed")
        assert terminal.ends() == 1


def test_without_a_terminal_it_is_refused(tmp_path: Path) -> None:
    said = gate_controller("test", "all", cwd=tmp_path)
    assert said.returncode == 1
    assert "standard input is no terminal" in said.stderr
    assert not (tmp_path / "state").exists()


def test_a_report_that_is_there_already_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "report.txt").write_text("last year's")
    with in_terminal("test", "all", "--report=report.txt", cwd=tmp_path, **SMALL) as terminal:
        terminal.says("report.txt: is already there")
        assert terminal.ends() == 1
    assert (tmp_path / "report.txt").read_text() == "last year's"
