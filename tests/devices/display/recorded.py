"""What luma and RPLCD sent to displays, and RPLCD's tables of characters, before their place was taken."""

import re
from pathlib import Path

from gate_controller.devices.display.typesetting.folding import Rom

FOLDER = Path(__file__).parent / "recordings"

Sent = list[tuple[str, bytes]]
"""What kind of transfer each was, and its bytes."""


def sent(driver: str) -> dict[str, Sent]:
    """Return what was sent to a display, by the heading over it."""
    sections: dict[str, Sent] = {}
    for line in (FOLDER / f"{driver}.txt").read_text().splitlines():
        if heading := re.fullmatch(r"\[(.*)\]", line):
            sections[heading[1]] = []
        elif line and not line.startswith("#"):
            kind, _, values = line.partition(" ")
            byte, _, times = values.partition(" x ")
            list(sections.values())[-1].append((kind, bytes.fromhex(byte) * int(times or 1)))
    return sections


def codes(rom: Rom) -> dict[str, int]:
    """Return a ROM's code for each character that RPLCD's table has, blanks for other than a space included."""
    lines = (FOLDER / f"hd44780-{rom}.txt").read_text().splitlines()
    entries = (line.removeprefix("U+").split() for line in lines if line.startswith("U+"))
    return {chr(int(point, 16)): int(code, 16) for point, code, *_ in entries}
