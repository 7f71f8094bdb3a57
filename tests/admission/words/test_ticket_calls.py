"""What is a ticket's number, as people and tickets write it."""

import pytest

from gate_controller.admission.words.ticket_calls import ticket_number_in

NUMBER = "1234567890123456789"


@pytest.mark.parametrize(
    "text", [NUMBER, f" {NUMBER}\n", "1234 5678 9012 3456 789", "1234-5678-9012-3456-789", "123\u00a04567890123456789"]
)
def test_nineteen_digits_are_a_ticket_number_in_groups_too(text: str) -> None:
    assert ticket_number_in(text) == NUMBER


@pytest.mark.parametrize("text", ["", NUMBER[:-1], f"{NUMBER}0", f"{NUMBER[:-1]}A", "L4FU5LQTKJR3", "٣" * 19, "-" * 19])
def test_anything_else_is_none(text: str) -> None:
    assert ticket_number_in(text) is None
