"""One truth about the key: installed as the pages say, root's commands find the file that the service has a copy of."""

import asyncio
import re
import subprocess
import time
from pathlib import Path

import pytest

from gate_controller.settings.files import DEFAULT_FILES
from gate_controller.settings.mistakes import KEY as KEY_NAME
from gate_controller.settings.mistakes import SECRETS
from gate_controller.simulator import Simulator
from tests.rig.command import PROGRAM
from tests.rig.gate import GOOD, PRICE, running_gate
from tests.rig.pins import Pins
from tests.rig.simulator import KEY

ROOT = Path(__file__).parents[2]
INSTALLED = f"{DEFAULT_FILES[0].parent}/{KEY_NAME}"
PAGES = (
    "docs/settings.md",
    "docs/technician/install.md",
    "docs/technician/setup.md",
    "systemd/gate-controller.service",
    "SECURITY.md",
)
VENUES = f"{DEFAULT_FILES[0].parent}/provisioning.keys"
"""The venue's public keys, which are no secret (docs/technician/provisioning.md)."""


@pytest.fixture
def etc(tmp_path: Path, state_dir: Path, simulator: Simulator) -> Path:
    """The folder of an installed gate: settings for everybody, and the key for root alone."""
    folder = tmp_path / "etc"
    folder.mkdir()
    settings = (
        f'state_dir = "{state_dir}"\n[eguma]\nbase_url = "{simulator.base_url}"\n[admission]\nprice_cents = {PRICE}\n'
    )
    (folder / "gate.toml").write_text(settings)
    (folder / KEY_NAME).write_text(f"{KEY}\n")
    (folder / KEY_NAME).chmod(0o600)
    return folder


def command(etc: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    """Run a command as root types it: with the settings file, and nothing in the environment."""
    return subprocess.run(  # noqa: S603 - the command is ours
        [str(PROGRAM), *words, "--config", str(etc / "gate.toml")],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        env={"PATH": "/usr/bin:/bin"},
    )


async def typed(etc: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    """Run it beside this loop, in which the simulator answers."""
    return await asyncio.to_thread(command, etc, *words)


async def test_root_s_commands_find_the_key_of_a_stopped_gate(
    etc: Path, state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        incident = (await gate.admit()).message.incident
        await gate.stop()
        shown = command(etc, "config")
        assert (shown.returncode, shown.stderr) == (0, "")
        assert re.search(rf"^eguma\.api_key +set, hidden +file {etc}/eguma\.api_key$", shown.stdout, re.MULTILINE)
        balance = await typed(etc, "voucher", "balance", GOOD)
        assert balance.returncode == 0, balance.stderr
        today = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 3600))
        day = await typed(etc, "journal", "reconcile", "--date", today)
        assert day.returncode == 0, day.stderr
        refund = await typed(etc, "journal", "refund", incident, "--reason", "wrong day", "--by", "Anna")
        assert refund.returncode == 0, refund.stderr
        assert gate.charged == 0
        assert KEY not in "".join(done.stdout + done.stderr for done in (shown, balance, day, refund))


def test_without_the_file_every_command_says_where_it_belongs(etc: Path) -> None:
    (etc / KEY_NAME).unlink()
    for words in (("config",), ("voucher", "balance", GOOD)):
        answer = command(etc, *words)
        assert answer.returncode == 2
        assert "eguma.api_key is not set: no source gives it and it has no default: " in answer.stderr
        assert f"write it into {etc}/eguma.api_key (chmod 600)" in answer.stderr
        assert "api_key_file" not in answer.stderr


@pytest.mark.parametrize("page", PAGES)
def test_every_page_names_the_one_path(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    assert INSTALLED in text
    others = {f"{DEFAULT_FILES[0].parent}/{name}" for name in SECRETS} - {INSTALLED} | {VENUES}
    assert set(re.findall(r"/etc/gate-controller/[\w.-]*key[\w.-]*", text)) - others == {INSTALLED}
