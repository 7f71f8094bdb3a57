"""`gate-controller notify`: whether those who are to be told are reached."""

import asyncio
import time
from typing import TYPE_CHECKING

import typer

from gate_controller.cli.exits import CommandError, ExitCode, complain, on_one_line
from gate_controller.cli.in_force import load
from gate_controller.cli.manual import manual
from gate_controller.cli.options import ConfigOption, SetOption

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gate_controller.settings import Settings
    from gate_controller.shell.delivery import Receiver

# ruff: noqa: PLC0415 - libraries are brought in by the command that needs them


def try_receivers(config: ConfigOption = None, overrides: SetOption = None) -> int:
    """
    Send a trial to everybody who is told when the gate needs somebody, and say what came back.

    That is the webhook (notify.webhook_url) and the mailboxes (notify.smtp_host, notify.mail_to). Works beside a
    running gate and without one. "taken" means that the mail server has it: look into the mailbox, too.

    Ends with 1 if one of them was not reached.

    Example:
      gate-controller notify test
    """
    settings = load(config, overrides).settings

    from gate_controller.shell.receivers import receivers_of

    receivers = receivers_of(settings.notify)
    if not receivers:
        raise CommandError(
            ExitCode.NO, "nobody is told: neither notify.webhook_url nor notify.smtp_host is set: set one of them"
        )
    return asyncio.run(_try_all(receivers, settings))


async def _try_all(receivers: "Sequence[Receiver]", settings: "Settings") -> ExitCode:
    from gate_controller.admission.words.events import Instant
    from gate_controller.shell.delivery import NotDelivered
    from gate_controller.shell.receivers import sender_of

    code, sender = ExitCode.OK, sender_of(settings)
    for receiver in receivers:
        try:
            said = await receiver.deliver(sender.trial(Instant(time.monotonic(), time.time())))
        except NotDelivered as error:
            complain(f"{receiver.name} {receiver.host}: {error}")
            code = ExitCode.NO
        else:
            print(on_one_line(f"{receiver.name} {receiver.host}: {said}"), flush=True)
    return code


notify = typer.Typer(
    name="notify",
    help="Try whether those who are to be told are reached.",
    rich_markup_mode=None,
    add_completion=False,
)
notify.command("test", help=manual(try_receivers))(try_receivers)
notify.callback()(lambda: None)
