"""
Writes the visitors' card, one printed A5 page for each language: `python -m tests.docs.visitor_card`.

A card is a file of HTML that stands alone, as the handbook's sheets are; the pictures in it are drawn here, and the
lamps from the code. The picture of all four, docs/visitors/cards.png, is taken by a real browser. `test_handbook.py`
compares both.
"""

import asyncio
import io
import re
from collections.abc import Iterator
from html import escape
from pathlib import Path

from PIL import Image

from gate_controller.admission.words.messages import MessageKind, MoneyFate, Signal
from gate_controller.devices.patterns import LOOKS, Mode
from gate_controller.texts import Language
from gate_controller.texts.rendering import WORDINGS
from tests.docs.handbook import Handbook, quoted
from tests.docs.handbook_sheet import strip
from tests.docs.page import small
from tests.docs.remarks import ROOT
from tests.rig.browser import browser

VISITORS = ROOT / "docs" / "visitors"
PICTURE = VISITORS / "cards.png"
_WIDE, _HIGH, _GAP = 559, 794, 12
"""A5, in the pixels of browsers, and what is between two cards."""

_BOLD = re.compile(r"\*\*(.+?)\*\*")
_FIELD = re.compile(r"\{([A-Z_]+)\}")

_STYLE = """\
@page { size: A5 portrait; margin: 0; }
* { box-sizing: border-box; }
body { margin: 0; color: #111; background: #fff; font: 11.2pt/1.32 Arial, "Liberation Sans", Helvetica, sans-serif;
  font-size-adjust: .519; }
main { width: 148mm; height: 209mm; padding: 9mm 10mm 8mm; display: flex; flex-direction: column;
  justify-content: space-between; overflow: hidden; }
h1 { margin: 0; font-size: 23pt; line-height: 1.1; }
h2 { margin: 0 0 1.5mm; font-size: 12pt; border-bottom: .4mm solid #111; }
ol { display: flex; gap: 5mm; margin: 0; padding: 0; list-style: none; }
ol li { flex: 1; }
ol svg { width: 100%; height: 27mm; background: #f2f4f5; border-radius: 2mm; margin-bottom: 1.5mm; }
ul { margin: 0; padding-left: 4.5mm; }
ul li { margin-bottom: 1mm; }
.lamps { display: grid; grid-template-columns: 1fr 1fr; gap: 2.5mm 5mm; }
.lamps svg { flex: none; width: 24mm; height: 4mm; margin: 0; }
.lamps div { display: flex; align-items: center; gap: 3mm; font-weight: bold; line-height: 1.1; }
p { margin: 0; }
.help { border-top: .4mm solid #111; padding-top: 1.5mm; min-height: 11mm; font-weight: bold; }
"""

_INK = 'fill="none" stroke="#111" stroke-width="3" stroke-linejoin="round" stroke-linecap="round"'
_CODE = "".join(
    f'<rect x="{x}" y="{y}" width="5" height="5" fill="#111" stroke="none"/>'
    for x, y in [(0, 0), (10, 0), (25, 0), (5, 5), (20, 5), (0, 10), (15, 10), (25, 15), (10, 20), (0, 25), (20, 25)]
)
_PICTURES = (
    # A voucher on paper, and one on a phone.
    (
        f'<g {_INK}><rect x="12" y="28" width="56" height="64" rx="3"/><path d="M20 40h40M20 80h26"/>'
        f'<rect x="84" y="14" width="46" height="92" rx="7"/><path d="M100 98h14"/></g>'
        f'<g transform="translate(25 45)">{_CODE}</g><g transform="translate(92 34)">{_CODE}</g>'
    ),
    # A scanner that looks at a phone.
    (
        f'<g {_INK}><rect x="8" y="42" width="40" height="36" rx="5"/><path d="M28 78v26M14 104h28"/>'
        f'<rect x="100" y="24" width="32" height="72" rx="6"/></g>'
        f'<path d="M48 52 98 34V86L48 68Z" fill="#c8102e" opacity=".25"/>'
        f'<path d="M56 112h36M62 108l-6 4 6 4M86 108l6 4-6 4" {_INK}/>'
    ),
    # Somebody who walks through between two posts.
    (
        f'<g {_INK}><path d="M22 26v80M118 26v80M12 106h116"/><circle cx="70" cy="34" r="9" fill="#111"/>'
        f'<path d="M70 46v28M70 54l-14 10M70 54l14 8M70 74l-12 28M70 74l14 26"/></g>'
        f'<circle cx="118" cy="18" r="9" fill="#1a8f3c"/>'
    ),
)


def cards() -> Iterator[tuple[Path, str]]:
    """Every language's card, and what it is to hold."""
    for language in Language:
        yield VISITORS / f"card-{language.value}.html", card(Handbook(language))


def card(handbook: Handbook) -> str:
    """Return a card."""
    words = handbook.words["card"]
    steps = "".join(
        f'<li><svg viewBox="0 0 140 120" aria-hidden="true">{picture}</svg>{_marked(handbook, step)}</li>\n'
        for picture, step in zip(_PICTURES, words["steps"], strict=True)
    )
    looks = LOOKS[Mode.SEPARATE]
    lamps = "".join(
        f"<div>{strip(looks[Signal[name.upper()]])}{escape(said)}</div>\n" for name, said in words["lamps"].items()
    )
    money = "".join(f"<li>{_marked(handbook, said)}</li>\n" for said in words["money"])
    return f"""\
<!DOCTYPE html>
<html lang="{handbook.language.value}">
<head>
<meta charset="utf-8">
<title>{escape(words["title"])}</title>
<style>
{_STYLE}</style>
</head>
<body>
<main>
<h1>{escape(words["title"])}</h1>
<ol>
{steps}</ol>
<div>
<h2>{escape(words["lamps_title"])}</h2>
<div class="lamps">
{lamps}</div>
</div>
<div>
<h2>{escape(words["money_title"])}</h2>
<ul>
{money}</ul>
</div>
<p>{escape(words["more"])}</p>
<div class="help">{escape(words["help"])}:</div>
</main>
</body>
</html>
"""


def _marked(handbook: Handbook, text: str) -> str:
    """Return words for a card, with what the display says put in."""
    wording = WORDINGS[handbook.language]

    def shown(found: re.Match[str]) -> str:
        if found[1] == MoneyFate.NOT_CHARGED.name:
            return quoted(wording.money[MoneyFate.NOT_CHARGED].full.rstrip("."), handbook.language)
        return quoted(wording.messages[MessageKind[found[1]]].title, handbook.language)

    said = _FIELD.sub(shown, text)
    return _BOLD.sub(r"<b>\1</b>", escape(handbook.said(said), quote=False))


async def taken() -> bytes:
    """Return the picture of all cards, side by side, as a PNG."""
    images: list[Image.Image] = []
    async with browser() as started:
        page = await started.new_page(viewport={"width": _WIDE, "height": _HIGH})
        for path, _ in cards():
            await page.goto(path.as_uri())
            images.append(Image.open(io.BytesIO(await page.screenshot())))
    together = Image.new("RGB", (len(images) * (_WIDE + _GAP) + _GAP, _HIGH + 2 * _GAP), "#ccc")
    for number, image in enumerate(images):
        together.paste(image, (_GAP + number * (_WIDE + _GAP), _GAP))
    written = io.BytesIO()
    together.save(written, format="PNG")
    return small(written.getvalue())


if __name__ == "__main__":
    for path, text in cards():
        path.write_text(text, encoding="utf-8")
    PICTURE.write_bytes(asyncio.run(taken()))
