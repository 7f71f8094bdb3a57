"""The receipt that hardware/printer.md shows is the one that is printed, and its QR code is the incident code."""

import zxingcpp
from PIL import Image, ImageChops

from tests.docs.receipt import PICTURE, picture


def test_the_picture_is_that_of_a_receipt_as_it_is_printed() -> None:
    with Image.open(PICTURE) as shown:
        shown.load()
        assert ImageChops.difference(shown.convert("L"), picture()).getbbox() is None, "python -m tests.docs.receipt"
        assert [code.text for code in zxingcpp.read_barcodes(shown)] == ["KRVG1"]
