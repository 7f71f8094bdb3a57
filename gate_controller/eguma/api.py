"""
E-GUMA's API as the gate uses it: what can be asked, when it is asked again, and what an answer means.

Each call ends in an outcome of `admission.words.calls`, never in an exception. What only reads is repeated until
its deadline. What changes something is repeated only while it surely was not sent, because Redeem sent twice charges
twice (eguma-api.md, "idempotency").
"""

import asyncio
import contextlib
import importlib
import json
import logging
import re
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Final, Generic, NamedTuple, TypeVar
from urllib.parse import quote, urlencode

from pydantic import ValidationError

from gate_controller.admission.words import calls
from gate_controller.admission.words.calls import CallFailed, CallFault
from gate_controller.admission.words.codes import VoucherCode, mask
from gate_controller.admission.words.frozen import frozen
from gate_controller.admission.words.masking import masked_in
from gate_controller.admission.words.money import Cents
from gate_controller.eguma.answers import (
    LIST,
    BalanceAnswer,
    ChangedAnswer,
    CodedAnswer,
    ListedAnswer,
    RedeemAnswer,
    entries_in,
)
from gate_controller.eguma.connection import Answered, EgumaConnection, NotAnswered

_log = logging.getLogger(__name__)
_T = TypeVar("_T")
_T_co = TypeVar("_T_co", covariant=True)
_Coded = TypeVar("_Coded", bound=CodedAnswer)

# The list's times are local and carry no offset (eguma-api.md); local time lies between 12 h behind UTC and 14 h ahead.
BEHIND_UTC = timedelta(hours=12)
AHEAD_OF_UTC = timedelta(hours=14)

PROBE_CODE: Final = "000000000000"
"""Well formed, so that it is looked up, and never handed out; were it, reading a balance changes nothing."""
PROBE_SECONDS: Final = 10.0
# How long a visitor's request lets a probe on the same connection finish: most of a slow mobile answer. After that the
# probe is dropped, for a new connection is faster than a dead one.
PROBE_GRACE_SECONDS: Final = 0.25

LEAST_TRY_SECONDS: Final = 0.05  # with less time left nothing is sent: no answer could be waited for
WHOLE_TRY_SECONDS: Final = 1.0
"""What reads gets half of the time left, so that another try has room; all of it when there is no more than this."""

MAX_TEXT: Final = 500  # characters of E-GUMA's text: more than any display shows, and a log line stays a line
_LOOKED_AT: Final = 16 * MAX_TEXT
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_BLANKS_AND_CONTROLS: Final = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")

# E-GUMA's own word besides what was asked for: these, with words for people. All else (a page, another 4xx, a redirect)
# may be a proxy's or a portal's, and the request may have gone on: unknown.
_REFUSALS: Final[Mapping[int, CallFault]] = {400: CallFault.REFUSED, 401: CallFault.KEY_NOT_ACCEPTED}

# After which faults an endpoint is asked again, by what it does.
Faults = frozenset[CallFault]
READS: Final = Faults({CallFault.NOT_SENT, CallFault.UNKNOWN})
CHANGES: Final = Faults({CallFault.NOT_SENT})  # sent twice, it takes effect twice
GIVES_BACK: Final = Faults()  # its caller repeats it, for as long as it takes; E-GUMA refuses more than is left


@frozen
class Ask(Generic[_T_co]):
    """One thing to ask: what to get or, with a body, post, and how its answer is read; `ValueError`: it cannot be."""

    name: str
    again_after: Faults
    target: str
    read: Callable[[bytes], _T_co]
    code: str = ""
    body: bytes | None = None
    token: str = ""


def balance_of(code: str) -> Ask[BalanceAnswer]:
    """Ask whether a code can be redeemed, and for how much."""
    return Ask("balance", READS, path_of(code, "balance"), BalanceAnswer.model_validate_json, code)


def redemptions_between(begin: datetime, end: datetime) -> Ask[tuple[ListedAnswer, ...]]:
    """Ask for the account's redemptions between two of the merchant's local times, naive ones."""
    if begin.tzinfo or end.tzinfo:
        raise ValueError("E-GUMA's list of redemptions takes local times without an offset: pass naive ones")
    span = {"from": begin.isoformat(timespec="seconds"), "to": end.isoformat(timespec="seconds")}
    return Ask("redemptions", READS, f"/v1/vouchers/redemptions.json?{urlencode(span)}", LIST.validate_json)


def about(code: str, model: type[_Coded]) -> Callable[[bytes], _Coded]:
    """Return the reader of what is said of this voucher, or ticket; what is about another one cannot be read."""

    def read(body: bytes) -> _Coded:
        answer = model.model_validate_json(body)
        if (answer.code or code) != code:
            raise ValueError(f"it is about another one, {mask(answer.code)}")
        return answer

    return read


def changing(
    name: str, again_after: Faults, code: VoucherCode, body: dict[str, object], model: type[_Coded], token: str = ""
) -> Ask[_Coded]:
    """Ask for a change of a voucher."""
    return Ask(name, again_after, path_of(code, name), about(code, model), code, json.dumps(body).encode(), token)


def path_of(code: str, verb: str, kind: str = "vouchers") -> str:
    """Return where what has this code is asked about or told to do something."""
    safe = quote(code, safe="") if code.strip(".") else "%2E" * len(code)  # dots alone would be a step in the path
    return f"/v1/{kind}/{safe}/{verb}.json"


def bring_in_repetition() -> None:
    """Bring in what repeats requests: a start does not wait for it, 70 ms on a small board. In any thread."""
    with contextlib.suppress(OSError):  # a disk that fails is told by the journal
        importlib.import_module("tenacity")


class Api:
    """The API as one gate uses it. Every `deadline` is a moment of `time.monotonic`; a call ends by then."""

    def __init__(self, base_url: str, api_key: str, on_date: Callable[[str], None] = lambda _date: None) -> None:
        """`on_date` is told the `Date` of each answer that is E-GUMA's own word."""
        self._on_date = on_date
        self._visitors = EgumaConnection(base_url, api_key)
        # For look-ups and refunds that nobody waits for: they never hold up a scan.
        self._background = EgumaConnection(base_url, api_key)
        self._probe: asyncio.Task[Answered | NotAnswered] | None = None
        self.used_at = 0.0
        """Monotonic time of the newest use of the visitor's connection."""

    async def balance(self, code: str, deadline: float, *, urgent: bool) -> calls.BalanceOutcome:
        """Ask Balance."""
        answer = await self.ask(balance_of(code), deadline, urgent=urgent)
        if isinstance(answer, CallFailed):
            return answer
        voucher_code, left = answer.code or VoucherCode(""), answer.balance_in_cents or Cents(0)
        message = fit_to_be_told(answer.message, code, voucher_code)
        is_told = answer.balance_in_cents is not None
        newer = answer.total_amount_in_cents, answer.product_id
        return calls.Balance(voucher_code, answer.is_redeemable, left, message, answer.currency, is_told, *newer)

    async def redeem(self, code: VoucherCode, amount: Cents, reference: str, deadline: float) -> calls.RedeemOutcome:
        """Charge once. After UNKNOWN (an unreadable answer is that) the charge may have been made: look it up."""
        body: dict[str, object] = {"amount_in_cents": amount, "reference_number": reference}
        answer = await self.ask(changing("redeem", CHANGES, code, body, RedeemAnswer), deadline, urgent=True)
        return (
            answer if isinstance(answer, CallFailed) else calls.Redemption(answer.redeem_token, answer.balance_in_cents)
        )

    async def cancel(self, code: VoucherCode, token: str, amount: Cents, deadline: float) -> calls.CancelOutcome:
        """Give a charge back, one try. REFUSED may mean that an earlier one was carried out."""
        body: dict[str, object] = {"redeem_token": token, "amount_in_cents": amount}
        ask = changing("cancel_redemption", GIVES_BACK, code, body, ChangedAnswer, token)
        answer = await self.ask(ask, deadline)
        return answer if isinstance(answer, CallFailed) else calls.Cancelled(answer.balance_in_cents)

    async def redemptions(
        self, since: float, now: float, deadline: float, *, urgent: bool
    ) -> tuple[calls.ListedRedemption, ...] | CallFailed:
        """List what was redeemed between two moments of E-GUMA's clock (seconds since 1970), whatever its zone."""
        begin = datetime.fromtimestamp(since, UTC).replace(tzinfo=None) - BEHIND_UTC
        end = datetime.fromtimestamp(now, UTC).replace(tzinfo=None) + AHEAD_OF_UTC
        strict = redemptions_between(begin, end)
        return await self.ask(Ask(strict.name, READS, strict.target, entries_in), deadline, urgent=urgent)

    async def probe(self) -> CallFailed | None:
        """Prove connection and key, and keep the visitor's connection warm; None: all is well. Not logged."""
        ask = balance_of(PROBE_CODE)
        self._probe = asyncio.ensure_future(self._visitors.exchange(ask.target, ask.body, seconds=PROBE_SECONDS))
        try:
            came = await asyncio.shield(self._probe)
        except asyncio.CancelledError:
            if self._probe.cancelled():  # for the sake of a visitor, whose request tells the same
                return None
            self._probe.cancel()
            raise
        finally:
            self._probe = None
        self.used_at = time.monotonic()
        outcome = self._understood(ask, came).outcome
        return outcome if isinstance(outcome, CallFailed) else None

    async def ask(self, ask: Ask[_T], deadline: float, *, urgent: bool = False) -> _T | CallFailed:
        """Ask, again where that is safe; `urgent`: on the visitor's connection."""
        connection = await self._for_a_visitor() if urgent else self._background
        tried = await self._try(connection, ask, deadline)
        if tried.again:  # what goes well, and that is nearly all, does not pay for the machinery of repetition
            import tenacity  # noqa: PLC0415 - nor does a start

            tries = tenacity.AsyncRetrying(
                retry=tenacity.retry_never,  # but where told: `TryAgain`
                stop=tenacity.stop_before_delay(deadline - time.monotonic() - LEAST_TRY_SECONDS),
                # 50, 100, 200, 400, 800 ms: a hiccup costs the visitor little, and leaves a server in trouble some air.
                wait=tenacity.wait_exponential(multiplier=0.05, max=0.8),
                before_sleep=lambda state: _log.info(
                    "call=repeated what=%s about=%s try=%d again_in=%.2f error=%r",
                    *(ask.name, mask(ask.code), state.attempt_number, state.upcoming_sleep, tried.why),
                ),
            )
            with contextlib.suppress(tenacity.RetryError):  # the time is up: the last try counts
                async for attempt in tries:
                    with attempt:
                        is_time_left = deadline - time.monotonic() >= LEAST_TRY_SECONDS  # a sleep may be longer
                        if attempt.retry_state.attempt_number > 1 and is_time_left:
                            tried = await self._try(connection, ask, deadline)
                        if tried.again:
                            raise tenacity.TryAgain
        if isinstance(tried.outcome, CallFailed):
            what = (ask.name, mask(ask.code), tried.outcome.fault.name.lower(), tried.why)
            _log.warning("call=failed what=%s about=%s how=%s error=%r", *what)
        return tried.outcome

    async def aclose(self) -> None:
        """Close both connections."""
        await self._visitors.aclose()
        await self._background.aclose()

    async def _for_a_visitor(self) -> EgumaConnection:
        self.used_at = time.monotonic()
        if self._probe is not None:
            _, late = await asyncio.wait({self._probe}, timeout=PROBE_GRACE_SECONDS)
            for probe in late:
                probe.cancel()  # the connection is free when that has ended
        return self._visitors

    async def _try(self, connection: EgumaConnection, ask: Ask[_T], deadline: float) -> "_TryEnded[_T]":
        left = deadline - time.monotonic()
        if left < LEAST_TRY_SECONDS:
            return self._understood(ask, NotAnswered("no time left for it", surely_unsent=True))
        seconds = max(left / 2, min(left, WHOLE_TRY_SECONDS)) if CallFault.UNKNOWN in ask.again_after else left
        return self._understood(ask, await connection.exchange(ask.target, ask.body, seconds=seconds))

    def _understood(self, ask: Ask[_T], came: Answered | NotAnswered) -> "_TryEnded[_T]":
        fault, words = CallFault.UNKNOWN, ""
        if isinstance(came, NotAnswered):
            why = f"no answer from E-GUMA ({came.why})"
            if came.surely_unsent:
                fault = CallFault.NOT_SENT
                why = f"E-GUMA was not reached ({came.why}), nothing was sent: check the network and eguma.base_url"
        elif came.status == HTTPStatus.OK:
            try:
                answer = ask.read(came.body.removeprefix(_BYTE_ORDER_MARK))
            except ValueError as error:
                why = f"E-GUMA answered 200: it cannot be read: {_first_fault(error)}"
            else:
                self._on_date(came.date)
                return _TryEnded(answer)
        else:
            words = _fit_to_be_shown(came.body, ask.code, ask.token)
            if words and came.status in _REFUSALS:
                fault = _REFUSALS[came.status]
                self._on_date(came.date)
            is_key = fault is CallFault.KEY_NOT_ACCEPTED
            said = "does not accept the API key (401): check eguma.api_key" if is_key else f"answered {came.status}"
            why = f"E-GUMA {said}: {words}".removesuffix(": ")
        text = words if fault is CallFault.REFUSED else why
        return _TryEnded(CallFailed(fault, text), why, fault in ask.again_after)


class _TryEnded(NamedTuple, Generic[_T]):
    """The outcome of one try; where it failed, why, for the log, and whether another is safe and may end otherwise."""

    outcome: _T | CallFailed
    why: str = ""
    again: bool = False


def _first_fault(error: ValueError) -> str:
    if not isinstance(error, ValidationError):
        return str(error)
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    return ": ".join([*map(str, first["loc"]), first["msg"]])


def _fit_to_be_shown(body: bytes, *known: str) -> str:
    # Cut first: some bytes are blanks, none is worth going through a megabyte for.
    text = body[:_LOOKED_AT].decode("utf-8-sig", errors="replace")
    text = _BLANKS_AND_CONTROLS.sub(" ", text).strip()
    if text.startswith(("<", "{")):  # a page of a proxy or a machine's JSON is not a message to a person
        return ""
    return fit_to_be_told(text, *known)


def fit_to_be_told(text: str, *known: str) -> str:
    """Return words of E-GUMA's without codes, and no longer than a line of the log."""
    # Whoever wrote it, it goes to the log and to staff; masked before a cut can hide the end of a code.
    text = masked_in(text[:_LOOKED_AT], *known) if text else ""
    return text if len(text) <= MAX_TEXT else f"{text[: MAX_TEXT - 1]}…"
