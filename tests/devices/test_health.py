"""The machine's health, read from files like those of a Raspberry Pi's kernel; what is not there is unknown."""

import os
from pathlib import Path

import pytest

from gate_controller.devices.health import Vitals, look


@pytest.fixture
def sys(tmp_path: Path) -> Path:
    (tmp_path / "sys").mkdir()
    return tmp_path / "sys"


def put(sys: Path, path: str, text: str) -> None:
    (sys / path).parent.mkdir(parents=True, exist_ok=True)
    (sys / path).write_text(text)


def test_a_machine_that_tells_nothing_is_unknown(tmp_path: Path, sys: Path) -> None:
    assert look(tmp_path / "nowhere", sys) == Vitals()


def test_room_on_the_disk_and_whether_it_takes_writes(tmp_path: Path, sys: Path) -> None:
    vitals = look(tmp_path, sys)
    told = os.statvfs(tmp_path)
    assert vitals.disk_free == pytest.approx(told.f_bavail / told.f_blocks, abs=0.05)
    assert vitals.is_writable is True
    assert look(Path("/proc/self"), sys).is_writable in {True, False}


def test_a_read_only_file_system_takes_no_writes(sys: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    told = list(os.statvfs(tmp_path))
    told[8] = os.ST_RDONLY
    monkeypatch.setattr(os, "statvfs", lambda _: os.statvfs_result(told))
    assert look(tmp_path, sys).is_writable is False


def test_the_processor_s_temperature(tmp_path: Path, sys: Path) -> None:
    put(sys, "class/thermal/thermal_zone0/temp", "61845\n")
    assert look(tmp_path, sys).celsius == pytest.approx(61.845)


@pytest.mark.parametrize(
    ("text", "now", "earlier", "slowed"),
    [
        ("0\n", False, False, False),
        ("50005\n", True, True, True),
        ("50000\n", False, True, False),
        ("80008\n", False, False, True),
        ("1\n", True, False, False),
        ("2\n", False, False, True),
    ],
)
@pytest.mark.parametrize("soc", ["soc/soc:firmware", "soc@107c000000/soc@107c000000:firmware"])
def test_what_raspberry_pi_s_kernel_tells_of_the_supply(
    tmp_path: Path, sys: Path, soc: str, text: str, *, now: bool, earlier: bool, slowed: bool
) -> None:
    put(sys, f"devices/platform/{soc}/get_throttled", text)
    vitals = look(tmp_path, sys)
    assert (vitals.is_undervolted, vitals.was_undervolted, vitals.is_slowed) == (now, earlier, slowed)


@pytest.mark.parametrize(("text", "sags"), [("0\n", False), ("1\n", True), ("", None), ("?\n", None)])
def test_a_mainline_kernel_tells_by_its_sensor(tmp_path: Path, sys: Path, text: str, *, sags: bool | None) -> None:
    put(sys, "class/hwmon/hwmon0/name", "cpu_thermal\n")
    put(sys, "class/hwmon/hwmon0/in0_lcrit_alarm", "1\n")
    put(sys, "class/hwmon/hwmon1/name", "rpi_volt\n")
    put(sys, "class/hwmon/hwmon1/in0_lcrit_alarm", text)
    vitals = look(tmp_path, sys)
    assert (vitals.is_undervolted, vitals.was_undervolted, vitals.is_slowed) == (sags, None, None)


def test_what_is_no_number_is_unknown(tmp_path: Path, sys: Path) -> None:
    put(sys, "class/thermal/thermal_zone0/temp", "n/a\n")
    put(sys, "devices/platform/soc/soc:firmware/get_throttled", "\xff\n")
    assert look(tmp_path, sys).celsius is None
    assert look(tmp_path, sys).is_undervolted is None
