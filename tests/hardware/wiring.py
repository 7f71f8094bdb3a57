"""
The wiring diagrams: read from their WireViz sources, and drawn anew by `python -m tests.hardware.wiring`.

The sources keep to one shape (a list on one line), so that a few patterns read them and no YAML library is needed.
Each SVG ends with the hash of the source it was drawn from: a diagram that is behind its source is seen at once.
"""

import asyncio
import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.hardware.lettering import fit

HARDWARE = Path(__file__).parents[2] / "hardware"
SOURCES = sorted((HARDWARE / "wiring").glob("*.yml"))

_HASH = re.compile(r"<!-- drawn from ([a-z-]+\.yml), sha256 ([0-9a-f]{64}) -->")
# Boxes are sized for DejaVu, which is wide, and shown in a narrower font; lettering.py sees to those who lack that.
_SIZED_FOR, _SHOWN_IN = "DejaVu Sans", "Arial, Liberation Sans, Helvetica, sans-serif"
_STYLE = f"options:\n  fontname: {_SIZED_FOR}\n"


@dataclass(frozen=True)
class HeaderPin:
    """A pin of the Raspberry Pi as a diagram has it: position on the header, and what is written beside it."""

    position: int
    label: str

    @property
    def bcm(self) -> int | None:
        """The BCM number; None for ground and supply."""
        found = re.match(r"GPIO(\d+) ", self.label)
        return int(found[1]) if found else None

    @property
    def use(self) -> str:
        """The setting that names the pin, the line of a bus, or the supply."""
        return re.sub(r"^GPIO\d+ ", "", self.label)


def header_pins(source: Path) -> list[HeaderPin]:
    """Return the pins of the header that a diagram uses; its USB port is none of them."""
    raspberry_pi = source.read_text(encoding="utf-8").partition("\n  Pi:\n")[2]
    positions, labels = (_list(raspberry_pi, name) for name in ("pins", "pinlabels"))
    return [
        HeaderPin(int(position), label) for position, label in zip(positions, labels, strict=True) if position.isdigit()
    ]


def connected_positions(source: Path) -> list[int]:
    """Return the position of each pin of the header that a wire begins at."""
    wires = source.read_text(encoding="utf-8").partition("\nconnections:\n")[2]
    found = re.findall(r"- Pi: \[(.*)\]", wires)
    return [int(position) for line in found for position in line.split(", ") if position.isdigit()]


def drawn_from(svg: Path) -> tuple[str, str]:
    """Return name and hash of the source that an SVG says it was drawn from."""
    found = _HASH.search(svg.read_text(encoding="utf-8"))
    return (found[1], found[2]) if found else ("", "")


def source_hash(source: Path) -> str:
    """Return the hash of a source as it is now."""
    return hashlib.sha256(source.read_bytes()).hexdigest()


def draw(program: str) -> Iterator[Path]:
    """Draw every diagram anew with the WireViz `program`; yields each SVG as it is written."""
    with tempfile.TemporaryDirectory() as directory:
        style = Path(directory, "style.yml")
        style.write_text(_STYLE, encoding="utf-8")
        for source in SOURCES:
            command = [program, "--format", "s", "--prepend", str(style), "--output-dir", directory, str(source)]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 -- fixed arguments
            text = Path(directory, source.with_suffix(".svg").name).read_text(encoding="utf-8")
            text = text.replace(f'font-family="{_SIZED_FOR}"', f'font-family="{_SHOWN_IN}"')
            text = f"{text.rstrip()}\n<!-- drawn from {source.name}, sha256 {source_hash(source)} -->\n"
            svg = source.with_suffix(".svg")
            svg.write_text(text, encoding="utf-8")
            yield svg


def _list(text: str, name: str) -> list[str]:
    found = re.search(rf"^    {name}: \[(.*)\]$", text, re.MULTILINE)
    return found[1].split(", ") if found else []


def _main() -> int:
    program = shutil.which("wireviz")
    if program is None or shutil.which("dot") is None:
        print("wireviz or graphviz is missing: apt install graphviz pipx && pipx install wireviz", file=sys.stderr)
        return 1
    drawn = list(draw(program))
    asyncio.run(fit(drawn))
    print(*drawn, sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(_main())
