"""An installed gate set up by a file of answers and looked at by the doctor, where systemd keeps the key encrypted."""

import asyncio
import json
from pathlib import Path

from gate_controller.simulator import Simulator
from tests.rig.gate import PRICE
from tests.rig.simulator import KEY
from tests.rig.terminal import in_terminal
from tests.rig.waiting import until
from tests.system.container import Container
from tests.system.test_installed import GATE, ready, started

MOCK = {"GPIOZERO_PIN_FACTORY": "mock"}


async def test_set_up_without_questions_a_gate_starts_with_a_key_that_lies_nowhere_in_the_clear(
    bare: Container, simulator: Simulator
) -> None:
    answers = f"""
        id = "north"
        admission.price_cents = {PRICE}
        eguma.base_url = "{simulator.base_url}"
        eguma.api_key = "{KEY}"
        scanner.port = "/dev/ttyGATE"
        web.port = 0
        [setup]
        service = "start"
        test_voucher = "L4FU5LQTKJR3"
        """
    bare.write("/root/north.toml", answers, mode=0o600)
    said = await asyncio.to_thread(bare.does, "gate-controller", "setup", "--answers", "/root/north.toml")
    assert "the gate would open: CHF 25.00 would be charged" in said
    assert "/etc/credstore.encrypted/eguma.api_key (encrypted for this machine)" in said
    assert KEY not in said
    # Asked at once, as setup says: it has not come so far, or it has.
    asked = await asyncio.to_thread(bare.tries, "gate-controller", "gate", "status")
    assert asked.stdout.startswith(("takes scans", "out of service")) or "is being started: ask again" in asked.stdout
    await ready(bare)
    assert KEY.encode() not in b"".join(
        path.read_bytes() for path in (bare.root / "etc").rglob("*") if path.is_file() and not path.is_symlink()
    )
    # Root's commands read the key too, without being told.
    command = ("gate-controller", "voucher", "balance", "L4FU5LQTKJR3")
    assert "redeemable  yes" in await asyncio.to_thread(bare.does, *command)

    again = await asyncio.to_thread(bare.does, "gate-controller", "setup", "--answers", "/root/north.toml")
    assert "all of it is so already" in again

    done = await asyncio.to_thread(bare.tries, "gate-controller", "doctor", "--json", **MOCK)
    found: dict[str, list[str]] = {}
    for one in json.loads(done.stdout)["checks"]:
        found.setdefault(one["what"], []).append(f"{one['verdict']}: {one['seen']}")
    for what in ("settings", "gate", "service", "versions", "journal", "open items", "connection", "key", "price"):
        assert found[what][0].startswith("ok: "), (what, found)
    assert "enabled" in found["service"][0]
    assert "encrypted /etc/credstore.encrypted/eguma.api_key" in found["key"][0]

    await asyncio.to_thread(bare.does, "systemctl", "stop", GATE)
    command = ("gate-controller", "doctor", "--report", "/root/r.tar.gz")
    said = (await asyncio.to_thread(bare.tries, *command)).stdout
    assert "no gate runs on /var/lib/gate-controller" in said
    # A mistake that came in while it was off: it ends at once, again and again.
    file = bare.root / "etc/gate-controller/gate.toml"
    right = file.read_text()
    file.write_text(right.replace(f"price_cents = {PRICE}", "price_cents = 25,00"))
    await asyncio.to_thread(bare.does, "systemctl", "start", "--no-block", GATE)
    await until(lambda: int(bare.shows(GATE, "NRestarts")["NRestarts"]) > 0, seconds=60)
    asked = await asyncio.to_thread(bare.tries, "gate-controller", "gate", "status")
    assert (asked.returncode, "gate.toml line" in asked.stdout) == (2, True), asked.stdout
    file.write_text(right)
    await ready(bare)
    listed = await asyncio.to_thread(bare.does, "tar", "--extract", "--to-stdout", "--file", "/root/r.tar.gz", "--gzip")
    assert KEY not in listed
    assert "schema " in listed


async def test_a_gate_that_runs_is_stopped_for_the_questions_and_started_again_when_nobody_answers_on(
    gate: Container, tmp_path: Path
) -> None:
    await started(gate)

    def ask_and_break_off() -> None:
        inside = [f"--target={gate._leader}", "--mount", "--uts", "--ipc", "--pid", "--root", "--wdns=/root", "--"]
        path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        command = [*inside, "env", "-i", path, "GPIOZERO_PIN_FACTORY=mock", "gate-controller", "setup"]
        with in_terminal(*command, cwd=tmp_path, program="nsenter") as terminal:
            terminal.says("The gate runs. Stop it")
            terminal.type("y\n")
            terminal.says(r"Name of this gate .*\[north\]")
            assert gate.shows(GATE, "ActiveState")["ActiveState"] == "inactive"
            terminal.type("\x04")  # the line drops
            terminal.says("setup did not come to its end: nothing was written")
            terminal.says("the gate is being started")
            assert terminal.ends() == 1

    before = (gate.root / "etc/gate-controller/gate.toml").read_bytes()
    await asyncio.to_thread(ask_and_break_off)
    await ready(gate)
    assert (gate.root / "etc/gate-controller/gate.toml").read_bytes() == before
