"""A start has `typing` compile each text once: what comes out is the same, and nothing of it stays."""

import typing
from collections.abc import Callable
from typing import Any

import pytest

from gate_controller.cli.gate_run import hints_compiled_once


def _hints() -> tuple[Any, Any]:
    class Thing:
        first: "int | None"
        second: "int | None"

    return typing.get_type_hints(Thing), [typing.ForwardRef("int | None") for _ in range(2)]


def test_hints_are_what_they_are_without_it() -> None:
    plain, _ = _hints()
    with hints_compiled_once():
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
    with hints_compiled_once():
        assert refused(typing.ForwardRef) == plain


def test_nothing_of_it_stays_whatever_becomes_of_the_start() -> None:
    with pytest.raises(RuntimeError), hints_compiled_once():
        raise RuntimeError
    assert "compile" not in vars(typing)
