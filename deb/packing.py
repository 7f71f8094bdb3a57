"""What the Debian packages have in common: files with fixed times and owners, and the same bytes each time."""

import gzip
import hashlib
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path


def cache_folder() -> Path:
    """Return where downloaded wheels are kept."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "gate-controller" / "wheels"


def packed(tree: Path, package: Path, epoch: int) -> Path:
    """Make a package of a tree; return its path."""
    fresh = tree.parent / package.name
    subprocess.run(  # noqa: S603 - a fixed command
        ["dpkg-deb", "--root-owner-group", "-Zgzip", "--build", str(tree), str(fresh)],  # noqa: S607 - Debian's own
        env={**os.environ, "SOURCE_DATE_EPOCH": str(epoch)},
        check=True,
        stdout=subprocess.DEVNULL,
    )
    shutil.move(fresh, package)
    return package


def control_files(tree: Path, control: str, scripts: Path, names: Sequence[str]) -> None:
    """Write what dpkg reads of a package: its scripts, from a folder, its checksums, and what it says of itself."""
    files = sorted(path for path in tree.rglob("*") if path.is_file() and not path.is_symlink())
    sums = "".join(f"{_md5(path)}  {path.relative_to(tree)}\n" for path in files)
    for name in names:
        put(tree / "DEBIAN" / name, (scripts / name).read_bytes(), mode=0o755)
    put(tree / "DEBIAN/control", control.encode())
    put(tree / "DEBIAN/md5sums", sums.encode())


def put(path: Path, content: bytes, *, mode: int = 0o644) -> None:
    """Write a file of a package."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    path.chmod(mode)


def put_zipped(path: Path, content: bytes) -> None:
    """Write a file of a package, compressed."""
    put(path, gzip.compress(content, 9, mtime=0))


def stamp(tree: Path, epoch: int) -> None:
    """Give everything one time, and every folder its mode."""
    for path in sorted(tree.rglob("*"), reverse=True):
        if path.is_dir() and not path.is_symlink():
            path.chmod(0o755)
        os.utime(path, (epoch, epoch), follow_symlinks=False)
    tree.chmod(0o755)
    os.utime(tree, (epoch, epoch))


def _md5(path: Path) -> str:
    # What dpkg compares installed files with; the wheels have their SHA-256 besides.
    return hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()
