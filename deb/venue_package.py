"""
The package gate-venue: the venue's units, and the libraries that only a venue has. Its program is gate-controller's.

The libraries lie unpacked, as dpkg's own files: nothing is built when it is installed. They are those of
`deb/venue.lock` that no gate has.
"""

import tempfile
import zipfile
from pathlib import Path

from deb.packing import cache_folder, control_files, packed, put, put_zipped, stamp
from deb.wheels import ROOT, VENUE_LOCK, Debian, libraries, locked
from gate_controller import __version__

VENUE_PACKAGE = "gate-venue"
HERE = ROOT / "deb" / "venue"
LIBRARIES = Path("usr/lib") / VENUE_PACKAGE
"""Where the program looks for them: `gate_controller/settings/installed.py`."""
UNITS = ("gate-venue.service", "gate-venue-passwords.path", "gate-venue-passwords.service")
_SCRIPTS = ("postinst", "prerm", "postrm")
_CONTROL = """\
Package: {package}
Version: {version}
Architecture: {architecture}
Maintainer: {package} <noreply@localhost>
Section: misc
Priority: optional
Installed-Size: {size}
Depends: {depends}
Recommends: mosquitto (>= 2.0)
Suggests: prometheus, postgresql
Description: one page for all admission gates of a house
 Follows the gates of a house by an MQTT broker, keeps what they tell, shows
 them on one page, and signs the orders that staff give to them.
 .
 The program is that of gate-controller; this package has the service, and the
 libraries that only a venue needs.
"""


def build_venue(debian: Debian, architecture: str, into: Path, epoch: int, *, version: str = __version__) -> Path:
    """Build the package into a folder; return its path."""
    named = f"{version}+deb{debian.number}"
    package = into / f"{VENUE_PACKAGE}_{named}_{architecture}.deb"
    with tempfile.TemporaryDirectory(prefix=f"{VENUE_PACKAGE}-") as scratch:
        tree = Path(scratch) / "tree"
        for wheel in venue_libraries(debian, architecture):
            with zipfile.ZipFile(wheel) as opened:
                opened.extractall(tree / LIBRARIES)
        for path in (tree / LIBRARIES).rglob("*"):
            path.chmod(0o755 if path.is_dir() else 0o644)
        _lay_out(tree)
        control = _CONTROL.format(
            package=VENUE_PACKAGE,
            version=named,
            architecture=architecture,
            size=sum(path.stat().st_size for path in tree.rglob("*") if path.is_file()) // 1024,
            depends=f"gate-controller (>= {version}), systemd (>= 252), libc6",
        )
        control_files(tree, control, HERE, _SCRIPTS)
        stamp(tree, epoch)
        return packed(tree, package, epoch)


def venue_libraries(debian: Debian, architecture: str) -> list[Path]:
    """Return the wheels that a venue has and a gate has not."""
    own = {name: lines for name, lines in locked(VENUE_LOCK).items() if name not in locked()}
    return libraries(debian, architecture, cache_folder(), own)


def _lay_out(tree: Path) -> None:
    for unit in UNITS:
        put(tree / "usr/lib/systemd/system" / unit, (HERE / unit).read_bytes())
    put(tree / "usr/lib/sysusers.d" / f"{VENUE_PACKAGE}.conf", (HERE / "sysusers.conf").read_bytes())
    doc = tree / "usr/share/doc" / VENUE_PACKAGE
    put(doc / "copyright", (ROOT / "LICENSE").read_bytes())
    put_zipped(doc / "changelog.gz", (ROOT / "CHANGELOG.md").read_bytes())
    for kind in ("gate", "venue"):
        for name in (f"{kind}-alerts.yml", f"{kind}-dashboard.json"):
            put(doc / "monitoring" / name, (ROOT / "docs/monitoring" / name).read_bytes())
    put(doc / "monitoring" / "mosquitto.acl", (ROOT / "docs/monitoring/mosquitto.acl").read_bytes())
