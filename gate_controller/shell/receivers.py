"""
Who is told, off the settings; and for as long as the gate lives, that they are.

What mail and HTTP need is brought in by gates that have a receiver, and once they take scans.
"""

import asyncio
import ipaddress
import logging
from collections.abc import Callable, Coroutine, Sequence
from typing import TYPE_CHECKING, Any, Final

from gate_controller.admission.words.events import Instant
from gate_controller.journal.writer import Journal
from gate_controller.settings import Settings, secrets_of
from gate_controller.settings.addresses import is_loopback
from gate_controller.settings.notify_section import NotifySection
from gate_controller.settings.sections import WebSection
from gate_controller.shell.concerns import Grace, is_starting
from gate_controller.shell.status import StatusBoard
from gate_controller.texts.languages import Language

if TYPE_CHECKING:
    from gate_controller.shell.delivery import Receiver, Sender

# ruff: noqa: PLC0415 - what a gate without receivers has no use for

_log = logging.getLogger(__name__)

STARTS_WITHIN_SECONDS: Final = 30.0
"""A gate that does not come to reading its journal by then tells of it all the same."""

RETRY_SECONDS: Final = 300.0
_LOOK_SECONDS: Final = 0.5


async def keep_told(settings: Settings, *, board: StatusBoard, journal: Journal, now: Callable[[], Instant]) -> None:
    """Keep the receivers told until cancelled. A fault of that is logged, and no fault of the gate."""
    if not settings.notify.webhook_url and not settings.notify.smtp_host:
        return
    await _started(board, now)
    from gate_controller.shell.notifying import Notifying

    while True:
        try:
            await Notifying(
                await asyncio.to_thread(receivers_of, settings.notify),
                sender_of(settings),
                grace_of(settings.notify),
                board=board,
                journal=journal,
                state_dir=settings.state_dir,
                now=now,
            ).keep()
        except Exception as error:  # noqa: BLE001 - whatever it is, it is no reason to end the gate
            _log.exception("notify=failed why=%s", type(error).__name__)
        await asyncio.sleep(RETRY_SECONDS)


async def keep_telling(tell: Callable[[], Coroutine[Any, Any, None]], is_revised: asyncio.Event) -> None:
    """Keep the receivers told until cancelled; as `tell` has it anew each time that `is_revised` is set."""
    while True:
        is_revised.clear()
        telling = asyncio.ensure_future(tell())
        try:
            await is_revised.wait()
        finally:
            telling.cancel()
            await asyncio.gather(telling, return_exceptions=True)


async def _started(board: StatusBoard, now: Callable[[], Instant]) -> None:
    begun = now().mono
    while is_starting(board.status()) and now().mono - begun < STARTS_WITHIN_SECONDS:  # noqa: ASYNC110 - half a minute
        await asyncio.sleep(_LOOK_SECONDS)


def receivers_of(notify: NotifySection) -> "Sequence[Receiver]":
    """Return everybody who is told."""
    found: list[Receiver] = []
    if notify.webhook_url is not None and notify.webhook_key is not None:
        from gate_controller.shell.webhook import Webhook

        found.append(Webhook(notify.webhook_url.get_secret_value(), notify.webhook_key.get_secret_value()))
    if notify.smtp_host:
        from gate_controller.shell.mail import Mail

        found.append(Mail(notify))
    return found


def sender_of(settings: Settings) -> "Sender":
    """Return who writes to them."""
    from gate_controller.shell.delivery import Sender

    return Sender(
        settings.id,
        settings.display.gate_name or settings.id,
        Language(settings.display.languages[0]),
        settings.admission.currency,
        page_address(settings.web),
        secrets_of(settings),
    )


def grace_of(notify: NotifySection) -> Grace:
    """Return how long things last before they are told of."""
    return Grace(
        out_of_service=notify.out_of_service_minutes * 60,
        ordered=notify.ordered_hours * 3600,
        eguma=notify.eguma_minutes * 60,
    )


def page_address(web: WebSection) -> str:
    """Return where somebody far away calls the staff's page up; empty where that is not known."""
    if web.port == 0:
        return ""
    is_here = is_loopback(web.host)
    if web.names and (is_here or web.tls == "off"):
        return f"https://{web.names[0]}/"  # behind a proxy, which has https and the usual port
    host = web.names[0] if web.names else web.host
    if is_here or _is_any(host):
        return ""
    scheme = "http" if web.tls == "off" else "https"
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{web.port}/"


def _is_any(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return False
