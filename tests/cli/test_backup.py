"""`backup` and `restore`: a gate in one file, and out of it again, whole or not at all."""

import asyncio
import json
import os
import shutil
import stat
from pathlib import Path

import pytest

from gate_controller.cli.entry import main
from gate_controller.cli.exits import ExitCode
from gate_controller.journal import restoring
from gate_controller.journal.backup_file import BackupError, check, prune
from gate_controller.journal.reader import Reader
from gate_controller.journal.rows import MACHINE, NO_MACHINE
from gate_controller.journal.store import FILE_NAME, Store
from gate_controller.settings.provisioning.provisioned_state import Provisioned
from gate_controller.simulator import Simulator
from tests.rig.gate import running_gate
from tests.rig.pins import Pins

KEY = "a-key-of-the-gate-1"
PASSPHRASE = "correct horse battery"


class House:
    """A gate's places on one machine."""

    def __init__(self, folder: Path) -> None:
        self.etc, self.state = folder / "etc", folder / "state"
        self.etc.mkdir(parents=True)
        self.state.mkdir(mode=0o700)
        self.settings = self.etc / "gate.toml"
        self.options = ["--config", str(self.settings), "--set", f"state_dir={self.state}"]

    def set_up(self) -> None:
        self.settings.write_text('id = "east"\n[admission]\nprice_cents = 2500\n')
        (self.etc / "eguma.api_key").write_text(KEY)
        (self.etc / "eguma.api_key").chmod(0o600)
        (self.state / "users.json").write_text('{"anna": 1}')
        (self.state / "archive").mkdir()
        (self.state / "archive" / "attempts-2025.jsonl").write_text('{"n": 1}\n')
        (self.state / "certificate.pem").write_text("-----BEGIN PRIVATE KEY-----\nx\n")
        told = Provisioned({"eguma.api_key": KEY, "id": "east"}, serial=7)
        (self.state / "provisioned.json").write_bytes(told.as_json())
        Store(self.state).close()


@pytest.fixture(autouse=True)
def own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("GATE_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def old(tmp_path: Path) -> House:
    house = House(tmp_path / "old")
    house.set_up()
    return house


@pytest.fixture
def new(tmp_path: Path) -> House:
    return House(tmp_path / "new")


def backed_up(house: House, target: Path, *more: str) -> Path:
    target.mkdir(exist_ok=True)
    assert main(["backup", str(target), *house.options, *more]) == ExitCode.OK
    [made] = target.glob("*.gate-backup")
    return made


def restored(house: House, made: Path, *more: str) -> int:
    return main(["restore", str(made), "--by", "Anna", *house.options, *more])


async def test_a_gate_that_runs_comes_back_on_another_machine_with_two_commands(
    tmp_path: Path, state_dir: Path, pins: Pins, simulator: Simulator, new: House, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "stick"
    target.mkdir()
    async with running_gate(state_dir, pins, simulator) as gate:
        await gate.admit()
        line = ["backup", str(target), "--config", os.devnull, "--set", f"state_dir={state_dir}", "--set", "id=east"]
        assert await asyncio.to_thread(main, line) == ExitCode.OK
        before = [record.as_dict() for record in Reader(state_dir).page()]
        [made] = target.iterdir()
        assert stat.S_IMODE(made.stat().st_mode) == 0o600
        assert list((state_dir / "backups").iterdir()) == []
    assert await asyncio.to_thread(restored, new, made) == ExitCode.OK
    told = capsys.readouterr()
    assert "what it cannot know" in told.out
    assert "journal reconcile --date" in told.out
    assert [record.as_dict() for record in Reader(new.state).page()] == before
    store = Store(new.state)
    assert store.remembered(MACHINE) not in {None, NO_MACHINE}
    assert store.may_lack_charges_since(0.0)
    store.close()
    async with running_gate(new.state, pins, simulator) as gate:
        await gate.admit()
        assert len(Reader(new.state).page()) == 2


def test_journal_settings_users_and_archive_come_back_and_no_key(
    old: House, new: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = backed_up(old, tmp_path / "stick")
    assert KEY.encode() not in made.read_bytes()
    assert not check(made).has_secrets
    assert restored(new, made) == ExitCode.OK
    assert new.settings.read_text() == old.settings.read_text()
    assert (new.state / "users.json").read_text() == '{"anna": 1}'
    assert (new.state / "archive" / "attempts-2025.jsonl").read_text() == '{"n": 1}\n'
    assert not (new.state / "certificate.pem").exists()
    provisioned = json.loads((new.state / "provisioned.json").read_text())
    assert (provisioned["serial"], provisioned["settings"]) == (7, {"id": "east"})
    assert not any(KEY.encode() in path.read_bytes() for path in new.state.rglob("*") if path.is_file())
    assert not (new.etc / "eguma.api_key").exists()
    assert "keys and passwords are not in this backup" in capsys.readouterr().err
    assert {stat.S_IMODE(path.stat().st_mode) for path in new.state.rglob("*")} <= {0o600, 0o700}


def test_a_sealed_one_holds_the_keys_too_and_opens_by_its_passphrase_alone(
    old: House, new: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    passphrase, wrong = tmp_path / "passphrase", tmp_path / "wrong"
    passphrase.write_text(PASSPHRASE + "\n")
    wrong.write_text(PASSPHRASE.upper())
    made = backed_up(old, tmp_path / "stick", "--passphrase-file", str(passphrase))
    assert b"east" not in made.read_bytes()
    assert restored(new, made) == ExitCode.NO
    assert "--passphrase-file" in capsys.readouterr().err
    assert restored(new, made, "--passphrase-file", str(wrong)) == ExitCode.NO
    assert "the passphrase is another one" in capsys.readouterr().err
    assert list(new.etc.iterdir()) == []
    assert restored(new, made, "--passphrase-file", str(passphrase)) == ExitCode.OK
    assert (new.etc / "eguma.api_key").read_text() == KEY
    assert stat.S_IMODE((new.etc / "eguma.api_key").stat().st_mode) == 0o600
    assert (new.state / "certificate.pem").exists()


@pytest.mark.parametrize("sealed", [False, True])
def test_a_damaged_backup_is_told_and_changes_nothing(old: House, new: House, tmp_path: Path, sealed: bool) -> None:
    passphrase = tmp_path / "passphrase"
    passphrase.write_text(PASSPHRASE)
    options = ("--passphrase-file", str(passphrase)) if sealed else ()
    made = backed_up(old, tmp_path / "stick", *options)
    whole = made.read_bytes()
    # The first ten bytes of a gzip stream say when and where it was made, and nothing of what is in it.
    for at in (*range(10, len(whole), len(whole) // 40), len(whole) - 1):
        made.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        with pytest.raises(BackupError):
            check(made, PASSPHRASE)
    for cut in (0, 10, len(whole) // 2, len(whole) - 1):
        made.write_bytes(whole[:cut])
        assert restored(new, made, *options) == ExitCode.NO
    assert list(new.etc.iterdir()) == []
    assert not (new.state / FILE_NAME).exists()


def test_a_journal_that_is_there_is_not_overwritten_without_a_word_and_then_kept(
    old: House, new: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = backed_up(old, tmp_path / "stick")
    new.set_up()
    new.settings.write_text('id = "west"\n[admission]\nprice_cents = 100\n')
    shutil.copy(Path(__file__), new.state / "notes.txt")
    assert restored(new, made) == ExitCode.NO
    assert "other settings are there" in capsys.readouterr().err
    assert restored(new, made, "--yes") == ExitCode.OK
    [aside] = new.state.glob("before-restore-*")
    assert (aside / "notes.txt").exists()
    assert (aside / FILE_NAME).exists()
    assert "west" in (new.etc / "gate.toml.before-restore").read_text()
    assert "east" in new.settings.read_text()


def test_nothing_is_restored_while_a_gate_runs(old: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = backed_up(old, tmp_path / "stick")
    store = Store(old.state)
    assert restored(old, made, "--yes") == ExitCode.NO
    assert "another gate-controller is using this journal" in capsys.readouterr().err
    store.close()


def test_an_empty_mount_point_does_not_fill_the_gates_own_disk(
    old: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mount_point = tmp_path / "mnt"
    line = ["backup", *old.options, "--set", f"backup.target={mount_point}"]
    assert main(line) == ExitCode.NO
    assert "which is not there: plug the stick in" in capsys.readouterr().err
    mount_point.mkdir()
    assert main(line) == ExitCode.NO
    assert "the gate's own disk" in capsys.readouterr().err
    assert list(mount_point.iterdir()) == []
    memory = Path("/dev/shm")  # noqa: S108 - nothing is written there
    if memory.is_dir():
        assert main(["backup", *old.options, "--set", f"backup.target={memory}"]) == ExitCode.NO
    assert main(["backup", *old.options]) == ExitCode.SETTINGS
    assert "backup.target is not set" in capsys.readouterr().err


def test_only_the_newest_of_this_gate_are_kept_by_the_journals_number_and_not_by_a_wrong_clock(tmp_path: Path) -> None:
    names = [f"east-2026112{day}T020000Z-000000000{day}.gate-backup" for day in range(5)]
    made = tmp_path / "east-19700101T000000Z-0000000009.gate-backup"
    others = [tmp_path / "west-20200101T000000Z-0000000001.gate-backup", tmp_path / "east.txt"]
    for path in (*map(tmp_path.joinpath, names), made, *others):
        path.touch()
    gone = prune(tmp_path, "east", 2, but=made)
    assert sorted(path.name for path in gone) == names[:4]
    assert {path.name for path in tmp_path.iterdir()} == {names[4], made.name, *(path.name for path in others)}


@pytest.mark.parametrize("has_old", [False, True])
def test_a_power_cut_at_any_step_leaves_the_old_state_or_the_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_old: bool
) -> None:
    def fill(folder: Path, what: str) -> None:
        for name in ("a", "b", "c"):
            (folder / name).write_text(what)

    def state(folder: Path) -> set[str]:
        return {path.read_text() for path in folder.iterdir() if path.is_file()}

    rename = Path.rename
    for step in range(20):
        directory = tmp_path / str(step)
        directory.mkdir()
        if has_old:
            fill(directory, "old")
        fill(restoring.stage(directory), "new")
        left = [step]

        def dying(self: Path, target: Path, left: list[int] = left) -> Path:
            if left[0] == 0:
                raise KeyboardInterrupt
            left[0] -= 1
            return rename(self, target)

        with monkeypatch.context() as patch:
            patch.setattr(Path, "rename", dying)
            try:
                restoring.put_in_place(directory)
            except KeyboardInterrupt:
                pass
            else:
                break
        restoring.finish(directory)  # as whoever opens the journal next does
        assert state(directory) == ({"old"} if has_old else set()) if step == 0 else {"new"}
        kept = restoring.newest_aside(directory)
        if has_old and step > 0:
            assert kept is not None
            assert state(kept) == {"old"}
    assert step > 3


def test_the_list_of_contents_says_what_and_when(old: House, tmp_path: Path) -> None:
    contents = check(backed_up(old, tmp_path / "stick"))
    assert contents.gate_id == "east"
    state = ("journal.sqlite3", "provisioned.json", "users.json", "archive/attempts-2025.jsonl")
    assert set(contents.files) == {*(f"state/{name}" for name in state), "settings/gate.toml"}


def test_the_state_comes_where_the_settings_that_come_along_have_it(
    old: House, new: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    elsewhere = tmp_path / "new" / "elsewhere"
    old.settings.write_text(f"state_dir = '{elsewhere}'\n" + old.settings.read_text())
    old.state.rename(elsewhere)
    target = tmp_path / "stick"
    target.mkdir()
    assert main(["backup", str(target), "--config", str(old.settings)]) == ExitCode.OK
    [made] = target.iterdir()
    shutil.rmtree(elsewhere)
    assert main(["restore", str(made), "--by", "Anna", "--config", str(new.settings)]) == ExitCode.OK
    assert (elsewhere / "users.json").exists()
    assert "restored: gate east" in capsys.readouterr().out
