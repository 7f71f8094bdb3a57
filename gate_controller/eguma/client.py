"""
E-GUMA's API as the gate uses it: one method per call, each ending in a model or in one error of `errors`.

Two rules decide what is repeated. What only reads is repeated until its deadline. What charges is repeated
only while it surely was not sent, because Redeem sent twice charges twice (eguma-api.md, "idempotency").
"""

import asyncio
import json
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Final, Generic, TypeVar
from urllib.parse import quote, urlencode

from pydantic import TypeAdapter, ValidationError
from tenacity import AsyncRetrying, retry_if_exception, wait_exponential

from gate_controller.admission.words import codes
from gate_controller.admission.words.money import Cents
from gate_controller.eguma.errors import EgumaError, NotSent, OutcomeUnknown, RefusedByApi, UnreadableAnswer
from gate_controller.eguma.models import Balance, Cancellation, Info, ListedRedemption, Redemption
from gate_controller.eguma.outcomes import Answered, error_in
from gate_controller.eguma.server_clock import ServerClock
from gate_controller.eguma.transport import Request, Transport

_log = logging.getLogger(__name__)
_T = TypeVar("_T")
_Change = TypeVar("_Change", Redemption, Cancellation)

PROBE_CODE: Final = "000000000000"
"""Well formed, so that it is looked up, and never handed out; were it, reading a balance changes nothing."""

MAX_LIST: Final = 8 * 2**20
"""Bytes of a list of redemptions that are read: some 30,000 entries."""

LEAST_TRY_SECONDS: Final = 0.05
"""With less time than this left nothing is sent: no answer could be waited for."""

WHOLE_TRY_SECONDS: Final = 1.0
"""What reads gets half of the time left, so that a hung connection leaves room for another try, but all of it
when there is no more than this."""

# 50, 100, 200, 400, 800 ms: a hiccup costs the visitor little, and a server in trouble is left some air.
_BACK_OFF_FIRST_SECONDS: Final = 0.05
_BACK_OFF: Final = wait_exponential(multiplier=0.1, max=0.8)
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_LIST: Final = TypeAdapter(tuple[ListedRedemption, ...])


def _if_reading(error: BaseException) -> bool:
    # Whatever may be otherwise next time.
    if isinstance(error, RefusedByApi):
        return error.status == HTTPStatus.TOO_MANY_REQUESTS
    return isinstance(error, NotSent | OutcomeUnknown)


def _if_unsent(error: BaseException) -> bool:
    return isinstance(error, NotSent)


def _never(_error: BaseException) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class _Call(Generic[_T]):
    """One call: what to ask, how to read the answer, and when to ask again."""

    name: str
    about: str
    """For the log."""
    request: Request
    read: Callable[[bytes], _T]
    again: Callable[[BaseException], bool]
    leave_room: bool
    """Whether a try leaves time for another one."""


class EgumaClient:
    """
    One warm connection to E-GUMA, with the key of one gate. Calls of one client wait for each other: whoever
    must not be kept waiting has a client of its own.

    Every `deadline` is a moment of `monotonic`, in seconds. A call ends by then, with `NotSent` where it did
    not get its turn. All errors are `EgumaError`s.
    """

    def __init__(
        self,
        base_url: str,
        api_key: str,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._monotonic = monotonic
        self._clock = ServerClock(monotonic=monotonic, wall=wall)
        self._transport = Transport(base_url, api_key, note_date=self._clock.note)

    @property
    def clock_offset(self) -> float | None:
        """Seconds E-GUMA's clock is ahead of our wall clock, by its newest answer; None before the first."""
        return self._clock.offset

    async def balance(self, code: str, *, deadline: float) -> Balance:
        """Ask whether a code can be redeemed, and for how much. Repeated until `deadline`."""
        return await self._reading("balance", code, Balance.model_validate_json, deadline)

    async def redeem(self, voucher_code: str, amount: Cents, reference_number: str, *, deadline: float) -> Redemption:
        """
        Charge a voucher. Repeated until `deadline`, but only while it surely was not sent.

        After `OutcomeUnknown` (an unreadable answer is one) the charge may have been made: look it up.
        """
        body = {"amount_in_cents": amount, "reference_number": reference_number}
        return await self._changing("redeem", voucher_code, body, Redemption, _if_unsent, deadline)

    async def cancel_redemption(
        self, voucher_code: str, redeem_token: str, amount: Cents, *, deadline: float
    ) -> Cancellation:
        """
        Give a redemption back. Tried once: the caller repeats, for as long as it takes.

        E-GUMA refuses to cancel more than is left of a redemption, so repeating after a lost answer is safe,
        and then `RefusedByApi` with 400 may mean that an earlier one was carried out.
        """
        body = {"redeem_token": redeem_token, "amount_in_cents": amount}
        return await self._changing("cancel_redemption", voucher_code, body, Cancellation, _never, deadline)

    async def info(self, code: str, *, deadline: float) -> Info:
        """Ask what a voucher is, for people to read. Repeated until `deadline`."""
        return await self._reading("info", code, Info.model_validate_json, deadline)

    async def redemptions(
        self, from_: datetime, to: datetime, *, user_id: str | int | None = None, deadline: float
    ) -> tuple[ListedRedemption, ...]:
        """
        List the account's redemptions of a time, or those of one user. Repeated until `deadline`.

        Times are the merchant's local ones, naive, to the second: E-GUMA gives no offset and takes none. An
        account may refuse the list, and whether cancelled redemptions are in it is undocumented.
        """
        if from_.tzinfo or to.tzinfo:
            raise ValueError("E-GUMA's list of redemptions takes local times without an offset: pass naive ones")
        span = {"from": from_.isoformat(timespec="seconds"), "to": to.isoformat(timespec="seconds")}
        query = urlencode(span if user_id is None else {**span, "user_id": str(user_id)})
        request = Request("GET", "/v1/vouchers/redemptions.json", query=query, max_answer=MAX_LIST)
        about = f"{span['from']}/{span['to']}"
        call = _Call("redemptions", about, request, _LIST.validate_json, _if_reading, leave_room=True)
        return await self._carry_out(call, deadline)

    async def probe(self, *, deadline: float) -> None:
        """
        Find out whether E-GUMA can be reached and takes the key; the connection is kept warm by it.

        One try, and no line in the log: who probes now and then knows best what is news.
        """
        request = Request("GET", _path(PROBE_CODE, "balance"))
        call = _Call("probe", "", request, Balance.model_validate_json, _never, leave_room=False)
        await self._try(call, deadline)

    async def aclose(self) -> None:
        """Close the connection."""
        await self._transport.aclose()

    async def _reading(self, name: str, code: str, read: Callable[[bytes], _T], deadline: float) -> _T:
        request = Request("GET", _path(code, name))
        call = _Call(name, codes.mask(code), request, read, _if_reading, leave_room=True)
        return await self._carry_out(call, deadline)

    async def _changing(
        self,
        name: str,
        voucher_code: str,
        body: Mapping[str, object],
        model: type[_Change],
        again: Callable[[BaseException], bool],
        deadline: float,
    ) -> _Change:
        def read(answer: bytes) -> _Change:
            change = model.model_validate_json(answer)
            if change.code and change.code != codes.voucher_code(voucher_code):
                raise UnreadableAnswer(f"it is about another voucher, {codes.mask(change.code)}")
            return change

        request = Request("POST", _path(voucher_code, name), body=json.dumps(dict(body)).encode())
        call = _Call(name, codes.mask(voucher_code), request, read, again, leave_room=False)
        return await self._carry_out(call, deadline)

    async def _carry_out(self, call: _Call[_T], deadline: float) -> _T:
        try:
            return await self._try(call, deadline)
        except EgumaError as error:
            first = error
        # What goes well, and that is nearly all, does not pay for the machinery of repetition.
        try:
            if not call.again(first) or not self._is_time_for_another(_BACK_OFF_FIRST_SECONDS, deadline):
                raise first
            return await self._repeat(call, first, deadline)
        except EgumaError as error:
            _log.warning("call=%s about=%s failed=%s error=%r", call.name, call.about, type(error).__name__, str(error))
            raise

    async def _repeat(self, call: _Call[_T], first: EgumaError, deadline: float) -> _T:
        def log_repetition(error: object, number: int, wait: float) -> None:
            what = (call.name, call.about, number, wait, str(error))
            _log.info("call=%s about=%s try=%d again_in=%.2f error=%r", *what)

        log_repetition(first, 1, _BACK_OFF_FIRST_SECONDS)
        await asyncio.sleep(_BACK_OFF_FIRST_SECONDS)
        attempts = AsyncRetrying(
            retry=retry_if_exception(call.again),
            stop=lambda state: not self._is_time_for_another(state.upcoming_sleep, deadline),
            wait=_BACK_OFF,
            before_sleep=lambda state: log_repetition(
                state.outcome and state.outcome.exception(), state.attempt_number + 1, state.upcoming_sleep
            ),
            reraise=True,
        )
        async for attempt in attempts:
            with attempt:
                return await self._try(call, deadline)
        raise AssertionError("tenacity ends with an answer or an error")

    def _is_time_for_another(self, wait: float, deadline: float) -> bool:
        return self._monotonic() + wait + LEAST_TRY_SECONDS < deadline

    async def _try(self, call: _Call[_T], deadline: float) -> _T:
        left = deadline - self._monotonic()
        if left < LEAST_TRY_SECONDS:
            raise NotSent("no time left for it")
        seconds = max(left / 2, min(left, WHOLE_TRY_SECONDS)) if call.leave_room else left
        outcome = await self._transport.exchange(call.request, seconds=seconds)
        if not isinstance(outcome, Answered) or outcome.status != HTTPStatus.OK:
            raise error_in(outcome)
        return _read(call.read, outcome.body)


def _path(code: str, verb: str) -> str:
    # A code of dots alone would be a step in the path.
    safe = quote(code, safe="") if code.strip(".") else "%2E" * len(code)
    return f"/v1/vouchers/{safe}/{verb}.json"


def _read(read: Callable[[bytes], _T], body: bytes) -> _T:
    try:
        return read(body.removeprefix(_BYTE_ORDER_MARK))
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        why = f"{'.'.join(map(str, first['loc']))}: {first['msg']}" if first["loc"] else first["msg"]
    # Outside of the handler, so that the answer itself hangs on no traceback.
    raise UnreadableAnswer(why)
