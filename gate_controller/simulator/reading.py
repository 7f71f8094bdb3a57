"""
Control input becomes values: each field of a JSON object is read by a small reader, and what is wrong is
one clear line.

A table of readers says what an object may hold; a key that is not in the table is an error, so that a
misspelt one is never silently ignored.
"""

import json
import re
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, TypeVar

E = TypeVar("E", bound=Enum)

FieldReader = Callable[[object], Any]
"""Takes a JSON value and returns ours; raises ValueError with what it should have been."""

MOST_SECONDS = 1e10
"""Beyond any moment a clock can be set to: over 300 years."""

_SHOWN = 60
"""How much of a bad value an error repeats, in characters."""

_SHORT_CODE = re.compile(r"[0-9]{2}")


class BadControl(Exception):
    """Control input that cannot be obeyed; the text says which field, what is wrong, and what it must be."""


def read_object(body: bytes, fields: Mapping[str, FieldReader], *, required: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return the fields of a JSON object; an empty body is an empty object. Raises BadControl."""
    try:
        value = json.loads(body or b"{}")
    except ValueError as error:
        raise BadControl(f"the body is not JSON: {error}") from None
    return read_fields(value, fields, required=required)


def read_fields(value: object, fields: Mapping[str, FieldReader], *, required: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return the fields of a JSON object that is decoded already. Raises BadControl."""
    if not isinstance(value, dict):
        raise BadControl(f"a JSON object is needed, not {_shown(value)}")
    for name in required:
        if name not in value:
            raise BadControl(f"{name} is missing")
    result: dict[str, Any] = {}
    for name, given in value.items():
        reader = fields.get(name)
        if reader is None:
            raise BadControl(f"{name} is unknown here: use {', '.join(sorted(fields))}")
        try:
            result[name] = reader(given)
        except ValueError as error:
            raise BadControl(f"{name} must be {error}, not {_shown(given)}") from None
    return result


def flag(value: object) -> bool:
    """Read true or false."""
    if not isinstance(value, bool):
        raise ValueError("true or false")  # noqa: TRY004 - a reader raises ValueError alone
    return value


def text(value: object) -> str:
    """Read a text."""
    if not isinstance(value, str):
        raise ValueError("a text")  # noqa: TRY004 - a reader raises ValueError alone
    return value


def texts(value: object) -> dict[str, str]:
    """Read an object of texts."""
    if not isinstance(value, dict) or not all(isinstance(item, str) for item in value.values()):
        raise ValueError("an object of texts")
    return value


def short_code(value: object) -> str:
    """Read a ShortCode: a text of two digits."""
    if not isinstance(value, str) or not _SHORT_CODE.fullmatch(value):
        raise ValueError('a text of two digits such as "07"')
    return value


def whole(least: int) -> Callable[[object], int]:
    """Return a reader of integers from `least` on."""

    def read(value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            raise ValueError(f"an integer of at least {least}")
        return value

    return read


def number(least: float | None = 0.0) -> Callable[[object], float]:
    """Return a reader of numbers from `least` on; None: any number."""

    def read(value: object) -> float:
        if isinstance(value, int | float) and not isinstance(value, bool):
            # JSON as Python reads it has Infinity and NaN, which no clock and no timer can use.
            in_range = abs(value) < MOST_SECONDS and (least is None or value >= least)
            if in_range:
                return float(value)
        raise ValueError("a number" if least is None else f"a number of at least {least:g}")

    return read


def choice(kind: type[E], *, by_name: bool = False) -> Callable[[object], E]:
    """Return a reader of an enum's values, or of its names in lower case."""
    names = {(item.name.lower() if by_name else str(item.value)): item for item in kind}

    def read(value: object) -> E:
        if not isinstance(value, str) or value not in names:
            raise ValueError(f"one of {', '.join(names)}")
        return names[value]

    return read


def word(*words: str) -> FieldReader:
    """Return a reader of these words."""

    def read(value: object) -> str:
        if not isinstance(value, str) or value not in words:
            raise ValueError(f"one of {', '.join(words)}")
        return value

    return read


def optional(reader: FieldReader) -> FieldReader:
    """Return a reader that takes null too."""

    def read(value: object) -> Any:
        if value is None:
            return None
        try:
            return reader(value)
        except ValueError as error:
            raise ValueError(f"{error}, or null") from None

    return read


def _shown(value: object) -> str:
    shown = json.dumps(value, ensure_ascii=False)
    return shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}…"
