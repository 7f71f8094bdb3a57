"""What lies in the state directory is the gate's alone, whatever the umask, whoever made it, and whatever links say."""

import os
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gate_controller.journal import archive, own_files
from gate_controller.journal.failures import JournalError
from gate_controller.journal.lock import LOCK_NAME
from gate_controller.journal.reader import Reader
from gate_controller.journal.store import FILE_NAME, Store
from gate_controller.journal.writer import Journal
from tests.rig.facts import admission, intended

GATE = 4321
"""A user who is not root, and not there either."""

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")


@pytest.fixture
def no_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def modes(directory: Path) -> dict[str, int]:
    """Return the mode of everything below a directory."""
    return {str(path.relative_to(directory)): stat.S_IMODE(path.stat().st_mode) for path in directory.rglob("*")}


def fill(directory: Path) -> None:
    """Have everything in a state directory that a journal leaves there."""
    with closing(Store(directory)) as store:
        store.append(admission(1))
        store.append([intended(2)])
        archive.prune(store, 4e9)
    archive.note_damage(directory)
    archive.set_aside(directory)
    archive.note_damage(directory)
    own_files.make_folder(directory / own_files.BACKUP_FOLDER)
    Reader(directory).backup(directory / "backups" / "copy.sqlite3")


@pytest.mark.usefixtures("no_umask")
def test_everything_that_a_journal_leaves_is_its_owners_alone(tmp_path: Path) -> None:
    fill(tmp_path)
    with closing(Store(tmp_path)) as store:  # and what is there while it is open
        store.append(admission(3))
        found = modes(tmp_path)
        folders = {name for name in found if (tmp_path / name).is_dir()}
    assert {found[name] for name in folders} == {0o700}
    assert {mode for name, mode in found.items() if name not in folders} == {0o600}
    assert {Path(name).name for name in found} >= {FILE_NAME, f"{FILE_NAME}-wal", f"{FILE_NAME}-shm", LOCK_NAME}
    assert {name.partition("-")[0] for name in folders} == {"archive", "backups", "corrupt"}


async def test_what_a_looser_umask_has_left_is_mended_at_the_start(tmp_path: Path) -> None:
    fill(tmp_path)
    (tmp_path / "somebody's.txt").touch()
    for path in tmp_path.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    journal = Journal(tmp_path, on_damage=lambda _: None)
    await journal.read(lambda _: None)
    await journal.close()
    assert {name for name, mode in modes(tmp_path).items() if mode & 0o077} == {"somebody's.txt"}


@pytest.mark.parametrize("name", [LOCK_NAME, FILE_NAME, f"{FILE_NAME}-wal", f"{FILE_NAME}-shm"])
def test_a_link_in_place_of_a_file_is_refused_and_leads_nowhere(tmp_path: Path, name: str) -> None:
    elsewhere, directory = tmp_path / "elsewhere", tmp_path / "state"
    elsewhere.write_text("somebody else's")
    elsewhere.chmod(0o644)
    directory.mkdir()
    if name != FILE_NAME:
        Store(directory).close()
    (directory / name).unlink(missing_ok=True)
    (directory / name).symlink_to(elsewhere)
    with pytest.raises(JournalError, match="symbolic link"):
        Store(directory)
    assert elsewhere.read_text() == "somebody else's"
    assert stat.S_IMODE(elsewhere.stat().st_mode) == 0o644


def test_a_link_in_place_of_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "archive").symlink_to(tmp_path / "elsewhere")
    with closing(Store(tmp_path)) as store:
        store.append(admission(1))
        store.append([intended(2)])
        with pytest.raises(JournalError, match="symbolic link"):
            archive.prune(store, 4e9)
        assert len(store.facts_of(1)) == 4
    assert list((tmp_path / "elsewhere").iterdir()) == []


@as_root
def test_what_root_leaves_belongs_to_the_owner_of_the_directory(tmp_path: Path) -> None:
    os.chown(tmp_path, GATE, GATE)
    fill(tmp_path)
    with closing(Store(tmp_path)) as store:
        store.append(admission(3))
        for path in tmp_path.rglob("*"):
            assert (path.name, path.stat().st_uid, path.stat().st_gid) == (path.name, GATE, GATE)


@as_root
def test_a_lock_that_an_earlier_version_of_root_has_left_is_given_to_the_gate(tmp_path: Path) -> None:
    (tmp_path / LOCK_NAME).touch()
    os.chown(tmp_path, GATE, GATE)
    Store(tmp_path).close()
    assert (tmp_path / LOCK_NAME).stat().st_uid == GATE
