"""Persons whom staff have admitted from the desk on one voucher: served one after the other, each as by a scan."""

from dataclasses import replace
from typing import Self

from gate_controller.admission.words.codes import Code
from gate_controller.admission.words.frozen import frozen
from gate_controller.admission.words.ids import AttemptId, OrderId
from gate_controller.admission.words.money import Cents

MOST_PERSONS = 50
"""How many may be admitted by one order: a coach."""


@frozen
class Party:
    """
    Whom one order is to let in on one voucher.

    The gate opens once for each, and each is charged by the rules of a scan. It ends with the first who is not let in.
    """

    code: Code
    by: str
    order: OrderId
    persons: int
    most: Cents | None = None
    """What may be charged for each of them; None: without a limit."""
    attempts: tuple[AttemptId, ...] = ()
    """Those begun so far, in order."""
    admitted: int = 0

    @property
    def is_over(self) -> bool:
        """Whether nobody of it is served any more, once the lane is free."""
        return self.admitted < len(self.attempts) or len(self.attempts) >= self.persons

    def with_one_more(self, attempt: AttemptId) -> Self:
        """Return it with one more of its persons being served."""
        return replace(self, attempts=(*self.attempts, attempt))

    def followed_by(self, before: AttemptId, attempt: AttemptId) -> Self:
        """Return it with its newest person served by another attempt; the same one where that was another's."""
        is_own = self.attempts[-1:] == (before,)
        return replace(self, attempts=(*self.attempts[:-1], attempt)) if is_own else self

    def with_admission(self, attempt: AttemptId) -> Self:
        """Return it with its newest person let in; the same one where the admission was another's."""
        is_own = self.attempts[-1:] == (attempt,) and self.admitted < len(self.attempts)
        return replace(self, admitted=self.admitted + 1) if is_own else self

    def stopped(self) -> Self:
        """Return it with nobody to follow."""
        return replace(self, persons=len(self.attempts))
