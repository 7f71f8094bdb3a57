"""
An resource: a path, what answers it, and who may ask.

The site is a table of these, so that a test can go through all of them without a session, with the wrong role, from
another site. What changes something needs besides that it was meant: see `guards.py`.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from gate_controller.web.audit_list import Audit
from gate_controller.web.house import House
from gate_controller.web.people import Person, Role

Answers = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Resource:
    """One path of the site."""

    path: str
    answer: Answers
    needs: Role | None
    """The least role that may ask; None: everybody, the stranger on the network too."""
    method: str = "GET"
    is_page: bool = False
    """For people: who may not ask is sent to where he can say who he is. Else the refusal is for a program."""
    is_noted: bool = True
    """Whether a change by it stands on the audit list as such: what only asks says there itself what about."""
    is_open_to_loopback: bool = False
    """Whoever asks from this machine itself need not say who he is."""

    @property
    def changes(self) -> bool:
        """Whether asking changes something."""
        return self.method not in {"GET", "HEAD"}


def person_of(request: Request) -> Person:
    """Return who is asking. Only of resources that need a role."""
    person: Person = request.state.person
    return person


def audit_of(request: Request) -> Audit:
    """Return the list of who did what: changes are noted by the guards, a look at a whole code by who shows it."""
    audit: Audit = request.app.state.audit
    return audit


def house_of(request: Request) -> House:
    """Return the gate that this site is about."""
    house: House = request.app.state.house
    return house
