"""
The command in a process of its own that need not start first: for tests of what it does, not of how it is started.

Each is a fork of a process that has brought in the command line and other people's libraries, a tenth of a second of
work each time, and nothing else of ours: a command still brings in its own parts itself. Environment, directory,
streams, signals and exit code are its own. `command.py` has the installed program.
"""

import atexit
import functools
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryFile

from tests.rig.command import environment
from tests.rig.waiting import PATIENCE_SECONDS

_MOST_BYTES = 100_000
"""Of a command line and its environment."""


def gate_controller(
    *arguments: str, cwd: Path, given: str | bytes = "", **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end as `command.gate_controller` does, with something on its standard input."""
    return forked(arguments, environment(**variables), cwd=cwd, given=given)


def forked(
    words: Sequence[str],
    environ: Mapping[str, str],
    *,
    cwd: Path | None = None,
    given: str | bytes = "",
    seconds: float = 2 * PATIENCE_SECONDS,
) -> subprocess.CompletedProcess[str]:
    """
    Run a command to its end in this environment and nothing else; `TimeoutExpired` where it takes longer.

    What Python itself goes by as it starts is not for a fork: `ValueError`.
    """
    if unheeded := [name for name in environ if name.startswith(("PYTHON", "LANG", "LC_", "LD_"))]:
        raise ValueError(f"{', '.join(unheeded)}: a fork does not heed it, start the installed program")
    with (
        socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as line,
        TemporaryFile() as read,
        TemporaryFile() as out,
        TemporaryFile() as error,
    ):
        read.write(given.encode() if isinstance(given, str) else given)
        read.seek(0)
        line.connect(_at_hand())
        order = {"words": list(words), "environ": dict(environ), "cwd": str(cwd or Path.cwd())}
        streams = [stream.fileno() for stream in (read, out, error)]
        socket.send_fds(line, [json.dumps(order).encode()], streams)
        process = int(line.recv(_MOST_BYTES))
        line.settimeout(seconds)
        try:
            code = int(line.recv(_MOST_BYTES))
        except TimeoutError:
            os.kill(process, signal.SIGKILL)
            raise subprocess.TimeoutExpired(list(words), seconds) from None
        said = []
        for stream in (out, error):
            stream.seek(0)
            said.append(stream.read().decode())
        return subprocess.CompletedProcess(list(words), code, *said)


@functools.cache
def _at_hand() -> bytes:
    """Start what is forked, once in this process, with whose end it ends; return where it listens."""
    address = f"\0gate-controller-forked-{secrets.token_hex(8)}".encode()
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listening:
        listening.bind(address)
        listening.listen(100)
        process = subprocess.Popen(  # noqa: S603 - this file
            # Without -P the modules beside this file would go before others of the same name.
            [sys.executable, "-P", "-c", _PROGRAM, str(Path(__file__).parents[2]), str(listening.fileno())],
            pass_fds=[listening.fileno()],
            stdin=subprocess.PIPE,
        )

    def end() -> None:
        process.communicate()

    atexit.register(end)
    return address


_PROGRAM = """
import sys
sys.path.insert(0, sys.argv[1])
from tests.rig.forking import serve
serve(int(sys.argv[2]))
"""
