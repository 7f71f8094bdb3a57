"""A driver of a family that is there is one line in one file: everything else takes it from there."""

import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

REPOSITORY = Path(__file__).parents[3]
FAMILY = Path("gate_controller/devices/display/panels/oled.py")
BEFORE = "DRIVERS = (\n"
LINE = '    _driver("ssd1315", _SSD1306),\n'

# Runs with the copy of the package that has the line.
SCRIPT = """
    from pathlib import Path

    import gate_controller
    from gate_controller.devices.display.card import Card, Face
    from gate_controller.devices.display.make import make_panel
    from gate_controller.devices.display.mounting import Mounting
    from gate_controller.admission.words.messages import Signal, Symbol
    from gate_controller.settings import SettingsError, load_settings
    from gate_controller.settings.reference import reference_table
    from tests.docs.displays import table
    from tests.docs.test_displays import EXTRAS
    from tests.rig.fake_displays import FakeOled
    from tests.rig.fake_i2c import FakeI2C

    assert Path(gate_controller.__file__).is_relative_to(Path.cwd())

    def settings(*overrides):
        needed = ["admission.price_cents=2500", "eguma.api_key=key", "display.driver=ssd1315"]
        return load_settings(config=None, overrides=[*needed, *overrides], environ={}).settings

    display = settings().display
    try:
        settings("display.interface=spi")
    except SettingsError as error:
        assert "ssd1315 on SPI, and no pin tells data" in str(error), error
    else:
        raise AssertionError("a rule of the family was not kept")

    oled = FakeOled()
    panel = make_panel(Mounting.of(display), open_bus=FakeI2C({0x3C: oled}).open)
    panel.show(panel.pages(Card(Symbol.TICK, Signal.ADMITTED, (Face("Welcome", "", ""),)))[0], shift=(0, 0))
    assert oled.is_on and oled.seen().getbbox()

    assert "choose from none, image, ssd1315, ssd1306" in reference_table()
    assert "| `ssd1315` | OLED | 128x64, 128x32 | I2C at 0x3c or SPI | `gate-controller[oled]` |" in table()
    assert "oled" in EXTRAS
"""


def test_a_driver_of_a_known_family_is_one_line_in_its_file(tmp_path: Path) -> None:
    shutil.copytree(
        REPOSITORY / "gate_controller", tmp_path / "gate_controller", ignore=shutil.ignore_patterns("__pycache__")
    )
    family = tmp_path / FAMILY
    source = family.read_text()
    assert source.count(BEFORE) == 1
    family.write_text(source.replace(BEFORE, BEFORE + LINE))

    ended = subprocess.run(  # noqa: S603 - this test's own script
        [sys.executable, "-c", textwrap.dedent(SCRIPT)],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": f"{tmp_path}:{REPOSITORY}"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
