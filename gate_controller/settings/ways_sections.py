"""The sections about which way a lane leads, about tickets, and about how many people are inside."""

from typing import Annotated

from pydantic import Field

from gate_controller.settings import values as read
from gate_controller.settings.sections import Flag, Section
from gate_controller.settings.values import ReadBy


class LaneSection(Section, frozen=True):
    """Which way the lane leads."""

    direction: Annotated[str, ReadBy(read.one_of(("in", "out")))] = Field(
        default="in",
        description="`out`: tickets are checked out here, no voucher is taken, and whoever wants out is let out",
    )


class TicketsSection(Section, frozen=True):
    """Tickets of E-GUMA's ticketing."""

    taken: Flag = Field(default=False, description="whether tickets (19 digits) are taken beside vouchers")
    reentry_minutes: Annotated[float, ReadBy(read.number(0, 1440, "minutes")), read.WHILE_RUNNING] = Field(
        default=0.0,
        description="for so long after its check-in a ticket goes in again; whoever hands it on lets somebody else in",
    )
    undo: Annotated[Flag, read.WHILE_RUNNING] = Field(
        default=False, description="whether a check-in that nobody used is undone by a check-out once it lapses"
    )


class OccupancySection(Section, frozen=True):
    """How many people are inside."""

    limit: Annotated[
        int, ReadBy(read.whole(0, 100_000, "give a whole number of people; 0: no limit")), read.WHILE_RUNNING
    ] = Field(
        default=0,
        description="how many may be inside; more are told to wait, and nothing is charged; for a lane whose exits "
        "are counted",
    )
