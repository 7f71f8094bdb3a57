"""`gate-controller setup --answers`: a gate set up without questions, all mistakes at once, in this process."""

import os
import stat
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from gate_controller.cli import main
from gate_controller.settings import encrypted_secret, load_settings
from gate_controller.settings.files import DEFAULT_FILES
from tests.rig.raw_server import refusing_port
from tests.rig.simulator import KEY, SimulatorProcess

ANSWERS = """\
id = "east"
[admission]
price_cents = 2500
[eguma]
api_key = "{key}"
base_url = "{base_url}"
[display]
languages = ["de", "fr"]
"""


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    with SimulatorProcess() as process:
        yield process.base_url


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in os.environ:
        if name.startswith(("GATE_", "CREDENTIALS_DIRECTORY")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def set_up(answers: str) -> int:
    file = Path("answers.toml")
    file.write_text(answers)
    file.chmod(0o600)
    return main(["setup", "--config", "gate.toml", "--answers", "answers.toml"])


def test_it_writes_settings_and_key_and_the_second_time_nothing(
    base_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = ANSWERS.format(key=KEY, base_url=base_url) + '[setup]\ntest_voucher = "L4FU5LQTKJR3"\n'
    assert set_up(answers) == 0
    said = capsys.readouterr()
    assert "the gate would open: CHF 25.00 would be charged, CHF 475.00 would be left\n" in said.out
    assert KEY not in said.out + said.err
    tree = tomllib.loads(Path("gate.toml").read_text())
    assert tree["display"] == {"languages": ["de", "fr"]}
    assert "api_key" not in tree["eguma"]
    assert stat.S_IMODE(Path("eguma.api_key").stat().st_mode) == 0o600
    loaded = load_settings(config=Path("gate.toml"), overrides=(), environ={})
    assert loaded.settings.eguma.api_key.get_secret_value() == KEY
    before = [(path.name, path.stat().st_mtime_ns) for path in sorted(Path().iterdir()) if "answers" not in path.name]
    assert set_up(answers) == 0
    assert "all of it is so already" in capsys.readouterr().out
    assert before == [
        (path.name, path.stat().st_mtime_ns) for path in sorted(Path().iterdir()) if "answers" not in path.name
    ]


def test_all_mistakes_come_at_once_with_the_place_and_nothing_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    Path("gate.toml").write_text("[relay]\npin = 22\n")
    answers = ANSWERS.format(key="with blank", base_url="http://api.e-guma.ch").replace("2500", "0")
    assert set_up(f"{answers}[setup]\nservice = 'now'\nwhat = 1\n[lamp]\ngreen_pin = 5\n") == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 7
    assert all("answers.toml" in line or "default" in line for line in lines)
    assert "with blank" not in "\n".join(lines)
    for part in ("setup.service", "setup.what", "lamp is no setting", "is 0", "eguma.api_key", "base_url"):
        assert sum(part in line for line in lines) >= 1, part
    assert Path("gate.toml").read_text() == "[relay]\npin = 22\n"
    assert not Path("eguma.api_key").exists()


def test_a_key_that_e_guma_does_not_accept_is_a_mistake(base_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert set_up(ANSWERS.format(key="k3y-of-somebody-else", base_url=base_url)) == 2
    assert "E-GUMA does not accept the key" in capsys.readouterr().err
    assert not Path("gate.toml").exists()


def test_without_a_network_it_is_written_with_a_warning(capsys: pytest.CaptureFixture[str]) -> None:
    with refusing_port() as base_url:
        assert set_up(ANSWERS.format(key=KEY, base_url=base_url)) == 0
    assert "warning: the key is not tried: " in capsys.readouterr().err
    assert Path("gate.toml").exists()


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ("[admission\n", "the answers are no TOML (Expected"),
        ("setup = 5\n", "setup is no section"),
        ("[setup]\nsecrets = 'tpm'\n", "choose from file, encrypted"),
        ("[setup]\ntest_voucher = 5\n", "put the code in quotes"),
    ],
)
def test_what_is_no_file_of_answers_is_told(answers: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert set_up(answers) == 2
    assert said in capsys.readouterr().err


def test_answers_that_are_not_there_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["setup", "--config", "gate.toml", "--answers", "nowhere.toml"]) == 2
    assert "the answers cannot be read (No such file" in capsys.readouterr().err


def test_a_key_kept_encrypted_is_where_root_finds_it_and_goes_over_the_plain_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gate_controller.cli.setup import keeping_settings  # noqa: PLC0415 - as the command brings it in

    etc = tmp_path / "etc"
    monkeypatch.setattr(encrypted_secret, "STORE", tmp_path / "store")
    monkeypatch.setattr(encrypted_secret, "DROP_INS", tmp_path / "drop-ins")
    monkeypatch.setattr("gate_controller.settings.files.DEFAULT_FILES", (etc / "gate.toml",))
    assert DEFAULT_FILES[0].name == "gate.toml"
    etc.mkdir()
    (etc / "eguma.api_key").write_text("the-old-key\n")
    draft = keeping_settings.Draft(etc / "gate.toml", "", "[admission]\nprice_cents = 2500\n", {"eguma.api_key": KEY})
    keeping_settings.write(draft, keeping_settings.ENCRYPTED)
    assert not (etc / "eguma.api_key").exists()
    assert KEY.encode() not in (tmp_path / "store" / "eguma.api_key").read_bytes()
    loaded = load_settings(config=etc / "gate.toml", overrides=(), environ={})
    assert loaded.settings.eguma.api_key.get_secret_value() == KEY
    assert loaded.origins["eguma.api_key"] == f"encrypted {tmp_path / 'store' / 'eguma.api_key'}"
    keeping_settings.write(draft, keeping_settings.FILE)
    assert not (tmp_path / "store" / "eguma.api_key").exists()
    assert list((tmp_path / "drop-ins").iterdir()) == []
