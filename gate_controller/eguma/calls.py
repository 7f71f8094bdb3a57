"""
E-GUMA in the core's words: each call ends in an outcome of `words.outcomes`, never in an exception.

Two connections: the visitor's, and another for look-ups and refunds that nobody waits for, so that these never hold up
a scan. Between visitors the first one is kept warm.
"""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import TypeVar

from gate_controller.admission.words.codes import VoucherCode, voucher_code
from gate_controller.admission.words.money import Cents
from gate_controller.admission.words.outcomes import (
    Balance,
    BalanceOutcome,
    CallFailed,
    CallFault,
    Cancelled,
    CancelOutcome,
    ListedRedemption,
    RedeemOutcome,
    Redemption,
)
from gate_controller.eguma import models
from gate_controller.eguma.client import EgumaClient
from gate_controller.eguma.errors import EgumaError, KeyNotAccepted, NotSent, OutcomeUnknown, RefusedByApi

_T = TypeVar("_T")

# The list's times are local and carry no offset (eguma-api.md); local time lies between 12 h behind UTC and 14 h ahead.
BEHIND_UTC = timedelta(hours=12)
AHEAD_OF_UTC = timedelta(hours=14)

PROBE_SECONDS = 10.0

# How long a visitor's request lets a probe on the same connection finish: most of a slow mobile answer. After that the
# probe is dropped, for a new connection is faster than a dead one.
PROBE_GRACE_SECONDS = 0.25


class Calls:
    """The calls of one gate. `deadline`s are monotonic, in seconds."""

    def __init__(self, base_url: str, api_key: str) -> None:
        self._visitor = EgumaClient(base_url, api_key)
        self._background = EgumaClient(base_url, api_key)
        self._probe: asyncio.Task[None] | None = None
        self.used_at = 0.0
        """Monotonic time of the newest use of the visitor's connection."""

    @property
    def clock_offset(self) -> float | None:
        """Seconds E-GUMA's clock is ahead of the gate's; None before its first answer."""
        newest = self._visitor.clock_offset
        return newest if newest is not None else self._background.clock_offset

    async def balance(self, code: str, deadline: float, *, urgent: bool) -> BalanceOutcome:
        """Ask Balance."""
        client = await self._client(urgent=urgent)
        return await _outcome(client.balance(code, deadline=deadline), _balance)

    async def redeem(self, code: VoucherCode, amount: Cents, reference: str, deadline: float) -> RedeemOutcome:
        """Charge once."""
        client = await self._client(urgent=True)
        call = client.redeem(code, amount, reference, deadline=deadline)
        return await _outcome(call, lambda done: Redemption(done.redeem_token, done.balance_in_cents))

    async def cancel(self, code: VoucherCode, token: str, amount: Cents, deadline: float) -> CancelOutcome:
        """Give a charge back, one try."""
        call = self._background.cancel_redemption(code, token, amount, deadline=deadline)
        return await _outcome(call, lambda done: Cancelled(done.balance_in_cents), no_only=HTTPStatus.BAD_REQUEST)

    async def redemptions(
        self, since: float, now: float, user: str | None, deadline: float, *, urgent: bool
    ) -> tuple[ListedRedemption, ...] | CallFailed:
        """List what was redeemed between two moments of E-GUMA's clock (seconds since 1970), whatever its zone."""
        client = await self._client(urgent=urgent)
        begin = datetime.fromtimestamp(since, UTC).replace(tzinfo=None) - BEHIND_UTC
        end = datetime.fromtimestamp(now, UTC).replace(tzinfo=None) + AHEAD_OF_UTC
        call = client.redemptions(begin, end, user_id=user, deadline=deadline)
        return await _outcome(call, _listed)

    async def probe(self) -> CallFailed | None:
        """Prove connection and key, and keep the visitor's connection warm; None: all is well."""
        self._probe = asyncio.ensure_future(self._visitor.probe(deadline=time.monotonic() + PROBE_SECONDS))
        outcome: CallFailed | bool = True
        try:
            outcome = await _outcome(asyncio.shield(self._probe), lambda _: True)
        except asyncio.CancelledError:
            if not self._probe.cancelled():  # it is this call that was cancelled, not the probe for a visitor's sake
                self._probe.cancel()
                raise
        finally:
            self._probe = None
        self.used_at = time.monotonic()
        return outcome if isinstance(outcome, CallFailed) else None

    async def aclose(self) -> None:
        """Close both connections."""
        await self._visitor.aclose()
        await self._background.aclose()

    async def _client(self, *, urgent: bool) -> EgumaClient:
        if not urgent:
            return self._background
        self.used_at = time.monotonic()
        if self._probe is not None:
            _, late = await asyncio.wait({self._probe}, timeout=PROBE_GRACE_SECONDS)
            for probe in late:
                probe.cancel()
                with contextlib.suppress(asyncio.CancelledError, EgumaError):
                    await probe
        return self._visitor


Answer = TypeVar("Answer")


async def _outcome(
    call: Awaitable[Answer], read: Callable[[Answer], _T], *, no_only: HTTPStatus | None = None
) -> _T | CallFailed:
    """Await a call; `no_only` is the one status that means a final no, other refusals being worth another try."""
    try:
        return read(await call)
    except KeyNotAccepted as error:
        return CallFailed(CallFault.KEY_NOT_ACCEPTED, str(error))
    except RefusedByApi as error:
        if no_only is not None and error.status != no_only:
            return CallFailed(CallFault.NOT_SENT, str(error))
        return CallFailed(CallFault.REFUSED, error.text)
    except NotSent as error:
        return CallFailed(CallFault.NOT_SENT, str(error))
    except OutcomeUnknown as error:
        return CallFailed(CallFault.UNKNOWN, str(error))


def _balance(told: models.Balance) -> Balance:
    return Balance(
        voucher_code(told.code),
        is_redeemable=told.is_redeemable,
        balance=told.balance_in_cents,
        message=told.message,
        currency=told.currency,
    )


def _listed(told: tuple[models.ListedRedemption, ...]) -> tuple[ListedRedemption, ...]:
    return tuple(
        ListedRedemption(voucher_code(entry.code), entry.redeemed_amount_in_cents, entry.user_id or "")
        for entry in told
    )
