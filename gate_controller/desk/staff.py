"""
The staff's desk: what people ask of the journal, and what they order about an attempt.

The same questions and orders serve a running gate (through its control socket) and a stopped one (on its journal, with
its lock). Everything here speaks plain values, ready for JSON; codes are masked unless the asker wants them in full.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from gate_controller.admission.gate import orders as staff
from gate_controller.admission.gate.gate import Gate
from gate_controller.admission.words.events import (
    Event,
    Instant,
    OpenOrdered,
    RefundOrdered,
    ResumeOrdered,
    SettleOrdered,
)
from gate_controller.admission.words.facts import Standing
from gate_controller.admission.words.messages import Fault
from gate_controller.desk.control_socket import ControlError
from gate_controller.journal.reader import PAGE, Reader
from gate_controller.journal.records import Record, facts_as_dicts
from gate_controller.journal.store import JournalError
from gate_controller.shell.status import GateStatus

_T = TypeVar("_T")

BACKUP_FOLDER = "backups"


class Desk:
    """Answers questions and takes orders for the gate whose journal lies in a directory."""

    def __init__(
        self,
        directory: Path,
        *,
        now: Callable[[], Instant],
        post: Callable[[Event], None],
        gate: Gate,
        status: Callable[[], GateStatus],
    ) -> None:
        """`post` hands an event to `gate`; `status` says how the gate is."""
        self._directory = directory
        self._reader = Reader(directory)
        self._now = now
        self._post = post
        self._gate = gate
        self._gate_status = status

    def answerers(self) -> Mapping[str, Callable[[dict[str, Any]], Awaitable[Any]]]:
        """Return what can be asked, by the name of each request."""
        return {
            "page": self._page,
            "show": self._show,
            "open": self._open,
            "settle": self._settle,
            "refund": self._refund,
            "verify": self._verify,
            "backup": self._backup,
            "release": self._release,
            "resume": self._resume,
            "status": self._status,
        }

    async def _page(self, request: dict[str, Any]) -> list[dict[str, Any]]:
        limit = min(int(request.get("limit") or PAGE), PAGE)
        span = (request.get("before"), request.get("since"), request.get("until"))
        records = await self._read(lambda: self._reader.page(before=span[0], since=span[1], until=span[2], limit=limit))
        return [{"number": told.number, **_plain(told, request)} for told in records]

    async def _show(self, request: dict[str, Any]) -> dict[str, Any]:
        told, facts = await self._read(lambda: self._reader.one(str(request["incident"])))
        return {**_plain(told, request), "facts": facts_as_dicts(facts, full=bool(request.get("full")))}

    async def _open(self, request: dict[str, Any]) -> list[dict[str, Any]]:
        records = await self._read(lambda: self._reader.standing(Standing.OPEN))
        return [_plain(told, request) for told in records]

    async def _settle(self, request: dict[str, Any]) -> dict[str, Any]:
        incident, reason = str(request["incident"]), str(request["reason"]).strip()
        facts = await self._read(lambda: self._reader.facts(incident))
        if not reason:
            raise ControlError(f"incident {incident}: --reason is empty: say why it is settled, for the books")
        if objection := staff.objection_to_settling(facts):
            raise ControlError(f"incident {incident}: {objection}")
        self._post(SettleOrdered(self._now(), facts, str(request["by"]), reason))
        return await self._outcome(incident, request, lambda told: told.standing != Standing.OPEN.value)

    async def _refund(self, request: dict[str, Any]) -> dict[str, Any]:
        incident = str(request["incident"])
        facts = await self._read(lambda: self._reader.facts(incident))
        if objection := staff.objection_to_refund(facts):
            raise ControlError(f"incident {incident}: {objection}")

        def ended(told: Record) -> bool:
            if told.refunded:
                return True
            if told.stands == "being refunded":
                return False
            now = self._reader.facts(incident)
            if told.standing == Standing.OPEN.value and len(now) > len(facts):
                return True  # an open item anew; what was one before the order is no outcome
            # The visitor may still have the lane: the order is given until it is taken.
            self._post(RefundOrdered(self._now(), now, str(request["by"])))
            return False

        return await self._outcome(incident, request, ended)

    async def _verify(self, _request: dict[str, Any]) -> list[str]:
        return await self._read(self._reader.verify)

    async def _backup(self, _request: dict[str, Any]) -> str:
        # Into the state directory: a service that systemd shuts in cannot write where the person stands.
        folder = self._directory / BACKUP_FOLDER
        target = folder / f"journal-{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}.sqlite3"

        def copy() -> str:
            try:
                folder.mkdir(mode=0o700, exist_ok=True)
                self._reader.backup(target)
                with target.open("rb") as written:
                    os.fsync(written.fileno())
            except OSError as error:
                raise JournalError(f"backup {target}: cannot be written: {error.strerror}: make room") from None
            return str(target)

        return await self._read(copy)

    async def _release(self, request: dict[str, Any]) -> str:
        by, reason = str(request["by"]), str(request["reason"]).strip()
        if not reason:
            raise ControlError("--reason is empty: say why the gate is opened, for the books")
        if objection := staff.objection_to_release(self._gate.faults, self._gate.is_taken(self._now())):
            raise ControlError(f"gate: {objection}")
        self._post(OpenOrdered(self._now(), by, reason))
        if Fault.RELAY in self._gate.faults:
            raise ControlError(f"gate: it did not open: {self._gate.faults[Fault.RELAY]}")
        return "released"

    async def _resume(self, request: dict[str, Any]) -> str:
        if objection := staff.objection_to_resuming(self._gate.contacts.waits_for_staff, self._gate.faults):
            raise ControlError(f"gate: {objection}")
        self._post(ResumeOrdered(self._now(), str(request["by"])))
        return "resumed"

    async def _status(self, _request: dict[str, Any]) -> dict[str, Any]:
        return self._gate_status().as_dict()

    async def _outcome(
        self, incident: str, request: dict[str, Any], ended: Callable[[Record], bool], seconds: float = 12.0
    ) -> dict[str, Any]:
        """Return the attempt as it stands when the order has been carried out, or after a while."""
        told, _ = await self._read(lambda: self._reader.one(incident))
        for _ in range(int(seconds / 0.1)):
            if ended(told):
                break
            await asyncio.sleep(0.1)
            told, _ = await self._read(lambda: self._reader.one(incident))
        return _plain(told, request)

    async def _read(self, question: Callable[[], _T]) -> _T:
        """Ask in a thread of its own: neither the loop nor the journal's writer waits for a long answer."""
        try:
            return await asyncio.to_thread(question)
        except JournalError as error:
            raise ControlError(str(error)) from None


def _plain(told: Record, request: dict[str, Any]) -> dict[str, Any]:
    return (told if request.get("full") else told.masked()).as_dict()
