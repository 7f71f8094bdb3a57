"""
From an answer and a fault to what goes onto the wire: one case per kind of fault.

Pure. Whether the request took effect was settled before; here only its answer suffers.
"""

import json
from typing import assert_never

from gate_controller.simulator.calling import JSON, TEXT, Reply, to_json
from gate_controller.simulator.misbehaviour import FaultKind, Misbehaviour
from gate_controller.simulator.wire import Manner, WireReply

HTML = "text/html; charset=utf-8"

WRONG_CODE = "WRNG2C4D6E8F"
"""The code that `wrong_code` puts into answers, unless the fault names one."""

WRONG_TICKET = "9" * 19
"""The number that it puts into answers about a ticket."""

_PAGE = "<!DOCTYPE html><html><title>Wartung</title><body><h1>Bitte später wieder</h1></body></html>\n"
_STATUS_TEXT = "Something went wrong. (simulated)"


def undisturbed(answer: Reply, delay_seconds: float) -> WireReply:
    """Return the reply that carries an answer as it is."""
    return _reply(answer.status, answer.body, answer.content_type, delay_seconds)


def disturbed(  # noqa: PLR0911, PLR0912 - one case per kind of fault
    answer: Reply, fault: Misbehaviour, latency_seconds: float
) -> WireReply:
    """Return the reply that a fault makes of an answer."""
    delay = latency_seconds + fault.delay_seconds
    match fault.kind:
        case FaultKind.HANG:
            return WireReply(0, manner=Manner.HANG)
        case FaultKind.RESET:
            return WireReply(0, manner=Manner.RESET, delay_seconds=delay)
        case FaultKind.LATE:
            return WireReply(0, manner=Manner.CLOSE, delay_seconds=fault.delay_seconds)
        case FaultKind.STATUS:
            body = (_STATUS_TEXT if fault.body is None else fault.body).encode()
            return _reply(fault.status, body, TEXT, delay, fault)
        case FaultKind.HTML:
            return _reply(200, (_PAGE if fault.body is None else fault.body).encode(), HTML, delay, fault)
        case FaultKind.BROKEN_JSON:
            body = answer.body[: len(answer.body) // 2] if fault.body is None else fault.body.encode()
            return _reply(200, body, JSON, delay, fault)
        case FaultKind.EMPTY:
            return _reply(200, b"", JSON, delay, fault)
        case FaultKind.DRIP:
            return _reply(answer.status, answer.body, answer.content_type, delay, fault, Manner.DRIP)
        case FaultKind.TRUNCATED:
            return _reply(answer.status, answer.body, answer.content_type, delay, fault, Manner.TRUNCATE)
        case FaultKind.DELAY:
            return _reply(answer.status, answer.body, answer.content_type, delay, fault)
        case FaultKind.WRONG_CODE:
            changed = _with_code(answer, WRONG_CODE if fault.body is None else fault.body)
            return _reply(answer.status, changed, answer.content_type, delay, fault)
        case FaultKind.MISSING_TOKEN:
            return _reply(answer.status, _without_token(answer), answer.content_type, delay, fault)
        case _:
            assert_never(fault.kind)


def _reply(
    status: int,
    body: bytes,
    content_type: str,
    delay_seconds: float,
    fault: Misbehaviour | None = None,
    manner: Manner = Manner.WHOLE,
) -> WireReply:
    headers = {"Content-Type": content_type}
    if fault is not None:
        headers.update({name.title(): value for name, value in fault.headers.items()})
    return WireReply(
        status,
        body,
        tuple(headers.items()),
        manner,
        delay_seconds,
        fault.interval_seconds if fault else 0.0,
    )


def _with_code(answer: Reply, code: str) -> bytes:
    if answer.content_type != JSON:
        return answer.body
    value = json.loads(answer.body)
    for entry in value if isinstance(value, list) else [value]:
        # A check-in names neither voucher nor ticket: it has nothing that could be another's.
        for name, other in (("code", code), ("ticket_number", WRONG_TICKET if code == WRONG_CODE else code)):
            if name in entry:
                entry[name] = other
    return to_json(value)


def _without_token(answer: Reply) -> bytes:
    if answer.content_type != JSON:
        return answer.body
    value = json.loads(answer.body)
    if isinstance(value, dict):
        value.pop("redeem_token", None)
    return to_json(value)
