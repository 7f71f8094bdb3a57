"""Commands beside a settings file that the gate would refuse: what mends it, what saves the gate, what goes on."""

import asyncio
import json
import subprocess
from pathlib import Path

import pytest

from gate_controller.cli.exits import ExitCode
from gate_controller.journal.backup_file import extract
from gate_controller.journal.store import FILE_NAME, Store
from gate_controller.simulator import Simulator
from tests.rig.command import STYLE, gate_controller
from tests.rig.gate import running_gate
from tests.rig.pins import Pins

KEY = "a-key-of-the-gate-1"
PASSPHRASE = "correct horse battery"
PRICE = "admission.price_cents = 2500\n"
UNKNOWN = f"{PRICE}[relay]\npn = 5 # of the arm\npin = 6\n"
BAD_VALUE = f"{PRICE}[relay]\npin = 99\n"
NO_TOML = f"{PRICE}[relay\npin = 5\n"
NO_UTF8 = b"admission.price_cents = 2500\nid = '\xff'\n"
BROKEN = (UNKNOWN, BAD_VALUE, NO_TOML, NO_UTF8)
MEANT = ("relay.pn is no setting", "relay.pin is 99", "gate.toml line 2, column 7", "gate.toml line 2")


class House:
    """A stopped gate's places, and its commands."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.state, self.file = folder, folder / "state", folder / "gate.toml"
        self.state.mkdir(mode=0o700)
        Store(self.state).close()
        (folder / "eguma.api_key").write_text(KEY)
        (folder / "eguma.api_key").chmod(0o600)
        (folder / "stick").mkdir()

    def write(self, content: str | bytes) -> None:
        self.file.write_bytes(content.encode() if isinstance(content, str) else content)

    def does(self, *words: str) -> subprocess.CompletedProcess[str]:
        given = {"GATE_EGUMA__API_KEY": "-", "GATE_ADMISSION__PRICE_CENTS": "-", "STATE_DIRECTORY": str(self.state)}
        done = gate_controller(*words, cwd=self.folder, **given)
        assert "Traceback" not in done.stderr
        assert all(line.startswith(STYLE) for line in done.stderr.splitlines()), done.stderr
        return done


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def test_a_setting_that_is_none_is_taken_out_by_its_name(house: House) -> None:
    house.write(UNKNOWN)
    done = house.does("config", "unset", "relay.pn")
    assert (done.returncode, done.stderr) == (ExitCode.OK, "")
    assert "relay.pn is taken out of gate.toml" in done.stdout
    assert house.file.read_text() == UNKNOWN.replace("pn = 5 # of the arm\n", "")


def test_the_mistake_itself_says_how_a_name_that_is_none_goes_away(house: House) -> None:
    house.write(UNKNOWN)
    assert "`gate-controller config unset relay.pn`" in house.does("config", "check").stderr


@pytest.mark.parametrize(
    ("broken", "name", "left"),
    [
        (f"{PRICE}[relais]\npin = 5\n[buzzer]\npin = 7\n", "relais", f"{PRICE}[buzzer]\npin = 7\n"),
        (f"{PRICE}[relais]\npin = 5\n", "relais.pin", PRICE),
        (f"{PRICE}[[prises]]\nkind = 'a'\n[[prises]]\nkind = 'b'\n", "prises", PRICE),
        (f"relay = 5\n{PRICE}", "relay", PRICE),
        (f"{PRICE}[relay.pin]\nnumber = 5\n", "relay.pin", PRICE),
        (f"{PRICE}[relay.coil]\nnumber = 5\n", "relay.coil", PRICE),
        (f"pirce = 5\n{PRICE}", "pirce", PRICE),
    ],
)
def test_whatever_is_no_setting_can_be_taken_out(house: House, broken: str, name: str, left: str) -> None:
    house.write(broken)
    done = house.does("config", "unset", name)
    assert (done.returncode, done.stderr) == (ExitCode.OK, "")
    assert house.file.read_text().replace("[relais]\n", "").replace("[relay]\n", "") == left


def test_a_section_of_settings_is_not_taken_out_whole_and_what_is_not_there_is_told(house: House) -> None:
    house.write(f"{PRICE}[relay]\npin = 5\n")
    for name, told in (
        ("relay", "relay is a section"),
        ("relay.pn", "did you mean relay.pin?"),
        ("x.y.z", "no setting"),
    ):
        done = house.does("config", "unset", name)
        assert (done.returncode, done.stdout) == (ExitCode.SETTINGS, ""), name
        assert told in done.stderr
    assert house.file.read_text() == f"{PRICE}[relay]\npin = 5\n"


def test_each_of_two_bad_values_is_mended_by_itself(house: House) -> None:
    house.write(f"{PRICE}[relay]\npin = 99\n[buzzer]\npin = 98\n")
    first = house.does("config", "set", "relay.pin", "6")
    assert first.returncode == ExitCode.SETTINGS
    assert "buzzer.pin is 98" in first.stderr
    assert "relay.pin is 99" not in first.stderr
    second = house.does("config", "unset", "buzzer.pin")
    assert (second.returncode, second.stderr) == (ExitCode.OK, "")
    assert house.file.read_text().startswith(f"{PRICE}[relay]\npin = 6\n")


def test_a_setting_in_the_place_of_its_section_is_told_with_what_takes_it_out(house: House) -> None:
    house.write(f"relay = 5\n{PRICE}")
    done = house.does("config", "set", "relay.pin", "5")
    assert done.returncode == ExitCode.SETTINGS
    assert "relay is a section, not a setting: gate.toml: first take it out: `gate-controller config unset relay`" in (
        done.stderr
    )


@pytest.mark.parametrize("words", [("set", "relay.pin", "6"), ("unset", "relay.pin"), ("unset", "relay.pn")])
def test_a_file_that_is_no_text_or_no_toml_is_told_with_its_line_and_not_touched(
    house: House, words: tuple[str, ...]
) -> None:
    for broken, told in (
        (NO_TOML, "gate.toml line 2, column 7: correct that line"),
        (NO_UTF8, "gate.toml line 2: save it as UTF-8"),
        (f"{PRICE}prices = [", "gate.toml end of document: correct that line"),
    ):
        house.write(broken)
        before = house.file.read_bytes()
        done = house.does("config", *words)
        assert (done.returncode, done.stdout) == (ExitCode.SETTINGS, "")
        assert told in done.stderr
        assert house.file.read_bytes() == before


@pytest.mark.parametrize(("broken", "meant"), list(zip(BROKEN, MEANT, strict=True)))
def test_a_gate_is_saved_with_a_broken_file_as_it_is_and_the_exit_code_tells_of_it(
    house: House, broken: str | bytes, meant: str
) -> None:
    house.write(broken)
    (house.folder / "passphrase").write_text(PASSPHRASE)
    for sealed in ((), ("--passphrase-file", "passphrase")):
        done = house.does("backup", "stick", *sealed)
        assert done.returncode == ExitCode.SETTINGS
        assert meant in done.stderr
        assert "saved as it is" in done.stderr
        made = Path(done.stdout.partition(" (")[0])
        into = house.folder / f"out{len(sealed)}"
        into.mkdir()
        contents = extract(house.folder / made, into, PASSPHRASE if sealed else "")
        assert (into / "settings/gate.toml").read_bytes() == house.file.read_bytes()
        assert (into / "state" / FILE_NAME).exists()
        assert contents.has_secrets is bool(sealed)
        if sealed:
            assert (into / "secrets/eguma.api_key").read_text() == KEY
        (house.folder / made).unlink()


async def test_a_gate_that_runs_gives_its_journal_whatever_stands_in_its_file_by_now(
    house: House, state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    house.write(UNKNOWN)
    async with running_gate(state_dir, pins, simulator) as gate:
        await gate.admit()
        done = await asyncio.to_thread(house.does, "backup", "stick", "--set", f"state_dir={state_dir}")
    assert done.returncode == ExitCode.SETTINGS
    [made] = (house.folder / "stick").iterdir()
    assert extract(made, None, "").newest_number > 0


def test_a_key_that_a_broken_file_hides_is_missed_aloud(house: House) -> None:
    (house.folder / "eguma.api_key").rename(house.folder / "elsewhere")
    house.write(f"eguma.api_key_file = 'elsewhere'\n{NO_TOML}")
    (house.folder / "passphrase").write_text(PASSPHRASE)
    done = house.does("backup", "stick", "--passphrase-file", "passphrase")
    assert done.returncode == ExitCode.SETTINGS
    assert "eguma.api_key is not in the backup: gate.toml: save the file that it may name by hand" in done.stderr


def test_the_nightly_backup_goes_by_what_a_file_with_mistakes_still_tells(house: House) -> None:
    memory = Path("/dev/shm")  # noqa: S108 - refused as a target: that is what is looked at
    house.write(f"{UNKNOWN}[backup]\ntarget = '{memory}'\n")
    done = house.does("backup")
    assert done.returncode == ExitCode.NO
    assert f"{memory} is on the gate's own disk" in done.stderr


@pytest.mark.parametrize(
    "broken", [f"state_dir = '/nowhere'\n{NO_TOML}", f"state_dri = '/nowhere'\n{PRICE}", f"state_dir = 5\n{PRICE}"]
)
def test_where_the_state_is_is_never_guessed(house: House, broken: str) -> None:
    house.write(broken)
    for words in (("backup", "stick"), ("user", "list"), ("token", "add", "x", "--role", "viewer")):
        done = house.does(*words)
        assert (done.returncode, done.stdout) == (ExitCode.SETTINGS, "")
        assert "--set state_dir=" in done.stderr
        assert not list((house.folder / "stick").iterdir())
    named = ("--set", f"state_dir={house.state}")
    assert house.does("user", "list", *named).returncode == ExitCode.OK
    assert ".gate-backup (" in house.does("backup", "stick", *named).stdout


@pytest.mark.parametrize(("broken", "meant"), list(zip(BROKEN, MEANT, strict=True)))
def test_who_may_use_the_page_is_seen_to_whatever_else_is_wrong(house: House, broken: str | bytes, meant: str) -> None:
    house.write(broken)
    made = house.does("token", "add", "prometheus", "--role", "viewer")
    assert (made.returncode, made.stdout.count("\n")) == (ExitCode.OK, 1)
    assert f"{STYLE}warning: " in made.stderr
    assert meant in made.stderr
    assert (house.state / "users.json").exists()
    listed = house.does("token", "list", "--json")
    assert [each["name"] for each in json.loads(listed.stdout)] == ["prometheus"]
    assert house.does("user", "list", "--json").returncode == ExitCode.OK
    assert house.does("user", "fingerprint").returncode == ExitCode.SETTINGS  # that is the page's settings' to say
