"""
A machine for tests: a small Debian with a really booted systemd, in a container of systemd-nspawn.

It is made once by mmdebstrap and kept; what a test changes lies in a layer above it. It shares the network of the
machine that runs the tests, so that the simulator and the scanner of the tests serve it; everything else is its own.
"""

import contextlib
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

DEBIANS = {"12": "bookworm", "13": "trixie"}
_PROGRAMS = (
    "systemd",
    "systemd-sysv",
    "udev",
    "dbus",
    "python3",
    "python3-venv",
    "ca-certificates",
    "tzdata",
    "debconf",
)

BOOT_SECONDS, COMMAND_SECONDS = 60, 120


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "gate-controller" / "trees"


def tree(number: str, *more: str) -> Path:
    """
    Return the root of a small Debian of that release, with `more` packages, made where it is not there yet (about
    half a minute).
    """
    packages = ",".join((*_PROGRAMS, *more))
    place = _cache() / f"{DEBIANS[number]}-{hashlib.sha256(packages.encode()).hexdigest()[:12]}"
    if not place.is_dir():
        place.parent.mkdir(parents=True, exist_ok=True)
        fresh = place.with_name(f"{place.name}.{os.getpid()}")
        try:
            include = f"--include={packages}"
            _run("mmdebstrap", "--quiet", "--variant=minbase", include, DEBIANS[number], fresh, seconds=400)
        except BaseException:
            shutil.rmtree(fresh, ignore_errors=True)
            raise
        # As on a gate: no machine id yet, which the first boot makes.
        (fresh / "etc/machine-id").write_text("", encoding="ascii")
        try:
            fresh.rename(place)
        except OSError:  # another run was quicker
            shutil.rmtree(fresh)
    return place


class Container:
    """One such machine. What is written stays through `cut_power` and `boot`, as on a card."""

    def __init__(self, root: Path, console: Path) -> None:
        self.root = root
        """Its root directory, as seen from outside."""
        self._console = console
        self._process: subprocess.Popen[bytes] | None = None

    def begin(
        self, *, scanner: str = "", stick: Path | None = None, card: Path | None = None, words: Sequence[str] = ()
    ) -> None:
        """
        Turn it on, and return at once: with a scanner (a pty of this machine) as /dev/ttyGATE, a folder of this machine
        as the stick that is mounted at /media/stick, one as the card's boot partition, and words that a kernel would
        find on its command line.
        """
        bound = [
            f"--bind={place}:{where}" for place, where in ((stick, "/media/stick"), (card, "/boot/firmware")) if place
        ]
        if scanner:
            port = os.path.realpath(scanner)
            Path(port).chmod(0o666)
            bound.append(f"--bind={port}:/dev/ttyGATE")
        with self._console.open("ab") as console:
            self._process = subprocess.Popen(  # noqa: S603 - a fixed program on a directory of the test's
                [
                    *("systemd-nspawn", "--quiet", "--boot", "--directory", self.root, "--keep-unit", "--register=no"),
                    *("--resolv-conf=off", "--timezone=off", "--console=pipe", *bound, "--", *words),
                ],
                # As systemd has it on a gate of today, whatever this machine does itself.
                env={**os.environ, "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1"},
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=console,
            )

    @property
    def _leader(self) -> int:
        """The first process in it: of several that begin it, the last."""
        assert self._process is not None
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        end = time.monotonic() + BOOT_SECONDS
        while time.monotonic() < end and self.runs:
            if (first := children.read_text("ascii").split()) and _is_init(int(first[0])):
                return int(first[0])
            time.sleep(0.02)
        raise self._not_booted()

    def boot(self, *, scanner: str, stick: Path | None = None) -> None:
        """Turn it on as `begin` does; returns once systemd has started all."""
        self.begin(scanner=scanner, stick=stick)
        end = time.monotonic() + BOOT_SECONDS
        while time.monotonic() < end and self.runs:
            if self.tries("systemctl", "is-system-running").stdout.strip() in {"running", "degraded"}:
                return
            time.sleep(0.1)
        raise self._not_booted()

    def _not_booted(self) -> AssertionError:
        said = self._console.read_text(encoding="utf-8", errors="replace")
        return AssertionError(f"the container has not booted; it said:\n{said[-3000:]}")

    def ends(self) -> int:
        """Wait until it turns itself off, and return how: 0, or 133 where it is to start again."""
        assert self._process is not None
        return self._process.wait(COMMAND_SECONDS)

    @property
    def runs(self) -> bool:
        """Whether it is on."""
        return self._process is not None and self._process.poll() is None

    def tries(self, *command: str | Path, **environ: str) -> subprocess.CompletedProcess[str]:
        """Run a command in it as root; return how it ended, with stdout and stderr together."""
        given = [f"{name}={value}" for name, value in {"LC_ALL": "C.UTF-8", **environ}.items()]
        inside = ["nsenter", f"--target={self._leader}", "--mount", "--uts", "--ipc", "--pid", "--root", "--wdns=/root"]
        path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        return subprocess.run(  # noqa: S603 - commands of the tests
            [*inside, "--", "env", "-i", "HOME=/root", path, *given, *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=COMMAND_SECONDS,
        )

    def does(self, *command: str | Path, **environ: str) -> str:
        """Run a command in it as root, which has to end well; return what it printed."""
        done = self.tries(*command, **environ)
        assert done.returncode == 0, f"{command} ended with {done.returncode}:\n{done.stdout}"
        return done.stdout

    def write(self, path: str, content: str | bytes, *, mode: int = 0o644) -> None:
        """Write a file of it."""
        file = self.root / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        file.chmod(mode)

    def bring(self, file: Path) -> str:
        """Copy a file into it; return its path there."""
        shutil.copy(file, self.root / "root" / file.name)
        return f"/root/{file.name}"

    def shows(self, unit: str, *properties: str) -> dict[str, str]:
        """Return properties of a unit."""
        said = self.does("systemctl", "show", unit, *(f"--property={each}" for each in properties))
        return dict(line.split("=", 1) for line in said.splitlines() if "=" in line)

    def log(self, unit: str = "gate-controller") -> str:
        """Return what a unit has logged since the boot."""
        return self.does("journalctl", "--boot", "--unit", unit, "--no-pager", "--output=cat")

    def shut_down(self) -> None:
        """Turn it off as one should."""
        if self._process is not None and self.runs:
            os.kill(self._leader, signal.SIGRTMIN + 4)  # systemd(1): powers off
            self._process.wait(COMMAND_SECONDS)

    def cut_power(self) -> None:
        """Turn it off as a pulled plug does: no process of it gets to do anything more."""
        if self._process is not None and self.runs:
            os.kill(self._leader, signal.SIGKILL)  # the first process of its namespace: the kernel ends all others
            self._process.wait(COMMAND_SECONDS)


def _is_init(pid: int) -> bool:
    try:
        return f"NSpid:\t{pid}\t1\n" in Path(f"/proc/{pid}/status").read_text("ascii")
    except OSError:
        return False


@contextlib.contextmanager
def container(layers: Sequence[Path], place: Path) -> Iterator[Container]:
    """Put a machine together of layers, the lowest last, under one of its own, which is in `place` and stays there."""
    above, work, root = place / "above", place / "work", place / "root"
    for folder in (above, work, root):
        folder.mkdir(parents=True)
    lower = ":".join(map(str, layers))
    _run("mount", "-t", "overlay", "overlay", "-o", f"lowerdir={lower},upperdir={above},workdir={work}", root)
    machine = Container(root, place / "console")
    try:
        yield machine
    finally:
        machine.cut_power()
        _run("umount", "--lazy", root)


def _run(*command: str | Path, seconds: int = 30) -> None:
    done = subprocess.run(  # noqa: S603 - fixed programs
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=seconds
    )
    assert done.returncode == 0, f"{command}: ended with {done.returncode}:\n{done.stdout}"


if __name__ == "__main__":  # the small Debians of these releases, made before somebody waits for them
    for each in sys.argv[1:]:
        tree(each)
