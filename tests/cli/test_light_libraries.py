"""Libraries that a start brings in with less work: they answer as ever, and nothing of the way stays."""

import dataclasses
import re
import subprocess
import sys
import typing
from collections.abc import Callable
from typing import Any

import pytest

from gate_controller.cli.light_libraries import libraries_made_light


def _hints() -> tuple[Any, Any]:
    class Thing:
        first: "int | None"
        second: "int | None"

    return typing.get_type_hints(Thing), [typing.ForwardRef("int | None") for _ in range(2)]


def test_hints_are_what_they_are_without_it() -> None:
    plain, _ = _hints()
    with libraries_made_light():
        once, (one, other) = _hints()
    assert once == plain == {"first": int | None, "second": int | None}
    assert one.__forward_code__ is other.__forward_code__


@pytest.mark.parametrize("text", ["int |", "1 +"])
def test_what_is_no_hint_is_refused_as_ever(text: str) -> None:
    def refused(make: Callable[[str], object]) -> str:
        with pytest.raises(SyntaxError) as seen:
            make(text)
        return str(seen.value)

    plain = refused(typing.ForwardRef)
    with libraries_made_light():
        assert refused(typing.ForwardRef) == plain


def test_nothing_of_it_stays_whatever_becomes_of_the_start() -> None:
    plain = dataclasses.dataclass, typing.TypedDict
    with pytest.raises(RuntimeError), libraries_made_light():
        raise RuntimeError
    assert (dataclasses.dataclass, typing.TypedDict) == plain
    assert "compile" not in vars(typing)


_ASKED = """
import pydantic, pydantic_core, sys, typing, typing_extensions
from pydantic import BaseModel, TypeAdapter, ValidationError
class Model(BaseModel, strict=True, title="One"):
    number: int
    more: "list[str]" = []
class Its(typing_extensions.TypedDict, total=False):
    number: typing_extensions.Required[int]
def errors(make):
    try:
        return make()
    except ValidationError as error:
        return error.errors(include_url=False), str(error).splitlines()[0]
print(errors(lambda: Model(number=1)), errors(lambda: Model.model_validate_json('{"number": "1"}')))
read = TypeAdapter(Its).validate_python
print(errors(lambda: read({})), errors(lambda: read({"number": 1})))
print(Model.model_json_schema(), Its.__required_keys__, Model(number=2).model_dump_json())
missing = {"type": "missing", "loc": ("a",), "input": 1}
print(pydantic_core.ValidationError.from_exception_data("said", [missing]).errors())
print(typing_extensions.TypedDict.__module__, "compile" in vars(typing))
"""


_LIGHTLY = """
from gate_controller.cli.light_libraries import libraries_made_light
with libraries_made_light():
    import pydantic_settings
"""

_CLASSES = """
import dataclasses, sys, pydantic_settings
def told(kind):
    own = kind.__dict__
    yield kind.__module__, kind.__qualname__, own.get("__slots__"), own.get("__match_args__"), kind.__hash__ is None
    yield repr(kind.__dataclass_params__)
    for field in dataclasses.fields(kind):
        made = field.default_factory is not dataclasses.MISSING
        yield field.name, str(field.type), repr(field.default), made
        yield field.init, field.compare, field.repr, field.kw_only
for name, module in sorted(sys.modules.items()):
    for each in vars(module).values() if name.startswith(("annotated_types", "pydantic")) else ():
        if isinstance(each, type) and each.__module__ == name and "__dataclass_params__" in each.__dict__:
            print([*told(each)])
"""

_OBJECTS = """
import annotated_types, copy, inspect, pickle, pydantic_settings
from pydantic import AfterValidator, AliasChoices, AliasPath, BaseModel, Field, StringConstraints, ValidationError
from typing import Annotated
class Model(BaseModel):
    few: Annotated[int, annotated_types.Interval(gt=0, le=5)] = Field(
        validation_alias=AliasChoices("few", AliasPath("a", 0))
    )
    word: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1), AfterValidator(str.upper)] = "w"
for given in ({"few": 3}, {"a": [4], "word": " x "}, {"few": 9}, {"few": 1, "word": " "}):
    try:
        print(Model.model_validate(given))
    except ValidationError as error:
        print(error.errors(include_url=False))
gt, same, other = annotated_types.Gt(1), annotated_types.Gt(gt=1), annotated_types.Gt(2)
print(gt, gt == same, gt == other, gt == annotated_types.Ge(1), hash(gt) == hash(same), len({gt, same, other}))
print(copy.deepcopy(gt) == gt, pickle.loads(pickle.dumps(gt)) == gt, [*annotated_types.Interval(gt=1, lt=3)])
for wrong in (lambda: annotated_types.Gt(), lambda: annotated_types.Gt(1, 2), lambda: setattr(gt, "gt", 2)):
    try:
        wrong()
    except Exception as error:
        print(type(error).__name__, error)
"""


@pytest.mark.parametrize("asked", [_ASKED, _CLASSES, _OBJECTS], ids=["models", "classes", "objects"])
def test_pydantic_answers_the_same_whichever_way_it_was_brought_in(asked: str) -> None:
    plain, lightly = (
        subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True).stdout  # noqa: S603 -- our own words
        for told in (asked, _LIGHTLY + asked)
    )
    assert len(plain.splitlines()) >= 5
    assert _placeless(lightly) == _placeless(plain)


def _placeless(text: str) -> list[str]:
    return re.sub(" at 0x[0-9a-f]+", "", text).splitlines()


def test_what_only_the_library_makes_is_made_by_it() -> None:
    with libraries_made_light():

        @dataclasses.dataclass(slots=True)
        class Counted:
            count: "typing.ClassVar[int]" = 3
            n: int = dataclasses.field(default=1, hash=False)

        @dataclasses.dataclass(slots=True)
        class Given:
            start: dataclasses.InitVar[int]
            n: int = 0

            def __post_init__(self, start: int) -> None:
                self.n = start

        @dataclasses.dataclass(order=True)
        class Ordered:
            n: int

    assert ([field.name for field in dataclasses.fields(Counted)], Counted.count) == (["n"], 3)
    assert Given(4).n == 4
    assert Ordered(1) < Ordered(2)
    assert dataclasses.dataclass.__module__ == "dataclasses"
