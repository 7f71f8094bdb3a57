"""
A process to measure: started, waited for, looked at through /proc, and ended whatever happens.

Its log goes to memory: a file would count among the bytes that it writes to disk.
"""

import os
import select
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

START_SECONDS = 20.0
"""The longest that anything here may take to be ready: a busy small board needs some seconds."""

END_SECONDS = 10.0
_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


class Process:
    """A child process that says "ready" on its standard output. A context manager, which ends it."""

    def __init__(self, command: Sequence[str], *, environ: Mapping[str, str], pass_fds: Sequence[int] = ()) -> None:
        self._log = os.memfd_create("log")
        began = time.monotonic()
        self._process = subprocess.Popen(  # noqa: S603 - our own programs
            command,
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self._log,
            pass_fds=pass_fds,
        )
        self._proc = Path("/proc") / str(self._process.pid)
        try:
            self._wait_until_ready(began + START_SECONDS)
        except BaseException:
            self.end()
            raise
        self.ready_after = time.monotonic() - began
        """Seconds from its start to its being ready."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    def end(self) -> None:
        """End it in the orderly way, or by force; does nothing when it has ended."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(END_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        if self._process.stdout is not None and not self._process.stdout.closed:
            self._process.stdout.close()
            os.close(self._log)

    def resident_bytes(self) -> int:
        """Return how much memory it has in RAM, counted page by page (VmRSS is an estimate)."""
        return 1024 * int(_fields(self._proc / "smaps_rollup")["Rss"].removesuffix(" kB"))

    def written_bytes(self) -> int:
        """Return how many bytes it has sent to disks so far (proc(5), write_bytes)."""
        return int(_fields(self._proc / "io")["write_bytes"])

    def cpu_seconds(self) -> float:
        """Return the CPU time it has used so far, to a hundredth."""
        # The second field, the name, may hold blanks and parentheses; utime and stime are the 14th and 15th.
        fields = (self._proc / "stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS_PER_SECOND

    def open_descriptors(self) -> int:
        """Return how many descriptors it has open."""
        return len(os.listdir(self._proc / "fd"))  # noqa: PTH208 - a count needs no paths

    def last_words(self) -> str:
        """Return the end of its log."""
        return os.pread(self._log, 2000, max(0, os.fstat(self._log).st_size - 2000)).decode(errors="replace").strip()

    def _wait_until_ready(self, deadline: float) -> None:
        stdout = self._process.stdout
        assert stdout is not None
        said = b""
        while b"ready" not in said:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([stdout], [], [], left)[0]:
                raise RuntimeError(f"not ready within {START_SECONDS:.0f} s: {self.last_words()}")
            data = os.read(stdout.fileno(), 4096)
            if not data:
                raise RuntimeError(f"ended before it was ready: {self.last_words()}")
            said += data


def _fields(path: Path) -> dict[str, str]:
    pairs = (line.partition(":") for line in path.read_text().splitlines())
    return {name: value.strip() for name, _, value in pairs}
