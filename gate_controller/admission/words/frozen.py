"""
Dataclasses with slots, frozen or not, made with a tenth of the work.

`dataclasses` compiles each method of each class by itself; with three hundred classes that was a third of a gate's
start, seconds on a Pi Zero. `frozen` and `slotted` make a class's methods when they are used for the first time, of one
pattern for all classes with as many fields, into whose code the names of the fields are put. What comes out is a
dataclass to everybody: `fields`, `replace`, `asdict`, patterns, copies and errors are as with
`dataclass(frozen=True, slots=True)` and `dataclass(slots=True)`, and a test lays the two side by side.
"""

import builtins
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import MISSING, Field, FrozenInstanceError, dataclass, field, fields
from functools import cache
from types import CodeType, FunctionType
from typing import Any, ClassVar, TypeVar, dataclass_transform, overload

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class _Frozen:
    """Made by the library: what its classes have in common is taken from here, and from the next."""

    field: int


@dataclass(slots=True)
class _Slotted:
    field: int


_FIELD: Field[Any] = fields(_Frozen)[0]
_KIND = "_field_type"  # without it the library takes no field for one, and it gives no other way to say so
# `__replace__`: since Python 3.13, for what copies with changes.
_SHARED = ("__dataclass_params__", "__getstate__", "__setstate__", "__replace__")
_OF_FROZEN, _OF_SLOTTED = (
    {name: made.__dict__[name] for name in _SHARED if name in made.__dict__} for made in (_Frozen, _Slotted)
)
_NOT_GIVEN = object()
_WAITING = deque[Callable[[], None]]()
_NAMESPACE = {"_set": object.__setattr__, "_not_given": _NOT_GIVEN, "__builtins__": builtins}


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

    A default cannot be changed: `ValueError` for a list, a dict or a set. A `field(…)` may say what is made anew for
    each object, what is not shown, not compared, or set in `__post_init__`.
    """
    if cls is None:
        return lambda each: _made(each, is_frozen=True, kw_only=kw_only)
    return _made(cls, is_frozen=True, kw_only=kw_only)


@dataclass_transform(field_specifiers=(field,))
def slotted(cls: type[_T]) -> type[_T]:
    """Make a class a dataclass with slots whose fields can be changed. Defaults and fields are as with `frozen`."""
    return _made(cls, is_frozen=False, kw_only=False)


def _made(cls: type[Any], *, is_frozen: bool, kw_only: bool) -> type[Any]:
    body = dict(cls.__dict__)
    found: dict[str, Field[Any]] = {}
    slots = set[str]()
    for base in cls.__mro__[-1:0:-1]:
        found.update(base.__dict__.get("__dataclass_fields__", {}))
        slots.update(base.__dict__.get("__slots__", ()))
    for name, hint in body.get("__annotations__", {}).items():
        if hint is not ClassVar and getattr(hint, "__origin__", None) is not ClassVar:
            found[name] = _field(name, hint, body.pop(name, MISSING), kw_only=kw_only)
    _check_order(cls.__qualname__, found.values())
    for name in ("__dict__", "__weakref__"):
        body.pop(name, None)
    body |= _OF_FROZEN if is_frozen else _OF_SLOTTED
    body["__dataclass_fields__"] = found
    body["__match_args__"] = tuple(name for name, each in found.items() if each.init and not each.kw_only)
    body["__slots__"] = tuple(name for name in found if name not in slots)
    if is_frozen:
        body["__setattr__"], body["__delattr__"] = _cannot_be_set, _cannot_be_deleted

    def init(self: Any, *given: Any, **named: Any) -> None:
        complete()
        made.__init__(self, *given, **named)

    def equal(self: Any, other: object) -> Any:
        complete()
        return made.__dict__["__eq__"](self, other)

    def hashed(self: Any) -> int:
        complete()
        return int(made.__dict__["__hash__"](self))

    def complete() -> None:
        if all(made.__dict__[name] is not method for name, method in awaited.items()):
            return
        # Two threads may come at once: both make the same.
        for name, method in _methods(made, is_frozen=is_frozen).items():
            if name in awaited:
                setattr(made, name, method)

    methods: dict[str, Any] = {"__init__": init, "__eq__": equal}
    if is_frozen:
        methods["__hash__"] = hashed
    # None is Python's own mark of what is not hashable.
    awaited = {name: method for name, method in methods.items() if cls.__dict__.get(name) is None}
    body |= awaited
    body.setdefault("__hash__", None)
    body.setdefault("__repr__", _as_text)
    kind: Any = type(cls)
    made: type[Any] = kind(cls.__name__, cls.__bases__, body)
    made.__qualname__ = cls.__qualname__
    _WAITING.append(complete)
    return made


def making_methods() -> Iterator[None]:
    """
    Make the methods of classes that have not been used yet, those of one class at each step.

    For whoever has nothing else to do: the first use is a visitor's, some 30 ms of his scan on a small board.
    """
    while _WAITING:
        _WAITING.popleft()()
        yield


def _field(name: str, hint: Any, default: Any, *, kw_only: bool) -> Field[Any]:
    made: Field[Any] = default if isinstance(default, Field) else field(default=default)
    if made.hash is not None:
        raise TypeError(f"{name} has a hash of its own: leave it out of the comparison, too")
    if not made.init and made.default is not MISSING:
        raise TypeError(f"{name} is not given, and has a default: set it in __post_init__")
    if made.default.__class__.__hash__ is None:
        kind = type(made.default).__name__
        raise ValueError(f"{name} has a default that can be changed, of {kind}: give one that cannot")
    made.name, made.type, made.kw_only = name, hint, kw_only
    setattr(made, _KIND, getattr(_FIELD, _KIND))
    return made


def _check_order(title: str, found: Iterable[Field[Any]]) -> None:
    has_default = False
    for each in found:
        if each.init and not each.kw_only:
            if has_default and not _may_be_left_out(each):
                raise TypeError(f"{title} has a field without a default behind one that has one: put it first")
            has_default = _may_be_left_out(each)


def _methods(made: Any, *, is_frozen: bool) -> dict[str, FunctionType]:
    """Return the methods that depend on the fields."""
    title: str = made.__qualname__
    found: dict[str, Field[Any]] = made.__dataclass_fields__
    compared = [name for name, each in found.items() if each.compare]
    equal, hashed = _comparisons(len(compared))
    return {
        "__init__": _init(title, found, is_frozen=is_frozen, has_more=hasattr(made, "__post_init__")),
        "__eq__": FunctionType(_renamed(equal, compared, title), _NAMESPACE),
        **({"__hash__": FunctionType(_renamed(hashed, compared, title), _NAMESPACE)} if is_frozen else {}),
    }


def _init(title: str, found: dict[str, Field[Any]], *, is_frozen: bool, has_more: bool) -> FunctionType:
    by_place = [each for each in found.values() if each.init and not each.kw_only]
    by_name = [each for each in found.values() if each.init and each.kw_only]
    made = [each for each in found.values() if not each.init and _is_made(each)]
    ordered = [*by_place, *by_name, *made]
    pattern = _init_pattern(tuple((each.init, _is_made(each)) for each in ordered), is_frozen, has_more)
    makers = {f"_make{at}": each.default_factory for at, each in enumerate(ordered) if _is_made(each)}
    init = FunctionType(
        _renamed(pattern, [each.name for each in ordered], title).replace(
            co_argcount=1 + len(by_place), co_kwonlyargcount=len(by_name)
        ),
        _NAMESPACE | makers if makers else _NAMESPACE,
        argdefs=tuple(_default(each) for each in by_place if _may_be_left_out(each)),
    )
    init.__kwdefaults__ = {each.name: _default(each) for each in by_name if _may_be_left_out(each)}
    return init


def _is_made(each: Field[Any]) -> bool:
    return each.default_factory is not MISSING


def _may_be_left_out(each: Field[Any]) -> bool:
    return each.default is not MISSING or _is_made(each)


def _default(each: Field[Any]) -> Any:
    return _NOT_GIVEN if each.default is MISSING else each.default


@cache
def _init_pattern(sources: tuple[tuple[bool, bool], ...], is_frozen: bool, has_more: bool) -> CodeType:
    """
    Return `__init__` of a class whose fields have numbers for names, and are each given, made (by `_make` and its
    number), or made where they are not given.
    """
    lines, given = list[str](), list[str]()
    for at, (name, (is_given, is_made)) in enumerate(zip(_numbered(len(sources)), sources, strict=True)):
        value = f"_make{at}()" if is_made else name
        if is_given:
            given.append(name)
            value = f"{value} if {name} is _not_given else {name}" if is_made else name
        lines.append(f" _set(self, {name!r}, {value})" if is_frozen else f" self.{name} = {value}")
    last = " self.__post_init__()" if has_more else " pass"
    return _compiled(f"def __init__({', '.join(['self', *given])}):", *lines, last)


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
