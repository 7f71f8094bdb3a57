"""
How attempts are named.

The journal's tag and a running number make the attempt id; the incident code is the number, scrambled, so that two
visitors in a row do not hold codes that look alike. Nothing here is random: the same journal gives the same names.
"""

from dataclasses import dataclass
from typing import NewType

AttemptId = NewType("AttemptId", str)
"""Names an attempt for ever, at E-GUMA too (in the reference number): the journal's tag and the attempt's number."""

Incident = NewType("Incident", str)
"""What staff look an attempt up by: five characters, none of which is mistaken for another when read aloud."""

OrderId = NewType("OrderId", str)
"""Names an order of a person, by the choice of whoever gives it: the same name again is the same order."""

# Crockford's base 32: no I, L, O, U.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_INCIDENT_LENGTH = 5
_INCIDENTS = 32**_INCIDENT_LENGTH
# Any odd factor maps the numbers one to one onto the codes; 2^25 divided by the golden ratio spreads neighbours.
_FACTOR = 20_737_537


def incident(number: int) -> Incident:
    """Return the incident code of attempt `number`: unique within a journal for its first 33 million attempts."""
    rest, letters = number * _FACTOR % _INCIDENTS, ""
    for _ in range(_INCIDENT_LENGTH):
        rest, digit = divmod(rest, 32)
        letters = ALPHABET[digit] + letters
    return Incident(letters)


def number_of(code: Incident) -> int | None:
    """Return the number of the attempt that an incident code names; None if it is no incident code."""
    rest = 0
    for letter in code:
        digit = ALPHABET.find(letter)
        if digit < 0:
            return None
        rest = rest * 32 + digit
    return rest * pow(_FACTOR, -1, _INCIDENTS) % _INCIDENTS if len(code) == _INCIDENT_LENGTH else None


def read_incident(text: str) -> Incident:
    """Return an incident code as a person typed it: any case, and the letters this alphabet leaves out put right."""
    return Incident(text.strip().upper().translate(str.maketrans("ILO", "110")))


@dataclass(slots=True)
class Numbering:
    """Hands out attempt names, from a journal's tag and the number of its newest attempt."""

    tag: str
    last: int = 0

    def next(self) -> tuple[AttemptId, Incident]:
        """Return the names of one more attempt."""
        self.last += 1
        return AttemptId(f"{self.tag}{self.last}"), incident(self.last)
