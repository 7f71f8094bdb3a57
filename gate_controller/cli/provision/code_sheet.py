"""
A set of codes as people hold it before a scanner: a page to be printed, pictures, and letters in a terminal.

Rules: one code at a time is easy to scan, so each has room around it; the passphrase is on a page of its own; nothing
on a page is fetched from anywhere, and nothing secret is written in letters.
"""

import html
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from gate_controller.settings.mistakes import SECRETS
from gate_controller.settings.reference import as_text

if TYPE_CHECKING:
    import segno

    from gate_controller.settings.provisioning.content import Content

# ruff: noqa: PLC0415 - segno is there where codes are made

ERROR_CORRECTION: Final = "m"
"""A fifth more modules than with L, and a crease or a thumb does no harm."""
MODULE_MILLIMETRES: Final = 0.6
"""
On paper. 2D imagers for counters resolve 0.25 mm (10 mil) and cheap ones 0.33 mm; a printed code of version 10 with its
margin is then 39 mm wide, and three stand side by side.
"""
_PNG_SCALE = 8
_MARGIN = 4  # modules, as ISO/IEC 18004 wants around a QR code

_STYLE = """
body { font: 11pt/1.4 sans-serif; margin: 0; color: #000; background: #fff; }
section { padding: 12mm; page-break-after: always; break-after: page; }
section:last-child { page-break-after: auto; break-after: auto; }
h1 { font-size: 16pt; margin: 0 0 4mm; }
.codes { display: flex; flex-wrap: wrap; gap: 14mm; margin-top: 8mm; }
figure { margin: 0; break-inside: avoid; }
figcaption { margin-top: 2mm; text-align: center; }
dt { float: left; clear: left; width: 40mm; } dd { margin: 0 0 1mm 42mm; }
@page { size: A4; margin: 0; }
"""


@dataclass(frozen=True, slots=True)
class CodeSet:
    """All codes of a set, as text, and what may be said of it. Its repr holds secrets: it goes nowhere."""

    parts: tuple[str, ...]
    passphrase: str
    """Empty where it is encrypted for the gate's own key."""
    confirmation: str
    serial: int
    gate: str
    expires: str
    signer: str
    content: "Content"

    def named(self) -> tuple[tuple[str, str], ...]:
        """Return each code with its name, in the order in which it is scanned."""
        total = len(self.parts)
        parts = tuple((f"code {number} of {total}", text) for number, text in enumerate(self.parts, start=1))
        secret = (("passphrase", self.passphrase),) if self.passphrase else ()
        return (*parts, *secret, ("confirmation", self.confirmation))


def files_of(made: CodeSet) -> dict[str, bytes]:
    """Return the files of a folder of codes."""
    files = {"sheet.html": sheet(made).encode()}
    for name, text in made.named():
        word = name.replace(" ", "-")
        files[f"{word}.svg"] = _svg(text).encode()
        files[f"{word}.png"] = _png(text)
    return files


def sheet(made: CodeSet) -> str:
    """Return the page to be printed."""
    codes = dict(made.named())
    secret = [name for name in ("passphrase", "confirmation") if name in codes]
    parts = "".join(_figure(name, text) for name, text in codes.items() if name not in secret)
    others = "".join(_figure(name, codes[name]) for name in secret)
    told = "".join(f"<dt>{html.escape(what)}</dt><dd>{html.escape(value)}</dd>" for what, value in _told(made))
    also = " Keep this page apart from the first: both together hold the API key." if made.passphrase else ""
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Set-up codes {made.serial}</title>
<style>{_STYLE}</style></head><body>
<section><h1>Set-up codes {made.serial}</h1>
<p>Hold each code before the gate's scanner, in any order. Cover the others.</p>
<dl>{told}</dl><div class="codes">{parts}</div></section>
<section><h1>Set-up codes {made.serial}: {" and ".join(secret)}</h1>
<p>{"Then the passphrase. " if made.passphrase else ""}Read what the gate shows. If it is right, the confirmation.{also}
Destroy both pages when the gate is set up.</p>
<div class="codes">{others}</div></section>
</body></html>
"""


def in_terminal(text: str) -> str:
    """Return a code in block letters, dark on light whatever the terminal's colours."""
    drawn = io.StringIO()
    _code(text).terminal(drawn, border=_MARGIN, compact=True)
    return drawn.getvalue()


def _told(made: CodeSet) -> list[tuple[str, str]]:
    content = made.content
    settings = [
        (name, "(hidden)" if name in SECRETS else as_text(value)) for name, value in sorted(content.settings.items())
    ]
    return [
        ("for", made.gate or "any gate that is not set up yet"),
        ("good until", made.expires),
        ("signed by", made.signer),
        *settings,
        *((("joins", content.house.address),) if content.house is not None else ()),
        *(("Wi-Fi", network.ssid) for network in content.networks),
        *(("may log in", f"{user.name} ({user.role})") for user in content.people),
    ]


def _figure(name: str, text: str) -> str:
    return f"<figure>{_svg(text)}<figcaption>{name}</figcaption></figure>"


def _svg(text: str) -> str:
    return str(_code(text).svg_inline(unit="mm", scale=MODULE_MILLIMETRES, border=_MARGIN, light="#fff", dark="#000"))


def _png(text: str) -> bytes:
    drawn = io.BytesIO()
    _code(text).save(drawn, kind="png", scale=_PNG_SCALE, border=_MARGIN)
    return drawn.getvalue()


def _code(text: str) -> "segno.QRCode":
    import segno

    return segno.make_qr(text, error=ERROR_CORRECTION, mode="alphanumeric", boost_error=False)
