"""
The wheels of a package: the project's own, and every library as `deb/gate.lock` has it, for the machine that it is for.

pip looks at the hashes when it downloads and when it installs. Downloads are kept: a second build needs no network.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "deb" / "gate.lock"
VENUE_LOCK = ROOT / "deb" / "venue.lock"


@dataclass(frozen=True, slots=True)
class Debian:
    """A release of Debian, and of Raspberry Pi OS that stands on it."""

    number: str
    python: str
    """Its Python, whose wheels fit."""
    glibc: int
    """Wheels for glibc 2.N and older run on it."""
    from_apt: tuple[str, ...]
    """Libraries without a wheel for that Python: apt has them as `python3-` and the name, if not on every Debian."""


DEBIANS = {
    debian.number: debian
    for debian in (
        Debian("12", "3.11", 36, ()),
        # The index has no lgpio for Python 3.13, and pip would take an empty stub in its place.
        Debian("13", "3.13", 41, ("lgpio",)),
    )
}
MACHINES = {"amd64": "x86_64", "arm64": "aarch64"}
"""Debian's name of an architecture, and the one in the names of wheels."""

_REQUIREMENT = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)(?: ; ([^\\]*\S))?(?: \\)?$")


def locked(lock: Path = LOCK) -> dict[str, str]:
    """Return what `deb/gate.lock` holds for a gate: each library's name, and its lines with version and hashes."""
    found: dict[str, str] = {}
    for entry in re.split(r"\n(?=\S)", lock.read_text(encoding="utf-8")):
        if entry.startswith("#") or not entry.strip():
            continue
        first, *hashes = entry.strip().splitlines()
        parts = _REQUIREMENT.match(first)
        if parts is None:
            raise SystemExit(f"{lock}: {first!r}: is not as `make lock` writes it")
        name, version, marker = parts.groups()
        if marker and "win32" in marker:
            continue
        found[name] = "\n".join([f"{name}=={version} \\", *hashes])
    return found


def libraries(debian: Debian, architecture: str, cache: Path, entries: Mapping[str, str] | None = None) -> list[Path]:
    """
    Return the wheels of libraries for that machine, downloaded where they are not in `cache` yet.

    `entries` are those of a lock; otherwise all of a gate.
    """
    found = locked() if entries is None else entries
    wanted = "\n".join(lines for name, lines in found.items() if name not in debian.from_apt) + "\n"
    kept = cache / f"{debian.number}-{architecture}-{hashlib.sha256(wanted.encode()).hexdigest()[:16]}"
    if not kept.is_dir():
        fresh = kept.with_name(f"{kept.name}.{os.getpid()}")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True)
        requirements = fresh / "requirements.txt"
        requirements.write_text(wanted, encoding="utf-8")
        machine = MACHINES[architecture]
        platforms = [f"manylinux_2_{minor}_{machine}" for minor in range(debian.glibc, 4, -1)]
        platforms += [f"manylinux2014_{machine}"]
        options = [option for platform in platforms for option in ("--platform", platform)]
        _python(
            "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes",
            "--only-binary", ":all:", "--implementation", "cp", "--python-version", debian.python, *options,
            "--dest", str(fresh), "--requirement", str(requirements),
        )  # fmt: skip
        requirements.unlink()
        try:
            fresh.rename(kept)
        except OSError:  # another build was quicker
            shutil.rmtree(fresh)
    return sorted(kept.glob("*.whl"))


def own_wheel(folder: Path, epoch: int) -> Path:
    """Build the project's own wheel into a folder; the same sources give the same bytes."""
    _python("-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder), SOURCE_DATE_EPOCH=str(epoch))
    (wheel,) = folder.glob("gate_controller-*.whl")
    return wheel


def listed(wheels: list[Path]) -> str:
    """Return the requirements that name exactly these wheels, each by its hash, for pip's `--require-hashes`."""
    lines = []
    for wheel in sorted(wheels):
        name, version, *_ = wheel.name.split("-")
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        lines.append(f"{name}=={version} --hash=sha256:{digest}\n")
    return "".join(lines)


def _python(*arguments: str, **environ: str) -> None:
    done = subprocess.run(  # noqa: S603 - our own Python, and arguments from here
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, **environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(arguments[:3])}: ended with {done.returncode}:\n{done.stdout}")
