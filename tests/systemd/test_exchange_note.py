"""Links, packages and the note of an exchange of releases, as they are on disk."""

from pathlib import Path

import pytest

from gate_controller.systemd.exchange_note import LAST, UNDER_WAY, ExchangeNote, ExchangeStage, last, under_way
from gate_controller.systemd.package_files import PackageError, read
from gate_controller.systemd.releases import CURRENT, PREVIOUS, Releases

NOTE = ExchangeNote(
    stage=ExchangeStage.WANTED,
    boot="this one",
    old_release="/opt/gate-controller/releases/0.1.0",
    old_version="0.1.0+deb12",
    old_package="/opt/gate-controller/packages/gate-controller_0.1.0+deb12.deb",
    new_version="0.2.0+deb12",
    new_package="/opt/gate-controller/packages/new-gate-controller_0.2.0+deb12_arm64.deb",
    was="active",
    watch_seconds=60,
    idle_seconds=600,
    state_dir="/var/lib/gate-controller",
)


@pytest.fixture
def releases(tmp_path: Path) -> Releases:
    for version in ("0.1.0", "0.2.0", "0.3.0"):
        (tmp_path / "releases" / version / "bin").mkdir(parents=True)
    (tmp_path / "packages").mkdir()
    return Releases(tmp_path)


def test_a_link_is_moved_whatever_a_power_cut_has_left_of_an_earlier_move(releases: Releases, tmp_path: Path) -> None:
    assert releases.named(CURRENT) is None
    (tmp_path / "current.new").symlink_to("half a move")
    for version in ("0.1.0", "0.2.0"):
        releases.point(CURRENT, tmp_path / "releases" / version)
        assert releases.named(CURRENT) == tmp_path / "releases" / version


def test_only_the_releases_and_packages_that_are_wanted_are_kept_and_never_the_one_that_runs_removed(
    releases: Releases, tmp_path: Path
) -> None:
    first, second, third = (tmp_path / "releases" / version for version in ("0.1.0", "0.2.0", "0.3.0"))
    releases.point(CURRENT, third)
    releases.point(PREVIOUS, second)
    kept, other = (tmp_path / "packages" / f"gate-controller_{version}.deb" for version in ("0.2.0", "0.1.0"))
    copy = tmp_path / "packages" / "new-gate-controller_0.3.0.deb"
    for file in (kept, other, copy):
        file.touch()
    assert releases.kept_packages() == [other, kept]

    releases.keep_only({second}, {kept})

    assert [first.exists(), second.exists(), third.exists()] == [False, True, True]
    assert list((tmp_path / "packages").iterdir()) == [kept]


def test_a_note_is_on_disk_until_the_exchange_is_over_and_what_became_of_it_after_that(tmp_path: Path) -> None:
    assert (under_way(tmp_path), last(tmp_path)) == (None, None)
    note = NOTE.write(tmp_path).at(ExchangeStage.WATCHING, backup="before.sqlite3").write(tmp_path)
    assert under_way(tmp_path) == note

    over = note.close("returned", "it was not ready", tmp_path)

    assert (under_way(tmp_path), last(tmp_path)) == (None, over)
    assert (over.outcome, over.why, over.stage) == ("returned", "it was not ready", "watching")


@pytest.mark.parametrize("content", ["", "[]", '{"stage": "flying"}', '{"stage": "wanted"}', "\0"])
def test_a_note_that_is_none_holds_nobody_up(content: str, tmp_path: Path) -> None:
    for name in (UNDER_WAY, LAST):
        (tmp_path / name).write_text(content, encoding="utf-8")
    assert (under_way(tmp_path), last(tmp_path)) == (None, None)


def test_a_file_that_is_no_package_of_the_gates_is_told_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "half.deb").write_bytes(b"!<arch>\n")
    for file, why in ((tmp_path / "none.deb", "is not there"), (tmp_path / "half.deb", "copy it anew")):
        with pytest.raises(PackageError, match=rf"{file.name}: .*{why}"):
            read(file)
