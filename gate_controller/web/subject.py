"""What a site is about, as far as its guards, its logins and its pages ask: a gate, or the gates of a house."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from starlette.requests import Request

from gate_controller.texts import Language


class Subject(Protocol):
    """What is served here. A gate is one (`House`), and so are all gates of a house together."""

    @property
    def name(self) -> str:
        """What people call it: it heads every page."""

    @property
    def state_dir(self) -> Path:
        """Where its users, its audit list and its own certificate are."""

    @property
    def languages(self) -> Sequence[Language]:
        """The languages of its people, the default first."""

    @property
    def is_played(self) -> bool:
        """Whether it is a demo: whoever sits at this machine may play with it, and has no need to log in."""

    @property
    def templates(self) -> Sequence[Path]:
        """The folders of its templates; one that is in several is taken from the first."""

    @property
    def how_to_begin(self) -> str:
        """What whoever comes elsewhere is told while there are no users: one line."""


def subject_of(request: Request) -> Subject:
    """Return what this site is about."""
    subject: Subject = request.app.state.house
    return subject
