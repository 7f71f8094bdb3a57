"""The section of outages: what becomes of visitors while E-GUMA cannot be reached."""

from typing import Annotated, Final

from pydantic import Field

from gate_controller.admission.words.outage_rules import OutageConduct
from gate_controller.settings import values as read
from gate_controller.settings.sections import Section
from gate_controller.settings.values import ReadBy

_IN_CENTS: Final = "give whole cents from 0 to 100000000: 500.00 is 50000; 0 is without a limit"


class OutageSection(Section, frozen=True):
    """What becomes of visitors while E-GUMA cannot be reached."""

    policy: Annotated[str, ReadBy(read.one_of(tuple(OutageConduct))), read.WHILE_RUNNING] = Field(
        default=OutageConduct.CLOSED.value,
        description="`closed`: each is refused; `staff_only`: each is sent to staff; `free`: each is let in, without "
        "a charge now or later",
    )
    most_persons: Annotated[
        int,
        ReadBy(read.whole(0, 100_000, "give a number of persons from 0 to 100000; 0 is without a limit")),
        read.WHILE_RUNNING,
    ] = Field(default=0, description="`free`: how many persons one outage lets in; then each is refused")
    most_cents: Annotated[int, ReadBy(read.whole(0, 100_000_000, _IN_CENTS)), read.WHILE_RUNNING] = Field(
        default=0, description="`free`: what those persons would have paid at most; then each is refused"
    )
