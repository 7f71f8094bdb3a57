"""
The releases of an installed gate under /opt/gate-controller: each a whole environment, and links that name them.

`current` runs. `previous` is what a rollback goes to. `fallback` runs while a release is exchanged: the unit that sees
to it starts from there, so that it never depends on the release that is being tried. A link is moved in one step that a
power cut leaves done or undone.
"""

import os
import shutil
from collections.abc import Collection
from pathlib import Path

ROOT = Path("/opt/gate-controller")
PACKAGE = "gate-controller"
CURRENT, PREVIOUS, FALLBACK = "current", "previous", "fallback"


class Releases:
    """What is under such a root."""

    def __init__(self, root: Path = ROOT) -> None:
        self.root = root
        self.packages = root / "packages"
        """Where the package of the release before is kept, for the way back."""

    def named(self, link: str) -> Path | None:
        """Return the release that a link names; None where there is no such link."""
        try:
            return (self.root / link).readlink()
        except OSError:
            return None

    def point(self, link: str, release: Path) -> None:
        """Let a link name a release from now on, on disk before this returns. Raises `OSError`."""
        fresh = self.root / f"{link}.new"
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(release)
        fresh.replace(self.root / link)
        sync_folder(self.root)

    def kept_packages(self) -> list[Path]:
        """Return the packages that were packed for a way back."""
        return sorted(self.packages.glob(f"{PACKAGE}_*.deb"))

    def keep_only(self, releases: Collection[Path], packages: Collection[Path]) -> None:
        """Remove all other releases and kept packages. What cannot be removed stays, and does no harm."""
        wanted = {*releases, self.named(CURRENT)}
        for place in sorted((self.root / "releases").glob("*")):
            if place not in wanted:
                # What says that it is whole goes first: half of it would not be taken for a release.
                (place / ".whole").unlink(missing_ok=True)
                shutil.rmtree(place, ignore_errors=True)
        for file in sorted(self.packages.glob("*")):
            if file not in packages:
                file.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder to disk. Raises `OSError`."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
