"""What staff can let go wrong in the demo, to see what the visitor and the books see. All of it is in one table."""

from enum import Enum

from gate_controller.simulator import Endpoint, FaultKind, Misbehaviour

# Longer than the visitor's time, so that he is refused first and the charge turns up after that.
LATE_SECONDS = 8.0


class Trouble(Enum):
    """One thing that goes wrong on the way to E-GUMA until the next one is chosen."""

    NONE = ("none",)
    NETWORK = ("no network", Misbehaviour(FaultKind.RESET, times=None))
    LOST_ANSWER = (
        "charged, but the answer is lost",
        Misbehaviour(FaultKind.RESET, Endpoint.REDEEM, times=None, effect=True),
    )
    LATE_CHARGE = (
        f"charged {LATE_SECONDS:.0f} s late, without an answer",
        Misbehaviour(FaultKind.LATE, Endpoint.REDEEM, times=None, delay_seconds=LATE_SECONDS),
    )
    SILENCE = ("E-GUMA never answers", Misbehaviour(FaultKind.HANG, times=None))
    NO_KEY = ("the gate’s key is not accepted", Misbehaviour(FaultKind.STATUS, times=None, status=401))

    def __init__(self, title: str, *faults: Misbehaviour) -> None:
        """`title` is what to call it on the screen, `faults` what the simulator does."""
        self.title = title
        self.faults = faults

    @property
    def following(self) -> "Trouble":
        """The next one, in a ring."""
        ring = list(Trouble)
        return ring[(ring.index(self) + 1) % len(ring)]
