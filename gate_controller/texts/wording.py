"""
The shape of one language's table: which wordings a language file must hold, and which names they may use.

A message has its words in full, in short for small displays, and as what is still true of it when the gate rests.
Placeholders are `str.format` fields: `{price}`, `{balance}` (amounts), `{sum}`, `{rest}` (the same without their
currency), `{currency}`, `{seconds}` (two or more), `{until}`, `{since}` (times of day), `{valid_day}` (a date),
`{eguma_text}` (E-GUMA's own words), `{staff_text}` and `{house_text}` (those of the house), and clauses that are empty
where there is nothing to say: `{incident}` ("…, incident K7Q2"), `{left}` ("… CHF 15.00 left"), `{of_total}` (" of CHF
50.00") and `{holds}` ("CHF 15.00 left of CHF 50.00. …").
"""

from collections.abc import Mapping
from string import Formatter

from gate_controller.admission.words.frozen import frozen
from gate_controller.admission.words.messages import Fault, MessageKind, MoneyFate


@frozen
class Words:
    """Title and detail of one message. In short are sentences of up to 30 characters, which fit on any display."""

    title: str
    """At most 20 characters: one line of most displays."""
    detail: str
    """One or two short sentences; the last one says what to do now."""
    bare: str = ""
    """
    The detail where `{balance}`, `{seconds}`, `{until}`, `{since}`, `{valid_day}` or a text of E-GUMA, staff or the
    house is not known; empty where it names none.
    """
    short_title: str = ""
    """At most 14 characters: one line of the smallest display; empty: the title is short enough."""
    short: str | None = None
    """The detail in short: what to do, or why; empty where the title says all, None where the detail is short."""
    short_bare: str | None = None
    """The same for `bare`."""
    later: str | None = None
    """
    What is still true of the detail when the gate rests; None: title and detail are, as they stand. Where it names what
    is not known, `bare` is.
    """
    later_short: str | None = None
    """The same in short; None: the short detail is still true."""


@frozen
class FateWords:
    """A sentence about the money, and its short form."""

    full: str
    short: str = ""
    """In few words, the most important first; empty: it is short enough."""
    later: str = ""
    """What is still true of it when the gate rests; empty: all of it."""
    later_short: str = ""


@frozen
class Wording:
    """Everything the gate says in one language."""

    messages: Mapping[MessageKind, Words]
    faults: Mapping[Fault, Words]
    """Stand in place of the out-of-service messages where the fault is known."""
    money: Mapping[MoneyFate, FateWords]
    incident: str
    """The clause `{incident}`; its field is `{code}`."""
    short_incident: str
    left: str
    """The clause `{left}`; its field is `{balance}`."""
    short_left: str
    """The same; its field is `{rest}`."""
    of_total: str
    """The clause `{of_total}`; its field is `{total}`."""
    short_of_total: str
    """The same; its field is `{whole}`."""
    holds: str
    """The clause `{holds}`, a sentence and a blank; its fields are `{balance}` and `{of_total}`."""
    short_holds: str
    """The same; its fields are `{rest}` and `{of_total}`."""
    clock: str
    """How a time of day is written; its fields are `{hour}` and `{minute}`."""
    admitted_at: str
    """The title when the gate rests after an admission; its field is `{time}`."""
    told_at: str
    """The same after anything else."""


def placeholders(template: str) -> set[str]:
    """Return the names of the placeholders in a wording."""
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}
