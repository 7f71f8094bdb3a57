"""
`gate-controller run` as everybody starts it, in a process of its own with mock pins: it can be stopped and killed.
"""

import os
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

from gate_controller.simulator import Simulator
from tests.rig.command import PROGRAM
from tests.rig.gate import PROMPT, facts_in
from tests.rig.scanner import PtyScanner
from tests.rig.waiting import until


class GateProcess:
    """`gate-controller run` as everybody starts it, in a process of its own with mock pins. Made by `gate_process`."""

    def __init__(
        self,
        state_dir: Path,
        base_url: str,
        port: str,
        settings: Mapping[str, object],
        program: Sequence[str | Path],
        environ: Mapping[str, str],
    ) -> None:
        in_force = {**PROMPT, "eguma.base_url": base_url, "scanner.port": port, "log.level": "debug", **settings}
        ours = {name: value for name, value in os.environ.items() if not name.startswith(("GATE_", "JOURNAL_"))}
        in_force = {name: value for name, value in in_force.items() if value is not None}
        said = {f"GATE_{name.upper().replace('.', '__')}": str(value) for name, value in in_force.items()}
        self.state_dir = state_dir
        self._log, self._out = state_dir.with_suffix(".log"), state_dir.with_suffix(".out")
        with self._log.open("wb") as log, self._out.open("wb") as out:
            self.process = subprocess.Popen(  # noqa: S603 - our own program
                [*program, "run"],
                env={**ours, **said, "GATE_STATE_DIR": str(state_dir), "GPIOZERO_PIN_FACTORY": "mock", **environ},
                cwd=state_dir.parent,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=log,
            )

    @property
    def log(self) -> str:
        """Everything it has logged so far."""
        return self._log.read_text(encoding="utf-8")

    @property
    def said(self) -> str:
        """Everything it has printed so far."""
        return self._out.read_text(encoding="utf-8")

    @property
    def is_ready(self) -> bool:
        """Whether it has said that it takes scans."""
        return "ready" in self.said

    @property
    def lives(self) -> bool:
        """Whether the process still runs."""
        return self.process.poll() is None

    async def ready(self) -> None:
        """Wait for the line that says that it takes scans."""
        await self._until(lambda: self.is_ready)

    async def logs(self, words: str) -> None:
        """Wait until its log has some words."""
        await self._until(lambda: words in self.log)

    def send(self, number: signal.Signals) -> None:
        """Send it a signal."""
        self.process.send_signal(number)

    async def ended(self) -> int:
        """Wait for its end; return its exit code, negative for a signal."""
        await until(lambda: not self.lives)
        return self.process.returncode

    async def kill(self) -> None:
        """End it as a power cut does."""
        self.send(signal.SIGKILL)
        await self.ended()

    def story(self) -> list[list[str]]:
        """Return the names of every attempt's facts, oldest attempt first."""
        return [[type(fact).__name__ for fact in facts] for facts in facts_in(self.state_dir)]

    async def _until(self, condition: Callable[[], bool]) -> None:
        try:
            await until(lambda: condition() or not self.lives)
        except TimeoutError:
            raise AssertionError(f"the gate did not get so far; its log:\n{self.log}") from None
        assert condition(), f"the gate ended with {self.process.returncode}; its log:\n{self.log}"


@contextmanager
def gate_process(
    state_dir: Path,
    simulator: Simulator,
    scanner: PtyScanner,
    *,
    program: Sequence[str | Path] = (PROGRAM,),
    environ: Mapping[str, str] = MappingProxyType({}),
    **settings: object,
) -> Iterator[GateProcess]:
    """
    Start such a process, or another `program` with the same arguments; it is killed at the end, if it still runs.

    `environ` goes over everything else in its environment.
    """
    changed = {name.replace("__", "."): value for name, value in settings.items()}
    gate = GateProcess(state_dir, simulator.base_url, scanner.port, changed, program, environ)
    try:
        yield gate
    finally:
        gate.process.kill()
        gate.process.wait()
