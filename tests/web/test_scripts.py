"""What the scripts of the staff's pages may ask their browser for."""

import re
from pathlib import Path

import gate_controller

OF_SIZE = re.compile(
    r"\(\s*(?:min|max)-(?:width|height)|\b(?:inner|outer|client|offset|scroll)(?:Width|Height)\b|ResizeObserver"
)


def test_no_script_looks_at_how_large_a_page_is() -> None:
    """What size makes of a page is in its styles: `can_be_used_at_every_size` loads it once for all sizes."""
    scripts = [file for file in Path(gate_controller.__file__).parent.rglob("*.js") if "zxing" not in file.parts]
    assert len(scripts) > 10
    assert {file.name: found for file in scripts if (found := OF_SIZE.findall(file.read_text()))} == {}
