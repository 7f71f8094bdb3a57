from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st

from gate_controller.admission.words.ids import (
    FIRST_SHIFTED,
    Incident,
    IncidentCodes,
    Numbering,
    read_incident,
    shift_of,
)

A_MONTH = 31 * 86_400 // 8
"""Numbers of a month, where a gate gives one every 8 s."""

NUMBERS = st.integers(0, 2**30)
CODES = st.integers(0, FIRST_SHIFTED - 1).map(IncidentCodes)


@given(codes=CODES, number=NUMBERS, later=st.integers(0, 3 * FIRST_SHIFTED))
@example(codes=IncidentCodes(7), number=FIRST_SHIFTED - 3, later=FIRST_SHIFTED)
@example(codes=IncidentCodes(7), number=FIRST_SHIFTED, later=0)
def test_an_incident_code_leads_back_to_its_attempt(codes: IncidentCodes, number: int, later: int) -> None:
    found = list(codes.numbers(codes.of(number), number + later))
    assert number in found
    assert found == sorted(found, reverse=True)
    assert {codes.of(other) for other in found} == {codes.of(number)}


@given(codes=CODES, first=st.integers(FIRST_SHIFTED, 2**30), distance=st.integers(1, A_MONTH))
def test_within_a_month_no_code_comes_up_again(codes: IncidentCodes, first: int, distance: int) -> None:
    assert codes.of(first) != codes.of(first + distance)


@given(codes=CODES, number=st.integers(0, FIRST_SHIFTED - 1))
def test_attempts_of_older_versions_keep_their_codes(codes: IncidentCodes, number: int) -> None:
    assert codes.of(number) == IncidentCodes().of(number)


def test_two_gates_give_other_codes_to_the_same_numbers() -> None:
    one, other = IncidentCodes(shift_of("east 10000000a1b2c3d4")), IncidentCodes(shift_of("west 10000000a1b2c3d5"))
    numbers = range(FIRST_SHIFTED, FIRST_SHIFTED + 10_000)
    assert not {one.of(number) for number in numbers} & {other.of(number) for number in numbers}


def test_neighbours_do_not_look_alike() -> None:
    codes = [IncidentCodes(12_345).of(number) for number in range(FIRST_SHIFTED - 100, FIRST_SHIFTED + 100)]

    assert len(set(codes)) == len(codes)
    assert all(sum(a != b for a, b in zip(one, other, strict=True)) >= 2 for one, other in pairwise(codes[100:]))


def test_a_person_may_type_an_incident_code_carelessly() -> None:
    assert read_incident(" kro1i ") == Incident("KR011")


def test_what_is_no_incident_code_names_nothing() -> None:
    assert list(IncidentCodes().numbers(Incident("U!"), 2**30)) == []
    assert list(IncidentCodes().numbers(Incident("ABC"), 2**30)) == []


def test_numbers_go_on_after_the_newest_attempt_of_the_journal() -> None:
    numbering = Numbering("K3QF", 41, IncidentCodes(7))

    assert numbering.next() == ("K3QF42", IncidentCodes(7).of(42))
