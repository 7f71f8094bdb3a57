"""A day's closing as a table for other programs: one entry a line, and what E-GUMA's list says behind them."""

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any, Final

COLUMNS: Final = ("date", "entry", "reason", "times", "amount_cents", "currency", "closed_at", "closed_by")


def closing_csv(told: Mapping[str, Any]) -> str:
    """Return a closing that was written as CSV, its lines ended as spreadsheets do."""
    every = {name: told[name] for name in ("date", "currency", "closed_at", "closed_by")}
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, fieldnames=COLUMNS)
    writer.writeheader()
    for entry in (*told["entries"], *_list_entries(told["eguma"])):
        writer.writerow({name: harmless(value) for name, value in {**every, **entry}.items()})
    return out.getvalue()


def harmless(value: Any) -> Any:
    """Return a value of a table: E-GUMA's words may begin like a formula, and a spreadsheet would run it."""
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) else value


def _list_entries(eguma: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield what E-GUMA's list says, as further entries: they are in no sum."""
    if not eguma["is_compared"]:
        yield {"entry": "not_compared", "reason": _on_one_line(eguma["why"]), "times": 0, "amount_cents": 0}
        return
    yield {"entry": "listed_by_eguma", "reason": "", "times": eguma["listed"], "amount_cents": eguma["listed_cents"]}
    for one in eguma["named"]:
        reason = " ".join(part for part in (one["what"], one["incident"], one["voucher_code"]) if part)
        yield {"entry": "difference", "reason": reason, "times": 1, "amount_cents": one["amount_cents"]}


def _on_one_line(text: str) -> str:
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())
