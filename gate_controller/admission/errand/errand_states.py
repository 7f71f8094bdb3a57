"""Where an errand stands, and what it knows only while it stands there."""

from typing import ClassVar

from gate_controller.admission.words.calls import CallFailed
from gate_controller.admission.words.frozen import frozen


@frozen(kw_only=True)
class ErrandState:
    """Something that an errand does."""

    name: ClassVar[str]


@frozen(kw_only=True)
class Enquiring(ErrandState):
    """E-GUMA is being asked whether it can be done, and how the voucher is before it."""

    name = "enquiring"


@frozen(kw_only=True)
class Committing(ErrandState):
    """`ErrandBegun` is on its way to disk: nothing has been sent."""

    name = "committing"


@frozen(kw_only=True)
class Acting(ErrandState):
    """The request is out."""

    name = "acting"


@frozen(kw_only=True)
class Wondering(ErrandState):
    """It was sent and its fate is being looked up."""

    name = "wondering"
    settle_at: float
    """Monotonic time from which a look that shows no change means: not done."""
    timer: float | None = None
    """Monotonic time of the next look; None while one is out."""
    looked_at: float = 0.0
    """Monotonic time at which the newest look began."""
    tries: int = 0
    refusal: CallFailed | None = None
    """E-GUMA's own no to the request: no effect of it is on its way."""


@frozen(kw_only=True)
class Over(ErrandState):
    """The gate has no more work with it."""

    name = "over"
