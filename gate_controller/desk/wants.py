"""What a person wants of the desk, read out of a plain request: whose order it is and why, its name, which attempts."""

import unicodedata
from typing import Any, Final
from uuid import uuid4

from gate_controller.admission.words.ids import OrderId
from gate_controller.admission.words.money import Cents
from gate_controller.desk.control_socket import AskedWrongly
from gate_controller.desk.moments import span_of_day
from gate_controller.journal.catalogue import Search

MAX_REASON: Final = 300
"""Letters of a reason: a sentence or two, as a person types them."""

# Unicode's bidirectional overrides, embeddings and isolates: what follows them stands the other way round.
_TURNING: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def new_order() -> OrderId:
    return OrderId(uuid4().hex)


def order_of(request: dict[str, Any]) -> OrderId:
    return OrderId(request["id"]) if request.get("id") else new_order()


def who_and_why(request: dict[str, Any], *, needs_reason: bool = True) -> tuple[str, str]:
    """Return whose order it is and why, on one line each: they go into the books."""
    by, reason = (_on_one_line(request.get(name)) for name in ("by", "reason"))
    if not by:
        raise AskedWrongly("by: is missing: say who gives the order, for the books")
    if needs_reason and not reason:
        raise AskedWrongly("reason: is missing: say why, for the books")
    for name, text in (("by", by), ("reason", reason)):
        if len(text) > MAX_REASON:
            raise AskedWrongly(f"{name}: {len(text)} letters are too many: take {MAX_REASON} at most")
    return by, reason


def most_of(request: dict[str, Any]) -> Cents | None:
    """Return what whoever gives the order may move at a time; None: without a limit."""
    return None if request.get("most_cents") is None else Cents(int(request["most_cents"]))


def _on_one_line(said: object) -> str:
    """Return what a person wrote without what turns round or hides what stands beside it on a page or a terminal."""
    words = " ".join(str(said or "").split())
    return "".join(each for each in words if unicodedata.category(each) not in {"Cc", "Cs"} and each not in _TURNING)


def search_of(request: dict[str, Any]) -> Search:
    """Return which attempts are wanted: `voucher`, `day` (of the gate's zone), `reason`, `open`, `since`, `until`."""
    since, until = request.get("since"), request.get("until")
    if request.get("day"):
        since, until = span_of_day(str(request["day"]))
    return Search(
        str(request.get("voucher") or ""), since, until, str(request.get("reason") or ""), bool(request.get("open"))
    )
