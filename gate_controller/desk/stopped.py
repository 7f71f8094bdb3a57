"""
The staff's desk of a gate that is not running: the journal is opened directly, under its lock.

Nothing moves and nobody is told anything; a refund waits for the attempts that only a running gate can settle.
"""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gate_controller.admission.attempt import recovery
from gate_controller.admission.gate.errands import voucher_in
from gate_controller.admission.gate.gate import Gate
from gate_controller.admission.words.codes import Code, NotAVoucher, VoucherCode, is_short_code
from gate_controller.admission.words.facts import Standing
from gate_controller.admission.words.ids import Incident, read_incident
from gate_controller.admission.words.messages import Message
from gate_controller.admission.words.ticket_calls import ticket_number_in
from gate_controller.desk.control_socket import Answerer, ControlError
from gate_controller.desk.staff import Desk
from gate_controller.desk.typed_codes import read_typed
from gate_controller.devices.errors import DeviceError
from gate_controller.devices.machine import serial_number
from gate_controller.journal import binding
from gate_controller.journal.failures import JournalError
from gate_controller.journal.reader import Reader
from gate_controller.journal.store import FILE_NAME, Store
from gate_controller.journal.writer import Journal

_ABOUT_CHARGES = frozenset({"refund", "void"})
_ABOUT_VOUCHERS = frozenset({"top_up", "sell", "take_back", "check_in", "check_out"})


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


async def answer(
    desk: Desk,
    gate: Gate,
    journal: Journal,
    directory: Path,
    do: str,
    request: dict[str, Any],
    *,
    besides: Mapping[str, Answerer],
) -> Any:
    """Answer one request at a stopped gate's desk, or by one of those `besides`. Raises `ControlError`."""
    if not (directory / FILE_NAME).exists():
        raise ControlError(f"journal {directory / FILE_NAME}: is not there: check state_dir, or run the gate first")
    try:
        gate.numbering = await journal.read(lambda store: store.numbering)
        if do in _ABOUT_CHARGES:  # a voucher code names its newest attempt
            request = {**request, "incident": Reader(directory).one(str(request["incident"]))[0].incident}
        other = await _unsettled_beside(journal, request) if do in {*_ABOUT_CHARGES, *_ABOUT_VOUCHERS} else None
    except JournalError as error:
        raise ControlError(str(error)) from None
    if other is not None:
        what = f"incident {read_incident(str(request['incident']))}" if do in _ABOUT_CHARGES else "errand"
        raise ControlError(f"{what}: {other}, of the same voucher, is not settled yet: start the gate first")
    if do in _ABOUT_VOUCHERS and is_short_code(Code(str(request.get("code")))):
        # Which voucher it is only E-GUMA can tell, and what the journal holds of that one only a running gate.
        raise ControlError("code: a ShortCode is taken by a running gate alone: give the whole code")
    if do == "adopt":
        return await _adopt(journal, str(request["by"]))
    return await {**desk.answerers(), **besides}[do](request)


async def _adopt(journal: Journal, by: str) -> int:
    """Return how many attempts of a journal from another machine the gate goes on with when it starts."""
    try:
        return await journal.read(lambda store: binding.adopt(store, serial_number(), by, time.time()))
    except JournalError as error:
        raise ControlError(str(error)) from None


async def _unsettled_beside(journal: Journal, request: dict[str, Any]) -> Incident | None:
    """
    Return another attempt or errand of the same voucher that the gate has still to settle.

    Its balance is evidence about that one. A running gate knows what is unfinished, and puts an order off.
    """

    def ask(store: Store) -> Incident | None:
        number = store.number_of(read_incident(str(request["incident"]))) if "incident" in request else None
        facts = store.facts_of(number) if number is not None else ()
        voucher = voucher_in(facts) if facts else _voucher_asked(request)
        left = (*store.pending(Standing.UNFINISHED), *filter(recovery.is_resumed, store.pending(Standing.OPEN)))
        for other in left if voucher else ():
            is_same = bool(facts) and other[0].attempt == facts[0].attempt
            if voucher_in(other) == voucher and not is_same:
                return getattr(other[0], "incident", None)
        return None

    return await journal.read(ask)


def _voucher_asked(request: dict[str, Any]) -> VoucherCode:
    if (number := ticket_number_in(str(request.get("number") or ""))) is not None:
        return VoucherCode(number)
    code = read_typed(str(request.get("code") or ""))
    return VoucherCode("") if isinstance(code, NotAVoucher) else VoucherCode(code)
