"""A shell completes half-typed commands: bash's own completion, in a terminal, once the program has installed it."""

import os
import shutil
from pathlib import Path

import pytest

from tests.rig.command import PROGRAM
from tests.rig.terminal import in_terminal


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash on this machine")
def test_bash_completes_commands_and_options_once_that_is_installed(tmp_path: Path) -> None:
    home = {"HOME": str(tmp_path), "TERM": "dumb", "PATH": f"{PROGRAM.parent}:{os.environ['PATH']}"}
    with in_terminal("--ctty", "bash", "-i", program="setsid", cwd=tmp_path, **home) as before:
        before.type("gate-controller --install-completion\n")
        before.says("bash completion installed in ")

    with in_terminal("--ctty", "bash", "-i", program="setsid", cwd=tmp_path, **home) as after:
        after.type("gate-controller jour\t")
        after.says("gate-controller journal ")
        after.type("recon\t")
        after.says("reconcile ")
        after.type("--da\t")
        after.says("--date ")
