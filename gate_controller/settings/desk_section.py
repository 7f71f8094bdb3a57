"""
The section of the desk: who may have E-GUMA do what for a visitor at a counter, and up to which amount.

It binds the staff's page and its API. Whoever may open the control socket owns the gate, and is bound by none of it.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Final

from pydantic import Field
from typing_extensions import override

from gate_controller.settings import values as read
from gate_controller.settings.mistakes import Given, Mistake, variable
from gate_controller.settings.sections import Section
from gate_controller.settings.values import ReadBy

_ROLES: Final = ("staff", "technician")
_Least = Annotated[str, ReadBy(read.one_of(_ROLES)), read.WHILE_RUNNING]

# The upper bound is the desk's own ceiling (desk/errand_orders.py).
_IN_CENTS: Final = "give whole cents from 1 to 10000000: 500.00 is 50000"
_Most = Annotated[int, ReadBy(read.whole(1, 10_000_000, _IN_CENTS)), read.WHILE_RUNNING]


class DeskSection(Section, frozen=True):
    """Who may have E-GUMA do what at the desk, and up to which amount."""

    admit_role: _Least = Field(
        default="staff", description="least role that may let visitors in on a voucher, charged as by a scan"
    )
    top_up_role: _Least = Field(default="staff", description="least role that may top a voucher up")
    sell_role: _Least = Field(default="staff", description="least role that may sell a depot voucher")
    take_back_role: _Least = Field(default="staff", description="least role that may take a depot voucher back")
    void_role: _Least = Field(
        default="staff", description="least role that may give a charge back, the whole of it or a part"
    )
    ticket_role: _Least = Field(default="staff", description="least role that may check tickets in and out")
    most_cents: _Most = Field(
        default=50_000, description="highest amount that staff may move at a time at the desk, whoever says it"
    )
    technician_most_cents: _Most = Field(default=500_000, description="the same of technicians")

    @override
    def contradictions(self, given: Mapping[str, Given]) -> Iterator[Mistake]:
        if self.technician_most_cents < self.most_cents:
            yield Mistake(
                "desk.technician_most_cents is less than desk.most_cents, and technicians may do what staff may",
                given["desk.technician_most_cents"].place,
                f"set {variable('desk.technician_most_cents')} to as much, or {variable('desk.most_cents')} to less",
            )
