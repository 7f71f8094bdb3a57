"""What a gate answers to an order of the venue's: what became of it, and whether the relay has moved."""

import json
from dataclasses import dataclass
from enum import StrEnum

from gate_controller.shell.signed_orders import LONGEST_ORDER_ID, MOST_ORDER_BYTES, read_strictly, seconds_in, text_in


class Fate(StrEnum):
    """What became of an order."""

    DONE = "done"
    REFUSED = "refused"
    """Nothing was done."""
    FAILED = "failed"
    """It was tried, and could not be done, as where the relay failed."""
    UNKNOWN = "unknown"
    """The gate cannot tell: it died while it carried the order out, say. Its events may."""


@dataclass(frozen=True, slots=True)
class OrderAnswer:
    """What a gate says became of an order."""

    gate: str
    id: str
    """The order's; empty where what came could not be read."""
    outcome: Fate
    text: str
    """The gate's words."""
    relay: str = ""
    """`opened` where the relay has moved for it, `failed` where it could not; else empty."""
    at: float = 0.0
    """When it became so, by the gate's clock."""

    def packed(self) -> bytes:
        """Return it as it travels."""
        told = {
            "gate": self.gate,
            "id": self.id,
            "outcome": self.outcome.value,
            "text": self.text,
            "relay": self.relay,
            "at": self.at,
        }
        return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def read_answer(payload: bytes) -> OrderAnswer:
    """Read a gate's answer. Raises ValueError."""
    if len(payload) > MOST_ORDER_BYTES:
        raise ValueError("it is too long")
    said = read_strictly(payload)
    relay = text_in(said, "relay", 10, may_be_empty=True)
    if relay not in {"", "opened", "failed"}:
        raise ValueError("relay: is neither opened nor failed")
    return OrderAnswer(
        gate=text_in(said, "gate", LONGEST_ORDER_ID),
        id=text_in(said, "id", LONGEST_ORDER_ID, may_be_empty=True),
        outcome=Fate(text_in(said, "outcome")),
        text=text_in(said, "text", may_be_empty=True),
        relay=relay,
        at=seconds_in(said, "at"),
    )
