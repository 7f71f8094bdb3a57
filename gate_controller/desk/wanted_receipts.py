"""The desk's receipts: shown, listed and printed when somebody asks, at a running gate and at a stopped one."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from gate_controller.desk.control_socket import ControlError, JournalAway, NotThere
from gate_controller.journal.failures import JournalError
from gate_controller.journal.reader import UnknownAttempt
from gate_controller.shell.printing import Printing, ReceiptRefused

_T = TypeVar("_T")


class Receipts:
    """Answers what people ask about receipts."""

    def __init__(self, printing: Printing) -> None:
        self._printing = printing

    def answerers(self) -> Mapping[str, Callable[[dict[str, Any]], Awaitable[Any]]]:
        """Return what can be asked, by the name of each request."""
        return {"receipt_show": self._show, "receipt_list": self._list, "receipt_print": self._print}

    async def _show(self, request: dict[str, Any]) -> dict[str, Any]:
        """Return the receipt as it would be printed now: as text, and as the printer takes it (base64)."""
        code = str(request["incident"])
        return await _answered(self._printing.shown(code, is_full=bool(request.get("full"))))

    async def _list(self, _request: dict[str, Any]) -> list[dict[str, Any]]:
        return await _answered(self._printing.listed())

    async def _print(self, request: dict[str, Any]) -> dict[str, Any]:
        code = str(request["incident"])
        return await _answered(self._printing.printed(code))


async def _answered(answer: Awaitable[_T]) -> _T:
    try:
        return await answer
    except ReceiptRefused as error:
        raise ControlError(str(error)) from None
    except UnknownAttempt as error:
        raise NotThere(str(error)) from None
    except JournalError as error:
        raise JournalAway(str(error)) from None
