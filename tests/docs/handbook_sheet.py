"""
Writes the handbook's sheets, one printed A4 page for each language: `python -m tests.docs.handbook_sheet`.

A sheet is a file of HTML that stands alone: opened in a browser and printed it is one page, in whatever font the
machine has. `test_handbook.py` compares it with what is made here, and prints it.
"""

from collections.abc import Iterator
from html import escape
from pathlib import Path

from gate_controller.admission.words.messages import Signal, Sound
from gate_controller.devices.patterns import LOOKS, SOUNDS, Look, Mode, steps_of
from gate_controller.texts import Language
from tests.docs.handbook import ADVICE, STAFF, Handbook, beeps, quoted

_DRAWN_SECONDS = 4.0
_WIDE, _HIGH = 96, 9
_FILLS = {"green": "#1a8f3c", "red": "#c8102e", "yellow": "#f0b400", "blue": "#1f5fd0", "dark": "#fff"}

_STYLE = """\
@page { size: A4 portrait; margin: 7mm 8mm; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 194mm; color: #111; background: #fff; font: 6.7pt/1.2 Arial, "Liberation Sans",
  Helvetica, sans-serif; font-size-adjust: .519; }
h1 { margin: 0; font-size: 14pt; line-height: 1.1; }
h2 { margin: 0 0 .6mm; font-size: 8.4pt; }
.hint { margin: 0 0 1.5mm; color: #444; }
.signs { display: flex; gap: 4mm; margin-bottom: 1.6mm; }
.signs > :first-child { flex: 1.75; }
.signs > :last-child { flex: 1; }
table { border-collapse: collapse; width: 100%; }
th, td { border: .2mm solid #999; padding: .35mm 1mm; text-align: left; vertical-align: top; }
th { background: #eee; }
svg { display: block; margin-top: .3mm; }
.advice { columns: 2; column-gap: 4mm; }
section { break-inside: avoid; border-top: .35mm solid #111; padding: .4mm 0 .6mm; }
section b { font-size: 7.2pt; }
section p { margin: 0; }
.say { font-style: italic; }
ul { margin: 1.2mm 0 0; padding-left: 3.4mm; }
.who { display: flex; gap: 5mm; margin-top: 1mm; }
.who span { flex: 1; border-bottom: .2mm solid #111; padding-top: 2.5mm; }
"""


def sheets() -> Iterator[tuple[Path, str]]:
    """Every language's sheet, and what it is to hold."""
    for language in Language:
        yield STAFF / f"sheet-{language.value}.html", sheet(Handbook(language))


def sheet(handbook: Handbook) -> str:
    """Return a sheet."""
    words = handbook.words
    advice = "\n".join(_section(handbook, name) for name in ADVICE)
    promises = "".join(f"<li>{escape(handbook.said(promise))}</li>" for promise in words["promises"])
    return f"""\
<!DOCTYPE html>
<html lang="{handbook.language.value}">
<head>
<meta charset="utf-8">
<title>{escape(words["sheet_title"])}</title>
<style>
{_STYLE}</style>
</head>
<body>
<h1>{escape(words["sheet_title"])}</h1>
<p class="hint">{escape(words["sheet_hint"])}</p>
<div class="signs">
<div>
<h2>{escape(words["lamps_title"])}</h2>
{_lamps(handbook)}
</div>
<div>
<h2>{escape(words["sounds_title"])}</h2>
{_sounds(handbook)}
<ul>{promises}</ul>
</div>
</div>
<div class="advice">
{advice}
</div>
<div class="who"><span>{escape(words["page"])}:</span><span>{escape(words["help"])}:</span></div>
</body>
</html>
"""


def _section(handbook: Handbook, name: str) -> str:
    told = handbook.words["advice"][name]
    signs = " · ".join(map(_sign, handbook.signs(name)))
    say, do = (escape(handbook.said(told[part])) for part in ("say", "do"))
    return f'<section><p>{signs}</p><p class="say">{quoted(say, handbook.language)}</p><p>{do}</p></section>'


def _sign(sign: str) -> str:
    title, colon, more = sign.partition(": ")
    return f"<b>{escape(title)}</b>{colon}{escape(more)}"


def _lamps(handbook: Handbook) -> str:
    words = handbook.words
    heads = "".join(f"<th>{escape(words[name])}</th>" for name in ("signal", "separate", "traffic", "rgb"))
    rows = ""
    for signal in Signal:
        looks = "".join(
            f"<td>{escape(handbook.look(LOOKS[mode][signal]))}{strip(LOOKS[mode][signal])}</td>" for mode in Mode
        )
        rows += f"<tr><td>{escape(words['signals'][signal.name.lower()])}</td>{looks}</tr>\n"
    return f"<table>\n<tr>{heads}</tr>\n{rows}</table>"


def _sounds(handbook: Handbook) -> str:
    words = handbook.words
    rows = "".join(
        f"<tr><td>{escape(words['sounds'][sound.name.lower()])}</td><td>{beeps(sound)}{_beeping(sound)}</td></tr>\n"
        for sound in Sound
    )
    return f"<table>\n{rows}</table>"


def strip(look: Look) -> str:
    """Draw four seconds of a look."""
    names = sorted(lamp.name.lower() for lamp in look.lamps)
    fill = _FILLS["yellow" if names == ["green", "red"] else names[0] if names else "dark"]
    spans, at = list[tuple[float, float]](), 0.0
    while at < _DRAWN_SECONDS:
        for step in look.steps:
            end = min(_DRAWN_SECONDS, at + (step.seconds or _DRAWN_SECONDS))
            if step.what:
                spans.append((at, end))
            at = end
    return _drawn(spans, _DRAWN_SECONDS, fill)


def _beeping(sound: Sound) -> str:
    spans, at = list[tuple[float, float]](), 0.0
    for step in steps_of(SOUNDS[sound]):
        end = at + (step.seconds or 0.0)
        if step.what is not None:
            spans.append((at, end))
        at = end
    return _drawn(spans, 1.6, "#333")


def _drawn(spans: list[tuple[float, float]], seconds: float, fill: str) -> str:
    per_second = _WIDE / seconds
    bars = "".join(
        f'<rect x="{begin * per_second:.1f}" width="{(end - begin) * per_second:.1f}" height="{_HIGH}"/>'
        for begin, end in spans
        if end > begin
    )
    frame = f'<rect width="{_WIDE}" height="{_HIGH}" fill="none" stroke="#999"/>'
    size = f'width="{_WIDE}" height="{_HIGH}" viewBox="0 0 {_WIDE} {_HIGH}" preserveAspectRatio="none"'
    return f'<svg {size} fill="{fill}" aria-hidden="true">{bars}{frame}</svg>'


if __name__ == "__main__":
    for path, text in sheets():
        path.write_text(text, encoding="utf-8")
