"""The demo's house: processes for its gates, a real Mosquitto, the venue's page; and where it cannot be shown."""

import subprocess
from pathlib import Path

import pytest

from gate_controller.cli import main
from gate_controller.demo import gate_house
from tests.rig.command import gate_controller


def test_each_gate_of_the_house_admits_somebody_and_nothing_is_left_behind(tmp_path: Path) -> None:
    shown = gate_controller("demo", "--gates", "2", cwd=tmp_path, TMPDIR=str(tmp_path), TZ="UTC")
    assert shown.returncode == 0, shown.stderr
    lines = shown.stdout.splitlines()
    assert lines[0].startswith("A house of 2 gates")
    assert lines[1].startswith("Its page: http://127.0.0.1:")
    assert [line.split()[0] for line in lines[2:]] == ["East", "West"]
    assert all(" admitted, " in line for line in lines[2:])
    assert list(tmp_path.iterdir()) == []
    processes = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout  # noqa: S607 - a look
    assert str(tmp_path) not in processes


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
