"""
Draws the receipt of hardware/printer.md: `python -m tests.docs.receipt`.

It is compared with what the gate's own template makes of an admission by `test_receipt_drawing.py`.
"""

from datetime import datetime
from pathlib import Path

from PIL import Image

from gate_controller.devices.printer.receipt_picture import draw_receipt
from gate_controller.shell.receipts import ReceiptMaker
from tests.rig.facts import admission
from tests.rig.settings import loaded

PICTURE = Path(__file__).parents[2] / "hardware" / "receipt.png"
# Noon where this machine is: the receipt is the same everywhere.
_NOON = datetime(2026, 11, 30, 12).timestamp()  # noqa: DTZ001 - in its own time, as receipts are


def picture() -> Image.Image:
    """Return the receipt of an admission."""
    settings = loaded("printer.driver=usb", "display.gate_name=East", "printer.languages=de,fr").settings
    maker = ReceiptMaker(settings)
    items = maker.items(admission(7, at=_NOON), "KRVG1", is_copy=False, is_full=True)
    return draw_receipt(maker.commands(items), settings.printer.columns)


if __name__ == "__main__":
    picture().save(PICTURE, optimize=True)
