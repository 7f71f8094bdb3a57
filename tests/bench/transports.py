"""
What a gate saves by a transport of its own: Balance and Redeem by httpx's client, over its own transport or over ours.

Everything above the transport is the same for both: the difference is the transport's.
"""

import asyncio
import time
from types import TracebackType
from typing import Self

import httpx

from gate_controller.eguma.transport import OneConnectionTransport
from tests.bench.gates import FREE_SECONDS, PRICE
from tests.rig.simulator import KEY

ANSWER_SECONDS = 5.0


class ClientRequests:
    """Balance and Redeem of one voucher by an `httpx.AsyncClient` with one warm connection."""

    def __init__(self, url: str, voucher_code: str, *, own_transport: bool) -> None:
        self._url = f"{url}/v1/vouchers/{voucher_code}"
        self._runner = asyncio.Runner()
        transport = OneConnectionTransport() if own_transport else httpx.AsyncHTTPTransport(trust_env=False)
        self._client = httpx.AsyncClient(transport=transport, params={"apikey": KEY}, timeout=ANSWER_SECONDS)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._runner.run(self._client.aclose())
        self._runner.close()

    def pair(self) -> float:
        """Make both requests, and then the pause that a gate makes; return the seconds both took."""
        seconds = self._runner.run(self._pair())
        time.sleep(FREE_SECONDS)
        return seconds

    async def _pair(self) -> float:
        began = time.monotonic_ns()
        balance = await self._client.get(f"{self._url}/balance.json")
        charge = {"amount_in_cents": PRICE, "reference_number": "transport"}
        redemption = await self._client.post(f"{self._url}/redeem.json", json=charge)
        seconds = (time.monotonic_ns() - began) / 1e9
        balance.raise_for_status()
        redemption.raise_for_status()
        return seconds
