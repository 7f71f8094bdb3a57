"""
Presentations: a code held before the scanner, however often it is read, is one person's wish (design.md, "One lane, one
person").

One presentation is admitted once. It lasts until the code has not been read for a while, so that a phone left lying on
a scanner that rereads never pays twice.
"""

from dataclasses import field

from gate_controller.admission.words.frozen import slotted
from gate_controller.admission.words.messages import MessageKind
from gate_controller.admission.words.policy import Policy

LASTS_SECONDS = 2.0
"""How long a presentation lasts after its newest reading; scanners that reread do so at least this often."""

REREADS = 2.0
"""It lasts longer where the scanner takes its time: so many of the longest pauses between its rereads."""


@slotted
class Presentation:
    """One code, held before the scanner. Times are monotonic."""

    read_at: float
    """When it was read the last time."""
    least: float
    """How many seconds it lasts at least after a reading."""
    pause: float = 0.0
    """The longest pause between two of its rereads."""
    told: MessageKind | None = None
    """What it is told while it still lies there, once it has been let in; None before."""
    is_consulted: bool = False
    """It has been told what is on its voucher: it charges nothing, however long it lies there."""

    @property
    def lasts_until(self) -> float:
        """Until when a reading belongs to it, if there is none before."""
        return self.read_at + max(self.least, REREADS * self.pause)


@slotted
class Presentations:
    """The codes that are being held before the scanner, or were a moment ago."""

    _by_code: dict[str, Presentation] = field(default_factory=dict)

    def read(self, code: str, now: float, policy: Policy) -> Presentation:
        """Take a reading, and return the presentation that it belongs to or begins."""
        # A house that takes no code for a repeat takes none for one that still lies there either.
        least = min(LASTS_SECONDS, policy.repeat_seconds)
        self._by_code = {known: one for known, one in self._by_code.items() if now < one.lasts_until}
        presentation = self._by_code.setdefault(code, Presentation(now, least))
        pause = now - presentation.read_at
        # A pause that is no scanner's but a person's, who tries too early, must not make him wait ever longer.
        if pause <= least:
            presentation.pause = max(presentation.pause, pause)
        presentation.read_at = now
        return presentation

    def begins(self, held: str, now: float, policy: Policy) -> bool:
        """Take a reading of what is never to be taken twice, whatever the house takes for a repeat: is it a new one?"""
        known = self._by_code.get(held)
        is_new = known is None or now >= known.lasts_until
        self.read(held, now, policy).least = LASTS_SECONDS
        return is_new

    def consulted(self, code: str, now: float, policy: Policy) -> None:
        """Take a reading of a code whose balance is to be told: until it is taken away it is for nothing else."""
        self.begins(code, now, policy)
        self._by_code[code].is_consulted = True

    def admitted(self, codes: frozenset[str], told: MessageKind) -> None:
        """Whoever holds one of these codes has been let in, or is told something else of that by now."""
        for code in codes & self._by_code.keys():
            self._by_code[code].told = told
