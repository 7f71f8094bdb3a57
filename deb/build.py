"""
`make deb`: the gate's Debian package for each release of Debian and each architecture, with everything inside; and the
venue's beside it.

The same sources give the same bytes: every time stamp is that of the last commit (or SOURCE_DATE_EPOCH), every owner is
root, and all libraries are those of `deb/gate.lock`.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from deb.manual_page import manual_page
from deb.packing import cache_folder, control_files, packed, put, put_zipped, stamp
from deb.venue_package import build_venue
from deb.wheels import DEBIANS, MACHINES, ROOT, Debian, libraries, listed, own_wheel
from gate_controller import __version__
from gate_controller.journal.dialect import own_dialect

PACKAGE = "gate-controller"
_COMPLETIONS = {
    "bash": f"usr/share/bash-completion/completions/{PACKAGE}",
    "zsh": f"usr/share/zsh/vendor-completions/_{PACKAGE}",
    "fish": f"usr/share/fish/vendor_completions.d/{PACKAGE}.fish",
}
_CONTROL = """\
Package: {package}
Version: {version}
Architecture: {architecture}
Maintainer: {package} <noreply@localhost>
Section: misc
Priority: optional
Installed-Size: {size}
Depends: {depends}
Recommends: {recommends}
Description: admission gate that takes E-GUMA gift vouchers
 A barcode scanner, a relay, lamps and a display become an admission gate: hold
 the voucher under the scanner, the price is redeemed, the turnstile opens.
 .
 All libraries lie inside; installing builds the program's own environment
 under /opt/gate-controller without a network.
Gate-Journal: {tables}
Gate-Facts: {words}
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Build what was asked for, and print the path of each package."""
    asked = argparse.ArgumentParser(prog='make deb ARGS="..."', description="Build the Debian package.")
    everything = "all"
    asked.add_argument("--release", choices=[*DEBIANS, everything], help="Debian 12 or 13; otherwise this machine's")
    asked.add_argument("--arch", choices=[*MACHINES, everything], help="otherwise this machine's")
    asked.add_argument("--version", default=__version__, help=argparse.SUPPRESS)  # for tests of an upgrade
    asked.add_argument("--into", type=Path, default=ROOT / "dist", help="the folder for it (dist)")
    options = asked.parse_args(arguments)
    if shutil.which("dpkg-deb") is None:
        print("make deb: dpkg-deb is not here: build on Debian or a system that stands on it", file=sys.stderr)
        return 2
    releases = list(DEBIANS) if options.release == everything else [options.release or _release_here()]
    architectures = list(MACHINES) if options.arch == everything else [options.arch or _architecture_here()]
    options.into.mkdir(parents=True, exist_ok=True)
    for release in releases:
        for architecture in architectures:
            debian = DEBIANS[release]
            print(build(debian, architecture, options.into, version=options.version), flush=True)
            venue = build_venue(debian, architecture, options.into, _epoch(), version=options.version)
            print(venue, flush=True)
    return 0


def build(debian: Debian, architecture: str, into: Path, *, version: str = __version__) -> Path:
    """Build one package into a folder; return its path."""
    epoch = _epoch()
    named = f"{version}+deb{debian.number}"
    package = into / f"{PACKAGE}_{named}_{architecture}.deb"
    with tempfile.TemporaryDirectory(prefix=f"{PACKAGE}-") as scratch:
        tree = Path(scratch) / "tree"
        wheels = [own_wheel(Path(scratch) / "wheel", epoch), *libraries(debian, architecture, cache_folder())]
        _lay_out(tree, wheels, epoch, version)
        depends = [f"python3 (>= {debian.python})", f"python3 (<< {_next(debian.python)})", "python3-venv"]
        depends += ["systemd (>= 252)", "udev", "debconf (>= 0.5) | debconf-2.0", "ca-certificates", "tzdata"]
        recommends = [f"python3-{library}" for library in (*debian.from_apt, "spidev")] + ["openssl"]
        dialect = own_dialect()
        control = _CONTROL.format(
            package=PACKAGE,
            version=named,
            architecture=architecture,
            size=sum(path.stat().st_size for path in tree.rglob("*") if path.is_file()) // 1024,
            depends=", ".join(depends),
            recommends=", ".join(recommends),
            tables=dialect.tables,
            words=" ".join(sorted(dialect.words)),
        )
        put(tree / "DEBIAN/templates", (ROOT / "deb/control/templates").read_bytes())
        control_files(tree, control, ROOT / "deb/control", ("postinst", "prerm", "postrm"))
        stamp(tree, epoch)
        return packed(tree, package, epoch)


def _lay_out(tree: Path, wheels: Sequence[Path], epoch: int, version: str) -> None:
    share = tree / "usr/share" / PACKAGE
    for wheel in wheels:
        put(share / "wheels" / wheel.name, wheel.read_bytes())
    put(share / "wheels.txt", listed(list(wheels)).encode())
    put(share / "version", f"{version}\n".encode())
    put(tree / "usr/lib" / PACKAGE / "build-release", (ROOT / "deb/build-release").read_bytes(), mode=0o755)
    for unit in sorted((ROOT / "systemd").iterdir()):
        put(tree / "usr/lib/systemd/system" / unit.name, unit.read_bytes())
    # What ends an upgrade that was cut off is there at each boot, and nobody has to enable it.
    wants = tree / "usr/lib/systemd/system/multi-user.target.wants"
    wants.mkdir()
    (wants / f"{PACKAGE}-upgrade.service").symlink_to(f"../{PACKAGE}-upgrade.service")
    put(tree / "usr/lib/sysusers.d" / f"{PACKAGE}.conf", (ROOT / "deb/sysusers.conf").read_bytes())
    for rules in sorted((ROOT / "hardware/udev").glob("*.rules")):
        put(tree / "usr/lib/udev/rules.d" / rules.name, rules.read_bytes())
    program = tree / "usr/bin" / PACKAGE
    program.parent.mkdir(parents=True)
    program.symlink_to(f"/opt/{PACKAGE}/current/bin/{PACKAGE}")
    for folder in (f"etc/{PACKAGE}", f"opt/{PACKAGE}"):
        (tree / folder).mkdir(parents=True)
    for shell, path in _COMPLETIONS.items():
        put(tree / path, _completion(shell))
    put_zipped(tree / "usr/share/man/man1" / f"{PACKAGE}.1.gz", manual_page(epoch).encode())
    doc = tree / "usr/share/doc" / PACKAGE
    put(doc / "copyright", (ROOT / "LICENSE").read_bytes())
    put_zipped(doc / "changelog.gz", (ROOT / "CHANGELOG.md").read_bytes())
    for example in sorted((ROOT / "hardware/examples").glob("*.toml")):
        put(doc / "examples" / example.name, example.read_bytes())


def _completion(shell: str) -> bytes:
    # As a shell of a user's would have it from the program itself, which names it by its own path.
    program = Path(sys.executable).with_name(PACKAGE)
    done = subprocess.run(  # noqa: S603 - our own program
        [program, "--show-completion", shell],
        env={**os.environ, "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"},
        capture_output=True,
        check=True,
    )
    return done.stdout


def _epoch() -> int:
    said = os.environ.get("SOURCE_DATE_EPOCH", "")
    if said.isdigit():
        return int(said)
    git = ["git", "-C", str(ROOT), "log", "-1", "--format=%ct"]
    done = subprocess.run(git, capture_output=True, text=True, check=False)  # noqa: S603 - a fixed command
    # Without git's history: a day that does not change with the day of the build.
    return int(done.stdout) if done.returncode == 0 and done.stdout.strip() else 1_764_115_200


def _release_here() -> str:
    lines = Path("/etc/os-release").read_text(encoding="utf-8").splitlines()
    said = dict(line.split("=", 1) for line in lines if "=" in line)
    number = said.get("VERSION_ID", "").strip('"')
    if number not in DEBIANS:
        raise SystemExit(f'make deb: this machine is no Debian {" or ".join(DEBIANS)}: make deb ARGS="--release 12"')
    return number


def _architecture_here() -> str:
    dpkg = ["dpkg", "--print-architecture"]
    architecture = subprocess.run(dpkg, capture_output=True, text=True, check=True).stdout.strip()  # noqa: S603 - fixed
    if architecture not in MACHINES:
        raise SystemExit(f'make deb: no package for {architecture}: make deb ARGS="--arch {" or ".join(MACHINES)}"')
    return architecture


def _next(python: str) -> str:
    major, minor = python.split(".")
    return f"{major}.{int(minor) + 1}"


if __name__ == "__main__":
    raise SystemExit(main())
