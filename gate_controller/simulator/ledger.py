"""
The books: vouchers, redemptions, cancellations and top-ups, with E-GUMA's rules about them.

Pure: no I/O and no clock; moments come in as arguments. At any time, what a voucher was opened with and topped up by is
its balance plus its net redemptions. A rule that says no raises `LedgerRefusal` and changes nothing.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from uuid import uuid4

from gate_controller.simulator.vouchers import Condition, Sample, User, Voucher, plain

NOTHING = 0

MAX_REFERENCE = 1024
"""Longest reference_number, in characters (eguma-api.md, "Vouchers")."""

SHORT_CODES = 100
"""How many ShortCodes there are: two digits, handed out in sequence."""


class LedgerRefusal(Exception):
    """E-GUMA refuses the operation; the text is what it answers with status 400."""


@dataclass(slots=True)
class LedgerRedemption:
    """One charge. Kept for ever, one per redemption: nothing may be added lightly."""

    token: str
    voucher_code: str
    amount: int
    user: User
    reference_number: str | None
    redeemed_at: str
    """Local time as the list shows it, by the server's clock."""
    made_at: float
    """Seconds since 1970 by this machine's clock: when it really happened."""
    cancelled: int = NOTHING

    @property
    def left(self) -> int:
        """What of this redemption is not cancelled."""
        return self.amount - self.cancelled


@dataclass(frozen=True, slots=True)
class LedgerTopUp:
    """An amount put on a voucher, which the API calls a charge. Kept for ever."""

    voucher_code: str
    amount: int
    payment_id: str | None
    user: User
    made_at: float
    """Seconds since 1970 by this machine's clock."""


@dataclass(slots=True)
class Account:
    """One voucher and its running sums."""

    voucher: Voucher
    """With the balance of now."""
    opened_with: int
    """The balance before the first redemption of these books."""
    net_redeemed: int = NOTHING
    topped_up: int = NOTHING

    def move(self, amount: int) -> None:
        """Take `amount` cents off the balance; a negative amount puts them back."""
        self.voucher = replace(self.voucher, balance_in_cents=self.voucher.balance_in_cents - amount)
        self.net_redeemed = self.net_redeemed + amount


@dataclass(frozen=True, slots=True)
class ShortCode:
    """A two-digit number of the voucher2mobile app, and when it lapses (None: never)."""

    voucher_code: str
    lapses_at: float | None


class Ledger:
    """The account's books, opened with `samples`. `new_token` names redemptions; the default is a random
    UUID.
    """

    def __init__(self, samples: Iterable[Sample], *, new_token: Callable[[], str] = lambda: str(uuid4())) -> None:
        self._samples = tuple(samples)
        self._new_token = new_token
        self._accounts: dict[str, Account] = {}
        self._redemptions: dict[str, LedgerRedemption] = {}
        self._top_ups: list[LedgerTopUp] = []
        self._short_codes: dict[str, ShortCode] = {}
        self._short_code_count = 0
        self.reset()

    def reset(self) -> None:
        """Forget everything and open the books anew with the vouchers they began with."""
        self._accounts.clear()
        self._redemptions.clear()
        self._top_ups.clear()
        self._short_codes.clear()
        self._short_code_count = 0
        for sample in self._samples:
            if sample.voucher is None:
                continue
            self.put(sample.voucher)
            if plain(sample.code) != plain(sample.voucher.code):
                self._short_codes[sample.code] = ShortCode(plain(sample.voucher.code), lapses_at=None)

    def put(self, voucher: Voucher) -> None:
        """Create a voucher, or change one; its redemptions stay, and its balance is what `voucher` says."""
        code = plain(voucher.code)
        before = self._accounts.get(code)
        net = before.net_redeemed if before else NOTHING
        topped_up = before.topped_up if before else NOTHING
        opened_with = voucher.balance_in_cents + net - topped_up
        self._accounts[code] = Account(replace(voucher, code=code), opened_with, net, topped_up)

    def hand_out(self, voucher_code: str, *, lapses_at: float | None, short_code: str | None = None) -> str:
        """Return a ShortCode for a voucher: the one asked for, else the next in sequence.

        Raises LedgerRefusal where there is no such voucher, or where all hundred numbers are taken for good.
        """
        voucher = self._account(voucher_code).voucher
        number = short_code or self._next_short_code()
        self._short_codes[number] = ShortCode(voucher.code, lapses_at)
        return number

    def _next_short_code(self) -> str:
        for _ in range(SHORT_CODES):
            number = f"{self._short_code_count % SHORT_CODES:02}"
            self._short_code_count += 1
            taken = self._short_codes.get(number)
            if taken is None or taken.lapses_at is not None:
                return number
        raise LedgerRefusal(f"All {SHORT_CODES} ShortCodes are taken.")

    def voucher(self, code: str) -> Voucher | None:
        """Return a voucher with its balance of now, by its own code; None where there is none."""
        account = self._accounts.get(plain(code))
        return account.voucher if account else None

    def resolve(self, code: str, *, now: float) -> Voucher | None:
        """Return the voucher that a code or a live ShortCode stands for: what Balance does first."""
        short = self._short_codes.get(code.strip())
        if short is None:
            return self.voucher(code)
        lapsed = short.lapses_at is not None and now >= short.lapses_at
        return None if lapsed else self.voucher(short.voucher_code)

    def accounts(self) -> Iterator[Account]:
        """Return every voucher with its sums."""
        return iter(self._accounts.values())

    def account(self, code: str) -> Account | None:
        """Return one voucher with its sums, by its own code."""
        return self._accounts.get(plain(code))

    def redemptions(self) -> Iterator[LedgerRedemption]:
        """Return every redemption, oldest first, cancelled ones too."""
        return iter(self._redemptions.values())

    def redeem(
        self,
        code: str,
        amount: int,
        *,
        user: User,
        reference_number: str | None = None,
        redeemed_at: str,
        made_at: float,
        book: bool = True,
    ) -> tuple[LedgerRedemption, int]:
        """Charge a voucher; return the redemption and the balance after it. `book` False: the same, without
        effect.
        """
        account = self._account(code)
        voucher = account.voucher
        # Zero or less is undocumented; a charge of nothing would be a redemption nobody can cancel.
        if amount < 1:
            raise LedgerRefusal("amount_in_cents must be greater than 0.")
        if reference_number is not None and len(reference_number) > MAX_REFERENCE:
            raise LedgerRefusal(f"reference_number must have at most {MAX_REFERENCE} characters.")
        if voucher.condition is not Condition.GOOD:
            raise LedgerRefusal(voucher.condition.value)
        if voucher.redeemed_by_position:
            raise LedgerRefusal("The voucher is redeemed by its positions.")
        if amount > voucher.balance_in_cents:
            raise LedgerRefusal("amount_in_cents is greater than the balance of the voucher.")
        redemption = LedgerRedemption(
            token=self._new_token(),
            voucher_code=voucher.code,
            amount=amount,
            user=user,
            reference_number=reference_number,
            redeemed_at=redeemed_at,
            made_at=made_at,
        )
        if not book:
            return redemption, voucher.balance_in_cents - amount
        self._redemptions[redemption.token] = redemption
        account.move(amount)
        return redemption, account.voucher.balance_in_cents

    def cancel(self, code: str, token: str, amount: int, *, book: bool = True) -> int:
        """Give back part or all of a redemption; return the new balance. `book` False: without effect."""
        account = self._account(code)
        redemption = self._redemptions.get(token.lower())
        if redemption is None or redemption.voucher_code != account.voucher.code:
            raise LedgerRefusal("redeem_token does not name a redemption of this voucher.")
        if amount < 1:
            raise LedgerRefusal("amount_in_cents must be greater than 0.")
        if amount > redemption.left:
            raise LedgerRefusal("amount_in_cents is greater than what is left of the redemption.")
        if not book:
            return account.voucher.balance_in_cents + amount
        redemption.cancelled = redemption.cancelled + amount
        account.move(-amount)
        return account.voucher.balance_in_cents

    def top_up(
        self, code: str, amount: int, payment_id: str | None, *, user: User, made_at: float, book: bool = True
    ) -> int:
        """Put an amount on a voucher; return the new balance. `book` False: without effect."""
        account = self._account(code)
        voucher = account.voucher
        if amount < 1:
            raise LedgerRefusal("amount_in_cents must be greater than 0.")
        if voucher.condition is not Condition.GOOD:
            raise LedgerRefusal("The voucher can not be charged.")
        balance = voucher.balance_in_cents + amount
        if book:
            # Whether the total amount rises with it is undocumented; a balance above it would be odd.
            total = max(voucher.total_amount_in_cents, balance)
            account.voucher = replace(voucher, balance_in_cents=balance, total_amount_in_cents=total)
            account.topped_up += amount
            self._top_ups.append(LedgerTopUp(voucher.code, amount, payment_id, user, made_at))
        return balance

    def top_ups(self) -> Iterator[LedgerTopUp]:
        """Return every top-up, oldest first."""
        return iter(self._top_ups)

    def _account(self, code: str) -> Account:
        # A ShortCode is for Balance alone, so it is not looked for here (eguma-api.md, "Voucher codes").
        account = self._accounts.get(plain(code))
        if account is None:
            raise LedgerRefusal("The voucher was not found.")
        return account
