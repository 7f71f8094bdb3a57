"""A machine is known by its own number, else by its system's."""

from pathlib import Path

import pytest

from gate_controller.devices.machine import serial_number


def test_a_pi_is_known_by_its_serial_number(tmp_path: Path) -> None:
    (tmp_path / "serial-number").write_bytes(b"10000000a1b2c3d4\0")
    (tmp_path / "machine-id").write_text("0123456789abcdef\n")
    assert serial_number([str(tmp_path / "serial-number"), str(tmp_path / "machine-id")]) == "10000000a1b2c3d4"


def test_another_machine_is_known_by_its_systems_number(tmp_path: Path) -> None:
    (tmp_path / "machine-id").write_text("0123456789abcdef\n")
    assert serial_number([str(tmp_path / "serial-number"), str(tmp_path / "machine-id")]) == "0123456789abcdef"


def test_a_machine_without_either_has_none(tmp_path: Path) -> None:
    (tmp_path / "machine-id").write_text("\n")
    assert serial_number([str(tmp_path / "serial-number"), str(tmp_path / "machine-id")]) == ""


@pytest.mark.parametrize("given_to_many", ["0000000000000000\0", "ffffffffffffffff", "uninitialized\n"])
def test_what_many_machines_have_is_no_number(tmp_path: Path, given_to_many: str) -> None:
    (tmp_path / "serial-number").write_text(given_to_many)
    (tmp_path / "machine-id").write_text("0123456789abcdef\n")
    assert serial_number([str(tmp_path / "serial-number"), str(tmp_path / "machine-id")]) == "0123456789abcdef"
