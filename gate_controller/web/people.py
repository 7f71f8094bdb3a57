"""Who is asking: people with a name and a role."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Self


class Role(IntEnum):
    """What somebody may do; each may do what the ones before may."""

    VIEWER = 1
    """Look at everything but whole voucher codes."""
    STAFF = 2
    """Let people in, hold open and lock, see to open items."""
    TECHNICIAN = 3
    """Try devices, see who was there, end others' sessions."""

    @classmethod
    def read(cls, word: str) -> Self:
        """Return the role of this name. Raises ValueError."""
        try:
            return cls[word.strip().upper()]
        except KeyError:
            raise ValueError(f"{word!r} is no role: choose from viewer, staff, technician") from None

    @property
    def word(self) -> str:
        """Its name as people write it."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who has shown who he is, or, on a gate without users, whoever sits at the machine itself."""

    name: str
    role: Role
    proof: str
    """Of this person's session, sent with each change (a page of somebody else cannot know it); empty with a token."""
    by_token: bool = False
    """A program: it sends its token with each request, so that no browser sends it unasked."""
