"""
What is on disk of an exchange of releases, so that whoever comes after a power cut knows where it stood.

The file `UNDER_WAY` is there while one is under way; `LAST` says what became of the last one.
"""

import json
import os
from dataclasses import asdict, dataclass, fields, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, Self

from gate_controller.systemd.releases import ROOT, sync_folder

UNDER_WAY, LAST = "upgrade.json", "last-upgrade.json"


class ExchangeStage(StrEnum):
    """How far an exchange has come. Each is on disk before its first step."""

    WANTED = "wanted"
    """Nothing has been done."""
    INSTALLING = "installing"
    """dpkg is at work, then the gate is stopped and its journal copied; the old release is the one that is linked."""
    WATCHING = "watching"
    """The new release is linked, or about to be, and has not proved itself."""
    RETURNING = "returning"
    """The old release is linked again, or about to be."""


@dataclass(frozen=True, slots=True)
class ExchangeNote:
    """An exchange under way, and in the end what became of it."""

    stage: ExchangeStage
    boot: str
    """Which start of the machine it was ordered in."""
    old_release: str
    old_version: str
    old_package: str
    """The package that is on the machine now: its directory, its version, and the file that it was packed into."""
    new_version: str
    new_package: str
    was: str
    """How the gate's unit was before (`active`, `activating`, `inactive` …)."""
    watch_seconds: float
    idle_seconds: float
    """How long to wait for a free lane at most."""
    state_dir: str
    backup: str = ""
    """The copy of the journal from before."""
    why: str = ""
    """Why it goes back, or ended as it did."""
    outcome: str = ""
    """`done`, `returned`, `unchanged` or `stuck`, once it is over."""

    def at(self, stage: ExchangeStage, **changes: str) -> Self:
        """Return it at another stage."""
        return replace(self, stage=stage, **changes)  # type: ignore[arg-type]  # all that is changed is text

    def write(self, root: Path = ROOT) -> Self:
        """Put it on disk as what is under way. Raises `OSError`."""
        _write(root / UNDER_WAY, asdict(self))
        return self

    def close(self, outcome: str, why: str = "", root: Path = ROOT) -> Self:
        """Put on disk that it is over, and how. Raises `OSError`."""
        over = replace(self, outcome=outcome, why=why or self.why)
        _write(root / LAST, asdict(over))
        (root / UNDER_WAY).unlink(missing_ok=True)
        sync_folder(root)
        return over


def under_way(root: Path = ROOT) -> ExchangeNote | None:
    """Return the exchange that is under way, or was cut off; None where there is none."""
    return _read(root / UNDER_WAY)


def last(root: Path = ROOT) -> ExchangeNote | None:
    """Return the last one that is over; None where there was none."""
    return _read(root / LAST)


def _read(file: Path) -> ExchangeNote | None:
    try:
        said: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        known = {field.name: said[field.name] for field in fields(ExchangeNote) if field.name in said}
        return ExchangeNote(**{**known, "stage": ExchangeStage(said["stage"])})
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write(file: Path, content: dict[str, Any]) -> None:
    fresh = file.with_name(f"{file.name}.new")
    with fresh.open("w", encoding="utf-8") as written:
        json.dump(content, written, indent=1)
        written.write("\n")
        written.flush()
        os.fsync(written.fileno())
    fresh.replace(file)
    sync_folder(file.parent)
