"""The demo's house: processes for its gates, a real Mosquitto, the venue's page; and where it cannot be shown."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from gate_controller.cli import main
from gate_controller.demo import gate_house
from gate_controller.demo.gate_house import PATIENCE_SECONDS
from tests.rig.command import PROGRAM


@contextmanager
def shown(tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    """Show a house of two gates to a program."""
    environ = {**os.environ, "TMPDIR": str(tmp_path), "TZ": "UTC"}
    command = [str(PROGRAM), "demo", "--gates", "2"]
    with subprocess.Popen(command, cwd=tmp_path, env=environ, stdout=subprocess.PIPE, text=True) as house:  # noqa: S603 - ours
        try:
            yield house
        finally:
            house.terminate()


def is_gone(tmp_path: Path) -> bool:
    processes = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout  # noqa: S607 - a look
    return list(tmp_path.iterdir()) == [] and str(tmp_path) not in processes


def test_a_house_without_a_terminal_stays_with_its_page_until_it_is_stopped(tmp_path: Path) -> None:
    with shown(tmp_path) as house:
        assert house.stdout is not None
        lines = [house.stdout.readline() for _ in range(5)]
        assert lines[0].startswith("A house of 2 gates")
        assert lines[1].startswith("Its page: http://127.0.0.1:")
        assert [line.split()[0] for line in lines[2:4]] == ["East", "West"]
        assert all(" admitted, " in line for line in lines[2:4])
        assert f"`kill {house.pid}`, ends it." in lines[4]
        assert "East" in httpx.get(lines[1].split()[-1], headers={"Accept": "text/html"}).text
        house.terminate()
        assert house.wait(PATIENCE_SECONDS) == 128 + signal.SIGTERM
    assert is_gone(tmp_path)


def test_a_house_ends_with_whoever_reads_what_it_prints(tmp_path: Path) -> None:
    """As behind `| head -2`: nobody would end it."""
    with shown(tmp_path) as house:
        assert house.stdout is not None
        house.stdout.readline()
        house.stdout.readline()
        house.stdout.close()
        house.wait(2 * PATIENCE_SECONDS)
    assert is_gone(tmp_path)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--gates", "13"], "option --gates takes 1 to 12"),
        (["--gates", "-1"], "option --gates takes 1 to 12"),
        (["--gates", "2", "--scan", "L4FU5LQTKJR3"], "option --gates goes without --scan"),
    ],
)
def test_what_cannot_be_a_house_is_told(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", *words]) == 2
    assert said in capsys.readouterr().err


def test_a_machine_without_mosquitto_is_told_what_to_install(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate_house, "_MOSQUITTO", "/nowhere/mosquitto")
    monkeypatch.setenv("PATH", "/nowhere")
    assert main(["demo", "--gates", "2"]) == 1
    assert "apt-get install mosquitto" in capsys.readouterr().err
