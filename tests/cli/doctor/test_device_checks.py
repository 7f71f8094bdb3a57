"""What the doctor says of devices without moving one, and of money, beside a gate that runs and without one."""

import copy
import importlib
import sys
from pathlib import Path
from typing import Any

import pytest

from gate_controller.cli.doctor import device_checks, gate_checks
from gate_controller.devices.gpio_lines import CHIPINFO, GET_CHIPINFO, LINEINFO, header_lines
from tests.cli.doctor.machines import STATUS, lines, patient


def beside(root: Path, changes: dict[str, Any] | None = None, settings: dict[str, str] | None = None) -> Any:
    """Return a patient whose gate runs."""
    someone = patient(root, settings=settings)
    status = {**copy.deepcopy(dict(STATUS)), **(changes or {})}
    someone.ask = lambda do: status if do == "status" else []
    return someone


def ailing(what: str, why: str) -> dict[str, Any]:
    return {"what": what, "why": why, "since": 0.0}


def test_what_a_running_gate_lacks_is_told_with_its_own_words(tmp_path: Path) -> None:
    gone = ailing("scanner", "scanner /dev/ttyACM0 was unplugged: plug it in again")
    someone = beside(tmp_path, {"faults": [gone], "missing": [ailing("display", "display ssd1306: no answer")]})
    found = lines(gate_checks.gate(someone))
    assert [one[0] for one in found] == ["bad", "warn"]
    assert lines(device_checks.scanner(someone)) == [
        ("bad", "scanner /dev/ttyACM0 was unplugged", "plug it in again"),
    ]


def test_all_is_well_beside_a_gate_that_takes_scans(tmp_path: Path) -> None:
    someone = beside(tmp_path, settings={"GATE_DISPLAY__DRIVER": "ssd1306"})
    found = [*gate_checks.gate(someone), *device_checks.scanner(someone), *device_checks.display(someone)]
    assert [one[0] for one in lines(found)] == ["ok", "ok", "ok"]


def test_money_that_needs_a_person_is_a_warning(tmp_path: Path) -> None:
    someone = beside(tmp_path, {"money": {"open_items": 2, "in_doubt": 0}})
    [(verdict, seen, remedy)] = lines(gate_checks.money(someone))
    assert (verdict, seen) == ("warn", "2 need a person")
    assert "journal open" in remedy


def test_an_older_program_that_still_runs_is_told(tmp_path: Path) -> None:
    [(verdict, seen, _)] = lines(gate_checks.versions(beside(tmp_path, {"build": {"version": "0.0.9"}})))
    assert verdict == "warn"
    assert seen.startswith("0.0.9 runs, and ")


def test_a_scanner_that_is_not_there_is_told_with_its_port(tmp_path: Path) -> None:
    someone = patient(tmp_path, settings={"GATE_SCANNER__PORT": "/dev/ttyACM7"})
    assert lines(device_checks.scanner(someone))[0][:2] == ("bad", "/dev/ttyACM7 is not there")
    (tmp_path / "dev").mkdir()
    (tmp_path / "dev/ttyACM7").touch()
    assert lines(device_checks.scanner(someone))[0][0] == "ok"


@pytest.mark.parametrize(
    ("interface", "device", "driver"), [("i2c", "/dev/i2c-1", "ssd1306"), ("spi", "/dev/spidev0.0", "st7789")]
)
def test_a_display_whose_bus_is_off_is_told_with_the_line_for_config_txt(
    tmp_path: Path, interface: str, device: str, driver: str
) -> None:
    settings = {"GATE_DISPLAY__DRIVER": driver, "GATE_DISPLAY__INTERFACE": interface}
    settings |= {"GATE_DISPLAY__DC_PIN": "25"} if interface == "spi" else {}
    [(verdict, _, remedy)] = lines(device_checks.buses(patient(tmp_path, settings=settings)))
    assert verdict == "bad"
    assert "config.txt" in remedy
    [(verdict, seen, _)] = lines(device_checks.buses(patient(tmp_path, {device: ""}, settings=settings)))
    assert (verdict, seen) == ("ok", device)


def chip(label: str, taken: dict[int, str]) -> Any:
    """Return what the kernel's ioctls say of a chip."""

    def ioctl(_handle: int, what: int, given: bytes) -> bytes:
        if what == GET_CHIPINFO:
            return CHIPINFO.pack(b"gpiochip0", label.encode(), 54)
        _, _, offset, _, _ = LINEINFO.unpack(given)
        return LINEINFO.pack(b"", taken.get(offset, "").encode(), offset, 0, int(offset in taken))

    return ioctl


def test_who_has_a_line_is_told_by_the_kernel(tmp_path: Path) -> None:
    path = tmp_path / "gpiochip0"
    path.touch()
    found = header_lines([path], [4, 17, 27], chip("pinctrl-bcm2711", {4: "onewire@4", 17: ""}))
    assert found is not None
    assert found.taken == {4: "onewire@4", 17: "the kernel"}
    assert header_lines([path], [4], chip("raspberrypi-exp-gpio", {})) is None


@pytest.mark.parametrize("of_pip", [False, True])
def test_a_library_that_is_missing_or_pips_empty_file_of_its_name_is_told_before_the_pins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, of_pip: bool
) -> None:
    someone = patient(tmp_path / "machine", {"/dev/gpiochip0": ""})
    (tmp_path / "libraries").mkdir()
    monkeypatch.setattr(sys, "path", [str(tmp_path / "libraries")])
    monkeypatch.delenv("GPIOZERO_PIN_FACTORY", raising=False)
    if of_pip:
        (tmp_path / "libraries/lgpio.py").touch()
    told = ("bad", "the library lgpio is missing", "sudo apt-get install python3-lgpio, and restart the gate")
    assert lines(device_checks.gpio(someone))[0] == told

    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "native")
    assert told not in lines(device_checks.gpio(someone))
    monkeypatch.delenv("GPIOZERO_PIN_FACTORY")
    (tmp_path / "libraries/_lgpio.py").touch()
    importlib.invalidate_caches()
    assert told not in lines(device_checks.gpio(someone))


def test_the_structures_are_as_large_as_the_kernels() -> None:
    assert (CHIPINFO.size, LINEINFO.size) == (68, 256)
