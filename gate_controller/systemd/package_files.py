"""
The Debian package of the gate: what a file says of itself, what is installed, and how that is packed again.

A machine does not keep the file that a package came from. What is installed is therefore packed again before it is
exchanged, from what dpkg knows of it, so that the way back is an installation like any other.
"""

import hashlib
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from gate_controller.systemd.releases import PACKAGE

STAGED = "GATE_CONTROLLER_STAGED"
"""The variable that tells the package's own script to build the release and leave the link alone."""

_INFO = Path("/var/lib/dpkg/info")
_CONTROL = ("postinst", "prerm", "postrm", "preinst", "templates", "config", "md5sums", "conffiles", "triggers")
_SECONDS = 1800
"""The longest an installation may take: a small board with a slow card needs some minutes."""


class PackageError(Exception):
    """The package cannot be read, or dpkg could not do it; the text says what, where and what to do."""


@dataclass(frozen=True, slots=True)
class PackageFile:
    """What a package says of itself."""

    file: Path
    version: str
    architecture: str
    depends: str
    journal_tables: int
    journal_words: frozenset[str]
    """Both as in `gate_controller/journal/dialect.py`."""

    @property
    def release(self) -> str:
        """The program's own version, without the Debian release that it is packed for."""
        return self.version.partition("+")[0]


def read(file: Path) -> PackageFile:
    """Return what a package file says of itself. Raises `PackageError`."""
    if not file.is_file():
        raise PackageError(f"package {file}: is not there: name the .deb file")
    said: dict[str, str] = {}
    for field in ("Package", "Version", "Architecture", "Depends", "Gate-Journal", "Gate-Facts"):
        done = _run("dpkg-deb", "--field", str(file), field)
        if done.returncode != 0:
            raise PackageError(f"package {file}: is no whole Debian package ({_last(done)}): copy it anew")
        said[field] = done.stdout.strip()
    if said["Package"] != PACKAGE or not said["Gate-Journal"].isdigit():
        raise PackageError(f"package {file}: is not the gate's, but {said['Package'] or 'none'}: name the right file")
    return PackageFile(
        file,
        said["Version"],
        said["Architecture"],
        said["Depends"],
        int(said["Gate-Journal"]),
        frozenset(said["Gate-Facts"].split()),
    )


def installed_version() -> str:
    """Return the installed package's version; empty where none is. Raises `PackageError` where dpkg is not there."""
    done = _run("dpkg-query", "--show", "--showformat=${db:Status-Status} ${Version}", PACKAGE)
    status, _, version = done.stdout.partition(" ")
    return version if done.returncode == 0 and status not in {"not-installed", "config-files"} else ""


def own_architecture() -> str:
    """Return this machine's architecture, as Debian names it. Raises `PackageError`."""
    return _run("dpkg", "--print-architecture").stdout.strip()


def pack_again(folder: Path) -> Path:
    """Pack what is installed into a folder; return the file, which is on disk. Raises `PackageError`, `OSError`."""
    folder.mkdir(mode=0o755, exist_ok=True)
    status = _run("dpkg-query", "--status", PACKAGE)
    files = _run("dpkg-query", "--listfiles", PACKAGE)
    if status.returncode != 0 or files.returncode != 0:
        raise PackageError(f"package {PACKAGE}: is not installed: install it with `apt-get install ./FILE`")
    fields = [line for line in status.stdout.splitlines() if not line.startswith(("Status:", "Conffiles:"))]
    version = next(line.partition(": ")[2] for line in fields if line.startswith("Version: "))
    kept = folder / f"{PACKAGE}_{version}.deb"
    with tempfile.TemporaryDirectory(prefix="pack-", dir=folder) as scratch:
        tree = Path(scratch) / "tree"
        tree.mkdir(mode=0o755)
        for name in files.stdout.splitlines():
            _copy(Path(name), tree / name.lstrip("/"))
        control = tree / "DEBIAN"
        control.mkdir(mode=0o755)
        (control / "control").write_text("\n".join(fields) + "\n", encoding="utf-8")
        for each in _CONTROL:
            if (script := _INFO / f"{PACKAGE}.{each}").exists():
                shutil.copy2(script, control / each)
        fresh = Path(scratch) / kept.name
        # Wheels are packed already; time matters more than room here.
        done = _run("dpkg-deb", "--root-owner-group", "-Znone", "--build", str(tree), str(fresh))
        if done.returncode != 0:
            raise PackageError(f"package {kept}: could not be packed ({_last(done)}): is the disk full?")
        with fresh.open("rb") as written:
            os.fsync(written.fileno())
        fresh.replace(kept)
    return kept


def hash_of(file: Path) -> str:
    """Return the SHA-256 of a file. Raises `PackageError` where it cannot be read."""
    try:
        with file.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError as error:
        raise PackageError(f"package {file}: cannot be read ({error.strerror}): is the stick whole?") from None


def own_copy(file: Path, folder: Path, sha256: str) -> Path:
    """
    Copy a package to where a pulled stick does not matter, unless it is there; return the copy, which is on disk and
    has that hash, if one is said. Raises `PackageError`, `OSError`.
    """
    copy = folder / f"new-{file.name}"
    if file.resolve().parent == folder:
        return file
    shutil.copyfile(file, copy)
    with copy.open("rb") as written:
        os.fsync(written.fileno())
    if sha256 and hash_of(copy) != sha256:
        copy.unlink()
        raise PackageError(f"package {file}: changed while it was copied: is the stick whole?")
    return copy


def install(file: Path) -> None:
    """Install a package without moving the link and without touching the running gate. Raises `PackageError`."""
    done = _run("dpkg", "--install", "--force-confold", str(file), **{STAGED: "yes"})
    if done.returncode != 0:
        raise PackageError(f"package {file}: dpkg could not install it: {_telling(done)}")


def release_of_installed() -> Path:
    """Return the release of the installed package, which is built if it is not whole. Raises `PackageError`."""
    done = _run("/usr/lib/gate-controller/build-release")
    lines = done.stdout.strip().splitlines()
    if done.returncode != 0 or not lines:
        raise PackageError(f"release: could not be built: {_telling(done)}")
    return Path(lines[-1])


def _copy(source: Path, target: Path) -> None:
    if source.is_symlink():
        target.symlink_to(source.readlink())
    elif source.is_dir():
        target.mkdir(mode=0o755, exist_ok=True)
    elif source.exists():
        shutil.copy2(source, target)


def _run(*command: str, **environ: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(  # noqa: S603 - Debian's own programs, and a file of root's
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
            timeout=_SECONDS,
            env={**os.environ, "LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive", **environ},
        )
    except FileNotFoundError:
        raise PackageError(f"{command[0]}: is not here: this is for a gate that was installed as a package") from None
    except subprocess.TimeoutExpired:
        raise PackageError(f"{command[0]}: did not end within {_SECONDS} s: look at the disk") from None


def _last(done: subprocess.CompletedProcess[str]) -> str:
    lines = [line.strip() for line in done.stdout.splitlines() if line.strip()]
    return lines[-1] if lines else f"it ended with {done.returncode}"


def _telling(done: subprocess.CompletedProcess[str]) -> str:
    """Return the lines that say why, of all that dpkg says."""
    lines = [line.strip() for line in done.stdout.splitlines()]
    telling = [
        line for line in lines if line.startswith(("dpkg: error", "gate-controller:", "E:")) or "depends on" in line
    ]
    return "; ".join(telling[-4:]) or _last(done)
