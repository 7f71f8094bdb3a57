"""
Writes `wording.md`, the page that shows every message in every language as the visitor reads it.

`python -m tests.texts.wording` writes the page anew; `test_wording.py` compares it. Read the difference
before you commit it: it is what visitors will read.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from gate_controller.admission.words.messages import Fault, Message, MessageKind
from gate_controller.admission.words.money import Cents, Currency
from gate_controller.texts import Language, Text, Texts
from gate_controller.texts.rendering import WORDINGS
from gate_controller.texts.wording import placeholders

PAGE = Path(__file__).with_name("wording.md")

_PRICE = Cents(2500)
_LEFT = Cents(1500)
_TOTAL = Cents(5000)
_INCIDENT = "K7Q2H"
_EGUMA = "Der Gutschein wurde nicht gefunden."
_NAMES = {Language.DE: "Deutsch", Language.FR: "Français", Language.IT: "Italiano", Language.EN: "English"}


def _has_place_for(kind: MessageKind, *names: str) -> bool:
    """Return whether what is said with this kind of message has a place for one of these."""
    wording = WORDINGS[Language.EN]  # the others name the same: see test_wording.py
    said = wording.messages[kind].detail + wording.money[kind.telling.fate].full
    return not placeholders(said).isdisjoint(names)


def examples() -> Iterator[tuple[str, Message]]:
    """Every kind of message with all its fields, and each form it takes when something is not known."""
    for kind in MessageKind:
        name = kind.name
        if _has_place_for(kind, "holds"):
            yield name, Message(kind, _PRICE, _LEFT, eguma_text=_EGUMA, total=_TOTAL)
            yield f"{name}, no text", Message(kind, _PRICE, _LEFT, total=_TOTAL)
            yield f"{name}, balance unknown", Message(kind, _PRICE, eguma_text=_EGUMA)
            yield f"{name}, nothing known", Message(kind, _PRICE)
        elif _has_place_for(kind, "of_total"):
            yield name, Message(kind, _PRICE, _LEFT, total=_TOTAL)
            yield f"{name}, total unknown", Message(kind, _PRICE, _LEFT)
            yield f"{name}, balance unknown", Message(kind, _PRICE)
        elif _has_place_for(kind, "eguma_text"):
            yield name, Message(kind, _PRICE, eguma_text=_EGUMA, incident=_INCIDENT)
            yield f"{name}, no text", Message(kind, _PRICE, incident=_INCIDENT)
        elif _has_place_for(kind, "seconds"):
            yield name, Message(kind, _PRICE, seconds=5)
            yield f"{name}, seconds unknown", Message(kind, _PRICE)
        elif _has_place_for(kind, "balance", "left"):
            yield name, Message(kind, _PRICE, _LEFT, incident=_INCIDENT)
            yield f"{name}, balance unknown", Message(kind, _PRICE, incident=_INCIDENT)
        else:
            yield name, Message(kind, _PRICE, incident=_INCIDENT)
    for fault in Fault:
        yield f"OUT_OF_SERVICE, {fault.name}", Message(MessageKind.OUT_OF_SERVICE, _PRICE, fault=fault)


def _table(rows: Mapping[str, Text | None]) -> Iterator[str]:
    yield from ("", "| message | title | detail | money |", "| --- | --- | --- | --- |")
    for name, text in rows.items():
        if text is not None:
            yield f"| {name} | {text.title} | {text.detail} | {text.money} |"


def page() -> str:
    """Return the whole page as Markdown."""
    lines = [
        "# What the gate says",
        "",
        "Every message, in every language, as the visitor reads it. Admission is CHF 25.00, CHF 15.00 are left",
        "on the voucher, the incident code is K7Q2H, and E-GUMA's own text is shown as it came.",
        "`python -m tests.texts.wording` writes this page; a test holds it to `gate_controller/texts/`.",
    ]
    for language in Language:
        texts = Texts([language], Currency.CHF)
        now = {name: texts.render(message) for name, message in examples()}
        later = {name: texts.afterwards(message, 14, 32) for name, message in examples()}
        lines += ["", f"## {_NAMES[language]}", *_table(now)]
        lines += ["", "On a small display:", *_table({name: text.short for name, text in now.items()})]
        lines += ["", "Afterwards, told at 14:32:", *_table(later)]
        shorter = {name: text.short if text is not None else None for name, text in later.items()}
        lines += ["", "Afterwards, on a small display:", *_table(shorter)]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"wrote {PAGE}")
