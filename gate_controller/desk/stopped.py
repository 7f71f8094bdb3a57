"""
The staff's desk of a gate that is not running: the journal is opened directly, under its lock.

Nothing moves and nobody is told anything; a refund waits for the attempts that only a running gate can settle.
"""

import time
from pathlib import Path
from typing import Any

from gate_controller.admission.attempt import recovery
from gate_controller.admission.gate.gate import Gate
from gate_controller.admission.words.facts import Standing
from gate_controller.admission.words.ids import Incident, read_incident
from gate_controller.admission.words.messages import Message
from gate_controller.desk.control_socket import ControlError
from gate_controller.desk.staff import Desk
from gate_controller.devices.errors import DeviceError
from gate_controller.devices.machine import serial_number
from gate_controller.journal import binding
from gate_controller.journal.failures import JournalError
from gate_controller.journal.reader import Reader
from gate_controller.journal.store import FILE_NAME, Store
from gate_controller.journal.writer import Journal


class NobodyThere:
    """The front of a stopped gate."""

    def show(self, message: Message) -> None:
        """There is no visitor."""


class NothingMoves:
    """The drive of a stopped gate."""

    def release(self) -> None:
        """There is nobody to let in. Raises `DeviceError`."""
        raise DeviceError("the gate is stopped")

    release_exit = shut = hold_open = let_go = release


async def answer(desk: Desk, gate: Gate, journal: Journal, directory: Path, do: str, request: dict[str, Any]) -> Any:
    """Answer one request at a stopped gate's desk. Raises `ControlError`."""
    if not (directory / FILE_NAME).exists():
        raise ControlError(f"journal {directory / FILE_NAME}: is not there: check state_dir, or run the gate first")
    try:
        gate.numbering = await journal.read(lambda store: store.numbering)
        if do == "refund":  # a voucher code names its newest attempt
            request = {**request, "incident": Reader(directory).one(str(request["incident"]))[0].incident}
        other = await _unsettled_beside(journal, str(request["incident"])) if do == "refund" else None
    except JournalError as error:
        raise ControlError(str(error)) from None
    if other is not None:
        raise ControlError(
            f"incident {read_incident(str(request['incident']))}: {other}, of the same voucher, is not settled yet: "
            "start the gate first"
        )
    if do == "adopt":
        return await _adopt(journal, str(request["by"]))
    return await desk.answerers()[do](request)


async def _adopt(journal: Journal, by: str) -> int:
    """Return how many attempts of a journal from another machine the gate goes on with when it starts."""
    try:
        return await journal.read(lambda store: binding.adopt(store, serial_number(), by, time.time()))
    except JournalError as error:
        raise ControlError(str(error)) from None


async def _unsettled_beside(journal: Journal, code: str) -> Incident | None:
    """
    Return another attempt of the same voucher that the gate has still to settle.

    Its balance is evidence about that one. A running gate knows its unfinished attempts and puts the refund off.
    """

    def ask(store: Store) -> Incident | None:
        number = store.number_of(read_incident(code))
        charged = recovery.remembered(store.facts_of(number)) if number is not None else None
        for facts in store.pending(Standing.UNFINISHED) if charged is not None else ():
            other = recovery.remembered(facts)
            if other is None or charged is None or other.id == charged.id:
                continue
            if other.voucher_code == charged.voucher_code:
                return other.incident
        return None

    return await journal.read(ask)
