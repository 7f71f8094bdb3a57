from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from gate_controller.admission.words.ids import Incident, Numbering, incident, number_of, read_incident


@given(st.integers(0, 2**25 - 1))
def test_an_incident_code_names_one_attempt(number: int) -> None:
    assert number_of(incident(number)) == number


def test_neighbours_do_not_look_alike() -> None:
    codes = [incident(number) for number in range(1, 200)]

    assert len(set(codes)) == len(codes)
    assert all(sum(a != b for a, b in zip(one, other, strict=True)) >= 2 for one, other in pairwise(codes))


def test_a_person_may_type_an_incident_code_carelessly() -> None:
    assert read_incident(" kro1i ") == Incident("KR011")


def test_what_is_no_incident_code_names_nothing() -> None:
    assert number_of(Incident("U!")) is None
    assert number_of(Incident("ABC")) is None


def test_numbers_go_on_after_the_newest_attempt_of_the_journal() -> None:
    numbering = Numbering("K3QF", 41)

    assert numbering.next() == ("K3QF42", incident(42))
