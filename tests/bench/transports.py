"""
What a gate saves by what it goes past: Balance and Redeem by httpx's client, over our transport and at the first try
bare, or over httpx's own and each request under tenacity, as their users know them.
"""

import asyncio
import time
from types import TracebackType
from typing import Any, Self

import httpx
import tenacity

from gate_controller.eguma.transport import OneConnectionTransport
from tests.bench.gates import FREE_SECONDS, PRICE
from tests.rig.simulator import KEY

ANSWER_SECONDS = 5.0


class ClientRequests:
    """Balance and Redeem of one voucher by an `httpx.AsyncClient` with one warm connection."""

    def __init__(self, url: str, voucher_code: str, *, as_the_gate: bool) -> None:
        """`as_the_gate`: over our transport, and tenacity for the repetition alone; else as everybody uses both."""
        self._url = f"{url}/v1/vouchers/{voucher_code}"
        self._runner = asyncio.Runner()
        self._as_the_gate = as_the_gate
        transport = OneConnectionTransport() if as_the_gate else httpx.AsyncHTTPTransport(trust_env=False)
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
        balance = await self._request("GET", "balance")
        charge = {"amount_in_cents": PRICE, "reference_number": "transport"}
        redemption = await self._request("POST", "redeem", charge)
        seconds = (time.monotonic_ns() - began) / 1e9
        balance.raise_for_status()
        redemption.raise_for_status()
        return seconds

    async def _request(self, method: str, what: str, body: dict[str, Any] | None = None) -> httpx.Response:
        url = f"{self._url}/{what}.json"
        if self._as_the_gate:
            return await self._client.request(method, url, json=body)
        repeated = tenacity.AsyncRetrying(
            retry=tenacity.retry_if_exception_type(httpx.ConnectError),
            stop=tenacity.stop_after_delay(ANSWER_SECONDS),
            wait=tenacity.wait_exponential(multiplier=0.05, max=0.8),
            reraise=True,
        )
        return await repeated(self._client.request, method, url, json=body)
