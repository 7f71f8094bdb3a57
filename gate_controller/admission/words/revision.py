"""Other settings for a gate that runs: what it is told of them."""

from gate_controller.admission.words.events import Order
from gate_controller.admission.words.frozen import frozen
from gate_controller.admission.words.policy import Policy


@frozen
class RevisionOrdered(Order):
    """The gate is to go by other settings, as soon as nobody is being served."""

    policy: Policy
    source: str
    """Where they stand, for the books."""
