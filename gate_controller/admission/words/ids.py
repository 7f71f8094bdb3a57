"""
How attempts are named.

The journal's tag and a running number make the attempt id; the incident code is the number, scrambled, so that two
visitors in a row do not hold codes that look alike, and shifted, so that two gates' codes differ. Nothing here is
random: the same journal gives the same names. Where its numbers begin is the journal's own affair.
"""

import zlib
from collections.abc import Iterator
from dataclasses import field
from typing import NewType

from gate_controller.admission.words.frozen import frozen, slotted

AttemptId = NewType("AttemptId", str)
"""Names an attempt for ever, at E-GUMA too (in the reference number): the journal's tag and the attempt's number."""

NOBODY = AttemptId("")
"""Whose movement it is where it is nobody's admission."""

Incident = NewType("Incident", str)
"""What staff look an attempt up by: five characters, none of which is mistaken for another when read aloud."""

NO_INCIDENT = Incident("")

OrderId = NewType("OrderId", str)
"""Names an order of a person, by the choice of whoever gives it: the same name again is the same order."""

NO_ORDER = OrderId("")

# Crockford's base 32: no I, L, O, U.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_INCIDENT_LENGTH = 5
_INCIDENTS = 32**_INCIDENT_LENGTH

FIRST_SHIFTED = _INCIDENTS
"""The first number that is shifted: earlier versions counted from 1, and their codes stay what they are."""

# Any odd factor maps the numbers one to one onto the codes; 2^25 divided by the golden ratio spreads neighbours.
_FACTOR = 20_737_537


@frozen
class IncidentCodes:
    """The incident codes of one gate: 33 million numbers in a row have one each. `shift` is the gate's own."""

    shift: int = 0

    def of(self, number: int) -> Incident:
        """Return the incident code of an attempt's number."""
        rest, letters = (number + self._shift_of(number)) * _FACTOR % _INCIDENTS, ""
        for _ in range(_INCIDENT_LENGTH):
            rest, digit = divmod(rest, 32)
            letters = ALPHABET[digit] + letters
        return Incident(letters)

    def numbers(self, code: Incident, last: int) -> Iterator[int]:
        """Yield every number up to `last` that has this code, the latest first; none if it is no incident code."""
        shifted = _unscrambled(code)
        if shifted is None:
            return
        latest = last - (last + self.shift - shifted) % _INCIDENTS
        yield from range(latest, FIRST_SHIFTED - 1, -_INCIDENTS)
        if shifted <= last:
            yield shifted

    def _shift_of(self, number: int) -> int:
        return self.shift if number >= FIRST_SHIFTED else 0


def _unscrambled(code: Incident) -> int | None:
    rest = 0
    for letter in code:
        digit = ALPHABET.find(letter)
        if digit < 0:
            return None
        rest = rest * 32 + digit
    return rest * pow(_FACTOR, -1, _INCIDENTS) % _INCIDENTS if len(code) == _INCIDENT_LENGTH else None


def shift_of(gate: str) -> int:
    """Return the shift that belongs to a gate, by whatever tells it from every other one."""
    return zlib.crc32(gate.encode()) % _INCIDENTS if gate else 0


def read_incident(text: str) -> Incident:
    """Return an incident code as a person typed it: any case, and the letters this alphabet leaves out put right."""
    return Incident(text.strip().upper().translate(str.maketrans("ILO", "110")))


def is_incident(text: str) -> bool:
    """Whether a text, as a person typed it, has the form of an incident code."""
    return _unscrambled(read_incident(text)) is not None


@slotted
class Numbering:
    """Hands out attempt names, from a journal's tag and the number of its newest attempt."""

    tag: str
    last: int = 0
    codes: IncidentCodes = field(default_factory=IncidentCodes)

    def next(self) -> tuple[AttemptId, Incident]:
        """Return the names of one more attempt."""
        self.last += 1
        return AttemptId(f"{self.tag}{self.last}"), self.codes.of(self.last)
