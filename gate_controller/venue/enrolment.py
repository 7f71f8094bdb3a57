"""
How gates join the house: a code is made for a person, used once by a gate, and becomes an account at the broker.

Rules: what is known of a code (used, too late) is told only to whoever has its secret. The account is made before the
code counts as used, and the answer is kept with that: a gate that loses it asks the same once more and gets the same.
A code that names no gate lets no gate take the place of one that is here.
"""

import asyncio
import logging
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol

from gate_controller.settings.values import UnusableError, gate_id
from gate_controller.shell.joining import (
    NAME_LETTERS,
    JoinAsked,
    JoinUnreadable,
    new_code,
    seal_answer,
    unpack_request,
)
from gate_controller.venue.broker_accounts import AccountsError, BrokerAccounts

_log = logging.getLogger(__name__)

GOOD_SECONDS: Final = 3600.0
"""For so long a code can be used."""
KEPT_SECONDS: Final = 7 * 86400.0
"""For so long it is known that a code was used, or was too late."""
MOST_OPEN: Final = 200
"""Codes that can be used, at a time."""
PASSWORD_BYTES: Final = 24
_VENUE: Final = "venue"
"""Wishes to the venue have their topics below it, where a gate's would be."""


@dataclass(frozen=True, slots=True, repr=False)
class KeptCode:
    """What the venue knows of a code: not the code, and nothing that could be read off a list."""

    name: str
    key: bytes
    gate_id: str
    """The gate that it is for; empty: any that is not here yet."""
    gate_name: str
    gate_group: str
    by: str
    issued: float
    expires: float
    used_at: float | None = None
    used_by: str = ""
    """The gate that has used it."""
    used_for: str = ""
    """The digest of that request."""
    answer: bytes = b""
    """What it was told, encrypted; gone once the code is too old."""

    def stands(self, now: float) -> str:
        """Return `open`, `used` or `late`."""
        if self.used_at is not None:
            return "used"
        return "open" if now < self.expires else "late"


@dataclass(frozen=True, slots=True)
class EnrolledGate:
    """A gate that may speak here, or that might."""

    gate_id: str
    name: str
    group: str
    enrolled_at: float
    is_revoked: bool


class EnrolmentBook(Protocol):
    """Where codes and enrolled gates are kept; each method is one transaction."""

    async def code(self, name: str) -> KeptCode | None:
        """Return a code by its name."""

    async def codes(self) -> Sequence[KeptCode]:
        """Return all that are kept, the newest first."""

    async def keep_code(self, code: KeptCode) -> None:
        """Keep a new code."""

    async def drop_codes(self, *, name: str = "", issued_before: float = 0.0) -> None:
        """Forget a code, or the old ones."""

    async def use_code(self, code: KeptCode, gate: EnrolledGate) -> bool:
        """Keep that a code was used, and the gate that came by it; return False where it was used before."""

    async def enrolled(self, gate_id: str) -> EnrolledGate | None:
        """Return a gate."""

    async def mark_revoked(self, gate_id: str, by: str) -> None:
        """Keep that a gate may speak no more."""


@dataclass(frozen=True, slots=True, repr=False)
class IssuedCode:
    """A code that was made: the only time that it is seen here."""

    text: str
    expires: float
    gate_id: str


class NotEnrolled(Exception):
    """It was not done; the words are for the person who wanted it."""


class Enrolment:
    """Makes codes and takes gates in."""

    def __init__(
        self,
        book: EnrolmentBook,
        accounts: BrokerAccounts,
        offered: Callable[[], Mapping[str, Any]],
        now: Callable[[], float],
    ) -> None:
        """`offered` returns what every gate is told of house, broker and keys."""
        self._book = book
        self._accounts = accounts
        self._offered = offered
        self._now = now
        self._one_at_a_time = asyncio.Lock()

    async def issue(self, by: str, *, gate: str = "", name: str = "", group: str = "") -> IssuedCode:
        """
        Make a code, for one gate or for any new one. Raises `NotEnrolled`.

        For a gate that is here it is how its password is rolled: the old one counts until the code is used.
        """
        if gate:
            gate = _read_id(gate)
        now = self._now()
        await self._book.drop_codes(issued_before=now - KEPT_SECONDS)
        kept = await self._book.codes()
        if sum(each.stands(now) == "open" for each in kept) >= MOST_OPEN:
            raise NotEnrolled(f"{MOST_OPEN} codes are open, more are not made at a time: withdraw some")
        taken = {each.name for each in kept}
        code = new_code()
        while code.name in taken:
            code = new_code()
        key = await asyncio.to_thread(code.key)
        await self._book.keep_code(KeptCode(code.name, key, gate, name, group, by, now, now + GOOD_SECONDS))
        _log.info("enrolment=code_made code=%s gate=%s by=%r", code.name, gate or "any", by)
        return IssuedCode(code.text, now + GOOD_SECONDS, gate)

    async def codes(self) -> Sequence[KeptCode]:
        """Return what is known of codes, the newest first."""
        return await self._book.codes()

    async def withdraw(self, name: str, by: str) -> None:
        """Let a code be used no more. Raises `NotEnrolled`."""
        async with self._one_at_a_time:  # no gate is half in by it
            if await self._book.code(name) is None:
                raise NotEnrolled("there is no such code")
            await self._book.drop_codes(name=name)
        _log.info("enrolment=code_withdrawn code=%s by=%r", name, by)

    async def revoke(self, gate: str, by: str) -> None:
        """
        Let a gate speak no more, from now on. Raises `NotEnrolled`.

        It is kept here first, so that the venue hears nothing of it any more even where the broker is not reached; and
        once more behind a gate that was just being taken in, which may have been this one.
        """
        await self._book.mark_revoked(gate, by)
        async with self._one_at_a_time:
            await self._revoke(gate, by)

    async def _revoke(self, gate: str, by: str) -> None:
        await self._book.mark_revoked(gate, by)
        for code in await self._book.codes():
            if code.gate_id == gate and code.used_at is None:
                await self._book.drop_codes(name=code.name)
        _log.warning("enrolment=revoked gate=%s by=%r", gate, by)
        try:
            await self._accounts.shut(gate)
        except AccountsError as error:
            raise NotEnrolled(
                f"the venue listens to {gate} no more, but its account at the broker is still open: {error}"
            ) from None

    async def answer(self, body: bytes) -> bytes:
        """Answer a request to join. Raises `NotEnrolled` for a stranger, who is told nothing of any code."""
        try:
            asked = unpack_request(body)
        except JoinUnreadable as error:
            raise NotEnrolled(f"{error}: gate-controller join sends one that is") from None
        code = await self._book.code(asked.request.code) if len(asked.request.code) == NAME_LETTERS else None
        if code is None or not asked.is_by(code.key):
            raise NotEnrolled("the code is not known here: look at each letter of it, or have another one made")
        async with self._one_at_a_time:
            code = await self._book.code(code.name)  # as it is now
            if code is None:
                raise NotEnrolled("the code was withdrawn: have another one made")
            if code.used_for == asked.digest and code.answer:
                return code.answer
            try:
                return await self._taken_in(code, asked)
            except NotEnrolled as refusal:
                _log.warning("enrolment=refused code=%s gate=%r why=%r", code.name, asked.request.gate, str(refusal))
                return seal_answer(code.key, asked.request, {"refused": str(refusal)})

    async def _taken_in(self, code: KeptCode, asked: JoinAsked) -> bytes:
        request, now = asked.request, self._now()
        if code.used_at is not None:
            raise NotEnrolled(f"the code was used by {code.used_by}: have another one made")
        if code.expires <= now:
            raise NotEnrolled("the code was good for an hour, which is over: have another one made")
        gate = code.gate_id or _read_id(request.gate)
        known = await self._book.enrolled(gate)
        if not code.gate_id and known is not None:
            what = "was revoked here" if known.is_revoked else "is here already"
            raise NotEnrolled(
                f"a gate called {gate} {what}, and this code is for a new one: have a code made for {gate}, or give "
                "this gate another id"
            )
        told = dict(self._offered())
        told |= {"gate": gate, "name": code.gate_name or (known.name if known else ""), "user": gate}
        if request.looks:
            return seal_answer(code.key, request, told)
        password = secrets.token_urlsafe(PASSWORD_BYTES)
        try:
            await self._accounts.admit(gate, password)
        except AccountsError as error:
            raise NotEnrolled(f"the venue cannot make an account at its broker now ({error}): try again") from None
        answer = seal_answer(code.key, request, {**told, "password": password})
        used = replace(code, used_at=now, used_by=gate, used_for=asked.digest, answer=answer)
        name, group = code.gate_name or (known.name if known else ""), code.gate_group or (known.group if known else "")
        if not await self._book.use_code(used, EnrolledGate(gate, name, group, now, is_revoked=False)):
            raise NotEnrolled("the code was used a moment ago: have another one made")
        _log.info("enrolment=joined gate=%s code=%s version=%r", gate, code.name, request.version)
        return answer


def _read_id(text: str) -> str:
    try:
        found = str(gate_id(text))
    except UnusableError as error:
        raise NotEnrolled(f"{text[:80]!r} is no gate's id: {error.remedy}") from None
    if found.casefold() == _VENUE:
        raise NotEnrolled(f"{found} is what the venue itself is called at the broker: give the gate another id")
    return found
