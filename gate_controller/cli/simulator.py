"""`gate-controller simulator`: E-GUMA's API on this machine, as a server of its own."""

import os
from typing import TYPE_CHECKING, Annotated

import typer

from gate_controller.admission.words.money import Currency
from gate_controller.cli.exits import CommandError, ExitCode

if TYPE_CHECKING:
    from gate_controller.simulator import Simulator

DEFAULT_PORT = 8765


def simulator(
    host: Annotated[str, typer.Option(metavar="ADDRESS", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(metavar="PORT", min=0, max=65535, help="Port to listen on; 0 takes a free one.")
    ] = DEFAULT_PORT,
    latency_ms: Annotated[
        float, typer.Option(metavar="MS", min=0, help="Milliseconds added before each answer.")
    ] = 0.0,
    clock_offset: Annotated[
        float,
        typer.Option(metavar="SECONDS", help="Seconds the server's clock is ahead of this machine's; may be negative."),
    ] = 0.0,
    currency: Annotated[
        Currency, typer.Option(metavar="CURRENCY", help="Currency of the account: CHF or EUR.")
    ] = Currency.CHF,
    list_cancelled: Annotated[
        bool, typer.Option(help="Whether cancelled redemptions stay in the list of redemptions.")
    ] = True,
    allow_list: Annotated[bool, typer.Option(help="Whether keys may call the list of redemptions.")] = True,
) -> int:
    r"""
    Run E-GUMA's API on this machine, for trials.

    It has a ledger, sample vouchers and faults on command. Prints "listening on http://..." when it can be asked,
    then the keys it takes and the sample vouchers. Faults and other behaviour are set over HTTP while it runs,
    under /_simulator/. Nothing outlives it. Ctrl-C or SIGTERM ends it with exit code 0.

    Example, in two terminals:
      gate-controller simulator
      GATE_EGUMA__BASE_URL=http://127.0.0.1:8765 GATE_EGUMA__API_KEY=demo-key-gate-1 \
        GATE_ADMISSION__PRICE_CENTS=2500 gate-controller voucher balance L4FU5LQTKJR3
    """
    # ruff: noqa: PLC0415 - the simulator is brought in by the one command that runs it
    import asyncio

    from gate_controller.simulator import Simulator

    server = Simulator(
        host=host,
        port=port,
        latency_seconds=latency_ms / 1000,
        clock_offset_seconds=clock_offset,
        currency=currency,
        cancelled_stay_listed=list_cancelled,
        redemptions_allowed=allow_list,
    )
    try:
        asyncio.run(_serve(server))
    except OSError as error:
        # asyncio puts a sentence of its own around the system's words.
        why = os.strerror(error.errno) if error.errno and error.errno > 0 else str(error)
        remedy = "choose another --port, or a --host of this machine"
        raise CommandError(ExitCode.NO, f"the simulator cannot listen ({why}): {host} port {port}: {remedy}") from None
    return ExitCode.OK


async def _serve(server: "Simulator") -> None:
    import asyncio
    import signal

    from gate_controller.simulator import DEPOT_SAMPLES, KEYS, RARE_SAMPLES, SAMPLES, TICKET_SAMPLES

    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with server:
        # The first line is for programs, so it is written at once; the rest is for people.
        print(f"listening on {server.base_url}", flush=True)
        for key, user in KEYS.items():
            print(f"key      {key:<17}{user.name}")
        for sample in (*SAMPLES, *RARE_SAMPLES):
            print(f"voucher  {sample.code:<17}{sample.title}")
        for depot in DEPOT_SAMPLES:
            print(f"depot    {depot.code:<17}{depot.title}")
        for ticket in TICKET_SAMPLES:
            print(f"ticket   {ticket.ticket_number:<21}{ticket.title}")
        print(end="", flush=True)
        await stop.wait()
