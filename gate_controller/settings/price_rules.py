"""
The house's price rules: a list of tables, each of which says for what it holds, and what holds then.

By the rules of `values.py`. In the settings file each is a `[[prices]]`; elsewhere the list is JSON.
"""

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from typing_extensions import override

from gate_controller.admission.words.local_time import MINUTES_OF_DAY
from gate_controller.admission.words.money import Cents
from gate_controller.admission.words.tariff import PriceRule, Season, Terms, TimeOfWeek, VoucherKind
from gate_controller.settings import values as read
from gate_controller.settings.house_dates import clock, moment, told
from gate_controller.settings.values import UnusableError

DAYS: Final = ("mo", "tu", "we", "th", "fr", "sa", "su")
MOST_RULES: Final = 200
_MOST_CHARACTERS: Final = 200
"""Of a text to visitors: two or three sentences, which every display can page through."""

_REMEDY: Final = (
    "give tables with what each holds for (products, kind, days, from, until, from_date, until_date) and one of "
    "price_cents, free, whole_balance, refuse, position"
)
_TERMS: Final = ("price_cents", "free", "whole_balance", "refuse", "position")


class PriceRules:
    """The rules in their order, and how they could be typed. No dataclass: pydantic would take it for a section."""

    __slots__ = ("_written", "rules")

    def __init__(self, rules: tuple[PriceRule, ...] = (), written: str = "") -> None:
        self.rules = rules
        self._written = written

    @override
    def __str__(self) -> str:
        return self._written

    @override
    def __eq__(self, other: object) -> bool:
        return isinstance(other, PriceRules) and self.rules == other.rules

    @override
    def __hash__(self) -> int:
        return hash(self._written)


def price_rules(value: object) -> PriceRules:
    """Read the rules, in the order in which they are tried."""
    if isinstance(value, PriceRules):
        return value
    if read.is_none(value):
        return PriceRules()
    value = read.tables(value, _REMEDY)
    if len(value) > MOST_RULES:
        raise UnusableError(f"which are more than {MOST_RULES} rules", "leave out what others say as well")
    rules = tuple(_rule(table, f"where rule {place}") for place, table in enumerate(value, start=1))
    return PriceRules(rules, json.dumps(value, ensure_ascii=False, default=str) if rules else "")


def _rule(table: object, where: str) -> PriceRule:
    if not isinstance(table, Mapping):
        raise UnusableError(f"{where} is no table", _REMEDY)
    known = {*_READERS, *_TERMS}
    if unknown := [str(name) for name in table if name not in known]:
        raise UnusableError(f"{where} has {unknown[0]}, which is nothing known", f"choose from {', '.join(known)}")
    # What is set to false says nothing.
    terms = [name for name in _TERMS if name in table and table[name] is not False]
    if len(terms) != 1:
        what = f"says {' and '.join(terms)}" if terms else "says nothing about the price"
        raise UnusableError(f"{where} {what}", f"give it exactly one of {', '.join(_TERMS)}")
    for name in ("free", "whole_balance", "position"):
        if name in table and not isinstance(table[name], bool):
            raise UnusableError(f"{where} has {name}, which is neither true nor false", "give true, or leave it out")
    said = {
        name: told(reader, table[name], f"{where} has {name}") for name, reader in _READERS.items() if name in table
    }
    since, until = said.get("from", 0), said.get("until", MINUTES_OF_DAY)
    if since == MINUTES_OF_DAY:
        raise UnusableError(f"{where} has 24:00 for from", "give 00:00")
    if since == until:
        raise UnusableError(f"{where} has the same time for from and until", "leave both out for the whole day")
    return PriceRule(
        **_TERMS_OF[terms[0]](table[terms[0]], f"{where} has {terms[0]}"),
        products=said.get("products", frozenset()),
        kind=said.get("kind"),
        time=TimeOfWeek(said.get("days", frozenset()), since, until),
        season=_season(said, where),
    )


def _season(said: Mapping[str, Any], where: str) -> Season:
    since, until = said.get("from_date"), said.get("until_date")
    if since is not None and until is not None and (until.day, until.minute) <= (since.day, since.minute):
        raise UnusableError(f"{where} ends before it begins", "give an until_date that is not before from_date")
    return Season(since, until)


def _products(value: object) -> frozenset[str]:
    remedy = "list product ids of E-GUMA: `gate-controller voucher balance CODE --json` prints that of a voucher"
    if not isinstance(value, list) or not value:
        raise UnusableError("which is no list of product ids", remedy)
    if any(isinstance(one, bool) or not isinstance(one, int | str) or not str(one).strip() for one in value):
        raise UnusableError("in which something is no product id", remedy)
    return frozenset(str(one).strip() for one in value)


def _days(value: object) -> frozenset[int]:
    remedy = f"list days from {', '.join(DAYS)}"
    days = value.split(",") if isinstance(value, str) else value
    if not isinstance(days, list) or not days:
        raise UnusableError("which is no list of days", remedy)
    words = [str(day).strip().lower() for day in days]
    if unknown := [word for word in words if word not in DAYS]:
        raise UnusableError(f"where {unknown[0] or 'an empty place'} is no day", remedy)
    return frozenset(map(DAYS.index, words))


_READERS: Final[Mapping[str, Callable[[object], Any]]] = {
    "products": _products,
    "kind": lambda value: VoucherKind(read.one_of(tuple(VoucherKind))(value)),
    "days": _days,
    "from": clock,
    "until": clock,
    "from_date": moment,
    "until_date": lambda value: moment(value, is_end=True),
}


def _price(value: object, where: str) -> dict[str, Any]:
    if isinstance(value, int) and value == 0:
        # Whether Redeem takes an amount of 0 is undocumented (eguma-api.md, "Vouchers").
        raise UnusableError(f"{where} = 0, and E-GUMA is never asked for nothing", "give free = true")
    return {"terms": Terms.PRICE, "price": Cents(told(read.price, value, where))}


def _refusal(value: object, where: str) -> dict[str, Any]:
    remedy = f'give texts by language, such as {{de = "…", en = "…"}}, from {", ".join(read.LANGUAGES)}'
    if not isinstance(value, Mapping) or not value:
        raise UnusableError(f"{where}, which holds no texts", remedy)
    if unknown := [str(name) for name in value if name not in read.LANGUAGES]:
        raise UnusableError(f"{where}, where {unknown[0]} is no language of the gate", remedy)
    texts = {name: told(lambda text: read.plain_text(text, remedy), text, where) for name, text in value.items()}
    if not all(texts.values()):
        raise UnusableError(f"{where}, where a text is empty", remedy)
    if any(len(text) > _MOST_CHARACTERS for text in texts.values()):
        raise UnusableError(f"{where}, where a text has over {_MOST_CHARACTERS} characters", "say it in fewer words")
    return {"terms": Terms.REFUSED, "texts": MappingProxyType(texts)}


_TERMS_OF: Final[Mapping[str, Callable[[object, str], dict[str, Any]]]] = {
    "price_cents": _price,
    "free": lambda _value, _where: {"terms": Terms.FREE},
    "whole_balance": lambda _value, _where: {"terms": Terms.WHOLE_BALANCE},
    "refuse": _refusal,
    "position": lambda _value, _where: {"terms": Terms.POSITION},
}
