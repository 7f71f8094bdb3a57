"""
What stands on a receipt, as the house writes it: a text with fields in braces and marks in brackets.

    [large][centre]{title}
    [bold]{amount_label}|{amount}
    [qr]{incident}

A mark stands at the beginning of its line: `bold`, `large` (twice as wide and high), `centre`; `rule` is a line across,
`qr` a QR code of what follows, `logo` the house's picture, where it has one. What stands behind a `|` is put at the
right. A line that names fields, all of them empty, is left out; a label alone does not keep it. A line that begins with
# is for who reads the template; `{{` is a brace.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from string import Formatter
from typing import Final

from gate_controller.texts.receipt import FIELDS

MARKS: Final = ("bold", "large", "centre", "rule", "qr", "logo")
_ALONE: Final = ("rule", "logo")

DEFAULT: Final = """\
[logo]
[large][centre]{title}
[bold][centre]{copy}

{gate_label}|{gate}
{time_label}|{time}
{voucher_label}|{voucher}
{incident_label}|{incident}
[rule]
[bold]{amount_label}|{amount}
{voided_label}|{voided}
{vat_label}|{vat}
{balance_label}|{balance}
[centre]{outcome}

[qr]{incident}
"""

LONGEST: Final[Mapping[str, str]] = {
    "time": "30.11.2026 18:30",
    "voucher": "L4FU-5LQT-KJR3",
    "incident": "KRVG1",
    "amount": "CHF 10\u2019000.00",
    "balance": "CHF 10\u2019000.00",
    "voided": "CHF 10\u2019000.00",
    "vat": "CHF 0.00",
}
"""As long as each field can get; the others are the settings' or the wording's."""

_MARK = re.compile(r"\[(\w*)\]")
_WRAPPED = frozenset({"outcome"})
"""Sentences: they go on in the next line, and make no line too long."""


@dataclass(frozen=True, slots=True)
class TemplateLine:
    """One line of a template."""

    number: int
    marks: frozenset[str]
    text: str
    names: frozenset[str]
    """The fields that it names."""

    def filled(self, fields: Mapping[str, str]) -> str | None:
        """Return the line with its fields; None where nothing that it names says anything."""
        said = {name for name in self.names if not name.endswith("_label")} or self.names
        if said and not any(fields[name] for name in said):
            return None
        return self.text.format_map(fields)


class TemplateError(ValueError):
    """A template that cannot be used. `mistakes` holds a line for each mistake, with its number."""

    def __init__(self, mistakes: tuple[str, ...]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


def read_template(text: str, known: Sequence[str] = FIELDS) -> tuple[TemplateLine, ...]:
    """Return the lines of a template with `known` fields. Raises `TemplateError` with all that is wrong."""
    lines, wrong = [], []
    for number, row in enumerate(text.splitlines(), start=1):
        if row.startswith("#"):
            continue
        try:
            lines.append(_read(number, row.rstrip(), known))
        except ValueError as error:
            wrong.append(f"line {number}: {error}")
    if not wrong and not any(line.text.strip() or line.marks for line in lines):
        wrong.append("it is empty: leave the setting out for the gate's own")
    if wrong:
        raise TemplateError(tuple(wrong))
    return tuple(lines)


def too_long(
    lines: tuple[TemplateLine, ...], fields: Mapping[str, str], columns: int, width: Callable[[str], int] = len
) -> Iterator[str]:
    """Yield what is wrong with lines that are longer than the paper, `fields` being as long as they can get."""
    for line in lines:
        if line.marks & {"rule", "qr", "logo"} or line.names & _WRAPPED:
            continue
        room = columns // 2 if "large" in line.marks else columns
        needs = width(line.text.replace("|", " ", 1).format_map(fields))
        if needs > room:
            yield f"line {line.number}: it may have {needs} letters, and the paper has room for {room}: shorten it"


def _read(number: int, row: str, known: Sequence[str]) -> TemplateLine:
    marks, rest = set(), row
    while found := _MARK.match(rest):
        if found[1] not in MARKS:
            raise ValueError(f"[{found[1]}] is no mark: choose from {', '.join(MARKS)}")
        marks.add(found[1])
        rest = rest[found.end() :]
    try:
        parts = list(Formatter().parse(rest))
    except ValueError:
        raise ValueError("a brace stands alone: write {{ or }} for a brace itself") from None
    names = {name for _, name, _, _ in parts if name is not None}
    if unknown := sorted(names - set(known)):
        raise ValueError(f"{{{unknown[0]}}} is no field: choose from {', '.join(known)}")
    if any(spec or conversion for _, _, spec, conversion in parts):
        raise ValueError("a field is its name alone, without : or !")
    if (alone := [mark for mark in _ALONE if mark in marks]) and (rest.strip() or len(marks) > 1):
        raise ValueError(f"[{alone[0]}] stands alone on its line")
    if "qr" in marks and not rest.strip():
        raise ValueError("[qr] wants something to say: [qr]{incident}")
    return TemplateLine(number, frozenset(marks), rest, frozenset(names))
