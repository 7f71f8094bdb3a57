"""
Somebody who may write to a gate's orders and has no key: `python -m tests.bench.telling_load PORT GATE A_SECOND`.

It says "ready", and goes on until it is ended.
"""

import asyncio
import sys
import time
from dataclasses import replace
from uuid import uuid4

import aiomqtt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gate_controller.shell.signed_orders import VenueOrder, signed_order


async def _flood(port: int, gate: str, a_second: int) -> None:
    key, now = Ed25519PrivateKey.generate(), time.time()
    order = VenueOrder("", gate, "release", "nobody", now, now + 30, "none")
    async with aiomqtt.Client("127.0.0.1", port, protocol=aiomqtt.ProtocolVersion.V5) as client:
        print("ready", flush=True)
        while True:
            payload = signed_order(replace(order, id=uuid4().hex), key)
            await client.publish(f"gate-controller/{gate}/order", payload)
            await asyncio.sleep(1 / a_second)


if __name__ == "__main__":
    asyncio.run(_flood(int(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
