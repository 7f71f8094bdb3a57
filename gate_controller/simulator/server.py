"""
The simulator as a server: takes requests off the wire, lets the script's faults meet them, and answers from
the books.

It is a witness, not a part of the gate: it imports nothing of it, so that a mistake in the gate's idea of the API is
not repeated here.
"""

import asyncio
import time
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import replace
from email.utils import formatdate
from types import TracebackType
from typing import Self

from gate_controller.simulator.behaviour import Behaviour
from gate_controller.simulator.calling import ApiCall, Reply, find_call, text
from gate_controller.simulator.control import ROOT, Control, RequestRecord
from gate_controller.simulator.counter_samples import DEPOT_SAMPLES, RARE_SAMPLES, TICKET_SAMPLES
from gate_controller.simulator.depot import DepotBook
from gate_controller.simulator.disturb import disturbed, undisturbed
from gate_controller.simulator.ledger import Ledger
from gate_controller.simulator.listener import Listener
from gate_controller.simulator.merchant import Merchant
from gate_controller.simulator.misbehaviour import FaultKind, FaultScript, Misbehaviour
from gate_controller.simulator.ticketing import TicketBook
from gate_controller.simulator.vouchers import SAMPLES, Sample, User, plain
from gate_controller.simulator.wire import Connection, HttpRequest, Manner, WireReply

KEYS: dict[str, User] = {
    "demo-key-gate-1": User("0a7a3c1e-0000-4000-8000-000000000001", "Gate 1"),
    "demo-key-gate-2": User("0a7a3c1e-0000-4000-8000-000000000002", "Gate 2"),
    "demo-key-gate-3": User("0a7a3c1e-0000-4000-8000-000000000003", "Gate 3"),
    "demo-key-till": User("0a7a3c1e-0000-4000-8000-000000000009", "Till"),
}
"""The keys the simulator takes unless told others. They open nothing else."""

REQUESTS_KEPT = 1000
"""How many of the latest requests can be looked at."""

_LONGEST_PATH_KEPT = 200


class Simulator:
    """E-GUMA's API on a socket of this machine.

    `vouchers` are what the books begin with, `keys` maps each API key to its user; the rest are first
    values of `Behaviour`. `port` 0 takes a free one. Use it as `async with Simulator() as simulator`, or
    start and stop it.
    """

    def __init__(
        self,
        *,
        vouchers: Iterable[Sample] = (*SAMPLES, *RARE_SAMPLES),
        keys: Mapping[str, User] | None = None,
        latency_seconds: float = 0.0,
        currency: str = "CHF",
        clock_offset_seconds: float = 0.0,
        cancelled_stay_listed: bool = True,
        redemptions_allowed: bool = True,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        self._first_behaviour = Behaviour(
            currency=currency,
            latency_seconds=latency_seconds,
            clock_offset_seconds=clock_offset_seconds,
            cancelled_stay_listed=cancelled_stay_listed,
            redemptions_allowed=redemptions_allowed,
        )
        self._keys = KEYS if keys is None else dict(keys)
        self._host, self._port = host, port
        self.ledger = Ledger(vouchers)
        self.depot = DepotBook(self.ledger, (each.voucher for each in DEPOT_SAMPLES if each.voucher))
        self.tickets = TicketBook(each.ticket for each in TICKET_SAMPLES if each.ticket)
        self.faults = FaultScript()
        self.requests: deque[RequestRecord] = deque(maxlen=REQUESTS_KEPT)
        """The latest requests to the API, oldest first; control requests are not among them."""
        self._merchant = Merchant(self.ledger, self.depot, self.tickets, self._first_behaviour)
        self._control = Control(merchant=self._merchant, faults=self.faults, requests=self.requests, reset=self.reset)
        self._listener = Listener(self._serve)
        self._late: set[asyncio.TimerHandle] = set()
        self._date = (0, "")

    @property
    def behaviour(self) -> Behaviour:
        """The behaviour in force."""
        return self._merchant.behaviour

    def change_behaviour(self, **changes: object) -> None:
        """Change some of `Behaviour`, by name, from the next request on."""
        self._merchant.behaviour = replace(self._merchant.behaviour, **changes)  # type: ignore[arg-type]  # names are checked by replace

    @property
    def base_url(self) -> str:
        """Where the API is: `http://host:port`, once started."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self._port}"

    @property
    def open_connections(self) -> int:
        """How many clients are connected."""
        return len(self._listener.connections)

    async def start(self) -> None:
        """Listen. Raises OSError where the port is taken. A port that was 0 stays the same over stop and start."""
        self._port = self._listener.start(self._host, self._port)

    async def stop(self) -> None:
        """Stop listening and reset all connections, answered or not. The books stay; late effects are dropped."""
        self._forget_late_effects()
        await self._listener.stop()

    async def serve_forever(self) -> None:
        """Start unless started, and run until cancelled."""
        if not self._listener.is_listening:
            await self.start()
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            await self.stop()

    async def __aenter__(self) -> Self:
        """Start."""
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop."""
        await self.stop()

    def reset(self) -> None:
        """Put books, faults, behaviour and the list of requests back to what they were at first."""
        self._forget_late_effects()
        self.ledger.reset()
        self.depot.reset()
        self.tickets.reset()
        self.faults.clear()
        self.requests.clear()
        self._merchant.behaviour = self._first_behaviour

    def drop_connections(self, *, reset: bool = False, spare: Connection | None = None) -> int:
        """End every connection but `spare`, idle, hanging or busy; return how many. `reset`: by RST instead
        of FIN.
        """
        return self._listener.drop(reset=reset, spare=spare)

    def _serve(self, request: HttpRequest, connection: Connection) -> WireReply:
        now = time.time()
        if request.target.startswith(ROOT):
            answer = self._control.answer(
                request, now=now, drop=lambda reset: self.drop_connections(reset=reset, spare=connection)
            )
            reply = undisturbed(answer, 0.0)
        else:
            reply = self._serve_api(request, now)
        return replace(reply, headers=(("Date", self._http_date(now)), *reply.headers))

    def _serve_api(self, request: HttpRequest, now: float) -> WireReply:
        latency = self.behaviour.latency_seconds
        call = find_call(request)
        if call is None:
            reply = undisturbed(text(404, "Not Found"), latency)
            self._record(request, now, None, reply, None)
            return reply
        user = self._keys.get(call.query.get("apikey", ""))
        fault = self.faults.take(call.endpoint, self._names(call, now))
        if fault is None:
            reply = undisturbed(self._merchant.answer(call, user, now=now), latency)
        elif fault.kind is FaultKind.LATE:
            if fault.takes_effect:
                self._take_effect_later(call, user, fault)
            reply = disturbed(text(200, ""), fault, latency)
        else:
            answer: Reply = self._merchant.answer(call, user, now=now, book=fault.takes_effect)
            reply = disturbed(answer, fault, latency)
        self._record(request, now, user, reply, fault)
        return reply

    def _names(self, call: ApiCall, now: float) -> tuple[str, ...]:
        """All names a call's voucher goes by: a fault for a voucher also meets its ShortCode, and the other
        way round.
        """
        voucher = self.ledger.resolve(call.code, now=now)
        return (plain(call.code), voucher.code) if voucher else (plain(call.code),)

    def _take_effect_later(self, call: ApiCall, user: User | None, fault: Misbehaviour) -> None:
        def take_effect() -> None:
            self._late.discard(handle)
            self._merchant.answer(call, user, now=time.time())

        # Before the connection's own timer of the same length, so that the effect is there when the client
        # sees its end.
        handle = asyncio.get_running_loop().call_later(fault.delay_seconds, take_effect)
        self._late.add(handle)

    def _forget_late_effects(self) -> None:
        for handle in self._late:
            handle.cancel()
        self._late.clear()

    def _record(
        self, request: HttpRequest, now: float, user: User | None, reply: WireReply, fault: Misbehaviour | None
    ) -> None:
        silent = reply.manner in {Manner.HANG, Manner.RESET, Manner.CLOSE}
        self.requests.append(
            RequestRecord(
                at=now,
                method=request.method,
                path=request.target.partition("?")[0][:_LONGEST_PATH_KEPT],
                user=user.name if user else None,
                status=None if silent else reply.status,
                fault=fault.kind if fault else None,
                content_type=request.header(b"content-type"),
            )
        )

    def _http_date(self, now: float) -> str:
        second = int(now + self.behaviour.clock_offset_seconds)
        if self._date[0] != second:
            self._date = (second, formatdate(second, usegmt=True))
        return self._date[1]
