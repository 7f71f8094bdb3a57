"""
Libraries brought in with less work: what a start does for type checkers and for nobody else is left out.

pydantic, and what it stands on, are a third of a gate's start, and half of that makes classes: methods compiled one by
one, and hints that are text, each of which `typing` compiles wherever it stands. Rule: what comes out answers as
without this, as a test shows; what is not sure to do so is made by the library itself.
"""

import dataclasses
import importlib
import inspect
import sys
import typing
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any, Final

import typing_extensions
from typing_extensions import override

from gate_controller.admission.words.frozen import frozen, slotted

_LIBRARYS: Final = dataclasses.dataclass
_OURS: Final[Mapping[frozenset[tuple[str, object]], Callable[[type[Any]], type[Any]]]] = {
    frozenset({("slots", True)}): slotted,
    frozenset({("slots", True), ("frozen", True)}): frozen,
}
_NO_FIELDS: Final = ("ClassVar", "InitVar", "KW_ONLY")
"""What only the library reads in hints that are text."""


class _Described(dict[str, object]):
    """In place of a typed dict: what a type checker reads of it is left out."""

    @override
    def __init_subclass__(cls, *, total: bool = True) -> None:
        """Take what a typed dict is told."""


@contextmanager
def libraries_made_light() -> Iterator[None]:
    """
    In here `typing` compiles each text once, dataclasses with slots make their methods when these are first used, and
    pydantic's schemas are brought in as plain dicts.
    """
    vars(dataclasses)["dataclass"] = _dataclass
    vars(typing)["compile"] = cache(compile)
    try:
        _bring_in_schemas()
        yield
    finally:
        vars(dataclasses)["dataclass"] = _LIBRARYS
        del vars(typing)["compile"]


def _bring_in_schemas() -> None:
    """They are ninety typed dicts with six hundred hints."""
    typed = typing if sys.version_info >= (3, 12) else typing_extensions  # as pydantic_core has it
    kept = typed.TypedDict
    vars(typed)["TypedDict"] = _Described
    try:
        importlib.import_module("pydantic_core.core_schema")
    finally:
        vars(typed)["TypedDict"] = kept


def _dataclass(cls: type[Any] | None = None, /, **how: object) -> Any:
    """Stand in for the library's decorator."""
    ours = _OURS.get(frozenset(how.items()))

    def make(kind: type[Any]) -> Any:
        hints = inspect.get_annotations(kind).values()
        if ours is not None and not any(word in str(hint) for hint in hints for word in _NO_FIELDS):
            try:
                return ours(kind)
            except (TypeError, ValueError):
                pass  # a kind of field that only the library knows
        return typing.cast("Any", _LIBRARYS)(kind, **how)

    return make if cls is None else make(cls)
