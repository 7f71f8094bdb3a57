"""What the doctor finds: of each thing a verdict, what was seen, and what to do."""

from dataclasses import dataclass
from enum import Enum


class Severity(Enum):
    """How something is, the better first."""

    ABSENT = "not here"
    """There is nothing to look at, or no way to."""
    OK = "ok"
    WARN = "warn"
    """The gate goes on; somebody should see to it."""
    BAD = "bad"
    """It keeps the gate from its work, or soon will."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One line."""

    what: str
    verdict: Severity
    seen: str
    remedy: str = ""
    """What to do; empty where there is nothing."""


def ok(what: str, seen: str) -> Diagnosis:
    """Return that something is as it should be."""
    return Diagnosis(what, Severity.OK, seen)


def warn(what: str, seen: str, remedy: str) -> Diagnosis:
    """Return that somebody should see to it."""
    return Diagnosis(what, Severity.WARN, seen, remedy)


def bad(what: str, seen: str, remedy: str) -> Diagnosis:
    """Return that it keeps the gate from its work."""
    return Diagnosis(what, Severity.BAD, seen, remedy)


def absent(what: str, why: str) -> Diagnosis:
    """Return that there is nothing to look at."""
    return Diagnosis(what, Severity.ABSENT, why)


def worst(findings: list[Diagnosis]) -> Severity:
    """Return the worst verdict."""
    order = list(Severity)
    return max((finding.verdict for finding in findings), key=order.index, default=Severity.OK)
