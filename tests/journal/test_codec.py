"""Facts to rows and back: nothing is lost, and rows of other versions are read or refused in words."""

import json

import pytest
from hypothesis import given

from gate_controller.admission.words.fact_kinds import KINDS
from gate_controller.admission.words.facts import Fact, Refused
from gate_controller.journal.codec import decode, encode
from tests.rig.facts import any_fact, facts_of_kind, intended, redeemed


def and_back(fact: Fact) -> Fact:
    return decode(fact.attempt, fact.n, type(fact).__name__, fact.at, encode(fact))


@given(any_fact)
def test_every_fact_comes_back_as_it_was(fact: Fact) -> None:
    assert and_back(fact) == fact


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
def test_no_kind_of_fact_is_left_out_of_that(kind: type[Fact]) -> None:
    @given(facts_of_kind(kind))
    def comes_back(fact: Fact) -> None:
        assert and_back(fact) == fact

    comes_back()


def test_enums_come_back_as_enums() -> None:
    first, second = and_back(intended(1)), and_back(redeemed(1))
    assert (first, second) == (intended(1), redeemed(1))
    assert type(getattr(first, "currency")).__name__ == "Currency"  # noqa: B009 - of whichever kind it came back
    assert type(getattr(second, "evidence")).__name__ == "Evidence"  # noqa: B009


def test_what_says_nothing_takes_no_room() -> None:
    fact = Refused(intended(1).attempt, 0, 1.0, incident=intended(1).incident, code=intended(1).code, reason="low")
    assert set(json.loads(encode(fact))) == {"incident", "code", "reason"}


def test_a_field_that_a_newer_version_added_is_passed_over() -> None:
    body = {**json.loads(encode(intended(1))), "weather": "snow"}
    assert decode(intended(1).attempt, 0, "Intended", intended(1).at, json.dumps(body)) == intended(1)


def test_a_kind_that_only_a_newer_version_knows_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="unknown kind 'Teleported': it was written by a newer version"):
        decode("ABCD1", 0, "Teleported", 1.0, "{}")


def test_a_row_without_what_its_kind_needs_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="fact Intended of attempt ABCD1 is incomplete"):
        decode("ABCD1", 0, "Intended", 1.0, '{"code":"L4FU5LQTKJR3"}')


@pytest.mark.parametrize("body", ["", "{", "[]", "null", "7", '{"evidence":"hearsay"}'])
def test_a_row_that_no_version_wrote_is_a_value_error(body: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the text is the standard library's
        decode("ABCD1", 0, "Redeemed", 1.0, body)
