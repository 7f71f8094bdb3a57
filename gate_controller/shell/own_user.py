"""
Which of E-GUMA's users this gate is: set, remembered, or learnt from redemptions it knows to be its own.

The list of redemptions names users, not keys. Without the gate's user, a look-up can't tell its own redemptions from
another gate's.
"""

import hashlib
import logging
from collections.abc import Iterable

from gate_controller.admission.attempt.evidence import learn_user
from gate_controller.admission.words.outcomes import ListedRedemption
from gate_controller.journal.store import Store
from gate_controller.journal.writer import Journal

_log = logging.getLogger(__name__)


class OwnUser:
    """The user whose key the gate has, as far as it is known."""

    def __init__(self, journal: Journal, *, configured: str | None, api_key: str) -> None:
        self._journal = journal
        self.known = configured
        # Another key may be another user's: what was learnt with the old one is not believed any more. The key itself
        # cannot be had back from this.
        self._remembered_as = f"own_user:{hashlib.sha256(api_key.encode()).hexdigest()[:16]}"

    async def recall(self) -> None:
        """Take what an earlier run learnt. Raises `JournalError`."""
        if self.known is None:
            self.known = await self._journal.read(lambda store: store.remembered(self._remembered_as))

    async def learn(self, listed: Iterable[ListedRedemption], since: float) -> None:
        """Learn from a list of redemptions of all users since a moment (wall clock). Raises `JournalError`."""
        if self.known is not None:
            return
        entries = tuple(listed)

        def ask(store: Store) -> str | None:
            user = learn_user(entries, store.charges_since(since))
            if user is not None:
                store.remember(self._remembered_as, user)
            return user

        self.known = await self._journal.read(ask)
        if self.known is not None:
            _log.info("own_user=learnt id=%s", self.known)
