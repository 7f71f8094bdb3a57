"""One style of error line, one table of exit codes, whatever command fails and however."""

import os
import subprocess
from pathlib import Path

import pytest

from gate_controller.cli import main
from gate_controller.cli.exits import MEANING, ExitCode
from tests.rig.command import PROGRAM, STYLE, environment, gate_controller
from tests.rig.settings import SECRET


@pytest.mark.parametrize("command", ["run", "config", "voucher balance L4FU5LQTKJR3"])
def test_mistakes_in_the_settings_are_one_line_each_and_exit_code_2(command: str, tmp_path: Path) -> None:
    done = gate_controller(
        *command.split(),
        "--set",
        "relay.pin=22",
        cwd=tmp_path,
        GATE_ADMISSION__PRICE_CENTS="0",
        GATE_EGUMA__API_KEY="-",
        GATE_RELAI__PIN="5",
    )

    lines = done.stderr.splitlines()
    assert done.returncode == ExitCode.SETTINGS
    assert done.stdout == ""
    assert len(lines) == 4
    assert all(line.startswith(f"{STYLE}error: ") and line.count(": ") >= 4 for line in lines)


def test_run_with_a_mistake_in_its_settings_touches_nothing(tmp_path: Path) -> None:
    done = gate_controller("run", cwd=tmp_path, GATE_RELAY__PIN="99")

    assert done.returncode == ExitCode.SETTINGS
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "what", "where_to_look"),
    [
        (["journal"], "missing command", "gate-controller journal --help"),
        (["frobnicate"], "no such command", "gate-controller --help"),
        (["run", "--frobnicate"], "no such option: --frobnicate", "gate-controller run --help"),
        (["run", "--set"], "option '--set' requires an argument", "gate-controller --help"),
        (["voucher", "balance"], "missing argument 'CODE'", "gate-controller voucher balance --help"),
        (["simulator", "--port", "70000"], "invalid value for '--port'", "gate-controller simulator --help"),
        (
            ["simulator", "--currency", "USD"],
            "invalid value for '--currency': 'USD' is not one of 'CHF', 'EUR'",
            "gate-controller simulator --help",
        ),
    ],
)
def test_a_command_line_that_is_none_says_where_help_is(
    arguments: list[str], what: str, where_to_look: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(arguments)

    [line] = capsys.readouterr().err.splitlines()
    assert code == ExitCode.SETTINGS
    assert line.startswith(f"{STYLE}error: ")
    assert what in line
    assert line.endswith(f": command line: see `{where_to_look}`")


@pytest.mark.parametrize(
    "arguments",
    [
        ("config", "--set", "eguma.api_key", SECRET),
        ("config", "--set", f"eguma.api_kye={SECRET}"),
        ("config", "--set", SECRET),
        ("config", f"--st=eguma.api_key={SECRET}"),
    ],
)
def test_a_key_in_a_mistaken_command_line_is_not_repeated(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == ExitCode.SETTINGS

    told = capsys.readouterr()
    assert SECRET not in told.out + told.err


def a_bug_in(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make something happen that nobody expects: a host without a name, in the middle of reading the settings."""
    config.write_text("[relay]\npin = 5\n")
    monkeypatch.setattr("socket.gethostname", lambda: 1 / 0)


def test_what_nobody_expected_is_one_line_without_a_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    a_bug_in(tmp_path / "gate.toml", monkeypatch)

    code = main(["config", "--config", str(tmp_path / "gate.toml")])

    [line] = capsys.readouterr().err.splitlines()
    assert code == ExitCode.BUG
    assert line.startswith(f"{STYLE}error: unexpected ZeroDivisionError: gate_controller/settings/loading.py line ")
    assert "--debug" in line


def test_debug_shows_the_traceback_of_what_nobody_expected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    a_bug_in(tmp_path / "gate.toml", monkeypatch)

    code = main(["--debug", "config", "--config", str(tmp_path / "gate.toml")])

    assert code == ExitCode.BUG
    assert "Traceback (most recent call last)" in capsys.readouterr().err


def test_the_manual_lists_every_exit_code_and_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == ExitCode.OK

    page = capsys.readouterr().out
    for code, meaning in MEANING.items():
        assert f"{code:>5}  {meaning}\n" in page
    for command in ("run", "demo", "simulator", "config", "voucher", "depot", "ticket", "version"):
        assert f"\n  {command} " in page


@pytest.mark.parametrize("arguments", [[], ["--debug"]])
def test_the_bare_program_is_its_manual(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    main(["--help"])
    manual = capsys.readouterr().out

    assert main(arguments) == ExitCode.OK

    assert capsys.readouterr() == (manual, "")


@pytest.mark.parametrize(
    "command",
    [
        "run",
        "demo",
        "simulator",
        "config",
        "voucher",
        "voucher balance",
        "voucher info",
        "depot status",
        "ticket info",
        "version",
    ],
)
def test_every_command_has_a_page_of_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*command.split(), "--help"]) == ExitCode.OK

    page = capsys.readouterr().out
    assert page.startswith(f"Usage: gate-controller {command} ")
    assert "\b" not in page


@pytest.mark.parametrize(
    "command", ["run", "demo", "simulator", "config", "journal export", "gate release", "test all"]
)
def test_what_an_option_wants_is_named_by_a_word_and_no_type_of_the_code(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    main([*command.split(), "--help"])

    _, _, options = capsys.readouterr().out.partition("\nOptions:")
    assert "  --" in options
    assert " <" not in options


def test_a_reader_who_has_had_enough_is_no_error(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(  # noqa: S603 - the program is the one under test
            [PROGRAM, "config"],
            cwd=tmp_path,
            env=environment(),
            stdout=writing,
            stderr=subprocess.PIPE,
            text=True,
            timeout=30,
            check=False,
        )
    finally:
        os.close(writing)
    assert done.stderr == ""


def test_a_terminal_without_unicode_gets_escapes(tmp_path: Path) -> None:
    done = gate_controller("config", "--set", "id=Zürich", cwd=tmp_path, PYTHONIOENCODING="ascii")

    assert done.returncode == ExitCode.SETTINGS
    assert "id is Z\\xfcrich, " in done.stderr
