"""
Whoever looks at a gate's page while it is measured, as a process of its own: event streams, and so many requests a
second. `python -m tests.bench.page_load ORIGIN STREAMS REQUESTS`; says "ready" once every stream has its first event.
"""

import asyncio
import itertools
import ssl
import sys
from urllib.parse import urlsplit

import httpx

_PATHS = ("/api/v1/status", "/api/v1/attempts?limit=20", "/api/v1/open-items", "/metrics", "/readyz")
_STARTING_SECONDS = 0.2
_CLIENTS = 5


def trusting() -> ssl.SSLContext:
    """Return what takes the certificate that a gate has made itself."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


async def _follow(origin: str, begun: asyncio.Event) -> None:
    where = urlsplit(origin)
    tls = trusting() if where.scheme == "https" else None
    reader, writer = await asyncio.open_connection(where.hostname, where.port, ssl=tls)
    writer.write(f"GET /api/v1/stream HTTP/1.1\r\nHost: {where.netloc}\r\n\r\n".encode())
    while line := await reader.readline():
        if line.startswith(b"event: status"):
            begun.set()
    raise RuntimeError("a stream has ended")


async def _ask(client: httpx.AsyncClient, seconds: float) -> None:
    loop = asyncio.get_running_loop()
    due = loop.time()
    for path in itertools.cycle(_PATHS):
        (await client.get(path)).raise_for_status()
        due = max(due + seconds, loop.time() - seconds)
        await asyncio.sleep(max(0.0, due - loop.time()))


async def _load(origin: str, streams: int, requests: int) -> None:
    async with httpx.AsyncClient(base_url=origin, verify=trusting()) as client:
        while True:  # the page is served a moment after its gate is ready
            try:
                (await client.get("/readyz")).raise_for_status()
                break
            except httpx.HTTPError:
                await asyncio.sleep(_STARTING_SECONDS)
        begun = [asyncio.Event() for _ in range(streams)]
        async with asyncio.TaskGroup() as group:
            for each in begun:
                group.create_task(_follow(origin, each))
            for _ in range(_CLIENTS if requests else 0):
                group.create_task(_ask(client, _CLIENTS / requests))
            await asyncio.gather(*(each.wait() for each in begun))
            print("ready", flush=True)


if __name__ == "__main__":
    asyncio.run(_load(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
