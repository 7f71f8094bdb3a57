"""
The journal beside E-GUMA's list: does the list show a charge of this gate's own that the journal never intended?

Then the key is used elsewhere, or the journal is an older copy: what look-ups conclude from the journal holds no more.
"""

from collections import Counter
from collections.abc import Callable, Iterable

from gate_controller.admission.words.calls import ListedRedemption
from gate_controller.admission.words.codes import mask
from gate_controller.journal.store import LOST_UNTIL, JournalError, Store
from gate_controller.journal.writer import Journal
from gate_controller.shell.own_user import OwnUser


class Books:
    """Compares the gate's journal with what E-GUMA lists."""

    def __init__(self, journal: Journal, own_user: OwnUser, *, tell: Callable[[str], None]) -> None:
        """`tell` is told of a journal that lacks charges, in words for staff and technicians."""
        self._journal = journal
        self._own_user = own_user
        self._tell = tell

    async def compare(self, listed: Iterable[ListedRedemption], since: float, now: float) -> None:
        """
        Take a list of redemptions of all users since a moment, and the present one (wall clock).

        Look-ups take the journal for one that lacks charges from then on.
        """
        if (own_user := self._own_user.known) is None:
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
