"""
Who is logged in: sessions live here, on the server, and end with the process.

A browser holds 256 random bits, of which only a hash is kept. A session ends when it has not been used for a while,
after its longest time, when somebody ends it, and with the user that it belongs to, his password or his role.
"""

import hashlib
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from gate_controller.settings.sections import WebSection
from gate_controller.web.people import Role
from gate_controller.web.tokens import digest_of
from gate_controller.web.users import Member, Users, key_of

VIEWER_SECONDS: Final = 30 * 86_400.0
"""A viewer's session, used or not: a tablet on the wall stays up, and can do nothing but look."""

MOST_SESSIONS: Final = 200
MOST_OF_ONE: Final = 20
"""Sessions of one user; the one that was not used for longest makes room."""


@dataclass(slots=True)
class Session:
    """Somebody who is logged in."""

    id: str
    """Names it in lists; not what the browser sends."""
    user: Member
    """As he was at the login."""
    address: str
    begun: float
    used: float
    """Both by the monotonic clock."""
    began_at: float
    """In seconds since 1970."""


class Sessions:
    """All sessions of a gate."""

    def __init__(self, settings: WebSection, now: Callable[[], float] = time.monotonic) -> None:
        self._idle_seconds = settings.idle_minutes * 60
        self._longest_seconds = settings.session_hours * 3600
        self._now = now
        self._sessions: dict[str, Session] = {}

    def begin(self, user: Member, address: str) -> str:
        """Begin a session; return what the browser is to send."""
        self._drop_ended()
        self._make_room(MOST_OF_ONE, lambda each: key_of(each.user.name) == key_of(user.name))
        self._make_room(MOST_SESSIONS, lambda _: True)
        secret, now = secrets.token_urlsafe(32), self._now()
        self._sessions[digest_of(secret)] = Session(secrets.token_hex(8), user, address, now, now, time.time())
        return secret

    def of(self, secret: str, users: Users) -> Session | None:
        """Return the session that a browser shows, which is use of it; None where there is none, or none any more."""
        key = digest_of(secret)
        session = self._sessions.get(key)
        if session is None:
            return None
        if self._has_ended(session) or users.people.get(key_of(session.user.name)) != session.user:
            del self._sessions[key]
            return None
        session.used = self._now()
        return session

    def end(self, secret: str) -> Session | None:
        """End the session that a browser shows; return it."""
        return self._sessions.pop(digest_of(secret), None)

    def revoke(self, id_: str) -> Session | None:
        """End the session of this id; return it."""
        for key, session in self._sessions.items():
            if secrets.compare_digest(session.id.encode(), id_.encode(errors="replace")):
                return self._sessions.pop(key)
        return None

    def all(self, users: Users) -> Iterator[Session]:
        """Yield every session that counts, the one used last first."""
        self._drop_ended()
        for session in sorted(self._sessions.values(), key=lambda each: -each.used):
            if users.people.get(key_of(session.user.name)) == session.user:
                yield session

    def idle_for(self, session: Session) -> float:
        """Return for how many seconds a session has not been used."""
        return self._now() - session.used

    def longest(self, role: Role) -> float:
        """Return how many seconds a session of this role lasts at most."""
        return VIEWER_SECONDS if role is Role.VIEWER else self._longest_seconds

    def _make_room(self, most: int, is_of_these: Callable[[Session], bool]) -> None:
        crowd = [key for key, each in self._sessions.items() if is_of_these(each)]
        if len(crowd) >= most:
            del self._sessions[min(crowd, key=lambda key: self._sessions[key].used)]

    def _has_ended(self, session: Session) -> bool:
        role, now = session.user.role, self._now()
        is_idle = role is not Role.VIEWER and now - session.used > self._idle_seconds
        return is_idle or now - session.begun > self.longest(role)

    def _drop_ended(self) -> None:
        for key in [key for key, session in self._sessions.items() if self._has_ended(session)]:
            del self._sessions[key]


def proof_of(secret: str) -> str:
    """Return what a page of this session sends with each change; it tells nothing of the cookie that it is made of."""
    return hashlib.sha256(f"proof {secret}".encode(errors="replace")).hexdigest()
