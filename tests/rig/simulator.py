"""
The simulator for tests: in this process over a real socket, or in a process of its own, with a small
control client.
"""

import asyncio
import json
import subprocess
import sys
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

from gate_controller.simulator import Simulator
from tests.rig.waiting import PATIENCE_SECONDS

KEY = "demo-key-gate-1"
"""The key of the simulator's Gate 1."""


@asynccontextmanager
async def running_simulator(**options: Any) -> AsyncIterator[Simulator]:
    """Run a simulator in this event loop; options are those of `Simulator`."""
    async with Simulator(**options) as simulator:
        yield simulator


@dataclass
class Wire:
    """One bare connection to the simulator."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    def send(self, target: str, body: object = None) -> None:
        """Send a POST with a JSON body, or a GET without one."""
        content = b"" if body is None else json.dumps(body).encode()
        method = "GET" if body is None else "POST"
        head = f"{method} {target} HTTP/1.1\r\nHost: simulator\r\nContent-Length: {len(content)}\r\n\r\n"
        self.writer.write(head.encode() + content)

    def redeem(self, voucher_code: str = "L4FU5LQTKJR3", amount: int = 2_500) -> None:
        """Send a charge of 25.00 on the good sample."""
        self.send(f"/v1/vouchers/{voucher_code}/redeem.json?apikey={KEY}", {"amount_in_cents": amount})

    async def head(self) -> tuple[int, dict[str, str]]:
        """Return status and headers of the next answer, its body still to come."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            lines = (await self.reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines[1:] if line)
        return int(lines[0].split()[1]), headers

    async def answer(self) -> tuple[int, bytes]:
        """Return status and body of the next answer."""
        status, headers = await self.head()
        async with asyncio.timeout(PATIENCE_SECONDS):
            return status, await self.reader.readexactly(int(headers["Content-Length"]))

    async def rest(self) -> bytes:
        """Return what comes until the connection ends; a reset raises ConnectionResetError."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await self.reader.read()


@asynccontextmanager
async def wire_to(simulator: Simulator) -> AsyncIterator[Wire]:
    """Open a bare connection to a simulator in this event loop."""
    host, port = simulator.base_url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        yield Wire(reader, writer)
    finally:
        writer.transport.abort()
        await asyncio.gather(writer.wait_closed(), return_exceptions=True)


class SimulatorControl:
    """The control API of a simulator in another process. Every call blocks; a refusal raises urllib's
    HTTPError.
    """

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        # Whatever proxy the environment names, the simulator is on this machine.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def call(self, method: str, path: str, value: object = None) -> Any:
        """Send one control request, `path` counted from `/_simulator/`; return the decoded answer."""
        request = urllib.request.Request(  # noqa: S310 - the URL is the simulator's own
            f"{self.base_url}/_simulator/{path}",
            method=method,
            data=None if value is None else json.dumps(value).encode(),
            headers={"Content-Type": "application/json"},
        )
        with self._opener.open(request, timeout=PATIENCE_SECONDS) as answer:
            return json.load(answer)

    def fault(self, kind: str, endpoint: str = "*", **fields: object) -> int:
        """Append a fault to the script; return its id."""
        ids: list[int] = self.call("POST", "faults", {"kind": kind, "endpoint": endpoint, **fields})["ids"]
        return ids[0]

    def faults(self) -> list[dict[str, Any]]:
        """Return the faults that have not run out."""
        lines: list[dict[str, Any]] = self.call("GET", "faults")
        return lines

    def clear_faults(self) -> None:
        """Strike all faults off."""
        self.call("DELETE", "faults")

    def ledger(self, voucher_code: str | None = None) -> dict[str, Any]:
        """Return the books, or those of one voucher."""
        query = "" if voucher_code is None else f"?voucher_code={quote(voucher_code, safe='')}"
        books: dict[str, Any] = self.call("GET", f"ledger{query}")
        return books

    def put_voucher(self, code: str, **fields: object) -> None:
        """Create a voucher (needs total_amount_in_cents), or change one."""
        self.call("PUT", f"vouchers/{quote(code, safe='')}", fields)

    def put_depot_voucher(self, code: str, amount_in_cents: int | None, **fields: object) -> None:
        """Create a depot voucher, or replace one; no amount: the seller says it."""
        self.call("PUT", f"depot-vouchers/{quote(code, safe='')}", {"amount_in_cents": amount_in_cents, **fields})

    def put_ticket(self, number: str, **fields: object) -> None:
        """Create a ticket, or replace one."""
        self.call("PUT", f"tickets/{number}", fields)

    def hand_out(self, voucher_code: str, **fields: object) -> str:
        """Return a ShortCode for a voucher; one whose valid_seconds is None does not lapse."""
        short_code: str = self.call("POST", "short-codes", {"voucher_code": voucher_code, **fields})["short_code"]
        return short_code

    def settings(self, **changes: object) -> dict[str, Any]:
        """Change some settings, or none; return those in force."""
        in_force: dict[str, Any] = self.call("POST", "settings", changes)
        return in_force

    def requests(self) -> list[dict[str, Any]]:
        """Return the latest requests to the API, oldest first."""
        records: list[dict[str, Any]] = self.call("GET", "requests")
        return records

    def reset(self) -> None:
        """Put everything back to what it was at first."""
        self.call("POST", "reset")

    def drop_connections(self, *, reset: bool = False) -> int:
        """End all connections but this one; return how many there were."""
        dropped: int = self.call("POST", "drop-connections", {"reset": reset})["dropped"]
        return dropped


class SimulatorProcess(SimulatorControl):
    """A simulator in a process of its own; a context manager. `port` 0 takes a free one."""

    def __init__(self, *, port: int = 0, latency_seconds: float = 0.0) -> None:
        command = [sys.executable, "-m", "gate_controller.simulator", "--port", str(port)]
        command += ["--latency", str(latency_seconds)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own module
        line = self._stdout().readline()
        if not line.startswith("listening on "):
            self.stop()
            raise RuntimeError(f"the simulator did not start: {line!r}")
        super().__init__(line.removeprefix("listening on ").strip())

    def stop(self) -> None:
        """End the process and wait for it."""
        self.process.terminate()
        try:
            self.process.wait(timeout=PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._stdout().close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _stdout(self) -> Any:
        return self.process.stdout
