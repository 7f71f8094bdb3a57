"""
Which of E-GUMA's users this gate is, as far as that is proven: by redemptions that it knows to be its own.

The list of redemptions names users, not keys, and without the gate's user a look-up cannot tell its own redemptions
from another gate's. What the settings say or an earlier run learnt counts for the key it was proven with, and no other.
"""

import hashlib
import logging
from collections.abc import Iterable

from gate_controller.admission.attempt.evidence import learn_user
from gate_controller.admission.words.calls import ListedRedemption
from gate_controller.journal.store import Store
from gate_controller.journal.writer import Journal

_log = logging.getLogger(__name__)

LEAST_CHARGES = 2
"""How many charges teach the gate its user: one may be a stranger's of the same voucher and amount."""

_KEY = "key"
"""What the journal remembers the newest key under: its mark, and the number of the newest attempt before it."""


class OwnUser:
    """The user whose key the gate has."""

    def __init__(self, journal: Journal, *, configured: str | None, api_key: str) -> None:
        self._journal = journal
        self._configured = configured
        # Who the settings name needs only one charge to prove it.
        self._least = LEAST_CHARGES if configured is None else 1
        # Another key may be another user's. The key itself cannot be had back from this.
        self._mark = hashlib.sha256(api_key.encode()).hexdigest()[:16]
        self._charged_after = 0
        """Number of the newest attempt that may have been charged with another key."""
        self._told: str | None = None
        self.known: str | None = None
        """The user's id, once proven."""

    async def recall(self) -> None:
        """Take what an earlier run learnt with this key. Raises `JournalError`."""
        user, self._charged_after = await self._journal.read(self._recall)
        if self._configured in {None, user}:
            self.known = user

    def _recall(self, store: Store) -> tuple[str | None, int]:
        mark, _, after = (store.remembered(_KEY) or "").partition(" ")
        if mark != self._mark:
            after = str(store.newest_number())
            store.remember(_KEY, f"{self._mark} {after}")
        return store.remembered(f"user_of_key:{self._mark}"), int(after)

    async def can_learn(self, since: float) -> bool:
        """Say whether the charges since a moment (wall clock) are enough to ask for the list. Raises `JournalError`."""
        charges = await self._journal.read(lambda store: store.charges_since(since, after=self._charged_after))
        return len(charges) >= self._least

    async def learn(self, listed: Iterable[ListedRedemption], since: float) -> None:
        """Learn from a list of redemptions of all users since a moment (wall clock). Raises `JournalError`."""
        if self.known is None:
            self.go_by(await self._journal.read(lambda store: self.proven_by(store, listed, since)))

    def proven_by(self, store: Store, listed: Iterable[ListedRedemption], since: float) -> str | None:
        """
        Return whom the journal's charges since a moment prove to be the one in such a list, for `go_by`; what agrees
        with the settings is remembered. For whoever asks the journal something else besides, in its thread.
        """
        charges = store.charges_since(since, after=self._charged_after)
        user = learn_user(listed, charges, at_least=self._least)
        if user is not None and self._configured in {None, user}:
            store.remember(f"user_of_key:{self._mark}", user)
        return user

    def go_by(self, user: str | None) -> None:
        """Go by what was found; nothing changes where that is nobody."""
        if user is None or user == self._told:
            return
        self._told = user
        if self._configured in {None, user}:
            self.known = user
            _log.info("own_user=learnt id=%s", user)
        else:
            _log.warning(
                "own_user=contradicted set=%s listed=%s what='set eguma.user_id right: until then no list opens it'",
                self._configured,
                user,
            )
