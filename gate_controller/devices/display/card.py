"""One message as a display gets it: a symbol, and the same words in each language of the house."""

from dataclasses import replace

from gate_controller.admission.words.frozen import frozen
from gate_controller.admission.words.messages import Signal, Symbol


@frozen
class Face:
    """The words of a card in one language."""

    title: str
    detail: str
    money: str
    """What happened to the money; empty while nothing is decided."""
    short: "Face | None" = None
    """The same in fewer words, for a display without room for these; None: there are no fewer."""


@frozen
class Card:
    """What a display shows until it is handed another card."""

    symbol: Symbol
    signal: Signal | None
    """Gives a colour display its colour."""
    faces: tuple[Face, ...]
    """In the order of the house; one at least."""
    is_resting: bool = False
    """Nobody is being told anything: idle or out of service. It goes round for ever, and an OLED spares itself."""
    afterwards: "Card | None" = None
    """What stays true of it when a resting card follows before it could be read; None: nothing does."""
    unread: "Card | None" = None
    """Of a resting card: what comes with it of the one before, until the next."""

    def beginning_with(self, number: int) -> "Card":
        """Return it with the face of this number first and those before it last, in what stays of it too."""
        later = self.afterwards
        return replace(
            self,
            faces=self.faces[number:] + self.faces[:number],
            afterwards=later.beginning_with(number) if later is not None else None,
        )
