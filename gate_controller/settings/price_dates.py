"""
The dates at which the usual price changes: a list of tables, each with the moment and what is charged from then on.

By the rules of `values.py`. In the settings file each is a `[[price_changes]]`; elsewhere the list is JSON.
"""

import json
from collections.abc import Mapping
from itertools import pairwise
from typing import Final

from typing_extensions import override

from gate_controller.admission.words.money import Cents
from gate_controller.admission.words.tariff import PriceChange
from gate_controller.settings import values as read
from gate_controller.settings.house_dates import moment, told
from gate_controller.settings.values import UnusableError

MOST_CHANGES: Final = 50
_REMEDY: Final = "give tables with from (a date, or a date and a time) and price_cents"
_KNOWN: Final = ("from", "price_cents", "second_price_cents")


class PriceDates:
    """The changes, the earliest first, and how they could be typed. No dataclass, as `PriceRules` is none."""

    __slots__ = ("_written", "changes")

    def __init__(self, changes: tuple[PriceChange, ...] = (), written: str = "") -> None:
        self.changes = changes
        self._written = written

    @override
    def __str__(self) -> str:
        return self._written

    @override
    def __eq__(self, other: object) -> bool:
        return isinstance(other, PriceDates) and self.changes == other.changes

    @override
    def __hash__(self) -> int:
        return hash(self._written)


def price_dates(value: object) -> PriceDates:
    """Read the changes, in any order."""
    if isinstance(value, PriceDates):
        return value
    if read.is_none(value):
        return PriceDates()
    value = read.tables(value, _REMEDY)
    if len(value) > MOST_CHANGES:
        raise UnusableError(f"which are more than {MOST_CHANGES}", "leave out those that are over")
    changes = [_change(table, f"where change {place}") for place, table in enumerate(value, start=1)]
    changes.sort(key=lambda one: (one.since.day, one.since.minute))
    if twice := next((one for one, other in pairwise(changes) if one.since == other.since), None):
        raise UnusableError(f"where two begin at {twice.since.written()}", "leave one of them out")
    return PriceDates(tuple(changes), json.dumps(value, ensure_ascii=False, default=str) if changes else "")


def _change(table: object, where: str) -> PriceChange:
    if not isinstance(table, Mapping):
        raise UnusableError(f"{where} is no table", _REMEDY)
    if unknown := [str(name) for name in table if name not in _KNOWN]:
        raise UnusableError(f"{where} has {unknown[0]}, which is nothing known", f"choose from {', '.join(_KNOWN)}")
    if lacking := [name for name in _KNOWN[:2] if name not in table]:
        raise UnusableError(f"{where} has no {lacking[0]}", _REMEDY)
    second = table.get("second_price_cents")
    return PriceChange(
        told(moment, table["from"], f"{where} has from"),
        Cents(told(read.price, table["price_cents"], f"{where} has price_cents")),
        None if second is None else Cents(told(read.price, second, f"{where} has second_price_cents")),
    )
