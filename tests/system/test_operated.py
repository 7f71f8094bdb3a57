"""What a technician does with a gate that runs as a service: other settings, and a copy of it every night."""

import asyncio
from pathlib import Path

from gate_controller.simulator import Simulator
from tests.rig.gate import PRICE, charged
from tests.rig.scanner import PtyScanner
from tests.rig.waiting import until
from tests.system.container import Container
from tests.system.test_installed import FRAME, GATE, started

SETTINGS = "etc/gate-controller/gate.toml"
TIMER, BACKUP = "gate-backup.timer", "gate-backup.service"


def cost(gate: Container, cents: str) -> None:
    """Write another price into the settings file."""
    file = gate.root / SETTINGS
    lines = file.read_text().splitlines()
    lines = [f"admission.price_cents = {cents}" if "price_cents" in line else line for line in lines]
    file.write_text("\n".join(lines) + "\n")


async def test_another_price_counts_after_a_reload_and_a_mistake_makes_the_reload_fail(
    gate: Container, plugged: PtyScanner, simulator: Simulator
) -> None:
    await started(gate)
    before = await asyncio.to_thread(gate.shows, GATE, "MainPID")
    cost(gate, str(PRICE + 100))
    await asyncio.to_thread(gate.does, "systemctl", "reload", GATE)
    plugged.type(FRAME)
    await until(lambda: charged(simulator) == PRICE + 100)

    cost(gate, "27,00")
    refused = await asyncio.to_thread(gate.tries, "systemctl", "reload", GATE)
    assert refused.returncode == 1
    told = await asyncio.to_thread(gate.does, "gate-controller", "gate", "status")
    assert "gate.toml line" in told
    assert "takes scans" in told

    cost(gate, str(PRICE + 200))
    await asyncio.to_thread(gate.does, "systemctl", "kill", "--kill-whom=main", "--signal=SIGHUP", GATE)
    await until(lambda: gate.log().count("settings=reloaded by='SIGHUP'") == 1)
    plugged.type(FRAME)
    await until(lambda: charged(simulator) == 2 * PRICE + 300)
    log = await asyncio.to_thread(gate.log)
    assert log.count("settings=refused") == 1
    assert "by='systemctl reload'" in log
    shown = await asyncio.to_thread(gate.shows, GATE, "MainPID", "ActiveState", "NRestarts")
    assert shown == {**before, "ActiveState": "active", "NRestarts": "0"}


async def test_a_backup_is_made_every_night_and_one_that_was_missed_is_made_up_for(
    gate: Container, tmp_path: Path
) -> None:
    await started(gate)
    await asyncio.to_thread(gate.does, "gate-controller", "config", "set", "backup.target", "/media/stick")
    await asyncio.to_thread(gate.does, "systemctl", "start", BACKUP)
    [made] = (tmp_path / "stick").iterdir()

    timer = (await asyncio.to_thread(gate.shows, TIMER, "TimersCalendar", "Persistent", "RandomizedDelayUSec")).values()
    assert "OnCalendar=*-*-* 02:30" in str(timer)
    assert {"yes", "30min"} < set(timer)
    # Off for two nights: it is not waited for the next one (nor, here, for the half hour in which gates take turns).
    gate.write(f"/etc/systemd/system/{TIMER}.d/test.conf", "[Timer]\nRandomizedDelaySec=0\n")
    stamp = f"/var/lib/systemd/timers/stamp-{TIMER}"
    await asyncio.to_thread(gate.does, "touch", "--date=2 days ago", stamp)
    await asyncio.to_thread(gate.does, "systemctl", "daemon-reload")
    await asyncio.to_thread(gate.does, "systemctl", "enable", "--now", TIMER)
    # Its log, read beside the event loop, says so last.
    log = ""
    for _ in range(600):
        log = await asyncio.to_thread(gate.log, BACKUP)
        if log.count("read back and compared") == 2:
            break
        await asyncio.sleep(0.1)
    assert log.count("read back and compared") == 2, log
    assert list(made.parent.glob(f"*{made.suffix}"))  # two in one second are of one name, and the later one stands
    assert (await asyncio.to_thread(gate.shows, BACKUP, "Result"))["Result"] == "success"
