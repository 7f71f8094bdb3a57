"""
The staff's desk of a gate that is not running: the journal is opened directly, under its lock.

A refund needs what a running gate has: the core, the journal's writer and E-GUMA. They are put together here without
any device, so that nothing moves and no scan is taken.
"""

from pathlib import Path
from typing import Any

from gate_controller.admission.attempt import recovery
from gate_controller.admission.gate.gate import Gate
from gate_controller.admission.words.facts import Standing
from gate_controller.admission.words.ids import Incident, number_of, read_incident
from gate_controller.admission.words.messages import Fault, Message
from gate_controller.admission.words.policy import Policy
from gate_controller.desk.control_socket import ControlError
from gate_controller.desk.staff import Desk
from gate_controller.devices.errors import DeviceError
from gate_controller.eguma.calls import Calls
from gate_controller.journal.store import FILE_NAME, JournalError, Store
from gate_controller.journal.writer import Journal
from gate_controller.shell.own_user import OwnUser
from gate_controller.shell.runner import Runner


class _NobodyThere:
    def show(self, message: Message) -> None:
        """There is no visitor."""


class _NoDrive:
    def release(self) -> None:
        """There is nobody to let in."""
        raise DeviceError("the gate is stopped")

    release_exit = shut = hold_open = let_go = release


async def _objects_to_refund(journal: Journal, code: str) -> None:
    """
    Leave a voucher alone whose other attempt the gate has still to settle: its balance is evidence about that one.

    A running gate knows its unfinished attempts and puts the refund off.
    """

    def ask(store: Store) -> Incident | None:
        number = number_of(read_incident(code))
        charged = recovery.remembered(store.facts_of(number)) if number is not None else None
        for facts in store.pending(Standing.UNFINISHED) if charged is not None else ():
            other = recovery.remembered(facts)
            if other is None or charged is None or other.id == charged.id:
                continue
            if other.voucher_code == charged.voucher_code:
                return other.incident
        return None

    try:
        other = await journal.read(ask)
    except JournalError as error:
        raise ControlError(str(error)) from None
    if other is not None:
        raise ControlError(
            f"incident {read_incident(code)}: {other}, of the same voucher, is not settled yet: start the gate first"
        )


async def answer_stopped(directory: Path, policy: Policy, calls: Calls, do: str, request: dict[str, Any]) -> Any:
    """Answer one request on a stopped gate's journal. Raises `ControlError`."""
    if not (directory / FILE_NAME).exists():
        raise ControlError(f"journal {directory / FILE_NAME}: is not there: check state_dir, or run the gate first")
    journal = Journal(directory)
    crash: list[BaseException] = []
    try:
        try:
            numbering = await journal.read(lambda store: store.numbering)
        except JournalError as error:
            raise ControlError(str(error)) from None
        gate = Gate(policy, numbering, {Fault.STARTING: "stopped"})
        if do == "refund":
            await _objects_to_refund(journal, str(request["incident"]))
        runner = Runner(
            gate,
            journal=journal,
            calls=calls,
            drive=_NoDrive(),
            front=_NobodyThere(),
            own_user=OwnUser(journal, configured=None, api_key=""),
            crashed=crash.append,
        )
        desk = Desk(directory, now=runner.now, post=runner.post, gate=gate)
        answer = await desk.answerers()[do](request)
        runner.stop()
        await runner.drain()
    finally:
        await journal.close()
        await calls.aclose()
    if crash:
        raise crash[0]
    return answer
