"""
The naive gate, to measure the real one against: a blocking loop of serial readline, httpx and gpiozero.

No journal, no look-up, no lane, no lamps, no time limits: whatever goes wrong, money is lost. Run as a process of its
own: `python -m tests.bench.naive RELAY PIPE PORT URL KEY PRICE PULSE`.
"""

import sys
import time

import gpiozero
import httpx
import serial

from tests.bench.pins import tell_when_on


def main() -> None:
    """Take scans until killed."""
    relay_pin, pipe, port, url, key, price, pulse = sys.argv[1:]
    tell_when_on(relay_pin, int(pipe))
    relay = gpiozero.OutputDevice(int(relay_pin))
    headers = {"Content-Type": "application/json"}
    with (
        httpx.Client(base_url=url, params={"apikey": key}, headers=headers, trust_env=False) as api,
        serial.Serial(port, 9600) as scanner,
    ):
        print("ready", flush=True)
        while True:
            code = scanner.readline().decode().strip()
            balance = api.get(f"/v1/vouchers/{code}/balance.json").raise_for_status().json()
            if not balance["is_redeemable"] or balance["balance_in_cents"] < int(price):
                continue
            charge = {"amount_in_cents": int(price), "reference_number": "naive"}
            api.post(f"/v1/vouchers/{balance['code']}/redeem.json", json=charge).raise_for_status()
            relay.on()
            time.sleep(float(pulse))
            relay.off()


if __name__ == "__main__":
    main()
