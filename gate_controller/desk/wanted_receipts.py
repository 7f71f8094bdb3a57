"""
What the desk prints when somebody asks, at a running gate and at a stopped one: receipts, a balance, a day's closing.

A receipt can be shown and listed besides. An order to print with an `id` prints once.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from gate_controller.desk.control_socket import Answerer, ControlError, JournalAway, NotThere
from gate_controller.desk.day_closings import day_named
from gate_controller.desk.given_orders import GivenOrders
from gate_controller.journal.failures import JournalError
from gate_controller.journal.reader import UnknownAttempt
from gate_controller.shell.printing import Printing, ReceiptRefused

_T = TypeVar("_T")


class Receipts:
    """Answers what people ask about receipts, and prints."""

    def __init__(self, printing: Printing, given: GivenOrders, *, ask_voucher: Answerer | None = None) -> None:
        """`given` remembers what was ordered; `ask_voucher` asks E-GUMA, where whoever prints a balance has not."""
        self._printing = printing
        self._given = given
        self._ask_voucher = ask_voucher

    def answerers(self) -> Mapping[str, Callable[[dict[str, Any]], Awaitable[Any]]]:
        """Return what can be asked, by the name of each request."""
        prints = {
            "receipt_print": self._print,
            "print_balance": self._print_balance,
            "print_closing": self._print_closing,
        }
        return {
            "receipt_show": self._show,
            "receipt_list": self._list,
            **{do: self._given.once(do, carry_out) for do, carry_out in prints.items()},
        }

    async def _show(self, request: dict[str, Any]) -> dict[str, Any]:
        """Return the receipt as it would be printed now: as text, and as the printer takes it (base64)."""
        code = str(request["incident"])
        return await _answered(self._printing.shown(code, is_full=bool(request.get("full"))))

    async def _list(self, _request: dict[str, Any]) -> list[dict[str, Any]]:
        return await _answered(self._printing.listed())

    async def _print(self, request: dict[str, Any]) -> dict[str, Any]:
        code = str(request["incident"])
        return await _answered(self._printing.printed(code))

    async def _print_balance(self, request: dict[str, Any]) -> dict[str, Any]:
        """Print how a voucher stands: as in `voucher`, or as E-GUMA says of the `code` now."""
        told = request.get("voucher")
        if told is None:
            if self._ask_voucher is None:
                raise ControlError("voucher: E-GUMA is asked by a running gate: start it first")
            told = await self._ask_voucher({"code": request.get("code"), "full": True})
            if told["balance_cents"] is None:
                raise ControlError(f"voucher: E-GUMA told no balance ({told['text']}): try again")
        return await _answered(self._printing.printed_balance(told))

    async def _print_closing(self, request: dict[str, Any]) -> dict[str, Any]:
        """Print the closing of the day `date`."""
        return await _answered(self._printing.printed_closing(day_named(request.get("date"))))


async def _answered(answer: Awaitable[_T]) -> _T:
    try:
        return await answer
    except ReceiptRefused as error:
        raise ControlError(str(error)) from None
    except UnknownAttempt as error:
        raise NotThere(str(error)) from None
    except JournalError as error:
        raise JournalAway(str(error)) from None
