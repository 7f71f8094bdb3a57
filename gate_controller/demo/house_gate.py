"""
One gate of the demo's house, as a process of its own: mock pins are a process's, so each gate has one.

Visitors come by themselves, most of them with a voucher that is good. Given on the command line: id, name, the broker's
port, the page's port, and the file with the venue's key. It ends when nobody reads what it says any more.
"""

import asyncio
import logging
import os
import random
import sys
from collections.abc import Mapping, Sequence
from typing import Final

from gate_controller.demo.stage import NotReady, Stage, staged
from gate_controller.demo.trouble import Trouble
from gate_controller.simulator import SAMPLES, Sample, Voucher

_RICH: Final = 100_000_00
OF_VISITORS: Final = tuple(
    Sample(code, "visitor", "a visitor's", Voucher(code, _RICH, _RICH))
    for code in ("VSTR7KQ2MTR5", "VSTR8LW4HBX6", "VSTR9NP3YCZ7", "VSTRAQ5JDKF8")
)
"""As many admissions as a demo lasts for."""
_OTHERS: Final = ("LWB4HK7T2MNQ", "USD7PV3XK9RA", "https://example.org")
"""Too little on it, used up, and no voucher at all."""
_FIRST_SECONDS, _SECONDS = (0.5, 2.0), (2.0, 9.0)
"""Until the first visitor comes, and from one to the next."""
_CALM_VISITS, _TROUBLED_VISITS = 6, 2


def settings(gate: str, name: str, broker: str, keys: str) -> Mapping[str, str]:
    """Return what this gate has beside a demo's."""
    return {
        "id": gate,
        "display.gate_name": name,
        "mqtt.host": "127.0.0.1",
        "mqtt.port": broker,
        "mqtt.tls": "false",
        "mqtt.heartbeat_seconds": "5",
        "mqtt.order_keys_file": keys,
    }


async def _live(arguments: Sequence[str]) -> None:
    gate, name, broker, page, keys, troubled = arguments
    more = settings(gate, name, broker, keys)
    async with staged(web_port=int(page), more=more, vouchers=(*SAMPLES, *OF_VISITORS)) as stage:
        await stage.ready()
        print(f"{gate} takes scans", flush=True)
        await asyncio.wait(
            (asyncio.ensure_future(_visits(stage, is_troubled=troubled == "yes")), asyncio.ensure_future(_parent())),
            return_when=asyncio.FIRST_COMPLETED,
        )


async def _visits(stage: Stage, *, is_troubled: bool) -> None:
    """Let visitors come, until cancelled; at a gate that is `is_troubled`, E-GUMA fails now and then."""
    chance = random.Random()  # noqa: S311 - a play
    pause, calm = _FIRST_SECONDS, _CALM_VISITS
    while True:
        await asyncio.sleep(chance.uniform(*pause))
        pause = _SECONDS
        if is_troubled:
            calm -= 1
            if calm in {0, -_TROUBLED_VISITS}:
                stage.set_trouble(Trouble.NETWORK if calm == 0 else Trouble.NONE)
                calm = calm or 0
            if calm <= -_TROUBLED_VISITS:
                calm = _CALM_VISITS
        code = chance.choice(OF_VISITORS).code if chance.random() < 0.85 else chance.choice(_OTHERS)  # noqa: PLR2004 - most are good
        stage.scan(code)
        try:
            await stage.verdict()
        except NotReady:
            continue  # locked, say, or out of service by order: whoever plays with it sees why


async def _parent() -> None:
    """Return once the house is gone."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    await reader.read()


def main(arguments: Sequence[str]) -> int:
    """Run one gate until its house is gone."""
    os.environ.setdefault("GPIOZERO_PIN_FACTORY", "mock")
    logging.getLogger().setLevel(logging.CRITICAL)
    try:
        asyncio.run(_live(arguments))
    except (NotReady, KeyboardInterrupt):
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
