"""`frozen` and `slotted` beside the library's `dataclass`: asked the same, they answer alike."""

import copy
import dataclasses
import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError, asdict, astuple, dataclass, field, fields, is_dataclass, replace
from functools import partial
from typing import Any, ClassVar, Generic, TypeVar

import pytest
from typing_extensions import override

from gate_controller.admission.words.facts import Intended
from gate_controller.admission.words.frozen import frozen, making_methods, slotted

_T = TypeVar("_T")


def _kinds(make: Callable[..., Any]) -> tuple[type[Any], ...]:
    @make
    class Nothing:
        pass

    @make
    class Thing(Nothing):
        kind: ClassVar[str] = "thing"
        first: int
        second: str = "two"
        third: tuple[int, ...] = ()

        @property
        def double(self) -> int:
            return 2 * self.first

    @make
    class More(Thing):
        fourth: float = 4.0
        second: str = "other"

    @make(kw_only=True)
    class Named(Nothing):
        a: int = 1
        b: int

    @make
    class Mixed(Named):
        c: int

    @make
    class Told(Nothing):
        n: int

        @override
        def __repr__(self) -> str:
            return f"told {self.n}"

        @override
        def __eq__(self, other: object) -> bool:
            return isinstance(other, Told)

        @override
        def __hash__(self) -> int:
            return 7

    @make
    class Checked:
        n: int

        def __post_init__(self) -> None:
            if self.n < 0:
                raise ValueError("below nothing")

    @make
    class Box(Generic[_T]):
        held: _T

    @make
    class Flagged:
        n: int
        secret: str = field(default="", repr=False)
        more: int = field(default=0, compare=False)
        double: int = field(init=False, repr=False, compare=False)

        def __post_init__(self) -> None:
            object.__setattr__(self, "double", 2 * self.n)

    @make
    class Filled:
        n: int
        many: list[int] = field(default_factory=list)
        last: str = "last"
        hidden: dict[str, int] = field(init=False, repr=False, default_factory=dict)

    return Nothing, Thing, More, Named, Mixed, Told, Checked, Box, Flagged, Filled


def _library(cls: type[Any] | None = None, **how: Any) -> Any:
    return dataclass(frozen=True, slots=True, **how)(cls) if cls else dataclass(frozen=True, slots=True, **how)


OURS, THEIRS = _kinds(frozen), _kinds(_library)


def _changeable(make: Callable[..., Any]) -> tuple[type[Any], ...]:
    @make
    class Nothing:
        pass

    @make
    class Thing(Nothing):
        kind: ClassVar[str] = "thing"
        first: int
        second: str = "two"

    @make
    class More(Thing):
        fourth: float = 4.0
        second: str = "other"

    @make
    class Filled:
        n: int
        many: list[int] = field(default_factory=list)
        last: str = "last"
        hidden: dict[str, int] = field(init=False, repr=False, compare=False, default_factory=dict)

        def __post_init__(self) -> None:
            self.hidden["n"] = self.n

    @make
    class Hashed:
        n: int

        @override
        def __hash__(self) -> int:
            return 7

    return Nothing, Thing, More, Filled, Hashed


OUR_CHANGEABLE, THEIR_CHANGEABLE = _changeable(slotted), _changeable(dataclass(slots=True))

_GIVEN: list[tuple[int, tuple[Any, ...], dict[str, Any]]] = [
    (0, (), {}),
    (1, (1,), {}),
    (1, (1, "b", (3,)), {}),
    (1, (), {"first": 2, "third": (1, 2)}),
    (2, (1,), {}),
    (2, (1, "b", (), 5.0), {}),
    (3, (), {"b": 2}),
    (3, (), {"b": 2, "a": 3}),
    (4, (7,), {"b": 2}),
    (5, (4,), {}),
    (6, (4,), {}),
    (7, ([1],), {}),
    (8, (1, "secret"), {"more": 3}),
    (9, (1,), {}),
    (9, (1, [2]), {"last": "end"}),
    (9, (1,), {"many": [3]}),
    # What cannot be made.
    (0, (1,), {}),
    (1, (), {}),
    (1, (1, 2, 3, 4), {}),
    (1, (1,), {"none": 2}),
    (1, (1,), {"first": 2}),
    (3, (1,), {"b": 2}),
    (3, (), {"a": 2}),
    (6, (-1,), {}),
    (8, (1, "", 2, 3), {}),
    (8, (1,), {"double": 2}),
    (9, (), {}),
    (9, (1,), {"hidden": {}}),
]

_GIVEN_TO_CHANGEABLE: list[tuple[int, tuple[Any, ...], dict[str, Any]]] = [
    (0, (), {}),
    (1, (1,), {}),
    (1, (), {"first": 2}),
    (2, (1, "b"), {"fourth": 2.0}),
    (3, (1,), {}),
    (3, (1, [2], "end"), {}),
    (4, (3,), {}),
    (1, (), {}),
    (1, (1,), {"none": 2}),
    (3, (1,), {"hidden": {}}),
]


def _plain(text: str) -> str:
    return text.replace("<locals>.", "")


def _asked(kind: type[Any], given: tuple[Any, ...], named: dict[str, Any]) -> dict[str, Any]:
    def what(question: Callable[[], Any]) -> Any:
        try:
            return question()
        except (TypeError, ValueError, AttributeError) as error:
            return type(error), _plain(str(error))

    one = what(lambda: kind(*given, **named))
    if not is_dataclass(one) or isinstance(one, type):
        return {"one": one}
    first = next(iter(fields(one)), None)
    return {
        "text": _plain(repr(one)),
        "hash": what(lambda: hash(one)),
        "same": one == kind(*given, **named),
        "other": one.__eq__((0,)),
        "fields": [(f.name, f.type, f.default, f.kw_only, f.init, f.compare) for f in fields(one)],
        "dict": asdict(one),
        "tuple": astuple(one),
        "match": kind.__match_args__,
        "slots": kind.__slots__,
        "copy": copy.copy(one) == one,
        "deep": copy.deepcopy(one) == one,
        "replaced": first and _plain(repr(replace(one, **{first.name: 9}))),
        "set": first and what(partial(setattr, one, first.name, 1)),
        "unknown": what(lambda: setattr(one, "unknown", 1)) is None,  # up to Python 3.13 the library's says nonsense
        "deleted": first and what(partial(delattr, one, first.name)),
        "dict_of": hasattr(one, "__dict__"),
        "double": getattr(one, "double", None),
        "kind": getattr(one, "kind", None),
        "name": _plain(kind.__qualname__),
    }


@pytest.mark.parametrize(("which", "given", "named"), _GIVEN)
def test_what_the_library_answers_this_answers_alike(which: int, given: tuple[Any, ...], named: dict[str, Any]) -> None:
    assert _asked(OURS[which], given, named) == _asked(THEIRS[which], given, named)


@pytest.mark.parametrize(("which", "given", "named"), _GIVEN_TO_CHANGEABLE)
def test_one_that_can_be_changed_answers_alike_too(which: int, given: tuple[Any, ...], named: dict[str, Any]) -> None:
    ours, theirs = (_asked(kinds[which], given, named) for kinds in (OUR_CHANGEABLE, THEIR_CHANGEABLE))
    assert ours == theirs


def test_what_is_made_is_another_for_each_object() -> None:
    for kind in (OURS[9], OUR_CHANGEABLE[3]):
        one, other = kind(1), kind(1)
        one.many.append(5)
        assert (one.many, other.many) == ([5], [])
        assert one.hidden is not other.hidden


def test_what_can_be_changed_is_changed_and_compared_as_it_is_then() -> None:
    thing: Any = OUR_CHANGEABLE[1](1)
    thing.first = 5
    assert thing == OUR_CHANGEABLE[1](5)
    with pytest.raises(AttributeError):
        thing.unknown = 1


@pytest.mark.parametrize("first", ["init", "equal", "hash", "super"])
def test_methods_are_the_classs_own_whichever_is_used_first(first: str) -> None:
    @frozen
    class Base:
        n: int

    class Loud(Base):
        """Neither frozen nor slotted itself, as a test's double may be."""

        def __init__(self, n: int) -> None:
            super().__init__(2 * n)

    if first == "super":
        assert Loud(2).n == 4
    one, other = (Base.__new__(Base) for _ in range(2))
    for each in (one, other):
        object.__setattr__(each, "n", 3)
    match first:
        case "init":
            assert Base(3).n == 3
        case "equal":
            assert one == other
        case "hash":
            assert hash(one) == hash(other)
    assert (Base(3) == one, hash(Base(3)) == hash(one), Loud(2) == Loud(2), Loud(1) == Base(2)) == (
        True,
        True,
        True,
        False,
    )


def test_of_two_kinds_with_the_same_fields_none_is_the_other() -> None:
    @frozen
    class One:
        n: int

    @frozen
    class Other:
        n: int

    one: object = One(1)
    assert one != Other(1)
    assert one == One(1)


def test_it_is_matched_by_its_fields() -> None:
    match OURS[1](1, "b"):
        case object(first=first, second=second):
            assert (first, second) == (1, "b")


def test_a_subclass_of_the_library_inherits_from_it_and_is_frozen_too() -> None:
    @dataclass(frozen=True, slots=True)
    class Below(Intended):
        more: int = 0

    assert [field.name for field in fields(Below)][-1] == "more"
    assert issubclass(Below, Intended)


def test_it_can_be_kept_as_bytes_and_read_again() -> None:
    fact = Intended.__new__(Intended)
    for each in fields(Intended):
        object.__setattr__(fact, each.name, each.name)
    assert pickle.loads(pickle.dumps(fact)) == fact  # noqa: S301 - our own bytes


def test_nothing_of_it_can_be_changed() -> None:
    thing = OURS[1](1)
    with pytest.raises(FrozenInstanceError, match="cannot assign to field 'first'"):
        thing.first = 2
    with pytest.raises(FrozenInstanceError, match="cannot delete field 'first'"):
        del thing.first


def test_a_default_that_can_be_changed_is_no_default() -> None:
    with pytest.raises(ValueError, match="many has a default that can be changed, of list"):

        @frozen
        class _Listed:
            many: list[int] = []  # noqa: RUF012 - that is what is refused

    with pytest.raises(TypeError, match="n has a hash of its own"):

        @frozen
        class _Hashed:
            n: int = dataclasses.field(hash=False)


def test_what_is_not_compared_makes_no_difference() -> None:
    for kind in (OURS[8], THEIRS[8]):
        assert (kind(1, more=2) == kind(1, more=3), kind(1, "a") == kind(1, "b")) == (True, False)
        assert hash(kind(1, more=2)) == hash(kind(1, more=3))


def test_what_is_not_given_has_no_default() -> None:
    with pytest.raises(TypeError, match="double is not given, and has a default: set it in __post_init__"):

        @frozen
        class _Doubled:
            double: int = dataclasses.field(init=False, default=2)


def test_a_field_without_a_default_stands_before_those_that_have_one() -> None:
    with pytest.raises(TypeError, match="Late has a field without a default behind one that has one"):

        @frozen
        class _Late:
            first: int = 1
            second: int  # type: ignore[misc]  # that is what is refused


@pytest.mark.parametrize("count", [2, 20, 70])
def test_names_of_fields_are_taken_for_no_others_whatever_they_are(count: int) -> None:
    names = ["other", "_0", "_1", "hash", "_set", "NotImplemented", *(f"n{number}" for number in range(count))]
    kind: Any = frozen(type("Thing", (), {"__annotations__": dict.fromkeys(names, int)}))
    one, same, another = kind(*range(len(names))), kind(*range(len(names))), kind(*range(1, len(names) + 1))
    assert [getattr(one, name) for name in names] == [*range(len(names))]
    assert (one == same, one == another, hash(one) == hash(same)) == (True, False, True)
    assert one != (0,)


def test_whoever_has_nothing_else_to_do_makes_the_methods_before_they_are_used() -> None:
    @frozen
    class _Coin:
        cents: int

    @frozen
    class _Token:
        text: str

        @override
        def __hash__(self) -> int:
            return 7

    @slotted
    class _Purse:
        cents: int = 0

    _Coin(1)  # used already
    for _ in making_methods():
        pass
    made = [_Coin.__dict__["__hash__"], *(kind.__dict__["__init__"] for kind in (_Coin, _Token, _Purse))]
    assert [method.__closure__ for method in made] == [None] * 4
    assert (hash(_Token("a")), _Purse(5) == _Purse(5)) == (7, True)
    with pytest.raises(TypeError, match="unhashable"):
        hash(_Purse())
    assert not list(making_methods())
