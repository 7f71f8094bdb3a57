"""Logging in and out: a name and a password become a session, which the browser shows by a cookie."""

import json
import math
from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from gate_controller.web.askers import address_of, is_from_here, is_of_this_site
from gate_controller.web.guards import Guards
from gate_controller.web.passwords import TooManyAtOnce
from gate_controller.web.people import Person, Role
from gate_controller.web.refusals import LOGIN_PATH, not_yet, refused
from gate_controller.web.resources import Resource
from gate_controller.web.sessions import proof_of
from gate_controller.web.subject import Subject
from gate_controller.web.templating import page
from gate_controller.web.users import Users, key_of

WRONG = "name or password is wrong"
HOW = 'send JSON: {"name": ..., "password": ...}'
MOST_NAME = 200
"""Letters of a name that is asked for; nobody's is longer than 40."""


class Login:
    """Logging in and out, at one site."""

    def __init__(self, guards: Guards) -> None:
        self._guards = guards

    def resources(self) -> Sequence[Resource]:
        """Return its resources."""
        return (
            Resource(LOGIN_PATH, self._page, None, is_page=True),
            Resource(LOGIN_PATH, self._log_in, None, method="POST"),
            Resource("/logout", self._log_out, Role.VIEWER, method="POST"),
        )

    async def _page(self, request: Request) -> Response:
        users = await self._guards.users()
        if not users.people:
            return RedirectResponse("/", 303) if is_from_here(request) else not_yet(self._guards.subject)
        if self._guards.person(request, users) is not None:
            return RedirectResponse("/", 303)
        return await page(request, "login.html")

    async def _log_in(self, request: Request) -> Response:
        users = await self._guards.users()
        if (objection := await _objection(request, users, self._guards.subject)) is not None:
            return objection
        given = _name_and_password(await request.body())
        if given is None:
            return await refused(request, 400, HOW)
        name, password = given
        address, throttle, audit = address_of(request), self._guards.throttle, self._guards.audit
        user = users.people.get(key_of(name))
        if wait := throttle.attempt(name, address):
            return await _later(request, wait)
        try:
            is_right = await self._guards.looking.is_right(password, user.password if user is not None else None)
        except TooManyAtOnce:
            throttle.not_tried(name, address)
            return await _later(request, 1)
        if not is_right or user is None:
            audit.failed(user.name if user is not None else "", address)
            return await refused(request, 401, WRONG)
        throttle.succeeded(name, address)
        if before := request.cookies.get(self._guards.cookie):
            self._guards.sessions.end(before)
        secret = self._guards.sessions.begin(user, address)
        audit.note("login", name=user.name, address=address)
        person = Person(user.name, user.role, proof_of(secret))
        response = JSONResponse({"name": person.name, "role": person.role.word, "proof": person.proof})
        self._set_cookie(response, secret, int(self._guards.sessions.longest(user.role)))
        return response

    async def _log_out(self, request: Request) -> Response:
        self._guards.sessions.end(request.cookies.get(self._guards.cookie, ""))
        response = JSONResponse({"answer": "logged out"})
        self._set_cookie(response, "", 0)
        return response

    def _set_cookie(self, response: Response, secret: str, seconds: int) -> None:
        response.set_cookie(
            self._guards.cookie,
            secret,
            max_age=seconds,
            path="/",
            secure=self._guards.is_tls,
            httponly=True,
            samesite="strict",
        )


async def _objection(request: Request, users: Users, subject: Subject) -> Response | None:
    """Return why a login is not looked at."""
    if not users.people:
        return not_yet(subject)
    # A program without a browser says nothing of its page, and nobody can lure it.
    if not is_of_this_site(request, must_say=False):
        return await refused(request, 403, "this was not sent by a page of this site")
    # What is of this type no other site can send unasked (Fetch, "CORS-safelisted request-header").
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        return await refused(request, 415, HOW)
    return None


def _name_and_password(body: bytes) -> tuple[str, str] | None:
    try:
        given: Any = json.loads(body)
        name, password = given["name"], given["password"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    if not isinstance(name, str) or not isinstance(password, str) or len(name) > MOST_NAME:
        return None
    return name, password


async def _later(request: Request, seconds: float) -> Response:
    whole = math.ceil(seconds)
    words = f"too many attempts: try again in {whole} s"
    return await refused(request, 429, words, headers={"Retry-After": str(whole)})
