"""The udev rules know the scanners that the program knows, and udev accepts them."""

import re
import shutil
import subprocess

import pytest

from gate_controller.devices.usb import SCANNER_MAKERS
from tests.hardware.wiring import HARDWARE

RULES = HARDWARE / "udev" / "70-gate-controller.rules"
LINES = [line for line in RULES.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]

# What a rule is made of (udev(7)): a key, perhaps with an attribute's name, an operator, a value in quotes.
TERM = re.compile(r'([A-Z_]+)(?:\{[A-Za-z_]+\})?(==|!=|\+=|:=|=)"[^"]*"')
MATCHES = {"ACTION", "SUBSYSTEM", "KERNEL", "ATTRS"}
ASSIGNS = {"GROUP", "MODE", "SYMLINK", "GOTO", "LABEL"}


def line_about(*words: str) -> str:
    (line,) = [line for line in LINES if all(word in line for word in words)]
    return line


def test_the_rules_have_the_scanner_makers_of_the_program() -> None:
    found = re.findall(
        r'^ATTRS\{idVendor\}=="([0-9a-f]{4})", ENV\{GATE_SCANNER\}="(.*)"$', "\n".join(LINES), re.MULTILINE
    )
    assert {int(vendor, 16): maker for vendor, maker in found} == SCANNER_MAKERS


@pytest.mark.parametrize("line", LINES)
def test_each_line_is_a_list_of_terms_that_match_or_assign(line: str) -> None:
    for term in re.split(r", (?=[A-Z])", line):
        found = TERM.fullmatch(term)
        assert found is not None, term
        assert found[1] in MATCHES | ASSIGNS | {"ENV"}, term
        assert (found[2] in {"==", "!="}) or found[1] not in MATCHES, term
        assert (found[2] in {"=", "+=", ":="}) or found[1] not in ASSIGNS, term


def test_every_jump_has_its_label() -> None:
    text = "\n".join(LINES)
    assert set(re.findall(r'GOTO="([^"]*)"', text)) == set(re.findall(r'LABEL="([^"]*)"', text))


def test_only_scanners_are_kept_from_modem_manager_and_given_names() -> None:
    only_scanners = LINES.index('ENV{GATE_SCANNER}!="?*", GOTO="gate_controller_end"')
    for word in ("ID_MM_DEVICE_IGNORE", "LIBINPUT_IGNORE_DEVICE", "SYMLINK", "dialout"):
        about = [number for number, line in enumerate(LINES) if word in line]
        assert about
        assert min(about) > only_scanners


@pytest.mark.parametrize(
    ("subsystem", "group"), [("gpio", "gpio"), ("i2c-dev", "i2c"), ("spidev", "spi"), ("tty", "dialout")]
)
def test_each_device_belongs_to_a_group_of_the_service(subsystem: str, group: str) -> None:
    assert f'GROUP="{group}", MODE="0660"' in line_about(f'SUBSYSTEM=="{subsystem}"')


def test_the_group_of_a_keyboard_scanner_outlasts_later_rules() -> None:
    assert 'GROUP:="dialout", MODE:="0660"' in line_about('SUBSYSTEM=="input"', 'KERNEL=="event*"')


def test_udev_accepts_every_line() -> None:
    """By `udevadm verify` where there is one (systemd 254 and later); what it looks at is looked at here everywhere."""
    assert all(line.count('"') % 2 == 0 and not line.endswith(("\\", ",")) for line in LINES)
    tool = shutil.which("udevadm") or "udevadm"
    if subprocess.run(f"{tool} verify --help", shell=True, capture_output=True, check=False).returncode == 0:  # noqa: S602 - fixed words
        command = [tool, "verify", "--resolve-names=never", "--no-style", str(RULES)]
        verdict = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)  # noqa: S603 - as above
        assert verdict.returncode == 0, verdict.stdout + verdict.stderr
