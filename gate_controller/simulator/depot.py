"""
Depot vouchers: printed in advance, worthless until they are sold, which E-GUMA calls activated. Then each is a voucher
of the ledger with a balance, until it is taken back (deactivated).

Pure, like the ledger: a rule that says no raises `LedgerRefusal` and changes nothing.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from gate_controller.simulator.ledger import Ledger, LedgerRefusal
from gate_controller.simulator.vouchers import NOT_FOUND, Condition, User, Voucher, plain

MAX_DEACTIVATE_REASON = 1024
"""Longest deactivate_reason, in characters (eguma-api.md, "Depot vouchers")."""

ALREADY_SOLD = "The voucher has already been activated."
NOT_SOLD = "The voucher has not been activated."
WAS_TAKEN_BACK = "The voucher has been deactivated and can not be activated again."
USED = "The voucher can not be deactivated, as it has been redeemed or charged."


@dataclass(frozen=True, slots=True)
class DepotVoucher:
    """One voucher of the depot as it is printed; no amount: the seller says it. `sold_for`, `left`: sold before."""

    code: str
    amount_in_cents: int | None
    sold_for: int | None = None
    left: int | None = None
    """What is left of it since, where that is less."""
    name: str = "Depot voucher"
    product_id: str = "5b0e7a4c-depot"


@dataclass(slots=True)
class DepotEntry:
    """A depot voucher, and how it stands."""

    voucher: DepotVoucher
    sold_for: int | None = None
    was_taken_back: bool = False


@dataclass(frozen=True, slots=True)
class LedgerActivation:
    """One depot voucher sold, or taken back. Kept for ever."""

    voucher_code: str
    is_sale: bool
    amount: int
    reason: str | None
    user: User
    made_at: float
    """Seconds since 1970 by this machine's clock."""


class DepotBook:
    """The depot's vouchers over the ledger in which those that are sold have their balance."""

    def __init__(self, ledger: Ledger, vouchers: Iterable[DepotVoucher]) -> None:
        self._ledger = ledger
        self._first = tuple(vouchers)
        self._entries: dict[str, DepotEntry] = {}
        self._activations: list[LedgerActivation] = []
        self.reset()

    def reset(self) -> None:
        """Open the book anew; the ledger was reset before."""
        self._entries.clear()
        self._activations.clear()
        for voucher in self._first:
            self.put(voucher)

    def put(self, voucher: DepotVoucher) -> None:
        """Create a depot voucher, or replace one. One that was sold before is a voucher of the ledger."""
        code = plain(voucher.code)
        self._entries[code] = DepotEntry(replace(voucher, code=code), voucher.sold_for)
        if voucher.sold_for is not None:
            left = voucher.sold_for if voucher.left is None else voucher.left
            self._ledger.put(self._real(self._entries[code].voucher, voucher.sold_for, left))

    def entry(self, code: str) -> DepotEntry | None:
        """Return a depot voucher and how it stands; None where there is none."""
        return self._entries.get(plain(code))

    def entries(self) -> Iterator[DepotEntry]:
        """Return every depot voucher, sold or not."""
        return iter(self._entries.values())

    def activations(self) -> Iterator[LedgerActivation]:
        """Return every sale and every taking back, oldest first."""
        return iter(self._activations)

    def why_not_sold(self, entry: DepotEntry, *, again: bool) -> str:
        """Return why a depot voucher cannot be sold; empty: it can. `again`: also after it was taken back."""
        if entry.sold_for is not None:
            return ALREADY_SOLD
        return WAS_TAKEN_BACK if entry.was_taken_back and not again else ""

    def why_not_taken_back(self, entry: DepotEntry) -> str:
        """Return why a depot voucher cannot be taken back; empty: it can."""
        if entry.sold_for is None:
            return NOT_SOLD
        account = self._ledger.account(entry.voucher.code)
        if account is None:
            raise RuntimeError("a depot voucher that was sold has an account: the ledger never deletes one")
        untouched = account.voucher.balance_in_cents == entry.sold_for and not account.topped_up
        return "" if untouched and not account.net_redeemed else USED

    def activate(
        self, code: str, amount: int | None, *, again: bool, user: User, made_at: float, book: bool = True
    ) -> int:
        """Sell a depot voucher; return what it is worth. `book` False: the same, without effect."""
        entry = self._known(code)
        if why := self.why_not_sold(entry, again=again):
            raise LedgerRefusal(why)
        fixed = entry.voucher.amount_in_cents
        if fixed is not None and amount is not None:
            raise LedgerRefusal("amount_in_cents is not allowed: the amount of this voucher is fixed.")
        worth = amount if fixed is None else fixed
        if worth is None:
            raise LedgerRefusal("amount_in_cents is missing.")
        if worth < 1:
            raise LedgerRefusal("amount_in_cents must be greater than 0.")
        if book:
            entry.sold_for, entry.was_taken_back = worth, False
            self._ledger.put(self._real(entry.voucher, worth, worth))
            self._activations.append(LedgerActivation(entry.voucher.code, True, worth, None, user, made_at))
        return worth

    def deactivate(self, code: str, reason: str | None, *, user: User, made_at: float, book: bool = True) -> int:
        """Take a sold depot voucher back; return what it was worth. `book` False: the same, without effect."""
        entry = self._known(code)
        worth = entry.sold_for
        if (why := self.why_not_taken_back(entry)) or worth is None:
            raise LedgerRefusal(why)
        if book:
            entry.sold_for, entry.was_taken_back = None, True
            self._ledger.put(replace(self._real(entry.voucher, 0, 0), condition=Condition.DELETED))
            self._activations.append(LedgerActivation(entry.voucher.code, False, worth, reason, user, made_at))
        return worth

    def _known(self, code: str) -> DepotEntry:
        entry = self.entry(code)
        if entry is None:
            raise LedgerRefusal(NOT_FOUND)
        return entry

    @staticmethod
    def _real(voucher: DepotVoucher, total: int, left: int) -> Voucher:
        return Voucher(voucher.code, total, left, name=voucher.name, product_id=voucher.product_id)
