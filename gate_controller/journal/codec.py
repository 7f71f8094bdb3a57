"""Facts to rows and back. Unknown fields are dropped and missing ones take their defaults, so versions can mix."""

import json
from dataclasses import fields
from enum import Enum
from typing import Any

from gate_controller.admission.words.errand_facts import ErrandKind
from gate_controller.admission.words.fact_kinds import KINDS
from gate_controller.admission.words.facts import Evidence, Fact, Occurrence, Regime
from gate_controller.admission.words.free_facts import FreeGrounds
from gate_controller.admission.words.money import Currency
from gate_controller.admission.words.ticket_facts import TicketEvidence

_OWN_COLUMNS = frozenset({"attempt", "n", "at"})
_BODY_FIELDS = {
    name: tuple(field.name for field in fields(kind) if field.name not in _OWN_COLUMNS) for name, kind in KINDS.items()
}
_DEFAULTS = {name: {field.name: field.default for field in fields(kind)} for name, kind in KINDS.items()}

_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


class DamagedRow(ValueError):
    """A row that no version of this program wrote."""


def body_of(fact: Fact) -> dict[str, Any]:
    """Return a fact's own fields as plain values; those that are as their kind has them anyway are left out."""
    kind = type(fact).__name__
    body = {name: getattr(fact, name) for name in _BODY_FIELDS[kind]}
    return {
        name: value.value if isinstance(value, Enum) else value
        for name, value in body.items()
        if value != _DEFAULTS[kind][name]
    }


def encode(fact: Fact) -> str:
    """Return a fact's own fields as JSON."""
    return _ENCODER.encode(body_of(fact))


def as_text(value: str) -> str:
    """Return a text as it stands in a fact's JSON, without its quotation marks."""
    return _ENCODER.encode(value)[1:-1]


def decode(attempt: str, n: int, kind: object, at: object, body: object) -> Fact:
    """
    Return the fact of a row. Raises `DamagedRow` for one that no version of this program wrote, else `ValueError` for
    one that only a newer version can read.
    """
    if not (isinstance(kind, str) and kind.isidentifier() and isinstance(at, float) and isinstance(body, str)):
        raise DamagedRow(f"a fact of attempt {attempt} is damaged")
    fact_type = KINDS.get(kind)
    if fact_type is None:
        raise ValueError(f"the journal holds a fact of unknown kind {kind!r}: it was written by a newer version")
    try:
        read = json.loads(body)
    except ValueError as error:
        raise DamagedRow(f"the fact {kind} of attempt {attempt} is damaged") from error
    if not isinstance(read, dict):
        raise DamagedRow(f"the fact {kind} of attempt {attempt} is none")
    said = {name: value for name, value in read.items() if name in _BODY_FIELDS[kind]}
    if "evidence" in said:
        said["evidence"] = Evidence(said["evidence"])
    if "what" in said:
        said["what"] = Occurrence(said["what"])
    if "regime" in said:
        said["regime"] = Regime(said["regime"])
    if "errand" in said:
        said["errand"] = ErrandKind(said["errand"])
    if "known_by" in said:
        said["known_by"] = TicketEvidence(said["known_by"])
    if "grounds" in said:
        said["grounds"] = FreeGrounds(said["grounds"])
    if "currency" in said:
        said["currency"] = Currency(said["currency"])
    try:
        return fact_type(attempt, n, at, **said)  # type: ignore[arg-type]  # NewTypes of str, int and float
    except TypeError as error:
        raise DamagedRow(f"the fact {kind} of attempt {attempt} is incomplete") from error
