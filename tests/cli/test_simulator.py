"""`simulator` says where it listens, and ends well when told to."""

import os
import signal
import socket
import subprocess
from pathlib import Path

import pytest

from gate_controller.cli.exits import ExitCode
from tests.rig.command import PROGRAM, STYLE, environment, gate_controller


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_it_says_where_it_listens_and_ends_with_0_when_told_to(ending: signal.Signals, tmp_path: Path) -> None:
    with subprocess.Popen(  # noqa: S603 - the program is the one under test
        [PROGRAM, "simulator", "--port", "0"],
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        first = process.stdout.readline()
        os.kill(process.pid, ending)
        rest, errors = process.stdout.read(), process.stderr.read()

    assert first.startswith("listening on http://127.0.0.1:")
    assert (process.returncode, errors) == (ExitCode.OK, "")
    assert "key      demo-key-gate-1  Gate 1" in rest
    assert "voucher  L4FU5LQTKJR3 " in rest


def test_a_port_that_is_taken_is_one_line_and_exit_code_1(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = gate_controller("simulator", "--port", str(port), cwd=tmp_path)

    [line] = done.stderr.splitlines()
    assert done.returncode == ExitCode.NO
    assert line == (
        f"{STYLE}error: the simulator cannot listen (Address already in use): 127.0.0.1 port {port}: "
        "choose another --port, or a --host of this machine"
    )
