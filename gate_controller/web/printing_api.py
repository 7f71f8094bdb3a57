"""The API's part of the printer: receipts, balances and closings on paper, each order once by its id."""

from functools import partial
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from gate_controller.admission.words.codes import NotAVoucher
from gate_controller.desk.typed_codes import read_typed
from gate_controller.web.asked import BalancePrintOrder, PrintOrder
from gate_controller.web.errand_api import note_question
from gate_controller.web.operations import Operation, given_within, incident_of
from gate_controller.web.people import Role
from gate_controller.web.resources import house_of


class ToldPrinted(BaseModel):
    """What an order to print came to."""

    model_config = ConfigDict(extra="forbid")

    id: str
    state: Literal["done", "pending"]
    is_copy: bool | None
    """Of a receipt: whether it was marked as a copy. Null of anything else, and while it is pending."""


async def _printed(do: str, request: Request, order: PrintOrder | BalancePrintOrder) -> Response:
    what = dict(order.model_dump())
    if do == "receipt_print":
        what["incident"] = incident_of(request)
    elif do == "print_closing":
        what["date"] = request.path_params["date"]
    elif isinstance(order, BalancePrintOrder) and not isinstance(read := read_typed(order.code), NotAVoucher):
        note_question(request, read)
    answer: dict[str, Any] | None = await given_within(house_of(request).ask(do, **what))
    said = {"id": order.id, "state": "pending" if answer is None else "done"}
    return JSONResponse({**said, "is_copy": (answer or {}).get("is_copy")}, 202 if answer is None else 200)


_WHEN: Final = "Done is what the printer has said that it printed; else the refusal says why not, and what to do."

OPERATIONS: Final = (
    Operation(
        "/attempts/{incident}/print",
        partial(_printed, "receipt_print"),
        Role.STAFF,
        "Print the receipt of an attempt; one that may be on paper already is marked as a copy",
        "Printed",
        more=_WHEN,
        body=PrintOrder,
        refusals=(404, 409, 503),
        may_pend=True,
    ),
    Operation(
        "/days/{date}/print",
        partial(_printed, "print_closing"),
        Role.STAFF,
        "Print the closing of a day",
        "Printed",
        more=_WHEN,
        body=PrintOrder,
        refusals=(409, 503),
        may_pend=True,
    ),
    Operation(
        "/actions/print-balance",
        partial(_printed, "print_balance"),
        Role.STAFF,
        "Ask E-GUMA about a voucher, and print its name, validity and balance; its code is masked on the paper",
        "Printed",
        more=_WHEN,
        body=BalancePrintOrder,
        refusals=(409, 503),
        may_pend=True,
    ),
)
"""What the API can be asked to print."""
