"""
One emulated machine: QEMU's process, with a shell in the machine, its scanner's line, and QEMU's own monitor.

The process ends with this one, however that ends. Killing it is a pulled plug.
"""

import base64
import contextlib
import os
import re
import select
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Self

from tests.pi.report import TooLong, tell

_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
BOOT_SECONDS = 900
"""The longest that a boot may take: 15 to 25 s on a quiet machine, many times that on a busy one."""
COMMAND_SECONDS = 300
SPEED = ("-accel", "tcg", "-icount", "shift=2,sleep=on,align=off")
"""
For every machine: an instruction takes it 4 ns (2 ** shift), 250 million a second. So its clock does not show how busy
the machine around it is; when that is quiet, the emulation is about as fast.
"""


class Machine:
    """A machine that is on. A context manager, which turns it off as a pulled plug does."""

    def __init__(self, place: Path, *command: str | Path) -> None:
        """Turn it on: `command` names its sockets `agent`, `scanner` and `monitor`, and its console, in `place`."""
        place.mkdir(parents=True, exist_ok=True)
        self._place = place
        for name in ("agent", "scanner", "monitor"):
            (place / name).unlink(missing_ok=True)
        self.began = time.monotonic()
        with (place / "qemu.log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - QEMU, with arguments from here
                ["/usr/bin/setpriv", "--pdeathsig", "KILL", "--", *command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=place,
            )
        try:
            self._agent = self._connected("agent")
            self._scanner = self._connected("scanner")
            self._monitor = self._connected("monitor")
            self._said = b""
            self._number = 0
            self._line(BOOT_SECONDS)  # the agent says hello
            self.shell_after = time.monotonic() - self.began
            """Seconds from power to a shell."""
            self._prompt()
        except BaseException:
            self.cut_power()
            raise

    def cut_power(self) -> None:
        """Turn it off, now."""
        self._process.kill()
        self._process.wait()

    def tries(self, script: str, seconds: float = COMMAND_SECONDS) -> tuple[int, str]:
        """Run a script of sh's in it as root; return its exit code and what it printed."""
        self._number += 1
        packed = base64.b64encode(script.encode()).decode()
        self._agent.sendall(f"{self._number} {packed}\n".encode())
        while True:
            number, code, *said = self._line(seconds).split(" ")
            if number == str(self._number):
                return int(code), base64.b64decode(said[0] if said else "").decode(errors="replace")

    def does(self, script: str, seconds: float = COMMAND_SECONDS) -> str:
        """Run a script in it as root, which has to end well; return what it printed."""
        code, said = self.tries(script, seconds)
        if code != 0:
            raise RuntimeError(f"in the machine, {script!r} ended with {code}:\n{said}")
        return said

    def shows(self, unit: str, *properties: str) -> dict[str, str]:
        """Return properties of a unit."""
        said = self.does(f"systemctl show {unit} " + " ".join(f"--property={each}" for each in properties))
        return dict(line.split("=", 1) for line in said.splitlines() if "=" in line)

    def until(self, what: str, is_so: Callable[[], bool], seconds: float = COMMAND_SECONDS, every: float = 1.0) -> None:
        """Wait until something is so, looking every so many seconds: whoever looks often takes what the gate needs."""
        began = time.monotonic()
        while not is_so():
            if time.monotonic() > began + seconds:
                raise TooLong(f"{what}: not so after {seconds:.0f} s")
            time.sleep(every)

    def scan(self, frame: bytes) -> None:
        """Send what a scanner sends."""
        self._scanner.sendall(frame)

    def asks(self, command: str) -> str:
        """Ask QEMU's monitor; return its answer."""
        self._monitor.sendall(f"{command}\n".encode())
        return self._prompt()

    def word(self, address: int) -> int:
        """Return 32 bits of the machine's physical memory, its registers included."""
        found = re.search(rf"{address:016x}: 0x([0-9a-f]{{8}})", self.asks(f"xp /1wx {address:#x}"))
        if found is None:
            raise RuntimeError(f"QEMU's monitor does not show {address:#x}")
        return int(found[1], 16)

    def cpu_seconds(self) -> float:
        """Return the processor time that the emulation has used: what does not grow when others want the processor."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS_PER_SECOND

    def _connected(self, name: str) -> socket.socket:
        place, end = self._place / name, time.monotonic() + 20
        while time.monotonic() < end and self._process.poll() is None:
            line = socket.socket(socket.AF_UNIX)
            with contextlib.suppress(FileNotFoundError, ConnectionRefusedError):
                line.connect(os.path.relpath(place))  # an absolute path may be too long for a socket's address
                return line
            line.close()
            time.sleep(0.05)
        said = (self._place / "qemu.log").read_text(errors="replace")[-2000:]
        raise RuntimeError(f"QEMU has not started; it said:\n{said}")

    def _line(self, seconds: float) -> str:
        end = time.monotonic() + seconds
        while b"\n" not in self._said:
            if self._process.poll() is not None or not self._readable(self._agent, end):
                console = (self._place / "console").read_text(errors="replace")[-3000:]
                raise TooLong(f"the machine does not answer, or ended; its console shows:\n{console}")
            self._said += self._agent.recv(65536)
        line, _, self._said = self._said.partition(b"\n")
        return line.decode(errors="replace").strip()

    def _prompt(self) -> str:
        said, end = b"", time.monotonic() + 20
        while not said.endswith(b"(qemu) "):
            if not self._readable(self._monitor, end):
                raise TooLong("QEMU's monitor does not answer")
            said += self._monitor.recv(65536)
        return said.decode(errors="replace")

    @staticmethod
    def _readable(line: socket.socket, end: float) -> bool:
        return bool(select.select([line], [], [], max(0.0, end - time.monotonic()))[0])

    def __enter__(self) -> Self:
        tell(f"booted after {self.shell_after:.0f} s, {self.cpu_seconds():.0f} s of processor")
        return self

    def __exit__(self, *_: object) -> None:
        self.cut_power()


def sockets() -> list[str]:
    """Return QEMU's options for what every machine has: its console in a file, and the three lines as sockets."""
    lines = [f"socket,id={name},path={name},server=on,wait=off" for name in ("agent", "scanner", "monitor")]
    options = ["-chardev", "file,id=console,path=console,append=on", "-mon", "chardev=monitor,mode=readline"]
    return [*(part for line in lines for part in ("-chardev", line)), *options]


@contextlib.contextmanager
def disk(place: Path, image: Path) -> Iterator[Path]:
    """Run a disk that loses what was not flushed; yields its socket. `place`/lost gets a line for each cut."""
    place.mkdir(parents=True, exist_ok=True)
    path = place / "disk"
    path.unlink(missing_ok=True)
    plugin = Path(__file__).with_name("losing_disk.py")
    command: Sequence[str | Path] = (
        *("nbdkit", "--foreground", "--exit-with-parent", "--unix", path, "python", plugin),
        *(f"image={image}", f"tell={place / 'lost'}"),
    )
    with (place / "nbdkit.log").open("ab") as log:
        server = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)  # noqa: S603 - fixed
    try:
        end = time.monotonic() + 20
        while not path.exists():
            if server.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"nbdkit has not started; it said:\n{(place / 'nbdkit.log').read_text()[-2000:]}")
            time.sleep(0.05)
        yield path
    finally:
        server.kill()
        server.wait()
