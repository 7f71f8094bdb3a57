"""One message as a display gets it: a symbol, and the same words in each language of the house."""

from dataclasses import dataclass

from gate_controller.admission.words.messages import Signal, Symbol


@dataclass(frozen=True, slots=True)
class Face:
    """The words of a card in one language."""

    title: str
    detail: str
    money: str
    """What happened to the money; empty while nothing is decided."""


@dataclass(frozen=True, slots=True)
class Card:
    """What a display shows until it is handed another card."""

    symbol: Symbol
    signal: Signal | None
    """Gives a colour display its colour."""
    faces: tuple[Face, ...]
    """In the order of the house; one at least."""
    is_resting: bool = False
    """Nobody is being told anything: idle or out of service. It goes round for ever, and an OLED spares itself."""
