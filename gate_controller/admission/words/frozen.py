"""
Frozen dataclasses with slots, made with a tenth of the work.

`dataclasses` compiles each method of each class by itself; with three hundred classes that was a third of a gate's
start, seconds on a Pi Zero. `frozen` compiles one pattern for each number of fields, puts the names of the fields into
its code, and shares the rest. What comes out is a dataclass to everybody: `fields`, `replace`, `asdict`, patterns,
copies and errors are as with `dataclass(frozen=True, slots=True)`, and a test lays the two side by side.
"""

import builtins
from collections.abc import Callable
from dataclasses import MISSING, Field, FrozenInstanceError, dataclass, field, fields
from functools import cache
from types import CodeType, FunctionType
from typing import Any, ClassVar, TypeVar, dataclass_transform, overload

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class _Template:
    """Made by the library: what its classes have in common is taken from here."""

    field: int


_FIELD: Field[Any] = fields(_Template)[0]
_KIND = "_field_type"  # without it the library takes no field for one, and it gives no other way to say so
_SHARED = {name: _Template.__dict__[name] for name in ("__dataclass_params__", "__getstate__", "__setstate__")}
_NAMESPACE = {"_set": object.__setattr__, "__builtins__": builtins}
if "__replace__" in _Template.__dict__:  # Python 3.13, for what copies with changes
    _SHARED["__replace__"] = _Template.__dict__["__replace__"]


@overload
@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(cls: type[_T], /) -> type[_T]: ...


@overload
@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(*, kw_only: bool) -> Callable[[type[_T]], type[_T]]: ...


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(cls: type[Any] | None = None, /, *, kw_only: bool = False) -> Any:
    """
    Make a class a frozen dataclass with slots; `kw_only`: its own fields are given by name.

    A default is a value, and cannot be changed: `TypeError` for a `default_factory`, `ValueError` for a list, a dict or
    a set. A `field(…)` may say what is not shown, not compared, or set in `__post_init__`.
    """
    if cls is None:
        return lambda each: _made(each, kw_only=kw_only)
    return _made(cls, kw_only=kw_only)


def _made(cls: type[Any], *, kw_only: bool) -> type[Any]:
    body = dict(cls.__dict__)
    found: dict[str, Field[Any]] = {}
    slots = set[str]()
    for base in cls.__mro__[-1:0:-1]:
        found.update(base.__dict__.get("__dataclass_fields__", {}))
        slots.update(base.__dict__.get("__slots__", ()))
    for name, hint in body.get("__annotations__", {}).items():
        if hint is not ClassVar and getattr(hint, "__origin__", None) is not ClassVar:
            found[name] = _field(name, hint, body.pop(name, MISSING), kw_only=kw_only)
    for name in ("__dict__", "__weakref__"):
        body.pop(name, None)
    body |= _SHARED
    body["__dataclass_fields__"] = found
    body["__match_args__"] = tuple(name for name, each in found.items() if each.init and not each.kw_only)
    body["__slots__"] = tuple(name for name in found if name not in slots)
    body["__setattr__"], body["__delattr__"] = _cannot_be_set, _cannot_be_deleted
    for name, method in _methods(cls.__qualname__, found, has_more=hasattr(cls, "__post_init__")).items():
        if name not in cls.__dict__ or cls.__dict__[name] is None:  # Python's own mark of what is not hashable
            body[name] = method
    body.setdefault("__repr__", _as_text)
    kind: Any = type(cls)
    made: type[Any] = kind(cls.__name__, cls.__bases__, body)
    made.__qualname__ = cls.__qualname__
    return made


def _field(name: str, hint: Any, default: Any, *, kw_only: bool) -> Field[Any]:
    made: Field[Any] = default if isinstance(default, Field) else field(default=default)
    if made.default_factory is not MISSING or made.hash is not None:
        raise TypeError(f"{name} has a default_factory, or a hash of its own: give a value")
    if not made.init and made.default is not MISSING:
        raise TypeError(f"{name} is not given, and has a default: set it in __post_init__")
    if made.default.__class__.__hash__ is None:
        kind = type(made.default).__name__
        raise ValueError(f"{name} has a default that can be changed, of {kind}: give one that cannot")
    made.name, made.type, made.kw_only = name, hint, kw_only
    setattr(made, _KIND, getattr(_FIELD, _KIND))
    return made


def _methods(title: str, found: dict[str, Field[Any]], *, has_more: bool) -> dict[str, FunctionType]:
    """Return the methods that depend on the fields."""
    by_place = [each for each in found.values() if each.init and not each.kw_only]
    by_name = [each for each in found.values() if each.init and each.kw_only]
    defaults = tuple(each.default for each in by_place if each.default is not MISSING)
    if any(each.default is MISSING for each in by_place[len(by_place) - len(defaults) :]):
        raise TypeError(f"{title} has a field without a default behind one that has one: put it first")
    given = [each.name for each in (*by_place, *by_name)]
    compared = [name for name, each in found.items() if each.compare]
    init = _renamed(_init(len(given), has_more), given, title)
    equal, hashed = _comparisons(len(compared))
    made = {
        "__init__": FunctionType(
            init.replace(co_argcount=1 + len(by_place), co_kwonlyargcount=len(by_name)), _NAMESPACE, argdefs=defaults
        ),
        "__eq__": FunctionType(_renamed(equal, compared, title), _NAMESPACE),
        "__hash__": FunctionType(_renamed(hashed, compared, title), _NAMESPACE),
    }
    made["__init__"].__kwdefaults__ = {each.name: each.default for each in by_name if each.default is not MISSING}
    return made


@cache
def _init(count: int, has_more: bool) -> CodeType:
    """Return `__init__` of a class with so many fields that are given, which have numbers for names."""
    names = _numbered(count)
    return _compiled(
        f"def __init__({', '.join(['self', *names])}):",
        *(f" _set(self, {name!r}, {name})" for name in names),
        " self.__post_init__()" if has_more else " pass",
    )


@cache
def _comparisons(count: int) -> tuple[CodeType, CodeType]:
    """Return `__eq__` and `__hash__` of a class with so many fields that are compared, which have numbers for names."""
    mine, others = ("(" + "".join(f"{it}.{name}, " for name in _numbered(count)) + ")" for it in ("self", "other"))
    same = f" return {mine} == {others} if other.__class__ is self.__class__ else NotImplemented"
    return _compiled("def __eq__(self, other):", same), _compiled("def __hash__(self):", f" return hash({mine})")


def _compiled(*lines: str) -> CodeType:
    made: dict[str, FunctionType] = {}
    exec("\n".join(lines), {}, made)  # noqa: S102 - as the library does it
    (method,) = made.values()
    return method.__code__


def _numbered(count: int) -> list[str]:
    return [f"_{number}" for number in range(count)]


def _renamed(pattern: CodeType, fields: list[str], title: str) -> CodeType:
    """Return the code with the names of these fields in place of numbers, as a method of the class with that title."""
    called = dict(zip(_numbered(len(fields)), fields, strict=True)).get
    return pattern.replace(
        co_names=tuple(map(called, pattern.co_names, pattern.co_names)),
        co_varnames=tuple(map(called, pattern.co_varnames, pattern.co_varnames)),
        co_consts=tuple(map(called, pattern.co_consts, pattern.co_consts)),
        co_qualname=f"{title}.{pattern.co_name}",
    )


def _as_text(self: Any) -> str:
    told = (f"{name}={getattr(self, name)!r}" for name, each in self.__dataclass_fields__.items() if each.repr)
    return f"{type(self).__qualname__}({', '.join(told)})"


def _cannot_be_set(_self: object, name: str, _value: object) -> None:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _cannot_be_deleted(_self: object, name: str) -> None:
    raise FrozenInstanceError(f"cannot delete field {name!r}")
