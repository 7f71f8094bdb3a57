"""
The shape of one language's table: which wordings a language file must hold, and which names they may use.

Placeholders are `str.format` fields: `{price}`, `{balance}` (amounts), `{currency}`, `{seconds}` (two or more),
`{eguma_text}` (E-GUMA's own words), and two clauses that are empty where there is nothing to say: `{incident}` ("…,
incident K7Q2") and `{left}` ("…, CHF 15.00 left").
"""

from collections.abc import Mapping
from dataclasses import dataclass
from string import Formatter

from gate_controller.admission.words.messages import Fault, MessageKind, MoneyFate


@dataclass(frozen=True, slots=True)
class Words:
    """Title and detail of one message."""

    title: str
    """At most 16 characters: one line of the smallest display."""
    detail: str
    """One or two short sentences; the last one says what to do now."""
    bare: str = ""
    """The detail where `{balance}`, `{seconds}` or `{eguma_text}` is not known; empty where it names none."""


@dataclass(frozen=True, slots=True)
class Wording:
    """Everything the gate says in one language."""

    messages: Mapping[MessageKind, Words]
    faults: Mapping[Fault, Words]
    """Stand in place of the out-of-service messages where the fault is known."""
    money: Mapping[MoneyFate, str]
    incident: str
    """The clause `{incident}`; its field is `{code}`."""
    left: str
    """The clause `{left}`; its field is `{balance}`."""


def placeholders(template: str) -> set[str]:
    """Return the names of the placeholders in a wording."""
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}
