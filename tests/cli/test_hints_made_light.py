"""A start has `typing` compile each text once: what comes out is the same, and nothing of it stays."""

import subprocess
import sys
import typing
from collections.abc import Callable
from typing import Any

import pytest

from gate_controller.cli.gate_run import hints_made_light


def _hints() -> tuple[Any, Any]:
    class Thing:
        first: "int | None"
        second: "int | None"

    return typing.get_type_hints(Thing), [typing.ForwardRef("int | None") for _ in range(2)]


def test_hints_are_what_they_are_without_it() -> None:
    plain, _ = _hints()
    with hints_made_light():
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
    with hints_made_light():
        assert refused(typing.ForwardRef) == plain


def test_nothing_of_it_stays_whatever_becomes_of_the_start() -> None:
    with pytest.raises(RuntimeError), hints_made_light():
        raise RuntimeError
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


def test_pydantic_answers_the_same_whichever_way_it_was_brought_in() -> None:
    light = "from gate_controller.cli.gate_run import hints_made_light\nwith hints_made_light(): import pydantic.main\n"
    plain, lightly = (
        subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True).stdout  # noqa: S603 -- our own words
        for told in (_ASKED, light + _ASKED)
    )
    assert len(plain.splitlines()) == 5
    assert lightly == plain
