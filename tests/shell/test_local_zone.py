"""A gate that runs for months follows the time zone of its machine."""

import os
import shutil
import struct
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gate_controller.shell.local_zone import LOOK_SECONDS, LocalZone


def zone(name: str, hours: int) -> bytes:
    """Return a zone without summer time, as tzfile(5) has it."""
    block = b"TZif2".ljust(20, b"\0") + struct.pack(">6l", 0, 0, 0, 0, 1, len(name) + 1)
    block += struct.pack(">lBB", hours * 3600, 0, 0) + name.encode() + b"\0"
    return block + block + f"\n{name}{-hours}\n".encode()


class Clock:
    """A monotonic clock that stands still until it is told to go on."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


class Looks:
    """How often the zone was read anew."""

    times = 0

    def __call__(self) -> None:
        self.times += 1


@pytest.fixture
def anew(monkeypatch: pytest.MonkeyPatch) -> Looks:
    monkeypatch.delenv("TZ", raising=False)
    anew = Looks()
    monkeypatch.setattr(time, "tzset", anew)
    return anew


@pytest.mark.parametrize("change", ["another link", "another file", "no zone"])
def test_another_zone_is_read_once_and_a_minute_later_at_the_latest(tmp_path: Path, anew: Looks, change: str) -> None:
    (tmp_path / "one").write_bytes(zone("AAA", 1))
    (tmp_path / "two").write_bytes(zone("BBB", 2))
    link, clock = tmp_path / "localtime", Clock()
    link.symlink_to("one")
    followed = LocalZone(link, monotonic=clock)
    if change == "another file":
        (tmp_path / "one").write_bytes(zone("CCC", 3))
    else:
        link.unlink()
        if change == "another link":
            link.symlink_to("two")
    for _ in range(100):
        followed.look()
    assert anew.times == 0
    for _ in range(3):
        clock.now += LOOK_SECONDS
        followed.look()
    assert anew.times == 1


def test_a_zone_that_stays_is_not_read_again(tmp_path: Path, anew: Looks) -> None:
    (tmp_path / "localtime").write_bytes(zone("AAA", 1))
    clock = Clock()
    followed = LocalZone(tmp_path / "localtime", monotonic=clock)
    for _ in range(5):
        clock.now += LOOK_SECONDS
        followed.look()
    assert anew.times == 0


def test_a_zone_of_the_environment_stays(tmp_path: Path, anew: Looks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Europe/Zurich")
    clock = Clock()
    followed = LocalZone(tmp_path / "localtime", monotonic=clock)
    (tmp_path / "localtime").write_bytes(zone("AAA", 1))
    clock.now += LOOK_SECONDS
    followed.look()
    assert anew.times == 0


CHANGED = """
import subprocess, sys, time
from gate_controller.shell.local_zone import LocalZone
now = 0.0
followed = LocalZone(monotonic=lambda: now)
for zone in sys.argv[1:]:
    subprocess.run(["mount", "--bind", zone, "/etc/localtime"], check=True)
    now += 60.0
    followed.look()
    print(time.strftime("%H:%M", time.localtime(0)))
"""


def test_the_local_time_of_a_running_process_changes(tmp_path: Path) -> None:
    """In a mount namespace of its own, so that this machine keeps its zone."""
    unshare = shutil.which("unshare")
    if unshare is None or subprocess.run([unshare, "-m", "true"], capture_output=True, check=False).returncode:  # noqa: S603
        pytest.skip("only root has mount namespaces of its own here")
    zones = [tmp_path / "one", tmp_path / "two"]
    for path, name, hours in zip(zones, ("AAA", "BBB"), (5, 7), strict=True):
        path.write_bytes(zone(name, hours))
    command = [unshare, "-m", sys.executable, "-c", CHANGED, *map(str, zones)]
    environ = {name: value for name, value in os.environ.items() if name != "TZ"}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environ)  # noqa: S603 - our own
    assert done.stdout.split() == ["05:00", "07:00"]
