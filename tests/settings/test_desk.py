"""The settings of the desk: who may have E-GUMA do what, and up to which amount."""

import pytest

from tests.rig.settings import loaded, mistakes


def test_staff_may_do_everything_at_the_desk_up_to_500_by_default() -> None:
    desk = loaded().settings.desk
    assert {desk.top_up_role, desk.sell_role, desk.take_back_role, desk.void_role} == {"staff"}
    assert (desk.most_cents, desk.technician_most_cents) == (50_000, 500_000)


@pytest.mark.parametrize("role", ["viewer", "", "boss"])
def test_nobody_below_staff_moves_money_at_the_desk(role: str) -> None:
    [mistake] = mistakes(GATE_DESK__VOID_ROLE=role)
    assert "choose from staff, technician" in str(mistake)


def test_technicians_may_not_move_less_than_staff() -> None:
    [mistake] = mistakes(GATE_DESK__MOST_CENTS="600000")
    assert "desk.technician_most_cents is less than desk.most_cents" in str(mistake)
    assert "GATE_DESK__TECHNICIAN_MOST_CENTS" in str(mistake)
