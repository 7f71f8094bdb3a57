"""
The receipt of an attempt for its page: as it would be printed now, drawn from the printer's own bytes.

Drawn when somebody looks, in a thread, and kept nowhere: it is a copy as soon as the original is on paper. The
voucher's code is masked in it, as everywhere on the page.
"""

import asyncio
import base64
import io
from importlib.util import find_spec
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from gate_controller.desk.control_socket import ControlError
from gate_controller.web.operations import incident_of
from gate_controller.web.people import Role
from gate_controller.web.resources import Resource, house_of

_LIBRARIES: Final = ("PIL", "segno")
"""Of the extra `receipts`: printing needs neither."""


def can_draw() -> bool:
    """Whether receipts can be drawn here."""
    return all(find_spec(name) is not None for name in _LIBRARIES)


def has_receipt(told: dict[str, Any]) -> bool:
    """Whether an attempt, as the desk tells it, is one of a visitor or about a voucher."""
    return bool(told["voucher_code"])


async def _picture(request: Request) -> Response:
    try:
        told = await house_of(request).ask("receipt_show", incident=incident_of(request))
    except ControlError as error:
        return JSONResponse({"error": str(error)}, 404)
    if not can_draw():
        return JSONResponse({"error": "receipts cannot be drawn: pip install 'gate-controller[receipts]'"}, 404)
    png = await asyncio.to_thread(_drawn, base64.b64decode(told["commands"]), int(told["columns"]))
    return Response(png, media_type="image/png", headers={"Cache-Control": "no-store"})


def _drawn(commands: bytes, columns: int) -> bytes:
    from gate_controller.devices.printer.receipt_picture import draw_receipt  # noqa: PLC0415 - Pillow, for who looks

    written = io.BytesIO()
    draw_receipt(commands, columns).save(written, format="PNG", compress_level=1)
    return written.getvalue()


RECEIPT_PICTURE: Final = Resource("/attempts/{incident}/receipt.png", _picture, Role.VIEWER)
