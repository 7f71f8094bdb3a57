"""
Who gets through to a resource: sessions, tokens, roles; and what every request and answer must be like.

Rules: a stranger learns nothing, not even which paths there are; what changes something was meant, by a page of this
site that knows its session's proof, or by a program with its token; and whoever loses what he may by, loses what is
being answered to him as well.
"""

import logging
import os
import re
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from gate_controller.desk.control_socket import ControlError
from gate_controller.settings.sections import WebSection
from gate_controller.web.askers import KnownHosts, address_of, is_from_here, is_of_this_site
from gate_controller.web.audit_list import Audit
from gate_controller.web.certificates import own_names, wants_tls
from gate_controller.web.forms import form_of
from gate_controller.web.passwords import Hashing, Looking
from gate_controller.web.people import Person, Role
from gate_controller.web.playground import PLAYER
from gate_controller.web.refusals import StrictAnswers, not_yet, refused, to_login
from gate_controller.web.resources import Answers, Resource
from gate_controller.web.sessions import Sessions, proof_of
from gate_controller.web.streams import WhileAllowed
from gate_controller.web.subject import Subject
from gate_controller.web.throttle import Throttle
from gate_controller.web.tokens import digest_of
from gate_controller.web.users import USERS_FILE, Users, UsersError, read_users

_log = logging.getLogger(__name__)

MOST_BODY: Final = 64 * 1024
"""Of a request, in bytes: a reason of 300 letters takes a fiftieth."""

PROOF_HEADER: Final = "x-gate-proof"

_SHORT = re.compile(r"[A-Za-z0-9_-]{1,8}")
"""What the audit list may name of a path: an incident code has six letters, a voucher code twelve."""


class Guards:
    """The guards of one site."""

    def __init__(
        self,
        subject: Subject,
        settings: WebSection,
        *,
        fingerprint: str = "",
        hashing: Hashing | None = None,
    ) -> None:
        """`fingerprint` is of the certificate that is shown."""
        self.subject = subject
        self.fingerprint = fingerprint
        self.is_tls = wants_tls(settings)
        self.cookie = "__Host-gate" if self.is_tls else "gate"
        self.sessions = Sessions(settings)
        self.throttle = Throttle()
        self.audit = Audit(subject.state_dir)
        self.looking = Looking(hashing or Hashing())
        self._names = own_names(settings)
        self._known = _Known(subject.state_dir)
        # Whoever sits at this machine, while there are no users: he may look, and play with what is there to play with.
        name, role = (PLAYER, Role.TECHNICIAN) if subject.is_played else ("", Role.VIEWER)
        self._here = Person(name, role, secrets.token_urlsafe(32))

    def middleware(self) -> Sequence[Middleware]:
        """Return what every request goes through, the outermost first."""
        return (
            Middleware(StrictAnswers, is_tls=self.is_tls),
            Middleware(KnownHosts, names=self._names),
            Middleware(RequestBodyLimitMiddleware, max_body_size=MOST_BODY),
        )

    def guarded(self, resource: Resource) -> Answers:
        """Return a resource's answer, for those who may ask."""

        async def answer(request: Request) -> Response:
            try:
                return await self._answer(resource, request)
            except (HTTPException, ClientDisconnect):
                raise
            except UsersError as error:
                words = str(error) if is_from_here(request) else "nobody can log in: see the gate's log"
                return await refused(request, 503, words)
            except ControlError as error:
                return await refused(request, 409, str(error))
            except Exception:  # noqa: BLE001 - whatever it is, it ends a request and no more
                _log.exception("page=failed path=%s", resource.path)
                return await refused(request, 500, "the page has failed at this: see the gate's log")

        return answer

    async def users(self) -> Users:
        """Return who may. Raises `UsersError`."""
        return self._known.users()

    def person(self, request: Request, users: Users) -> Person | None:
        """Return who is asking; None: a stranger."""
        if (token := _bearer(request)) is not None:
            digest = digest_of(token)
            for program in users.programs.values():
                if secrets.compare_digest(program.digest, digest):
                    return Person(program.name, program.role, "", by_token=True)
            return None
        if (secret := request.cookies.get(self.cookie)) and (session := self.sessions.of(secret, users)) is not None:
            return Person(session.user.name, session.user.role, proof_of(secret))
        return self._here if not users.people and is_from_here(request) else None

    async def _answer(self, resource: Resource, request: Request) -> Response:
        if resource.needs is None:
            return await resource.answer(request)
        users = await self.users()
        person = self.person(request, users)
        if person is None and resource.is_open_to_loopback and is_from_here(request):
            person = Person("", Role.VIEWER, "")
        if person is None:
            return await self._stranger(resource, request, users)
        if person.role < resource.needs:
            return await refused(request, 403, f"this is for a {resource.needs.word}")
        is_read = request.method in {"GET", "HEAD", "OPTIONS"}
        if not is_read and not person.by_token and not await _was_meant(request, person):
            return await refused(request, 403, "this was not sent by a page of this site: load the page again")
        request.state.person = person
        response = await resource.answer(request)
        # What a viewer may send changes nothing.
        if resource.changes and resource.is_noted and resource.needs > Role.VIEWER:
            self._note(resource, request, person, response.status_code)
        if resource.changes:
            return response
        return WhileAllowed(response, lambda: self.still_may(request, person))

    async def _stranger(self, resource: Resource, request: Request, users: Users) -> Response:
        if not users.people and _bearer(request) is None:
            return not_yet(self.subject)
        if resource.is_page and request.method in {"GET", "HEAD"}:
            return to_login(request)
        why = "log in, or send a token that is known: Authorization: Bearer TOKEN"
        return await refused(request, 401, why, headers={"WWW-Authenticate": "Bearer"})

    def still_may(self, request: Request, person: Person) -> bool:
        """Return whether somebody who follows the gate may still do so; this is use of his session."""
        try:
            users = self._known.users()
        except UsersError:
            return False
        if person.name == "" and is_from_here(request):
            return person is not self._here or not users.people
        return self.person(request, users) == person

    def _note(self, resource: Resource, request: Request, person: Person, status: int) -> None:
        about = " ".join(str(each) for each in request.path_params.values() if _SHORT.fullmatch(str(each)))
        name = f"token {person.name}" if person.by_token else person.name
        self.audit.note(f"{resource.path}: {status}", name=name, address=address_of(request), about=about)


class _Known:
    """Everybody who may, read anew once the file has changed."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._read: tuple[tuple[int, ...], Users] | None = None
        self._told = ""

    def users(self) -> Users:
        """Return everybody who may. Raises `UsersError`. A look at the file takes microseconds, a new one a moment."""
        try:
            found = os.lstat(self._directory / USERS_FILE)
            stamp: tuple[int, ...] = (found.st_mtime_ns, found.st_ctime_ns, found.st_ino, found.st_size)
        except OSError:
            stamp = ()
        if self._read is None or self._read[0] != stamp or not stamp:
            try:
                self._read = (stamp, read_users(self._directory))
            except UsersError as error:
                if str(error) != self._told:
                    _log.error("page=shut why=%r", str(error))
                self._told = str(error)
                raise
            self._told = ""
        return self._read[1]


def _bearer(request: Request) -> str | None:
    """Return the token that a program sends; None where it sends none."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


async def _was_meant(request: Request, person: Person) -> bool:
    """Return whether a change was sent by a page of this site that knows its session's proof."""
    if not person.proof or not is_of_this_site(request, must_say=True):
        return False
    sent = request.headers.get(PROOF_HEADER) or (await form_of(request)).get("proof", "")  # a form sends no header
    return secrets.compare_digest(sent.encode(errors="replace"), person.proof.encode())
