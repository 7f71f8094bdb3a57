"""
The journal beside E-GUMA's list of redemptions: which of the list's users is this gate, which entries does the journal
explain, and does the list show a charge of this gate's own that the journal never intended?

Then the key is used elsewhere, or the journal is an older copy: what look-ups conclude from the journal holds no more.
"""

import asyncio
import hashlib
import logging
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress

from gate_controller.admission.attempt.evidence import learn_user
from gate_controller.admission.words.calls import (
    AskRedemptions,
    CallFailed,
    CallFault,
    ListedRedemption,
    Redemptions,
)
from gate_controller.admission.words.codes import mask
from gate_controller.eguma.api import AHEAD_OF_UTC, Api
from gate_controller.journal.failures import JournalError
from gate_controller.journal.store import LOST_UNTIL, Store
from gate_controller.journal.writer import Journal

_log = logging.getLogger(__name__)

GIVE_BACK_AFTER_SECONDS = 1.0
"""After a list memory is given back: whoever waits has been told by then."""

LEAST_CHARGES = 2
"""How many charges teach the gate its user: one may be a stranger's of the same voucher and amount."""

_KEY = "key"
"""What the journal remembers the newest key under: its mark, and the number of the newest attempt before it."""


class OwnUser:
    """
    Which of E-GUMA's users this gate is, as far as that is proven: by redemptions that it knows to be its own.

    The list of redemptions names users, not keys, and without the gate's user a look-up cannot tell its own redemptions
    from another gate's. What the settings say or an earlier run learnt counts for the key it was proven with, and no
    other.
    """

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


class Books:
    """Compares the gate's journal with what E-GUMA lists."""

    def __init__(self, api: Api, journal: Journal, own_user: OwnUser, *, tell: Callable[[str], None]) -> None:
        """`tell` is told of a journal that lacks charges, in words for staff and technicians."""
        self._api = api
        self._journal = journal
        self.own_user = own_user
        """Who this gate is in the lists."""
        self._tell = tell
        self._uncompared: list[tuple[tuple[ListedRedemption, ...], float]] = []
        """Lists, each with the moment since when it counts, that are still to be laid beside the journal."""

    async def listed(
        self, since: float, now: float, deadline: float, *, urgent: bool
    ) -> tuple[ListedRedemption, ...] | CallFailed:
        """
        Ask what was redeemed between two moments (wall clock), until `deadline` (monotonic).

        By all users: what others have redeemed explains entries and differences, and tells whose this gate's are.
        """
        try:
            return await self._api.redemptions(since, now, deadline, urgent=urgent)
        finally:
            _give_memory_back_soon()

    async def weigh(
        self, command: AskRedemptions, begin: float, listed: tuple[ListedRedemption, ...], now: float
    ) -> Redemptions | CallFailed:
        """
        Lay what the journal knows beside a list of all users since `begin` (wall clock), and learn from it.

        At the edge of the list's window an entry may be in or out. What an earlier list shows counts: it is compared
        before, where nobody has come to that yet. This one is left for `compare`.
        """
        await self.compare(now)
        surely_from, maybe_from = begin + AHEAD_OF_UTC.total_seconds(), begin - AHEAD_OF_UTC.total_seconds()
        self._uncompared.append((listed, maybe_from))
        is_user_known = self.own_user.known is not None

        def known(store: Store) -> tuple[str | None, int, int]:
            user = None if is_user_known else self.own_user.proven_by(store, listed, surely_from)
            what, but = (command.voucher_code, command.amount), command.attempt
            surely, at_most = store.count_charges(*what, (surely_from, maybe_from), but=but)
            # Of a journal that may lack some, any entry may be an earlier charge of this gate.
            return user, surely, len(listed) if store.may_lack_charges_since(maybe_from) else at_most

        try:
            user, surely, at_most = await self._journal.read(known)
        except JournalError as error:
            return CallFailed(CallFault.UNKNOWN, str(error))
        if user is not None:
            self.own_user.go_by(user)
        return Redemptions(listed, self.own_user.known, surely, at_most)

    async def compare(self, now: float) -> None:
        """
        Look in the lists that were weighed for charges of this gate that the journal does not hold (`now`: wall clock).

        Look-ups take the journal for one that lacks charges from then on. With thousands of entries and intents this
        takes its time: it is for when no visitor waits.
        """
        while self._uncompared:
            listed, since = self._uncompared.pop(0)
            await self._compare(listed, since, now)
            del listed
            _give_memory_back_soon()

    async def _compare(self, listed: Iterable[ListedRedemption], since: float, now: float) -> None:
        if (own_user := self.own_user.known) is None:
            return
        # Entries alike in every field may be one entry twice.
        shown = Counter((e.voucher_code, e.amount) for e in set(listed) if e.user == own_user)

        def ask(store: Store) -> str | None:
            if not shown or store.may_lack_charges_since(since):
                return None
            explained = store.explained_since(since)
            lacking = next((charge for charge, times in shown.items() if times > explained[charge]), None)
            if lacking is None:
                return None
            store.remember(LOST_UNTIL, str(now))
            return mask(lacking[0] or "")

        try:
            voucher = await self._journal.read(ask)
        except JournalError:
            return  # whoever writes next tells of it
        if voucher is not None:
            self._tell(
                f"E-GUMA lists a charge of voucher {voucher} that it does not hold: the key is used elsewhere, or the "
                "journal is an older copy: give each gate a key of its own, and compare with `journal reconcile`"
            )


def _give_memory_back_soon() -> None:
    asyncio.get_running_loop().call_later(GIVE_BACK_AFTER_SECONDS, _give_memory_back)


def _give_memory_back() -> None:
    """
    Give what is free back to the machine.

    The list of a busy day takes some megabytes for a moment. glibc keeps all that lies below something that lives on,
    and every longer list takes new memory above it. Elsewhere than on glibc nothing is done.
    """
    # A unit that denies memory that is written and run (MemoryDenyWriteExecute=) may deny ctypes, with an older libffi.
    with suppress(ImportError, OSError, MemoryError, AttributeError):
        import ctypes  # noqa: PLC0415 - for those few gates that ever ask for a list

        ctypes.CDLL(None).malloc_trim(0)
