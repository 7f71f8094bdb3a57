"""
Exchanging the release of an installed gate, as its own unit carries it out: `gate-controller oversee-upgrade`.

It runs from the link of `FALLBACK`, which names the release that was there before, and no terminal holds it up.
Wherever the power goes, the machine starts a gate, and this goes on from the note (`exchange_note.py`):

- wanted: nothing has changed, and nothing does; the old release runs.
- installing (dpkg, waiting for a free lane, the stop, the copy of the journal): the old release is the one that is
  linked and runs; its package is put back.
- watching (the link is moved, the new release started): the new one is linked and watched anew, and if it does not
  prove itself, this goes back. One that cannot start at all is no danger to this, which is not part of it.
- returning (the link is moved back): the old release is linked and runs; its package is put back.
- no note any more: the new release runs; what is left of older ones is removed by the next exchange.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from gate_controller.desk.control_socket import ControlError, NotRunning, ask
from gate_controller.devices.machine import boot
from gate_controller.journal import own_files
from gate_controller.journal.dialect import own_dialect, spoken_in
from gate_controller.journal.failures import JournalError
from gate_controller.journal.reader import Reader
from gate_controller.journal.store import FILE_NAME
from gate_controller.systemd import package_files, unit
from gate_controller.systemd.exchange_note import ExchangeNote, ExchangeStage, under_way
from gate_controller.systemd.package_files import PackageError
from gate_controller.systemd.releases import CURRENT, PREVIOUS, Releases
from gate_controller.systemd.unit import UNIT, UnitError

_shutdown: list[bool] = []

_LOOK_SECONDS = 0.5
_BACKUPS_KEPT = 3
_UNIT_FILE = Path("/usr/lib/systemd/system") / UNIT
_STARTED = ("active", "activating", "reloading", "deactivating")


def oversee(releases: Releases | None = None) -> int:
    """Carry out the exchange that the note tells of, or end one that was cut off; return the exit code."""
    releases = releases or Releases()
    # A machine that is shut down meanwhile lets dpkg come to its end; then this goes, and goes on after the boot.
    signal.signal(signal.SIGTERM, lambda *_: _shutdown.append(True))
    note = under_way(releases.root)
    if note is None:
        return 0
    match note.stage:
        case ExchangeStage.WANTED if note.boot == boot():
            over = _exchange(releases, note)
        case ExchangeStage.WANTED:
            over = note.close("unchanged", "the power went before it had begun", releases.root)
        case ExchangeStage.INSTALLING:
            over = _undo(releases, note, "it was cut off before the new release ran")
        case ExchangeStage.WATCHING:
            over = _try_new(releases, note)
        case _:
            over = _return(releases, note)
    _say(f"upgrade={over.outcome} from={over.old_version} to={over.new_version} why={over.why!r}")
    return 0 if over.outcome == "done" else 1


def _exchange(releases: Releases, note: ExchangeNote) -> ExchangeNote:
    note = note.at(ExchangeStage.INSTALLING).write(releases.root)
    _say(f"upgrade=begun from={note.old_version} to={note.new_version}")
    try:
        package_files.install(Path(note.new_package))
        new = _built(releases, note)
        if _takes_part(note) and (why := _settings_mistake(new)):
            return _undo(releases, note, f"the new release cannot use the settings: {why}")
        if note.was in _STARTED:
            _await_free_lane(note)
            unit.stop()
        note = note.at(ExchangeStage.INSTALLING, backup=_copy_journal(note))
    except (PackageError, UnitError, JournalError, OSError) as error:
        return _undo(releases, note, str(error))
    return _try_new(releases, note.at(ExchangeStage.WATCHING).write(releases.root))


def _built(releases: Releases, note: ExchangeNote) -> Path:
    """Return the release that the installed package holds. Its script has built it, and says where again at once."""
    said = package_files.release_of_installed()
    if not said.is_relative_to(releases.root):
        raise PackageError(f"package {note.new_package}: built no release: look at /var/log/dpkg.log")
    return said


def _takes_part(note: ExchangeNote) -> bool:
    """Whether the gate runs by its settings: one that was never set up, or is stopped for repair, may lack them."""
    return note.was in _STARTED


def _pause() -> None:
    """Wait a little. Ends this process where the machine is being shut down."""
    if _shutdown:
        raise SystemExit(0)
    time.sleep(_LOOK_SECONDS)


def _settings_mistake(release: Path) -> str:
    """Return why a release cannot use this gate's settings; empty if it can. The key is not looked at."""
    command = [str(release / "bin/gate-controller"), "config", "--set", "eguma.api_key=none-given"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)  # noqa: S603 - our own program
    lines = [line for line in done.stderr.splitlines() if ": error: " in line]
    return "" if done.returncode == 0 else "; ".join(lines) or f"it ended with {done.returncode}"


def _await_free_lane(note: ExchangeNote) -> None:
    """Wait until nobody is in the lane. At the latest after the time given: a stop serves that visitor to the end."""
    end = time.monotonic() + note.idle_seconds
    while time.monotonic() < end:
        try:
            if ask(Path(note.state_dir), "status")["lane"]["since"] is None:
                return
        except NotRunning:
            return
        except (ControlError, KeyError, TypeError):
            pass
        _pause()


def _copy_journal(note: ExchangeNote) -> str:
    state_dir = Path(note.state_dir)
    if not (state_dir / FILE_NAME).exists():
        return ""
    folder = state_dir / own_files.BACKUP_FOLDER
    own_files.make_folder(folder)
    target = folder / f"before-{note.new_version}-{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}.sqlite3"
    Reader(state_dir).backup(target)
    with target.open("rb") as written:
        os.fsync(written.fileno())
    for old in sorted(folder.glob("before-*.sqlite3"), key=lambda file: file.stat().st_mtime)[:-_BACKUPS_KEPT]:
        old.unlink(missing_ok=True)
    return str(target)


def _try_new(releases: Releases, note: ExchangeNote) -> ExchangeNote:
    """Let the new release run, and watch it; end with it, or with the old one."""
    try:
        releases.point(CURRENT, _built(releases, note))
        why = _started(note)
    except (PackageError, UnitError, OSError) as error:
        why = str(error)
    if not why:
        old = Path(note.old_release)
        releases.point(PREVIOUS, old)
        over = note.close("done", root=releases.root)
        releases.keep_only({old}, {Path(note.old_package)})
        return over
    if unknown := _unreadable_by_old(note):
        return note.close(
            "stuck",
            f"{why}; the old release cannot read what the new one has written ({unknown}), so it stays",
            releases.root,
        )
    return _return(releases, note.at(ExchangeStage.RETURNING, why=why).write(releases.root))


def _started(note: ExchangeNote) -> str:
    if note.was not in _STARTED:
        return ""
    unit.start()
    _say(f"upgrade=watching version={note.new_version} seconds={note.watch_seconds:.0f}")
    return _watch(note)


def _unreadable_by_old(note: ExchangeNote) -> str:
    # This code is the old release's: it knows what it can read.
    try:
        tables, words = spoken_in(Path(note.state_dir) / FILE_NAME)
    except JournalError:
        return ""  # a journal that cannot be read is no reason to stay with what does not start
    return ", ".join(own_dialect().unknown(tables, words))


def _watch(note: ExchangeNote) -> str:
    """Return why the new release is not fit; empty once it has been ready, and alive, as long as it is watched."""
    restarts, seen = -1, ""
    end = time.monotonic() + note.watch_seconds
    while time.monotonic() < end:
        shown = unit.properties(("ActiveState", "NRestarts", "Job"))
        if shown:  # else systemd is busy, and is asked again
            seen, count = shown["ActiveState"], int(shown["NRestarts"] or 0)
            # Counted anew from the start on, whose job may still be waiting.
            restarts = count if restarts < 0 else min(count, restarts)
            is_to_start = shown.get("Job", "0") not in {"", "0"}
            if count > restarts or (seen in {"failed", "inactive"} and not is_to_start):
                if _shutdown or unit.is_machine_stopping():
                    raise SystemExit(0)  # it was stopped with the machine: watched anew after the boot
                return f"it ended by itself: {_last_words()}"
        _pause()
    # One that waited for its scanner before may go on waiting for it.
    if seen == "active" or (seen and note.was != "active"):
        return ""
    return f"it was not ready within {note.watch_seconds:.0f} s: {_last_words()}"


def _last_words() -> str:
    """Return the last line of the gate's own log, before it ended if it did."""
    command = ["journalctl", f"--unit={UNIT}", "--boot", "--lines=40", "--output=cat", "--no-pager"]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False, timeout=60)  # noqa: S603 - a fixed command
    return f"{last_words_in(done.stdout.splitlines())} (journalctl -u gate-controller)"


def last_words_in(lines: Sequence[str]) -> str:
    """Return what the gate said last, of its unit's log; if it has ended, how, and not what `relay safe` said then."""
    said = before_the_end = how = ""
    for line in map(str.strip, lines):
        if line.startswith(f"{UNIT}: Main process exited, "):
            before_the_end, how = said, line.partition(", ")[2]
        elif line and UNIT not in line:
            said = line[:300]
    if how:
        return f"{before_the_end or 'it said nothing'} ({how})"
    return said or "it said nothing"


def _return(releases: Releases, note: ExchangeNote) -> ExchangeNote:
    """Let the old release run again, at once, and then put its package back."""
    _say(f"upgrade=going_back to={note.old_version} why={note.why!r}")
    _carefully(unit.stop)
    releases.point(CURRENT, Path(note.old_release))
    if note.was in _STARTED:
        _carefully(unit.start)
    return _undo(releases, note, note.why, outcome="returned")


def _undo(releases: Releases, note: ExchangeNote, why: str, *, outcome: str = "unchanged") -> ExchangeNote:
    """Put the old package back, and see that its gate runs if it ran. The link names the old release already."""
    unit_before = _content(_UNIT_FILE)
    try:
        package_files.install(Path(note.old_package))
    except PackageError as error:
        why = f"{why}; the old release runs, but dpkg does not believe it: {error}"
    if note.was in _STARTED:
        changed = _content(_UNIT_FILE) != unit_before
        _carefully(lambda: unit.restart() if changed and outcome == "returned" else unit.start())
    before = releases.named(PREVIOUS)
    kept = set(releases.kept_packages()) - {Path(note.old_package)} if before else set()
    releases.keep_only({Path(note.old_release), *([before] if before else [])}, kept)
    return note.close(outcome, why, releases.root)


def _carefully(do: Callable[[], None]) -> None:
    """Do it; what fails is said, and holds the rest up no longer."""
    try:
        do()
    except UnitError as error:
        _say(f"upgrade=trouble why={str(error)!r}")


def _content(file: Path) -> bytes:
    with suppress(OSError):
        return file.read_bytes()
    return b""


def _say(line: str) -> None:
    # One line for each step, for the system's journal.
    print(line, file=sys.stderr, flush=True)
