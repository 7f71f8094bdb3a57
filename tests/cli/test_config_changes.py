"""`config check`, `set`, `unset` and `reload`: what they say, what they write, and what they leave as it is."""

import json
import os
import stat
from pathlib import Path

import pytest

from gate_controller.cli.entry import main
from gate_controller.cli.exits import ExitCode
from gate_controller.settings import load_settings
from tests.rig.settings import SECRET

FILE = """\
# the east gate
id = "east"   # as on the door

[admission]
  price_cents = 2500   # since 2024
  currency = "CHF"

# the wiring
[relay]
pin = 17


[display]
languages = ["de", "fr"] # the house
# end
"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [name for name in os.environ if name.startswith("GATE_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "gate.toml"
    path.write_text(FILE)
    return path


def lines_changed(file: Path) -> list[str]:
    before = FILE.splitlines()
    return [line for line in file.read_text().splitlines() if line not in before]


@pytest.mark.parametrize(
    ("name", "value", "line"),
    [
        ("relay.pin", "5", "pin = 5"),
        ("relay.pulse_seconds", "0.7", "pulse_seconds = 0.7"),
        ("relay.active_high", "no", "active_high = false"),
        ("admission.price_cents", "2700", "  price_cents = 2700   # since 2024"),
        ("admission.credit_minutes", "20", "  credit_minutes = 20"),
        ("display.languages", "it,en", 'languages = ["it", "en"] # the house'),
        ("display.languages", '["it"]', 'languages = ["it"] # the house'),
        ("display.address", "0x3c", 'address = "0x3c"'),
        ("id", "7", 'id = "7"   # as on the door'),
        ("state_dir", "/var/lib/x", 'state_dir = "/var/lib/x"'),
    ],
)
def test_one_setting_changes_its_line_and_nothing_else(file: Path, name: str, value: str, line: str) -> None:
    assert main(["config", "set", name, value, "--config", str(file)]) == ExitCode.OK
    assert [each for each in lines_changed(file) if not each.lstrip().startswith("# ")] == [
        line
    ]  # a new one says what it is
    assert set(FILE.splitlines()) - set(file.read_text().splitlines()) <= {
        old for old in FILE.splitlines() if old.split("=")[0].strip() == name.rpartition(".")[2]
    }
    load_settings(config=file, overrides=["eguma.api_key=k"], environ={})  # which has no mistake


def test_a_section_that_is_not_there_yet_is_put_behind_all_others(file: Path) -> None:
    assert main(["config", "set", "buzzer.quiet", "22:00-07:00", "--config", str(file)]) == ExitCode.OK
    meaning = "# hours of the day, local time, in which it is silent"
    assert file.read_text() == f'{FILE}\n[buzzer]\n{meaning}\nquiet = "22:00-07:00"\n'
    assert main(["config", "unset", "buzzer.quiet", "--config", str(file)]) == ExitCode.OK
    assert load_settings(config=file, overrides=["eguma.api_key=k"], environ={}).settings.buzzer.quiet == ""


def test_price_rules_are_written_as_tables_and_taken_out_again(file: Path) -> None:
    rules = '[{"kind": "maison", "free": true}, {"products": ["a"], "refuse": {"de": "nein"}}]'
    assert main(["config", "set", "prices", rules, "--config", str(file)]) == ExitCode.OK
    assert lines_changed(file) == [
        *("[[prices]]", 'kind = "maison"', "free = true", "[[prices]]", 'products = ["a"]', 'refuse = {de = "nein"}')
    ]
    dates = '[{"from": "2027-01-01", "price_cents": 2700}]'
    assert main(["config", "set", "price_changes", dates, "--config", str(file)]) == ExitCode.OK
    assert main(["config", "unset", "prices", "--config", str(file)]) == ExitCode.OK
    assert lines_changed(file) == ["[[price_changes]]", 'from = "2027-01-01"', "price_cents = 2700"]


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("relay.pin", "99", "which is no GPIO of the 40-pin header"),
        ("relay.pin", "22", "both 22"),
        ("relay.pinn", "5", "did you mean relay.pin?"),
        ("drive.kind", "motor", "no relay closes it"),
        ("eguma.api_key", SECRET, "is a secret"),
        ("admission.price_cents", "25.00", "no whole number"),
        ("prices", '[{"kind": "maison"}]', "says nothing about the price"),
    ],
)
def test_what_the_gate_would_refuse_is_not_written(
    file: Path, capsys: pytest.CaptureFixture[str], name: str, value: str, words: str
) -> None:
    assert main(["config", "set", name, value, "--config", str(file)]) == ExitCode.SETTINGS
    told = capsys.readouterr().err
    assert words in told
    assert SECRET not in told
    assert ".new" not in told
    assert file.read_text() == FILE
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_one_of_two_mistakes_can_be_mended_and_the_other_is_told(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(FILE.replace("17", "99").replace("2500", "'much'"))
    assert main(["config", "set", "relay.pin", "5", "--config", str(file)]) == ExitCode.SETTINGS
    assert "pin = 5" in file.read_text()
    [line] = capsys.readouterr().err.splitlines()
    assert "admission.price_cents is much" in line


def test_mode_link_and_dos_line_ends_stay(file: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept" / "real.toml"
    kept.parent.mkdir()
    kept.write_bytes(FILE.replace("\n", "\r\n").encode("utf-8-sig"))
    kept.chmod(0o640)
    file.unlink()
    file.symlink_to(kept)
    assert main(["config", "set", "relay.pulse_seconds", "1", "--config", str(file)]) == ExitCode.OK
    assert file.is_symlink()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o640
    text = kept.read_bytes()
    assert text.count(b"\r\n") == text.count(b"\n")
    assert b"\r\npulse_seconds = 1\r\n" in text


def test_a_missing_file_is_made_and_a_missing_folder_is_told(tmp_path: Path, file: Path) -> None:
    file.unlink()
    assert main(["config", "set", "admission.price_cents", "2500", "--config", str(file)]) == ExitCode.OK
    assert file.read_text() == "[admission]\n# the fixed price of an admission\nprice_cents = 2500\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o644
    nowhere = tmp_path / "nowhere" / "gate.toml"
    assert main(["config", "set", "admission.price_cents", "2500", "--config", str(nowhere)]) == ExitCode.SETTINGS


def test_a_file_is_checked_with_all_its_mistakes_and_their_lines(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = FILE.replace("17", "99").replace("2500", "'much'").replace('["de", "fr"]', '["de", "xx"]')
    file.write_text(text + 'colour = "blue"\n[[prices]]\nfree = true\nwhole_balance = true\n')
    assert main(["config", "check", str(file)]) == ExitCode.SETTINGS
    told = capsys.readouterr().err.splitlines()
    for line, words in ((5, "much"), (10, "99"), (14, "xx"), (16, "colour"), (17, "rule 1")):
        assert [each for each in told if f"{file} line {line}:" in each and words in each], (line, told)
    assert len(told) == 5


def test_a_file_without_mistakes_says_so_and_nothing_is_asked_of_a_key(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["config", "check", str(file)]) == ExitCode.OK
    told = capsys.readouterr()
    assert told.out.splitlines()[0] == f"{file}: no mistakes"
    assert told.err == ""
    assert main(["config", "check", str(file), "--json"]) == ExitCode.OK
    assert json.loads(capsys.readouterr().out) == {"mistakes": [], "changes": None}


def test_without_a_running_gate_there_is_nothing_to_reload(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text("broken =")  # which is no reason to leave whoever reloads without an answer
    assert main(["config", "reload", "--by", "Anna", "--set", "state_dir=here", "--config", str(file)]) == ExitCode.NO
    assert "no gate runs on here" in capsys.readouterr().err
